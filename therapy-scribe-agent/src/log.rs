//! What was said and done in a conversation, for the host's own record of it.

mod export;
mod spoken;

use std::{collections::VecDeque, fmt, time::Duration};

use serde_json::Value;
use therapy_scribe_core::Phi;

use crate::{
    AgentEvent, CallFate, CallId, ConfirmedBy, ReplyId, RequestId, SessionOrigin, ToolCall,
    ToolOutcome, UserText,
};
use spoken::{Speech, Told};

/// How many entries are kept, the newest.
const MOST: usize = 10_000;

/// The log of a conversation: what the clinician said, what of the agent's words was really heard, what was called and what
/// came of it, what was asked and answered.
///
/// It is fed with the conversation's events, each with the time since its begin, and told of outcomes and confirmations:
///
/// ```
/// use std::time::Duration;
/// use therapy_scribe_agent::{AgentEvent, ConversationLog, Logged, UserText};
///
/// let mut log = ConversationLog::new();
/// let said = UserText::new("msg_1", "Draft a DAP note.", None);
/// log.event(Duration::from_secs(4), &AgentEvent::UserSaid(said));
/// assert!(matches!(log.entries().next().unwrap().what, Logged::ClinicianSaid { .. }));
/// println!("{}", log.to_json().expose()); // on purpose: this is what was said
/// ```
///
/// Entries are in the order in which things began. A log keeps the newest 10 000. It holds what people said: its `Debug`
/// shows how many entries there are, and nothing writes it anywhere but [`to_json`](Self::to_json).
#[derive(Clone, Default)]
pub struct ConversationLog {
    entries: VecDeque<Kept>,
    forgotten: usize,
    speech: Speech,
    /// When the clinician was noticed to speak.
    began: Option<Duration>,
}

/// One entry of a [`ConversationLog`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LogEntry {
    /// When it began, counted from the conversation's begin.
    pub at: Duration,
    /// What happened.
    pub what: Logged,
}

/// What happened in a conversation.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Logged {
    /// What the clinician said: the recogniser's last word.
    #[non_exhaustive]
    ClinicianSaid {
        /// The words.
        text: Phi<String>,
    },
    /// Words of the agent.
    #[non_exhaustive]
    AgentSaid {
        /// The words: of a reply that was cut short those that were heard, of one that nobody heard those that were written.
        text: Phi<String>,
        /// What of it was heard.
        heard: HeardOf,
    },
    /// A tool was called.
    #[non_exhaustive]
    Called {
        /// Its name, as the model wrote it.
        name: String,
        /// The arguments.
        args: Phi<Value>,
        /// What came of it, once it is known.
        result: Option<CallResult>,
        /// How the call ended, once it has.
        fate: Option<CallFate>,
        /// When that was, counted from the conversation's begin.
        ended: Option<Duration>,
    },
    /// The clinician was asked to confirm something.
    #[non_exhaustive]
    Asked {
        /// Which request.
        request: RequestId,
        /// What was shown or read to them.
        shown: Phi<String>,
    },
    /// They answered, or the question lapsed.
    #[non_exhaustive]
    Answered {
        /// Which request.
        request: RequestId,
        /// How.
        how: LoggedAnswer,
    },
    /// A session began, went on, or took another's place.
    Session(SessionOrigin),
    /// The connection was lost.
    Lost,
    /// The conversation is over.
    Ended,
}

/// What of the agent's words was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeardOf {
    /// All of them.
    All,
    /// These, and then the clinician or the connection cut in.
    Begin,
    /// None: they came as text alone.
    Nothing,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CallResult {
    /// What the model is told.
    pub result: Phi<Value>,
    /// Whether the tool failed.
    pub is_error: bool,
}

/// How a request for confirmation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoggedAnswer {
    /// Yes.
    Yes(ConfirmedBy),
    /// No.
    No,
    /// Something that is neither.
    Unclear,
    /// It could not be heard safely, and was asked again.
    AskedAgain,
    /// It came too late, or not at all.
    Expired,
}

#[derive(Clone)]
struct Kept {
    entry: LogEntry,
    key: Key,
}

/// What later news of an entry goes by.
#[derive(Clone, PartialEq)]
enum Key {
    None,
    Item(String),
    Reply(ReplyId),
    Call(CallId),
}

impl ConversationLog {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// All entries, in the order in which they began.
    pub fn entries(&self) -> impl Iterator<Item = &LogEntry> {
        self.entries.iter().map(|kept| &kept.entry)
    }

