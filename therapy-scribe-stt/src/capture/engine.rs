//! Runs the machine: source on one side, connections on the other.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use futures_core::stream::BoxStream;
use futures_util::StreamExt;
use therapy_scribe_core::{
    AudioError, AudioFormat, AudioFrame, AudioSource, ConnectionId, Notice, SpeakerId,
    SpeechToText, SttAudio, SttConnection, SttControl, SttEvent, SttFailure, SttOpen,
    audio::AudioRecorder,
};
use tokio::{sync::mpsc, time::Instant};

use super::{
    CaptureError, CaptureStats,
    machine::{Limits, Machine, Order},
    opens::Gate,
    shared::Shared,
    tape::Tape,
};

/// What the host asks for.
#[derive(Debug)]
pub(super) enum Command {
    Finish,
    Merge { from: SpeakerId, to: SpeakerId },
    Pause,
    Resume,
}

/// What the machine is told about its work.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) limits: Limits,
    pub(super) clock: Clock,
    pub(super) gate: Gate,
    pub(super) recorder: Option<Box<dyn AudioRecorder>>,
}

type Connecting = (ConnectionId, Opening);
type Opening =
    Pin<Box<dyn Future<Output = (ConnectionId, Result<SttConnection, SttFailure>)> + Send>>;

pub(super) struct Engine {
    speech: Arc<dyn SpeechToText>,
    source: Box<dyn AudioSource>,
    shared: Arc<Shared>,
    commands: mpsc::Receiver<Command>,
    format: AudioFormat,
    part: usize,
    clock: Clock,
    machine: Machine,
    connecting: Option<Connecting>,
    open: Option<Open>,
    /// The one before it, which says the rest.
    retiring: Option<Open>,
    tape: Option<Tape>,
    end: Option<(CaptureStats, Option<CaptureError>)>,
}

/// The time of all machines of a capture: it runs as fast as the audio does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    began: Instant,
    speed: f64,
}

impl Clock {
    /// Begins now. `speed` is in seconds of audio a second; what is no speed counts as life's.
    pub(super) fn start(speed: f64) -> Self {
        let is_speed = (0.001..=1000.0).contains(&speed);
        Self {
            began: Instant::now(),
            speed: if is_speed { speed } else { 1.0 },
        }
    }

    /// Seconds of audio a second.
    pub(super) const fn speed(self) -> f64 {
        self.speed
    }

    fn now(self) -> Duration {
        self.began.elapsed().mul_f64(self.speed)
    }

    /// Waits until the machine's time is `at`.
    async fn reach(self, at: Duration) {
        tokio::time::sleep_until(self.began + at.div_f64(self.speed)).await;
    }
}

/// A connection that is open. Sending has a task of its own, so that a service that takes audio slowly is still heard.
struct Open {
    connection: ConnectionId,
    feed: mpsc::Sender<Feed>,
    events: BoxStream<'static, Result<SttEvent, SttFailure>>,
}

impl Open {
    /// What it says next.
    async fn next(&mut self) -> (ConnectionId, Result<SttEvent, SttFailure>) {
        let item = self.events.next().await;
        (self.connection, item.unwrap_or_else(|| Err(vanished())))
    }
}

enum Feed {
    Audio(AudioFrame),
    Control(SttControl),
}

enum Wake {
    Frame(Result<Option<AudioFrame>, AudioError>),
    Connected(ConnectionId, Result<SttConnection, SttFailure>),
    Event(ConnectionId, Result<SttEvent, SttFailure>),
    /// The connection takes another frame.
    Room(mpsc::OwnedPermit<Feed>),
    Command(Option<Command>),
    Deadline,
}

/// Frames that wait between engine and sender: what is further back stays in the machine's ring, where it is counted.
const FEED: usize = 4;

impl Engine {
    pub(super) fn new(
        speech: Arc<dyn SpeechToText>,
        source: Box<dyn AudioSource>,
        shared: Arc<Shared>,
        commands: mpsc::Receiver<Command>,
        format: AudioFormat,
        plan: Plan,
    ) -> Self {
        let clock = plan.clock;
        Self {
            speech,
            source,
            shared,
            commands,
            format,
            part: usize::from(plan.limits.part.index),
            clock,
            machine: Machine::new(clock.now(), plan.limits, plan.gate),
            connecting: None,
            open: None,
            retiring: None,
            tape: plan.recorder.map(Tape::new),
            end: None,
        }
    }

    pub(super) async fn run(mut self) {
        // Whatever happens to this task, the host learns that it is over.
        let _told = TellEnd(self.part, Arc::clone(&self.shared));
        self.obey();
        while !self.machine.is_ended() {
            let wake = self.wait().await;
            self.handle(wake);
            self.hear_source();
            self.shared.set_backlog(self.part, self.machine.backlog());
            self.obey();
        }
        // The recording is safe before anybody is told that the capture is over.
        if let Some(tape) = self.tape.take() {
            let said = tape.finish().await;
            self.note(said);
        }
        let (stats, error) = self.end.take().unwrap_or_default();
        self.shared.end(self.part, stats, error);
    }

    fn record(&mut self, frame: AudioFrame) {
        if let Some(tape) = &mut self.tape {
            let said = tape.record(frame);
            self.note(said);
        }
    }

    /// What the source has to say, such as that it was unplugged.
    fn hear_source(&mut self) {
        while let Some(notice) = self.source.take_notice() {
            self.note(Some(notice));
        }
    }

    fn note(&self, notice: Option<Notice>) {
        if let Some(notice) = notice {
            self.shared.apply(&SttEvent::Notice(notice));
        }
    }

