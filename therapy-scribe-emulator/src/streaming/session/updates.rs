//! Control messages (`streaming-stt.md` section 3).

use serde_json::Value;

use super::{Fatal, MESSAGE_LIMIT, Session};
use crate::streaming::{
    checks::{check_family, check_languages, check_terms, check_text, invalid, one_of, strings},
    params::MODES,
    profile::{Family, Overrides, partial_every},
    vad::Vad,
};

/// 3.3: an `Error` comes about this long after the bad message.
const ERROR_LAG_MS: u64 = 1000;

impl Session {
    /// A text message. Returns it for the log when it was valid JSON.
    pub(crate) fn on_text(&mut self, text: &str, now_ms: u64) -> Option<Value> {
        self.last_client_ms = now_ms;
        if !self.is_open() {
            return None;
        }
        // 11.7: of any message, not of audio alone.
        if text.len() > MESSAGE_LIMIT {
            self.too_big(now_ms);
            return None;
        }
        match read(text) {
            Ok(message) => {
                if let Err(fatal) = self.on_control(&message, now_ms) {
                    self.fail(&fatal, now_ms + ERROR_LAG_MS);
                }
                Some(message)
            }
            Err(fatal) => {
                self.fail(&fatal, now_ms + ERROR_LAG_MS);
                None
            }
        }
    }

    fn on_control(&mut self, message: &Value, now_ms: u64) -> Result<(), Fatal> {
        match message.get("type").and_then(Value::as_str) {
            Some("UpdateConfiguration") => {
                // What was received before is heard by the old settings, as far as its time has come.
                self.on_time(now_ms);
                self.update(message)?;
            }
            Some("ForceEndpoint") => self.force_endpoint(now_ms),
            Some("KeepAlive") => {}
            Some("Terminate") => self.terminate(now_ms),
            other => {
                let text = format!("Invalid Message Type: {}", other.unwrap_or("None"));
                return Err(Fatal::new(3006, text));
            }
        }
        Ok(())
    }

    /// 3.2: only what is there changes, without acknowledgement; anything invalid ends the session.
    fn update(&mut self, message: &Value) -> Result<(), Fatal> {
        let fields = Fields(message);
        self.check_texts(&fields)?;
        let mode = self.mode(&fields)?;
        let overrides = fields.overrides()?;
        let params = &mut self.params;
        for (name, place) in [
            ("session_heartbeat", &mut params.heartbeat),
            ("acknowledge_silence", &mut params.silence),
            ("format_turns", &mut params.format_turns),
            ("filter_profanity", &mut params.filter_profanity),
        ] {
            *place = fields.flag(name)?.unwrap_or(*place);
        }
        // 3.2: of Universal-3 alone.
        params.silence &= params.family == Family::Universal3;
        params.overrides = params.overrides.then(overrides);
        params.mode = mode.or_else(|| params.mode.take());
        let profile = self.params.profile();
        self.vad = Vad::new(profile.vad_threshold);
        self.detector.profile = profile;
        Ok(())
    }

    fn check_texts(&self, fields: &Fields<'_>) -> Result<(), Fatal> {
        for name in ["prompt", "agent_context"] {
            let text = fields.text(name)?;
            check_text(name, text)?;
            if name == "prompt" && text.is_some() {
                check_family(name, self.params.family, &self.params.model)?;
            }
        }
        if let Some(terms) = fields.list("keyterms_prompt")? {
            check_terms(terms.len())?;
        }
        if let Some(languages) = fields.list("language_codes")? {
            check_languages(&languages)?;
        }
        Ok(())
    }

    fn mode(&self, fields: &Fields<'_>) -> Result<Option<String>, Fatal> {
        let Some(mode) = fields.text("mode")? else {
            return Ok(None);
        };
        check_family("mode", self.params.family, &self.params.model)?;
        if MODES.contains(&mode) {
            Ok(Some(mode.to_owned()))
        } else {
            Err(invalid("mode", &one_of(&MODES)))
        }
    }
}

fn read(text: &str) -> Result<Value, Fatal> {
    let message: Value = serde_json::from_str(text).map_err(|error| {
        let place = format!(
            "User Input Validation Error: Invalid JSON: line {} column {}",
            error.line(),
            error.column()
        );
        Fatal::new(3006, place)
    })?;
    if message.is_object() {
        Ok(message)
    } else {
        Err(Fatal::new(3006, "Invalid Message: expected an object"))
    }
}

/// Reads one message. A field that is null counts as absent.
struct Fields<'a>(&'a Value);

impl<'a> Fields<'a> {
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn read<T>(
        &self,
        name: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
        kind: &str,
    ) -> Result<Option<T>, Fatal> {
        self.get(name)
            .map(|value| {
                read(value).ok_or_else(|| invalid(name, &format!("Input should be {kind}")))
            })
            .transpose()
    }

    fn text(&self, name: &str) -> Result<Option<&'a str>, Fatal> {
        self.read(name, Value::as_str, "a valid string")
    }

    fn flag(&self, name: &str) -> Result<Option<bool>, Fatal> {
        self.read(name, Value::as_bool, "a valid boolean")
    }

    fn number(&self, name: &str) -> Result<Option<u64>, Fatal> {
        let kind = match self.get(name) {
            Some(value) if value.is_i64() => "greater than or equal to 0",
            _ => "a valid integer",
        };
        self.read(name, Value::as_u64, kind)
    }

    /// 11.3: any number is taken, and clamped.
    fn clamped(&self, name: &str) -> Result<Option<u64>, Fatal> {
        let least = |value: &Value| value.as_u64().or(value.as_i64().map(|_| 0));
        self.read(name, least, "a valid integer")
    }

    fn list(&self, name: &str) -> Result<Option<Vec<String>>, Fatal> {
        self.read(name, strings, "a valid list")
    }

    fn unit(&self, name: &str) -> Result<Option<f64>, Fatal> {
        let unit = |value: &Value| value.as_f64().filter(|number| (0.0..=1.0).contains(number));
        self.read(name, unit, "between 0 and 1")
    }

    fn overrides(&self) -> Result<Overrides, Fatal> {
        let old = self.clamped("min_end_of_turn_silence_when_confident")?;
        let delay = |value: &Value| value.as_u64().filter(|delay| *delay <= 1000);
        Ok(Overrides {
            min_silence: self.clamped("min_turn_silence")?.or(old),
            max_silence: self.number("max_turn_silence")?,
            interruption_delay: self.read("interruption_delay", delay, "between 0 and 1000")?,
            vad_threshold: self.unit("vad_threshold")?,
            partial_every: self.flag("continuous_partials")?.map(partial_every),
            confidence_threshold: self.unit("end_of_turn_confidence_threshold")?,
        })
    }
}
