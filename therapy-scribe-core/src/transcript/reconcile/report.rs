//! What the record changed.

use std::collections::BTreeSet;

use serde::Serialize;

use super::concern::concerns;
use crate::{MediaTime, Phi, SpeakerId};

/// What the transcript of the recording changed in the live one.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Reconciliation {
    /// Every change, in order of time.
    pub edits: Vec<Edit>,
    /// Live voices that go by another name now: most often one person whom a reconnect had given several.
    pub voices: Vec<VoiceChange>,
    /// Speakers who are somebody else by the record's service than by the live session. What a person said holds; look.
    pub roles_in_doubt: Vec<SpeakerId>,
    /// Words that both have.
    pub same_words: usize,
    /// Words of the record that were left out, since the host had paused the session then.
    pub paused_words: usize,
    /// Gaps of the live transcript that the record filled.
    pub filled_gaps: usize,
}

impl Reconciliation {
    /// How many edits are of a kind.
    #[must_use]
    pub fn count(&self, kind: EditKind) -> usize {
        self.edits.iter().filter(|edit| edit.kind == kind).count()
    }

    /// The edits that a clinician should look at first: names of drugs, and numbers.
    pub fn concerning(&self, concern: Concern) -> impl Iterator<Item = &Edit> {
        self.edits
            .iter()
            .filter(move |edit| edit.concerns.contains(&concern))
    }
}

/// One change. Its `Debug` shows no text.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Edit {
    /// What changed.
    pub kind: EditKind,
    /// When its first word begins.
    pub from: MediaTime,
    /// When its last word ends.
    pub to: MediaTime,
    /// What the live transcript had; empty where it had nothing.
    pub live: Phi<String>,
    /// What the record has; empty where it has nothing.
    pub record: Phi<String>,
    /// What is at stake in the words that differ.
    pub concerns: BTreeSet<Concern>,
}

impl Edit {
    pub(super) fn new(
        kind: EditKind,
        span: (MediaTime, MediaTime),
        live: &[&str],
        record: &[&str],
    ) -> Self {
        let concerns = match kind {
            EditKind::Speaker => BTreeSet::new(),
            _ => concerns(live, record),
        };
        Self {
            kind,
            from: span.0,
            to: span.1,
            live: Phi::new(live.join(" ")),
            record: Phi::new(record.join(" ")),
            concerns,
        }
    }
}

/// What kind of change an edit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EditKind {
    /// Only the record has the words.
    Added,
    /// The record has other words.
    Replaced,
    /// Only the live transcript had the words, at a time in which the record has others or the same: they are gone.
    Dropped,
    /// Only the live transcript had the words, and the record has nothing then: they are kept and
    /// [marked](crate::Word::is_live_only).
    KeptFromLive,
    /// The same words, said by somebody else.
    Speaker,
}

/// What a wrong word would do harm in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Concern {
    /// The name of a drug, by its ending or by a short list of brands.
    Drug,
    /// A number: a dose, a score, a date.
    Number,
}

/// A live voice with another name now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct VoiceChange {
    /// Its name in the live transcript.
    pub live: SpeakerId,
    /// Its name now.
    pub now: SpeakerId,
}
