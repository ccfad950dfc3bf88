//! What passes between a model that calls tools and the tools, whoever the model is.

use std::fmt;

use serde_json::Value;
use therapy_scribe_core::Phi;

/// Names one call; opaque, given by the model's provider.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(String);

impl CallId {
    /// The provider's id.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// As the provider wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A model's call of a tool.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ToolCall {
    /// Which call.
    pub id: CallId,
    /// The tool's name, as the model wrote it.
    pub name: String,
    /// The arguments: an object, as a rule.
    pub args: Phi<Value>,
}

impl ToolCall {
    /// A call.
    pub fn new(id: CallId, name: impl Into<String>, args: Value) -> Self {
        Self {
            id,
            name: name.into(),
            args: Phi::new(args),
        }
    }
}

/// What came of a call: exactly one for each.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ToolOutcome {
    /// Which call.
    pub id: CallId,
    /// What the model is told: JSON.
    pub result: Phi<Value>,
    /// Whether the call failed.
    pub is_error: bool,
}

impl ToolOutcome {
    /// What a tool returned.
    #[must_use]
    pub const fn returned(id: CallId, result: Value) -> Self {
        Self {
            id,
            result: Phi::new(result),
            is_error: false,
        }
    }

    /// Why a call failed, in words for the model.
    #[must_use]
    pub const fn failed(id: CallId, result: Value) -> Self {
        Self {
            id,
            result: Phi::new(result),
            is_error: true,
        }
    }
}
