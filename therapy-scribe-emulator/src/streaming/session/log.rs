//! What tests can see of a session.

use std::fmt;

use serde_json::Value;

use crate::faults::FaultKind;

/// What happened in a session, for tests to look at. Its `Debug` shows no content.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct SessionLog {
    /// The session's id; empty when it was refused before it began.
    pub id: String,
    /// The query as it came, decoded, without `token`; sorted by name.
    pub query: Vec<(String, String)>,
    /// Control messages in the order they came; the first 10 000.
    pub controls: Vec<Value>,
    /// Audio that was received, in bytes.
    pub audio_bytes: u64,
    /// Audio that was received, in milliseconds; 0 for encoded audio.
    pub audio_ms: u64,
    /// The code the session was closed with; `None` while it is open, 1006 when the client vanished.
    pub closed: Option<u16>,
    /// Recording time of the session's first sample, in milliseconds; `None` until it is known, which takes a little sound
    /// where earlier sessions have heard something.
    pub offset_ms: Option<u64>,
    /// Which recording it is, from 0: sessions of one have the same.
    pub recording: Option<u64>,
    /// The faults that have hit the session.
    pub faults: Vec<FaultKind>,
    /// The fault that ended it.
    pub ended_by: Option<FaultKind>,
}

const MOST_CONTROLS: usize = 10_000;

impl SessionLog {
    pub(crate) fn opened(id: String, query: Vec<(String, String)>) -> Self {
        Self {
            id,
            query,
            ..Self::default()
        }
    }

    pub(crate) fn place(&mut self, place: Option<(u64, u64)>) {
        (self.offset_ms, self.recording) = place.unzip();
    }

    pub(crate) fn fault(&mut self, kind: FaultKind) {
        if kind.ends() {
            self.ended_by.get_or_insert(kind.clone());
        }
        self.faults.push(kind);
    }

    pub(crate) fn control(&mut self, message: Value) {
        if self.controls.len() < MOST_CONTROLS {
            self.controls.push(message);
        }
    }
}

impl fmt::Debug for SessionLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionLog")
            .field("id", &self.id)
            .field("parameters", &self.query.len())
            .field("controls", &self.controls.len())
            .field("audio_ms", &self.audio_ms)
            .field("closed", &self.closed)
            .field("offset_ms", &self.offset_ms)
            .field("recording", &self.recording)
            .field("faults", &self.faults.len())
            .finish_non_exhaustive()
    }
}
