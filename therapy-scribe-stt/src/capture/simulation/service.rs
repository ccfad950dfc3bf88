//! The service of one connection.

use therapy_scribe_core::{
    Confidence, ConnectionId, Finality, MediaTime, SpeakerId, Turn, TurnId, Word,
};

use super::script::{Random, Script, ScriptWord};

#[derive(Debug)]
pub(super) struct Service {
    pub(super) connection: ConnectionId,
    base: u64,
    heard_until: u64,
    /// The next word of the script; none before the audio's begin was heard whole.
    next: Option<usize>,
    turn: Vec<usize>,
    order: u64,
    swapped: bool,
    random: Random,
}

/// Silence that ends a turn, and its greatest length.
const PAUSE: u64 = 800;
const CUT: u64 = 10_000;
/// Numbers of words become confidences below this.
pub(super) const NUMBERS: f32 = 16_384.0;

impl Service {
    pub(super) fn new(connection: ConnectionId, base: u64, random: &mut Random) -> Self {
        Self {
            connection,
            base,
            heard_until: base,
            next: None,
            turn: Vec::new(),
            order: 0,
            swapped: random.below(2) == 0,
            random: Random::new(random.below(u64::MAX)),
        }
    }

    /// Audio up to `until`; the turns that end with it.
    pub(super) fn hear(&mut self, script: &Script, until: u64) -> Vec<Turn> {
        self.heard_until = until;
        let mut turns = Vec::new();
        let base = self.base;
        let mut next = *self
            .next
            .get_or_insert_with(|| script.words.partition_point(|word| word.start < base));
        while let Some(word) = script.words.get(next).filter(|word| word.end <= until) {
            let ends = self.turn.last().is_some_and(|last| {
                let first = &script.words[self.turn[0]];
                word.start >= script.words[*last].end + PAUSE || word.end > first.start + CUT
            });
            if ends {
                turns.extend(self.settle(script));
            }
            self.turn.push(next);
            next += 1;
        }
        self.next = Some(next);
        let is_quiet = |last: &usize| until >= script.words[*last].end + PAUSE;
        if self.turn.last().is_some_and(is_quiet) {
            turns.extend(self.settle(script));
        }
        turns
    }

    pub(super) fn finish(&mut self, script: &Script) -> Option<Turn> {
        self.settle(script)
    }

    fn settle(&mut self, script: &Script) -> Option<Turn> {
        let numbers = std::mem::take(&mut self.turn);
        let (first, last) = (*numbers.first()?, *numbers.last()?);
        let id = TurnId::new(self.connection, self.order);
        self.order += 1;
        let words: Vec<_> = numbers
            .into_iter()
            .map(|number| self.word(script, number, first, last))
            .collect();
        let speaker = words[0].speaker();
        Some(Turn::new(id, Finality::Final, speaker, words))
    }

    fn word(&mut self, script: &Script, number: usize, first: usize, last: usize) -> Word {
        let said = &script.words[number];
        let jitter = self.random.below(60);
        let (mut start, mut end) = (said.start + jitter / 2, said.end + jitter);
        if number == first {
            // Silence before it, but neither the word before it nor audio that was not sent.
            let before = number
                .checked_sub(1)
                .map_or(0, |before| script.words[before].end);
            start = said
                .start
                .saturating_sub(self.random.below(1000))
                .max(before)
                .max(self.base);
        }
        if number == last {
            let after = script
                .words
                .get(number + 1)
                .map_or(u64::MAX, |after| after.start);
            end = (said.end + self.random.below(1300)).min(after);
        }
        let confidence = Confidence::new(u16::try_from(number).map_or(1.0, f32::from) / NUMBERS);
        let letter = if (said.person == 0) == self.swapped {
            "B"
        } else {
            "A"
        };
        Word::new(
            self.reworded(said),
            MediaTime::from_millis(start),
            MediaTime::from_millis(end),
        )
        .confidence(confidence)
        .spoken_by(SpeakerId::from_letters(self.connection, letter), None)
    }

    fn reworded(&mut self, said: &ScriptWord) -> String {
        match (self.random.below(20), said.text) {
            (0..10, "fifty") => "50".to_owned(),
            (0..10, "fourteen") => "14".to_owned(),
            (0..10, "two") => "2".to_owned(),
            (0..10, "milligrams") => "mg".to_owned(),
            (0, _) => "something".to_owned(),
            (1..4, text) => text.to_uppercase(),
            (4..7, text) => format!("{text},"),
            (7, text) => format!("{text}."),
            (_, text) => text.to_owned(),
        }
    }
}
