//! Stretches of the recording without a transcript.

use serde::{Deserialize, Serialize};

use crate::{MediaTime, SpeakerId};

/// A stretch of recording that no transcript covers, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Gap {
    /// Where it begins.
    #[serde(rename = "from_ms")]
    pub from: MediaTime,
    /// Where it ends.
    #[serde(rename = "to_ms")]
    pub to: MediaTime,
    /// Why it is there.
    pub reason: GapReason,
    /// Whether a later pass filled it.
    pub state: GapState,
    /// Whose channel it is, where each participant has their own; `None`: everybody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker: Option<SpeakerId>,
}

impl Gap {
    /// A gap that nothing has filled yet.
    #[must_use]
    pub const fn new(from: MediaTime, to: MediaTime, reason: GapReason) -> Self {
        Self {
            from,
            to,
            reason,
            state: GapState::Open,
            speaker: None,
        }
    }

    /// The same in the channel of one participant only.
    #[must_use]
    pub const fn of(mut self, speaker: Option<SpeakerId>) -> Self {
        self.speaker = speaker;
        self
    }
}

/// Why a stretch has no transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GapReason {
    /// The connection broke, and the audio was not kept long enough to send it again.
    ConnectionLost,
    /// The source delivered no audio.
    SourceStarved,
    /// The host had paused: what was said then is not for the record.
    Paused,
    /// The session ended before the service had answered.
    EndedEarly,
}

/// Whether a gap was filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GapState {
    /// Nothing covers it.
    Open,
    /// A later pass over the recording filled it.
    Filled,
}
