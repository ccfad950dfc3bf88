//! What the service keeps of a session (section 9, artifacts): its turns with their words, calls and times. The audio is not
//! kept: a stand-in has no encoder.

use std::collections::VecDeque;

use serde_json::{Map, Value, json};

/// Why the agent speaks (9, `trigger`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::agent) enum Trigger {
    Greeting,
    UserSpeech,
    ToolResult,
    ReplyCreate,
}

impl Trigger {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::UserSpeech => "user_speech",
            Self::ToolResult => "tool_result",
            Self::ReplyCreate => "reply_create",
        }
    }
}

/// The turns of a session. Times are milliseconds since the session began. It has no `Debug`: it is all content.
#[derive(Default)]
pub(super) struct Timeline {
    turns: Vec<Turn>,
    /// What the clinician said and no reply has answered yet.
    said: Option<Said>,
    /// What the client asked to be said, and is not said yet.
    asked: VecDeque<Option<String>>,
    changes: Vec<Value>,
}

struct Said {
    text: String,
    from_ms: u64,
    to_ms: u64,
}

struct Turn {
    /// The reply.
    id: String,
    fields: Map<String, Value>,
    calls: Vec<Map<String, Value>>,
    group: Option<u64>,
}

/// So many turns are kept.
const MOST: usize = 2000;

impl Timeline {
    pub(super) fn said(&mut self, text: &str, from_ms: u64, to_ms: u64) {
        let text = text.to_owned();
        self.said = Some(Said {
            text,
            from_ms,
            to_ms,
        });
    }

    pub(super) fn asked(&mut self, instructions: Option<&str>) {
        if self.asked.len() < MOST {
            self.asked.push_back(instructions.map(str::to_owned));
        }
    }

    pub(super) fn changed(&mut self, update: &Value, at_ms: u64) {
        if self.changes.len() < MOST {
            self.changes
                .push(json!({"at_ms": at_ms, "session": update}));
        }
    }

    /// A reply begins. `group` are the calls that it makes.
    pub(super) fn begins(
        &mut self,
        id: &str,
        item_id: &str,
        trigger: Trigger,
        group: Option<u64>,
        at_ms: u64,
    ) {
        let said = self.said.take_if(|_| trigger == Trigger::UserSpeech);
        let said = said.as_ref();
        let asks = trigger == Trigger::ReplyCreate;
        let instructions = if asks { self.asked.pop_front() } else { None };
        let fields = json!({
            "turn_id": format!("turn_{}", self.turns.len() + 1), "item_id": item_id, "status": "in_progress",
            "trigger": trigger.name(), "requested_instructions": instructions.flatten(),
            "user_transcript": said.map(|said| said.text.as_str()),
            "user_speech_started_at_ms": said.map(|said| said.from_ms),
            "user_speech_ended_at_ms": said.map(|said| said.to_ms), "user_confidence": null,
            "agent_text": null, "agent_reply_started_at_ms": at_ms, "agent_reply_ended_at_ms": null,
            "interrupted_at_ms": null, "time_to_first_audio_ms": null,
        });
        if let (Value::Object(fields), true) = (fields, self.turns.len() < MOST) {
            self.turns.push(Turn {
                id: id.to_owned(),
                fields,
                calls: Vec::new(),
                group,
            });
        }
    }

    /// A reply is over. The words are those that were written, also where nobody heard them.
    pub(super) fn ends(
        &mut self,
        id: &str,
        status: &str,
        text: &str,
        first_audio_ms: Option<u64>,
        at_ms: u64,
    ) {
        let is_it = |turn: &&mut Turn| turn.id == id;
        let Some(turn) = self.turns.iter_mut().rev().find(is_it) else {
            return;
        };
        let is_cut = status == "interrupted" || status == "cancelled";
        // Null on tool turns.
        let first_audio_ms = first_audio_ms.filter(|_| turn.group.is_none());
        for (name, value) in [
            ("status", json!(status)),
            (
                "agent_text",
                json!(Some(text).filter(|text| !text.is_empty())),
            ),
            ("agent_reply_ended_at_ms", json!(at_ms)),
            ("interrupted_at_ms", json!(is_cut.then_some(at_ms))),
            ("time_to_first_audio_ms", json!(first_audio_ms)),
        ] {
            turn.fields.insert(name.to_owned(), value);
        }
    }

    pub(super) fn calls(
        &mut self,
        group: u64,
        (id, name): (&str, &str),
        arguments: &Value,
        is_parallel: bool,
        at_ms: u64,
    ) {
        let is_it = |turn: &&mut Turn| turn.group == Some(group);
        let Some(turn) = self.turns.iter_mut().rev().find(is_it) else {
            return;
        };
        let parallel = is_parallel.then(|| format!("parallel_{group}"));
        let call = json!({"call_id": id, "name": name, "arguments": arguments, "result": null,
            "dispatched_at_ms": at_ms, "result_received_at_ms": null, "duration_ms": null, "is_error": null,
            "timed_out": false, "parallel_call_id": parallel});
        if let Value::Object(call) = call {
            turn.calls.push(call);
        }
    }

    pub(super) fn answered(&mut self, id: &str, result: &Value, failed: bool, at_ms: u64) {
        self.on_call(id, |call| {
            let since = call.get("dispatched_at_ms").and_then(Value::as_u64);
            for (name, value) in [
                ("result", result.clone()),
                ("is_error", json!(failed)),
                ("result_received_at_ms", json!(at_ms)),
                (
                    "duration_ms",
                    json!(at_ms.saturating_sub(since.unwrap_or(at_ms))),
                ),
            ] {
                call.insert(name.to_owned(), value);
            }
        });
    }

    pub(super) fn timed_out(&mut self, id: &str) {
        self.on_call(id, |call| {
            call.insert("timed_out".to_owned(), true.into());
        });
    }

    fn on_call(&mut self, id: &str, then: impl FnOnce(&mut Map<String, Value>)) {
        let calls = self.turns.iter_mut().rev().flat_map(|turn| &mut turn.calls);
        let mut calls = calls.filter(|call| call.get("call_id").is_some_and(|known| known == id));
        if let Some(call) = calls.next() {
            then(call);
        }
    }

    /// Empty lists are left out.
    pub(super) fn written(&self, session_id: &str, started_unix_ms: u64, ended: Value) -> Value {
        let turns = self.turns.iter().map(|turn| {
            let mut fields = turn.fields.clone();
            if !turn.calls.is_empty() {
                fields.insert("tool_calls".to_owned(), json!(turn.calls));
            }
            Value::Object(fields)
        });
        let turns: Vec<Value> = turns.collect();
        let mut all = Map::from_iter([
            ("session_id".to_owned(), json!(session_id)),
            ("started_at_unix_ms".to_owned(), json!(started_unix_ms)),
            ("ended".to_owned(), ended),
        ]);
        for (name, list) in [("turns", turns), ("config_changes", self.changes.clone())] {
            if !list.is_empty() {
                all.insert(name.to_owned(), list.into());
            }
        }
        Value::Object(all)
    }
}
