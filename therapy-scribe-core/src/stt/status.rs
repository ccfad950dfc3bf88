//! How a connection is, and what there is to remark.

use std::time::Duration;

use crate::{ConnectionId, MediaTime};

/// How a connection is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ConnectionStatus {
    /// The service is ready. The first event of every connection.
    Ready(ServiceSession),
    /// The service confirms what it has received.
    Received(Receipt),
    /// The connection is gone, or did not come about. Audio is kept meanwhile.
    #[non_exhaustive]
    Lost {
        /// Which one.
        connection: ConnectionId,
        /// Why, in a sentence for people.
        reason: String,
        /// How long until the next try.
        retry_after: Duration,
    },
    /// A new connection hears again what the last one may have missed.
    #[non_exhaustive]
    Replaying {
        /// Where it begins.
        from: MediaTime,
        /// How far the recording is by now.
        to: MediaTime,
    },
    /// The source delivers no audio; silence is sent in its place until it does again.
    #[non_exhaustive]
    Starved {
        /// Where the silence begins.
        since: MediaTime,
    },
    /// Somebody began to speak. It comes with the first words, not before them.
    SpeechStarted(MediaTime),
    /// The service heard no words in a stretch: proof that silence is not loss.
    #[non_exhaustive]
    Silent {
        /// Where it begins.
        from: MediaTime,
        /// Where it ends.
        to: MediaTime,
    },
}

impl ConnectionStatus {
    /// A stretch without words.
    #[must_use]
    pub const fn silent(from: MediaTime, to: MediaTime) -> Self {
        Self::Silent { from, to }
    }

    /// A connection that is gone.
    pub fn lost(
        connection: ConnectionId,
        reason: impl Into<String>,
        retry_after: Duration,
    ) -> Self {
        Self::Lost {
            connection,
            reason: reason.into(),
            retry_after,
        }
    }

    /// A source that delivers nothing.
    #[must_use]
    pub const fn starved(since: MediaTime) -> Self {
        Self::Starved { since }
    }

    /// A stretch that is heard again.
    #[must_use]
    pub const fn replaying(from: MediaTime, to: MediaTime) -> Self {
        Self::Replaying { from, to }
    }
}

/// A session at the service, as it introduces itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceSession {
    /// Which connection.
    pub connection: ConnectionId,
    /// The service's id, for support requests. No PHI.
    pub id: String,
    /// The model that answers, where the service says.
    pub model: Option<String>,
    /// When the service will end it, in seconds since 1970.
    pub expires_at: Option<u64>,
}

impl ServiceSession {
    /// A session with this id.
    pub fn new(connection: ConnectionId, id: impl Into<String>) -> Self {
        Self {
            connection,
            id: id.into(),
            model: None,
            expires_at: None,
        }
    }
}

/// What a service confirms to have received.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Receipt {
    /// Recording time up to which it has audio.
    pub until: MediaTime,
    /// Seconds of audio a second; well over 1 is too fast, under 1 means that audio does not get through.
    pub pace: Option<f64>,
    /// The highest speech probability since the last receipt: near zero over minutes means a dead microphone.
    pub speech: Option<f64>,
}

impl Receipt {
    /// Audio up to here is there.
    #[must_use]
    pub const fn new(until: MediaTime) -> Self {
        Self {
            until,
            pace: None,
            speech: None,
        }
    }
}

/// A remark of the service or of the client. Its text never quotes the session.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notice {
    /// The service's number for it, where it has one.
    pub code: Option<i64>,
    /// One sentence of ours.
    pub text: String,
    /// The service's own words, where it sent any: they may quote a parameter.
    pub detail: Option<crate::Phi<String>>,
}

impl Notice {
    /// A remark.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            code: None,
            text: text.into(),
            detail: None,
        }
    }
}
