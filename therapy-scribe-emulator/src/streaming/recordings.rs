//! What the emulator has been sent, so that a session that hears a recording again, or further on, hears the right part of
//! the script although its own clock starts at 0 (11.13).
//!
//! Every 20 ms of sound are remembered by a hash of their samples. A new session's audio is compared at every sample, so
//! that it may begin anywhere. Where it is not known:
//!
//! - it goes on with the recording whose last session broke off, by the time of day that has passed since that recording
//!   began, unless less than 200 ms of sound of it have been heard;
//! - where no recording waits for its continuation, it is a new one, and begins at 0. So are parallel sessions of different
//!   recordings: they share nothing but the script.
//!
//! Assumed: a session that was terminated leaves nothing to be continued; one recording at a time breaks off, or those
//! that do send again some of what they sent before; a recording keeps its encoding and its rate.

mod prints;
mod recording;
mod search;

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    script::{ScriptWord, Segment},
    streaming::audio::FRAME_MS,
};

use prints::{Place, Prints};
use recording::Recording;
pub(crate) use search::Search;

/// Older recordings that nobody listens to are forgotten.
const MOST_RECORDINGS: usize = 64;
/// A recording of which less was heard has no beginning that a client would not send again: 200 ms.
const FEW_PIECES: usize = 10;

/// The recordings of an emulator. Its `Debug` shows no words.
pub(crate) struct Recordings {
    segments: Arc<[Segment]>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    prints: Prints,
    recordings: VecDeque<Recording>,
    next: u64,
    leavings: u64,
}

/// Where a session listens: its place in a recording. Dropping it without [`leave`](Self::leave) is a session that broke
/// off.
#[derive(Debug)]
pub(crate) struct Seat {
    recordings: Arc<Recordings>,
    recording: u64,
    /// Recording time of the session's first sample.
    offset_ms: u64,
    offset_samples: u64,
    /// The next word of the recording that the session has not heard.
    next: usize,
    left: bool,
}

/// What a frame brought, in the session's own time.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    /// Words that were said to their end, and whether an earlier session has heard them.
    pub(crate) words: Vec<(ScriptWord, Time)>,
    /// A word has begun and goes on.
    pub(crate) inside_word: bool,
}

/// Whether something is heard for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Time {
    First,
    Again,
}

/// When a place is to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decide {
    /// When there is no doubt.
    WhenSure,
    /// Now, by what there is.
    Now,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaving {
    /// By `Terminate`.
    Done,
    /// In any other way: somebody may come back for the rest.
    BrokenOff,
}

impl Recordings {
    pub(crate) fn new(segments: Arc<[Segment]>) -> Self {
        Self {
            segments,
            kept: Mutex::default(),
        }
    }

    /// A seat for audio that has been found, or that can't be: `at_ms` is when it began to come, in the emulator's time,
    /// and `silent_ms` how much of it was silence and has passed.
    pub(crate) fn seat(
        self: &Arc<Self>,
        search: &Search,
        at_ms: u64,
        silent_ms: u64,
        decide: Decide,
    ) -> Option<Seat> {
        let mut kept = self.kept();
        let must = decide == Decide::Now || search.is_exhausted();
        let found = search.found(must.then_some(&kept.prints));
        let fresh = kept.recordings.is_empty();
        let place = match found {
            Some(place) if kept.recordings.iter().any(|r| r.id == place.recording) => place,
            _ if must || fresh => kept.unknown(&self.segments, search.rate(), at_ms, silent_ms),
            _ => return None,
        };
        let offset_ms = (place.sample * 1000 + search.rate() / 2)
            .checked_div(search.rate())
            .unwrap_or(0);
        let next = kept.find(place.recording).map_or(0, |recording| {
            recording.live += 1;
            recording.first_after(offset_ms + silent_ms)
        });
        drop(kept);
        Some(Seat {
            recordings: Arc::clone(self),
            recording: place.recording,
            offset_ms,
            offset_samples: place.sample,
            next,
            left: false,
        })
    }

    /// Compares samples with what is known.
    pub(crate) fn compare(&self, search: &mut Search, samples: &[i16]) {
        search.push(samples, Some(&self.kept().prints));
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn find(&mut self, id: u64) -> Option<&mut Recording> {
        self.recordings.iter_mut().find(|r| r.id == id)
    }

    /// A place for audio that nobody has heard.
    fn unknown(
        &mut self,
        segments: &Arc<[Segment]>,
        rate: u64,
        at_ms: u64,
        silent_ms: u64,
    ) -> Place {
        let broken = self
            .recordings
            .iter()
            .filter(|recording| recording.is_waiting() && recording.pieces >= FEW_PIECES)
            .max_by_key(|recording| recording.left_nth);
        if let Some(recording) = broken {
            let passed = at_ms.saturating_sub(recording.began_ms);
            return Place {
                recording: recording.id,
                sample: passed * rate / 1000,
            };
        }
        let id = self.next;
        self.next += 1;
        let recording = Recording::new(id, Arc::clone(segments), at_ms, silent_ms);
        self.recordings.push_back(recording);
        if self.recordings.len() > MOST_RECORDINGS
            && let Some(oldest) = self.recordings.iter().position(|r| r.live == 0)
        {
            self.recordings.remove(oldest);
        }
        Place {
            recording: id,
            sample: 0,
        }
    }
}

impl Seat {
    /// Recording time of the session's first sample, in milliseconds.
    pub(crate) const fn offset_ms(&self) -> u64 {
        self.offset_ms
    }

