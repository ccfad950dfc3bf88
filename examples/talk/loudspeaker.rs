//! Where the agent is heard.

#[cfg(feature = "mic")]
pub(crate) use with_devices::Loudspeaker;
#[cfg(not(feature = "mic"))]
pub(crate) use without::Loudspeaker;

#[cfg(feature = "mic")]
mod with_devices {
    use std::sync::Arc;

    use therapy_scribe::{
        AudioFormat, AudioFrame,
        audio::{AudioSink, SpeakerSink},
    };
    use tokio::sync::{Notify, mpsc};

    use crate::services::AnyError;

    /// So many frames wait at most, some 40 s.
    const WAITING: usize = 4096;

    /// Plays on a task of its own, so that nothing waits for it.
    pub(crate) struct Loudspeaker {
        frames: mpsc::Sender<AudioFrame>,
        flush: Arc<Notify>,
    }

    impl Loudspeaker {
        pub(crate) async fn open(format: AudioFormat) -> Result<Self, AnyError> {
            let sink = SpeakerSink::open_default(format).await?;
            let (frames, waiting) = mpsc::channel(WAITING);
            let flush = Arc::new(Notify::new());
            tokio::spawn(play(sink, waiting, Arc::clone(&flush)));
            Ok(Self { frames, flush })
        }

        pub(crate) fn play(&self, frame: AudioFrame) {
            let _ = self.frames.try_send(frame);
        }

        /// Somebody has interrupted.
        pub(crate) fn flush(&self) {
            self.flush.notify_one();
        }
    }

    async fn play(
        mut sink: SpeakerSink,
        mut frames: mpsc::Receiver<AudioFrame>,
        flush: Arc<Notify>,
    ) {
        let mut next = None;
        loop {
            let played = tokio::select! {
                biased;
                () = flush.notified() => {
                    next = None;
                    while frames.try_recv().is_ok() {}
                    sink.flush();
                    continue;
                }
                frame = frames.recv(), if next.is_none() => match frame {
                    Some(frame) => {
                        next = Some(frame);
                        continue;
                    }
                    None => return,
                },
                played = async { match &next {
                    Some(frame) => sink.play(frame).await,
                    None => std::future::pending().await,
                } } => played,
            };
            next = None;
            while let Some(notice) = sink.take_notice() {
                eprintln!("{}.", notice.text);
            }
            if let Err(error) = played {
                eprintln!("The agent is not heard any more: {error}.");
                return;
            }
        }
    }
}

#[cfg(not(feature = "mic"))]
mod without {
    use therapy_scribe::{AudioFormat, AudioFrame};

    use crate::services::AnyError;

    /// There is none.
    pub(crate) struct Loudspeaker;

    impl Loudspeaker {
        #[expect(clippy::unused_async, reason = "as with loudspeakers")]
        pub(crate) async fn open(_format: AudioFormat) -> Result<Self, AnyError> {
            Ok(Self)
        }

        pub(crate) fn play(&self, _frame: AudioFrame) {
            let _ = self;
        }

        pub(crate) fn flush(&self) {
            let _ = self;
        }
    }
}
