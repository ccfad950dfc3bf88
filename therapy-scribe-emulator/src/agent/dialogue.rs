//! What the clinician and the agent say, and which tools the agent calls.

mod choose;

use std::fmt;

use serde::Deserialize;
use serde_json::{Map, Value};

pub(crate) use choose::{Spent, combined};

/// A talk with the voice agent, by script: what the clinician says, and what the agent does then.
///
/// ```
/// use therapy_scribe_emulator::Dialogue;
///
/// let dialogue = Dialogue::from_json(r#"{
///     "utterances": [{"text": "Generate the DAP note for this session."}, {"text": "Push it to the EHR."}],
///     "replies": [
///         {"heard": ["dap note"],
///          "calls": [{"name": "generate_dap_note"}],
///          "results": [
///             {"given": {"status": "started"}, "says": "I am writing the note."},
///             {"failed": true, "says": "I could not write the note: {error}"}]},
///         {"heard": ["push", "ehr"],
///          "calls": [{"name": "save_to_ehr", "arguments": {"confirmation": "push it"}}],
///          "results": [{"given": {"status": "needs_confirmation"}, "says": "{ask}"}]}],
///     "otherwise": "Sorry?"}"#)?;
/// assert_eq!(dialogue.replies.len(), 2);
/// # Ok::<_, therapy_scribe_emulator::InvalidDialogue>(())
/// ```
#[derive(Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Dialogue {
    /// What the clinician says, one for each turn that is heard in the audio. A resumed session goes on; a new one begins
    /// again.
    pub utterances: Vec<Utterance>,
    /// What the agent does when it has heard something: the first whose words were said; where none was, the next without
    /// words.
    pub replies: Vec<Reply>,
    /// What it does when `reply.create` comes with instructions, by their words. Without a match it speaks the
    /// instructions as they are.
    pub instructed: Vec<Reply>,
    /// What it says where no reply fits. Nothing, where this is absent.
    pub otherwise: Option<String>,
}

/// What the clinician says in one turn. Its `Debug` shows no words.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Utterance {
    /// The words; empty for a turn in which nothing is recognised.
    pub text: String,
    /// From when to when it is said, in milliseconds of the session's audio: the turn whose voice is in that time. Without
    /// it utterances go in their order.
    pub between_ms: Option<(u64, u64)>,
    /// It is heard in that time although the audio is silent: for a client that streams silence and lets the service lead.
    pub unvoiced: bool,
    /// The silence in milliseconds after which the turn ends, whatever the session's settings: 800 for a service that cuts
    /// in too early.
    pub silence_ms: Option<u64>,
    /// The service joins it to the turn before it, which it ended too early: the final has the words of both.
    pub continues: bool,
    /// A "mm-hm": while the agent is heard it makes no event.
    pub back_channel: bool,
}

/// Something that the agent does: when, and what. Its `Debug` shows no words.
#[derive(Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Reply {
    /// Words that have all been said, in any order; each may be several words that follow each other. Case and punctuation
    /// are no matter. Not for results.
    pub heard: Vec<String>,
    /// It happens once in a session. What has no words always does.
    pub once: bool,
    /// Among the results: of this tool only.
    pub tool: Option<String>,
    /// Among the results: these fields have these values. A name that begins with `/` is a JSON pointer.
    pub given: Map<String, Value>,
    /// Among the results: whether the tool failed.
    pub failed: Option<bool>,
    /// What it says. In a reply to a result `{name}` stands for that field of the result. With calls it is said before
    /// them; without it they begin in silence, as measured (4.2).
    pub says: Option<String>,
    /// The tools that it calls, in parallel.
    pub calls: Vec<Call>,
    /// What it does when all of them have results: for each the first that fits. Without a match it says so in a word.
    pub results: Vec<Reply>,
    /// How it is said.
    pub manner: Manner,
}

/// A call of a tool. The model may call what it was not offered. Its `Debug` shows no arguments.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Call {
    /// The tool.
    pub name: String,
    /// The arguments as they are sent: an object as a rule, but also null or a string (I19).
    #[serde(default = "no_arguments")]
    pub arguments: Value,
    /// How it is called.
    #[serde(default)]
    pub manner: CallManner,
}

/// How something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Manner {
    /// Aloud.
    #[default]
    Spoken,
    /// A reply of pure silence, completed, without a transcript or an error (4.8).
    Silent,
    /// Held silent: a transcript that was never spoken, `interrupted: false` (O12).
    Unspoken,
    /// No reply at all (O11).
    NoReply,
    /// `reply.error`, and no `reply.done` after it.
    Error,
    /// `reply.error` that says it may be tried again, and then `reply.done`.
    RetryableError,
}

/// How a tool is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CallManner {
    /// Once, inside its reply.
    #[default]
    Usual,
    /// Twice with the same id.
    Twice,
    /// After the `reply.done` of its reply (O2).
    AfterDone,
    /// For information only: the platform calls the tool itself (4.7), and no result is waited for.
    Informational,
    /// With the arguments in `args`, as of old.
    Args,
    /// Without arguments.
    Bare,
}

/// A text that is no dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is not a dialogue (line {line}, column {column}): a field is unknown, missing or of the wrong type"
)]
#[non_exhaustive]
pub struct InvalidDialogue {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}

impl Dialogue {
    /// Reads a dialogue from JSON; the fields are those of this type.
    ///
    /// # Errors
    /// [`InvalidDialogue`], with the place.
    pub fn from_json(json: &str) -> Result<Self, InvalidDialogue> {
        serde_json::from_str(json).map_err(|error| InvalidDialogue {
            line: error.line(),
            column: error.column(),
        })
    }
}

impl Dialogue {
    /// The tools that the platform calls itself.
    pub(crate) fn informational(&self) -> impl Iterator<Item = &str> {
        let mut names = Vec::new();
        let mut left: Vec<&Reply> = self.replies.iter().chain(&self.instructed).collect();
        while let Some(reply) = left.pop() {
            left.extend(&reply.results);
            let calls = reply.calls.iter();
            let own = calls.filter(|call| call.manner == CallManner::Informational);
            names.extend(own.map(|call| call.name.as_str()));
        }
        names.sort_unstable();
        names.dedup();
        names.into_iter()
    }
}

fn no_arguments() -> Value {
    Value::Object(Map::new())
}

impl fmt::Debug for Dialogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (said, replies) = (self.utterances.len(), self.replies.len());
        write!(f, "Dialogue({said} utterances, {replies} replies)")
    }
}

impl fmt::Debug for Utterance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Utterance({} bytes)", self.text.len())
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (calls, results) = (self.calls.len(), self.results.len());
        write!(f, "Reply({calls} calls, {results} results)")
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({})", self.name)
    }
}
