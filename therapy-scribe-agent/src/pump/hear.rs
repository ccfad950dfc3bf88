//! From the source to the agent.

use std::{sync::Arc, time::Duration};

use therapy_scribe_core::{
    AudioFrame, AudioSource, AudioSourceExt, MediaTime, SampleRate,
    audio::{AudioFormat, STARVED_AFTER},
};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until, timeout},
};

use super::{AudioNotice, ear::Ear};
use crate::{AgentLine, error::Error};

/// How much goes at a time.
const FRAME: Duration = Duration::from_millis(50);

/// The source in the form that the session takes.
pub(super) fn fit(
    source: Box<dyn AudioSource>,
    wanted: AudioFormat,
) -> Result<Box<dyn AudioSource>, Error> {
    let source = to_rate(source.mono(), wanted.rate())?;
    Ok(Box::new(source.framed(FRAME)))
}

#[cfg(feature = "resample")]
fn to_rate(
    source: impl AudioSource + 'static,
    rate: SampleRate,
) -> Result<Box<dyn AudioSource>, Error> {
    let source = source.resampled(rate).map_err(Error::Audio)?;
    Ok(Box::new(source))
}

#[cfg(not(feature = "resample"))]
fn to_rate(
    source: impl AudioSource + 'static,
    rate: SampleRate,
) -> Result<Box<dyn AudioSource>, Error> {
    let (given, wanted) = (source.format(), AudioFormat::mono(rate));
    if given == wanted {
        Ok(Box::new(source))
    } else {
        Err(Error::Config(crate::ConfigError::Format { given, wanted }))
    }
}

/// Sends what is heard until the conversation is over.
pub(super) async fn hear(
    source: Box<dyn AudioSource>,
    line: Arc<dyn AgentLine>,
    ear: Arc<Ear>,
    told: mpsc::Sender<AudioNotice>,
) {
    let format = line.format();
    let nothing = AudioFrame::new(
        format,
        MediaTime::ZERO,
        vec![0; format.rate().samples_in(FRAME)],
    );
    let mut hearing = Hearing {
        source: Some(source),
        patience: STARVED_AFTER,
        next_silence: Instant::now(),
        told,
    };
    loop {
        let frame = hearing.next().await.unwrap_or_else(|| nothing.clone());
        let frame = if ear.is_deaf() { silent(&frame) } else { frame };
        if line.send(&frame).await.is_err() {
            return;
        }
    }
}

struct Hearing {
    /// `None` once it has ended or failed.
    source: Option<Box<dyn AudioSource>>,
    patience: Duration,
    /// When silence in the source's place is due.
    next_silence: Instant,
    told: mpsc::Sender<AudioNotice>,
}

impl Hearing {
    /// What is heard next; `None` for silence of the usual length.
    async fn next(&mut self) -> Option<AudioFrame> {
        let Some(source) = &mut self.source else {
            let due = self.next_silence.max(Instant::now());
            sleep_until(due).await;
            self.next_silence = due + FRAME;
            return None;
        };
        let heard = timeout(self.patience, source.next_frame()).await;
        while let Some(notice) = source.take_notice() {
            // Who does not read has no use for remarks.
            let _ = self.told.try_send(AudioNotice::Remark(notice));
        }
        let over = match heard {
            Ok(Ok(Some(frame))) => {
                self.patience = STARVED_AFTER;
                return Some(frame);
            }
            Err(_) => {
                self.patience = FRAME;
                return None;
            }
            Ok(Ok(None)) => AudioNotice::SourceEnded,
            Ok(Err(error)) => AudioNotice::SourceFailed(error),
        };
        self.source = None;
        let _ = self.told.send(over).await;
        None
    }
}

fn silent(frame: &AudioFrame) -> AudioFrame {
    AudioFrame::new(
        frame.format(),
        frame.start(),
        vec![0; frame.samples().len()],
    )
}
