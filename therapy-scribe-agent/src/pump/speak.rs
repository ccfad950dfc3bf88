//! From the agent to the sink.

use std::{future::Future, sync::Arc};

use therapy_scribe_core::{AudioFrame, audio::AudioSink};
use tokio::sync::{mpsc, watch};

use super::{AudioNotice, ear::Ear};
use crate::protocol::is_audible;

/// How many frames wait for a sink that is slow: 40 s of those of 10 ms that the service sends.
const QUEUE: usize = 4096;

/// Takes what the agent says. Dropping it has the rest be heard.
pub(super) struct Mouth {
    frames: mpsc::Sender<(u64, AudioFrame)>,
    /// Counts interruptions.
    epoch: watch::Sender<u64>,
    told: mpsc::Sender<AudioNotice>,
    drops: bool,
}

impl Mouth {
    /// Never waits: speech that finds no room is not heard.
    pub(super) fn play(&mut self, frame: AudioFrame) {
        let epoch = *self.epoch.borrow();
        match self.frames.try_send((epoch, frame)) {
            Ok(()) => self.drops = false,
            Err(mpsc::error::TrySendError::Full(_)) => {
                if !std::mem::replace(&mut self.drops, true) {
                    let _ = self.told.try_send(AudioNotice::SpeechDropped);
                }
            }
            // There is no sink, or it has failed, which was told.
            Err(mpsc::error::TrySendError::Closed(_)) => {}
        }
    }

    pub(super) fn flush(&self) {
        self.epoch.send_modify(|epoch| *epoch += 1);
    }
}

/// A mouth, and what has it heard.
pub(super) fn mouth(
    sink: Option<Box<dyn AudioSink>>,
    ear: Arc<Ear>,
    told: mpsc::Sender<AudioNotice>,
) -> (Mouth, impl Future<Output = ()> + Send) {
    let (frames, queue) = mpsc::channel(QUEUE);
    let (epoch, epochs) = watch::channel(0);
    let mouth = Mouth {
        frames,
        epoch,
        told: told.clone(),
        drops: false,
    };
    let speaking = async move {
        if let Some(sink) = sink {
            let speaker = Speaker {
                sink,
                queue,
                epochs,
                ear,
                told,
            };
            speaker.run().await;
        }
    };
    (mouth, speaking)
}

struct Speaker {
    sink: Box<dyn AudioSink>,
    queue: mpsc::Receiver<(u64, AudioFrame)>,
    epochs: watch::Receiver<u64>,
    ear: Arc<Ear>,
    told: mpsc::Sender<AudioNotice>,
}

impl Speaker {
    async fn run(mut self) {
        loop {
            let next = tokio::select! {
                biased;
                Ok(()) = self.epochs.changed() => {
                    self.flush();
                    continue;
                }
                next = self.queue.recv() => next,
            };
            let Some((epoch, frame)) = next else { break };
            if epoch < *self.epochs.borrow() {
                continue;
            }
            let is_audible = is_audible(frame.samples());
            if is_audible {
                self.ear.speaks(self.sink.queued() + frame.duration());
            }
            let played = tokio::select! {
                biased;
                Ok(()) = self.epochs.changed() => {
                    self.flush();
                    continue;
                }
                played = self.sink.play(&frame) => played,
            };
            self.remark();
            if let Err(error) = played {
                return self.fail(error).await;
            }
            if is_audible {
                self.ear.speaks(self.sink.queued());
            }
        }
        let drained = self.sink.drain().await;
        self.remark();
        if let Err(error) = drained {
            self.fail(error).await;
        }
    }

    fn flush(&mut self) {
        self.sink.flush();
        self.ear.hushes();
    }

    fn remark(&mut self) {
        while let Some(notice) = self.sink.take_notice() {
            let _ = self.told.try_send(AudioNotice::Remark(notice));
        }
    }

    async fn fail(self, error: therapy_scribe_core::AudioError) {
        self.ear.hushes();
        let _ = self.told.send(AudioNotice::SinkFailed(error)).await;
    }
}
