//! Entities and sentiment. The service never masks them, whatever redaction says (`pre-recorded.md` 6.4, 9.1, 9.5).

use std::fmt;

use serde_json::Value;
use therapy_scribe_core::{Confidence, MediaTime, Phi, RoleMap, Transcript, Turn};

use super::{
    config::EntityName,
    wire::{self, read},
};

/// What the service found and did not mask. It does not serialize, and nothing redacted takes it.
///
/// ```compile_fail
/// # fn export(record: therapy_scribe_stt::prerecorded::Record) {
/// use therapy_scribe_stt::prerecorded::RedactedExport;
///
/// let export = RedactedExport::from(record.unredacted.unwrap()); // there is no such way
/// # }
/// ```
///
/// `Debug` shows counts.
#[derive(Clone, PartialEq, Default)]
pub struct Unredacted {
    entities: Vec<Entity>,
    sentiment: Vec<Sentiment>,
}

/// A name, a drug, a condition, with its place.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Entity {
    /// What kind it is.
    pub name: EntityName,
    /// The words, unmasked.
    pub text: Phi<String>,
    /// When it begins, where the service says.
    pub start: Option<MediaTime>,
    /// When it ends, where the service says.
    pub end: Option<MediaTime>,
    /// Who said it, as the service labels them.
    pub label: Option<Phi<String>>,
}

/// The tone of a sentence. Not for clinical use: the speaker is often wrong.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Sentiment {
    /// The tone.
    pub tone: Tone,
    /// The words, unmasked, maybe with tags of the service in brackets.
    pub text: Phi<String>,
    /// When it begins, where the service says.
    pub start: Option<MediaTime>,
    /// When it ends, where the service says.
    pub end: Option<MediaTime>,
    /// How sure the service is.
    pub confidence: Option<Confidence>,
}

/// A tone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tone {
    /// `POSITIVE`.
    Positive,
    /// `NEUTRAL`.
    Neutral,
    /// `NEGATIVE`.
    Negative,
    /// A word that this version does not know.
    Unknown,
}

impl Unredacted {
    /// The entities.
    #[must_use]
    pub fn entities(&self) -> &[Entity] {
        &self.entities
    }

    /// The sentences with their tone.
    #[must_use]
    pub fn sentiment(&self) -> &[Sentiment] {
        &self.sentiment
    }

    /// What a transcript holds of both; `None` where it holds neither.
    pub(super) fn of(value: &Value) -> Option<Self> {
        let time = |value: &Value, name| read::millis(value, name).map(MediaTime::from_millis);
        let entity = |value: &Value| {
            Some(Entity {
                name: EntityName::named(read::text(value, "entity_type")?),
                text: Phi::new(read::text(value, "text")?.to_owned()),
                start: time(value, "start"),
                end: time(value, "end"),
                label: read::label(value, "speaker").map(Phi::new),
            })
        };
        let entities = read::list(value, "entities").iter().filter_map(entity);
        let sentiment = |value: &Value| {
            Some(Sentiment {
                tone: match read::text(value, "sentiment")? {
                    "POSITIVE" => Tone::Positive,
                    "NEUTRAL" => Tone::Neutral,
                    "NEGATIVE" => Tone::Negative,
                    _ => Tone::Unknown,
                },
                text: Phi::new(read::text(value, "text")?.to_owned()),
                start: time(value, "start"),
                end: time(value, "end"),
                confidence: read::share(value, "confidence").map(Confidence::new),
            })
        };
        let rows = read::list(value, "sentiment_analysis_results");
        let all = Self {
            entities: entities.collect(),
            sentiment: rows.iter().filter_map(sentiment).collect(),
        };
        (all != Self::default()).then_some(all)
    }
}

impl fmt::Debug for Unredacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unredacted")
            .field("entities", &self.entities.len())
            .field("sentiment", &self.sentiment.len())
            .finish()
    }
}

/// Whether the words are those of the text: redaction that reached only one of them shows here. The order does not count,
/// since each channel has its own.
fn agrees(value: &Value, transcript: &Transcript) -> bool {
    let text = read::text(value, "text").unwrap_or_default();
    let mut by_text: Vec<&str> = text.split_whitespace().collect();
    let words = transcript.turns().flat_map(Turn::words);
    let mut by_word: Vec<&str> = words
        .flat_map(|word| word.text().split_whitespace())
        .collect();
    by_text.sort_unstable();
    by_word.sort_unstable();
    by_text == by_word
}

/// A redacted transcript's own text, for what leaves to others. It is made of a record and of nothing else:
/// [`Record::redacted`](super::Record::redacted).
#[derive(Debug, Clone, PartialEq)]
pub struct RedactedExport {
    transcript: Transcript,
    policies: Vec<EntityName>,
}

impl RedactedExport {
    pub(super) fn of(value: &Value, transcript: &Transcript) -> Option<Self> {
        let redacted = read::flag(value, "redact_pii") == Some(true);
        let policies: Vec<_> = wire::names(value, "redact_pii_policies")
            .iter()
            .map(|name| EntityName::named(name))
            .collect();
        // The service repeats what was asked for, whether or not it did it.
        let known = |name: &EntityName| matches!(name, EntityName::Known(_));
        let masked = redacted && policies.iter().any(known) && agrees(value, transcript);
        masked.then(|| Self {
            transcript: transcript.clone(),
            policies,
        })
    }

    pub(super) fn with_roles(mut self, roles: RoleMap) -> Self {
        self.transcript = self.transcript.with_roles(roles);
        self
    }

    /// The masked transcript, with roles and without names.
    #[must_use]
    pub const fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// What was masked, as the service repeats it. It repeats names that it does not know as well.
    #[must_use]
    pub fn policies(&self) -> &[EntityName] {
        &self.policies
    }
}
