//! A tool as the service is told of it.

use std::{fmt, time::Duration};

use serde_json::Value;

/// A tool that the agent may call: plain words and a JSON schema. Checked when the configuration is built.
#[derive(Clone, PartialEq)]
pub struct VoiceTool {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) parameters: Value,
    pub(crate) timeout: Duration,
    pub(crate) mode: ExecutionMode,
    pub(crate) on_success: Option<String>,
    pub(crate) on_error: Option<String>,
    pub(crate) if_interrupted: IfInterrupted,
}

impl VoiceTool {
    /// A tool. The name is `^[a-z][a-z0-9_]{0,63}$`; the description says when to call it; the parameters are a flat
    /// schema `{"type":"object","properties":{…},"required":[…]}`. A result is waited for 120 s.
    pub fn new(name: impl Into<String>, description: impl Into<String>, parameters: Value) -> Self {
        Self {
            name: name.into(),
            description: description.into(),
            parameters,
            timeout: Duration::from_secs(120),
            mode: ExecutionMode::default(),
            on_success: None,
            on_error: None,
            if_interrupted: IfInterrupted::default(),
        }
    }

    /// How long a result is waited for, 1 to 300 s.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// What the agent does meanwhile.
    #[must_use]
    pub const fn execution_mode(mut self, mode: ExecutionMode) -> Self {
        self.mode = mode;
        self
    }

    /// What the model is told after a result, at most 500 characters. It holds whatever the result says.
    #[must_use]
    pub fn on_success(mut self, instructions: impl Into<String>) -> Self {
        self.on_success = Some(instructions.into());
        self
    }

    /// What the model is told after a failure, at most 500 characters.
    #[must_use]
    pub fn on_error(mut self, instructions: impl Into<String>) -> Self {
        self.on_error = Some(instructions.into());
        self
    }

    /// What becomes of a call when the clinician interrupts the agent before the result is there.
    #[must_use]
    pub const fn if_interrupted(mut self, then: IfInterrupted) -> Self {
        self.if_interrupted = then;
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for VoiceTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VoiceTool")
            .field("name", &self.name)
            .field("timeout", &self.timeout)
            .field("mode", &self.mode)
            .field("if_interrupted", &self.if_interrupted)
            .finish_non_exhaustive()
    }
}

/// What the agent does while a tool works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ExecutionMode {
    /// It listens, and the clinician may go on.
    #[default]
    Interactive,
    /// It says nothing, and what the clinician says meanwhile may be lost.
    Hold,
}

/// What becomes of a call whose turn was interrupted. Its result is never sent into the next turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum IfInterrupted {
    /// The result is dropped: nothing was changed.
    #[default]
    Drop,
    /// The tool changes something: the agent is told what came of it when it next falls silent.
    Report,
}
