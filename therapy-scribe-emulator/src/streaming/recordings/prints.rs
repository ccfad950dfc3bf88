//! Hashes of sound, and where it was heard.

use std::collections::{HashMap, VecDeque};

/// Three hours of sound: about 20 MB. The oldest are forgotten first.
const MOST_PIECES: usize = 1 << 19;

/// Where a piece of sound begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) recording: u64,
    /// Samples since the recording began.
    pub(crate) sample: u64,
}

/// What has been heard, piece by piece.
#[derive(Debug, Default)]
pub(crate) struct Prints {
    places: HashMap<u64, Option<Place>>,
    order: VecDeque<u64>,
}

impl Prints {
    /// A sound that a recording repeats, such as a tone, says nothing about where it is. Of two recordings that share one
    /// the first is meant.
    pub(crate) fn insert(&mut self, hash: u64, place: Place) {
        if let Some(known) = self.places.get_mut(&hash) {
            let repeats =
                |known: &Place| known.recording == place.recording && known.sample != place.sample;
            if known.as_ref().is_some_and(repeats) {
                *known = None;
            }
        } else {
            self.places.insert(hash, Some(place));
            self.order.push_back(hash);
        }
        if self.order.len() > MOST_PIECES
            && let Some(oldest) = self.order.pop_front()
        {
            self.places.remove(&oldest);
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn get(&self, hash: u64) -> Option<Place> {
        self.places.get(&hash).copied().flatten()
    }
}