    /// How many entries there were before those that are kept.
    #[must_use]
    pub const fn forgotten(&self) -> usize {
        self.forgotten
    }

    /// Something happened, `at` after the conversation's begin. All events may be given, and in their order;
    /// [`AgentEvent::Audio`] and [`AgentEvent::Caption`] say what of a reply was heard where the service does not.
    pub fn event(&mut self, at: Duration, event: &AgentEvent) {
        match event {
            AgentEvent::UserStarted => self.began = Some(at),
            AgentEvent::UserSaid(text) => self.clinician_said(at, text),
            AgentEvent::ToolCall(call) => self.called(at, call),
            AgentEvent::CallSettled { id, fate } => self.settled(at, id, *fate),
            AgentEvent::Ready(session) => self.push(at, Key::None, Logged::Session(session.origin)),
            AgentEvent::Lost { .. } => self.push(at, Key::None, Logged::Lost),
            AgentEvent::Closed(_) => self.push(at, Key::None, Logged::Ended),
            event => {
                for told in self.speech.event(at, event) {
                    self.agent_said(told);
                }
            }
        }
    }

    /// What came of a call, as it is handed to the agent. Told again, the first counts.
    pub fn outcome(&mut self, outcome: &ToolOutcome) {
        if let Some(Logged::Called { result, .. }) = self.find(&Key::Call(outcome.id.clone())) {
            result.get_or_insert_with(|| CallResult {
                result: outcome.result.clone(),
                is_error: outcome.is_error,
            });
        }
    }

    /// The clinician is asked to confirm what is shown or read to them.
    pub fn asked(&mut self, at: Duration, request: RequestId, shown: impl Into<String>) {
        let shown = Phi::new(shown.into());
        self.push(at, Key::None, Logged::Asked { request, shown });
    }

    /// They answered, or the question lapsed.
    pub fn answered(&mut self, at: Duration, request: RequestId, how: LoggedAnswer) {
        self.push(at, Key::None, Logged::Answered { request, how });
    }

    /// The log as JSON: an array of objects with `at_ms`, `kind` and what belongs to it. It holds what was said: whoever
    /// calls this takes care of where it goes.
    #[must_use]
    pub fn to_json(&self) -> Phi<Value> {
        Phi::new(self.entries().map(export::entry).collect())
    }

    /// A turn that the service ended too early comes again, with the words of both.
    fn clinician_said(&mut self, at: Duration, said: &UserText) {
        let key = Key::Item(said.item.clone());
        let began = self.began.take().unwrap_or(at);
        let last = self
            .entries
            .iter_mut()
            .rev()
            .find(|kept| matches!(kept.key, Key::Item(_)))
            .filter(|kept| kept.key == key && !said.item.is_empty());
        if let Some(Logged::ClinicianSaid { text }) = last.map(|kept| &mut kept.entry.what) {
            text.clone_from(&said.text);
            return;
        }
        let text = said.text.clone();
        self.push(began, key, Logged::ClinicianSaid { text });
    }

    fn agent_said(&mut self, told: Told) {
        let what = Logged::AgentSaid {
            text: told.text,
            heard: told.heard,
        };
        let key = Key::Reply(told.reply);
        match self.find(&key) {
            Some(known) => *known = what,
            None => self.push(told.began, key, what),
        }
    }

    fn called(&mut self, at: Duration, call: &ToolCall) {
        let what = Logged::Called {
            name: call.name.clone(),
            args: call.args.clone(),
            result: None,
            fate: None,
            ended: None,
        };
        self.push(at, Key::Call(call.id.clone()), what);
    }

    fn settled(&mut self, at: Duration, id: &CallId, how: CallFate) {
        if let Some(Logged::Called { fate, ended, .. }) = self.find(&Key::Call(id.clone())) {
            *fate = Some(how);
            *ended = Some(at);
        }
    }

    fn find(&mut self, key: &Key) -> Option<&mut Logged> {
        let mut kept = self.entries.iter_mut().rev();
        kept.find(|kept| kept.key == *key)
            .map(|kept| &mut kept.entry.what)
    }

    fn push(&mut self, at: Duration, key: Key, what: Logged) {
        let entry = LogEntry { at, what };
        let place = self.entries.partition_point(|kept| kept.entry.at <= at);
        self.entries.insert(place, Kept { entry, key });
        if self.entries.len() > MOST {
            self.entries.pop_front();
            self.forgotten += 1;
        }
    }
}

impl fmt::Debug for ConversationLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConversationLog({} entries)", self.entries.len())
    }
}
