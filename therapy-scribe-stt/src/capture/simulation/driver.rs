//! The same through the engine: real tasks and queues, time that does not pass by itself, and no sockets.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::StreamExt;
use therapy_scribe_core::{
    AudioError, AudioFormat, AudioFrame, AudioSource, MediaTime, Privacy, RetryAdvice, SampleRate,
    Smoothing, SpeechToText, SttAudio, SttClosed, SttConnection, SttControl, SttEvent, SttFailure,
    SttOpen, SttStats,
};
use tokio::sync::mpsc;

use super::{
    judge::Verdict,
    script::{Random, Script},
    service::{Mislabels, Service},
};
use crate::{Capture, CaptureEvent, CaptureOptions};

pub(super) const MINUTES: u64 = 10;
const SCHEDULES: u64 = 12;
pub(super) const FRAME_MS: u64 = 500;

/// A service that breaks where its schedule says.
#[derive(Debug)]
pub(super) struct Flaky {
    pub(super) script: Arc<Script>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    random: Random,
    labels: Mislabels,
    /// Recording times in milliseconds at which the connection breaks, and how many tries then fail.
    breaks: VecDeque<(u64, u64)>,
    refusals: u64,
    verdict: Verdict,
    opens: Vec<SttOpen>,
}

struct FlakyAudio {
    flaky: Arc<Flaky>,
    service: Service,
    events: mpsc::Sender<Result<SttEvent, SttFailure>>,
    broken: bool,
}

impl Flaky {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let script = Arc::new(Script::new(&mut random, MINUTES * 60_000));
        let mut breaks: Vec<_> = (0..=random.below(5))
            .map(|_| (random.below(MINUTES * 60_000), random.below(4)))
            .collect();
        breaks.sort_unstable();
        Self::of(random, script, breaks)
    }

    /// Breaks at these times, in order, and fails so many tries after each.
    pub(super) fn breaking(seed: u64, breaks: Vec<(u64, u64)>) -> Self {
        let mut random = Random::new(seed);
        let script = Arc::new(Script::new(&mut random, MINUTES * 60_000));
        Self::of(random, script, breaks)
    }

    fn of(mut random: Random, script: Arc<Script>, breaks: Vec<(u64, u64)>) -> Self {
        let state = State {
            labels: Mislabels::new(&mut random),
            random,
            breaks: breaks.into(),
            refusals: 0,
            verdict: Verdict::default(),
            opens: Vec::new(),
        };
        Self {
            script,
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn broke() -> SttFailure {
    let soon = RetryAdvice::After(Duration::from_millis(500));
    SttFailure::new("broke", soon, None)
}

/// The seam wants `&self`, and the connection an owner.
#[derive(Debug)]
pub(super) struct Shared(pub(super) Arc<Flaky>);

#[async_trait]
impl SpeechToText for Shared {
    fn name(&self) -> &'static str {
        "flaky"
    }

    fn privacy(&self) -> Privacy {
        Privacy::local()
    }

    fn audio_format(&self, source: AudioFormat) -> AudioFormat {
        source
    }

    fn frame_length(&self) -> Duration {
        Duration::from_millis(FRAME_MS)
    }

    fn overlap(&self) -> Duration {
        Duration::from_secs(15)
    }

    async fn connect(&self, open: SttOpen) -> Result<SttConnection, SttFailure> {
        let takes = self.0.state().random.below(1500);
        tokio::time::sleep(Duration::from_millis(takes)).await;
        let mut state = self.0.state();
        if state.refusals > 0 {
            state.refusals -= 1;
            return Err(broke());
        }
        state.opens.push(open);
        let service = Service::new(
            open.connection,
            open.base.as_millis(),
            state.labels,
            &mut state.random,
        );
        state.verdict.opened(&service);
        let (events, receiver) = mpsc::channel(1000);
        let audio = FlakyAudio {
            flaky: Arc::clone(&self.0),
            service,
            events,
            broken: false,
        };
        let events = futures_util::stream::unfold(receiver, |mut receiver| async {
            receiver.recv().await.map(|event| (event, receiver))
        });
        Ok(SttConnection::new(Box::new(audio), events.boxed()))
    }
}

impl FlakyAudio {
    async fn say(&self, event: SttEvent) -> Result<(), SttClosed> {
        self.flaky.state().verdict.heard(&event);
        let sent = self.events.send(Ok(event)).await;
        sent.map_err(|_| SttClosed::new())
    }
}

#[async_trait]
impl SttAudio for FlakyAudio {
    async fn send(&mut self, frame: AudioFrame) -> Result<(), SttClosed> {
        let until = frame.end().as_millis();
        let breaks = {
            let mut state = self.flaky.state();
            let due = state.breaks.front().is_some_and(|(at, _)| *at <= until);
            let refusals = due
                .then(|| state.breaks.pop_front())
                .flatten()
                .map(|(_, tries)| tries);
            state.refusals += refusals.unwrap_or(0);
            refusals.is_some()
        };
        self.broken |= breaks;
        if breaks {
            let _ = self.events.send(Err(broke())).await;
        }
        if self.broken {
            return Err(SttClosed::new());
        }
        for event in self.service.hear(&self.flaky.script, &frame) {
            self.say(event).await?;
        }
        Ok(())
    }

    async fn control(&mut self, control: SttControl) -> Result<(), SttClosed> {
        assert_eq!(control, SttControl::Finish);
        if let Some(last) = self.service.finish(&self.flaky.script) {
            self.say(last).await?;
        }
        if let Some(revised) = self.service.revise() {
            self.say(revised).await?;
        }
        let mut stats = SttStats::default();
        stats.complete = true;
        self.say(SttEvent::Closed(stats)).await?;
        self.flaky.state().verdict.settled(self.service.connection);
        Ok(())
    }
}

/// Silence of the right length; what is said is in the script.
pub(super) struct Silence {
    until: u64,
    end: u64,
    samples: Arc<[i16]>,
}

impl Silence {
    /// So many milliseconds of it.
    pub(super) fn new(end: u64) -> Self {
        Self {
            until: 0,
            end,
            samples: vec![1; 4000].into(),
        }
    }
}

#[async_trait]
impl AudioSource for Silence {
    fn format(&self) -> AudioFormat {
        AudioFormat::mono(SampleRate::HZ_8000)
    }

    async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        if self.until >= self.end {
            return Ok(None);
        }
        let start = MediaTime::from_millis(self.until);
        self.until += FRAME_MS;
        Ok(Some(AudioFrame::new(
            self.format(),
            start,
            Arc::clone(&self.samples),
        )))
    }
}

