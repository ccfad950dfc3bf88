//! What a transcription is asked for. Checked when it is built: what the service refuses, ignores in silence or answers
//! with the wrong thing is refused here, with the reason.

mod builder;
mod checks;
mod policies;
mod redaction;
mod request;
mod speakers;
#[cfg(test)]
mod tests;

use std::{fmt, time::Duration};

use serde_json::{Map, Value};
use therapy_scribe_core::Role;

pub use builder::TranscriptionBuilder;
pub use policies::{EntityName, RedactionPolicies};
pub use redaction::{Cover, RecordRedaction, RedactedAudio, RedactedFormat};
pub use speakers::{Effort, SpeakerIdentification, SpeakerOptions};

use crate::config::{Domain, Webhook};

/// A checked configuration of a transcription.
///
/// `Debug` shows no prompt, no key term and no name.
#[derive(Clone, PartialEq)]
pub struct Transcription {
    pub(crate) fields: Fields,
}

/// The parameters, unchecked. What is `None` or empty is not sent, and the service's own default holds.
#[derive(Clone, PartialEq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the service"
)]
pub(crate) struct Fields {
    pub(crate) models: Vec<RecordModel>,
    pub(crate) domain: Option<Domain>,
    pub(crate) languages: Languages,
    pub(crate) disfluencies: bool,
    pub(crate) prompt: Option<String>,
    pub(crate) keyterms: Vec<String>,
    pub(crate) strong_keyterms: bool,
    pub(crate) spelling: Vec<(Vec<String>, String)>,
    pub(crate) audio_tags: Option<AudioTags>,
    pub(crate) window: (Option<Duration>, Option<Duration>),
    pub(crate) speech_threshold: Option<f32>,
    pub(crate) speaker_labels: bool,
    pub(crate) speakers_expected: Option<u8>,
    pub(crate) speaker_options: Option<SpeakerOptions>,
    pub(crate) multichannel: bool,
    pub(crate) identification: Option<SpeakerIdentification>,
    pub(crate) redaction: Option<RecordRedaction>,
    pub(crate) entity_detection: bool,
    pub(crate) sentiment_analysis: bool,
    pub(crate) unredacted: UnredactedAnalysis,
    pub(crate) webhook: Option<Webhook>,
    pub(crate) extra: Map<String, Value>,
}

/// A model for recordings.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordModel {
    /// `universal-3-5-pro`: 18 languages, prompt and key terms.
    Universal35Pro,
    /// `universal-2`: 99 languages, up to 200 key terms in English.
    Universal2,
    /// Any other, by its exact name.
    Other(String),
}

impl RecordModel {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Universal35Pro => "universal-3-5-pro",
            Self::Universal2 => "universal-2",
            Self::Other(name) => name,
        }
    }
}

/// Which languages are spoken. Codes are the service's: `en`, `en_us`, `de`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Languages {
    /// What the service takes for granted: US English.
    #[default]
    Default,
    /// `language_code`: this one.
    One(String),
    /// `language_codes`: people switch between these; English must be among them.
    Switching(Vec<String>),
    /// `language_detection`: whichever is spoken; it needs about 15 s of speech.
    Detected(LanguageDetection),
}

/// How the service finds out which language is spoken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LanguageDetection {
    /// `language_confidence_threshold` in hundredths, 0 to 100: below it the job fails, or the fallback is used.
    pub threshold: Option<u8>,
    /// `expected_languages`: those that are looked for; empty: all.
    pub expected: Vec<String>,
    /// `fallback_language`: what is taken where the confidence is too low, instead of failing.
    pub fallback: Option<String>,
    /// `code_switching`: people switch between languages.
    pub code_switching: bool,
    /// `on_no_speech_detected`: a recording without speech is an empty transcript, billed, instead of a failure. It needs a
    /// fallback.
    pub silence_is_empty: bool,
}

impl Languages {
    /// Whichever is spoken, of these; empty: of all.
    pub fn detected<S: Into<String>>(expected: impl IntoIterator<Item = S>) -> Self {
        Self::Detected(LanguageDetection {
            expected: expected.into_iter().map(Into::into).collect(),
            ..LanguageDetection::default()
        })
    }
}

/// What is taken out of the text beside what was said: `remove_audio_tags`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AudioTags {
    /// `all`: sounds and speaker tags in brackets.
    RemoveAll,
    /// `speaker`: speaker tags in brackets.
    RemoveSpeaker,
}

/// Whether entities and sentiment may be asked for together with redaction. The service returns both unredacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum UnredactedAnalysis {
    /// They may not: the default.
    #[default]
    Refused,
    /// They may; the host keeps what comes back, [`Unredacted`](super::Unredacted), apart from everything redacted.
    KeptApart,
}

impl Transcription {
    /// Starts from the service's defaults: `universal-3-5-pro`, then `universal-2`, one voice, US English.
    pub fn builder() -> TranscriptionBuilder {
        TranscriptionBuilder::new()
    }

    /// A session of one therapist and one client in one room: Medical Mode in English, speaker labels, roles.
    pub fn individual() -> TranscriptionBuilder {
        Self::builder()
            .domain(Domain::MedicalV1)
            .speaker_labels()
            .speaker_options(SpeakerOptions::between(1, 2))
            .identify(SpeakerIdentification::therapist_and_client())
    }

    /// A session of one therapist and two clients: Medical Mode in English, two to three voices, roles.
    pub fn couple() -> TranscriptionBuilder {
        Self::builder()
            .domain(Domain::MedicalV1)
            .speaker_labels()
            .speaker_options(SpeakerOptions::between(2, 3))
            .identify(SpeakerIdentification::roles([
                (
                    Role::Therapist,
                    "Leads the session, asks both, sets homework",
                ),
                (
                    Role::Client,
                    "Talks about the relationship and own feelings",
                ),
                (Role::Partner, "The other of the two who came together"),
            ]))
    }

    /// A family or group of up to `people`, therapist included, by the appointment: Medical Mode in English, labels. Nobody
    /// is identified: in a group two voices easily get one role.
    pub fn group(people: u8) -> TranscriptionBuilder {
        Self::builder()
            .domain(Domain::MedicalV1)
            .speaker_labels()
            .speaker_options(SpeakerOptions::between(2, people))
    }

    /// What is allowed but seldom meant.
    #[must_use]
    pub fn warnings(&self) -> Vec<&'static str> {
        checks::warnings(&self.fields)
    }

    /// Whether the service masks what it returns.
    #[must_use]
    pub const fn is_redacted(&self) -> bool {
        self.fields.redaction.is_some()
    }

    /// Whether a redacted copy of the audio is made.
    #[must_use]
    pub fn has_redacted_audio(&self) -> bool {
        let redaction = self.fields.redaction.as_ref();
        redaction.is_some_and(|redaction| redaction.audio.is_some())
    }
}

impl fmt::Debug for Transcription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = &self.fields;
        f.debug_struct("Transcription")
            .field("models", &fields.models)
            .field("domain", &fields.domain)
            .field("languages", &fields.languages)
            .field("keyterms", &fields.keyterms.len())
            .field("speaker_labels", &fields.speaker_labels)
            .field("multichannel", &fields.multichannel)
            .field("identification", &fields.identification)
            .field("redaction", &fields.redaction)
            .finish_non_exhaustive()
    }
}
