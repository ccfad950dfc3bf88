//! Speaker labels: letters by discovery, some wrong or missing live, all right in the revision (11.9, 11.13).

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::script::ScriptWord;

/// Gives letters, remembers what was said live, and revises it.
#[derive(Debug)]
pub(crate) struct Labels {
    letters: HashMap<String, usize>,
    max_speakers: usize,
    order: LetterOrder,
    random: Random,
    finals: Vec<Labelled>,
}

/// Who gets which letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LetterOrder {
    /// The first speaker is A.
    Discovery,
    /// The first speaker is B, the second A: 11.13.
    Swapped,
}

/// The labels of one final: a letter for each word, live and true.
#[derive(Debug, Clone)]
pub(crate) struct Labelled {
    pub(crate) order: u64,
    pub(crate) times: Vec<(u64, u64)>,
    pub(crate) texts: Vec<String>,
    live: Vec<Option<char>>,
    truth: Vec<char>,
    /// What the client knows by now.
    told: Told,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Live,
    Truth,
}

/// One stretch in so many is labelled wrong live: 85 % of words were right in an independent test.
const WRONG_PERCENT: u64 = 15;
/// One word in so many has no label of its own.
const MISSING_PERCENT: u64 = 4;
/// Shorter turns have no label yet.
const SHORTEST_MS: u64 = 1000;

impl Labels {
    pub(crate) fn new(max_speakers: Option<u64>, order: LetterOrder, seed: u64) -> Self {
        let max_speakers = max_speakers
            .and_then(|max| usize::try_from(max).ok())
            .unwrap_or(26);
        Self {
            letters: HashMap::new(),
            max_speakers,
            order,
            random: Random(seed),
            finals: Vec::new(),
        }
    }

    /// Labels a final. The times are those that the client is sent.
    pub(crate) fn label(
        &mut self,
        order: u64,
        words: &[ScriptWord],
        times: Vec<(u64, u64)>,
    ) -> Labelled {
        let truth: Vec<char> = words
            .iter()
            .map(|word| self.letter(&word.speaker))
            .collect();
        let length = words.last().map_or(0, |last| last.end_ms)
            - words.first().map_or(0, |first| first.start_ms);
        let live = if length < SHORTEST_MS {
            vec![None; truth.len()]
        } else {
            self.mislabel(&truth)
        };
        let texts = words.iter().map(|word| word.text.clone()).collect();
        let labelled = Labelled {
            order,
            times,
            texts,
            live,
            truth,
            told: Told::Live,
        };
        self.finals.push(labelled.clone());
        labelled
    }

    /// The turns whose labels the client has wrong, and from now on right.
    pub(crate) fn revise(&mut self) -> Option<Value> {
        let wrong = self
            .finals
            .iter_mut()
            .filter(|labelled| labelled.told == Told::Live && labelled.is_wrong());
        let revisions: Vec<Value> = wrong
            .map(|labelled| {
                labelled.told = Told::Truth;
                labelled.revision()
            })
            .collect();
        (!revisions.is_empty()).then(|| json!({"type": "SpeakerRevision", "revisions": revisions}))
    }

    fn letter(&mut self, speaker: &str) -> char {
        let next = self.letters.len();
        let index = *self.letters.entry(speaker.to_owned()).or_insert(next);
        // A hard cap: a further voice is merged into the last one.
        let index = match (self.order, index.min(self.max_speakers - 1)) {
            (LetterOrder::Swapped, first @ (0 | 1)) if self.max_speakers > 1 => 1 - first,
            (_, index) => index,
        };
        char::from(b'A' + u8::try_from(index).unwrap_or(25).min(25))
    }

    fn mislabel(&mut self, truth: &[char]) -> Vec<Option<char>> {
        let known = self.letters.len().min(self.max_speakers);
        let mut live = Vec::with_capacity(truth.len());
        for stretch in truth.chunk_by(|one, other| one == other) {
            let wrong = known > 1 && self.random.percent(WRONG_PERCENT);
            for letter in stretch {
                let heard = if wrong {
                    if *letter == 'A' { 'B' } else { 'A' }
                } else {
                    *letter
                };
                live.push((!self.random.percent(MISSING_PERCENT)).then_some(heard));
            }
        }
        live
    }
}

impl Labelled {
    /// The live label of a word.
    pub(crate) fn word(&self, index: usize) -> Option<char> {
        self.live.get(index).copied().flatten()
    }