#[tokio::test(start_paused = true)]
async fn the_engine_keeps_every_word_and_every_voice_too() {
    for seed in 0..SCHEDULES {
        let flaky = Arc::new(Flaky::new(seed));
        let source = Silence::new(MINUTES * 60_000);
        let speech = Arc::new(Shared(Arc::clone(&flaky)));
        let options = CaptureOptions::new().seed(seed).smoothing(Smoothing::Off);
        let mut capture = Capture::start(speech, source, options).await.unwrap();
        let mut opened = 0;
        while let Some(event) = capture.next().await {
            let event = event.unwrap();
            let opens = flaky.state().opens.len();
            if opens > opened {
                let open = flaky.state().opens[opens - 1];
                opened = opens;
                flaky
                    .state()
                    .verdict
                    .connected(open.connection, open.base, &capture.snapshot());
            }
            assert!(
                !matches!(event, CaptureEvent::Gap(_)),
                "seed {seed}: {event:?}"
            );
        }
        let session = capture.finish().await.unwrap();
        let mut state = flaky.state();
        assert_eq!(
            state.opens.len(),
            1 + usize::try_from(session.stats.reconnects).unwrap()
        );
        let keep = Duration::from_secs(600);
        state
            .verdict
            .judge(&flaky.script, &session.transcript, keep);
        assert!(
            state.verdict.faults.is_empty(),
            "seed {seed}: {:#?}",
            state.verdict.faults
        );
    }
}

/// How a host may leave.
#[derive(Debug, Clone, Copy)]
enum Leave {
    Finish,
    Drop,
    /// Begins to finish, and loses patience.
    CancelFinish,
    /// Reads on until the source ends.
    Stay,
}

#[tokio::test(start_paused = true)]
async fn leaving_at_any_instant_ends_in_bounded_time_and_leaves_no_task() {
    let mut random = Random::new(5);
    let tasks = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    let before = tasks();
    for instant in 0..200 {
        let flaky = Arc::new(Flaky::new(instant));
        let source = Silence::new(120_000);
        let speech = Arc::new(Shared(Arc::clone(&flaky)));
        let mut capture = Capture::start(speech, source, CaptureOptions::new().seed(instant))
            .await
            .unwrap();
        let stay = Duration::from_millis(random.below(120_000));
        let reading = async { while capture.next().await.is_some() {} };
        let _ = tokio::time::timeout(stay, reading).await;
        let leave = match random.below(4) {
            0 => Leave::Finish,
            1 => Leave::Drop,
            2 => Leave::CancelFinish,
            _ => Leave::Stay,
        };
        let left = async {
            match leave {
                Leave::Finish => drop(capture.finish().await),
                Leave::Drop => {}
                Leave::CancelFinish => {
                    let patience = Duration::from_millis(random.below(2000));
                    let _ = tokio::time::timeout(patience, capture.finish()).await;
                }
                Leave::Stay => while capture.next().await.is_some() {},
            }
            drop(capture);
        };
        let limit = Duration::from_secs(30 * 60);
        let in_time = tokio::time::timeout(limit, left).await;
        assert!(in_time.is_ok(), "{instant}: {leave:?} does not end");
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_eq!(tasks(), before, "{instant}: {leave:?} leaves a task behind");
        // The engine was the only other owner: both halves of the connection are gone, which is the goodbye.
        assert_eq!(Arc::strong_count(&flaky), 1, "{instant}: {leave:?}");
    }
}
