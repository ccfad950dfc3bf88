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
