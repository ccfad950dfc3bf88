//! Silence in place of what nobody may hear.

use std::{ops::Range, sync::Arc, time::Duration};

use async_trait::async_trait;

use super::{AudioError, AudioFormat, AudioFrame, AudioSource};
use crate::MediaTime;

/// A source with silence at given times. Made by [`AudioSourceExt::silenced`](super::AudioSourceExt::silenced).
#[derive(Debug)]
pub struct Silenced<S> {
    inner: S,
    /// In order of their begins.
    spans: Arc<[Range<MediaTime>]>,
}

impl<S> Silenced<S> {
    pub(super) fn new(inner: S, spans: impl IntoIterator<Item = Range<MediaTime>>) -> Self {
        let mut spans: Vec<_> = spans.into_iter().collect();
        spans.sort_by_key(|span| span.start);
        Self {
            inner,
            spans: spans.into(),
        }
    }

    fn silence(&self, frame: AudioFrame) -> AudioFrame {
        let (from, to) = (frame.start(), frame.end().plus(Duration::from_millis(1)));
        let touching = self
            .spans
            .iter()
            .filter(|span| span.start < to && span.end > from);
        let mut touching = touching.peekable();
        if touching.peek().is_none() {
            return frame;
        }
        let format = frame.format();
        let channels = usize::from(format.channels());
        // A sample belongs to the millisecond that it begins in, and all of that goes.
        let at = |time: MediaTime| format.rate().samples_in(time.since(from)) * channels;
        let mut samples = frame.samples().to_vec();
        for span in touching {
            let (first, last) = (
                at(span.start).min(samples.len()),
                at(span.end).min(samples.len()),
            );
            samples.get_mut(first..last).unwrap_or_default().fill(0);
        }
        AudioFrame::new(format, frame.start(), samples)
    }
}

#[async_trait]
impl<S: AudioSource> AudioSource for Silenced<S> {
    fn format(&self) -> AudioFormat {
        self.inner.format()
    }

    async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        let frame = self.inner.next_frame().await?;
        Ok(frame.map(|frame| self.silence(frame)))
    }

    fn take_notice(&mut self) -> Option<crate::Notice> {
        self.inner.take_notice()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AudioSourceExt, SampleRate, audio::WavSource};

    /// A stereo file of a second, in which every sample is 7.
    fn sevens() -> WavSource {
        let mut file = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x02\0".to_vec();
        file.extend(SampleRate::HZ_16000.hertz().to_le_bytes());
        file.extend(64_000_u32.to_le_bytes());
        file.extend(b"\x04\0\x10\0data");
        file.extend(64_000_u32.to_le_bytes());
        file.extend([7, 0].repeat(32_000));
        WavSource::from_reader(std::io::Cursor::new(file)).unwrap()
    }

    #[tokio::test]
    async fn just_the_spans_are_silent_whatever_frames_they_fall_into() {
        let span = |from, to| MediaTime::from_millis(from)..MediaTime::from_millis(to);
        for length in [7, 20, 333] {
            let spans = [span(990, 5000), span(100, 150), span(140, 200)];
            let mut source = sevens()
                .framed(Duration::from_millis(length))
                .silenced(spans);
            let mut heard = Vec::new();
            while let Some(frame) = source.next_frame().await.unwrap() {
                heard.extend(frame.samples().to_vec());
            }
            assert_eq!(heard.len(), 32_000);
            for (index, sample) in heard.iter().enumerate() {
                let millis = index / 2 / 16;
                let is_silent = (100..200).contains(&millis) || millis >= 990;
                assert_eq!(
                    *sample == 0,
                    is_silent,
                    "at {millis} ms in frames of {length}"
                );
            }
        }
    }
}
