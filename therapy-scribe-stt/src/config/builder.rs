//! Builds a [`StreamingConfig`].

use std::time::Duration;

use super::{
    ConfigError, Diarization, Domain, Encoding, Fields, Keyterms, Language, Redaction, SpeechModel,
    StreamingConfig, TurnDetection, VoiceFocus, Webhook, checks,
};

/// Builds a [`StreamingConfig`]; [`build`](Self::build) checks it as a whole. Each setter names the service's parameter,
/// its range and its default (`streaming-stt.md` 2.3, read 2026-10).
#[derive(Debug, Clone)]
#[must_use]
pub struct StreamingConfigBuilder {
    fields: Fields,
}

impl StreamingConfigBuilder {
    pub(super) fn new() -> Self {
        let models = vec![SpeechModel::Universal36Pro];
        Self {
            fields: Fields {
                models,
                ..Fields::default()
            },
        }
    }

    pub(super) const fn from_fields(fields: Fields) -> Self {
        Self { fields }
    }

    /// `speech_model`: tried in this order; the next one is used when the service refuses the model by name.
    pub fn models(mut self, models: impl IntoIterator<Item = SpeechModel>) -> Self {
        let known = |model: SpeechModel| SpeechModel::named(model.as_str());
        self.fields.models = models.into_iter().map(known).collect();
        self
    }

    /// `sample_rate`: 8000 to 96 000 Hz. Default: the source's own, if it is inside, else 16 000.
    pub const fn sample_rate(mut self, hertz: u32) -> Self {
        self.fields.sample_rate = Some(hertz);
        self
    }

    /// `encoding`. Default: 16-bit PCM.
    pub const fn encoding(mut self, encoding: Encoding) -> Self {
        self.fields.encoding = encoding;
        self
    }

    /// `mode`, `min_turn_silence`, `max_turn_silence`, `end_of_turn_confidence_threshold`. Default: the service's.
    pub const fn turns(mut self, turns: TurnDetection) -> Self {
        self.fields.turns = turns;
        self
    }

    /// `vad_threshold`: 0 to 1; frames below it count as silence. Default: 0.2, with diarization 0.5.
    pub const fn vad_threshold(mut self, threshold: f32) -> Self {
        self.fields.vad_threshold = Some(threshold);
        self
    }

    /// `interruption_delay`: 0 to 1000 ms before the first partial. Default: by mode.
    pub const fn interruption_delay(mut self, delay: Duration) -> Self {
        self.fields.interruption_delay = Some(delay);
        self
    }

    /// `continuous_partials`: partials about every second instead of every three. Default: on, with diarization off.
    pub const fn continuous_partials(mut self, on: bool) -> Self {
        self.fields.continuous_partials = Some(on);
        self
    }

    /// `include_partial_turns`: whether partials are sent at all. Default: on, with redaction off.
    pub const fn include_partial_turns(mut self, on: bool) -> Self {
        self.fields.include_partial_turns = Some(on);
        self
    }

    /// `turn_left_pad_ms`: known from the vendor's SDKs only; try it before you rely on it. Default: not sent.
    pub const fn turn_left_pad(mut self, pad: Duration) -> Self {
        self.fields.turn_left_pad = Some(pad);
        self
    }

    /// `format_turns`: a second, formatted final; Universal-Streaming only. Default: off.
    pub const fn format_turns(mut self, on: bool) -> Self {
        self.fields.format_turns = Some(on);
        self
    }

    /// `prompt`: describes the setting, at most 1750 characters ("outpatient psychotherapy session, CBT for panic
    /// disorder"). Sent after the connection is open, never in its address.
    pub fn prompt(mut self, prompt: impl Into<String>) -> Self {
        self.fields.prompt = Some(prompt.into());
        self
    }

    /// `keyterms_prompt`. Sent after the connection is open, never in its address.
    pub fn keyterms(mut self, keyterms: Keyterms) -> Self {
        self.fields.keyterms = keyterms;
        self
    }

