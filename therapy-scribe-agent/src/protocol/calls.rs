//! Calls of tools, each with one end: its result is sent, or it is dropped, or its time is up (`voice-agent.md` 4).

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use serde_json::json;
use therapy_scribe_core::Phi;

use crate::{
    CallFate, CallId, ToolOutcome,
    config::{IfInterrupted, ToolResultPolicy},
};

/// How long a ready result waits for silence once no reply is open.
const PATIENCE: Duration = Duration::from_secs(2);
/// The longest result. The service states this for tools that it calls itself.
const LONGEST_RESULT: usize = 8 << 10;

/// What the calls need to know of the conversation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) now: Duration,
    pub(super) reply_open: bool,
    /// Since when no reply is open, or the line is.
    pub(super) free_since: Duration,
    pub(super) user_speaks: bool,
}

#[derive(Debug)]
struct Call {
    id: CallId,
    name: String,
    deadline: Duration,
    then: IfInterrupted,
    /// What came of it, and when.
    ready: Option<(ToolOutcome, Duration)>,
}

#[derive(Debug)]
pub(super) struct Calls {
    policy: ToolResultPolicy,
    open: Vec<Call>,
    seen: HashSet<CallId>,
    /// Calls whose turn is over and which still change something, by name.
    late: HashMap<CallId, String>,
    settled: Vec<(CallId, CallFate)>,
}

/// A result was too long.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

impl Calls {
    pub(super) fn new(policy: ToolResultPolicy) -> Self {
        Self {
            policy,
            open: Vec::new(),
            seen: HashSet::new(),
            late: HashMap::new(),
            settled: Vec::new(),
        }
    }

    /// A call came in; `false` for one that came before.
    pub(super) fn begin(
        &mut self,
        id: &CallId,
        name: &str,
        deadline: Duration,
        then: IfInterrupted,
    ) -> bool {
        let is_new = self.seen.insert(id.clone());
        if is_new {
            self.open.push(Call {
                id: id.clone(),
                name: name.to_owned(),
                deadline,
                then,
                ready: None,
            });
        }
        is_new
    }

    /// A call came in that nobody waits for any more.
    pub(super) fn refuse(&mut self, id: CallId) {
        if self.seen.insert(id.clone()) {
            self.settled.push((id, CallFate::Dropped));
        }
    }

    /// What came of a call. For one whose turn was interrupted: what the agent is to be told of it.
    pub(super) fn outcome(
        &mut self,
        now: Duration,
        mut outcome: ToolOutcome,
    ) -> Result<Option<Phi<String>>, TooLong> {
        let mut fits = Ok(());
        if outcome.result.expose().to_string().len() > LONGEST_RESULT {
            fits = Err(TooLong);
            let said = json!({"error": "The result is too long to be told. Ask for a smaller part of it."});
            outcome.result = Phi::new(said);
            outcome.is_error = true;
        }
        if let Some(name) = self.late.remove(&outcome.id) {
            return fits.map(|()| Some(report(&name, &outcome)));
        }
        let open = self.open.iter_mut().find(|call| call.id == outcome.id);
        if let Some(call) = open
            && call.ready.is_none()
        {
            call.ready = Some((outcome, now));
        }
        fits.map(|()| None)
    }

    /// The next result that may go now.
    pub(super) fn next_result(&mut self, moment: Moment) -> Option<ToolOutcome> {
        self.expire(moment.now);
        let policy = self.policy;
        let index = self.open.iter().position(|call| {
            let due = call
                .ready
                .as_ref()
                .and_then(|(_, since)| due(policy, *since, moment));
            due.is_some_and(|due| due <= moment.now)
        })?;
        let call = self.open.remove(index);
        self.settled.push((call.id, CallFate::Sent));
        call.ready.map(|(outcome, _)| outcome)
    }

    /// When something is due by itself.
    pub(super) fn deadline(&self, moment: Moment, live: bool) -> Option<Duration> {
        let results = self.open.iter().filter(|_| live).filter_map(|call| {
            let (_, since) = call.ready.as_ref()?;
            due(self.policy, *since, moment)
        });
        let ends = self.open.iter().map(|call| call.deadline);
        results.chain(ends).min()
    }

    pub(super) fn expire(&mut self, now: Duration) {
        let settled = &mut self.settled;
        self.open.retain(|call| {
            let is_over = call.deadline <= now;
            if is_over {
                settled.push((call.id.clone(), CallFate::Expired));
            }
            !is_over
        });
    }

    /// The turn is over: no result of it is sent any more. Returns what the agent is to be told of those that are done and
    /// changed something.
    pub(super) fn interrupt(&mut self) -> Vec<Phi<String>> {
        let mut reports = Vec::new();
        for call in self.open.drain(..) {
            if call.then == IfInterrupted::Report {
                match call.ready {
                    Some((outcome, _)) => reports.push(report(&call.name, &outcome)),
                    None => {
                        self.late.insert(call.id.clone(), call.name);
                    }
                }
            }
            self.settled.push((call.id, CallFate::Dropped));
        }
        reports
    }

    pub(super) fn is_idle(&self) -> bool {
        self.open.is_empty()
    }

    pub(super) fn take_settled(&mut self) -> Vec<(CallId, CallFate)> {
        std::mem::take(&mut self.settled)
    }
}

/// When a result that is ready since then may go; `None`: not before something else happens.
fn due(policy: ToolResultPolicy, since: Duration, moment: Moment) -> Option<Duration> {
    match policy {
        ToolResultPolicy::Immediate => Some(since),
        ToolResultPolicy::AfterReplyDone if moment.reply_open => None,
        ToolResultPolicy::AfterReplyDone if moment.user_speaks => {
            Some(since.max(moment.free_since) + PATIENCE)
        }
        ToolResultPolicy::AfterReplyDone => Some(since.max(moment.free_since)),
    }
}

fn report(name: &str, outcome: &ToolOutcome) -> Phi<String> {
    let how = if outcome.is_error {
        "failed"
    } else {
        "finished"
    };
    Phi::new(format!(
        "Before you were interrupted, the tool `{name}` was called. It has {how}; its result is {}. Tell the clinician in one short sentence.",
        outcome.result.expose()
    ))
}
