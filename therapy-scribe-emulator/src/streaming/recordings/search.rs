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

/// Follows the samples of one session: hashes of its pieces, and of every window of a piece's length until the place is
/// known.
pub(crate) struct Search {
    rate: u64,
    length: usize,
    window: VecDeque<i16>,
    hash: u64,
    /// What the oldest sample of a full window is worth in the hash.
    oldest: u64,
    changes: u32,
    samples: u64,
    /// The loudest sample of the piece that is not full.
    peak: u16,
    loud: u32,
    first_loud: Option<u64>,
    pieces: Vec<(u64, u64)>,
    seen: VecDeque<(u64, u64)>,
    votes: HashMap<Place, u32>,
}

impl Search {
    pub(crate) fn new(rate: u64) -> Self {
        let length = usize::try_from(rate / PIECES).unwrap_or(1).max(1);
        let oldest = (0..length).fold(1_u64, |power, _| power.wrapping_mul(FACTOR));
        Self {
            rate,
            length,
            window: VecDeque::with_capacity(length + 1),
            hash: 0,
            oldest,
            changes: 0,
            samples: 0,
            peak: 0,
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

    /// Takes samples; with `known` compares them.
    pub(crate) fn push(&mut self, samples: &[i16], known: Option<&Prints>) {
        for sample in samples {
            self.roll(*sample);
            if self.window.len() < self.length {
                continue;
            }
            let hash = mix(self.hash ^ self.rate);
            let begin = self.samples - self.piece_samples();
            let telling = self.changes >= LEAST_CHANGES;
            if let Some(known) = known.filter(|_| telling) {
                self.vote(known.get(hash), begin);
                if self.seen.len() >= MOST_SEEN {
                    self.seen.pop_front();
                }
                self.seen.push_back((hash, begin));
            }
            if self.samples.is_multiple_of(self.piece_samples()) {
                self.end_piece(telling.then_some(hash), begin);
            }
        }
    }

    /// The pieces since the last call: hashes, and the sample with which each begins.
    pub(crate) fn take_pieces(&mut self) -> Vec<(u64, u64)> {
        std::mem::take(&mut self.pieces)
    }

    /// Where the audio begins, if that is known. With `all` it must be decided now, by everything that is known by now.
    pub(crate) fn found(&self, all: Option<&Prints>) -> Option<Place> {
        let (mut best, mut second) = self.best();
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

    fn roll(&mut self, sample: i16) {
        let value = |sample: i16| u64::from(sample.cast_unsigned()) + 1;
        if self.window.back().is_some_and(|last| *last != sample) {
            self.changes += 1;
        }
        self.window.push_back(sample);
        self.hash = self.hash.wrapping_mul(FACTOR).wrapping_add(value(sample));
        if self.window.len() > self.length
            && let Some(old) = self.window.pop_front()
        {
            self.hash = self.hash.wrapping_sub(value(old).wrapping_mul(self.oldest));
            if self.window.front().is_some_and(|next| *next != old) {
                self.changes = self.changes.saturating_sub(1);
            }
        }
        self.samples += 1;
        self.peak = self.peak.max(sample.unsigned_abs());
    }

    fn end_piece(&mut self, hash: Option<u64>, begin: u64) {
        if std::mem::take(&mut self.peak) > QUIET {
            self.loud += 1;
            self.first_loud.get_or_insert(begin);
        }
        self.pieces.extend(hash.map(|hash| (hash, begin)));
    }

    fn vote(&mut self, place: Option<Place>, begin: u64) {
        count(&mut self.votes, place, begin);
    }

    fn best(&self) -> (Option<(Place, u32)>, u32) {
        two_best(&self.votes)
    }
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
