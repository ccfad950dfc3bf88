//! The ends of a pump, played by the tests.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::StreamExt;
use therapy_scribe_core::{
    AudioError, AudioFormat, AudioFrame, AudioSource, MediaTime, SampleRate, audio::AudioSink,
};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until, timeout},
};

use crate::{
    AgentCommand, AgentEvent, AgentFailure, AgentLine, AudioPump, PumpEvent, PumpEvents, ReplyId,
};

pub(super) type Events = PumpEvents<AgentFailure>;

pub(super) fn format() -> AudioFormat {
    AudioFormat::mono(SampleRate::new(24_000).unwrap())
}

/// So many milliseconds of this value.
pub(super) fn frame(value: i16, millis: usize) -> AudioFrame {
    AudioFrame::new(format(), MediaTime::ZERO, vec![value; 24 * millis])
}

pub(super) fn failed() -> AudioError {
    AudioError::Source("unplugged".into())
}

/// What a source does next.
pub(super) enum Next {
    Frame(AudioFrame),
    Fails,
    Ends,
    /// Delivers nothing for so long.
    Starves(Duration),
}

pub(super) struct Source(pub(super) AudioFormat, pub(super) Vec<Next>);

impl Source {
    /// One that never ends: a loud frame each 50 ms.
    pub(super) fn microphone() -> Microphone {
        Microphone(Instant::now())
    }
}

#[async_trait]
impl AudioSource for Source {
    fn format(&self) -> AudioFormat {
        self.0
    }

    async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        while let Some(Next::Starves(length)) = self.1.first() {
            // A call that is dropped goes on waiting from where it was.
            let until = Instant::now() + *length;
            let step = Duration::from_millis(10);
            sleep(step).await;
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                self.1.remove(0);
            } else {
                self.1[0] = Next::Starves(left);
            }
        }
        if self.1.is_empty() {
            return std::future::pending().await;
        }
        match self.1.remove(0) {
            Next::Frame(frame) => Ok(Some(frame)),
            Next::Fails => Err(failed()),
            _ => Ok(None),
        }
    }
}

pub(super) struct Microphone(Instant);

#[async_trait]
impl AudioSource for Microphone {
    fn format(&self) -> AudioFormat {
        format()
    }

    async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        let due = self.0 + Duration::from_millis(50);
        sleep_until(due).await;
        self.0 = due;
        Ok(Some(frame(7000, 50)))
    }
}

/// What the agent was sent: the first sample of each frame, and when.
#[derive(Default)]
pub(super) struct Line {
    pub(super) heard: Mutex<Vec<(Instant, i16, usize)>>,
}

#[async_trait]
impl AgentLine for Line {
    fn format(&self) -> AudioFormat {
        format()
    }

    async fn send(&self, frame: &AudioFrame) -> Result<(), AgentFailure> {
        let sample = frame.samples().first().copied().unwrap_or_default();
        let heard = (Instant::now(), sample, frame.samples().len());
        self.heard.lock().unwrap().push(heard);
        Ok(())
    }

    async fn command(&self, _: AgentCommand) -> Result<(), AgentFailure> {
        Ok(())
    }
}

/// A loudspeaker that holds 200 ms and plays at the speed of speech.
#[derive(Clone, Default)]
pub(super) struct Sink {
    pub(super) state: Arc<Mutex<Played>>,
}

#[derive(Default)]
pub(super) struct Played {
    /// The first sample of each frame that was taken.
    pub(super) taken: Vec<i16>,
    pub(super) flushes: usize,
    pub(super) drained: bool,
    pub(super) fails: bool,
    until: Option<Instant>,
}

impl Sink {
    pub(super) fn taken(&self) -> Vec<i16> {
        self.state.lock().unwrap().taken.clone()
    }

    fn until(&self) -> Instant {
        let now = Instant::now();
        self.state
            .lock()
            .unwrap()
            .until
            .map_or(now, |until| until.max(now))
    }
}

#[async_trait]
impl AudioSink for Sink {
    fn format(&self) -> AudioFormat {
        format()
    }

    async fn play(&mut self, frame: &AudioFrame) -> Result<(), AudioError> {
        let until = self.until() + frame.duration();
        {
            let mut state = self.state.lock().unwrap();
            if state.fails {
                return Err(failed());
            }
            state.taken.push(frame.samples()[0]);
            state.until = Some(until);
        }
        sleep_until(until - Duration::from_millis(200)).await;
        Ok(())
    }

    fn flush(&mut self) {
        let mut state = self.state.lock().unwrap();
        state.flushes += 1;
        state.until = None;
    }

    async fn drain(&mut self) -> Result<(), AudioError> {
        sleep_until(self.until()).await;
        self.state.lock().unwrap().drained = true;
        Ok(())
    }

    fn queued(&self) -> Duration {
        self.until().saturating_duration_since(Instant::now())
    }
}

/// The conversation's own end.
pub(super) struct Service {
    pub(super) line: Arc<Line>,
    says: mpsc::Sender<Result<AgentEvent, AgentFailure>>,
}

impl Service {
    pub(super) async fn says(&self, event: AgentEvent) {
        self.says.send(Ok(event)).await.unwrap();
    }

    /// So many frames of 10 ms of this value.
    pub(super) async fn speaks(&self, value: i16, frames: usize) {
        for _ in 0..frames {
            let reply = ReplyId::new("r");
            let frame = frame(value, 10);
            self.says(AgentEvent::Audio { reply, frame }).await;
        }
    }

    /// What was heard in this span, counted from `from`.
    pub(super) fn heard(&self, from: Instant, span: std::ops::Range<u64>) -> Vec<i16> {
        let at = |millis| from + Duration::from_millis(millis);
        let heard = self.line.heard.lock().unwrap();
        heard
            .iter()
            .filter(|(time, ..)| (at(span.start)..at(span.end)).contains(time))
            .map(|(_, sample, _)| *sample)
            .collect()
    }
}

pub(super) fn start(pump: AudioPump) -> (Service, Events) {
    let (says, events) = mpsc::channel(4096);
    let events = futures_util::stream::unfold(events, |mut events| async {
        events.recv().await.map(|event| (event, events))
    });
    let line = Arc::new(Line::default());
    let own: Arc<dyn AgentLine> = line.clone();
    let pumped = pump.start(own, events).unwrap();
    (Service { line, says }, pumped)
}

pub(super) async fn next(events: &mut Events) -> PumpEvent {
    let next = timeout(Duration::from_secs(60), events.next()).await;
    next.expect("an event comes")
        .expect("more events")
        .expect("no failure")
}

/// Lets so many milliseconds pass.
pub(super) async fn wait(millis: u64) {
    sleep(Duration::from_millis(millis)).await;
}
