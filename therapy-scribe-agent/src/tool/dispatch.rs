//! Running calls: each to exactly one outcome, whatever it or the clinician does.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    fmt,
};

use serde_json::{Value, json};
use tokio::{
    task::{AbortHandle, JoinSet},
    time::{Instant, sleep_until},
};

use super::{Effect, ToolError, ToolErrorKind, ToolSet, set::Registered};
use crate::{Announcement, CallId, ToolCall, ToolOutcome};

/// How often a reply may call tools again after it was answered, within one turn.
const LONGEST_CHAIN: usize = 8;
/// How many calls one turn may have.
const MOST_CALLS: usize = 32;
/// The longest answer, in bytes of JSON: services cut at 8 KiB.
const LONGEST_RESULT: usize = 8 * 1024;
/// So many ids are remembered, the newest.
const REMEMBERED: usize = 4096;

/// Counts the clinician's interruptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Epoch(u64);

/// What became of a call that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Started {
    /// It runs, or was refused: its outcome will come.
    Accepted,
    /// A call of this id was handed in before. There is one outcome, that one's.
    Duplicate,
}

/// A call that has come to its end.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Settled {
    /// The one outcome.
    pub outcome: ToolOutcome,
    /// The tool's name, as the model wrote it.
    pub name: String,
    /// What the tool does to the world; [`Read`](Effect::Read) for one that nobody knows.
    pub effect: Effect,
    /// When the call came.
    pub epoch: Epoch,
    /// Why it failed, where it did.
    pub failure: Option<ToolErrorKind>,
}

/// What to do with an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Delivery {
    /// Send it as the answer of its call.
    Answer,
    /// The clinician has interrupted since, and nothing was changed: it answers nothing any more. Drop it.
    Withhold,
    /// The clinician has interrupted since, and what it did stays done: say so in the next turn, by
    /// [`Settled::report`].
    Report,
}

/// Runs the calls of one conversation beside each other, on the tokio runtime that it is used on.
///
/// Exactly one outcome comes for each id: of a call that worked, and as well of an unknown name, of arguments that can't
/// be used, of a deadline, a panic, a cancellation. An id that comes again is not run again. Dropping it stops all calls.
pub struct Dispatcher {
    set: ToolSet,
    tasks: JoinSet<(CallId, Result<Value, ToolError>)>,
    running: HashMap<CallId, Running>,
    ready: VecDeque<Settled>,
    seen: HashSet<CallId>,
    order: VecDeque<CallId>,
    epoch: Epoch,
    turn: Turn,
}

struct Running {
    name: String,
    effect: Effect,
    epoch: Epoch,
    due: Instant,
    task: AbortHandle,
}

/// What a turn has used up.
#[derive(Default)]
struct Turn {
    calls: usize,
    chain: usize,
    was_answered: bool,
}

impl Turn {
    /// Whether one more call may run.
    fn allows(&mut self) -> bool {
        self.calls += 1;
        if self.chain == 0 || self.was_answered {
            self.chain += 1;
            self.was_answered = false;
        }
        self.calls <= MOST_CALLS && self.chain <= LONGEST_CHAIN
    }
}

impl Dispatcher {
    /// Nothing runs yet.
    #[must_use]
    pub fn new(set: ToolSet) -> Self {
        Self {
            set,
            tasks: JoinSet::new(),
            running: HashMap::new(),
            ready: VecDeque::new(),
            seen: HashSet::new(),
            order: VecDeque::new(),
            epoch: Epoch::default(),
            turn: Turn::default(),
        }
    }

    /// The clinician has said something new: from now on calls go to these tools, and limits count from the start.
    pub fn begin_turn(&mut self, set: ToolSet) {
        self.set = set;
        self.turn = Turn::default();
    }

    /// Runs a call. A model may call eight times in a row within one turn, and 32 times in all; later calls are told so.
    pub fn start(&mut self, call: ToolCall) -> Started {
        if !self.remember(&call.id) {
            return Started::Duplicate;
        }
        let allowed = self.turn.allows();
        let tool = self.set.find(&call.name).cloned();
        match tool {
            Some(tool) if allowed => self.spawn(call, tool),
            Some(tool) => {
                let words =
                    "too many calls for one answer: tell the clinician what you have so far";
                let error = ToolError::new(ToolErrorKind::TooMany, words);
                self.settle(
                    call.id,
                    (call.name, tool.spec.effect, self.epoch),
                    Err(error),
                );
            }
            None => {
                let names: Vec<_> = self.set.specs().map(|spec| spec.name.as_str()).collect();
                let words = format!("there is no such tool; there are: {}", names.join(", "));
                let error = ToolError::new(ToolErrorKind::UnknownTool, words);
                self.settle(call.id, (call.name, Effect::Read, self.epoch), Err(error));
            }
        }
        Started::Accepted
    }

    /// The clinician has interrupted. Calls that only read are stopped; others go on.
    pub fn interrupt(&mut self) {
        self.epoch.0 += 1;
        let reads = self
            .running
            .iter()
            .filter(|(_, call)| call.effect == Effect::Read);
        let reads: Vec<_> = reads.map(|(id, _)| id.clone()).collect();
        for id in reads {
            self.cancel(&id);
        }
    }

