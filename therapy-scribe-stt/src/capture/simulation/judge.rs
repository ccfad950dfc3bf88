//! Whether everything that was said is there, once, and by whom.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use therapy_scribe_core::{MediaTime, SpeakerId, Transcript, Turn, Word};

use super::{script::Script, service::NUMBERS};

/// Voices with fewer words than this in an overlap may come back under a new name.
const ENOUGH: usize = 3;
/// What is kept beside it, to be heard again.
const SLACK: Duration = Duration::from_secs(20);

#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) words: usize,
    pub(super) undecided: usize,
    connections: usize,
    missing_in_gaps: usize,
    strangers: usize,
    /// The network was gone for too long at the begin or at the end.
    pub(super) gave_up: bool,
    /// How much audio was there without a final turn at most, in milliseconds.
    pub(super) furthest_behind: u64,
    pub(super) faults: Vec<String>,
    /// The known words that each connection hears again, by their numbers.
    overlaps: Vec<BTreeSet<usize>>,
}

impl Verdict {
    pub(super) fn connected(&mut self, base: MediaTime, known: &Transcript) {
        self.connections += 1;
        let words = known.turns().rev().flat_map(Turn::words);
        let again = words
            .take_while(|word| word.end().plus(Duration::from_secs(30)) >= base)
            .filter(|word| word.start() >= base.plus(Duration::from_millis(500)));
        self.overlaps.push(again.map(number).collect());
    }

    pub(super) fn judge(&mut self, script: &Script, transcript: &Transcript, keep: Duration) {
        self.words += script.words.len();
        self.judge_words(script, transcript, keep);
        self.judge_voices(script, transcript);
    }

    fn judge_words(&mut self, script: &Script, transcript: &Transcript, keep: Duration) {
        let mut sure = BTreeMap::<usize, usize>::new();
        let mut undecided = BTreeMap::<usize, usize>::new();
        for word in transcript.turns().flat_map(Turn::words) {
            let counts = if word.may_repeat() {
                &mut undecided
            } else {
                &mut sure
            };
            *counts.entry(number(word)).or_default() += 1;
        }
        self.undecided += undecided.values().sum::<usize>();
        let gaps = transcript.gaps();
        if !self.gave_up
            && !gaps.is_empty()
            && Duration::from_millis(self.furthest_behind) + SLACK < keep
        {
            self.faults.push(format!("gaps without need: {gaps:?}"));
        }
        for (number, said) in script.words.iter().enumerate() {
            let (sure, undecided) = (
                sure.get(&number).copied().unwrap_or(0),
                undecided.get(&number).copied().unwrap_or(0),
            );
            let in_gap = gaps.iter().any(|gap| {
                said.start < gap.to.as_millis() && gap.from.as_millis() < said.end + 1300
            });
            let context = || format!("word {number} `{}` at {} ms", said.text, said.start);
            match (sure, sure + undecided) {
                (0, 0) if in_gap => self.missing_in_gaps += 1,
                (0, 0) => self.faults.push(format!("lost: {}", context())),
                (2.., _) => self.faults.push(format!("{sure} times: {}", context())),
                _ => {}
            }
        }
    }

    fn judge_voices(&mut self, script: &Script, transcript: &Transcript) {
        let mut ids = [BTreeSet::<SpeakerId>::new(), BTreeSet::new()];
        for word in transcript.turns().flat_map(Turn::words) {
            let person = script.words[number(word)].person;
            ids[person].extend(word.speaker());
        }
        let both: Vec<_> = ids[0].intersection(&ids[1]).collect();
        if !both.is_empty() {
            self.faults
                .push(format!("one name for two voices: {both:?}"));
        }
        for (person, ids) in ids.iter().enumerate() {
            // A connection whose overlap has too little of a voice may name it anew.
            let strange = self.overlaps.iter().skip(1).filter(|again| {
                let of_person = again
                    .iter()
                    .filter(|number| script.words[**number].person == person);
                of_person.count() < ENOUGH
            });
            let allowed = 1 + strange.count();
            self.strangers += ids.len().saturating_sub(1);
            if ids.len() > allowed {
                self.faults.push(format!(
                    "voice {person} has the names {ids:?}, {allowed} allowed"
                ));
            }
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.words += other.words;
        self.undecided += other.undecided;
        self.connections += other.connections;
        self.missing_in_gaps += other.missing_in_gaps;
        self.strangers += other.strangers;
    }

    pub(super) fn summary(&self) -> String {
        format!(
            "{} words over {} connections: {} kept twice and marked, {} in gaps, {} voices named anew",
            self.words, self.connections, self.undecided, self.missing_in_gaps, self.strangers
        )
    }
}

/// The word's number in the script.
pub(super) fn number(word: &Word) -> usize {
    let number = (word.text_confidence().get() * NUMBERS).round();
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it was made of one"
    )]
    let number = number as usize;
    number
}
