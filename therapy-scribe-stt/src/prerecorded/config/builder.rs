//! Builds a [`Transcription`].

use std::time::Duration;

use serde_json::Value;

use super::{
    AudioTags, Fields, Languages, RecordModel, RecordRedaction, SpeakerIdentification,
    SpeakerOptions, Transcription, UnredactedAnalysis, checks,
};
use crate::config::{ConfigError, Domain, Keyterms, Webhook};

/// Builds a [`Transcription`]; [`build`](Self::build) checks it as a whole. Each setter names the service's parameter, its
/// range and its default (`pre-recorded.md` 4, read 2026-11). `punctuate` and `format_text` stay on: speaker labels and
/// redaction need them. Profanity stays: a clinical record keeps the client's words.
#[derive(Debug, Clone)]
#[must_use]
pub struct TranscriptionBuilder {
    config: Transcription,
}

impl TranscriptionBuilder {
    pub(super) fn new() -> Self {
        let models = vec![RecordModel::Universal35Pro, RecordModel::Universal2];
        let fields = Fields {
            models,
            ..Fields::default()
        };
        Self {
            config: Transcription { fields },
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Fields)) -> Self {
        change(&mut self.config.fields);
        self
    }

    /// `speech_models`: the service takes the first that knows the language. Default: 3.5 Pro, then 2.
    pub fn models(self, models: impl IntoIterator<Item = RecordModel>) -> Self {
        self.with(|fields| fields.models = models.into_iter().collect())
    }

    /// `domain`: Medical Mode, for English, Spanish, German and French. Default: none.
    pub fn domain(self, domain: Domain) -> Self {
        self.with(|fields| fields.domain = Some(domain))
    }

    /// `domain`: none, after a preset that has one.
    pub fn without_domain(self) -> Self {
        self.with(|fields| fields.domain = None)
    }

    /// `language_code`, `language_codes` or `language_detection`. Default: US English.
    pub fn languages(self, languages: Languages) -> Self {
        self.with(|fields| fields.languages = languages)
    }

    /// `disfluencies`: keeps "um" and "mhm", for process notes. Default: off.
    pub fn disfluencies(self, on: bool) -> Self {
        self.with(|fields| fields.disfluencies = on)
    }

    /// `prompt`: what the recording is about, up to 1500 words; 3.5 Pro only. It is kept with the transcript and never
    /// redacted: it must hold no name of a client.
    pub fn prompt(self, prompt: impl Into<String>) -> Self {
        self.with(|fields| fields.prompt = Some(prompt.into()))
    }

    /// `keyterms_prompt`: up to 1000 terms of up to 6 words, 200 on Universal-2. They are kept with the transcript and never
    /// redacted: no names of clients.
    pub fn keyterms<S: Into<String>>(self, terms: impl IntoIterator<Item = S>) -> Self {
        self.with(|fields| fields.keyterms = terms.into_iter().map(Into::into).collect())
    }

    /// The same from the lists for therapy.
    pub fn keyterm_lists(self, terms: &Keyterms) -> Self {
        self.keyterms(terms.as_slice())
    }

    /// `keyterms_match_strength`: `high`; known from the vendor's libraries only. Default: `standard`.
    pub fn strong_keyterms(self) -> Self {
        self.with(|fields| fields.strong_keyterms = true)
    }

    /// `custom_spelling`: writes what sounds like one of these as `to`, one word. May be called again.
    pub fn spelling<S: Into<String>>(
        self,
        from: impl IntoIterator<Item = S>,
        to: impl Into<String>,
    ) -> Self {
        let spelling = (from.into_iter().map(Into::into).collect(), to.into());
        self.with(|fields| fields.spelling.push(spelling))
    }

    /// `remove_audio_tags`. Default: the service's.
    pub fn audio_tags(self, tags: AudioTags) -> Self {
        self.with(|fields| fields.audio_tags = Some(tags))
    }

    /// `audio_start_from`, `audio_end_at`: a part of the recording only. Default: all of it.
    pub fn window(self, start: Option<Duration>, end: Option<Duration>) -> Self {
        self.with(|fields| fields.window = (start, end))
    }

    /// `speech_threshold`: 0 to 1; a recording with a smaller share of speech fails. Default: 0.
    pub fn speech_threshold(self, share: f32) -> Self {
        self.with(|fields| fields.speech_threshold = Some(share))
    }

    /// `speaker_labels`. Default: off.
    pub fn speaker_labels(self) -> Self {
        self.with(|fields| fields.speaker_labels = true)
    }

    /// `speakers_expected`: exactly so many people; only when that is sure. It excludes
    /// [`speaker_options`](Self::speaker_options).
    pub fn speakers_expected(self, people: u8) -> Self {
        self.with(|fields| fields.speakers_expected = Some(people))
    }

    /// `speaker_options`: how many people at least and at most. It excludes
    /// [`speakers_expected`](Self::speakers_expected).
    pub fn speaker_options(self, options: SpeakerOptions) -> Self {
        self.with(|fields| fields.speaker_options = Some(options))
    }

    /// Neither, after a preset that has options.
    pub fn any_number_of_speakers(self) -> Self {
        self.with(|fields| (fields.speakers_expected, fields.speaker_options) = (None, None))
    }

    /// `multichannel`: each channel is one person. Billed by channel. Default: off.
    pub fn multichannel(self) -> Self {
        self.with(|fields| fields.multichannel = true)
    }

    /// `speaker_identification`: which voice is whom. Needs labels or channels. Default: none.
    pub fn identify(self, identification: SpeakerIdentification) -> Self {
        self.with(|fields| fields.identification = Some(identification))
    }

    /// No identification, after a preset that has one.
    pub fn without_identification(self) -> Self {
        self.with(|fields| fields.identification = None)
    }

    /// `redact_pii` and its companions. Default: off.
    pub fn redaction(self, redaction: RecordRedaction) -> Self {
        self.with(|fields| fields.redaction = Some(redaction))
    }

    /// `entity_detection`: what comes back is [`Unredacted`](crate::prerecorded::Unredacted), even with redaction on. Default: off.
    pub fn entity_detection(self) -> Self {
        self.with(|fields| fields.entity_detection = true)
    }

    /// `sentiment_analysis`, English only: not for clinical use, since its speakers are often wrong. What comes back is
    /// [`Unredacted`](crate::prerecorded::Unredacted), even with redaction on. Default: off.
    pub fn sentiment_analysis(self) -> Self {
        self.with(|fields| fields.sentiment_analysis = true)
    }

    /// Whether the two above may be asked for together with redaction. Default: they may not.
    pub fn unredacted_analysis(self, unredacted: UnredactedAnalysis) -> Self {
        self.with(|fields| fields.unredacted = unredacted)
    }

    /// `webhook_url` and its companions: the service calls when it is done. Parameters of the address are kept; they must
    /// hold no client data. Default: none.
    pub fn webhook(self, webhook: Webhook) -> Self {
        self.with(|fields| fields.webhook = Some(webhook))
    }

    /// A parameter that this builder does not have. `redact_pii_return_unredacted` is refused, and so are parameters that are
    /// set by the builder or that the service deprecates.
    pub fn extra(self, parameter: impl Into<String>, value: Value) -> Self {
        self.with(|fields| {
            fields.extra.insert(parameter.into(), value);
        })
    }

    /// The configuration, checked.
    ///
    /// # Errors
    /// [`ConfigError`] names the first parameter that can't work, and what would.
    pub fn build(self) -> Result<Transcription, ConfigError> {
        checks::check(&self.config.fields)?;
        Ok(self.config)
    }
}
