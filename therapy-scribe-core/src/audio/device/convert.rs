//! Another sample rate for audio that is pushed, where the resampler pulls.

use std::collections::VecDeque;

use async_trait::async_trait;
use futures_util::FutureExt;

use crate::{
    AudioError, AudioFormat, AudioFrame, AudioSource, AudioSourceExt, SampleRate, audio::Resampled,
};

/// Takes frames of one rate and gives frames of another, as far as the filter has seen enough.
#[derive(Debug)]
pub(super) struct Converter {
    rate: SampleRate,
    source: Resampled<Handed>,
}

impl Converter {
    pub(super) fn new(format: AudioFormat, rate: SampleRate) -> Result<Self, AudioError> {
        let handed = Handed {
            format,
            frames: VecDeque::new(),
            is_ended: false,
        };
        let source = handed.resampled(rate)?;
        Ok(Self { rate, source })
    }

    pub(super) fn take(&mut self, frame: &AudioFrame) {
        self.source.inner_mut().frames.push_back(frame.clone());
    }

    /// What can be had now.
    pub(super) fn next(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        match self.source.next_frame().now_or_never() {
            None => Ok(None),
            Some(Ok(None)) => self.clear().map(|()| None),
            Some(frame) => frame,
        }
    }

    /// Nothing more comes for now: the filter may give what it holds back. It begins anew after that.
    pub(super) fn finish(&mut self) {
        self.source.inner_mut().is_ended = true;
    }

    /// Forgets what was taken.
    pub(super) fn clear(&mut self) -> Result<(), AudioError> {
        *self = Self::new(self.source.inner_mut().format, self.rate)?;
        Ok(())
    }
}

/// Frames that are there already; it waits for ever when there are none.
#[derive(Debug)]
struct Handed {
    format: AudioFormat,
    frames: VecDeque<AudioFrame>,
    is_ended: bool,
}

#[async_trait]
impl AudioSource for Handed {
    fn format(&self) -> AudioFormat {
        self.format
    }

    async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        match self.frames.pop_front() {
            None if !self.is_ended => std::future::pending().await,
            frame => Ok(frame),
        }
    }
}