    async fn wait(&mut self) -> Wake {
        let (clock, now) = (self.clock, self.clock.now());
        let has_audio = self.machine.has_audio(now);
        // Audio that is due waits for room in the queue, not for time.
        let audio = self.machine.audio_at().filter(|_| !has_audio);
        let deadline = self.machine.deadline().into_iter().chain(audio).min();
        let room = self.open.as_ref().map(|open| open.feed.clone());
        tokio::select! {
            frame = self.source.next_frame(), if self.machine.wants_frames() => Wake::Frame(frame),
            (id, outcome) = maybe(self.connecting.as_mut().map(|(_, connecting)| connecting)) => Wake::Connected(id, outcome),
            (id, item) = maybe(self.open.as_mut().map(Open::next)) => Wake::Event(id, item),
            (id, item) = maybe(self.retiring.as_mut().map(Open::next)) => Wake::Event(id, item),
            Ok(permit) = maybe(room.map(mpsc::Sender::reserve_owned)), if has_audio => Wake::Room(permit),
            () = maybe(deadline.map(|at| clock.reach(at))) => Wake::Deadline,
            command = self.commands.recv() => Wake::Command(command),
        }
    }

    fn handle(&mut self, wake: Wake) {
        let now = self.clock.now();
        match wake {
            Wake::Frame(Ok(Some(frame))) => self.machine.on_frame(now, &frame),
            Wake::Frame(Ok(None)) => self.machine.on_source_end(now, Ok(())),
            Wake::Frame(Err(error)) => self.machine.on_source_end(now, Err(error)),
            Wake::Connected(connection, outcome) => {
                self.connecting = None;
                match outcome {
                    Ok(open) => self.opened(now, connection, open),
                    Err(failure) => self.machine.on_refused(now, connection, failure),
                }
            }
            Wake::Event(connection, item) => {
                if matches!(item, Ok(SttEvent::Closed(_)) | Err(_)) {
                    self.open.take_if(|open| open.connection == connection);
                    self.retiring.take_if(|open| open.connection == connection);
                }
                self.machine.on_event(now, connection, item);
            }
            Wake::Room(permit) => {
                if let Some(frame) = self.machine.pop_audio(now) {
                    permit.send(Feed::Audio(frame));
                }
            }
            Wake::Command(Some(Command::Finish)) => self.machine.on_finish(now),
            Wake::Command(Some(Command::Merge { from, to })) => self.machine.on_merge(from, to),
            Wake::Command(Some(Command::Pause)) => self.machine.on_pause(),
            Wake::Command(Some(Command::Resume)) => self.machine.on_resume(),
            Wake::Command(None) => self.machine.on_abort(),
            Wake::Deadline => self.machine.on_deadline(now),
        }
    }

    fn opened(&mut self, now: Duration, connection: ConnectionId, open: SttConnection) {
        let (feed, queue) = mpsc::channel(FEED);
        tokio::spawn(send_all(open.audio, queue));
        if let Some(before) = self.open.take() {
            self.retiring = Some(before);
        }
        self.open = Some(Open {
            connection,
            feed,
            events: open.events,
        });
        self.machine.on_connected(now, connection);
    }

    fn obey(&mut self) {
        while let Some(order) = self.machine.pop_order() {
            match order {
                Order::Connect { connection, base } => self.connect(connection, base),
                Order::Control {
                    connection,
                    control,
                } => self.control(connection, control),
                Order::Drop(connection) => self.let_go(connection),
                Order::Record(frame) => self.record(frame),
                Order::Apply(event) => self.shared.apply(&event),
                Order::Find(label, speaker) => self.shared.find_speaker(label, speaker),
                Order::End { stats, error } => self.end = Some((stats, error)),
            }
        }
    }

    fn connect(&mut self, connection: ConnectionId, base: therapy_scribe_core::MediaTime) {
        let speech = Arc::clone(&self.speech);
        let open = SttOpen::new(connection, base, self.format);
        let connecting = async move { (connection, speech.connect(open).await) };
        self.connecting = Some((connection, Box::pin(connecting)));
    }

    fn control(&mut self, connection: ConnectionId, control: SttControl) {
        let open = self.open.iter().chain(&self.retiring);
        let Some(open) = open.into_iter().find(|open| open.connection == connection) else {
            return;
        };
        // Sent from a task of its own: while the sender is busy with audio, the service must still be heard.
        let feed = open.feed.clone();
        tokio::spawn(async move { feed.send(Feed::Control(control)).await });
    }

    /// Dropping both halves is the goodbye; so is dropping an attempt to connect.
    fn let_go(&mut self, connection: ConnectionId) {
        self.open.take_if(|open| open.connection == connection);
        self.retiring.take_if(|open| open.connection == connection);
        self.connecting.take_if(|(id, _)| *id == connection);
    }
}

/// Sends until the queue is closed or the connection takes no more; its events then say why.
async fn send_all(mut audio: Box<dyn SttAudio>, mut queue: mpsc::Receiver<Feed>) {
    while let Some(next) = queue.recv().await {
        let sent = match next {
            Feed::Audio(frame) => audio.send(frame).await,
            Feed::Control(control) => audio.control(control).await,
        };
        if sent.is_err() {
            return;
        }
    }
}

async fn maybe<F: Future>(future: Option<F>) -> F::Output {
    match future {
        Some(future) => future.await,
        None => std::future::pending().await,
    }
}

fn vanished() -> SttFailure {
    SttFailure::new(
        "the connection ended without a word",
        therapy_scribe_core::RetryAdvice::After(Duration::from_millis(500)),
        None,
    )
}

/// Tells the host of an end that nobody else told.
struct TellEnd(usize, Arc<Shared>);

impl Drop for TellEnd {
    fn drop(&mut self) {
        let lost = Some(CaptureError::TaskLost);
        self.1.end(self.0, CaptureStats::default(), lost);
    }
}
