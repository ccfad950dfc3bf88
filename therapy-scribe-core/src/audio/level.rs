//! How loud it is, so that a dead microphone is noticed.

use std::sync::{
    Arc,
    atomic::{AtomicU32, AtomicU64, Ordering},
};

use async_trait::async_trait;

use super::{AudioError, AudioFormat, AudioFrame, AudioSource};

/// The level of what passes a [`Metered`] source; readable from any thread.
#[derive(Debug, Default)]
pub struct LevelMeter {
    rms: AtomicU32,
    peak: AtomicU32,
    silent_ms: AtomicU64,
}

/// One reading of a [`LevelMeter`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Level {
    /// Root mean square of the last frame, 0 to 32 768.
    pub rms: u32,
    /// Greatest absolute sample of the last frame, 0 to 32 768.
    pub peak: u32,
    /// For how many milliseconds there has been nothing but zeros: a muted or unplugged microphone.
    pub silent_ms: u64,
}

impl LevelMeter {
    /// The level of the last frame.
    #[must_use]
    pub fn level(&self) -> Level {
        Level {
            rms: self.rms.load(Ordering::Relaxed),
            peak: self.peak.load(Ordering::Relaxed),
            silent_ms: self.silent_ms.load(Ordering::Relaxed),
        }
    }

    /// Takes a frame into account.
    pub fn measure(&self, frame: &AudioFrame) {
        let samples = frame.samples();
        let peak = samples
            .iter()
            .map(|s| u32::from(s.unsigned_abs()))
            .max()
            .unwrap_or(0);
        let energy: u64 = samples
            .iter()
            .map(|s| u64::from(s.unsigned_abs()).pow(2))
            .sum();
        let mean = energy
            .checked_div(u64::try_from(samples.len()).unwrap_or(u64::MAX))
            .unwrap_or(0);
        self.peak.store(peak, Ordering::Relaxed);
        self.rms.store(
            u32::try_from(mean.isqrt()).unwrap_or(u32::MAX),
            Ordering::Relaxed,
        );
        if peak == 0 {
            let millis = u64::try_from(frame.duration().as_millis()).unwrap_or(u64::MAX);
            self.silent_ms.fetch_add(millis, Ordering::Relaxed);
        } else {
            self.silent_ms.store(0, Ordering::Relaxed);
        }
    }
}

/// A source that is measured. Made by [`AudioSourceExt::metered`](super::AudioSourceExt::metered).
#[derive(Debug)]
pub struct Metered<S> {
    inner: S,
    meter: Arc<LevelMeter>,
}

impl<S> Metered<S> {
    pub(super) const fn new(inner: S, meter: Arc<LevelMeter>) -> Self {
        Self { inner, meter }
    }
}

#[async_trait]
impl<S: AudioSource> AudioSource for Metered<S> {
    fn format(&self) -> AudioFormat {
        self.inner.format()
    }

    async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        let frame = self.inner.next_frame().await?;
        if let Some(frame) = &frame {
            self.meter.measure(frame);
        }
        Ok(frame)
    }

    fn take_notice(&mut self) -> Option<crate::Notice> {
        self.inner.take_notice()
    }
}
