//! What a streaming session is asked for. Checked when it is built: what the service would silently ignore, or end the
//! session for, is refused with the reason.

mod builder;
mod checks;
mod features;
mod keyterms;
mod language;
mod model;
mod query;
mod redaction;
#[cfg(test)]
mod tests;
mod turn;
mod update;

pub use builder::StreamingConfigBuilder;
pub use checks::ConfigError;
pub(crate) use checks::require;
pub use features::{Diarization, Domain, Encoding, VoiceFocus, Webhook};
pub use keyterms::Keyterms;
pub use language::Language;
pub use model::SpeechModel;
pub use redaction::{Redaction, RedactionPolicy, Substitute};
pub use turn::{Mode, TurnDetection};
pub use update::ConfigUpdate;

use std::time::Duration;

/// A checked configuration of a streaming session. Every field has the name that the service gives it; what is `None` is
/// not sent, and the service's own default holds.
///
/// `Debug` shows no prompt and no key term: they may hold names.
#[derive(Clone, PartialEq)]
pub struct StreamingConfig {
    pub(crate) fields: Fields,
}

/// The parameters, unchecked.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct Fields {
    pub(crate) models: Vec<SpeechModel>,
    pub(crate) sample_rate: Option<u32>,
    pub(crate) encoding: Encoding,
    pub(crate) turns: TurnDetection,
    pub(crate) vad_threshold: Option<f32>,
    pub(crate) interruption_delay: Option<Duration>,
    pub(crate) continuous_partials: Option<bool>,
    pub(crate) include_partial_turns: Option<bool>,
    pub(crate) turn_left_pad: Option<Duration>,
    pub(crate) format_turns: Option<bool>,
    pub(crate) prompt: Option<String>,
    pub(crate) keyterms: Keyterms,
    pub(crate) agent_context: Option<String>,
    pub(crate) previous_context_turns: Option<u8>,
    pub(crate) languages: Vec<Language>,
    pub(crate) language_detection: Option<bool>,
    pub(crate) domain: Option<Domain>,
    pub(crate) diarization: Option<Diarization>,
    pub(crate) voice_focus: Option<VoiceFocus>,
    pub(crate) redaction: Option<Redaction>,
    pub(crate) filter_profanity: Option<bool>,
    pub(crate) session_heartbeat: Option<bool>,
    pub(crate) acknowledge_silence: Option<bool>,
    pub(crate) inactivity_timeout: Option<Duration>,
    pub(crate) llm_gateway: Option<serde_json::Value>,
    pub(crate) webhook: Option<Webhook>,
}

impl StreamingConfig {
    /// Starts from the service's own defaults, with the newest model.
    pub fn builder() -> StreamingConfigBuilder {
        StreamingConfigBuilder::new()
    }

    /// One microphone in a room with this many people: the newest model and the one before it, Medical Mode,
    /// diarization with labels revised every five minutes, therapy turn settings, heartbeat, and two minutes until a
    /// session that lost its client ends. For sessions in English; for others `to_builder()` and
    /// [`spoken_in`](StreamingConfigBuilder::spoken_in).
    ///
    /// # Errors
    /// [`ConfigError::Range`] when `people` is not 1 to 10.
    pub fn one_room(people: u8) -> Result<Self, ConfigError> {
        Self::scribe()
            .diarization(Diarization::up_to(people)?.revised_every(Duration::from_secs(300))?)
            .build()
    }

    /// One participant's channel of a call, in English: as [`one_room`](Self::one_room), without diarization, since the
    /// channel says who speaks.
    ///
    /// # Errors
    /// None in practice: the preset is checked by a test.
    pub fn telehealth() -> Result<Self, ConfigError> {
        Self::scribe().build()
    }

    /// What published tutorials use: the legacy model `u3-rt-pro` at 16 kHz with Medical Mode, diarization, 800/3600
    /// and key terms. That model left the vendor's documents in July 2026; the hosted service still took it in
    /// September (`streaming-stt.md` 2.4). For new work take [`one_room`](Self::one_room).
    ///
    /// # Errors
    /// [`ConfigError::Keyterms`] when the key terms are too many or too long.
    pub fn tutorial(keyterms: Keyterms) -> Result<Self, ConfigError> {
        Self::builder()
            .models([SpeechModel::U3RtPro, SpeechModel::Universal35Pro])
            .sample_rate(16_000)
            .domain(Domain::MedicalV1)
            .diarization(Diarization::on())
            .turns(TurnDetection::therapy())
            .keyterms(keyterms)
            .build()
    }

    fn scribe() -> StreamingConfigBuilder {
        Self::builder()
            .models([SpeechModel::Universal36Pro, SpeechModel::Universal35Pro])
            .turns(TurnDetection::therapy())
            .domain(Domain::MedicalV1)
            .languages([Language::English])
            .session_heartbeat(true)
            .acknowledge_silence(true)
            .inactivity_timeout(Duration::from_secs(120))
    }

    /// A builder with all of this in it, to change some of it.
    pub fn to_builder(&self) -> StreamingConfigBuilder {
        StreamingConfigBuilder::from_fields(self.fields.clone())
    }

    /// The models in the order in which they are tried.
    #[must_use]
    pub fn models(&self) -> &[SpeechModel] {
        &self.fields.models
    }

    /// How turns end.
    #[must_use]
    pub const fn turns(&self) -> &TurnDetection {
        &self.fields.turns
    }

    /// Samples a second; `None`: whatever the source has.
    #[must_use]
    pub const fn sample_rate(&self) -> Option<u32> {
        self.fields.sample_rate
    }

    /// What a host should tell the clinician before recording: settings that are allowed but cost clinical content or
    /// let data go further than the session.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        checks::warnings(&self.fields)
    }
}

impl std::fmt::Debug for StreamingConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.fields.fmt(f)
    }
}

impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StreamingConfig")
            .field("models", &self.models)
            .field("sample_rate", &self.sample_rate)
            .field("turns", &self.turns)
            .field("domain", &self.domain)
            .field("diarization", &self.diarization)
            .field(
                "prompt_chars",
                &self.prompt.as_ref().map(|prompt| prompt.chars().count()),
            )
            .field("keyterms", &self.keyterms.len())
            .field("redaction", &self.redaction.is_some())
            .finish_non_exhaustive()
    }
}