    /// Which recording it is, from 0.
    pub(crate) const fn recording(&self) -> u64 {
        self.recording
    }

    /// Remembers the sound of pieces: hashes, and the sample of the session with which each begins.
    pub(crate) fn remember(&self, pieces: impl IntoIterator<Item = (u64, u64)>) {
        let mut kept = self.recordings.kept();
        let Kept {
            prints, recordings, ..
        } = &mut *kept;
        let Some(recording) = recordings.iter_mut().find(|r| r.id == self.recording) else {
            return;
        };
        for (hash, sample) in pieces {
            let sample = self.offset_samples + sample;
            if sample >= recording.printed {
                recording.printed = sample;
                recording.pieces += 1;
                let recording = recording.id;
                prints.insert(hash, Place { recording, sample });
            }
        }
    }

    /// Takes the frame that ends at `until_ms`.
    pub(crate) fn hear(&mut self, until_ms: u64, voiced: bool) -> Heard {
        let until_ms = self.offset_ms + until_ms;
        let mut kept = self.recordings.kept();
        let Some(recording) = kept.find(self.recording) else {
            return Heard::default();
        };
        let known = recording.words.len();
        if until_ms >= recording.heard_ms + FRAME_MS {
            recording.advance(until_ms, voiced);
        }
        let mut words = Vec::new();
        while let Some((said_ms, word)) = recording.words.get(self.next)
            && *said_ms <= until_ms
        {
            let time = if self.next < known {
                Time::Again
            } else {
                Time::First
            };
            self.next += 1;
            words.extend(own(word, self.offset_ms).map(|word| (word, time)));
        }
        let inside_word = recording
            .word_began(self.next, self.offset_ms, until_ms)
            .is_some();
        Heard { words, inside_word }
    }

    /// When the word that goes on at `at_ms` began.
    pub(crate) fn word_began_ms(&self, at_ms: u64) -> Option<u64> {
        let mut kept = self.recordings.kept();
        let recording = kept.find(self.recording)?;
        let began = recording.word_began(self.next, self.offset_ms, self.offset_ms + at_ms)?;
        Some(began.saturating_sub(self.offset_ms))
    }

    /// The words that go on are lost (11.9).
    pub(crate) fn lose_word(&mut self, at_ms: u64) {
        let at_ms = self.offset_ms + at_ms;
        let mut kept = self.recordings.kept();
        let Some(recording) = kept.find(self.recording) else {
            return;
        };
        if at_ms >= recording.heard_ms {
            recording.hearing.lose_word();
        }
        while let Some((_, word)) = recording.words.get(self.next)
            && word.start_ms < at_ms
        {
            self.next += 1;
        }
    }

    /// The audio is over: what its last segment still holds was said, where little of the segment is missing.
    pub(crate) fn finish(&mut self, until_ms: u64) -> Vec<ScriptWord> {
        let mut kept = self.recordings.kept();
        let Some(recording) = kept.find(self.recording) else {
            return Vec::new();
        };
        let rest = recording.rest(self.next, self.offset_ms + until_ms);
        rest.iter()
            .filter_map(|word| own(word, self.offset_ms))
            .collect()
    }

    /// The session is over.
    pub(crate) fn leave(&mut self, leaving: Leaving) {
        if std::mem::replace(&mut self.left, true) {
            return;
        }
        let mut kept = self.recordings.kept();
        kept.leavings += 1;
        let nth = kept.leavings;
        if let Some(recording) = kept.find(self.recording) {
            recording.live = recording.live.saturating_sub(1);
            recording.left = Some(leaving);
            recording.left_nth = nth;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.leave(Leaving::BrokenOff);
    }
}

/// A word of a recording in the time of a session that began at `offset_ms` of it. Of a word that had begun before, nobody
/// hears what it was.
fn own(word: &ScriptWord, offset_ms: u64) -> Option<ScriptWord> {
    Some(ScriptWord {
        start_ms: word.start_ms.checked_sub(offset_ms)?,
        end_ms: word.end_ms.saturating_sub(offset_ms),
        ..word.clone()
    })
}

impl fmt::Debug for Recordings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recordings({})", self.kept().recordings.len())
    }
}

#[cfg(test)]
mod tests;
