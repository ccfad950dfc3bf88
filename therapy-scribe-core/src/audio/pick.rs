//! One channel of several.

use async_trait::async_trait;

use super::{AudioError, AudioFormat, AudioFrame, AudioSource};

/// One channel of a source, as where each participant of a call has their own. Made by
/// [`AudioSourceExt::channel`](super::AudioSourceExt::channel).
#[derive(Debug)]
pub struct OneChannel<S> {
    inner: S,
    index: usize,
}

impl<S: AudioSource> OneChannel<S> {
    pub(super) fn new(inner: S, index: u16) -> Result<Self, AudioError> {
        let channels = inner.format().channels();
        if index >= channels {
            return Err(AudioError::NoChannel { index, channels });
        }
        Ok(Self {
            inner,
            index: usize::from(index),
        })
    }
}

#[async_trait]
impl<S: AudioSource> AudioSource for OneChannel<S> {
    fn format(&self) -> AudioFormat {
        AudioFormat::mono(self.inner.format().rate())
    }

    async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        let format = self.format();
        let frame = self.inner.next_frame().await?;
        Ok(frame.map(|frame| {
            let channels = usize::from(frame.format().channels());
            let samples = frame.samples().iter().skip(self.index).step_by(channels);
            AudioFrame::new(format, frame.start(), samples.copied().collect::<Vec<_>>())
        }))
    }

    fn take_notice(&mut self) -> Option<crate::Notice> {
        self.inner.take_notice()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::audio::{AudioSourceExt, ChannelSource, SampleRate};

    #[tokio::test]
    async fn each_participant_is_heard_alone() {
        let format = AudioFormat::new(SampleRate::HZ_16000, 2).unwrap();
        for (index, expected) in [(0, vec![1, 3, 5]), (1, vec![2, 4, 6])] {
            let (mut pusher, source) = ChannelSource::new(format, Duration::from_secs(1));
            pusher.push(&[1, 2, 3, 4, 5, 6]).unwrap();
            let mut one = source.channel(index).unwrap();
            let frame = one.next_frame().await.unwrap().unwrap();
            assert_eq!(frame.samples(), expected);
            assert_eq!(frame.format(), AudioFormat::mono(SampleRate::HZ_16000));
        }
        let (_pusher, source) = ChannelSource::new(format, Duration::from_secs(1));
        assert!(source.channel(2).is_err());
    }
}
