//! Changes in the middle of a session (`streaming-stt.md` 3.2).

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

use super::{ConfigError, Keyterms, Language, SpeechModel, StreamingConfig, TurnDetection, checks};

/// A change of an open session: only what is set changes, from the audio after it on. The service does not acknowledge
/// it, and ends the session over a value that it does not take; so it is checked here.
///
/// `Debug` shows which fields change, never their values.
#[derive(Clone, PartialEq, Default)]
pub struct ConfigUpdate {
    fields: BTreeMap<&'static str, Value>,
    invalid: Option<ConfigError>,
}

impl ConfigUpdate {
    /// No change yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `prompt`; an empty one clears it. At most 1750 characters.
    #[must_use]
    pub fn prompt(self, prompt: &str) -> Self {
        self.checked(checks::text("prompt", Some(prompt)))
            .with("prompt", prompt.into())
    }

    /// `agent_context`; at most 1750 characters.
    #[must_use]
    pub fn agent_context(self, context: &str) -> Self {
        self.checked(checks::text("agent_context", Some(context)))
            .with("agent_context", context.into())
    }

    /// `keyterms_prompt`: replaces all of them; none clears them.
    #[must_use]
    pub fn keyterms(self, keyterms: &Keyterms) -> Self {
        self.with("keyterms_prompt", json!(keyterms.as_slice()))
    }

    /// `language_codes`, from the next turn on; none clears them. At most 10.
    #[must_use]
    pub fn languages(self, languages: &[Language]) -> Self {
        let codes: Vec<_> = languages.iter().map(|language| language.code()).collect();
        let checked = checks::require(codes.len() <= 10, "language_codes", "at most 10 languages");
        self.checked(checked).with("language_codes", json!(codes))
    }

    /// `mode`, `min_turn_silence`, `max_turn_silence`, `end_of_turn_confidence_threshold`: whichever the argument sets.
    #[must_use]
    pub fn turns(self, turns: &TurnDetection) -> Self {
        self.checked(checks::check_turns(turns))
            .maybe("mode", turns.mode.map(|mode| mode.as_str().into()))
            .maybe("min_turn_silence", turns.min_silence.map(millis))
            .maybe("max_turn_silence", turns.max_silence.map(millis))
            .maybe(
                "end_of_turn_confidence_threshold",
                turns.threshold.map(number),
            )
    }

    /// `vad_threshold`, 0 to 1.
    #[must_use]
    pub fn vad_threshold(self, threshold: f32) -> Self {
        self.checked(checks::unit("vad_threshold", Some(threshold)))
            .with("vad_threshold", number(threshold))
    }

    /// `interruption_delay`, 0 to 1000 ms.
    #[must_use]
    pub fn interruption_delay(self, delay: Duration) -> Self {
        self.checked(checks::within(
            "interruption_delay",
            Some(delay),
            0..=1000,
            "0 to 1000 ms",
        ))
        .with("interruption_delay", millis(delay))
    }

    /// `turn_left_pad_ms`, known from the vendor's SDKs only; at most 10 s.
    #[must_use]
    pub fn turn_left_pad(self, pad: Duration) -> Self {
        self.checked(checks::within(
            "turn_left_pad_ms",
            Some(pad),
            0..=10_000,
            "0 to 10000 ms",
        ))
        .with("turn_left_pad_ms", millis(pad))
    }

    /// `continuous_partials`.
    #[must_use]
    pub fn continuous_partials(self, on: bool) -> Self {
        self.with("continuous_partials", on.into())
    }

    /// `format_turns`, on Universal-Streaming.
    #[must_use]
    pub fn format_turns(self, on: bool) -> Self {
        self.with("format_turns", on.into())
    }

    /// `filter_profanity`.
    #[must_use]
    pub fn filter_profanity(self, on: bool) -> Self {
        self.with("filter_profanity", on.into())
    }

    /// `session_heartbeat`.
    #[must_use]
    pub fn session_heartbeat(self, on: bool) -> Self {
        self.with("session_heartbeat", on.into())
    }

    /// `acknowledge_silence`.
    #[must_use]
    pub fn acknowledge_silence(self, on: bool) -> Self {
        self.with("acknowledge_silence", on.into())
    }

    /// Whether it would change nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// What a session is told right after it has begun, because it does not belong into an address.
    pub(crate) fn initial(config: &StreamingConfig) -> Self {
        let fields = &config.fields;
        let update = Self::new()
            .maybe("prompt", fields.prompt.as_deref().map(Into::into))
            .maybe(
                "agent_context",
                fields.agent_context.as_deref().map(Into::into),
            );
        if fields.keyterms.is_empty() {
            update
        } else {
            update.keyterms(&fields.keyterms)
        }
    }

