//! What a conversation says, whoever the agent is.

use std::{fmt, sync::Arc, time::Duration};

use therapy_scribe_core::{AudioFrame, Malformed, Phi, UnknownEvent};

use crate::{CallId, ToolCall};

/// What happens in a conversation. `Debug` shows no word of it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum AgentEvent {
    /// The agent hears from now on. The first event, and again after a reconnect or a hand-over.
    Ready(AgentSession),
    /// The clinician began to speak.
    UserStarted,
    /// The clinician's turn is over.
    UserStopped,
    /// What the clinician has said so far; takes the place of the last of its item.
    UserPartial(UserText),
    /// What the clinician said.
    UserSaid(UserText),
    /// It was no speech: what was shown of this item is to be taken away.
    #[non_exhaustive]
    UserRetracted {
        /// Which.
        item: String,
    },
    /// The agent begins an answer. It may stay silent.
    ReplyStarted(ReplyId),
    /// The answer is whole, or cut short. Its audio may still be playing.
    #[non_exhaustive]
    ReplyEnded {
        /// Which.
        reply: ReplyId,
        /// How.
        end: ReplyEnd,
    },
    /// Speech of the agent, to be played after what came before. The frame's time counts from the reply's begin.
    #[non_exhaustive]
    Audio {
        /// Of which reply.
        reply: ReplyId,
        /// The audio.
        frame: AudioFrame,
    },
    /// The clinician interrupted: what was not heard yet is never to be.
    Flush,
    /// A word of the agent, for captions.
    Caption(Caption),
    /// What the agent said, or wrote without saying it.
    AgentSaid(AgentText),
    /// A tool is to be run, and its outcome handed in.
    ToolCall(ToolCall),
    /// A call is over; an outcome that comes later goes nowhere.
    #[non_exhaustive]
    CallSettled {
        /// Which.
        id: CallId,
        /// How.
        fate: CallFate,
    },
    /// Something to know.
    Notice(AgentNotice),
    /// The connection is gone and is made again.
    #[non_exhaustive]
    Lost {
        /// How long until the next try.
        retry_after: Duration,
    },
    /// The session ends by itself in so long. With a recap at hand it is handed over to a new one first.
    #[non_exhaustive]
    Expiring {
        /// How long it has.
        left: Duration,
    },
    /// What became of the provider's record of a session.
    Record(SessionRecord),
    /// The end, as it was asked for. Always the last.
    Closed(AgentStats),
    /// A message of an unknown type.
    Unknown(UnknownEvent),
    /// A known message of a wrong shape.
    Malformed(Malformed),
}

/// Names a reply; opaque.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReplyId(Arc<str>);

impl ReplyId {
    /// The provider's id.
    pub fn new(id: impl Into<Arc<str>>) -> Self {
        Self(id.into())
    }

    /// As the provider wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReplyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A session that is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgentSession {
    /// The provider's id; a host keeps it until the session's record is deleted.
    pub id: String,
    /// How it came about.
    pub origin: SessionOrigin,
    /// How long it can last.
    pub expires_in: Duration,
}

impl AgentSession {
    /// A session.
    pub fn new(id: impl Into<String>, origin: SessionOrigin, expires_in: Duration) -> Self {
        Self {
            id: id.into(),
            origin,
            expires_in,
        }
    }
}

/// How a session came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionOrigin {
    /// It is the first.
    New,
    /// The connection was lost and made again; the agent remembers.
    Resumed,
    /// It takes the place of another; the agent knows the recap.
    HandedOver,
}

/// Words of the clinician.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserText {
    /// The provider's unit; opaque.
    pub item: String,
    /// All of its words.
    pub text: Phi<String>,
    /// How long ago the agent's speech was to be heard last, by its length; `None` when it has not spoken. Zero while it
    /// plays: what was heard may be its echo.
    pub since_agent: Option<Duration>,
}

impl UserText {
    /// Words.
    pub fn new(
        item: impl Into<String>,
        text: impl Into<String>,
        since_agent: Option<Duration>,
    ) -> Self {
        Self {
            item: item.into(),
            text: Phi::new(text.into()),
            since_agent,
        }
    }
}

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReplyEnd {
    /// Whole.
    Completed,
    /// The clinician cut it short, or the connection did.
    Interrupted,
    /// Another reply began in its place.
    Superseded,
    /// In a way that this crate does not know.
    Other,
}

