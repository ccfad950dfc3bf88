//! Calls of tools, and what becomes of their results (section 4).

use std::fmt;

use serde_json::{Value, json};

use super::Session;
use crate::agent::{AgentQuirk, Call, CallManner, Reply, dialogue::combined, timeline::Trigger};

/// The calls of one reply, which are answered together.
#[derive(Debug)]
pub(super) struct Group {
    id: u64,
    calls: Vec<Made>,
    replies: Vec<Reply>,
    /// 4.3: until they are answered, nothing is said.
    holds: bool,
}

/// A call. Its `Debug` shows no content.
struct Made {
    call: Call,
    id: String,
    due_ms: u64,
    called_ms: Option<u64>,
    timeout_ms: u64,
    answer: Option<Answer>,
}

struct Answer {
    at_ms: u64,
    result: Value,
    failed: bool,
}

impl fmt::Debug for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Made")
            .field("call", &self.call)
            .finish_non_exhaustive()
    }
}

/// Appendix A, tool turn.
const CALL_MS: u64 = 750;
const PREAMBLE_MS: u64 = 2300;
const AFTER_RESULT_MS: u64 = 170;
const ANSWER_MS: u64 = 50;
/// How long the platform takes for a tool that it calls itself.
const HTTP_MS: u64 = 400;

pub(super) fn is_after(call: &Call) -> bool {
    call.manner == CallManner::AfterDone
}

impl Session {
    /// The calls of a reply that begins now.
    pub(super) fn plan_calls(&mut self, calls: Vec<Call>, replies: Vec<Reply>) -> Option<u64> {
        if calls.is_empty() {
            return None;
        }
        let mut due_ms = self.now_ms + CALL_MS;
        let mut group = Group {
            id: self.groups_made,
            calls: Vec::new(),
            replies,
            holds: false,
        };
        self.groups_made += 1;
        for mut call in calls {
            // 4.7: one that the platform calls itself.
            if self.config.is_http(&call.name) {
                call.manner = CallManner::Informational;
            }
            let tool = self.config.tool(&call.name);
            let mode = tool.and_then(|tool| tool.get("execution_mode"));
            group.holds |= mode.is_some_and(|mode| mode == "hold");
            let timeout = tool.and_then(|tool| tool.get("timeout_seconds")?.as_f64());
            let timeout = std::time::Duration::from_secs_f64(timeout.unwrap_or(120.0));
            group.calls.push(Made {
                id: format!("chatcmpl-tool-{}", super::hex(&mut self.random)),
                call,
                due_ms,
                called_ms: None,
                timeout_ms: crate::agent::fault::millis(timeout),
                answer: None,
            });
            due_ms += super::TICK_MS;
        }
        let id = group.id;
        self.groups.push(group);
        Some(id)
    }

    /// Whether a call asks for silence until it is answered.
    pub(super) fn holds(&self) -> bool {
        self.groups.iter().any(|group| group.holds)
    }

    /// Whether the reply that these calls belong to goes on: until a while after the last of them, or shortly after their
    /// results.
    pub(super) fn keeps_open(&self, group: u64) -> bool {
        let Some(group) = self.groups.iter().find(|g| g.id == group) else {
            return false;
        };
        let preamble = self.shared.quirks.millis(|quirk| match quirk {
            AgentQuirk::PreambleOf(length) => Some(length),
            _ => None,
        });
        let preamble = preamble.unwrap_or(PREAMBLE_MS);
        let until = |made: &Made| {
            let answered = made.answer.as_ref().map(|answer| answer.at_ms);
            let latest = made.called_ms.unwrap_or(made.due_ms) + preamble;
            answered.map_or(latest, |at| latest.min(at + AFTER_RESULT_MS))
        };
        let until_ms = group.calls.iter().map(until).max();
        until_ms.is_some_and(|until_ms| self.now_ms < until_ms)
    }

    /// The reply was cut: what it has not called yet it does not call.
    pub(super) fn forget_unmade(&mut self, id: u64) {
        if let Some(group) = self.groups.iter_mut().find(|group| group.id == id) {
            group.calls.retain(|made| made.called_ms.is_some());
        }
        self.groups.retain(|group| !group.calls.is_empty());
    }

