//! The seam to whoever the agent is.

use std::{fmt, pin::Pin, sync::Arc};

use async_trait::async_trait;
use futures_core::Stream;
use therapy_scribe_core::{AudioFormat, AudioFrame, BoxError, Phi, Privacy};

use crate::{AgentEvent, ToolOutcome, config::VoiceTool};

/// Holds spoken conversations, and calls tools in them.
#[async_trait]
pub trait VoiceAgent: Send + Sync {
    /// A name for people.
    fn name(&self) -> &str;

    /// Where the conversation goes, and how long it stays there.
    fn privacy(&self) -> Privacy;

    /// What this provider can do.
    fn abilities(&self) -> AgentAbilities;

    /// Begins a conversation, and returns when the agent hears. Its first event is [`AgentEvent::Ready`], its last is
    /// [`AgentEvent::Closed`] or an error.
    ///
    /// Cancel safe: a dropped call leaves no conversation behind.
    ///
    /// # Errors
    /// [`AgentFailure`] when there is no conversation.
    async fn converse(&self, brief: AgentBrief) -> Result<AgentConnection, AgentFailure>;
}

/// What an agent is to be in a conversation.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AgentBrief {
    /// Who it is, what it knows, how it speaks.
    pub prompt: Phi<String>,
    /// What it says first; `None`: it listens first.
    pub greeting: Option<String>,
    /// What it may call.
    pub tools: Vec<VoiceTool>,
}

impl AgentBrief {
    /// A brief with a prompt.
    pub fn new(prompt: impl Into<String>) -> Self {
        Self {
            prompt: Phi::new(prompt.into()),
            greeting: None,
            tools: Vec::new(),
        }
    }

    /// With words to begin with.
    #[must_use]
    pub fn greeting(mut self, greeting: impl Into<String>) -> Self {
        self.greeting = Some(greeting.into());
        self
    }

    /// With tools.
    #[must_use]
    pub fn tools(mut self, tools: impl IntoIterator<Item = VoiceTool>) -> Self {
        self.tools = tools.into_iter().collect();
        self
    }
}

/// What a provider can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a yes or no of its own"
)]
pub struct AgentAbilities {
    /// A lost connection is made again and the agent remembers.
    pub resumes: bool,
    /// A conversation can outlast the provider's longest session.
    pub hands_over: bool,
    /// A new prompt takes the old one's place; otherwise it is added to it.
    pub prompt_replaces: bool,
    /// It says when text was written and not spoken.
    pub marks_unspoken: bool,
}

/// The two ends of a conversation.
#[non_exhaustive]
pub struct AgentConnection {
    /// To speak to it.
    pub line: Arc<dyn AgentLine>,
    /// What it says.
    pub events: AgentStream,
}

/// What a conversation says.
pub type AgentStream = Pin<Box<dyn Stream<Item = Result<AgentEvent, AgentFailure>> + Send>>;

impl AgentConnection {
    /// Two ends.
    pub fn new(line: Arc<dyn AgentLine>, events: AgentStream) -> Self {
        Self { line, events }
    }
}

impl fmt::Debug for AgentConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AgentConnection")
    }
}

/// Speaks to an agent. When the last clone is dropped, the conversation ends with a goodbye.
#[async_trait]
pub trait AgentLine: Send + Sync {
    /// The format that frames must have.
    fn format(&self) -> AudioFormat;

    /// Sends a frame of any length; waits while the agent takes no more.
    ///
    /// # Errors
    /// [`AgentFailure`] when the conversation is over, or for a frame of another format.
    async fn send(&self, frame: &AudioFrame) -> Result<(), AgentFailure>;

    /// Asks for something.
    ///
    /// # Errors
    /// [`AgentFailure`] when the conversation is over, or for what the provider would refuse.
    async fn command(&self, command: AgentCommand) -> Result<(), AgentFailure>;
}

/// What can be asked of an agent.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum AgentCommand {
    /// What came of a call.
    Outcome(ToolOutcome),
    /// Have it speak now, by these instructions.
    Say(Phi<String>),
    /// Change prompt and tools, together.
    Update(AgentUpdate),
    /// Have it stop speaking.
    Interrupt,
    /// Tell it something, without an answer of its own.
    Context(ContextRole, Phi<String>),
    /// What a new session would have to know of this one, should one be needed; takes the place of the last.
    Recap(Phi<String>),
    /// Say goodbye.
    End,
}

/// As whose words something is told to an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContextRole {
    /// The clinician's.
    User,
    /// Those of whoever made the prompt.
    System,
}

/// Another prompt, other tools, or both at once: a prompt must not name a tool that is not there.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct AgentUpdate {
    /// Takes the prompt's place from the next reply on.
    pub prompt: Option<Phi<String>>,
    /// Takes the place of all tools.
    pub tools: Option<Vec<VoiceTool>>,
}

impl AgentUpdate {
    /// No change yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With a prompt.
    #[must_use]
    pub fn prompt(mut self, prompt: impl Into<String>) -> Self {
        self.prompt = Some(Phi::new(prompt.into()));
        self
    }

    /// With tools.
    #[must_use]
    pub fn tools(mut self, tools: impl IntoIterator<Item = VoiceTool>) -> Self {
        self.tools = Some(tools.into_iter().collect());
        self
    }
}

/// Why there is no conversation, or no more: a sentence for people, and its cause.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct AgentFailure {
    /// The sentence.
    pub message: String,
    /// Whether another try can help.
    pub retryable: bool,
    /// The provider's own error.
    #[source]
    pub source: Option<BoxError>,
}

impl AgentFailure {
    /// A failure.
    pub fn new(message: impl Into<String>, retryable: bool, source: Option<BoxError>) -> Self {
        Self {
            message: message.into(),
            retryable,
            source,
        }
    }
}
