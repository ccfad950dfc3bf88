//! The service of one connection.

use therapy_scribe_core::{
    AudioFrame, Confidence, ConnectionId, Finality, MediaTime, Relabel, RelabelledWord, SpeakerId,
    SttEvent, Turn, TurnId, Word,
};

use super::script::{Random, Script, ScriptWord};

#[derive(Debug)]
pub(super) struct Service {
    pub(super) connection: ConnectionId,
    /// Its letter for either person.
    pub(super) letters: [&'static str; 2],
    base: u64,
    /// Its clock: what it was sent, in samples.
    samples: u64,
    /// How far the audio was that it was sent last. What follows it may be other audio, if the client leaves some out.
    heard_until: u64,
    /// How much later the clock is than the audio's own time.
    late: i64,
    /// The next word of the script; none before the audio's begin was heard whole.
    next: Option<usize>,
    /// Words of the open turn, and how late the clock was.
    turn: Vec<(usize, i64)>,
    order: u64,
    pub(super) labels: Mislabels,
    /// Turns whose labels are to be revised.
    wrong: Vec<Relabel>,
    /// Revisions before the end come so often, in milliseconds of audio; 0 for none.
    interval: u64,
    revised_at: u64,
    random: Random,
}

/// How many labels of a session are wrong at first.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mislabels {
    None,
    /// The first turns mostly, and some later ones.
    Some,
}

impl Mislabels {
    pub(super) fn new(random: &mut Random) -> Self {
        if random.below(2) == 0 {
            Self::None
        } else {
            Self::Some
        }
    }
}

/// Silence that ends a turn, and its greatest length.
const PAUSE: u64 = 800;
const CUT: u64 = 10_000;
/// Numbers of words become confidences below this.
pub(super) const NUMBERS: f32 = 16_384.0;

impl Service {
    pub(super) fn new(
        connection: ConnectionId,
        base: u64,
        labels: Mislabels,
        random: &mut Random,
    ) -> Self {
        let letters = if random.below(2) == 0 {
            ["B", "A"]
        } else {
            ["A", "B"]
        };
        let mut random = Random::new(random.below(u64::MAX));
        Self {
            connection,
            letters,
            base,
            samples: 0,
            heard_until: base,
            late: 0,
            next: None,
            turn: Vec::new(),
            order: 0,
            labels,
            wrong: Vec::new(),
            interval: [0, 120_000, 300_000][usize::try_from(random.below(3)).unwrap()],
            revised_at: 0,
            random,
        }
    }

    /// A frame, and what there is to say about what is heard by then.
    pub(super) fn hear(&mut self, script: &Script, frame: &AudioFrame) -> Vec<SttEvent> {
        let (from, until) = (frame.start().as_millis(), frame.end().as_millis());
        let rate = u64::from(frame.format().rate().hertz());
        let clock = self.base + self.samples * 1000 / rate;
        self.samples += u64::try_from(frame.samples().len()).unwrap();
        self.late = clock.cast_signed() - from.cast_signed();
        if from != self.heard_until {
            self.next = None;
        }
        self.heard_until = until;
        let mut turns = Vec::new();
        let mut next = *self
            .next
            .get_or_insert_with(|| script.words.partition_point(|word| word.start < from));
        while let Some(word) = script.words.get(next).filter(|word| word.end <= until) {
            let ends = self.turn.last().is_some_and(|(last, _)| {
                let first = &script.words[self.turn[0].0];
                word.start >= script.words[*last].end + PAUSE || word.end > first.start + CUT
            });
            if ends {
                turns.extend(self.finish(script));
            }
            self.turn.push((next, self.late));
            next += 1;
        }
        self.next = Some(next);
        let is_quiet = |(last, _): &(usize, i64)| until >= script.words[*last].end + PAUSE;
        if self.turn.last().is_some_and(is_quiet) {
            turns.extend(self.finish(script));
        }
        if self.interval > 0 && clock >= self.base + self.revised_at + self.interval {
            self.revised_at = clock - self.base;
            turns.extend(self.revise());
        }
        turns
    }

    /// The labels of every turn that were wrong, unless they were revised before.
    pub(super) fn revise(&mut self) -> Option<SttEvent> {
        let wrong = std::mem::take(&mut self.wrong);
        (!wrong.is_empty()).then_some(SttEvent::Revised(wrong))
    }

    /// The open turn, which ends here.
    pub(super) fn finish(&mut self, script: &Script) -> Option<SttEvent> {
        let numbers = std::mem::take(&mut self.turn);
        let (first, last) = (numbers.first()?.0, numbers.last()?.0);
        let id = TurnId::new(self.connection, self.order);
        self.order += 1;
        let words: Vec<_> = numbers
            .into_iter()
            .map(|(number, late)| self.word(script, (number, late), first, last))
            .collect();
        let right = words[0].speaker();
        let labelled = self.mislabel(words.clone());
        let speaker = labelled[0].speaker();
        let differ = |(one, other): (&Word, &Word)| one.speaker() != other.speaker();
        if words.iter().zip(&labelled).any(differ) {
            let of = |word: &Word| RelabelledWord::new(word.start(), word.end(), word.speaker());
            let words = words.iter().map(of).collect();
            self.wrong.push(Relabel::new(id, right, words));
        }
        let turn = Turn::new(id, Finality::Final, speaker, labelled);
        Some(SttEvent::Final(turn))
    }

    /// Whole turns get the other voice's letters or one letter for both, and single words the other's.
    fn mislabel(&mut self, words: Vec<Word>) -> Vec<Word> {
        if matches!(self.labels, Mislabels::None) {
            return words;
        }
        let swapped = |of: Option<SpeakerId>| {
            let [one, other] = self
                .letters
                .map(|letter| SpeakerId::from_letters(self.connection, letter));
            if of == one { other } else { one }
        };
        let (first, weak) = (words[0].speaker(), self.order <= 2);
        let kind = self.random.below(if weak { 6 } else { 24 });
        let words = words.into_iter().map(|word| {
            let own = word.speaker();
            let single = self.random.below(40) == 0;
            let label = match kind {
                0 => swapped(own),
                1 => first,
                _ if single => swapped(own),
                _ => own,
            };
            word.spoken_by(label, None)
        });
        words.collect()
    }

    fn word(
        &mut self,
        script: &Script,
        (number, late): (usize, i64),
        first: usize,
        last: usize,
    ) -> Word {
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
        let told = |at: u64| MediaTime::from_millis(at.saturating_add_signed(late));
        let letter = self.letters[said.person];
        Word::new(self.reworded(said), told(start), told(end))
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
