//! The configuration of a session: what `session.update` may say, and what holds (2.1 to 2.4).

mod check;
mod tools;

use serde_json::{Map, Value, json};

use super::sound::Encoding;

/// Why an update is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Invalid {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) param: Option<String>,
}

impl Invalid {
    fn new(code: &'static str, message: impl Into<String>, param: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            param: Some(param.into()),
        }
    }

    pub(super) fn value(message: impl Into<String>, param: impl Into<String>) -> Self {
        Self::new("invalid_value", message, param)
    }
}

/// Where in a session an update stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    First,
    Later,
}

/// What holds.
#[derive(Clone)]
pub(super) struct Config(Map<String, Value>);

/// Ends of turns (2.3, section 5, appendix A).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Turns {
    /// The silence after which a turn ends that sounds finished.
    pub(super) least_ms: u64,
    /// The silence after which any does.
    pub(super) most_ms: u64,
    pub(super) vad_threshold: f64,
    pub(super) interrupts: bool,
    pub(super) interruption_delay_ms: u64,
}

impl Eq for Config {}

impl PartialEq for Config {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").finish_non_exhaustive()
    }
}

impl Config {
    /// Before the first update.
    pub(super) fn new() -> Self {
        let defaults = json!({
            "system_prompt": "", "greeting": null,
            "input": {"type": "audio", "format": {"encoding": "audio/pcm", "sample_rate": 24000}, "turn_detection": null,
                "keyterms": null, "transcription_mode": null, "continuous_partials": null, "transcription_prompt": null,
                "language_codes": null, "voice_focus": null, "voice_focus_threshold": null},
            "output": {"type": "audio", "voice": "alba", "format": {"encoding": "audio/pcm", "sample_rate": 24000},
                "volume": null},
            "tools": [], "llm": [], "pre_connect_requests": []});
        match defaults {
            Value::Object(fields) => Self(fields),
            _ => Self(Map::new()),
        }
    }

    /// Takes an update as a whole, or nothing of it (7.1).
    pub(super) fn update(&mut self, update: &Value, stage: Stage) -> Result<(), Invalid> {
        let Value::Object(update) = update else {
            let message = "session.update needs an object 'session'";
            return Err(Invalid::new("invalid_format", message, "session"));
        };
        check::check(update, stage)?;
        let mut next = self.clone();
        for (name, value) in update {
            match (name.as_str(), value) {
                ("input" | "output", Value::Object(part)) => next.merge(name, part),
                ("tools", Value::Array(all)) => {
                    let resolved = all.iter().map(tools::resolved).collect();
                    next.0.insert(name.clone(), Value::Array(resolved));
                }
                _ => {
                    next.0.insert(name.clone(), value.clone());
                }
            }
        }
        check::check_silences(next.0.get("input"))?;
        *self = next;
        Ok(())
    }

    /// Of `input` and `output` what is not named stays.
    fn merge(&mut self, name: &str, part: &Map<String, Value>) {
        let Some(Value::Object(whole)) = self.0.get_mut(name) else {
            return;
        };
        for (key, value) in part {
            let mut value = value.clone();
            if key == "format"
                && let Some(format) = value.as_object_mut()
            {
                let encoding = format.get("encoding").and_then(Value::as_str);
                let rate = encoding.and_then(Encoding::named).map(Encoding::rate);
                format.insert("sample_rate".to_owned(), json!(rate));
            }
            whole.insert(key.clone(), value);
        }
    }

    /// As events tell it: section 3.
    pub(super) fn echo(&self, id: &str) -> Value {
        let mut echo = Map::new();
        echo.insert("id".to_owned(), id.into());
        echo.extend(self.0.clone());
        // A secret is not echoed, and the document's echo has no webhook.
        echo.remove("webhook");
        Value::Object(echo)
    }

    /// 4.8: a model of a stored agent's own, without its key.
    pub(super) fn set_models(&mut self, models: Option<Value>) {
        if let Some(models) = models {
            self.0.insert("llm".to_owned(), models);
        }
    }

    /// 4.7: whether the platform calls this tool itself.
    pub(super) fn is_http(&self, name: &str) -> bool {
        let http = self.tool(name).and_then(|tool| tool.get("http"));
        http.is_some_and(|http| !http.is_null())
    }

    /// 4.7: a tool that the platform calls itself.
    pub(super) fn add_http_tool(&mut self, name: &str) {
        let mut tool = tools::resolved(&json!({"type": "function", "name": name}));
        if let Some(fields) = tool.as_object_mut() {
            let http = json!({"url": "https://tools.example.com/call", "method": "POST", "headers_ciphertext": null});
            fields.insert("http".to_owned(), http);
        }
        if let Some(Value::Array(tools)) = self.0.get_mut("tools") {
            tools.push(tool);
        }
    }

    pub(super) fn webhook(&self) -> Option<&Value> {
        self.0.get("webhook")
    }

    pub(super) fn greeting(&self) -> Option<&str> {
        let greeting = self.0.get("greeting")?.as_str()?;
        (!greeting.trim().is_empty()).then_some(greeting)
    }

    pub(super) fn input(&self) -> Encoding {
        self.encoding("input")
    }

    pub(super) fn output(&self) -> Encoding {
        self.encoding("output")
    }

    fn encoding(&self, side: &str) -> Encoding {
        let name = self.0.get(side).and_then(|s| s.pointer("/format/encoding"));
        name.and_then(Value::as_str)
            .and_then(Encoding::named)
            .unwrap_or(Encoding::Pcm)
    }

    /// 0 to 100.
    pub(super) fn volume(&self) -> i32 {
        let volume = self.0.get("output").and_then(|o| o.get("volume"));
        let volume = volume.and_then(Value::as_f64).unwrap_or(100.0);
        (0..=100)
            .rev()
            .find(|n| f64::from(*n) <= volume)
            .unwrap_or(0)
    }

    /// The fields of a tool; none where it was not offered.
    pub(super) fn tool(&self, name: &str) -> Option<&Value> {
        let tools = self.0.get("tools")?.as_array()?;
        tools
            .iter()
            .find(|tool| tool.get("name").is_some_and(|n| n == name))
    }

    pub(super) fn turns(&self) -> Turns {
        let input = self.0.get("input");
        let mode = input.and_then(|i| i.get("transcription_mode"));
        let mode = mode.and_then(Value::as_str).unwrap_or("balanced");
        // Appendix A: the measured patience of each mode.
        let patience = match mode {
            "min_latency" => 1300,
            "max_accuracy" => 3200,
            _ => 1900,
        };
        let detection = input.and_then(|i| i.get("turn_detection"));
        let detection = detection.filter(|d| d.is_object());
        let number = |name: &str| detection?.get(name)?.as_u64();
        // 2.3: any such object means fixed windows, whose defaults are 1000 and 3000.
        let window = |name, fixed| match detection {
            Some(_) => number(name).unwrap_or(fixed),
            None => patience,
        };
        let least_ms = window("min_silence", 1000);
        Turns {
            least_ms,
            most_ms: window("max_silence", 3000).max(least_ms),
            vad_threshold: detection
                .and_then(|d| d.get("vad_threshold")?.as_f64())
                .unwrap_or(0.5),
            interrupts: detection
                .and_then(|d| d.get("interrupt_response")?.as_bool())
                .unwrap_or(true),
            interruption_delay_ms: number("interruption_delay")
                .unwrap_or(if mode == "min_latency" { 0 } else { 500 }),
        }
    }
}

#[cfg(test)]
mod tests;
