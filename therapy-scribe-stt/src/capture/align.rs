//! Which words of a new connection an earlier one has heard already (`streaming-stt.md` 9.3, 6 and 7).
//!
//! Audio that is sent again comes back with other edges, other wording and now and then another word, and people really
//! repeat themselves. So neither times nor texts decide alone: the two rows of words are aligned as a whole, and only
//! words that stand at about the same time may be the same.

use therapy_scribe_core::{
    MediaTime, Relabel, SpeakerId, Turn, TurnId, Word,
    spelling::{are_similar, key},
};

/// A word as it is compared.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Heard {
    key: String,
    /// Milliseconds of the recording.
    start: u64,
    end: u64,
    /// The first word of a turn begins up to a second early, and the last ends up to 1.3 s late: edges absorb silence.
    is_first: bool,
    is_last: bool,
    pub(super) label: Option<SpeakerId>,
    /// The turn that it is in.
    pub(super) turn: TurnId,
}

/// What becomes of a word of the new connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Nobody has heard it before.
    New,
    /// It is the earlier word with this index.
    Known(usize),
    /// It stands among words that are known, and is not one of them.
    Undecided,
}

// Scores. A pair of equal words is worth most; what its times differ makes it worth less, so steeply that two that
// repeat each other are not taken for one another. Different words at the very same time are worth a little, since
// recognisers hear differently. Skipping costs.
const EQUAL: i64 = 40;
const SIMILAR: i64 = 25;
const REPLACED: i64 = 20;
const SKIP_NEW: i64 = 12;
const SKIP_OLD: i64 = 8;
/// Milliseconds that cost a point.
const POINT: u64 = 10;
/// How close different words must be to be the same one, in milliseconds.
const SAME_TIME: u64 = 150;
/// How much silence the first word of a turn may have before it, and the last after it.
const EARLY: u64 = 1000;
const LATE: u64 = 1300;
/// What it counts for a distance that nothing is sure of.
const UNSURE: u64 = 50;
/// No word is shorter.
const SHORTEST: u64 = 50;
/// No word takes longer; what an edge has beyond it is silence.
const LONGEST: u64 = 800;

/// No recording is longer; a service may say anything.
const LATEST: u64 = 1 << 40;

/// The words of a final turn.
pub(super) fn heard(turn: &Turn) -> Vec<Heard> {
    let last = turn.words().len().saturating_sub(1);
    let word = |(index, word): (usize, &Word)| Heard {
        key: key(word.text()),
        start: word.start().as_millis().min(LATEST),
        end: word.end().as_millis().min(LATEST),
        is_first: index == 0,
        is_last: index == last,
        label: word.speaker(),
        turn: turn.id(),
    };
    turn.words().iter().enumerate().map(word).collect()
}

impl Heard {
    /// When it ends.
    pub(super) const fn end(&self) -> u64 {
        self.end
    }

    /// Takes a revised label, if the revision is about it.
    pub(super) fn relabel(&mut self, relabel: &Relabel) {
        if self.turn == relabel.turn {
            let (start, end) = (
                MediaTime::from_millis(self.start),
                MediaTime::from_millis(self.end),
            );
            self.label = relabel.speaker_at(start, end);
        }
    }

    /// When it was said, without the silence of the edges as far as that can be known.
    fn core(&self) -> (u64, u64) {
        let middle = u64::midpoint(self.start, self.end);
        match (self.is_first, self.is_last) {
            (true, true) => (
                self.start.max(middle.saturating_sub(LONGEST / 2)),
                self.end.min(middle + LONGEST / 2),
            ),
            (true, false) => (self.start.max(self.end.saturating_sub(LONGEST)), self.end),
            (false, true) => (self.start, self.end.min(self.start + LONGEST)),
            (false, false) => (self.start, self.end),
        }
    }

    /// Until when it is surely said.
    const fn surely_until(&self) -> u64 {
        if self.is_last { self.start } else { self.end }
    }

    /// How far its time is from another's, by what is sure of both.
    fn distance(&self, other: &Self) -> u64 {
        let starts = apart(self.starts(), other.starts());
        let ends = apart(self.ends(), other.ends());
        let sure_starts = (!self.is_first && !other.is_first).then_some(starts);
        let sure_ends = (!self.is_last && !other.is_last).then_some(ends);
        sure_starts
            .into_iter()
            .chain(sure_ends)
            .min()
            .unwrap_or_else(|| {
                let length = self.as_one(other).or_else(|| other.as_one(self));
                starts.max(ends) + length.unwrap_or(UNSURE)
            })
    }

    /// When it may begin, and when it may end.
    const fn starts(&self) -> (u64, u64) {
        (
            self.start,
            self.start + if self.is_first { EARLY } else { 0 },
        )
    }

    const fn ends(&self) -> (u64, u64) {
        (
            self.end.saturating_sub(if self.is_last { LATE } else { 0 }),
            self.end,
        )
    }

