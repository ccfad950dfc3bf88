//! Tools that a model may call while it answers.

use std::fmt;

use serde_json::Value;
use therapy_scribe_core::Phi;

use super::{ChatMessage, Speaker};

/// A tool that a model is offered.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ChatTool {
    /// Its name: letters, digits, `_` and `-`, at most 64.
    pub name: String,
    /// When to call it.
    pub description: String,
    /// The JSON schema of its arguments, an object. It must hold no patient data: vendors keep schemas for a while.
    pub parameters: Value,
}

impl ChatTool {
    /// A tool.
    pub fn new(name: impl Into<String>, description: impl Into<String>, parameters: Value) -> Self {
        Self {
            name: name.into(),
            description: description.into(),
            parameters,
        }
    }
}

/// A call of a tool that a model asks for. `Debug` shows no arguments.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChatToolCall {
    /// The provider's id, which the outcome repeats; empty where the provider gave none.
    pub id: String,
    /// The tool, as the model wrote it.
    pub name: String,
    /// The arguments as the model wrote them: an object as a rule, the text itself where it is no JSON.
    pub arguments: Phi<Value>,
}

impl ChatToolCall {
    /// A call.
    pub fn new(id: impl Into<String>, name: impl Into<String>, arguments: Value) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            arguments: Phi::new(arguments),
        }
    }
}

impl fmt::Debug for ChatToolCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChatToolCall({})", self.name)
    }
}

impl ChatMessage {
    /// What the model said when it asked for calls, which may be nothing.
    pub fn calling(text: impl Into<String>, calls: Vec<ChatToolCall>) -> Self {
        Self {
            calls,
            ..Self::new(Speaker::Assistant, text)
        }
    }

    /// What came of the call with this id: a text with JSON, as a rule. Each call of a message is answered before the model
    /// is asked again.
    pub fn outcome(call: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            answers: Some(call.into()),
            ..Self::new(Speaker::Tool, text)
        }
    }
}
