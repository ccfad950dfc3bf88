//! Bytes into samples, samples into the levels of frames of 20 ms.

use std::{collections::VecDeque, fmt};

/// How bytes are samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    PcmS16Le,
    PcmMulaw,
    /// Opus, Ogg Opus, AAC: taken, not heard, and no part of the audio clock: there is no decoder here.
    Encoded,
}

/// The audio clock of a session, and the levels of its frames. Levels are kept instead of samples, so that five minutes of
/// backlog are small.
pub(crate) struct AudioClock {
    encoding: Encoding,
    rate: u64,
    /// The first half of a sample that a message cut.
    half: Option<u8>,
    samples: u64,
    /// Sum of squares of the frame that is not full, and its samples.
    energy: f64,
    filled: u32,
    frames: u64,
    levels: VecDeque<f64>,
    bytes: u64,
    /// Samples since they were last taken.
    fresh: Vec<i16>,
}

/// One frame: 20 ms.
pub(crate) const FRAME_MS: u64 = 20;

impl AudioClock {
    pub(crate) const fn new(encoding: Encoding, rate: u64) -> Self {
        Self {
            encoding,
            rate,
            half: None,
            samples: 0,
            energy: 0.0,
            filled: 0,
            frames: 0,
            levels: VecDeque::new(),
            bytes: 0,
            fresh: Vec::new(),
        }
    }

    /// How many samples a message of this many bytes has; `None` where bytes say nothing.
    pub(crate) fn samples_in(&self, bytes: usize) -> Option<u64> {
        let bytes = u64::try_from(bytes).ok()?;
        match self.encoding {
            Encoding::PcmS16Le => Some(bytes / 2),
            Encoding::PcmMulaw => Some(bytes),
            Encoding::Encoded => None,
        }
    }

    pub(crate) const fn rate(&self) -> u64 {
        self.rate
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes += u64::try_from(bytes.len()).unwrap_or(0);
        for byte in bytes {
            match (self.encoding, self.half.take()) {
                (Encoding::PcmS16Le, None) => self.half = Some(*byte),
                (Encoding::PcmS16Le, Some(low)) => self.sample(i16::from_le_bytes([low, *byte])),
                (Encoding::PcmMulaw, _) => self.sample(from_mulaw(*byte)),
                (Encoding::Encoded, _) => return,
            }
        }
    }

    /// The samples since the last call.
    pub(crate) fn take_samples(&mut self) -> Vec<i16> {
        std::mem::take(&mut self.fresh)
    }

    /// How much has been received, in milliseconds.
    pub(crate) fn received_ms(&self) -> u64 {
        (self.samples * 1000).checked_div(self.rate).unwrap_or(0)
    }

    pub(crate) const fn received_bytes(&self) -> u64 {
        self.bytes
    }

    /// The level of the next frame: root mean square, 0 to 32 768.
    pub(crate) fn pop(&mut self) -> Option<f64> {
        self.levels.pop_front()
    }

    /// Whether a level is there.
    pub(crate) fn waits(&self) -> bool {
        !self.levels.is_empty()
    }

    /// The audio is over: what is less than a frame becomes one.
    pub(crate) fn finish(&mut self) {
        if self.filled > 0 {
            self.end_frame();
        }
    }

    fn sample(&mut self, sample: i16) {
        self.samples += 1;
        self.fresh.push(sample);
        self.filled += 1;
        self.energy += f64::from(sample).powi(2);
        // Frames end where their time ends, so that no rate makes the clock drift.
        if self.samples * 1000 >= (self.frames + 1) * FRAME_MS * self.rate {
            self.end_frame();
        }
    }

    fn end_frame(&mut self) {
        self.levels
            .push_back((self.energy / f64::from(self.filled.max(1))).sqrt());
        self.frames += 1;
        self.energy = 0.0;
        self.filled = 0;
    }
}

impl fmt::Debug for AudioClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AudioClock({} samples)", self.samples)
    }
}

/// ITU-T G.711.
pub(crate) fn from_mulaw(code: u8) -> i16 {
    let code = !code;
    let (exponent, mantissa) = ((code >> 4) & 7, i16::from(code & 15));
    let magnitude = ((mantissa << 3) + 0x84) << exponent;
    let magnitude = magnitude - 0x84;
    if code & 0x80 == 0 {
        magnitude
    } else {
        -magnitude
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mulaw_covers_the_range() {
        let decoded = [0xff, 0x7f, 0x80, 0x00].map(from_mulaw);
        assert_eq!(decoded, [0, 0, 32_124, -32_124]);
    }

    #[test]
    fn the_clock_counts_samples_and_not_messages() {
        let mut clock = AudioClock::new(Encoding::PcmS16Le, 16_000);
        clock.push(&[0; 3199]);
        clock.push(&[0; 11]);
        assert_eq!(clock.received_ms(), 100);
        assert_eq!(clock.received_bytes(), 3210);
        assert_eq!(std::iter::from_fn(|| clock.pop()).count(), 5);
        clock.finish();
        assert_eq!(std::iter::from_fn(|| clock.pop()).count(), 1);
    }

    #[test]
    fn odd_rates_do_not_drift() {
        let mut clock = AudioClock::new(Encoding::PcmMulaw, 11_025);
        for _ in 0..600 {
            clock.push(&[0x80; 1103]);
        }
        let frames = std::iter::from_fn(|| clock.pop()).count();
        assert_eq!(
            u64::try_from(frames).unwrap() * FRAME_MS / 100,
            clock.received_ms() / 100
        );
    }

    #[test]
    fn a_sample_that_two_messages_share_is_whole() {
        let mut clock = AudioClock::new(Encoding::PcmS16Le, 8000);
        let pcm: Vec<u8> = std::iter::repeat_n(1000_i16.to_le_bytes(), 160)
            .flatten()
            .collect();
        let (first, rest) = pcm.split_at(77);
        clock.push(first);
        clock.push(rest);
        assert_eq!(clock.pop(), Some(1000.0));
    }
}
