//! Looks for the place of a session's audio in what has been heard before.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
};

use super::prints::{Place, Prints};

/// Pieces a second.
const PIECES: u64 = 50;
/// So many different neighbours make a piece of sound one of its kind: neither silence nor a plain wave.
const LEAST_CHANGES: u32 = 16;
/// Quieter than any voice: no sample of it is beyond −60 dBFS.
const QUIET: u16 = 32;
/// So many pieces at one place are no accident.
const SURE: u32 = 4;
/// Where there is no more to compare, these are enough.
const LIKELY: u32 = 2;
/// Half a second of voice that nobody knows is new.
const PATIENCE: u32 = 25;
/// Windows that are kept for a second look.
const MOST_SEEN: usize = 1 << 16;

const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// Follows the samples of one session: hashes of its pieces, and of every window of a piece's length while it is compared.
pub(crate) struct Search {
    rate: u64,
    length: usize,
    samples: u64,
    piece: Piece,
    window: Window,
    loud: u32,
    first_loud: Option<u64>,
    pieces: Vec<(u64, u64)>,
    seen: VecDeque<(u64, u64)>,
    votes: HashMap<Place, u32>,
}

/// The piece that is not full.
#[derive(Clone, Copy, Default)]
struct Piece {
    hash: u64,
    changes: u32,
    peak: u16,
    last: i16,
    filled: usize,
}

/// The last samples, as many as a piece has.
struct Window {
    samples: VecDeque<i16>,
    hash: u64,
    /// What the oldest sample of a full window is worth in the hash.
    oldest: u64,
    changes: u32,
}

impl Search {
    pub(crate) fn new(rate: u64) -> Self {
        let length = usize::try_from(rate / PIECES).unwrap_or(1).max(1);
        Self {
            rate,
            length,
            samples: 0,
            piece: Piece::default(),
            window: Window {
                samples: VecDeque::with_capacity(length + 1),
                hash: 0,
                oldest: (0..length).fold(1_u64, |power, _| power.wrapping_mul(FACTOR)),
                changes: 0,
            },
            loud: 0,
            first_loud: None,
            pieces: Vec::new(),
            seen: VecDeque::new(),
            votes: HashMap::new(),
        }
    }

    pub(crate) const fn rate(&self) -> u64 {
        self.rate
    }

    /// Takes samples. With `known` they are compared with it, which has to be so from the first sample on.
    pub(crate) fn push(&mut self, samples: &[i16], known: Option<&Prints>) {
        if let Some(known) = known {
            self.compare(samples, known);
        }
        let mut rest = samples;
        while !rest.is_empty() {
            let missing = self.length - self.piece.filled;
            let (now, later) = rest.split_at(missing.min(rest.len()));
            rest = later;
            self.piece.take(now);
            self.samples += u64::try_from(now.len()).unwrap_or(0);
            if self.piece.filled == self.length {
                self.end_piece();
            }
        }
    }

    fn compare(&mut self, samples: &[i16], known: &Prints) {
        for (sample, end) in samples.iter().zip(self.samples + 1..) {
            self.window.roll(*sample, self.length);
            if self.window.samples.len() < self.length || self.window.changes < LEAST_CHANGES {
                continue;
            }
            let hash = mix(self.window.hash ^ self.rate);
            let begin = end - self.piece_samples();
            count(&mut self.votes, known.get(hash), begin);
            if self.seen.len() >= MOST_SEEN {
                self.seen.pop_front();
            }
            self.seen.push_back((hash, begin));
        }
    }

    /// The pieces since the last call: hashes, and the sample with which each begins.
    pub(crate) fn take_pieces(&mut self) -> Vec<(u64, u64)> {
        std::mem::take(&mut self.pieces)
    }

    /// Where the audio begins, if that is known. With `all` it must be decided now, by everything that is known by now.
    pub(crate) fn found(&self, all: Option<&Prints>) -> Option<Place> {
        let (mut best, mut second) = two_best(&self.votes);
        let mut enough = SURE;
        let mut votes = HashMap::new();
        if let Some(prints) = all {
            for (hash, begin) in &self.seen {
                count(&mut votes, prints.get(*hash), *begin);
            }
            (best, second) = two_best(&votes);
            enough = LIKELY;
        }
        let (place, votes) = best?;
        (votes >= enough && second * 2 <= votes).then_some(place)
    }

    /// Enough voice was heard to know that nobody knows it.
    pub(crate) const fn is_exhausted(&self) -> bool {
        self.loud >= PATIENCE
    }

    /// How much of the audio is nothing but quiet, in milliseconds from its beginning.
    pub(crate) fn quiet_ms(&self) -> u64 {
        let whole = self.samples - self.samples % self.piece_samples();
        self.first_loud.unwrap_or(whole) * 1000 / self.rate.max(1)
    }

    fn piece_samples(&self) -> u64 {
        u64::try_from(self.length).unwrap_or(1)
    }

    fn end_piece(&mut self) {
        let piece = std::mem::take(&mut self.piece);
        let begin = self.samples - self.piece_samples();
        if piece.peak > QUIET {
            self.loud += 1;
            self.first_loud.get_or_insert(begin);
        }
        if piece.changes >= LEAST_CHANGES {
            self.pieces.push((mix(piece.hash ^ self.rate), begin));
        }
    }
}

impl Piece {
    fn take(&mut self, samples: &[i16]) {
        let mut piece = *self;
        for sample in samples {
            if piece.filled > 0 && piece.last != *sample {
                piece.changes += 1;
            }
            piece.filled += 1;
            piece.last = *sample;
            piece.hash = piece.hash.wrapping_mul(FACTOR).wrapping_add(value(*sample));
            piece.peak = piece.peak.max(sample.unsigned_abs());
        }
        *self = piece;
    }
}

impl Window {
    fn roll(&mut self, sample: i16, length: usize) {
        if self.samples.back().is_some_and(|last| *last != sample) {
            self.changes += 1;
        }
        self.samples.push_back(sample);
        self.hash = self.hash.wrapping_mul(FACTOR).wrapping_add(value(sample));
        if self.samples.len() > length
            && let Some(old) = self.samples.pop_front()
        {
            self.hash = self.hash.wrapping_sub(value(old).wrapping_mul(self.oldest));
            if self.samples.front().is_some_and(|next| *next != old) {
                self.changes = self.changes.saturating_sub(1);
            }
        }
    }
}

fn value(sample: i16) -> u64 {
    u64::from(sample.cast_unsigned()) + 1
}

impl fmt::Debug for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Search({} samples)", self.samples)
    }
}

fn count(votes: &mut HashMap<Place, u32>, place: Option<Place>, begin: u64) {
    let Some(place) = place else {
        return;
    };
    // What would have begun before the recording is an accident.
    if let Some(sample) = place.sample.checked_sub(begin) {
        *votes.entry(Place { sample, ..place }).or_default() += 1;
    }
}

/// The place with the most votes, and the votes of the next.
fn two_best(votes: &HashMap<Place, u32>) -> (Option<(Place, u32)>, u32) {
    let mut best = None;
    let mut second = 0;
    for (place, votes) in votes {
        match best {
            Some((_, most)) if most >= *votes => second = second.max(*votes),
            _ => {
                second = best.map_or(0, |(_, most)| most);
                best = Some((*place, *votes));
            }
        }
    }
    (best, second)
}

/// Spreads a hash over all bits.
const fn mix(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}
