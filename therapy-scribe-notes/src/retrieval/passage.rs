//! A transcript as sentences, with the words by which they are found.

use std::{collections::HashMap, ops::Range};

use therapy_scribe_core::{MediaTime, Role, SpeakerId, Transcript, Utterance, Word};

use super::stem::stem;

/// A recogniser may set no full stops.
const LONGEST: usize = 30;

/// A sentence, or as much as is taken for one.
pub(crate) struct Sentence {
    pub(crate) text: String,
    /// Where in the text of its utterance it stands.
    pub(crate) range: Range<usize>,
    pub(crate) stems: Vec<String>,
    pub(crate) start: MediaTime,
    pub(crate) end: MediaTime,
    pub(crate) speaker: Option<SpeakerId>,
    pub(crate) role: Option<Role>,
    /// Counted from 0, as in the transcript.
    pub(crate) utterance: usize,
}

impl Sentence {
    fn new(words: &[Word], (text, range): (&str, Range<usize>), of: Place) -> Self {
        Self {
            stems: words.iter().map(|word| stem(word.text())).collect(),
            text: text.get(range.clone()).unwrap_or_default().to_owned(),
            range,
            start: words.first().map_or(MediaTime::ZERO, Word::start),
            end: words.last().map_or(MediaTime::ZERO, Word::end),
            speaker: of.speaker,
            role: of.role,
            utterance: of.utterance,
        }
    }

    pub(crate) fn is_question(&self) -> bool {
        self.text.ends_with('?')
    }

    /// Whether it speaks of somebody who was named before.
    pub(super) fn goes_on(&self) -> bool {
        let pronouns = [
            "he", "him", "his", "she", "her", "they", "them", "it", "that",
        ];
        self.stems
            .iter()
            .any(|stem| pronouns.contains(&stem.as_str()))
    }

    pub(crate) fn holds(&self, phrase: &[String]) -> bool {
        match phrase {
            [] => false,
            [word] => self.stems.contains(word),
            _ => self.stems.windows(phrase.len()).any(|part| part == phrase),
        }
    }
}

/// Whose sentences they are.
#[derive(Clone, Copy)]
struct Place {
    speaker: Option<SpeakerId>,
    role: Option<Role>,
    utterance: usize,
}

pub(super) fn sentences(transcript: &Transcript) -> Vec<Sentence> {
    let utterances = transcript.utterances().enumerate();
    let sentences = utterances.flat_map(|(utterance, said)| {
        let place = Place {
            speaker: said.speaker(),
            role: transcript.role_of(said.speaker()),
            utterance,
        };
        sentences_of(&said, place)
    });
    sentences.collect()
}

fn sentences_of(said: &Utterance, place: Place) -> Vec<Sentence> {
    let closes = |word: &Word| {
        let text = word.text().trim_end_matches(['"', '”', '\'', ')']);
        text.ends_with(['.', '?', '!', '…'])
    };
    let text = said.text();
    let mut at = 0;
    let sentences = said.words().split_inclusive(closes);
    let parts = sentences.flat_map(|sentence| sentence.chunks(LONGEST));
    let parts = parts.map(|words| {
        // Not every script has spaces between its words, so that the text says where they stand.
        let start = text
            .get(at..)
            .map_or(at, |rest| text.len() - rest.trim_start().len());
        at = words
            .iter()
            .fold(start, |at, word| after(&text, at, word.text()));
        Sentence::new(words, (&text, start..at), place)
    });
    parts.collect()
}

/// Where a word ends that begins at `from`, or behind the space there.
fn after(text: &str, from: usize, word: &str) -> usize {
    let found = text.get(from..).and_then(|rest| rest.find(word));
    found.map_or(from, |at| from + at + word.len())
}

/// How much a word tells: one that is in every sentence tells nothing.
pub(super) fn weights(sentences: &[Sentence]) -> HashMap<String, f32> {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for sentence in sentences {
        let mut seen: Vec<&str> = sentence.stems.iter().map(String::as_str).collect();
        seen.sort_unstable();
        seen.dedup();
        for stem in seen {
            *counts.entry(stem).or_default() += 1;
        }
    }
    let all = number(sentences.len());
    let weight =
        |count: u32| (1.0 + all / number(usize::try_from(count).unwrap_or(usize::MAX))).ln();
    let entries = counts.into_iter();
    entries
        .map(|(stem, count)| (stem.to_owned(), weight(count)))
        .collect()
}

#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "counts of sentences are small"
)]
pub(super) fn number(count: usize) -> f32 {
    count as f32
}
