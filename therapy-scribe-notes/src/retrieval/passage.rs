//! A transcript as sentences, with the words by which they are found.

use std::collections::HashMap;

use therapy_scribe_core::{MediaTime, Role, SpeakerId, Transcript, Word};

use super::stem::stem;

/// A recogniser may set no full stops.
const LONGEST: usize = 30;

/// A sentence, or as much as is taken for one.
pub(super) struct Sentence {
    pub(super) text: String,
    pub(super) stems: Vec<String>,
    pub(super) start: MediaTime,
    pub(super) end: MediaTime,
    pub(super) speaker: Option<SpeakerId>,
    pub(super) role: Option<Role>,
    /// Counted from 0, as in the transcript.
    pub(super) utterance: usize,
}

impl Sentence {
    fn new(
        words: &[Word],
        speaker: Option<SpeakerId>,
        role: Option<Role>,
        utterance: usize,
    ) -> Self {
        let texts: Vec<_> = words.iter().map(Word::text).collect();
        Self {
            stems: texts.iter().map(|word| stem(word)).collect(),
            text: texts.join(" "),
            start: words.first().map_or(MediaTime::ZERO, Word::start),
            end: words.last().map_or(MediaTime::ZERO, Word::end),
            speaker,
            role,
            utterance,
        }
    }

    pub(super) fn is_question(&self) -> bool {
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

    pub(super) fn holds(&self, phrase: &[String]) -> bool {
        match phrase {
            [] => false,
            [word] => self.stems.contains(word),
            _ => self.stems.windows(phrase.len()).any(|part| part == phrase),
        }
    }
}

pub(super) fn sentences(transcript: &Transcript) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    for (utterance, said) in transcript.utterances().enumerate() {
        let role = transcript.role_of(said.speaker());
        let closes = |word: &Word| {
            let text = word.text().trim_end_matches(['"', '”', '\'', ')']);
            text.ends_with(['.', '?', '!', '…'])
        };
        for sentence in said.words().split_inclusive(closes) {
            for part in sentence.chunks(LONGEST) {
                sentences.push(Sentence::new(part, said.speaker(), role, utterance));
            }
        }
    }
    sentences
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
