//! The tools that a model may call at a time.

use std::{fmt, panic::AssertUnwindSafe, sync::Arc};

use async_trait::async_trait;
use futures_util::FutureExt as _;
use serde_json::{Value, json};

use super::{Dispatcher, Tool, ToolError, ToolErrorKind, ToolSpec, args, schema};
use crate::{ToolCall, ToolOutcome};

/// More would not be chosen from well; services advise ten.
const MOST_TOOLS: usize = 32;
/// Names of services' own.
const RESERVED: &str = "aai_";

/// Tools that are offered together, in their order. Cheap to clone; a clone does not change when tools are added to the
/// other, so that a turn goes on with the set that it began with.
#[derive(Clone, Default)]
pub struct ToolSet(Arc<Vec<Arc<Registered>>>);

/// A tool that can't be offered, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the tool `{tool}` can't be offered: {reason}, at `{path}`")]
#[non_exhaustive]
pub struct ToolRefused {
    /// Its name.
    pub tool: String,
    /// Where: a JSON pointer into the schema of its arguments, or `name`, `description`, `timeout`, `prompt`.
    pub path: String,
    /// What no service takes.
    pub reason: &'static str,
}

/// A tool with the schema that the model sees.
pub(super) struct Registered {
    pub(super) spec: ToolSpec,
    parameters: Value,
    tool: Box<dyn Erased>,
}

#[async_trait]
trait Erased: Send + Sync {
    async fn call(&self, args: Value) -> Result<Value, ToolError>;
}

struct Typed<T>(T);

#[async_trait]
impl<T: Tool> Erased for Typed<T> {
    async fn call(&self, args: Value) -> Result<Value, ToolError> {
        let args = serde_json::from_value(args);
        let args = args
            .map_err(|error| ToolError::arguments(format!("the arguments do not fit: {error}")))?;
        let output = self.0.call(args).await?;
        serde_json::to_value(output)
            .map_err(|_| ToolError::failed("the answer could not be written down"))
    }
}

impl Registered {
    fn new<T: Tool + 'static>(tool: T) -> Result<Self, ToolRefused> {
        let spec = tool.spec();
        let refused = |path: &str, reason| refused(&spec.name, path, reason);
        if !is_name(&spec.name) {
            return Err(refused(
                "name",
                "a name is `a-z`, `0-9` and `_`, a letter first, 64 at most",
            ));
        }
        if spec.name.starts_with(RESERVED) {
            return Err(refused(
                "name",
                "names that begin with `aai_` are the service's",
            ));
        }
        if spec.description.trim().is_empty() {
            return Err(refused(
                "description",
                "a model must be told when to call it",
            ));
        }
        let seconds = spec.timeout.as_secs();
        if !(1..=300).contains(&seconds) || spec.timeout.subsec_nanos() > 0 {
            return Err(refused("timeout", "it is whole seconds, 1 to 300"));
        }
        let parameters =
            schema::flat::<T::Args>().map_err(|wrong| refused(&wrong.path, wrong.reason))?;
        Ok(Self {
            spec,
            parameters,
            tool: Box::new(Typed(tool)),
        })
    }

    /// Runs to an end whatever the tool does. The arguments are repaired first.
    pub(super) async fn run(&self, args: Value) -> Result<Value, ToolError> {
        let args = args::repaired(args, &self.parameters).map_err(ToolError::arguments)?;
        let call = AssertUnwindSafe(async { self.tool.call(args).await });
        // What a panic says is not looked at: it may quote what was said.
        call.catch_unwind().await.unwrap_or_else(|_| {
            let words =
                "this failed inside; say that it did not work, and do not call it again now";
            Err(ToolError::new(ToolErrorKind::Panicked, words))
        })
    }
}

impl ToolSet {
    /// No tools.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with one more.
    ///
    /// # Errors
    /// [`ToolRefused`] for a schema that services do not take, a name that is no name or is there already, an empty
    /// description, a deadline out of its range, and the 33rd tool.
    pub fn with(mut self, tool: impl Tool + 'static) -> Result<Self, ToolRefused> {
        self.add(tool)?;
        Ok(self)
    }

