//! Whether everything that was said is there, once, and at its time; `voices` judges by whom.

use std::{collections::BTreeMap, time::Duration};

use therapy_scribe_core::{ConnectionId, MediaTime, SttEvent, Transcript, Turn, Word};

use super::{
    script::Script,
    service::{NUMBERS, Service},
    voices::Voices,
};

/// What is kept beside it, to be heard again.
const SLACK: Duration = Duration::from_secs(20);

#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) words: usize,
    pub(super) undecided: usize,
    missing_in_gaps: usize,
    pub(super) voices: Voices,
    /// The network was gone for too long at the begin or at the end.
    pub(super) gave_up: bool,
    /// How much audio was there without a final turn at most, in milliseconds.
    pub(super) furthest_behind: u64,
    pub(super) faults: Vec<String>,
}

impl Verdict {
    pub(super) fn opened(&mut self, service: &Service) {
        self.voices.opened(service);
    }

    pub(super) fn connected(
        &mut self,
        connection: ConnectionId,
        base: MediaTime,
        known: &Transcript,
    ) {
        let words = known.turns().rev().flat_map(Turn::words);
        let again = words
            .take_while(|word| word.end().plus(Duration::from_secs(30)) >= base)
            .filter(|word| word.start() >= base.plus(Duration::from_millis(500)));
        self.voices.overlap(connection, again.map(number).collect());
    }

    /// A connection has ended as it should.
    pub(super) fn settled(&mut self, connection: ConnectionId) {
        self.voices.settled(connection);
    }

    /// What the service says, as it reaches the client.
    pub(super) fn heard(&mut self, event: &SttEvent) {
        self.voices.heard(event);
    }

    pub(super) fn judge(&mut self, script: &Script, transcript: &Transcript, keep: Duration) {
        self.words += script.words.len();
        self.judge_words(script, transcript, keep);
        self.voices.judge(script, transcript, &mut self.faults);
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
            let said = &script.words[number(word)];
            if word.start().as_millis() > said.end || word.end().as_millis() < said.start {
                let at = (word.start(), word.end());
                self.faults.push(format!("told at {at:?}: {said:?}"));
            }
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

    pub(super) fn add(&mut self, other: &Self) {
        self.words += other.words;
        self.undecided += other.undecided;
        self.missing_in_gaps += other.missing_in_gaps;
        self.voices.add(&other.voices);
    }

    pub(super) fn summary(&self) -> String {
        format!(
            "{} words, {} kept twice and marked, {} in gaps; {}",
            self.words,
            self.undecided,
            self.missing_in_gaps,
            self.voices.summary()
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