    /// The live label of the turn: the most frequent, `PENDING` without any.
    pub(crate) fn turn(&self) -> String {
        dominant(self.live.iter().flatten()).map_or_else(|| "PENDING".to_owned(), String::from)
    }

    /// By a client's rule: a word's own label, else its turn's.
    fn is_wrong(&self) -> bool {
        let turn = dominant(self.live.iter().flatten());
        let word_is_wrong = self
            .live
            .iter()
            .zip(&self.truth)
            .any(|(live, truth)| live.or(turn) != Some(*truth));
        word_is_wrong || turn != dominant(self.truth.iter())
    }

    fn revision(&self) -> Value {
        let words = self.times.iter().zip(&self.texts).zip(&self.truth).map(|(((start, end), text), letter)| {
            json!({"start": start, "end": end, "text": text, "confidence": 0.95, "word_is_final": true, "speaker": letter.to_string()})
        });
        let turn = dominant(self.truth.iter()).map(String::from);
        json!({"turn_order": self.order, "speaker_label": turn, "words": words.collect::<Vec<_>>()})
    }
}

fn dominant<'a>(letters: impl Iterator<Item = &'a char>) -> Option<char> {
    let mut counts: Vec<(char, usize)> = Vec::new();
    for letter in letters {
        match counts.iter_mut().find(|(known, _)| known == letter) {
            Some((_, count)) => *count += 1,
            None => counts.push((*letter, 1)),
        }
    }
    counts
        .into_iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map(|(letter, _)| letter)
}

/// `SplitMix64`: the same for the same seed, and that is all it must be.
#[derive(Debug, Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)).checked_rem(limit).unwrap_or(0)
    }

    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(speakers: &[&str]) -> Vec<ScriptWord> {
        let word = |(at, speaker): (u64, &&str)| ScriptWord {
            text: "word".to_owned(),
            speaker: (*speaker).to_owned(),
            start_ms: at * 300,
            end_ms: at * 300 + 300,
        };
        (0..).zip(speakers).map(word).collect()
    }

    fn label(labels: &mut Labels, order: u64, speakers: &[&str]) -> Labelled {
        let words = words(speakers);
        let times = words.iter().map(|w| (w.start_ms, w.end_ms)).collect();
        labels.label(order, &words, times)
    }

    #[test]
    fn some_live_labels_are_wrong_and_one_revision_corrects_them() {
        let mut labels = Labels::new(None, LetterOrder::Discovery, 7);
        let turns: Vec<_> = (0..100)
            .map(|order| label(&mut labels, order, &["a", "a", "a", "b", "b", "b"]))
            .collect();
        let live = |turn: &Labelled| {
            turn.live
                .iter()
                .zip(&turn.truth)
                .filter(|(l, t)| **l == Some(**t))
                .count()
        };
        let right: usize = turns.iter().map(live).sum();
        assert!(
            (450..590).contains(&right),
            "{right} of 600 words are right live"
        );
        let revision = labels.revise().unwrap();
        let revised = revision["revisions"].as_array().unwrap();
        assert!(revised.len() > 10);
        for turn in revised {
            let letters: Vec<_> = turn["words"]
                .as_array()
                .unwrap()
                .iter()
                .map(|w| w["speaker"].as_str().unwrap())
                .collect();
            assert_eq!(letters, ["A", "A", "A", "B", "B", "B"]);
        }
        assert_eq!(
            labels.revise(),
            None,
            "only what changed since the last revision"
        );
    }

    #[test]
    fn short_turns_are_pending_and_revised() {
        let mut labels = Labels::new(None, LetterOrder::Discovery, 1);
        let turn = label(&mut labels, 0, &["a"]);
        assert_eq!((turn.turn().as_str(), turn.word(0)), ("PENDING", None));
        assert_eq!(
            labels.revise().unwrap()["revisions"][0]["speaker_label"],
            "A"
        );
    }

    #[test]
    fn letters_follow_discovery_a_cap_merges_and_a_swap_swaps() {
        let truth = |max, order| {
            let mut labels = Labels::new(max, order, 1);
            label(&mut labels, 0, &["x", "y", "z", "x"]).truth
        };
        assert_eq!(truth(None, LetterOrder::Discovery), ['A', 'B', 'C', 'A']);
        assert_eq!(truth(Some(2), LetterOrder::Discovery), ['A', 'B', 'B', 'A']);
        assert_eq!(truth(None, LetterOrder::Swapped), ['B', 'A', 'C', 'B']);
    }
}