    /// Stops a call; its outcome says so. `false` when it does not run.
    pub fn cancel(&mut self, id: &CallId) -> bool {
        let words = "this was stopped before it was done";
        self.stop(id, ToolError::new(ToolErrorKind::Cancelled, words))
    }

    /// The number of interruptions so far.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Whether an outcome is still to come.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        !self.running.is_empty() || !self.ready.is_empty()
    }

    /// The next call that has come to its end; `None` at once when none is running.
    ///
    /// Cancel safe: no outcome is lost when the future is dropped. Deadlines are kept while it is awaited.
    pub async fn next(&mut self) -> Option<Settled> {
        loop {
            if let Some(settled) = self.ready.pop_front() {
                return Some(settled);
            }
            let due = self.running.values().map(|call| call.due).min()?;
            tokio::select! {
                biased;
                Some(joined) = self.tasks.join_next() => match joined {
                    Ok((id, result)) => self.finish(&id, result),
                    Err(lost) => self.lost(lost.id()),
                },
                () = sleep_until(due) => self.expire(),
            }
        }
    }

    fn remember(&mut self, id: &CallId) -> bool {
        if self.running.contains_key(id) || !self.seen.insert(id.clone()) {
            return false;
        }
        self.order.push_back(id.clone());
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        true
    }

    fn spawn(&mut self, call: ToolCall, tool: std::sync::Arc<Registered>) {
        let due = Instant::now() + tool.spec.timeout;
        let effect = tool.spec.effect;
        let (id, args) = (call.id.clone(), call.args.into_inner());
        let task = self.tasks.spawn(async move { (id, tool.run(args).await) });
        let running = Running {
            name: call.name,
            effect,
            epoch: self.epoch,
            due,
            task,
        };
        self.running.insert(call.id, running);
    }

    fn finish(&mut self, id: &CallId, result: Result<Value, ToolError>) {
        // One that was stopped has its outcome already.
        if let Some(call) = self.running.remove(id) {
            self.settle(id.clone(), (call.name, call.effect, call.epoch), result);
        }
    }

    /// A task that ended without a word: its runtime shuts down, or what its panic left panicked again.
    fn lost(&mut self, task: tokio::task::Id) {
        let found = self.running.iter().find(|(_, call)| call.task.id() == task);
        if let Some(id) = found.map(|(id, _)| id.clone()) {
            let words = "this failed inside; say that it did not work";
            self.finish(&id, Err(ToolError::new(ToolErrorKind::Panicked, words)));
        }
    }

    fn expire(&mut self) {
        let now = Instant::now();
        let overdue = self.running.iter().filter(|(_, call)| call.due <= now);
        let overdue: Vec<_> = overdue.map(|(id, _)| id.clone()).collect();
        for id in overdue {
            let words = "this took too long and was stopped; say so, and offer to try again";
            self.stop(&id, ToolError::new(ToolErrorKind::Timeout, words));
        }
    }

    fn stop(&mut self, id: &CallId, error: ToolError) -> bool {
        let Some(call) = self.running.get(id) else {
            return false;
        };
        call.task.abort();
        self.finish(id, Err(error));
        true
    }

    fn settle(
        &mut self,
        id: CallId,
        (name, effect, epoch): (String, Effect, Epoch),
        result: Result<Value, ToolError>,
    ) {
        self.turn.was_answered = true;
        let result = result.and_then(|value| short(value, effect));
        let failure = result.as_ref().err().map(|error| error.kind);
        let outcome = match result {
            Ok(value) => ToolOutcome::returned(id, value),
            Err(error) => match error.told() {
                (told, true) => ToolOutcome::failed(id, told),
                (told, false) => ToolOutcome::returned(id, told),
            },
        };
        self.ready.push_back(Settled {
            outcome,
            name,
            effect,
            epoch,
            failure,
        });
    }
}

impl Settled {
    /// What to do with it, so many interruptions later. Ask when it would be sent: it may have waited.
    #[must_use]
    pub fn delivery(&self, now: Epoch) -> Delivery {
        match self.effect {
            _ if self.epoch == now => Delivery::Answer,
            Effect::Read => Delivery::Withhold,
            Effect::Draft | Effect::Commit => Delivery::Report,
        }
    }

    /// What the clinician has interrupted and is told all the same.
    #[must_use]
    pub fn report(&self) -> Announcement {
        let (name, result) = (&self.name, self.outcome.result.expose());
        Announcement::new(format!(
            "Before the clinician interrupted, `{name}` had been called, and came to this: {result}. Say so in one short sentence."
        ))
    }
}

impl fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatcher")
            .field("running", &self.running.len())
            .field("ready", &self.ready.len())
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}

/// An answer that a model can be told. What was done is done, however long its answer is.
fn short(value: Value, effect: Effect) -> Result<Value, ToolError> {
    if value.to_string().len() <= LONGEST_RESULT {
        return Ok(value);
    }
    match effect {
        Effect::Read => {
            let words = "the answer is too long to be told: ask for less";
            Err(ToolError::new(ToolErrorKind::TooLong, words))
        }
        _ => Ok(json!({"status": "done", "note": "what it says is too long to be told here"})),
    }
}

#[cfg(test)]
mod tests;
