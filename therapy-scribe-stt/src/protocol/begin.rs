//! Comparing what was asked for with what the service says it runs (`streaming-stt.md` 4.1): unknown and misspelled
//! parameters are ignored in silence, so that it connected proves nothing.

use therapy_scribe_core::{ConnectionId, ServiceSession};

use crate::{config::StreamingConfig, wire};

/// What `Begin.configuration` should echo.
#[derive(Debug)]
pub(super) struct Expected {
    model: String,
    mode: Option<&'static str>,
    speaker_labels: bool,
    redact_pii: bool,
    filter_profanity: bool,
    domain: Option<&'static str>,
    voice_focus: Option<&'static str>,
}

impl Expected {
    pub(super) fn new(config: &StreamingConfig, model: &str) -> Self {
        let fields = &config.fields;
        Self {
            model: model.to_owned(),
            mode: fields.turns.mode.map(crate::config::Mode::as_str),
            speaker_labels: fields.diarization.is_some(),
            redact_pii: fields.redaction.is_some(),
            filter_profanity: fields.filter_profanity == Some(true),
            domain: fields.domain.map(crate::config::Domain::as_str),
            voice_focus: fields.voice_focus.map(crate::config::VoiceFocus::as_str),
        }
    }

    /// The session, and a sentence for everything that is not as it was asked for.
    pub(super) fn check(
        &self,
        connection: ConnectionId,
        begin: &wire::Begin<'_>,
    ) -> (ServiceSession, Vec<String>) {
        let mut session = ServiceSession::new(connection, begin.id.as_deref().unwrap_or_default());
        session.expires_at = begin.expires_at.map(wire::Number::to_u64);
        let Some(runs) = &begin.configuration else {
            return (session, Vec::new());
        };
        session.model = runs.model.as_deref().map(str::to_owned);
        let mut notices = Vec::new();
        let mut differs = |parameter: &str, differs: bool| {
            if differs {
                notices.push(format!(
                    "the service did not take `{parameter}` as it was asked for"
                ));
            }
        };
        differs(
            "speech_model",
            runs.model
                .as_deref()
                .is_some_and(|model| model != self.model),
        );
        differs(
            "mode",
            self.mode.is_some() && runs.mode.as_deref() != self.mode,
        );
        differs(
            "speaker_labels",
            runs.speaker_labels
                .is_some_and(|on| on != self.speaker_labels),
        );
        differs(
            "redact_pii",
            runs.redact_pii.is_some_and(|on| on != self.redact_pii),
        );
        differs(
            "filter_profanity",
            runs.filter_profanity
                .is_some_and(|on| on != self.filter_profanity),
        );
        differs("domain", runs.domain.as_deref() != self.domain);
        differs(
            "voice_focus",
            runs.voice_focus.as_deref() != self.voice_focus,
        );
        (session, notices)
    }
}