/// A word for captions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caption {
    /// Of which reply.
    pub reply: ReplyId,
    /// The word or words, without white space around them.
    pub text: Phi<String>,
    /// When it begins, counted from the reply's begin.
    pub start: Option<Duration>,
    /// When it ends.
    pub end: Option<Duration>,
}

impl Caption {
    /// A word.
    pub fn new(
        reply: ReplyId,
        text: impl Into<String>,
        start: Option<Duration>,
        end: Option<Duration>,
    ) -> Self {
        Self {
            reply,
            text: Phi::new(text.into()),
            start,
            end,
        }
    }
}

/// Words of the agent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgentText {
    /// Of which reply.
    pub reply: ReplyId,
    /// The words; after an interruption those that were said before it.
    pub text: Phi<String>,
    /// Whether they could be heard.
    pub spoken: Spoken,
    /// Whether the clinician cut them short.
    pub interrupted: bool,
}

impl AgentText {
    /// Words.
    pub fn new(reply: ReplyId, text: impl Into<String>, spoken: Spoken, interrupted: bool) -> Self {
        Self {
            reply,
            text: Phi::new(text.into()),
            spoken,
            interrupted,
        }
    }
}

/// Whether words of the agent could be heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Spoken {
    /// They came with audible speech.
    Aloud,
    /// They came as text alone, and nobody heard them.
    No,
}

/// How a call ended: each in one of these, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallFate {
    /// Its result was sent.
    Sent,
    /// The turn that it belonged to is over. What a tool changed stays, and the agent is told of it.
    Dropped,
    /// Its time was up.
    Expired,
}

/// Something to know about a conversation.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum AgentNotice {
    /// The agent's turn came and went without a sound, a word or a call.
    NoAnswer,
    /// An answer was owed for seven seconds and was asked for.
    Nudged,
    /// The agent's model failed.
    #[non_exhaustive]
    ReplyFailed {
        /// Whether the answer is asked for once more.
        retryable: bool,
    },
    /// The provider refused a message; the session goes on.
    #[non_exhaustive]
    Refused {
        /// The provider's code.
        code: String,
        /// What it complains of, where it said.
        parameter: Option<String>,
        /// Its words; they may quote.
        detail: Phi<String>,
    },
    /// The agent called a tool that it was never offered. It was told so.
    #[non_exhaustive]
    UnknownTool {
        /// The name that it used.
        name: Phi<String>,
    },
    /// The provider runs a tool itself.
    #[non_exhaustive]
    ServedElsewhere {
        /// The tool's name.
        name: Phi<String>,
    },
    /// A result was too long for the model and an error was sent in its place.
    #[non_exhaustive]
    ResultTooLong {
        /// Of which call.
        id: CallId,
    },
    /// Audio of the agent was dropped: nobody read it for half a minute.
    AudioUnread,
    /// There is no recap: the session ends when its time is up.
    NoRecap,
}

/// What became of the provider's record of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionRecord {
    /// Which session.
    pub session: String,
    /// What became of it.
    pub fate: RecordFate,
}

impl SessionRecord {
    /// A record's fate.
    pub fn new(session: impl Into<String>, fate: RecordFate) -> Self {
        Self {
            session: session.into(),
            fate,
        }
    }
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordFate {
    /// The provider confirmed what it calls a soft delete: it shows the record no more. Whether it is wiped, and when, is a
    /// matter of the contract with it.
    SoftDeleted,
    /// It was to stay.
    Kept,
    /// It is still there; the host should try again, or delete it in the provider's dashboard.
    #[non_exhaustive]
    NotDeleted {
        /// The HTTP status of the refusal; `None` when no answer came.
        status: Option<u16>,
    },
}

/// What a conversation was.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct AgentStats {
    /// Whether the provider confirmed the end. If not, it may bill up to 30 s more.
    pub confirmed: bool,
    /// Whether the provider ended it, without being asked.
    pub by_provider: bool,
    /// What the provider says it lasted, all sessions together, as far as it said.
    pub billed: Option<Duration>,
    /// How many sessions it took.
    pub sessions: u32,
    /// How many times a session was resumed.
    pub resumes: u32,
    /// Audio that was sent.
    pub audio_sent: Duration,
    /// Audio that fell into a gap of the connection.
    pub audio_lost: Duration,
    /// Audio of the agent that came.
    pub audio_heard: Duration,
    /// Messages of unknown types.
    pub unknown: u64,
    /// Messages of wrong shapes.
    pub malformed: u64,
}