    /// `agent_context`: the other party's last words, for voice agents; at most 1750 characters. Sent after the
    /// connection is open, never in its address.
    pub fn agent_context(mut self, context: impl Into<String>) -> Self {
        self.fields.agent_context = Some(context.into());
        self
    }

    /// `previous_context_n_turns`: how many finals the service takes as context, 0 to 100. Default: 5 or 3, by source.
    pub const fn previous_context_turns(mut self, turns: u8) -> Self {
        self.fields.previous_context_turns = Some(turns);
        self
    }

    /// `language_codes`: at most 10, the main one first. A bias, not a lock; it keeps short partials from appearing in
    /// other scripts. Default: any language.
    pub fn languages(mut self, languages: impl IntoIterator<Item = Language>) -> Self {
        self.fields.languages = languages.into_iter().collect();
        self
    }

    /// `language_codes` and `domain` together: the languages of the session, the main one first, with Medical Mode if it
    /// knows one of them. What a preset needs to be one for another language.
    pub fn spoken_in(mut self, languages: impl IntoIterator<Item = Language>) -> Self {
        self.fields.languages = languages.into_iter().collect();
        let has_medical_mode = |language: &Language| language.has_medical_mode();
        let medical = self.fields.languages.iter().any(has_medical_mode);
        self.fields.domain = medical.then_some(Domain::MedicalV1);
        self
    }

    /// `language_detection`: reports the language of each final. Default: off.
    pub const fn language_detection(mut self, on: bool) -> Self {
        self.fields.language_detection = Some(on);
        self
    }

    /// `domain`. Default: none.
    pub const fn domain(mut self, domain: Domain) -> Self {
        self.fields.domain = Some(domain);
        self
    }

    /// `speaker_labels`, `max_speakers`, `speaker_labels_revision_interval_ms`. Default: off.
    pub const fn diarization(mut self, diarization: Diarization) -> Self {
        self.fields.diarization = Some(diarization);
        self
    }

    /// `voice_focus`, `voice_focus_threshold`. Default: off.
    pub const fn voice_focus(mut self, focus: VoiceFocus) -> Self {
        self.fields.voice_focus = Some(focus);
        self
    }

    /// `redact_pii`, `redact_pii_policies`, `redact_pii_sub`. Default: off.
    pub fn redaction(mut self, redaction: Redaction) -> Self {
        self.fields.redaction = Some(redaction);
        self
    }

    /// `filter_profanity`. Default: off, as a verbatim record needs.
    pub const fn filter_profanity(mut self, on: bool) -> Self {
        self.fields.filter_profanity = Some(on);
        self
    }

    /// `session_heartbeat`: a receipt every 5 seconds. Default: off; the presets for a scribe have it on.
    pub const fn session_heartbeat(mut self, on: bool) -> Self {
        self.fields.session_heartbeat = Some(on);
        self
    }

    /// `acknowledge_silence`: says about every second where nothing was said. Default: off.
    pub const fn acknowledge_silence(mut self, on: bool) -> Self {
        self.fields.acknowledge_silence = Some(on);
        self
    }

    /// `inactivity_timeout`: 5 to 3600 s without a message end the session. Default: none, which bills a lost session
    /// for up to three hours.
    pub const fn inactivity_timeout(mut self, timeout: Duration) -> Self {
        self.fields.inactivity_timeout = Some(timeout);
        self
    }

    /// `llm_gateway`: has the service send every final to a language model; the answers come as unknown events. A
    /// scribe calls its own model instead. Default: none.
    pub fn llm_gateway(mut self, request: serde_json::Value) -> Self {
        self.fields.llm_gateway = Some(request);
        self
    }

    /// `webhook_url` and its two companions. Default: none.
    pub fn webhook(mut self, webhook: Webhook) -> Self {
        self.fields.webhook = Some(webhook);
        self
    }

    /// The configuration, checked.
    ///
    /// # Errors
    /// [`ConfigError`] names the first parameter that can't work, and what would.
    pub fn build(self) -> Result<StreamingConfig, ConfigError> {
        checks::check(&self.fields)?;
        Ok(StreamingConfig {
            fields: self.fields,
        })
    }
}