    /// Where the start of one is sure and the end of the other: how far they are from being one word of a length that
    /// words have.
    fn as_one(&self, other: &Self) -> Option<u64> {
        if self.is_first || other.is_last {
            return None;
        }
        let too_long = other.end.saturating_sub(self.start + LONGEST);
        let too_short = (self.start + SHORTEST).saturating_sub(other.end);
        Some(too_long + too_short)
    }

    /// For how long both are said.
    fn overlap(&self, other: &Self) -> u64 {
        let (one, other) = (self.core(), other.core());
        one.1.min(other.1).saturating_sub(one.0.max(other.0))
    }
}

fn apart(one: (u64, u64), other: (u64, u64)) -> u64 {
    one.0.max(other.0).saturating_sub(one.1.min(other.1))
}

/// The fate of each word of `new`, given the earlier words `old` that none of its predecessors was.
pub(super) fn fates(old: &[Heard], new: &[Heard]) -> Vec<Fate> {
    let pairs = align(old, new);
    let first = pairs.iter().position(Option::is_some);
    let last = pairs.iter().rposition(Option::is_some);
    let rest = last
        .and_then(|last| pairs.get(last).copied().flatten())
        .map_or(0, |index| index + 1);
    let known_until = old.iter().map(Heard::surely_until).max().unwrap_or(0);
    let fate = |(index, word): (usize, &Heard)| {
        if let Some(index) = pairs.get(index).copied().flatten() {
            return Fate::Known(index);
        }
        if let Some(index) = part_of_number(old, word) {
            return Fate::Known(index);
        }
        let among =
            first.is_some_and(|first| index > first) && last.is_some_and(|last| index < last);
        let before_all = first.is_some_and(|first| index < first);
        let beside = old.iter().skip(rest).any(|old| old.overlap(word) > 0);
        if among || before_all || beside || word.core().1 < known_until {
            Fate::Undecided
        } else {
            Fate::New
        }
    };
    new.iter().enumerate().map(fate).collect()
}

/// "twenty five" against "25": the second word lies inside a number that stands for both.
fn part_of_number(old: &[Heard], word: &Heard) -> Option<usize> {
    let is_number = |key: &str| key.bytes().any(|byte| byte.is_ascii_digit());
    let (start, end) = word.core();
    old.iter().position(|old| {
        is_number(&old.key)
            && is_number(&word.key)
            && old.key != word.key
            && old.overlap(word) * 10 > (end - start) * 6
    })
}

/// For each new word the old one that it is, both in order. The rows may begin and end apart.
fn align(old: &[Heard], new: &[Heard]) -> Vec<Option<usize>> {
    let width = new.len() + 1;
    let mut scores = vec![0i64; (old.len() + 1) * width];
    let mut steps = vec![Step::Stop; scores.len()];
    let at = |row: usize, column: usize| row * width + column;
    let get =
        |scores: &[i64], row, column| scores.get(at(row, column)).copied().unwrap_or(i64::MIN / 2);
    let (mut best, mut best_at) = (0, (0, 0));
    for row in 0..=old.len() {
        for column in 1..width {
            let mut found = (get(&scores, row, column - 1) - SKIP_NEW, Step::SkipNew);
            if let (Some(above), Some(word)) = (row.checked_sub(1), new.get(column - 1)) {
                let skip = get(&scores, above, column) - SKIP_OLD;
                if skip > found.0 {
                    found = (skip, Step::SkipOld);
                }
                let pair = old.get(above).and_then(|old| worth(old, word));
                let pair = pair.map(|worth| get(&scores, above, column - 1) + worth);
                if let Some(pair) = pair.filter(|pair| *pair > found.0) {
                    found = (pair, Step::Pair);
                }
            }
            if let (Some(score), Some(step)) = (
                scores.get_mut(at(row, column)),
                steps.get_mut(at(row, column)),
            ) {
                (*score, *step) = found;
            }
            if found.0 > best {
                (best, best_at) = (found.0, (row, column));
            }
        }
    }
    trace(&steps, width, best_at, new.len())
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Stop,
    Pair,
    SkipOld,
    SkipNew,
}

fn trace(steps: &[Step], width: usize, from: (usize, usize), new: usize) -> Vec<Option<usize>> {
    let mut pairs = vec![None; new];
    let (mut row, mut column) = from;
    while column > 0 {
        match steps
            .get(row * width + column)
            .copied()
            .unwrap_or(Step::Stop)
        {
            Step::Pair => {
                (row, column) = (row.saturating_sub(1), column - 1);
                if let Some(pair) = pairs.get_mut(column) {
                    *pair = Some(row);
                }
            }
            Step::SkipOld => row = row.saturating_sub(1),
            Step::SkipNew => column -= 1,
            Step::Stop => break,
        }
    }
    pairs
}

