//! Mixing down.

use async_trait::async_trait;

use super::{AudioError, AudioFormat, AudioFrame, AudioSource};

/// A source with one channel: the mean of all. Made by [`AudioSourceExt::mono`](super::AudioSourceExt::mono).
#[derive(Debug)]
pub struct Mono<S> {
    inner: S,
}

impl<S> Mono<S> {
    pub(super) const fn new(inner: S) -> Self {
        Self { inner }
    }
}

#[async_trait]
impl<S: AudioSource> AudioSource for Mono<S> {
    fn format(&self) -> AudioFormat {
        AudioFormat::mono(self.inner.format().rate())
    }

    async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        Ok(self.inner.next_frame().await?.map(|frame| mix(&frame)))
    }

    fn take_notice(&mut self) -> Option<crate::Notice> {
        self.inner.take_notice()
    }
}

fn mix(frame: &AudioFrame) -> AudioFrame {
    let channels = frame.format().channels();
    if channels == 1 {
        return frame.clone();
    }
    let mean = |group: &[i16]| {
        let sum: i32 = group.iter().copied().map(i32::from).sum();
        i16::try_from(sum / i32::from(channels)).unwrap_or_default()
    };
    let samples: Vec<i16> = frame
        .samples()
        .chunks_exact(usize::from(channels))
        .map(mean)
        .collect();
    AudioFrame::new(
        AudioFormat::mono(frame.format().rate()),
        frame.start(),
        samples,
    )
}

/// The same audio in another number of channels, each of which then has all of it.
#[cfg(feature = "mic")]
pub(super) fn spread(frame: &AudioFrame, format: AudioFormat) -> AudioFrame {
    if frame.format().channels() == format.channels() {
        return frame.clone();
    }
    let mixed = mix(frame);
    let copies = |sample: &i16| std::iter::repeat_n(*sample, usize::from(format.channels()));
    let samples: Vec<i16> = mixed.samples().iter().flat_map(copies).collect();
    AudioFrame::new(format, frame.start(), samples)
}
