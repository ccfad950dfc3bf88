//! Faults that are messages, or the lack of them (11.12).

use serde_json::{Value, json};

use super::{CLOSE_REASON, Fatal, Out, Session};
use crate::{
    faults::{FaultKind, Unauthorized},
    streaming::{messages, recordings::Leaving},
};

/// What is to happen to messages that are not made yet.
#[derive(Debug, Default)]
pub(super) struct Twists {
    duplicate_final: bool,
    unknown_fields: bool,
    /// What waits for `Begin`.
    pub(super) at_begin: Vec<FaultKind>,
}

impl Session {
    /// Suffers what a session can suffer; the rest happens to its socket.
    pub(crate) fn suffer(&mut self, kind: &FaultKind, now_ms: u64) {
        match kind {
            FaultKind::ServerError => self.fail(&cancelled(), now_ms),
            FaultKind::Expire => self.expire_now(now_ms),
            // The session was set up so.
            FaultKind::BeginThenError | FaultKind::NeverBegin => {}
            FaultKind::CloseWithoutError(code) => {
                self.fall_silent(now_ms);
                self.put(Out::Close(*code, ""), now_ms);
            }
            FaultKind::ErrorWithoutClose => {
                self.fall_silent(now_ms);
                self.push(&messages::error(&cancelled()), now_ms);
            }
            FaultKind::ErrorWithoutType => {
                self.fall_silent(now_ms);
                let Fatal { code, text } = cancelled();
                self.push(&json!({"error_code": code, "error": text}), now_ms);
                self.put(Out::Close(code, CLOSE_REASON), now_ms);
            }
            _ if self.is_opening() => self.twists.at_begin.push(kind.clone()),
            FaultKind::DuplicateFinal => self.twists.duplicate_final = true,
            FaultKind::UnknownFields => self.twists.unknown_fields = true,
            FaultKind::BinaryFrame => self.put(Out::Binary(vec![0, 1, 2, 3]), now_ms),
            FaultKind::Warning(text) => {
                let warning = json!({"type": "Warning", "warning_code": 2, "warning": text});
                self.push(&warning, now_ms);
            }
            FaultKind::UnknownType => {
                let surprise = json!({"type": "SessionHealth", "score": 0.5, "notes": []});
                self.push(&surprise, now_ms);
            }
            _ => {}
        }
    }

    /// Nothing else is sent.
    fn fall_silent(&mut self, now_ms: u64) {
        self.over(Leaving::BrokenOff);
        self.due.retain(|due| due.at_ms <= now_ms);
    }

    /// A `Turn` as it goes out.
    pub(super) fn twist(&mut self, message: &mut Value) {
        if message.get("type").is_none_or(|kind| kind != "Turn")
            || !std::mem::take(&mut self.twists.unknown_fields)
        {
            return;
        }
        let words = message.get_mut("words").and_then(Value::as_array_mut);
        for word in words.into_iter().flatten() {
            if let Value::Object(fields) = word {
                fields.insert("phonemes".to_owned(), json!([]));
            }
        }
        messages::put_before_type(message, "sentiment", json!({"label": "calm", "score": 0.5}));
    }

    /// Whether the final that goes out now goes out twice.
    pub(super) fn duplicates_final(&mut self) -> bool {
        std::mem::take(&mut self.twists.duplicate_final)
    }
}

pub(super) fn cancelled() -> Fatal {
    Fatal::new(3005, "Session Cancelled: An error occurred")
}

pub(crate) fn refusal(reason: Unauthorized) -> Fatal {
    Fatal::new(1008, reason.text())
}