/// What it is worth to take two words for one; `None` where they can't be.
fn worth(old: &Heard, new: &Heard) -> Option<i64> {
    let distance = old.distance(new);
    let cost = i64::try_from(distance / POINT).unwrap_or(i64::MAX);
    let worth = if old.key == new.key {
        EQUAL.saturating_sub(cost)
    } else if are_similar(&old.key, &new.key) {
        SIMILAR.saturating_sub(cost)
    } else if distance <= SAME_TIME {
        REPLACED.saturating_sub(cost)
    } else {
        0
    };
    (worth > 0).then_some(worth)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words of 200 ms each with 100 ms between them, from `at` on.
    fn row(at: u64, text: &str) -> Vec<Heard> {
        let word = |(index, text): (u64, &str)| Heard {
            key: key(text),
            start: at + index * 300,
            end: at + index * 300 + 200,
            is_first: false,
            is_last: false,
            label: None,
            turn: TurnId::new(therapy_scribe_core::ConnectionId::default(), 0),
        };
        (0..).zip(text.split(' ')).map(word).collect()
    }

    /// The same as a turn, whose edges have this much silence.
    fn turn(mut row: Vec<Heard>, before: u64, after: u64) -> Vec<Heard> {
        if let Some(first) = row.first_mut() {
            (first.start, first.is_first) = (first.start - before, true);
        }
        if let Some(last) = row.last_mut() {
            (last.end, last.is_last) = (last.end + after, true);
        }
        row
    }

    fn kept(old: &[Heard], new: &[Heard]) -> String {
        let fates = fates(old, new);
        let text = |(fate, word): (&Fate, &Heard)| match fate {
            Fate::New => Some(word.key.clone()),
            Fate::Known(_) => None,
            Fate::Undecided => Some(format!("{}?", word.key)),
        };
        fates
            .iter()
            .zip(new)
            .filter_map(text)
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn what_is_known_is_left_out_and_what_is_new_is_kept() {
        let old = row(1000, "I slept badly this week");
        assert_eq!(
            kept(&old, &row(1000, "I slept badly this week because of work")),
            "because of work"
        );
        assert_eq!(
            kept(&old[2..], &row(1000, "I slept badly this week because")),
            "i? slept? because"
        );
        assert_eq!(kept(&old, &row(1600, "badly this week")), "");
        assert_eq!(kept(&[], &row(1600, "badly this week")), "badly this week");
        assert_eq!(kept(&old, &row(9000, "this week")), "this week");
    }

    #[test]
    fn other_wording_is_the_same_words() {
        let old = row(10_000, "I took fifty milligrams of sertraline again");
        let new = row(10_060, "i took 50 milligrams of sertraline, again. Then");
        assert_eq!(kept(&old, &new), "then");
        assert_eq!(
            kept(
                &old,
                &row(10_000, "I took fifty mg of certraline again then")
            ),
            "then"
        );
        let old = row(10_000, "about 25 people");
        let mut new = row(10_000, "about twenty five people");
        (new[1].end, new[2].start, new[2].end) = (10_400, 10_410, 10_500);
        (new[3].start, new[3].end) = (10_600, 10_800);
        assert_eq!(kept(&old, &new), "");
    }

    #[test]
    fn a_word_that_nobody_can_place_is_kept_and_marked() {
        let old = row(10_000, "it was very bad for me");
        let mut new = row(10_000, "it was not very bad for me");
        (new[2].start, new[2].end) = (10_510, 10_590);
        for (at, word) in (10_600..).step_by(300).zip(&mut new[3..]) {
            (word.start, word.end) = (at, at + 200);
        }
        assert_eq!(kept(&old, &new), "not?");
    }

    /// At every cut, with edges in silence: what was heard before the cut is known, what comes after it is new, and of a
    /// repetition none is swallowed and none doubled.
    #[test]
    fn repetitions_are_kept_at_every_cut() {
        let corpus = [
            "no no I did not",
            "I I I don't know",
            "and then and then and then he left",
            "never never never again never",
            "it is what it is what can I do",
            "no",
            "no no no no no no",
        ];
        for text in corpus {
            let whole = row(20_000, text);
            for cut in 1..=whole.len() {
                for from in 0..cut {
                    for (before, after) in [(0, 0), (1000, 0), (0, 1300), (1000, 1300), (400, 240)]
                    {
                        for jitter in [-60, 0, 60] {
                            let old = turn(whole[..cut].to_vec(), before, after);
                            let new = whole[from..]
                                .iter()
                                .map(|word| shifted(word, jitter))
                                .collect();
                            let new = turn(new, after.min(1000), before);
                            let expected: Vec<_> =
                                whole[cut..].iter().map(|word| &*word.key).collect();
                            assert_eq!(
                                kept(&old, &new),
                                expected.join(" "),
                                "{text}: heard {cut}, again from {from}, edges {before} {after}, {jitter} ms"
                            );
                        }
                    }
                }
            }
        }
    }

    fn shifted(word: &Heard, by: i64) -> Heard {
        Heard {
            start: word.start.saturating_add_signed(by),
            end: word.end.saturating_add_signed(by),
            ..word.clone()
        }
    }
}
