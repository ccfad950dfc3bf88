//! What goes wrong, and when (`streaming-stt.md` 11.12).

mod plan;
mod random;

use std::time::Duration;

pub(crate) use plan::Plan;
pub use random::Faults;

/// Something that goes wrong once. All times are protocol time.
///
/// ```
/// use therapy_scribe_emulator::{Emulator, Fault, FaultKind};
///
/// let builder = Emulator::builder().faults([
///     Fault::at(30_000, FaultKind::Drop),
///     Fault::on_open(1, FaultKind::NeverBegin),
/// ]);
/// # let _ = builder;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    when: When,
    kind: FaultKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    /// Milliseconds of recording time.
    At(u64),
    /// The session of that number opens.
    Open(u64),
}

/// What goes wrong with a streaming session.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// The connection is gone without a close (1006).
    Drop,
    /// The connection is reset in the middle of a frame.
    Reset,
    /// The connection stays, and nothing is read, written or answered any more, also no ping.
    HalfOpen,
    /// For so long nothing is sent, also no pong, while audio is read. What was due comes afterwards.
    Stall(Duration),
    /// For so long nothing is read, so that the client's audio backs up, while messages are sent.
    SlowReader(Duration),
    /// `Error` 3005, then a close with that code (8.1).
    ServerError,
    /// A close with this code, without an `Error` before it. It has to be one that may stand in a close: 1000 to 1003, 1007 to
    /// 1013, 3000 to 4999.
    CloseWithoutError(u16),
    /// `Error` 3005, and no close after it; nothing else comes.
    ErrorWithoutClose,
    /// An error object without `type` (4), then a close with its code, 3005.
    ErrorWithoutType,
    /// The session is refused with `Error` 1008 and a close (8.1).
    Refuse(Unauthorized),
    /// `Begin`, and 5 s later `Error` 3005 and a close.
    BeginThenError,
    /// `Begin` never comes.
    NeverBegin,
    /// The network is out: the connection is gone, and for so long every new one to the emulator's port is reset, also those
    /// to its gateway.
    RefuseConnect(Duration),
    /// The session expires: `Error` 3008, and a close.
    Expire,
    /// A `Warning` with this text (4.7); the session goes on.
    Warning(String),
    /// A message of an unknown type; the session goes on.
    UnknownType,
    /// The next `Turn` has unknown fields, and so have its words.
    UnknownFields,
    /// The next final `Turn` comes twice.
    DuplicateFinal,
    /// A binary message; the session goes on.
    BinaryFrame,
}

/// Why a session is refused with 1008: the texts of 8.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unauthorized {
    /// Too many sessions were opened in a minute.
    OpenRate,
    /// The key is not known.
    Key,
    /// The token is too old.
    ExpiredToken,
    /// The account has no money left.
    Account,
    /// A mistake of the service with a key that is good.
    IncorrectPadding,
}

impl Fault {
    /// Hits the session that is the first to have received so much of a recording, in milliseconds since the recording's
    /// first sample: PCM only, as encoded audio has no clock here. What happens when a session opens
    /// ([`Refuse`](FaultKind::Refuse), [`BeginThenError`](FaultKind::BeginThenError),
    /// [`NeverBegin`](FaultKind::NeverBegin)) hits the next one that opens after that, one session each.
    #[must_use]
    pub const fn at(audio_ms: u64, kind: FaultKind) -> Self {
        Self {
            when: When::At(audio_ms),
            kind,
        }
    }

    /// Hits the `n`-th session, from 0, as soon as it opens, or after its `Begin` what is only sent in a session. Every
    /// upgrade counts, also those that are refused: it is the index in [`Emulator::sessions`](crate::Emulator::sessions).
    #[must_use]
    pub const fn on_open(n: u64, kind: FaultKind) -> Self {
        Self {
            when: When::Open(n),
            kind,
        }
    }

    /// What goes wrong.
    #[must_use]
    pub const fn kind(&self) -> &FaultKind {
        &self.kind
    }

    /// The recording time at which it happens, in milliseconds; `None` where a session's opening decides.
    #[must_use]
    pub const fn at_ms(&self) -> Option<u64> {
        match self.when {
            When::At(at_ms) => Some(at_ms),
            When::Open(_) => None,
        }
    }
}

impl FaultKind {
    /// Whether it is about a session's opening.
    const fn is_at_opening(&self) -> bool {
        matches!(
            self,
            Self::Refuse(_) | Self::BeginThenError | Self::NeverBegin
        )
    }

    /// Whether a session is over that it hits, sooner or later.
    pub(crate) const fn ends(&self) -> bool {
        match self {
            Self::Drop
            | Self::Reset
            | Self::HalfOpen
            | Self::ServerError
            | Self::CloseWithoutError(_)
            | Self::ErrorWithoutClose
            | Self::ErrorWithoutType
            | Self::Refuse(_)
            | Self::BeginThenError
            | Self::NeverBegin
            | Self::RefuseConnect(_)
            | Self::Expire => true,
            Self::Stall(_)
            | Self::SlowReader(_)
            | Self::Warning(_)
            | Self::UnknownType
            | Self::UnknownFields
            | Self::DuplicateFinal
            | Self::BinaryFrame => false,
        }
    }
}

impl Unauthorized {
    /// The text of the `Error`.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::OpenRate => "Unauthorized Connection: Too many concurrent sessions",
            Self::Key => "Unauthorized Connection: Invalid API key",
            Self::ExpiredToken => "Unauthorized Connection: Signature has expired",
            Self::Account => "Unauthorized Connection: Insufficient account balance",
            Self::IncorrectPadding => "Unauthorized connection: Incorrect padding",
        }
    }
}
