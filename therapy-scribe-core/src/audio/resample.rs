//! Sample-rate conversion with rubato.

use std::fmt;

use async_trait::async_trait;
use rubato::{Fft, FixedSync, Indexing, Resampler, audioadapter_buffers::owned::InterleavedOwned};

use super::{AudioError, AudioFormat, AudioFrame, AudioSource, SampleRate};

/// A source at another sample rate, band-limited. Made by
/// [`AudioSourceExt::resampled`](super::AudioSourceExt::resampled).
///
/// The filter's delay is taken out, so that times stay those of the inner source.
pub struct Resampled<S> {
    inner: S,
    format: AudioFormat,
    filter: Option<Fft<f32>>,
    held: Vec<f32>,
    /// Sample groups taken in and given out.
    taken: u64,
    given: u64,
    /// Groups at the front that are the filter's delay.
    delay: usize,
    ended: Option<Result<(), AudioError>>,
}

/// Groups of input that one step converts.
const STEP: usize = 1024;

impl<S: AudioSource> Resampled<S> {
    pub(super) fn new(inner: S, rate: SampleRate) -> Result<Self, AudioError> {
        let from = inner.format();
        let format = AudioFormat::new(rate, from.channels())?;
        let hertz = |rate: SampleRate| usize::try_from(rate.hertz()).unwrap_or(usize::MAX);
        let channels = usize::from(from.channels());
        let filter = if from.rate() == rate {
            None
        } else {
            let made = Fft::new(
                hertz(from.rate()),
                hertz(rate),
                STEP,
                channels,
                FixedSync::Input,
            );
            Some(made.map_err(|error| AudioError::Source(error.into()))?)
        };
        let delay = filter.as_ref().map_or(0, Resampler::output_delay);
        Ok(Self {
            inner,
            format,
            filter,
            held: Vec::new(),
            taken: 0,
            given: 0,
            delay,
            ended: None,
        })
    }

    #[cfg(feature = "mic")]
    pub(super) const fn inner_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Converts one step of what is held; at the end, silence fills the last one.
    fn convert(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        let channels = usize::from(self.format.channels());
        let Some(filter) = &mut self.filter else {
            return Ok(None);
        };
        let wanted = filter.input_frames_next();
        let there = self.held.len() / channels;
        let left = expected(self.taken, self.inner.format().rate(), self.format.rate())
            .saturating_sub(self.given);
        if there < wanted && (self.ended.is_none() || left == 0) {
            return Ok(None);
        }
        let take = there.min(wanted);
        let mut input: Vec<f32> = self.held.drain(..take * channels).collect();
        input.resize(wanted * channels, 0.0);
        let failed = |error: &dyn fmt::Display| AudioError::Source(error.to_string().into());
        let input = InterleavedOwned::new_from(input, channels, wanted).map_err(|e| failed(&e))?;
        let indexing = Indexing::new().partial_len(take);
        let output = filter
            .process(&input, Some(&indexing))
            .map_err(|e| failed(&e))?
            .take_data();
        let skip = self.delay.min(output.len() / channels);
        self.delay -= skip;
        let keep = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(output.len() / channels - skip);
        let samples: Vec<i16> = output
            .into_iter()
            .skip(skip * channels)
            .take(keep * channels)
            .map(to_sample)
            .collect();
        let start = self.format.rate().time_of(self.given);
        self.given += u64::try_from(keep).unwrap_or(0);
        Ok(Some(AudioFrame::new(self.format, start, samples)))
    }

    fn hold(&mut self, frame: &AudioFrame) {
        self.held.extend(
            frame
                .samples()
                .iter()
                .map(|sample| f32::from(*sample) / 32_768.0),
        );
        let groups = frame.samples().len() / usize::from(self.format.channels());
        self.taken += u64::try_from(groups).unwrap_or(0);
    }
}

#[async_trait]
impl<S: AudioSource> AudioSource for Resampled<S> {
    fn format(&self) -> AudioFormat {
        self.format
    }

    async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        if self.filter.is_none() {
            return self.inner.next_frame().await;
        }
        loop {
            match self.convert()? {
                Some(frame) if frame.samples().is_empty() => continue,
                Some(frame) => return Ok(Some(frame)),
                None => {}
            }
            if let Some(ended) = &mut self.ended {
                return std::mem::replace(ended, Ok(())).map(|()| None);
            }
            match self.inner.next_frame().await {
                Ok(Some(frame)) => self.hold(&frame),
                Ok(None) => self.ended = Some(Ok(())),
                Err(error) => self.ended = Some(Err(error)),
            }
        }
    }

    fn take_notice(&mut self) -> Option<crate::Notice> {
        self.inner.take_notice()
    }
}

impl<S: fmt::Debug> fmt::Debug for Resampled<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Resampled(to {}, {:?})", self.format, self.inner)
    }
}

/// How many groups come out of `taken`, rounded up.
fn expected(taken: u64, from: SampleRate, to: SampleRate) -> u64 {
    let groups = (u128::from(taken) * u128::from(to.hertz())).div_ceil(u128::from(from.hertz()));
    u64::try_from(groups).unwrap_or(u64::MAX)
}

fn to_sample(sample: f32) -> i16 {
    let scaled = (sample * 32_768.0).clamp(-32_768.0, 32_767.0);
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "clamped; not-a-number becomes 0"
    )]
    let sample = scaled as i16;
    sample
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MediaTime;

    /// A second of 440 Hz, in frames of 10 ms.
    struct Tone(std::vec::IntoIter<AudioFrame>);

    fn tone() -> Tone {
        let format = AudioFormat::mono(SampleRate::HZ_48000);
        let wave = |i: u16| {
            to_sample((f32::from(i) * 440.0 * std::f32::consts::TAU / 48_000.0).sin() * 0.5)
        };
        let frames = (0..100u16).map(|frame| {
            let samples: Vec<i16> = (frame * 480..(frame + 1) * 480).map(wave).collect();
            AudioFrame::new(
                format,
                MediaTime::from_millis(u64::from(frame) * 10),
                samples,
            )
        });
        Tone(frames.collect::<Vec<_>>().into_iter())
    }

    #[async_trait]
    impl AudioSource for Tone {
        fn format(&self) -> AudioFormat {
            AudioFormat::mono(SampleRate::HZ_48000)
        }

        async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError> {
            Ok(self.0.next())
        }
    }

    #[tokio::test]
    async fn a_second_stays_a_second_and_a_tone_a_tone() {
        let mut source = Resampled::new(tone(), SampleRate::HZ_16000).unwrap();
        let mut all: Vec<i16> = Vec::new();
        while let Some(frame) = source.next_frame().await.unwrap() {
            assert_eq!(
                frame.start(),
                SampleRate::HZ_16000.time_of(u64::try_from(all.len()).unwrap())
            );
            all.extend_from_slice(frame.samples());
        }
        assert_eq!(all.len(), 16_000);
        let crossings = all
            .windows(2)
            .filter(|pair| pair[0] < 0 && pair[1] >= 0)
            .count();
        assert!((438..=441).contains(&crossings), "{crossings} periods");
        let middle = &all[4000..12_000];
        let peak = middle.iter().map(|s| s.unsigned_abs()).max().unwrap();
        assert!((16_200..16_600).contains(&peak), "peak {peak}");
    }

    #[tokio::test]
    async fn the_same_rate_passes_through() {
        let mut source = Resampled::new(tone(), SampleRate::HZ_48000).unwrap();
        assert_eq!(
            source.next_frame().await.unwrap().unwrap().samples().len(),
            480
        );
    }
}
