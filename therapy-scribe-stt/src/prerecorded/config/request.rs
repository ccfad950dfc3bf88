//! The body of a submit (`pre-recorded.md` 4, read 2026-11).

use serde_json::{Map, Value, json};

use super::{
    AudioTags, Cover, Fields, LanguageDetection, Languages, RecordRedaction, RedactedFormat,
    Transcription,
};
use crate::config::Domain;

impl Transcription {
    /// The request for this audio.
    pub(crate) fn body(&self, audio_url: &str) -> String {
        let fields = &self.fields;
        let mut body = Body(fields.extra.clone());
        body.set("audio_url", json!(audio_url));
        let models: Vec<_> = fields
            .models
            .iter()
            .map(super::RecordModel::as_str)
            .collect();
        body.set("speech_models", json!(models));
        body.set_some("domain", fields.domain.map(Domain::as_str));
        body.languages(&fields.languages);
        body.terms(fields);
        body.audio(fields);
        body.speakers(fields);
        body.flag("entity_detection", fields.entity_detection);
        body.flag("sentiment_analysis", fields.sentiment_analysis);
        if let Some(redaction) = &fields.redaction {
            body.redaction(redaction);
        }
        if let Some(webhook) = &fields.webhook {
            body.set("webhook_url", json!(webhook.url));
            if let Some((name, value)) = &webhook.auth {
                body.set("webhook_auth_header_name", json!(name));
                body.set("webhook_auth_header_value", json!(value.expose()));
            }
        }
        Value::Object(body.0).to_string()
    }
}

struct Body(Map<String, Value>);

impl Body {
    fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    fn set_some<T: Into<Value>>(&mut self, name: &str, value: Option<T>) {
        if let Some(value) = value {
            self.set(name, value.into());
        }
    }

    fn flag(&mut self, name: &str, on: bool) {
        if on {
            self.set(name, json!(true));
        }
    }

    fn languages(&mut self, languages: &Languages) {
        match languages {
            Languages::Default => {}
            Languages::One(code) => self.set("language_code", json!(code)),
            Languages::Switching(codes) => self.set("language_codes", json!(codes)),
            Languages::Detected(detection) => self.detection(detection),
        }
    }

    fn detection(&mut self, detection: &LanguageDetection) {
        self.set("language_detection", json!(true));
        let share = detection.threshold;
        let share = share.map(|hundredths| f64::from(hundredths) / 100.0);
        self.set_some("language_confidence_threshold", share);
        let mut options = Self(Map::new());
        if !detection.expected.is_empty() {
            options.set("expected_languages", json!(detection.expected));
        }
        if let Some(fallback) = &detection.fallback {
            options.set("fallback_language", json!(fallback));
            options.set("on_low_language_confidence", json!("fallback"));
        }
        options.flag("code_switching", detection.code_switching);
        if detection.silence_is_empty {
            options.set("on_no_speech_detected", json!("fallback"));
        }
        if !options.0.is_empty() {
            self.set("language_detection_options", Value::Object(options.0));
        }
    }

    fn terms(&mut self, fields: &Fields) {
        self.set_some("prompt", fields.prompt.as_deref());
        if !fields.keyterms.is_empty() {
            self.set("keyterms_prompt", json!(fields.keyterms));
        }
        if fields.strong_keyterms {
            let options = json!({"keyterms_match_strength": "high"});
            self.set("keyterms_prompt_options", options);
        }
        if !fields.spelling.is_empty() {
            let one = |(from, to): &(Vec<String>, String)| json!({"from": from, "to": to});
            let spelling: Vec<_> = fields.spelling.iter().map(one).collect();
            self.set("custom_spelling", Value::Array(spelling));
        }
        self.flag("disfluencies", fields.disfluencies);
        let tags = fields.audio_tags.map(|tags| match tags {
            AudioTags::RemoveAll => "all",
            AudioTags::RemoveSpeaker => "speaker",
        });
        self.set_some("remove_audio_tags", tags);
    }

    fn audio(&mut self, fields: &Fields) {
        let millis =
            |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.set_some("audio_start_from", fields.window.0.map(millis));
        self.set_some("audio_end_at", fields.window.1.map(millis));
        let share = |share: f32| (f64::from(share) * 1000.0).round() / 1000.0;
        self.set_some("speech_threshold", fields.speech_threshold.map(share));
    }

    fn speakers(&mut self, fields: &Fields) {
        self.flag("speaker_labels", fields.speaker_labels);
        self.set_some("speakers_expected", fields.speakers_expected);
        if let Some(options) = fields.speaker_options {
            let mut body = Self(Map::new());
            body.set_some("min_speakers_expected", options.min);
            body.set_some("max_speakers_expected", options.max);
            body.flag("include_speaker_confidence", options.confidence);
            self.set("speaker_options", Value::Object(body.0));
        }
        self.flag("multichannel", fields.multichannel);
        if let Some(identification) = &fields.identification {
            let request = json!({"request": {"speaker_identification": identification.to_json()}});
            self.set("speech_understanding", request);
        }
    }

    fn redaction(&mut self, redaction: &RecordRedaction) {
        self.set("redact_pii", json!(true));
        let names: Vec<_> = redaction
            .policies
            .iter()
            .map(super::EntityName::as_str)
            .collect();
        self.set("redact_pii_policies", json!(names));
        self.set("redact_pii_sub", json!(redaction.substitute.as_str()));
        if let Some(audio) = redaction.audio {
            self.set("redact_pii_audio", json!(true));
            let format = match audio.format {
                RedactedFormat::Mp3 => "mp3",
                RedactedFormat::Wav => "wav",
            };
            self.set("redact_pii_audio_quality", json!(format));
            let mut options = Self(Map::new());
            if audio.cover == Cover::Silence {
                options.set("override_audio_redaction_method", json!("silence"));
            }
            options.flag("return_redacted_no_speech_audio", audio.without_speech);
            if !options.0.is_empty() {
                self.set("redact_pii_audio_options", Value::Object(options.0));
            }
        }
        if !redaction.terms.is_empty() {
            let mut all = Map::new();
            for (name, terms) in &redaction.terms {
                all.insert(name.clone(), json!(terms));
            }
            self.set("redact_static_entities", Value::Object(all));
        }
    }
}
