//! From a session's clock to the recording's.

use std::time::Duration;

use therapy_scribe_core::{ConnectionId, MediaTime};

/// A service counts from the first sample that a connection was sent; the recording counts from its own first sample.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionClock {
    pub(crate) connection: ConnectionId,
    base: MediaTime,
}

impl SessionClock {
    pub(crate) const fn new(connection: ConnectionId, base: MediaTime) -> Self {
        Self { connection, base }
    }

    /// The recording time of a session time in milliseconds.
    pub(crate) fn media(self, session_ms: u64) -> MediaTime {
        self.base.plus(Duration::from_millis(session_ms))
    }
}