    /// Calls are made, time out, and are answered.
    pub(super) fn work_calls(&mut self) {
        if self.ready_ms.is_none() && self.detached_ms.is_none() {
            self.make_calls();
        }
        let now = self.now_ms;
        for made in self.groups.iter_mut().flat_map(|group| &mut group.calls) {
            let Some(since) = made.called_ms.filter(|_| made.answer.is_none()) else {
                continue;
            };
            let answer = |result, failed| {
                Some(Answer {
                    at_ms: now,
                    result,
                    failed,
                })
            };
            if made.call.manner == CallManner::Informational && now >= since + HTTP_MS {
                made.answer = answer(json!({"status": "ok"}), false);
            } else if now >= since + made.timeout_ms {
                // 4.5: the agent apologises; what comes later is not heard.
                made.answer = answer(json!({"status": "timed_out"}), true);
                self.timeline.timed_out(&made.id);
            }
        }
        self.answer_results();
    }

    fn make_calls(&mut self) {
        let now = self.now_ms;
        let mut events = Vec::new();
        let since_ms = self.since_ms();
        // Calls after a reply wait for its end.
        let is_open = self.reply.is_some();
        let of_groups = self.groups.iter_mut().flat_map(|group| {
            let (id, is_parallel) = (group.id, group.calls.len() > 1);
            group
                .calls
                .iter_mut()
                .map(move |made| (id, is_parallel, made))
        });
        for (group, is_parallel, made) in of_groups {
            let waits = is_open && is_after(&made.call);
            if made.called_ms.is_some() || made.due_ms > now || waits {
                continue;
            }
            made.called_ms = Some(now);
            let (named, arguments) = (
                (made.id.as_str(), made.call.name.as_str()),
                &made.call.arguments,
            );
            self.timeline
                .calls(group, named, arguments, is_parallel, since_ms);
            let mut event =
                json!({"type": "tool.call", "call_id": made.id, "name": made.call.name});
            let arguments = match made.call.manner {
                CallManner::Bare => None,
                CallManner::Args => Some("args"),
                _ => Some("arguments"),
            };
            if let (Some(name), Some(fields)) = (arguments, event.as_object_mut()) {
                fields.insert(name.to_owned(), made.call.arguments.clone());
            }
            if made.call.manner == CallManner::Twice || self.twists.takes_duplicate() {
                events.push(event.clone());
            }
            events.push(event);
        }
        for event in events {
            self.push(event);
        }
    }

    /// Calls whose results are all there are answered, when their reply is over.
    fn answer_results(&mut self) {
        let open = self.reply.as_ref().and_then(|reply| reply.group);
        let is_done = |group: &mut Group| {
            open != Some(group.id) && group.calls.iter().all(|made| made.answer.is_some())
        };
        let done: Vec<Group> = self.groups.extract_if(.., is_done).collect();
        for group in done {
            let results: Vec<_> = group
                .calls
                .into_iter()
                .filter_map(|made| {
                    let answer = made.answer?;
                    Some((made.call.name, answer.result, answer.failed))
                })
                .collect();
            let reply = combined(&group.replies, &results);
            self.plan(reply, Trigger::ToolResult, ANSWER_MS);
            if group.holds && !self.holds() {
                let withheld = std::mem::take(&mut self.withheld);
                for event in withheld {
                    self.push(event);
                }
            }
        }
    }

    /// 2.5, 4.4: one result for each call; what nobody waits for is not heard.
    pub(super) fn take_result(&mut self, call_id: &str, result: &str, failed: bool) {
        let now = self.now_ms;
        let all = self.groups.iter_mut().flat_map(|group| &mut group.calls);
        let waiting = |made: &&mut Made| {
            let waits = made.called_ms.is_some() && made.answer.is_none();
            made.id == call_id && waits && made.call.manner != CallManner::Informational
        };
        if let Some(made) = { all }.find(waiting) {
            // Prose is a result too.
            let result = serde_json::from_str(result).unwrap_or_else(|_| result.into());
            let at_ms = now.saturating_sub(self.created_ms);
            self.timeline.answered(call_id, &result, failed, at_ms);
            made.answer = Some(Answer {
                at_ms: now,
                result,
                failed,
            });
        } else if self.shared.quirks.has(AgentQuirk::RefusesResults) {
            self.error("invalid_value", "No call waits for this result");
        }
    }
}