    /// The same for a session with this model, or why the service would ignore it, or end the session over it.
    pub(crate) fn for_session(
        mut self,
        model: &SpeechModel,
        is_diarized: bool,
    ) -> Result<Self, ConfigError> {
        if is_diarized && self.fields.contains_key("mode") {
            return Err(checks::MODE_WITH_DIARIZATION);
        }
        if !model.is_universal_streaming() {
            // The published presets name it beside the silences; by itself it would do nothing.
            self.fields.remove("end_of_turn_confidence_threshold");
            if self.fields.is_empty() {
                checks::has_parameter(model, "end_of_turn_confidence_threshold")?;
            }
        }
        // At connect every model takes it, in the middle of a session only these.
        if self.fields.contains_key("vad_threshold") && !model.is_universal_3() {
            return Err(ConfigError::Conflict(
                "the model takes `vad_threshold` only when the session is opened",
            ));
        }
        self.fields
            .keys()
            .try_for_each(|name| checks::has_parameter(model, name))?;
        self.invalid.take().map_or(Ok(self), Err)
    }

    /// What a switch is set to, if it is.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.fields.get(name)?.as_bool()
    }

    /// The message, or why the service would end the session over it.
    pub(crate) fn into_message(mut self) -> Result<String, ConfigError> {
        if let Some(invalid) = self.invalid {
            return Err(invalid);
        }
        self.fields.insert("type", "UpdateConfiguration".into());
        Ok(json!(self.fields).to_string())
    }

    fn with(mut self, name: &'static str, value: Value) -> Self {
        self.fields.insert(name, value);
        self
    }

    fn maybe(self, name: &'static str, value: Option<Value>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    fn checked(mut self, outcome: Result<(), ConfigError>) -> Self {
        self.invalid = self.invalid.or(outcome.err());
        self
    }
}

impl std::fmt::Debug for ConfigUpdate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ConfigUpdate")
            .field(&self.fields.keys().collect::<Vec<_>>())
            .finish()
    }
}

fn millis(duration: Duration) -> Value {
    u64::try_from(duration.as_millis())
        .unwrap_or(u64::MAX)
        .into()
}

/// As it was written: 0.7, not the 0.699999988 that is nearest to it in 32 bits.
fn number(value: f32) -> Value {
    value
        .to_string()
        .parse::<f64>()
        .map_or(Value::Null, Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Mode;

    fn told(update: ConfigUpdate, model: &SpeechModel) -> Result<String, ConfigError> {
        update
            .for_session(model, false)
            .and_then(ConfigUpdate::into_message)
    }

    #[test]
    fn what_a_model_does_not_have_never_reaches_it() {
        let u3 = SpeechModel::Universal36Pro;
        let english = SpeechModel::UniversalStreamingEnglish;
        let updates = [
            ConfigUpdate::new().prompt("CBT for panic disorder"),
            ConfigUpdate::new().turns(&TurnDetection::mode(Mode::Balanced)),
            ConfigUpdate::new().languages(&[Language::English]),
            ConfigUpdate::new().acknowledge_silence(true),
        ];
        for update in updates {
            assert!(matches!(
                told(update.clone(), &english),
                Err(ConfigError::Model { .. })
            ));
            assert!(told(update, &u3).is_ok());
        }
        let formatted = ConfigUpdate::new().format_turns(true);
        assert!(told(formatted.clone(), &u3).is_err() && told(formatted, &english).is_ok());
        let therapy = ConfigUpdate::new().turns(&TurnDetection::therapy());
        assert_eq!(
            told(therapy.clone(), &u3).unwrap(),
            r#"{"max_turn_silence":3600,"min_turn_silence":800,"type":"UpdateConfiguration"}"#
        );
        let threshold = TurnDetection::server_default().threshold(0.5);
        let threshold = ConfigUpdate::new().turns(&threshold);
        assert!(told(threshold.clone(), &u3).is_err() && told(threshold, &english).is_ok());
        let vad = ConfigUpdate::new().vad_threshold(0.3);
        assert!(told(vad.clone(), &english).is_err() && told(vad, &u3).is_ok());
        assert!(
            told(therapy, &english)
                .unwrap()
                .contains(r#""end_of_turn_confidence_threshold":0.7"#)
        );
    }

    #[test]
    fn a_mode_is_refused_where_diarization_switches_it_off() {
        let update = ConfigUpdate::new().turns(&TurnDetection::mode(Mode::Balanced));
        let refused = update.for_session(&SpeechModel::Universal36Pro, true);
        assert!(matches!(refused, Err(ConfigError::Conflict(_))));
    }
}
