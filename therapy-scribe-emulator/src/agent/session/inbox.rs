//! What the client sends (section 2).

use serde_json::{Value, json};

use super::{Invalid, Session, Stage};
use crate::agent::{base64, messages};

impl Session {
    /// A message.
    pub(crate) fn on_text(&mut self, text: &str, now_ms: u64) {
        self.on_time(now_ms);
        match read(text) {
            Ok((kind, message)) => self.take(&kind, &message),
            Err(error) => self.push(error),
        }
    }

    fn take(&mut self, kind: &str, message: &Value) {
        if kind == "input.audio" {
            self.on_audio(message);
            return;
        }
        self.log.receive(message, self.now_ms);
        if !self.is_open() {
            return;
        }
        let text = |name: &str| message.get(name).and_then(Value::as_str);
        match kind {
            "session.update" => self.on_update(message.get("session").unwrap_or(&Value::Null)),
            "session.end" => self.take_end(),
            "tool.result" => match (text("call_id"), text("result")) {
                (Some(call_id), Some(result)) => {
                    let failed = message.get("is_error").and_then(Value::as_bool);
                    self.take_result(call_id, result, failed.unwrap_or(false));
                }
                _ => self.error(
                    "invalid_format",
                    "tool.result needs the strings call_id and result",
                ),
            },
            "reply.create" => match message.get("instructions") {
                None => self.create_reply(None),
                Some(Value::String(text)) => self.create_reply(Some(text)),
                Some(_) => self.error("invalid_format", "instructions must be a string"),
            },
            "reply.cancel" => match text("reply_id") {
                Some(id) => self.cancel_reply(id),
                None => self.error("invalid_format", "reply.cancel needs reply_id"),
            },
            // 2.5: it never reaches the model.
            "conversation.message" => {
                let known = text("role").is_some_and(|role| role == "user" || role == "system");
                if !known || text("content").is_none() {
                    self.error(
                        "invalid_format",
                        "conversation.message needs role and content",
                    );
                }
            }
            "session.resume" => self.error("invalid_format", "The session is open"),
            other => self.push(unknown(other)),
        }
    }

    fn on_audio(&mut self, message: &Value) {
        if !self.is_live() {
            self.log.untimely_audio += 1;
            return;
        }
        let audio = message.get("audio").and_then(Value::as_str);
        match audio.map(base64::decode) {
            Some(Some(bytes)) => self.take_audio(bytes),
            Some(None) => self.error("invalid_audio", "Audio is not valid base64"),
            None => self.error("invalid_format", "input.audio needs audio"),
        }
    }

    /// 7.1: a later update that is wrong changes nothing, and the session stays.
    fn on_update(&mut self, update: &Value) {
        match self.config.update(update, Stage::Later) {
            Ok(()) => {
                self.turns = self.config.turns();
                let at_ms = self.since_ms();
                self.timeline.changed(update, at_ms);
                let config = self.config.echo(&self.id);
                self.push(json!({"type": "session.updated", "config": config}));
            }
            Err(invalid) => {
                let error = messages::error(&invalid, Some(&self.id));
                self.push(error);
            }
        }
    }
}

/// A message and its type, or the error that answers it.
pub(in crate::agent) fn read(text: &str) -> Result<(String, Value), Value> {
    let Ok(message) = serde_json::from_str::<Value>(text) else {
        return Err(messages::plain_error(
            "invalid_format",
            "Invalid JSON format.",
        ));
    };
    match message.get("type").and_then(Value::as_str) {
        Some(kind) => Ok((kind.to_owned(), message)),
        None => Err(messages::plain_error(
            "invalid_format",
            "Missing message type",
        )),
    }
}

/// Section 2.
pub(in crate::agent) fn unknown(kind: &str) -> Value {
    let invalid = Invalid {
        code: "invalid_format",
        message: format!("Unknown message type: {kind}"),
        param: None,
    };
    messages::error(&invalid, None)
}
