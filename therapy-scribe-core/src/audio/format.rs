//! Sample rates, formats, frames.

use std::{fmt, num::NonZeroU16, sync::Arc, time::Duration};

use bytes::Bytes;

use super::AudioError;
use crate::MediaTime;

/// Samples a second and channel, in hertz: 1 to 384 000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SampleRate(u32);

impl SampleRate {
    /// Telephone.
    pub const HZ_8000: Self = Self(8_000);
    /// What speech services like best.
    pub const HZ_16000: Self = Self(16_000);
    /// Compact disc.
    pub const HZ_44100: Self = Self(44_100);
    /// What sound cards deliver.
    pub const HZ_48000: Self = Self(48_000);

    /// From a number of hertz.
    ///
    /// # Errors
    /// [`AudioError::SampleRate`] outside 1 to 384 000.
    pub const fn new(hertz: u32) -> Result<Self, AudioError> {
        if hertz == 0 || hertz > 384_000 {
            Err(AudioError::SampleRate(hertz))
        } else {
            Ok(Self(hertz))
        }
    }

    /// In hertz.
    #[must_use]
    pub const fn hertz(self) -> u32 {
        self.0
    }

    /// The time of this many samples of one channel, rounded down to a millisecond.
    #[must_use]
    pub fn time_of(self, samples: u64) -> MediaTime {
        let millis = u128::from(samples) * 1000 / u128::from(self.0);
        MediaTime::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
    }

    /// How many samples of one channel last at least this long: rounded up, since a frame that is a hair too short is
    /// refused by services and one that is a hair too long is not.
    #[must_use]
    pub fn samples_in(self, duration: Duration) -> usize {
        let samples = (duration.as_nanos() * u128::from(self.0)).div_ceil(1_000_000_000);
        usize::try_from(samples).unwrap_or(usize::MAX)
    }
}

/// Sample rate and channels. Samples are always signed 16-bit integers, channels interleaved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AudioFormat {
    rate: SampleRate,
    channels: NonZeroU16,
}

impl AudioFormat {
    /// One channel.
    #[must_use]
    pub const fn mono(rate: SampleRate) -> Self {
        Self {
            rate,
            channels: NonZeroU16::MIN,
        }
    }

    /// Several channels.
    ///
    /// # Errors
    /// [`AudioError::Channels`] outside 1 to 64.
    pub fn new(rate: SampleRate, channels: u16) -> Result<Self, AudioError> {
        match NonZeroU16::new(channels) {
            Some(count) if channels <= 64 => Ok(Self {
                rate,
                channels: count,
            }),
            _ => Err(AudioError::Channels(channels)),
        }
    }

    /// Samples a second and channel.
    #[must_use]
    pub const fn rate(self) -> SampleRate {
        self.rate
    }

    /// Channels, 1 to 64.
    #[must_use]
    pub const fn channels(self) -> u16 {
        self.channels.get()
    }
}

impl fmt::Display for AudioFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.channels.get() {
            1 => write!(f, "{} Hz mono", self.rate.0),
            channels => write!(f, "{} Hz with {channels} channels", self.rate.0),
        }
    }
}

/// A stretch of audio, cheap to clone. `Debug` shows its length and place, never samples.
#[derive(Clone, PartialEq, Eq)]
pub struct AudioFrame {
    format: AudioFormat,
    start: MediaTime,
    samples: Arc<[i16]>,
}

impl AudioFrame {
    /// Interleaved samples that begin at `start`. A last sample group that lacks channels is cut off.
    pub fn new(format: AudioFormat, start: MediaTime, samples: impl Into<Arc<[i16]>>) -> Self {
        let samples: Arc<[i16]> = samples.into();
        let ragged = samples.len() % usize::from(format.channels());
        let samples = match samples.get(..samples.len() - ragged) {
            Some(whole) if ragged > 0 => whole.into(),
            _ => samples,
        };
        Self {
            format,
            start,
            samples,
        }
    }

    /// The same audio at another place in the recording.
    #[must_use]
    pub const fn starting_at(mut self, start: MediaTime) -> Self {
        self.start = start;
        self
    }

    /// Its format.
    #[must_use]
    pub const fn format(&self) -> AudioFormat {
        self.format
    }

    /// When its first sample was recorded.
    #[must_use]
    pub const fn start(&self) -> MediaTime {
        self.start
    }

    /// The samples, channels interleaved.
    #[must_use]
    pub fn samples(&self) -> &[i16] {
        &self.samples
    }

    /// How long it lasts, rounded down to a millisecond.
    #[must_use]
    pub fn duration(&self) -> Duration {
        let groups = self.samples.len() / usize::from(self.format.channels());
        Duration::from_millis(
            self.format
                .rate
                .time_of(u64::try_from(groups).unwrap_or(u64::MAX))
                .as_millis(),
        )
    }

    /// When it ends.
    #[must_use]
    pub fn end(&self) -> MediaTime {
        self.start.plus(self.duration())
    }

    /// The samples as little-endian bytes, as services take them.
    #[must_use]
    pub fn to_le_bytes(&self) -> Bytes {
        let mut bytes = Vec::with_capacity(self.samples.len() * 2);
        for sample in self.samples.iter() {
            bytes.extend_from_slice(&sample.to_le_bytes());
        }
        Bytes::from(bytes)
    }
}

impl fmt::Debug for AudioFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "AudioFrame({} samples at {}, {})",
            self.samples.len(),
            self.start,
            self.format
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_length_rounds_up() {
        let rate = SampleRate::new(22_050).unwrap();
        assert_eq!(rate.samples_in(Duration::from_millis(50)), 1103);
    }

    #[test]
    fn impossible_rates_and_channels_are_refused() {
        assert!(matches!(SampleRate::new(0), Err(AudioError::SampleRate(0))));
        assert!(matches!(
            AudioFormat::new(SampleRate::HZ_8000, 0),
            Err(AudioError::Channels(0))
        ));
    }

    #[test]
    fn a_ragged_last_group_is_cut_off() {
        let stereo = AudioFormat::new(SampleRate::HZ_8000, 2).unwrap();
        assert_eq!(
            AudioFrame::new(stereo, MediaTime::ZERO, vec![1, 2, 3]).samples(),
            [1, 2]
        );
    }

    #[test]
    fn debug_shows_no_samples() {
        let frame = AudioFrame::new(
            AudioFormat::mono(SampleRate::HZ_8000),
            MediaTime::ZERO,
            vec![12345; 80],
        );
        assert!(!format!("{frame:?}").contains("12345"));
    }
}
