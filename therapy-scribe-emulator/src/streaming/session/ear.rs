//! Where a session listens: it finds its place in what the emulator has heard, and hears the script from there.

use std::sync::Arc;

use crate::{
    script::ScriptWord,
    streaming::recordings::{Decide, Heard, Leaving, Recordings, Search, Seat},
};

/// Times are the session's.
#[derive(Debug)]
pub(super) struct Ear {
    recordings: Arc<Recordings>,
    /// When the session opened, in the emulator's time.
    opened_ms: u64,
    /// When its first audio came, in its own.
    first_ms: Option<u64>,
    search: Search,
    seat: Option<Seat>,
}

impl Ear {
    pub(super) fn new(recordings: &Arc<Recordings>, opened_ms: u64, rate: u64) -> Self {
        Self {
            recordings: Arc::clone(recordings),
            opened_ms,
            first_ms: None,
            search: Search::new(rate),
            seat: None,
        }
    }

    /// Audio has come, of which `heard_ms` was heard before.
    pub(super) fn take(&mut self, samples: &[i16], heard_ms: u64, now_ms: u64) {
        if samples.is_empty() {
            return;
        }
        self.first_ms.get_or_insert(now_ms);
        if self.seat.is_some() {
            self.search.push(samples, None);
            self.remember();
        } else {
            self.recordings.compare(&mut self.search, samples);
            self.sit(heard_ms, Decide::WhenSure);
        }
    }

    /// It has to be known now where the audio is, of which so much was heard.
    pub(super) fn decide(&mut self, heard_ms: u64) {
        if self.seat.is_none() && self.first_ms.is_some() {
            self.sit(heard_ms, Decide::Now);
        }
    }

    /// Whether it is known what is said until then: nothing, or a known part of the script.
    pub(super) fn can_hear(&self, until_ms: u64) -> bool {
        self.seat.is_some() || self.first_ms.is_none() || until_ms <= self.search.quiet_ms()
    }

    pub(super) fn hear(&mut self, until_ms: u64, voiced: bool) -> Heard {
        let seat = self.seat.as_mut();
        seat.map_or_else(Heard::default, |seat| seat.hear(until_ms, voiced))
    }

    pub(super) fn word_began_ms(&self, at_ms: u64) -> Option<u64> {
        self.seat.as_ref()?.word_began_ms(at_ms)
    }

    pub(super) fn lose_word(&mut self, at_ms: u64) {
        if let Some(seat) = &mut self.seat {
            seat.lose_word(at_ms);
        }
    }

    pub(super) fn finish(&mut self, until_ms: u64) -> Vec<ScriptWord> {
        let seat = self.seat.as_mut();
        seat.map_or_else(Vec::new, |seat| seat.finish(until_ms))
    }

    pub(super) fn leave(&mut self, leaving: Leaving) {
        if let Some(seat) = &mut self.seat {
            seat.leave(leaving);
        }
    }

    /// Recording time of the first sample, and which recording it is.
    pub(super) fn place(&self) -> Option<(u64, u64)> {
        let seat = self.seat.as_ref()?;
        Some((seat.offset_ms(), seat.recording()))
    }

    fn sit(&mut self, heard_ms: u64, decide: Decide) {
        let at_ms = self.opened_ms + self.first_ms.unwrap_or(0);
        self.seat = self.recordings.seat(&self.search, at_ms, heard_ms, decide);
        self.remember();
    }

    fn remember(&mut self) {
        if let Some(seat) = &self.seat {
            seat.remember(self.search.take_pieces());
        }
    }
}
