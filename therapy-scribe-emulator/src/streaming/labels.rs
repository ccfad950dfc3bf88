//! Speaker labels: letters by discovery, some wrong or missing live and the first most of all, some still wrong after a
//! revision in the middle, all right in the last one (4.4, 6, 11.9, 11.13).

use std::collections::HashMap;

use serde_json::{Value, json};

use super::random::Random;
use crate::script::ScriptWord;

/// Gives letters, remembers what was said live, and revises it.
#[derive(Debug)]
pub(crate) struct Labels {
    letters: HashMap<String, usize>,
    max_speakers: usize,
    order: LetterOrder,
    random: Random,
    /// Words of each letter so far: voices are told apart better the more is heard of them.
    heard: HashMap<char, u64>,
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

/// Which revision it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    /// One in the middle of a session: better than live, not yet right.
    Interim,
    /// The one at its end.
    Last,
}

/// Who is said to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    Speaker(char),
    /// In each of the ways in which services say that they do not know (6).
    Pending,
    Unknown,
    Null,
    Absent,
}

/// The labels of one final: what the client was told last, and the truth.
#[derive(Debug, Clone)]
pub(crate) struct Labelled {
    pub(crate) order: u64,
    times: Vec<(u64, u64)>,
    texts: Vec<String>,
    words: Vec<Label>,
    turn: Label,
    truth: Vec<char>,
}

/// One stretch in so many is given to somebody else, by how many words its speaker has said before: in an independent test
/// 85 % of the words of a short talk were right live.
const fn wrong_percent(words: u64) -> u64 {
    match words {
        0..10 => 45,
        10..40 => 18,
        _ => 12,
    }
}
/// One word in so many has no label of its own, by the same.
const fn missing_percent(words: u64) -> u64 {
    if words < 10 { 15 } else { 4 }
}
/// One stretch in so many is wrong in a revision that is not the last.
const WRONG_INTERIM_PERCENT: u64 = 6;
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
            heard: HashMap::new(),
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
        let (live, turn) = if length < SHORTEST_MS {
            self.nobody(truth.len())
        } else {
            let live = self.mislabel(&truth);
            let turn = dominant(live.iter().filter_map(|label| label.speaker()));
            (live, turn.map_or(Label::Pending, Label::Speaker))
        };
        for letter in &truth {
            *self.heard.entry(*letter).or_default() += 1;
        }
        let labelled = Labelled {
            order,
            times,
            texts: words.iter().map(|word| word.text.clone()).collect(),
            words: live,
            turn,
            truth,
        };
        self.finals.push(labelled.clone());
        labelled
    }

    /// The turns whose labels have changed since the client heard of them.
    pub(crate) fn revise(&mut self, pass: Pass) -> Option<Value> {
        let known = self.known();
        let random = &mut self.random;
        let revisions: Vec<Value> = self
            .finals
            .iter_mut()
            .filter_map(|labelled| {
                let letters = match pass {
                    Pass::Last => labelled.truth.clone(),
                    Pass::Interim => {
                        confuse(&labelled.truth, known, random, |_| WRONG_INTERIM_PERCENT)
                    }
                };
                labelled.revise(&letters)
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

    fn known(&self) -> usize {
        self.letters.len().min(self.max_speakers)
    }

    /// A voice that has said little is easily taken for another, or for nobody's yet.
    fn mislabel(&mut self, truth: &[char]) -> Vec<Label> {
        let heard = |letter| self.heard.get(&letter).copied().unwrap_or(0);
        let live = confuse(truth, self.known(), &mut self.random, |letter| {
            wrong_percent(heard(letter))
        });
        let labels = live.iter().zip(truth).map(|(live, letter)| {
            if self.random.percent(missing_percent(heard(*letter))) {
                unattributed(&mut self.random)
            } else {
                Label::Speaker(*live)
            }
        });
        labels.collect()
    }

    /// 11.9: a turn that is too short for a label. Its words say the same, or nothing.
    fn nobody(&mut self, words: usize) -> (Vec<Label>, Label) {
        let turn = match self.random.below(10) {
            0 => Label::Unknown,
            1 => Label::Null,
            _ => Label::Pending,
        };
        let word = if self.random.percent(50) {
            turn
        } else {
            Label::Absent
        };
        (vec![word; words], turn)
    }
}

impl Label {
    pub(crate) const fn speaker(self) -> Option<char> {
        match self {
            Self::Speaker(letter) => Some(letter),
            _ => None,
        }
    }

    /// As it stands in a message, where it does.
    pub(crate) fn said(self) -> Option<Value> {
        match self {
            Self::Speaker(letter) => Some(letter.to_string().into()),
            Self::Pending => Some("PENDING".into()),
            Self::Unknown => Some("UNKNOWN".into()),
            Self::Null => Some(Value::Null),
            Self::Absent => None,
        }
    }
}

impl Labelled {
    pub(crate) fn words(&self) -> impl Iterator<Item = Label> {
        self.words.iter().copied()
    }

    /// The most frequent label of its words, `PENDING` or the like without any.
    pub(crate) const fn turn(&self) -> Label {
        self.turn
    }

    /// Takes these letters, and says so if they are new to the client.
    fn revise(&mut self, letters: &[char]) -> Option<Value> {
        let turn = dominant(letters.iter().copied());
        // A word without a label of its own has its turn's.
        let is_new = |(word, letter): (&Label, &char)| match word {
            Label::Absent => self.turn.speaker() != Some(*letter),
            word => word.speaker() != Some(*letter),
        };
        let changed = self.words.iter().zip(letters).any(is_new) || self.turn.speaker() != turn;
        if !changed {
            return None;
        }
        self.words = letters.iter().copied().map(Label::Speaker).collect();
        self.turn = turn.map_or(Label::Null, Label::Speaker);
        let words = self.times.iter().zip(&self.texts).zip(letters).map(|(((start, end), text), letter)| {
            json!({"start": start, "end": end, "text": text, "confidence": 0.95, "word_is_final": true, "speaker": letter.to_string()})
        });
        let words: Vec<Value> = words.collect();
        Some(json!({"turn_order": self.order, "speaker_label": self.turn.said(), "words": words}))
    }
}

/// Gives whole stretches of one speaker to somebody else.
fn confuse(
    truth: &[char],
    known: usize,
    random: &mut Random,
    percent: impl Fn(char) -> u64,
) -> Vec<char> {
    let mut heard = Vec::with_capacity(truth.len());
    for stretch in truth.chunk_by(|one, other| one == other) {
        let Some(letter) = stretch.first().copied() else {
            continue;
        };
        let wrong = known > 1 && random.percent(percent(letter));
        let other = if letter == 'A' { 'B' } else { 'A' };
        let letter = if wrong { other } else { letter };
        heard.extend(std::iter::repeat_n(letter, stretch.len()));
    }
    heard
}

/// 6: mostly nothing or `PENDING`.
fn unattributed(random: &mut Random) -> Label {
    match random.below(10) {
        0 => Label::Unknown,
        1 => Label::Null,
        2..6 => Label::Pending,
        _ => Label::Absent,
    }
}

fn dominant(letters: impl Iterator<Item = char>) -> Option<char> {
    let mut counts: Vec<(char, usize)> = Vec::new();
    for letter in letters {
        match counts.iter_mut().find(|(known, _)| *known == letter) {
            Some((_, count)) => *count += 1,
            None => counts.push((letter, 1)),
        }
    }
    counts
        .into_iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map(|(letter, _)| letter)
}

#[cfg(test)]
mod tests;
