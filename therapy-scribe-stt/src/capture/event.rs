//! What a capture says, and what it leaves.

use std::time::Duration;

use therapy_scribe_core::{
    ConnectionStatus, Gap, Notice, RoleMap, ServiceSession, SpeakerId, SttStats, Transcript, TurnId,
};

/// A notice that something changed; what it is now is in [`Capture::snapshot`](super::Capture::snapshot).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum CaptureEvent {
    /// An open turn has a newer text.
    Partial(TurnId),
    /// A turn is final.
    Final(TurnId),
    /// The speakers of these turns changed.
    Revised(Vec<TurnId>),
    /// The roles changed: every line may read differently.
    Roles(RoleMap),
    /// How the connection is.
    Status(ConnectionStatus),
    /// A stretch was lost.
    Gap(Gap),
    /// Something worth telling the clinician once.
    Notice(Notice),
    /// The end, and all is well; always the last.
    Closed(CaptureStats),
}

/// What a capture was worth.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct CaptureStats {
    /// Audio that the source delivered.
    pub captured: Duration,
    /// How often a connection was made up for by another.
    pub reconnects: u32,
    /// How often a connection was replaced before the service would have ended it.
    pub rotations: u32,
    /// The last connection.
    pub connection: SttStats,
}

impl CaptureStats {
    /// Of two participants' channels in one.
    pub(super) fn together(self, other: Self) -> Self {
        let (one, two) = (self.connection, other.connection);
        let mut connection = one;
        connection.audio_sent += two.audio_sent;
        connection.audio_heard = one.audio_heard.zip(two.audio_heard).map(|(a, b)| a + b);
        connection.billed = one.billed.zip(two.billed).map(|(a, b)| a + b);
        connection.malformed += two.malformed;
        connection.unknown += two.unknown;
        connection.partials_skipped += two.partials_skipped;
        connection.complete &= two.complete;
        Self {
            captured: self.captured.max(other.captured),
            reconnects: self.reconnects + other.reconnects,
            rotations: self.rotations + other.rotations,
            connection,
        }
    }
}

/// A captured session.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Session {
    /// What was said.
    pub transcript: Transcript,
    /// Figures.
    pub stats: CaptureStats,
    /// The session at the service, where one came about.
    pub service: Option<ServiceSession>,
    /// Channels of a call that ended before their time, in order; what they missed is a gap of theirs.
    pub failed: Vec<FailedChannel>,
}

/// A channel of a call that ended before its time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailedChannel {
    /// Whose channel it is; [`Transcript::role_of`] says who that is.
    pub speaker: SpeakerId,
    /// One sentence: what happened.
    pub reason: String,
}

impl Session {
    /// A session of a transcript that was made elsewhere, such as a stored one.
    #[must_use]
    pub fn from_transcript(transcript: Transcript) -> Self {
        Self {
            transcript,
            stats: CaptureStats::default(),
            service: None,
            failed: Vec::new(),
        }
    }

    /// Whether the service confirmed that nothing is missing at the end.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.stats.connection.complete
    }
}
