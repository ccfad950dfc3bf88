//! What the agent hears: a file, lines of a scripted clinician, or the microphone; and silence where there is nothing else.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use therapy_scribe::{
    AudioFrame, AudioSource, AudioSourceExt, MediaTime, agent::AgentHandle, audio::WavSource,
};
use tokio::{sync::mpsc, task::JoinHandle};

use crate::services::AnyError;

/// A source, if there is one.
pub(crate) type Hearing = Option<Box<dyn AudioSource>>;

pub(crate) async fn open(audio: Option<&Path>, mic: bool) -> Result<Hearing, AnyError> {
    if mic {
        return microphone().await;
    }
    match audio {
        Some(path) => Ok(Some(Box::new(WavSource::open(path)?.mono()))),
        None => Ok(None),
    }
}

#[cfg(feature = "mic")]
async fn microphone() -> Result<Hearing, AnyError> {
    let mic = therapy_scribe::audio::MicSource::open_default().await?;
    Ok(Some(Box::new(mic.mono())))
}

#[cfg(not(feature = "mic"))]
#[expect(clippy::unused_async, reason = "as with microphones")]
async fn microphone() -> Result<Hearing, AnyError> {
    Err("this program was built without microphones: run it with `--features mic`".into())
}

/// Sends what is heard. Dropping it ends that.
pub(crate) struct Feed {
    sources: mpsc::Sender<Box<dyn AudioSource>>,
    is_heard: Arc<AtomicBool>,
    task: JoinHandle<Result<(), AnyError>>,
}

impl Feed {
    pub(crate) fn start(handle: AgentHandle, hearing: Hearing) -> Self {
        let (sources, next) = mpsc::channel(1);
        let is_heard = Arc::new(AtomicBool::new(hearing.is_some()));
        let task = tokio::spawn(feed(handle, hearing, next, Arc::clone(&is_heard)));
        Self {
            sources,
            is_heard,
            task,
        }
    }

    /// Has something heard after what is being heard.
    pub(crate) fn hear(&self, source: Box<dyn AudioSource>) {
        self.is_heard.store(true, Ordering::Relaxed);
        let _ = self.sources.try_send(source);
    }

    /// Whether it is more than silence.
    pub(crate) fn is_heard(&self) -> bool {
        self.is_heard.load(Ordering::Relaxed)
    }

    /// Waits for what goes wrong with what is heard. Cancel safe.
    pub(crate) async fn failure(&mut self) -> AnyError {
        match (&mut self.task).await {
            Ok(Err(error)) => error,
            // It ended with the conversation, whose own events say why.
            _ => std::future::pending().await,
        }
    }

    /// Whether `failure` may be waited for still.
    pub(crate) fn is_running(&self) -> bool {
        !self.task.is_finished()
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Silence lets turns end, and a service that leads goes on.
async fn feed(
    handle: AgentHandle,
    first: Hearing,
    mut next: mpsc::Receiver<Box<dyn AudioSource>>,
    is_heard: Arc<AtomicBool>,
) -> Result<(), AnyError> {
    let format = handle.format();
    let samples = format.rate().samples_in(Duration::from_millis(50));
    let silence = AudioFrame::new(format, MediaTime::ZERO, vec![0; samples]);
    let mut source = first;
    loop {
        if let Some(source) = source.take() {
            let mut source = to_rate(source, format.rate())?;
            while let Some(frame) = source.next_frame().await? {
                if handle.send(&frame).await.is_err() {
                    return Ok(());
                }
                while let Some(notice) = source.take_notice() {
                    eprintln!("{}.", notice.text);
                }
            }
            is_heard.store(false, Ordering::Relaxed);
        }
        if handle.send(&silence).await.is_err() {
            return Ok(());
        }
        source = next.try_recv().ok();
    }
}

#[cfg(any(feature = "resample", feature = "mic"))]
fn to_rate(
    source: Box<dyn AudioSource>,
    rate: therapy_scribe::SampleRate,
) -> Result<Box<dyn AudioSource>, AnyError> {
    Ok(Box::new(source.resampled(rate)?))
}

#[cfg(not(any(feature = "resample", feature = "mic")))]
fn to_rate(
    source: Box<dyn AudioSource>,
    rate: therapy_scribe::SampleRate,
) -> Result<Box<dyn AudioSource>, AnyError> {
    if source.format().rate() == rate {
        return Ok(source);
    }
    Err(format!(
        "the audio has {} Hz and {} are needed: run with `--features resample`, or convert it",
        source.format().rate().hertz(),
        rate.hertz()
    )
    .into())
}
