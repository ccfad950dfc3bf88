//! A file as if it were spoken now.

use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, sleep_until};

use super::{AudioError, AudioFormat, AudioFrame, AudioSource};

/// A source that delivers each frame when it would have been recorded. Made by
/// [`AudioSourceExt::paced`](super::AudioSourceExt::paced).
#[derive(Debug)]
pub struct Paced<S> {
    inner: S,
    speed: f64,
    began: Option<Instant>,
    waiting: Option<AudioFrame>,
}

impl<S: AudioSource> Paced<S> {
    pub(super) fn new(inner: S, speed: f64) -> Self {
        let speed = if speed.is_finite() && speed > 0.0 {
            speed
        } else {
            1.0
        };
        Self {
            inner,
            speed,
            began: None,
            waiting: None,
        }
    }
}

#[async_trait]
impl<S: AudioSource> AudioSource for Paced<S> {
    fn format(&self) -> AudioFormat {
        self.inner.format()
    }

    async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        if self.waiting.is_none() {
            self.waiting = self.inner.next_frame().await?;
        }
        let Some(frame) = &self.waiting else {
            return Ok(None);
        };
        let began = *self.began.get_or_insert_with(Instant::now);
        // A frame exists once its last sample is recorded.
        let after = frame.end().since(crate::MediaTime::ZERO).as_secs_f64() / self.speed;
        let due = Duration::try_from_secs_f64(after)
            .ok()
            .and_then(|after| began.checked_add(after));
        if let Some(due) = due {
            sleep_until(due).await;
        }
        Ok(self.waiting.take())
    }

    fn take_notice(&mut self) -> Option<crate::Notice> {
        self.inner.take_notice()
    }
}