    /// Adds one.
    ///
    /// # Errors
    /// As [`with`](Self::with).
    pub fn add(&mut self, tool: impl Tool + 'static) -> Result<(), ToolRefused> {
        let tool = Registered::new(tool)?;
        let name = &tool.spec.name;
        if self.spec(name).is_some() {
            return Err(refused(name, "name", "there is one of this name"));
        }
        if self.0.len() >= MOST_TOOLS {
            return Err(refused(
                name,
                "name",
                "32 tools are more than a model chooses from",
            ));
        }
        Arc::make_mut(&mut self.0).push(Arc::new(tool));
        Ok(())
    }

    /// Only these, in the order in which they stand here.
    ///
    /// # Errors
    /// [`ToolRefused`] for a name that is not here.
    pub fn only<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Result<Self, ToolRefused> {
        let names: Vec<_> = names.into_iter().collect();
        if let Some(unknown) = names.iter().find(|name| self.spec(name).is_none()) {
            return Err(refused(unknown, "name", "there is none of this name"));
        }
        let kept = self
            .0
            .iter()
            .filter(|tool| names.contains(&tool.spec.name.as_str()));
        Ok(Self(Arc::new(kept.cloned().collect())))
    }

    /// What is known of a tool.
    #[must_use]
    pub fn spec(&self, name: &str) -> Option<&ToolSpec> {
        self.find(name).map(|tool| &tool.spec)
    }

    /// All of them, in their order.
    pub fn specs(&self) -> impl Iterator<Item = &ToolSpec> {
        self.0.iter().map(|tool| &tool.spec)
    }

    /// The schema of a tool's arguments: `type`, `properties`, `required`, and nothing nested.
    #[must_use]
    pub fn parameters(&self, name: &str) -> Option<&Value> {
        self.find(name).map(|tool| &tool.parameters)
    }

    /// The tools as a voice service is told them: flat objects of `type`, `name`, `description`, `parameters`,
    /// `timeout_seconds`.
    #[must_use]
    pub fn to_flat_json(&self) -> Value {
        let flat = |tool: &Arc<Registered>| {
            json!({
                "type": "function", "name": tool.spec.name, "description": tool.spec.description,
                "parameters": tool.parameters, "timeout_seconds": tool.spec.timeout.as_secs(),
            })
        };
        self.0.iter().map(flat).collect()
    }

    /// The tools as a chat model is told them, after OpenAI's form: the same under `function`.
    #[must_use]
    pub fn to_function_json(&self) -> Value {
        let function = |tool: &Arc<Registered>| {
            let function = json!({
                "name": tool.spec.name, "description": tool.spec.description, "parameters": tool.parameters,
            });
            json!({"type": "function", "function": function})
        };
        self.0.iter().map(function).collect()
    }

    /// Runs the calls of one reply beside each other, each to its end: one outcome for each id, in the order of the
    /// calls. For a chat model, which nobody interrupts; a voice agent uses a [`Dispatcher`]. Dropping the future stops
    /// all of them. Needs a tokio runtime.
    pub async fn run(&self, calls: impl IntoIterator<Item = ToolCall>) -> Vec<ToolOutcome> {
        let mut dispatcher = Dispatcher::new(self.clone());
        let mut ids = Vec::new();
        for call in calls {
            ids.push(call.id.clone());
            dispatcher.start(call);
        }
        let mut outcomes = Vec::with_capacity(ids.len());
        while let Some(settled) = dispatcher.next().await {
            outcomes.push(settled.outcome);
        }
        outcomes.sort_by_key(|outcome| ids.iter().position(|id| *id == outcome.id));
        outcomes
    }

    pub(super) fn find(&self, name: &str) -> Option<&Arc<Registered>> {
        self.0.iter().find(|tool| tool.spec.name == name)
    }
}

impl fmt::Debug for ToolSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.specs().map(|spec| &spec.name);
        f.debug_set().entries(names).finish()
    }
}

pub(super) fn refused(tool: &str, path: &str, reason: &'static str) -> ToolRefused {
    ToolRefused {
        tool: tool.to_owned(),
        path: path.to_owned(),
        reason,
    }
}

fn is_name(name: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(is_plain)
}
