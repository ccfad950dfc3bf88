//! Control messages (`streaming-stt.md` section 3).

use serde_json::Value;

use super::{Fatal, Session};
use crate::streaming::{
    params::{check_languages, check_terms, check_text, invalid, strings},
    profile::Profile,
};

impl Session {
    /// A text message. Returns it for the log when it was valid JSON.
    pub(crate) fn on_text(&mut self, text: &str, now_ms: u64) -> Option<Value> {
        self.last_client_ms = now_ms;
        if self.closed.is_some() {
            return None;
        }
        let message: Value = match serde_json::from_str(text) {
            Ok(message) => message,
            Err(error) => {
                let place = format!(
                    "User Input Validation Error: Invalid JSON: line {} column {}",
                    error.line(),
                    error.column()
                );
                self.fail(&Fatal::new(3006, place), now_ms);
                return None;
            }
        };
        if !message.is_object() {
            self.fail(
                &Fatal::new(3006, "Invalid Message: expected an object"),
                now_ms,
            );
            return None;
        }
        match message.get("type").and_then(Value::as_str) {
            Some("UpdateConfiguration") => {
                if let Err(fatal) = self.update(&message) {
                    self.fail(&fatal, now_ms);
                }
            }
            Some("ForceEndpoint") => {
                self.on_time(now_ms);
                if let Some(open) = self.detector.force() {
                    self.on_found(open, now_ms);
                }
            }
            Some("KeepAlive") => {}
            Some("Terminate") => self.terminate(now_ms),
            other => {
                let text = format!("Invalid Message Type: {}", other.unwrap_or("None"));
                self.fail(&Fatal::new(3006, text), now_ms);
            }
        }
        Some(message)
    }

    /// 3.2: only what is there changes, without acknowledgement; anything invalid ends the session.
    fn update(&mut self, message: &Value) -> Result<(), Fatal> {
        check_text("prompt", message.get("prompt").and_then(Value::as_str))?;
        check_text(
            "agent_context",
            message.get("agent_context").and_then(Value::as_str),
        )?;
        if let Some(terms) = message.get("keyterms_prompt") {
            let terms = strings(terms)
                .ok_or_else(|| invalid("keyterms_prompt", "Input should be a valid list"))?;
            check_terms(terms.len())?;
        }
        if let Some(languages) = message.get("language_codes") {
            let languages = strings(languages)
                .ok_or_else(|| invalid("language_codes", "Input should be a valid list"))?;
            check_languages(&languages)?;
        }
        self.update_turns(message)?;
        let flag = |name: &str| match message.get(name) {
            None => Ok(None),
            Some(Value::Bool(on)) => Ok(Some(*on)),
            Some(_) => Err(invalid(name, "Input should be a valid boolean")),
        };
        self.params.heartbeat = flag("session_heartbeat")?.unwrap_or(self.params.heartbeat);
        self.params.silence = flag("acknowledge_silence")?.unwrap_or(self.params.silence);
        self.params.format_turns = flag("format_turns")?.unwrap_or(self.params.format_turns);
        match flag("continuous_partials")? {
            Some(true) => self.detector.profile.partial_every = 1000,
            Some(false) => self.detector.profile.partial_every = 3000,
            None => {}
        }
        Ok(())
    }

    fn update_turns(&mut self, message: &Value) -> Result<(), Fatal> {
        let number = |name: &str| match message.get(name) {
            None => Ok(None),
            Some(value) => value
                .as_u64()
                .map(Some)
                .ok_or_else(|| invalid(name, "Input should be a valid integer")),
        };
        let unit = |name: &str| match message.get(name) {
            None => Ok(None),
            Some(value) => {
                let number = value.as_f64().filter(|number| (0.0..=1.0).contains(number));
                number
                    .map(Some)
                    .ok_or_else(|| invalid(name, "Input should be between 0 and 1"))
            }
        };
        if let Some(mode) = message.get("mode").and_then(Value::as_str) {
            self.detector.profile =
                Profile::of(self.params.family, Some(mode), self.params.speaker_labels);
        }
        let min = number("min_turn_silence")?.or(number("min_end_of_turn_silence_when_confident")?);
        let profile = &mut self.detector.profile;
        profile.min_silence = min.map_or(profile.min_silence, |min| min.clamp(50, 10_000));
        profile.max_silence = number("max_turn_silence")?.unwrap_or(profile.max_silence);
        profile.interruption_delay =
            number("interruption_delay")?.unwrap_or(profile.interruption_delay);
        profile.confidence_threshold =
            unit("end_of_turn_confidence_threshold")?.unwrap_or(profile.confidence_threshold);
        if let Some(threshold) = unit("vad_threshold")? {
            profile.vad_threshold = threshold;
            self.vad = super::Vad::new(threshold);
        }
        Ok(())
    }
}
