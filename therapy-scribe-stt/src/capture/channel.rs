//! One participant of a call.

use std::fmt;

use therapy_scribe_core::{AudioSource, Role, audio::AudioRecorder};

/// What one participant says, on a channel of their own: so who speaks is known and need not be found out.
pub struct Channel {
    pub(super) role: Role,
    pub(super) source: Box<dyn AudioSource>,
    pub(super) recorder: Option<Box<dyn AudioRecorder>>,
}

impl Channel {
    /// A participant's role and audio; of several channels the mean is taken.
    pub fn new(role: Role, source: impl AudioSource + 'static) -> Self {
        Self {
            role,
            source: Box::new(source),
            recorder: None,
        }
    }

    /// Keeps this participant's audio. Default: nothing is kept.
    #[must_use]
    pub fn record(mut self, recorder: impl AudioRecorder + 'static) -> Self {
        self.recorder = Some(Box::new(recorder));
        self
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel")
            .field("role", &self.role)
            .field("format", &self.source.format())
            .finish_non_exhaustive()
    }
}
