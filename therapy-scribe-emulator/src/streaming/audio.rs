//! Bytes into samples, cut into frames of 20 ms.

/// How bytes are samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    PcmS16Le,
    PcmMulaw,
    /// Opus, Ogg Opus, AAC: taken, not heard.
    Encoded,
}

/// The audio clock of a session, and its frames.
#[derive(Debug)]
pub(crate) struct AudioClock {
    encoding: Encoding,
    rate: u64,
    held: Vec<u8>,
    samples: u64,
}

/// One frame: 20 ms.
pub(crate) const FRAME_MS: u64 = 20;

impl AudioClock {
    pub(crate) const fn new(encoding: Encoding, rate: u64) -> Self {
        Self {
            encoding,
            rate,
            held: Vec::new(),
            samples: 0,
        }
    }

    /// How long a message of this many bytes lasts, in tenths of a millisecond; `None` where bytes say nothing.
    pub(crate) fn length(&self, bytes: usize) -> Option<u64> {
        let samples = u64::try_from(bytes)
            .ok()?
            .checked_div(self.sample_bytes()?)?;
        (samples * 10_000).checked_div(self.rate)
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if let Some(width) = self.sample_bytes() {
            self.samples += u64::try_from(bytes.len()).unwrap_or(0) / width;
            self.held.extend_from_slice(bytes);
        }
    }

    /// How much has been received, in milliseconds.
    pub(crate) fn received_ms(&self) -> u64 {
        (self.samples * 1000).checked_div(self.rate).unwrap_or(0)
    }

    /// The next whole frame.
    pub(crate) fn pop(&mut self) -> Option<Vec<i16>> {
        let wanted = usize::try_from(self.rate * FRAME_MS / 1000 * self.sample_bytes()?).ok()?;
        if wanted == 0 || self.held.len() < wanted {
            return None;
        }
        let frame: Vec<u8> = self.held.drain(..wanted).collect();
        Some(match self.encoding {
            Encoding::PcmMulaw => frame.into_iter().map(from_mulaw).collect(),
            _ => frame
                .chunks_exact(2)
                .filter_map(|pair| pair.try_into().ok())
                .map(i16::from_le_bytes)
                .collect(),
        })
    }

    const fn sample_bytes(&self) -> Option<u64> {
        match self.encoding {
            Encoding::PcmS16Le => Some(2),
            Encoding::PcmMulaw => Some(1),
            Encoding::Encoded => None,
        }
    }
}

/// ITU-T G.711.
fn from_mulaw(code: u8) -> i16 {
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
        assert_eq!(
            (
                from_mulaw(0xff),
                from_mulaw(0x7f),
                from_mulaw(0x80),
                from_mulaw(0x00)
            ),
            (0, 0, 32_124, -32_124)
        );
    }

    #[test]
    fn the_clock_counts_samples_and_not_messages() {
        let mut clock = AudioClock::new(Encoding::PcmS16Le, 16_000);
        clock.push(&[0; 3200]);
        clock.push(&[0; 10]);
        assert_eq!(clock.received_ms(), 100);
        assert_eq!(clock.length(1600), Some(500));
        assert_eq!(std::iter::from_fn(|| clock.pop()).count(), 5);
    }
}
