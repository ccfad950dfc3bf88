//! The provider's unit: what it delivered between two turn ends.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    aliases::Aliases,
    text,
    word::{Finality, Word},
};
use crate::{MediaTime, SpeakerId, TurnId};

/// A turn as a service delivered it. It may hold several speakers, and one speaker's sentence may span several turns:
/// attribute by word, read by utterance.
///
/// `Debug` shows counts, never text.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Turn {
    id: TurnId,
    finality: Finality,
    #[serde(skip_serializing_if = "Option::is_none")]
    speaker: Option<SpeakerId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    words: Vec<Word>,
    /// The speaker by the connection that heard the turn.
    #[serde(skip)]
    label: Option<SpeakerId>,
}

/// A turn as it is stored.
#[derive(Deserialize)]
struct Stored {
    id: TurnId,
    finality: Finality,
    #[serde(default)]
    speaker: Option<SpeakerId>,
    #[serde(default)]
    language: Option<String>,
    words: Vec<Word>,
}

impl From<Stored> for Turn {
    fn from(stored: Stored) -> Self {
        Self {
            id: stored.id,
            finality: stored.finality,
            speaker: stored.speaker,
            language: stored.language,
            words: stored.words,
            label: stored.speaker,
        }
    }
}

impl Turn {
    /// A turn of these words. Words without a speaker of their own take `speaker`, the turn's dominant one.
    #[must_use]
    pub fn new(
        id: TurnId,
        finality: Finality,
        speaker: Option<SpeakerId>,
        mut words: Vec<Word>,
    ) -> Self {
        for word in &mut words {
            word.inherit(speaker);
        }
        Self {
            id,
            finality,
            speaker,
            language: None,
            words,
            label: speaker,
        }
    }

    /// The same turn with other words, as where some of them are known already.
    #[must_use]
    pub fn with_words(mut self, words: Vec<Word>) -> Self {
        self.words = words;
        self
    }

    /// The same turn in a language, by its code as the service reports it (`en`).
    #[must_use]
    pub fn language(mut self, code: Option<String>) -> Self {
        self.language = code;
        self
    }

    /// Its key.
    #[must_use]
    pub const fn id(&self) -> TurnId {
        self.id
    }

    /// Whether its text may still change.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self.finality, Finality::Final)
    }

    /// The turn's dominant speaker, where the service names one.
    #[must_use]
    pub const fn speaker(&self) -> Option<SpeakerId> {
        self.speaker
    }

    /// The code of the language it was recognised in, where the service reports one.
    #[must_use]
    pub fn language_code(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// Its words in order.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// When its first word begins; the recording's begin for a turn without words.
    #[must_use]
    pub fn start(&self) -> MediaTime {
        self.words.first().map_or(MediaTime::ZERO, Word::start)
    }

    /// When its last word ends; the recording's begin for a turn without words.
    #[must_use]
    pub fn end(&self) -> MediaTime {
        self.words.last().map_or(MediaTime::ZERO, Word::end)
    }

    /// What was said, words joined as the script of the language asks for.
    #[must_use]
    pub fn text(&self) -> String {
        text::join(&self.words)
    }

    /// Applies a revision.
    pub(crate) fn relabel(&mut self, relabel: &Relabel) {
        self.label = relabel.speaker;
        self.speaker = relabel.speaker;
        if relabel.words.is_empty() {
            // A revision without words is about the whole turn.
            self.words.iter_mut().for_each(|word| word.relabel(None));
        }
        for revised in &relabel.words {
            let same =
                |word: &&mut Word| word.start() == revised.start && word.end() == revised.end;
            if let Some(word) = self.words.iter_mut().find(same) {
                word.relabel(revised.speaker);
            }
        }
        for word in &mut self.words {
            word.inherit(relabel.speaker);
        }
    }

    /// Looks up whom its labels stand for.
    pub(crate) fn resolve(&mut self, aliases: &Aliases) {
        self.speaker = self.label.map(|label| aliases.of(label));
        for word in &mut self.words {
            word.resolve(aliases);
        }
    }

    pub(crate) fn words_mut(&mut self) -> &mut [Word] {
        &mut self.words
    }

    /// Other speakers, by hand.
    pub(crate) fn exchange(&mut self, change: impl Fn(SpeakerId) -> SpeakerId) {
        self.speaker = self.speaker.map(&change);
        for word in &mut self.words {
            word.exchange(&change);
        }
    }

    /// Who speaks in it: the turn's own speaker, then each word's.
    pub(crate) fn speakers(&self) -> impl Iterator<Item = Option<SpeakerId>> {
        std::iter::once(self.speaker).chain(self.words.iter().map(Word::speaker))
    }

    /// Whether any of it has one of these labels.
    pub(crate) fn has_label(&self, labels: &[SpeakerId]) -> bool {
        let is_one = |label: Option<SpeakerId>| label.is_some_and(|label| labels.contains(&label));
        is_one(self.label) || self.words.iter().any(|word| is_one(word.label()))
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn")
            .field("id", &self.id)
            .field("finality", &self.finality)
            .field("speaker", &self.speaker)
            .field("words", &self.words.len())
            .finish_non_exhaustive()
    }
}

/// A service changed its mind about who spoke in an earlier turn. Text and times never change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Relabel {
    /// The turn.
    pub turn: TurnId,
    /// Its dominant speaker now; words without a label of their own follow it.
    pub speaker: Option<SpeakerId>,
    /// Words with a label of their own. Empty: the whole turn is `speaker`'s.
    pub words: Vec<RelabelledWord>,
}

impl Relabel {
    /// A revision of one turn.
    #[must_use]
    pub const fn new(turn: TurnId, speaker: Option<SpeakerId>, words: Vec<RelabelledWord>) -> Self {
        Self {
            turn,
            speaker,
            words,
        }
    }

    /// Who spoke the word of the turn with these times, by this revision: its own label, else the turn's.
    #[must_use]
    pub fn speaker_at(&self, start: MediaTime, end: MediaTime) -> Option<SpeakerId> {
        let mut words = self.words.iter();
        let own = words.find(|word| word.start == start && word.end == end);
        own.and_then(|word| word.speaker).or(self.speaker)
    }
}

/// One word of a [`Relabel`], found by its exact times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RelabelledWord {
    /// Its start, as the turn had it.
    pub start: MediaTime,
    /// Its end, as the turn had it.
    pub end: MediaTime,
    /// Who spoke it; `None` gives it back to its turn's speaker.
    pub speaker: Option<SpeakerId>,
}

impl RelabelledWord {
    /// A revised word.
    #[must_use]
    pub const fn new(start: MediaTime, end: MediaTime, speaker: Option<SpeakerId>) -> Self {
        Self {
            start,
            end,
            speaker,
        }
    }
}
