//! The seam to wherever audio is heard.

use std::time::Duration;

use async_trait::async_trait;

use super::{AudioError, AudioFormat, AudioFrame};
use crate::Notice;

/// Plays audio: a loudspeaker, a call, a file.
///
/// ```
/// use std::time::Duration;
/// use therapy_scribe_core::{audio::AudioSink, *};
///
/// /// Hears nothing.
/// struct Nowhere;
///
/// #[async_trait::async_trait]
/// impl AudioSink for Nowhere {
///     fn format(&self) -> AudioFormat { AudioFormat::mono(SampleRate::HZ_16000) }
///     async fn play(&mut self, _frame: &AudioFrame) -> Result<(), AudioError> { Ok(()) }
///     fn flush(&mut self) {}
///     async fn drain(&mut self) -> Result<(), AudioError> { Ok(()) }
///     fn queued(&self) -> Duration { Duration::ZERO }
/// }
/// ```
#[async_trait]
pub trait AudioSink: Send {
    /// The format that frames must have. It never changes.
    fn format(&self) -> AudioFormat;

    /// Takes a frame, to be heard after those that were taken before. The time that it carries means nothing here. Waits
    /// while much is queued.
    ///
    /// Must be cancel safe: the frame of a dropped call is heard all the same, unless it is flushed.
    ///
    /// # Errors
    /// [`AudioError::Format`] for a frame of another format; others when nothing can be played any more.
    async fn play(&mut self, frame: &AudioFrame) -> Result<(), AudioError>;

    /// Forgets what was not heard yet: somebody has interrupted. What the device itself has taken, some ten
    /// milliseconds, is still heard.
    fn flush(&mut self);

    /// Waits until everything is heard. Must be cancel safe.
    ///
    /// # Errors
    /// [`AudioError`] when it can't be.
    async fn drain(&mut self) -> Result<(), AudioError>;

    /// How much was taken and is not heard yet.
    fn queued(&self) -> Duration;

    /// Something that a person should know, such as a loudspeaker that was unplugged; each is told once.
    fn take_notice(&mut self) -> Option<Notice> {
        None
    }
}

#[async_trait]
impl<S: AudioSink + ?Sized> AudioSink for Box<S> {
    fn format(&self) -> AudioFormat {
        (**self).format()
    }

    async fn play(&mut self, frame: &AudioFrame) -> Result<(), AudioError> {
        (**self).play(frame).await
    }

    fn flush(&mut self) {
        (**self).flush();
    }

    async fn drain(&mut self) -> Result<(), AudioError> {
        (**self).drain().await
    }

    fn queued(&self) -> Duration {
        (**self).queued()
    }

    fn take_notice(&mut self) -> Option<Notice> {
        (**self).take_notice()
    }
}
