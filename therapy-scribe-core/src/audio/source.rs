//! The seam to wherever audio comes from.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use super::{
    AudioError, AudioFormat, AudioFrame, LevelMeter, Metered, Mono, OneChannel, Paced, Reframed,
    Silenced,
};
use crate::Notice;

/// Delivers audio, frame by frame: a file, a microphone, a call.
///
/// ```
/// use therapy_scribe_core::*;
///
/// /// A second of silence.
/// struct Silence(bool);
///
/// #[async_trait::async_trait]
/// impl AudioSource for Silence {
///     fn format(&self) -> AudioFormat { AudioFormat::mono(SampleRate::HZ_16000) }
///     async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError> {
///         let first = std::mem::replace(&mut self.0, false);
///         Ok(first.then(|| AudioFrame::new(self.format(), MediaTime::ZERO, vec![0; 16_000])))
///     }
/// }
/// ```
#[async_trait]
pub trait AudioSource: Send {
    /// The format of every frame. It never changes.
    fn format(&self) -> AudioFormat;

    /// The next frame, or `None` at the end. Frames follow each other without holes; where the source lost audio, it
    /// delivers silence of the same length.
    ///
    /// Must be cancel safe: a dropped call loses no audio.
    ///
    /// # Errors
    /// [`AudioError`] when no more can be had; the caller stops then, and keeps what it got.
    async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError>;

    /// Something that a person should know, such as a microphone that was unplugged; each is told once. A source that
    /// wraps another passes on what that one has to say.
    fn take_notice(&mut self) -> Option<Notice> {
        None
    }
}

/// A source that delivers nothing for so long is starved: a capture then puts silence in its place, so that time goes on.
/// A source that was away for less puts in the silence itself.
pub const STARVED_AFTER: Duration = Duration::from_secs(3);

#[async_trait]
impl<S: AudioSource + ?Sized> AudioSource for Box<S> {
    fn format(&self) -> AudioFormat {
        (**self).format()
    }

    async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        (**self).next_frame().await
    }

    fn take_notice(&mut self) -> Option<Notice> {
        (**self).take_notice()
    }
}

/// What can be done to a source. Each step is a source again.
pub trait AudioSourceExt: AudioSource + Sized {
    /// Mixes all channels into one, each with the same weight.
    fn mono(self) -> Mono<Self> {
        Mono::new(self)
    }

    /// Takes one channel and leaves the others, counted from 0.
    ///
    /// # Errors
    /// [`AudioError::NoChannel`] when there are fewer.
    fn channel(self, index: u16) -> Result<OneChannel<Self>, AudioError> {
        OneChannel::new(self, index)
    }

    /// Cuts frames of this length, at least a millisecond; the last may be shorter.
    fn framed(self, length: Duration) -> Reframed<Self> {
        Reframed::new(self, length)
    }

    /// Holds each frame back until its time has come, as if it were recorded now: `speed` seconds of audio a second.
    /// A speed that is not a positive number is 1.
    fn paced(self, speed: f64) -> Paced<Self> {
        Paced::new(self, speed)
    }

    /// Measures the level of what passes.
    fn metered(self, meter: Arc<LevelMeter>) -> Metered<Self> {
        Metered::new(self, meter)
    }

    /// Puts silence in these stretches of the recording, as where a name was said. All of a span goes; leave a little around
    /// words, whose times are not exact.
    fn silenced(
        self,
        spans: impl IntoIterator<Item = std::ops::Range<crate::MediaTime>>,
    ) -> Silenced<Self> {
        Silenced::new(self, spans)
    }

    /// Converts to another sample rate.
    ///
    /// # Errors
    /// [`AudioError::Source`] when the pair of rates is out of the resampler's reach.
    #[cfg(feature = "resample")]
    fn resampled(self, rate: super::SampleRate) -> Result<super::Resampled<Self>, AudioError> {
        super::Resampled::new(self, rate)
    }
}

impl<S: AudioSource> AudioSourceExt for S {}
