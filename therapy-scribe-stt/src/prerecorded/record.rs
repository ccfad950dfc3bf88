//! A finished transcript, as the rest of a scribe knows it.

mod roles;
#[cfg(test)]
mod tests;
mod turns;
mod voices;

use std::time::Duration;

use serde_json::Value;
use therapy_scribe_core::{Confidence, Phi, Role, RoleAssignment, RoleMap, SpeakerId, Transcript};

pub use self::roles::RoleNames;
use self::voices::Voices;
use super::{
    TranscriptId,
    unredacted::{RedactedExport, Unredacted},
    wire::{self, Raw, read},
};

/// A finished transcript with what the service says of it. `Debug` shows counts and codes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Record {
    /// The service's id.
    pub id: TranscriptId,
    /// What was said. Where each person has a channel, a turn's connection is its channel, counted from zero.
    pub transcript: Transcript,
    /// The voices, with the service's labels.
    pub speakers: Vec<RecordSpeaker>,
    /// Whether the service said who the voices are.
    pub identification: Identification,
    /// Length of the audio in whole seconds, rounded up by the service.
    pub duration: Option<Duration>,
    /// The language, by the service's code (`en_us`).
    pub language: Option<String>,
    /// The model that ran.
    pub model: Option<String>,
    /// Whether Medical Mode was used.
    pub medical_mode: MedicalMode,
    /// Mean confidence of the words.
    pub confidence: Option<Confidence>,
    /// What the service warns of, in its own words: they may quote the request.
    pub warnings: Vec<Phi<String>>,
    /// Entities and sentiment, which no redaction touches.
    pub unredacted: Option<Unredacted>,
    redacted: Option<RedactedExport>,
    names: RoleNames,
}

/// A voice of a record.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RecordSpeaker {
    /// The voice in the transcript.
    pub speaker: SpeakerId,
    /// The service's labels of it: `A`, `1`, `2B`. Several where two labels were found to be one person.
    pub labels: Vec<String>,
    /// The role or name that the service found.
    pub value: Option<Phi<String>>,
    /// The role, where the value stands for one.
    pub role: Option<Role>,
}

/// Whether voices were identified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Identification {
    /// It was not asked for.
    NotAsked,
    /// It was done.
    Done,
    /// It was asked for, and the service did not do it: the labels are all there is.
    Missing,
}

/// Whether Medical Mode was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MedicalMode {
    /// It was not asked for.
    NotAsked,
    /// The service says that it used it.
    Used,
    /// It was asked for, and the service does not say that it used it: the record's warnings may say why.
    NotUsed,
}

impl Record {
    /// From the service's answer.
    pub(crate) fn of(raw: &Raw, names: &RoleNames) -> Self {
        let value = &raw.value;
        let found = wire::mapping(value);
        let voices = Voices::of(value, found.as_deref().unwrap_or_default());
        let turns = turns::of(value, &voices);
        let speakers = voices.speakers(names);
        let transcript = Transcript::from_turns(turns, roles_of(&speakers));
        Self {
            id: raw.id.clone(),
            redacted: RedactedExport::of(value, &transcript),
            transcript,
            speakers,
            identification: identification(value, found.is_some()),
            duration: raw.duration().map(Duration::from_secs),
            language: read::text(value, "language_code").map(str::to_owned),
            model: read::text(value, "speech_model_used").map(str::to_owned),
            medical_mode: medical_mode(value),
            confidence: read::share(value, "confidence").map(Confidence::new),
            warnings: wire::warnings(value).into_iter().map(Phi::new).collect(),
            unredacted: Unredacted::of(value),
            names: names.clone(),
        }
    }

    /// What can leave to others; `None` where the service did not redact: no policy that is known was
    /// asked for, or the words are not those of the text, as where only one of them was masked.
    #[must_use]
    pub fn redacted(&self) -> Option<RedactedExport> {
        self.redacted.clone()
    }

    /// The voice with a label of the service, or with a value that it found.
    #[must_use]
    pub fn speaker(&self, label: &str) -> Option<&RecordSpeaker> {
        let is_it = |speaker: &&RecordSpeaker| {
            let value = speaker.value.as_ref().map(|value| value.expose().as_str());
            value == Some(label) || speaker.labels.iter().any(|known| known == label)
        };
        self.speakers.iter().find(is_it)
    }

    /// The same record after an identification of its finished transcript. Labels that it does not name keep what they had.
    #[must_use]
    pub fn identified(mut self, identified: &Identified) -> Self {
        for (label, value) in &identified.mapping {
            let is_it = |speaker: &&mut RecordSpeaker| speaker.labels.contains(label);
            if let Some(speaker) = self.speakers.iter_mut().find(is_it) {
                let role = identified.names.role(value.expose());
                speaker.role = role.or_else(|| self.names.role(value.expose()));
                speaker.value = Some(value.clone());
            }
        }
        if !identified.mapping.is_empty() {
            self.identification = Identification::Done;
        }
        self.transcript = self.transcript.with_roles(roles_of(&self.speakers));
        // What was masked before stays; a name that was found now is no part of it.
        self.redacted = self
            .redacted
            .map(|export| export.with_roles(roles_of(&self.speakers)));
        self
    }
}

/// What an identification of a finished transcript found. The service does not keep it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Identified {
    /// Each label's value; empty where the service found none.
    pub mapping: Vec<(String, Phi<String>)>,
    /// The service's id of the request.
    pub request_id: Option<String>,
    names: RoleNames,
}

impl Identified {
    pub(crate) fn of(value: &Value, names: RoleNames) -> Self {
        let mapping = wire::mapping(value).unwrap_or_default();
        let hide = |(label, value)| (label, Phi::new(value));
        Self {
            mapping: mapping.into_iter().map(hide).collect(),
            request_id: read::text(value, "request_id").map(str::to_owned),
            names,
        }
    }
}

/// The service names no probability: a language model read the conversation, once.
const BY_MODEL: Confidence = Confidence::new(0.9);

fn roles_of(speakers: &[RecordSpeaker]) -> RoleMap {
    let mut roles = RoleMap::default();
    for speaker in speakers {
        if let Some(role) = speaker.role {
            roles.insert(speaker.speaker, RoleAssignment::found(role, BY_MODEL));
        }
    }
    roles
}

fn identification(value: &Value, found: bool) -> Identification {
    let asked = value.pointer("/speech_understanding/request/speaker_identification");
    match (asked, found) {
        (_, true) => Identification::Done,
        (Some(_), false) => Identification::Missing,
        (None, false) => Identification::NotAsked,
    }
}

fn medical_mode(value: &Value) -> MedicalMode {
    let used = value
        .pointer("/metadata/domain_used")
        .and_then(Value::as_str);
    match (read::text(value, "domain"), used) {
        (_, Some("medical-v1")) => MedicalMode::Used,
        (None, _) if wire::warnings(value).is_empty() => MedicalMode::NotAsked,
        (None, _)
            if !wire::warnings(value)
                .iter()
                .any(|said| said.contains("medical-v1")) =>
        {
            MedicalMode::NotAsked
        }
        _ => MedicalMode::NotUsed,
    }
}
