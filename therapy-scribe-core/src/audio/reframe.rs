//! Frames of one length.

use std::{collections::VecDeque, time::Duration};

use async_trait::async_trait;

use super::{AudioError, AudioFormat, AudioFrame, AudioSource};

/// A source whose frames all have one length, but the last. Made by
/// [`AudioSourceExt::framed`](super::AudioSourceExt::framed).
///
/// Holds less than one frame of its own and at most one frame of the inner source.
#[derive(Debug)]
pub struct Reframed<S> {
    inner: S,
    /// Samples of a frame, all channels counted.
    length: usize,
    held: VecDeque<i16>,
    /// Samples of one channel that were delivered.
    delivered: u64,
    origin: Option<crate::MediaTime>,
    /// Set once the inner source has ended or failed; a failure is told after what came before it.
    ended: Option<Result<(), AudioError>>,
}

impl<S: AudioSource> Reframed<S> {
    pub(super) fn new(inner: S, length: Duration) -> Self {
        let format = inner.format();
        let groups = format
            .rate()
            .samples_in(length.max(Duration::from_millis(1)));
        let length = groups.saturating_mul(usize::from(format.channels()));
        Self {
            inner,
            length,
            held: VecDeque::new(),
            delivered: 0,
            origin: None,
            ended: None,
        }
    }

    fn cut(&mut self) -> Option<AudioFrame> {
        let take = self.length.min(self.held.len());
        if take == 0 || (take < self.length && self.ended.is_none()) {
            return None;
        }
        let format = self.inner.format();
        let samples: Vec<i16> = self.held.drain(..take).collect();
        let since = Duration::from_millis(format.rate().time_of(self.delivered).as_millis());
        let start = self.origin.unwrap_or_default().plus(since);
        self.delivered += u64::try_from(take / usize::from(format.channels())).unwrap_or(0);
        Some(AudioFrame::new(format, start, samples))
    }
}

#[async_trait]
impl<S: AudioSource> AudioSource for Reframed<S> {
    fn format(&self) -> AudioFormat {
        self.inner.format()
    }

    async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        loop {
            if let Some(frame) = self.cut() {
                return Ok(Some(frame));
            }
            if let Some(ended) = &mut self.ended {
                return std::mem::replace(ended, Ok(())).map(|()| None);
            }
            match self.inner.next_frame().await {
                Ok(Some(frame)) => {
                    self.origin.get_or_insert(frame.start());
                    self.held.extend(frame.samples());
                }
                Ok(None) => self.ended = Some(Ok(())),
                Err(error) => self.ended = Some(Err(error)),
            }
        }
    }

    fn take_notice(&mut self) -> Option<crate::Notice> {
        self.inner.take_notice()
    }
}
