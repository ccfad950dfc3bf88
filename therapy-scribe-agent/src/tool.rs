//! What a model may call: typed tools, and what surrounds them.

mod args;
mod chat;
mod dispatch;
mod schema;
mod set;
mod stage;

use std::{fmt, time::Duration};

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use therapy_scribe_core::{BoxError, Phi};

pub use dispatch::{Delivery, Dispatcher, Epoch, Settled, Started};
pub use set::{ToolRefused, ToolSet};
pub use stage::Stage;

/// Longer texts about failures are cut: a model reads them, maybe aloud.
const LONGEST_WORDS: usize = 1_000;

/// Something that a model may call. The crate's documentation shows one.
///
/// A [`ToolSet`] makes the schema that the model sees from [`Args`](Self::Args), checks the arguments against it, keeps
/// the deadline, and survives a panic.
#[async_trait]
pub trait Tool: Send + Sync {
    /// What it is called with: a struct of texts, numbers, `bool`s, enums without content, lists of them, and `Option`s
    /// of all these. Its doc comments are what the model is told of each. [`NoArgs`] where there is nothing to say.
    ///
    /// Ids of clients, sessions and notes do not belong here: a model gets them wrong. Keep them in the tool.
    type Args: DeserializeOwned + JsonSchema + Send;
    /// What the model is told: short, and fit to be spoken.
    type Output: Serialize + Send;

    /// Its name, when to call it, what it does to the world, and how long it may take.
    fn spec(&self) -> ToolSpec;

    /// Does it. The future is dropped when its time is up or the call is cancelled; a [`Read`](Effect::Read) also when
    /// the clinician interrupts.
    ///
    /// # Errors
    /// [`ToolError`] with what the model should say or do now.
    async fn call(&self, args: Self::Args) -> Result<Self::Output, ToolError>;
}

/// The arguments of a tool that needs none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[expect(
    clippy::exhaustive_structs,
    reason = "there is never anything in it, and tests make one"
)]
pub struct NoArgs {}

/// What a call does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Effect {
    /// It changes nothing. What it found is dropped when the clinician has gone on to something else.
    Read,
    /// It changes something that is not part of the record yet. What it did stays done.
    Draft,
    /// It is about what can't be undone. A model's call is only ever a **request**: the act itself takes a
    /// [`Confirmation`](crate::Confirmation), which no model can give.
    Commit,
}

/// What is known of a tool beside its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ToolSpec {
    /// `a-z`, `0-9` and `_`, a letter first, 64 at most.
    pub name: String,
    /// When a model should call it. Never empty: nothing tells a model more.
    pub description: String,
    /// What it does to the world.
    pub effect: Effect,
    /// How long it may take: whole seconds, 1 to 300.
    pub timeout: Duration,
}

impl ToolSpec {
    /// A tool that changes nothing. It may take 10 s.
    pub fn read(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self::new(name.into(), description.into(), Effect::Read, 10)
    }

    /// A tool that changes what is not part of the record yet. It may take 30 s; work that takes longer should answer
    /// at once, and [announce](crate::Announcements) itself when it is done.
    pub fn draft(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self::new(name.into(), description.into(), Effect::Draft, 30)
    }

    /// A tool that asks for what can't be undone. It may take 20 s.
    pub fn commit(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self::new(name.into(), description.into(), Effect::Commit, 20)
    }

    const fn new(name: String, description: String, effect: Effect, seconds: u64) -> Self {
        Self {
            name,
            description,
            effect,
            timeout: Duration::from_secs(seconds),
        }
    }

    /// The same with another deadline: whole seconds, 1 to 300.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

/// Why a call came to nothing, for two audiences: the model, and whoever looks after the software.
#[derive(Debug)]
#[non_exhaustive]
pub struct ToolError {
    /// What kind of failure it is.
    pub kind: ToolErrorKind,
    /// What the model is told: what is wrong, what was done all the same, and what to do or ask next.
    pub for_model: Phi<String>,
    /// What went wrong underneath. It should hold nothing that was said.
    pub source: Option<BoxError>,
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ToolErrorKind {
    /// The arguments can't be used.
    Arguments,
    /// It can't be done yet. The model is told so as an answer, not as a failure: after three failures in a row some
    /// services tell their model to stop calling.
    NotYet,
    /// It was tried, and did not work.
    Failed,
    /// No tool has this name.
    UnknownTool,
    /// It took too long, and was stopped.
    Timeout,
    /// It panicked.
    Panicked,
    /// It was stopped before it was done.
    Cancelled,
    /// Its answer is longer than a model is told.
    TooLong,
    /// Too many calls in one turn.
    TooMany,
}

impl ToolError {
    /// A failure of a kind, in words for the model.
    pub fn new(kind: ToolErrorKind, for_model: impl Into<String>) -> Self {
        Self {
            kind,
            for_model: Phi::new(for_model.into()),
            source: None,
        }
    }

    /// The arguments can't be used.
    pub fn arguments(for_model: impl Into<String>) -> Self {
        Self::new(ToolErrorKind::Arguments, for_model)
    }

    /// It can't be done yet.
    pub fn not_yet(for_model: impl Into<String>) -> Self {
        Self::new(ToolErrorKind::NotYet, for_model)
    }

    /// It did not work.
    pub fn failed(for_model: impl Into<String>) -> Self {
        Self::new(ToolErrorKind::Failed, for_model)
    }

    /// The same with what went wrong underneath.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What the model is told, and whether as a failure.
    fn told(&self) -> (Value, bool) {
        let words: String = self
            .for_model
            .expose()
            .chars()
            .take(LONGEST_WORDS)
            .collect();
        match self.kind {
            ToolErrorKind::NotYet => (json!({"status": "not_yet", "why": words}), false),
            _ => (json!({"error": words}), true),
        }
    }
}

/// The kind only.
impl fmt::Display for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ToolErrorKind::Arguments => "the arguments can't be used",
            ToolErrorKind::NotYet => "it can't be done yet",
            ToolErrorKind::Failed => "it did not work",
            ToolErrorKind::UnknownTool => "no tool has this name",
            ToolErrorKind::Timeout => "it took too long",
            ToolErrorKind::Panicked => "it panicked",
            ToolErrorKind::Cancelled => "it was stopped",
            ToolErrorKind::TooLong => "its answer is too long",
            ToolErrorKind::TooMany => "too many calls in one turn",
        })
    }
}

impl std::error::Error for ToolError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}
