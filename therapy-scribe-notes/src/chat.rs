//! The seam to language models.

mod tools;

use std::{fmt, time::Duration};

use async_trait::async_trait;
use serde_json::Value;
use therapy_scribe_core::{Phi, Privacy};

pub use tools::{ChatTool, ChatToolCall};

use crate::{Result, WallTime};

/// A language model that answers a conversation, if asked so with a value of a JSON schema.
///
/// The crate's documentation shows one that is scripted.
#[async_trait]
pub trait ChatModel: Send + Sync + fmt::Debug {
    /// The provider, for records.
    fn name(&self) -> &str;

    /// Where the text goes and how long it stays there.
    fn privacy(&self) -> Privacy;

    /// How many tokens it reads and writes in one call, where that is known; else it is taken for 100 000. Sessions that
    /// do not fit are drafted in parts.
    fn context_window(&self) -> Option<u32> {
        None
    }

    /// Whether it calls the tools of a [`ChatRequest`]. One that does not answers as if none were offered, so whoever needs
    /// calls asks first. Default: it does not.
    fn takes_tools(&self) -> bool {
        false
    }

    /// Answers. It keeps its own deadline and retries; the caller sees one outcome.
    ///
    /// Dropping the future abandons the call, which the provider may bill all the same.
    ///
    /// # Errors
    /// [`Error`](crate::Error) when there is no answer. An answer that can't be used is not an error here.
    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply>;

    /// Whether it can be used for notes, today and in the weeks to come: to be asked when a host starts. A model that
    /// has no catalogue to ask says yes.
    ///
    /// # Errors
    /// [`Error::Model`](crate::Error::Model) for what can't be used, or why it could not be found out.
    async fn check(&self, now: WallTime) -> Result<()> {
        let _ = now;
        Ok(())
    }
}

/// What a model is asked. `Debug` shows sizes, never text.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ChatRequest {
    /// What holds for the whole conversation.
    pub system: String,
    /// What was said so far.
    pub messages: Vec<ChatMessage>,
    /// The value that the answer must be.
    pub schema: Option<ResponseSchema>,
    /// The tools that it may call, for a model that [takes them](ChatModel::takes_tools).
    pub tools: Vec<ChatTool>,
    /// The longest answer in tokens, thinking included.
    pub max_tokens: u32,
    /// How many calls it may take at most; each may be billed, even one whose answer never came. Default 3.
    pub tries: usize,
    /// The model that should answer if it can, as where its own answer is to be put right. For providers of several.
    pub prefer: Option<String>,
    /// Models that have had their turn: the others are asked first.
    pub avoid: Vec<String>,
}

const TRIES: usize = 3;
/// The default budget: a note needs one to two thousand tokens, and some models think within it.
const MAX_TOKENS: u32 = 6000;

impl ChatRequest {
    /// A request with one message of the user's.
    pub fn new(system: impl Into<String>, user: impl Into<String>) -> Self {
        Self::conversation(system, vec![ChatMessage::new(Speaker::User, user)])
    }

    /// A request in the course of a conversation.
    pub fn conversation(system: impl Into<String>, messages: Vec<ChatMessage>) -> Self {
        Self {
            system: system.into(),
            messages,
            schema: None,
            tools: Vec::new(),
            max_tokens: MAX_TOKENS,
            tries: TRIES,
            prefer: None,
            avoid: Vec::new(),
        }
    }

    /// The same for a value of this schema.
    #[must_use]
    pub fn schema(mut self, schema: ResponseSchema) -> Self {
        self.schema = Some(schema);
        self
    }

    /// The same with tools that may be called.
    #[must_use]
    pub fn tools(mut self, tools: impl IntoIterator<Item = ChatTool>) -> Self {
        self.tools = tools.into_iter().collect();
        self
    }

    /// The same with another budget.
    #[must_use]
    pub const fn max_tokens(mut self, max_tokens: u32) -> Self {
        self.max_tokens = max_tokens;
        self
    }
}

impl fmt::Debug for ChatRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatRequest")
            .field("messages", &self.messages.len())
            .field("tools", &self.tools.len())
            .field("max_tokens", &self.max_tokens)
            .finish_non_exhaustive()
    }
}

/// One message of a conversation. `Debug` shows its size.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChatMessage {
    /// Whose it is.
    pub speaker: Speaker,
    /// Its text.
    pub text: String,
    /// The calls that it asks for, where it is the model's.
    pub calls: Vec<ChatToolCall>,
    /// The id of the call that it answers, where it is a tool's.
    pub answers: Option<String>,
}

impl ChatMessage {
    /// A message.
    pub fn new(speaker: Speaker, text: impl Into<String>) -> Self {
        Self {
            speaker,
            text: text.into(),
            calls: Vec::new(),
            answers: None,
        }
    }
}

impl fmt::Debug for ChatMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ChatMessage({:?}, {} bytes, {} calls)",
            self.speaker,
            self.text.len(),
            self.calls.len()
        )
    }
}

/// Whose a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Speaker {
    /// Who asks.
    User,
    /// The model.
    Assistant,
    /// A tool that the model has called.
    Tool,
}

/// The schema of an answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ResponseSchema {
    /// Its name: letters, digits, `_` and `-`, at most 64.
    pub name: String,
    /// The schema. It must hold no patient data: vendors keep schemas for a while.
    pub schema: Value,
}

impl ResponseSchema {
    /// A named schema; other characters of the name become `_`.
    #[must_use]
    pub fn new(name: &str, schema: Value) -> Self {
        let plain = |c: char| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        };
        Self {
            name: name.chars().map(plain).take(64).collect(),
            schema,
        }
    }
}

/// What a model answered. `Debug` shows no text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ChatReply {
    /// Its text; beside calls it may be empty.
    pub content: Phi<String>,
    /// The tools that it wants called, in its order. None where none were offered, as a rule.
    pub calls: Vec<ChatToolCall>,
    /// Why it ended.
    pub finish: Finish,
    /// The model that wrote it, where that is known.
    pub model: Option<String>,
    /// The provider's id of the request, for support.
    pub request_id: Option<String>,
    /// What it cost.
    pub usage: Usage,
    /// How many calls it took, this one included.
    pub tries: usize,
}

impl ChatReply {
    /// An answer with this text.
    pub fn new(content: impl Into<String>, finish: Finish) -> Self {
        Self {
            content: Phi::new(content.into()),
            calls: Vec::new(),
            finish,
            model: None,
            request_id: None,
            usage: Usage::default(),
            tries: 1,
        }
    }

    /// The same with calls of tools.
    #[must_use]
    pub fn calls(mut self, calls: impl IntoIterator<Item = ChatToolCall>) -> Self {
        self.calls = calls.into_iter().collect();
        self
    }
}

/// Why an answer ended, whatever the vendor calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Finish {
    /// It is whole.
    Complete,
    /// The budget was used up.
    OutOfBudget,
    /// The model wants to call a tool.
    ToolCall,
    /// The model or a filter declined.
    Declined,
    /// A word that nobody knows, or none.
    Unknown,
}

/// What an answer cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Usage {
    /// Tokens that were read.
    pub input_tokens: u64,
    /// Tokens that were written, thinking included.
    pub output_tokens: u64,
    /// How long it took.
    pub duration: Duration,
}
