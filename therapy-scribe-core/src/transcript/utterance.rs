//! What people read: consecutive words of one speaker.

use std::fmt;

use super::{text, turn::Turn, word::Word};
use crate::{MediaTime, SpeakerId};

/// Consecutive words of one speaker, across turns that a service cut and across pauses of any length.
///
/// Derived from the turns whenever it is asked for, never stored. `Debug` shows counts, never text.
#[derive(Clone, PartialEq)]
pub struct Utterance {
    speaker: Option<SpeakerId>,
    words: Vec<Word>,
}

impl Utterance {
    /// Who speaks; `None` while nobody knows.
    #[must_use]
    pub const fn speaker(&self) -> Option<SpeakerId> {
        self.speaker
    }

    /// Its words in order; never empty.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// When its first word begins.
    #[must_use]
    pub fn start(&self) -> MediaTime {
        self.words.first().map_or(MediaTime::ZERO, Word::start)
    }

    /// When its last word ends.
    #[must_use]
    pub fn end(&self) -> MediaTime {
        self.words.last().map_or(MediaTime::ZERO, Word::end)
    }

    /// Whether none of its words may still change.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.words.iter().all(Word::is_final)
    }

    /// What was said.
    #[must_use]
    pub fn text(&self) -> String {
        text::join(&self.words)
    }
}

impl fmt::Debug for Utterance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Utterance")
            .field("speaker", &self.speaker)
            .field("start", &self.start())
            .field("end", &self.end())
            .field("words", &self.words.len())
            .finish()
    }
}

/// The utterances of a row of turns, made one at a time.
#[derive(Debug, Clone)]
pub struct Utterances<I> {
    turns: I,
    open: Option<Utterance>,
    rest: std::collections::VecDeque<Utterance>,
}

impl<'a, I: Iterator<Item = &'a Turn>> Utterances<I> {
    pub(crate) fn new(turns: I) -> Self {
        Self {
            turns,
            open: None,
            rest: std::collections::VecDeque::new(),
        }
    }

    fn take_turn(&mut self, turn: &Turn) {
        for (index, word) in turn.words().iter().enumerate() {
            match &mut self.open {
                Some(open) if goes_on(open, word, index == 0) => open.words.push(word.clone()),
                _ => {
                    let next = Utterance {
                        speaker: word.speaker(),
                        words: vec![word.clone()],
                    };
                    self.rest.extend(self.open.replace(next));
                }
            }
        }
    }
}

/// Whether a word continues an utterance. A turn's end is none: services cut turns at ten seconds and at pauses, and a
/// pause belongs to what is said. Only where nobody knows who speaks, a finished sentence at a turn's end is taken as
/// the end, since the next turn may well be somebody else's.
fn goes_on(open: &Utterance, word: &Word, first_of_turn: bool) -> bool {
    if open.speaker != word.speaker()
        || open.words.last().is_some_and(Word::is_final) != word.is_final()
    {
        return false;
    }
    let closed = || {
        open.words
            .last()
            .is_some_and(|last| text::closes_sentence(last.text()))
    };
    word.speaker().is_some() || !first_of_turn || !closed()
}

impl<'a, I: Iterator<Item = &'a Turn>> Iterator for Utterances<I> {
    type Item = Utterance;

    fn next(&mut self) -> Option<Utterance> {
        loop {
            if let Some(done) = self.rest.pop_front() {
                return Some(done);
            }
            match self.turns.next() {
                Some(turn) => self.take_turn(turn),
                None => return self.open.take(),
            }
        }
    }
}
