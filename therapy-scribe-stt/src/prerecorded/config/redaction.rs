//! How the service masks a record (`pre-recorded.md` 4.4 and 9, read 2026-11).

use std::fmt;

use super::{EntityName, RedactionPolicies};
use crate::config::Substitute;

/// Masking by the service: in text, words, utterances, sentences, paragraphs and subtitles. Entities, sentiment and the
/// original audio stay as they are. A redacted transcript is a copy for others, not the clinical record.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordRedaction {
    pub(crate) policies: RedactionPolicies,
    pub(crate) substitute: Substitute,
    pub(crate) audio: Option<RedactedAudio>,
    pub(crate) terms: Vec<(String, Vec<String>)>,
}

/// The copy of the audio in which masked words can't be heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct RedactedAudio {
    /// Its format.
    pub format: RedactedFormat,
    /// What stands for masked words.
    pub cover: Cover,
    /// Whether there is a copy where no speech was found as well.
    pub without_speech: bool,
}

impl RedactedAudio {
    /// With a tone over masked words, in a format; none where no speech was found.
    #[must_use]
    pub const fn new(format: RedactedFormat) -> Self {
        Self {
            format,
            cover: Cover::Beep,
            without_speech: false,
        }
    }
}

/// A format of redacted audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RedactedFormat {
    /// `mp3`, the service's default.
    Mp3,
    /// `wav`; larger, and maybe of another rate than the source.
    Wav,
}

/// What stands for masked words in audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cover {
    /// A tone, the service's default.
    Beep,
    /// Nothing.
    Silence,
}

impl RecordRedaction {
    /// Masks text by these policies, each word with `[PERSON_NAME]` or the like.
    #[must_use]
    pub const fn new(policies: RedactionPolicies) -> Self {
        Self {
            policies,
            substitute: Substitute::EntityName,
            audio: None,
            terms: Vec::new(),
        }
    }

    /// What stands for a masked word. Hashes show how long it was.
    #[must_use]
    pub const fn substitute(mut self, substitute: Substitute) -> Self {
        self.substitute = substitute;
        self
    }

    /// Also makes a copy of the audio.
    #[must_use]
    pub const fn audio(mut self, audio: RedactedAudio) -> Self {
        self.audio = Some(audio);
        self
    }

    /// Always masks these exact terms, in audio too, as an entity of this name. They are sent to the service and kept with
    /// the transcript until it is deleted. Called again with the same name, it adds to the terms.
    #[must_use]
    pub fn terms<S: Into<String>>(
        mut self,
        name: &EntityName,
        terms: impl IntoIterator<Item = S>,
    ) -> Self {
        let name = name.as_str().to_ascii_uppercase();
        let terms = terms.into_iter().map(Into::into);
        match self.terms.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => known.extend(terms),
            None => self.terms.push((name, terms.collect())),
        }
        self
    }
}

impl fmt::Debug for RecordRedaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordRedaction")
            .field("policies", &self.policies.len())
            .field("substitute", &self.substitute)
            .field("audio", &self.audio)
            .field("terms", &self.terms.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RedactionPolicy as P;

    #[test]
    fn terms_of_a_name_that_is_given_twice_are_all_kept() {
        let name = P::PersonName.into();
        let redaction = RecordRedaction::new(RedactionPolicies::tutorial())
            .terms(&name, ["Ana"])
            .terms(&name, ["Keller"]);
        let body = crate::prerecorded::Transcription::builder().redaction(redaction);
        let body = body.build().unwrap().body("https://x");
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        let all = serde_json::json!({"PERSON_NAME": ["Ana", "Keller"]});
        assert_eq!(body["redact_static_entities"], all);
    }

    #[test]
    fn terms_of_a_misspelt_name_are_refused() {
        let name = EntityName::named("person_nmae");
        let redaction = RecordRedaction::new(RedactionPolicies::tutorial()).terms(&name, ["Ana"]);
        let built = crate::prerecorded::Transcription::builder().redaction(redaction);
        let error = built.build().unwrap_err().to_string();
        assert!(error.contains("`person_name`"), "{error}");
    }

    #[test]
    fn terms_are_not_shown() {
        let redaction = RecordRedaction::new(RedactionPolicies::tutorial())
            .terms(&P::PersonName.into(), ["CANARY"]);
        assert!(!format!("{redaction:?}").contains("CANARY"));
    }
}
