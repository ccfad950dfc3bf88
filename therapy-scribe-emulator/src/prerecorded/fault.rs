//! What goes wrong with pre-recorded transcription when it is told to (`pre-recorded.md` 14.11), and what is always odd.

use std::time::Duration;

/// A kind of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TranscriptCall {
    /// `POST /v2/upload`.
    Upload,
    /// `POST /v2/transcript`.
    Submit,
    /// `GET /v2/transcript/{id}`.
    Poll,
    /// `GET /v2/transcript`.
    List,
    /// `DELETE /v2/transcript/{id}`.
    Delete,
    /// Sentences, paragraphs, word search, subtitles.
    Part,
    /// `GET /v2/transcript/{id}/redacted-audio`. There is a copy of WAV uploads of up to 128 MiB.
    RedactedAudio,
    /// `POST /v1/understanding`.
    Understanding,
}

/// Something that goes wrong once.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TranscriptFault {
    /// With which call.
    pub call: TranscriptCall,
    /// How many calls of its kind come first, whatever becomes of them.
    pub after: usize,
    /// What happens.
    pub kind: TranscriptFaultKind,
}

impl TranscriptFault {
    /// The next call of this kind goes wrong.
    #[must_use]
    pub const fn next(call: TranscriptCall, kind: TranscriptFaultKind) -> Self {
        Self {
            call,
            after: 0,
            kind,
        }
    }

    /// So many calls of its kind come first, whatever becomes of them.
    #[must_use]
    pub const fn after(mut self, calls: usize) -> Self {
        self.after = calls;
        self
    }
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TranscriptFaultKind {
    /// This status, with an error in JSON; 503 and 504 come without (section 10).
    Status(u16),
    /// 429 with this long in `Retry-After`, in whole seconds, or without.
    TooMany(Option<Duration>),
    /// The limit of requests told with a 403.
    TooManyAs403,
    /// 400: the account's balance is negative.
    NegativeBalance,
    /// The connection is gone before anything is done.
    DropBefore,
    /// What was asked for is done, and the connection is gone before the answer.
    DropAfter,
    /// An answer that is JSON up to its middle.
    Malformed,
    /// The answer comes after this long, in protocol time.
    Slow(Duration),
    /// The job of this call ends with this error. Of [`TranscriptCall::Submit`].
    Fail(String),
    /// The job of this call stays in processing. Of [`TranscriptCall::Submit`].
    NeverEnds,
    /// The result's first word and first utterance have `start: null`, a number that is a text, and members that nobody
    /// knows. Of
    /// [`TranscriptCall::Submit`].
    WrongTypes,
    /// The job of this call is not there any more.
    Vanish,
}

/// How pre-recorded transcription behaves oddly all the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TranscriptQuirk {
    /// Speaker identification comes without a mapping.
    NoIdentification,
    /// Speaker identification gives all speakers the first value (8.2).
    OneValueForAll,
    /// Jobs are held back for one poll more, `throttled`.
    Throttled,
    /// Nothing is deleted, though it is said to be.
    KeepsDeleted,
    /// The account's balance is negative: every submit is refused.
    NegativeBalance,
}
