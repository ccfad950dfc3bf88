//! The clinician's audio on its way out: cut, paced, never in a burst (`voice-agent.md` 5).

use std::{collections::VecDeque, time::Duration};

use crate::{config::Encoding, wire};

/// One message.
pub(crate) const CHUNK: Duration = Duration::from_millis(50);
/// How far the audio that was sent may be ahead of the clock. The service bears a second.
const LEAD: Duration = Duration::from_millis(500);
/// How much waits here; the host waits beyond it, and what falls into a gap beyond it is lost.
const ROOM: usize = 10;

#[derive(Debug)]
pub(super) struct Uplink {
    buffer: VecDeque<u8>,
    chunk_bytes: usize,
    silence: u8,
    /// When all that was sent would have been spoken.
    spoken_by: Duration,
    pub(super) sent: Duration,
    pub(super) lost: Duration,
}

impl Uplink {
    pub(super) fn new(encoding: Encoding) -> Self {
        Self {
            buffer: VecDeque::new(),
            chunk_bytes: encoding.bytes_per_milli() * 50,
            silence: encoding.silence(),
            spoken_by: Duration::ZERO,
            sent: Duration::ZERO,
            lost: Duration::ZERO,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend(bytes);
    }

    pub(super) fn is_full(&self) -> bool {
        self.buffer.len() >= self.chunk_bytes * ROOM
    }

    /// When the next message may go.
    pub(super) fn due(&self) -> Option<Duration> {
        (self.buffer.len() >= self.chunk_bytes).then(|| self.next())
    }

    /// When the next message is given up, while there is nobody to hear it.
    pub(super) fn spills_at(&self) -> Option<Duration> {
        self.is_full().then(|| self.next())
    }

    /// The next message, once it may go; `deaf` puts silence in its place.
    pub(super) fn pop(&mut self, now: Duration, deaf: bool) -> Option<String> {
        let mut chunk = self.take(now)?;
        if deaf {
            chunk.fill(self.silence);
        }
        self.sent += CHUNK;
        Some(wire::audio(&chunk))
    }

    /// Gives up what is too old by the time somebody hears again.
    pub(super) fn spill(&mut self, now: Duration) {
        while self.is_full() && self.take(now).is_some() {
            self.lost += CHUNK;
        }
    }

    /// The service complained of the pace: what waits is dropped, and the next message goes when it is spoken.
    pub(super) fn re_anchor(&mut self, now: Duration) {
        while self.buffer.len() >= self.chunk_bytes {
            self.buffer.drain(..self.chunk_bytes);
            self.lost += CHUNK;
        }
        self.spoken_by = self.spoken_by.max(now + LEAD);
    }

    fn take(&mut self, now: Duration) -> Option<Vec<u8>> {
        if self.due().is_none_or(|due| due > now) {
            return None;
        }
        self.spoken_by = self.spoken_by.max(now) + CHUNK;
        Some(self.buffer.drain(..self.chunk_bytes).collect())
    }

    fn next(&self) -> Duration {
        (self.spoken_by + CHUNK).saturating_sub(LEAD)
    }
}
