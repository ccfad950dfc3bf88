//! The address of a session (`streaming-stt.md` 2.1).

use std::fmt::Write as _;

use super::{Fields, SpeechModel, StreamingConfig};

/// Where streaming is, below the origin.
const PATH: &str = "/v3/ws";

impl StreamingConfig {
    /// Path and query for one model. Prompt, key terms and context are not in it: they may hold names, and addresses
    /// end up in logs. They follow in an `UpdateConfiguration`.
    pub(crate) fn path_and_query(&self, model: &SpeechModel, sample_rate: u32) -> String {
        let mut query = String::from(PATH);
        let mut separator = '?';
        for (name, value) in self.fields.parameters(model, sample_rate) {
            let _ = write!(query, "{separator}{name}={}", Encoded(&value));
            separator = '&';
        }
        query
    }
}

impl Fields {
    fn parameters(&self, model: &SpeechModel, sample_rate: u32) -> Vec<(&'static str, String)> {
        let mut list = List(Vec::new());
        list.add("speech_model", Some(model.as_str()));
        list.add("sample_rate", Some(sample_rate));
        list.add("encoding", Some(self.encoding.as_str()));
        self.turn_parameters(model, &mut list);
        self.recognition_parameters(&mut list);
        self.speaker_parameters(&mut list);
        self.redaction_parameters(&mut list);
        self.session_parameters(&mut list);
        list.0
    }

    fn turn_parameters(&self, model: &SpeechModel, list: &mut List) {
        list.add("mode", self.turns.mode.map(super::Mode::as_str));
        list.add(
            "min_turn_silence",
            self.turns.min_silence.map(|d| d.as_millis()),
        );
        list.add(
            "max_turn_silence",
            self.turns.max_silence.map(|d| d.as_millis()),
        );
        let threshold = self
            .turns
            .threshold
            .filter(|_| model.is_universal_streaming());
        list.add("end_of_turn_confidence_threshold", threshold);
        list.add("vad_threshold", self.vad_threshold);
        list.add(
            "interruption_delay",
            self.interruption_delay.map(|d| d.as_millis()),
        );
        list.add("continuous_partials", self.continuous_partials);
        list.add("include_partial_turns", self.include_partial_turns);
        list.add(
            "turn_left_pad_ms",
            self.turn_left_pad.map(|d| d.as_millis()),
        );
        list.add("format_turns", self.format_turns);
    }

    fn recognition_parameters(&self, list: &mut List) {
        list.add("previous_context_n_turns", self.previous_context_turns);
        let codes: Vec<_> = self
            .languages
            .iter()
            .map(|language| language.code())
            .collect();
        list.add("language_codes", json_list(&codes));
        list.add("language_detection", self.language_detection);
        list.add("domain", self.domain.map(super::Domain::as_str));
        list.add(
            "voice_focus",
            self.voice_focus.map(super::VoiceFocus::as_str),
        );
        list.add(
            "voice_focus_threshold",
            self.voice_focus.and_then(super::VoiceFocus::threshold),
        );
        list.add("filter_profanity", self.filter_profanity);
    }

    fn speaker_parameters(&self, list: &mut List) {
        let Some(diarization) = &self.diarization else {
            return;
        };
        list.add("speaker_labels", Some(true));
        list.add("max_speakers", diarization.max_speakers);
        let interval = diarization.revision_interval.map(|d| d.as_millis());
        list.add("speaker_labels_revision_interval_ms", interval);
    }

    fn redaction_parameters(&self, list: &mut List) {
        let Some(redaction) = &self.redaction else {
            return;
        };
        list.add("redact_pii", Some(true));
        let policies: Vec<_> = redaction
            .policies
            .iter()
            .map(|policy| policy.as_str())
            .collect();
        list.add("redact_pii_policies", json_list(&policies));
        list.add("redact_pii_sub", Some(redaction.substitute.as_str()));
    }

    fn session_parameters(&self, list: &mut List) {
        list.add("session_heartbeat", self.session_heartbeat);
        list.add("acknowledge_silence", self.acknowledge_silence);
        list.add(
            "inactivity_timeout",
            self.inactivity_timeout.map(|d| d.as_secs()),
        );
        list.add("llm_gateway", self.llm_gateway.as_ref());
        if let Some(webhook) = &self.webhook {
            list.add("webhook_url", Some(&webhook.url));
            list.add(
                "webhook_auth_header_name",
                webhook.auth.as_ref().map(|(name, _)| name),
            );
            list.add(
                "webhook_auth_header_value",
                webhook.auth.as_ref().map(|(_, value)| value.expose()),
            );
        }
    }
}

struct List(Vec<(&'static str, String)>);

impl List {
    fn add(&mut self, name: &'static str, value: Option<impl ToString>) {
        self.0.extend(value.map(|value| (name, value.to_string())));
    }
}

/// Lists are one parameter with a JSON array; commas and repeated names are refused. No empty list is sent.
fn json_list(items: &[&str]) -> Option<String> {
    (!items.is_empty()).then(|| serde_json::Value::from(items.to_vec()).to_string())
}

/// Percent-encoded, but for the characters that never need it.
struct Encoded<'a>(&'a str);

impl std::fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for byte in self.0.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                f.write_char(char::from(byte))?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}
