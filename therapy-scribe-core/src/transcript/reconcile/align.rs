//! Which words of two transcripts of one recording are the same.

use crate::{
    MediaTime, Word,
    spelling::{are_similar, key},
};

/// A word as it is compared. Times are in milliseconds of the recording.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) key: String,
    start: u64,
    end: u64,
    /// How much silence may stand before and after it: services pad the edges of live turns.
    early: u64,
    late: u64,
}

/// Whether a live turn begins or ends with the word.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Edge {
    pub(super) first: bool,
    pub(super) last: bool,
}

const EARLY: u64 = 1000;
const LATE: u64 = 1300;
/// No word takes longer; what an edge has beyond it is silence.
const LONGEST: u64 = 800;
/// Words that are further apart are never the same.
const WINDOW: u64 = 4000;
/// A row of the table is no wider, whatever times a service invents.
const WIDEST: usize = 2000;
/// No recording is longer.
const LATEST: u64 = 1 << 40;

const EQUAL: u64 = 40;
const SIMILAR: u64 = 25;
const REPLACED: u64 = 10;
/// Milliseconds that cost a point.
const POINT: u64 = 25;
/// How close different words must be to be the same one.
const SAME_TIME: u64 = 150;

impl Token {
    pub(super) fn new(word: &Word, edge: Edge) -> Self {
        let millis = |time: MediaTime| time.as_millis().min(LATEST);
        Self {
            key: key(word.text()),
            start: millis(word.start()),
            end: millis(word.end()),
            early: if edge.first { EARLY } else { 0 },
            late: if edge.last { LATE } else { 0 },
        }
    }

    /// When it was said, without the silence of the edges as far as that can be known.
    pub(super) fn core(&self) -> (u64, u64) {
        let middle = u64::midpoint(self.start, self.end);
        match (self.early > 0, self.late > 0) {
            (true, true) => (
                self.start.max(middle.saturating_sub(LONGEST / 2)),
                self.end.min(middle + LONGEST / 2),
            ),
            (true, false) => (self.start.max(self.end.saturating_sub(LONGEST)), self.end),
            (false, true) => (self.start, self.end.min(self.start + LONGEST)),
            (false, false) => (self.start, self.end),
        }
    }

    /// For how much of the shorter of both they are said at once, in hundredths.
    pub(super) fn overlap(&self, other: &Self) -> u64 {
        let ((a, b), (c, d)) = (self.core(), other.core());
        let both = b.min(d).saturating_sub(a.max(c));
        let shorter = (b - a).min(d - c).max(1);
        both * 100 / shorter
    }

    fn distance(&self, other: &Self) -> u64 {
        let apart =
            |one: (u64, u64), two: (u64, u64)| one.0.max(two.0).saturating_sub(one.1.min(two.1));
        let starts = |token: &Self| (token.start, token.start + token.early);
        let ends = |token: &Self| (token.end.saturating_sub(token.late), token.end);
        apart(starts(self), starts(other)).min(apart(ends(self), ends(other)))
    }

    /// What it is worth to take two words for one; 0 where they can't be.
    fn worth(&self, other: &Self) -> u64 {
        let distance = self.distance(other);
        let worth = if self.key == other.key {
            EQUAL
        } else if are_similar(&self.key, &other.key) {
            SIMILAR
        } else if distance <= SAME_TIME {
            REPLACED
        } else {
            0
        };
        worth.saturating_sub(distance / POINT)
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Pair,
    SkipLive,
    SkipRecord,
}

/// The table's row after some live words: from which column it is known, what each is worth, and how it came to be.
struct Row {
    from: usize,
    scores: Vec<u64>,
    steps: Vec<Step>,
}

impl Row {
    /// Right of what is known, words of the record are skipped; left of it there is nothing.
    fn score(&self, column: usize) -> Option<u64> {
        let at = column.checked_sub(self.from)?;
        self.scores.get(at).or(self.scores.last()).copied()
    }

    fn step(&self, column: usize) -> Step {
        match column.checked_sub(self.from) {
            None => Step::SkipLive,
            Some(at) => self.steps.get(at).copied().unwrap_or(Step::SkipRecord),
        }
    }
}

/// Which words of a row may stand near a time, although turns that overlap are told one after the other.
struct Window {
    /// The latest start up to each word, and the earliest from it on.
    latest: Vec<u64>,
    earliest: Vec<u64>,
}

impl Window {
    fn over(row: &[Token]) -> Self {
        let running = |best: &mut u64, start: u64, pick: fn(u64, u64) -> u64| {
            *best = pick(*best, start);
            Some(*best)
        };
        let starts = row.iter().map(|token| token.start);
        let latest = starts
            .clone()
            .scan(0, |best, start| running(best, start, u64::max));
        let earliest = starts
            .rev()
            .scan(LATEST, |best, start| running(best, start, u64::min));
        let mut earliest: Vec<_> = earliest.collect();
        earliest.reverse();
        Self {
            latest: latest.collect(),
            earliest,
        }
    }

    /// From the first word to after the last.
    fn near(&self, token: &Token) -> (usize, usize) {
        let from = token.start.saturating_sub(WINDOW);
        let until = token.end.saturating_add(WINDOW);
        (
            self.latest.partition_point(|start| *start < from),
            self.earliest.partition_point(|start| *start <= until),
        )
    }
}

/// For each live word the record's that it is; pairs stand in the order of both rows.
pub(super) fn align(live: &[Token], record: &[Token]) -> Vec<Option<usize>> {
    let window = Window::over(record);
    let mut rows = vec![Row {
        from: 0,
        scores: vec![0],
        steps: vec![Step::SkipRecord],
    }];
    for word in live {
        let Some(above) = rows.last() else { break };
        let row = row(above, word, record, window.near(word));
        rows.push(row);
    }
    trace(&rows, live.len(), record.len())
}

fn row(above: &Row, word: &Token, record: &[Token], (from, until): (usize, usize)) -> Row {
    let from = from.max(above.from);
    let until = until.clamp(from, from.saturating_add(WIDEST));
    let mut row = Row {
        from,
        scores: Vec::with_capacity(until - from + 1),
        steps: Vec::with_capacity(until - from + 1),
    };
    for column in from..=until {
        let mut found = (above.score(column).unwrap_or(0), Step::SkipLive);
        if let Some(left) = row.scores.last().filter(|left| **left > found.0) {
            found = (*left, Step::SkipRecord);
        }
        let pair = column.checked_sub(1).and_then(|before| {
            let worth = word.worth(record.get(before)?);
            (worth > 0).then_some(above.score(before)? + worth)
        });
        if let Some(pair) = pair.filter(|pair| *pair > found.0) {
            found = (pair, Step::Pair);
        }
        row.scores.push(found.0);
        row.steps.push(found.1);
    }
    row
}

fn trace(rows: &[Row], live: usize, record: usize) -> Vec<Option<usize>> {
    let mut pairs = vec![None; live];
    let (mut row, mut column) = (live, record);
    while row > 0 {
        match rows.get(row).map_or(Step::SkipLive, |of| of.step(column)) {
            Step::SkipRecord => match column.checked_sub(1) {
                Some(before) => column = before,
                None => row -= 1,
            },
            Step::SkipLive => row -= 1,
            Step::Pair => {
                row -= 1;
                column = column.saturating_sub(1);
                if let Some(pair) = pairs.get_mut(row) {
                    *pair = Some(column);
                }
            }
        }
    }
    pairs
}
