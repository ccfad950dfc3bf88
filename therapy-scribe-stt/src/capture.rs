//! Capturing a whole session: a source in, a transcript out.

mod align;
mod channel;
mod engine;
mod error;
mod event;
mod intake;
mod machine;
mod opens;
mod options;
mod patience;
mod ring;
mod seam;
mod shared;
#[cfg(test)]
mod simulation;
mod speech;
mod tape;

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_core::Stream;
use therapy_scribe_core::{
    Actor, AudioSource, AudioSourceExt, AuditEvent, ConnectionId, Correction, Role, SpeakerId,
    SpeechToText, Transcript,
    audio::{AudioRecorder, LevelMeter, STARVED_AFTER},
    roles::RoleReport,
};
use tokio::sync::mpsc;

pub use channel::Channel;
pub use error::CaptureError;
pub use event::{CaptureEvent, CaptureStats, FailedChannel, Session};
pub use options::CaptureOptions;

use engine::{Clock, Command, Engine, Plan};
use machine::{Limits, Part};
use opens::Gate;
use shared::Shared;

/// A session that is being captured.
///
/// It is a stream of [`CaptureEvent`]s; what they are about is in [`snapshot`](Self::snapshot). Reading late loses no
/// final, and not reading stops nothing. The last event is [`CaptureEvent::Closed`] or an error. Dropping it ends the
/// session at the service within 3 s.
///
/// ```text
/// AudioSource ─ mono, resampled, framed, paced ─▶ engine ─ frames ─▶ connection ─▶ service
///                                                  │  ▲
///     host ◀─ CaptureEvent ── assembler, roles ◀───┘  └── SttEvent ──┘
/// ```
pub struct Capture {
    shared: Arc<Shared>,
    /// One for each part: everybody in a room, or each participant of a call.
    commands: Vec<mpsc::Sender<Command>>,
    meters: Vec<Arc<LevelMeter>>,
}

impl Capture {
    /// Begins to capture, in a task on the current tokio runtime. The source is mixed down, brought to a rate that the
    /// service takes, and paced, so that a file is sent at the speed of speech.
    ///
    /// # Errors
    /// [`CaptureError::Rate`] when the service does not take the source's rate and the feature `resample` is off.
    /// Failures of the network or the service come as the last event.
    #[expect(
        clippy::unused_async,
        reason = "a later engine may have to wait for consent or storage before it begins"
    )]
    pub async fn start(
        speech: Arc<dyn SpeechToText>,
        source: impl AudioSource + 'static,
        mut options: CaptureOptions,
    ) -> Result<Self, CaptureError> {
        let shared = Arc::new(Shared::new(options.take_assembler(), 1));
        let recorder = options.recorder.take();
        let mut capture = Self::of(shared);
        let mut common = Common::new(speech, options, Part::WHOLE.of);
        capture.add(&mut common, Part::WHOLE, Box::new(source), recorder)?;
        Ok(capture)
    }

    /// Begins to capture a call in which each participant has a channel of their own, merged by time into one transcript
    /// whose roles are known. Each has its own connection: what one of them loses does not stop the others, and what
    /// they say at the same time is heard. The speech service should not be asked to tell voices apart
    /// ([`StreamingConfig::telehealth`](crate::StreamingConfig::telehealth)). At least one channel is needed; recorders
    /// stand at the [`Channel`]s, not in the options.
    ///
    /// All channels together open no more connections a minute than [`CaptureOptions::opens_a_minute`]. With more channels
    /// than that, the later ones wait for their turn, first come first: four of six begin at once, two after a minute.
    /// What is said meanwhile is kept as for a lost connection ([`CaptureOptions::keep`]) and sent then.
    ///
    /// A channel that fails for good ends alone: a notice tells of it at once and [`Session::failed`] at the end. The capture
    /// fails when all of them have.
    ///
    /// # Errors
    /// As [`start`](Self::start); [`CaptureError::Channels`] for none, or more than 16.
    #[expect(
        clippy::unused_async,
        reason = "a later engine may have to wait for consent or storage before it begins"
    )]
    pub async fn start_channels(
        speech: Arc<dyn SpeechToText>,
        channels: Vec<Channel>,
        mut options: CaptureOptions,
    ) -> Result<Self, CaptureError> {
        let of = u16::try_from(channels.len()).unwrap_or(u16::MAX);
        if !(1..=16).contains(&of) || options.recorder.is_some() {
            return Err(CaptureError::Channels);
        }
        let shared = Arc::new(Shared::new(options.take_assembler(), channels.len()));
        let mut capture = Self::of(shared);
        let mut common = Common::new(speech, options, of);
        for (index, channel) in (0..).zip(channels) {
            let speaker = SpeakerId::new(ConnectionId::new(index), 0);
            let part = Part {
                index,
                of,
                speaker: Some(speaker),
            };
            capture.assign_role(speaker, Some(channel.role));
            capture.add(&mut common, part, channel.source, channel.recorder)?;
        }
        Ok(capture)
    }

    const fn of(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            commands: Vec::new(),
            meters: Vec::new(),
        }
    }

    /// Adds a source with a connection of its own.
    fn add(
        &mut self,
        common: &mut Common,
        part: Part,
        source: Box<dyn AudioSource>,
        recorder: Option<Box<dyn AudioRecorder>>,
    ) -> Result<(), CaptureError> {
        let (speech, options) = (&common.speech, &common.options);
        let format = speech.audio_format(source.format());
        let Some(gate) = common.gates.next() else {
            return Err(CaptureError::Channels);
        };
        let plan = Plan {
            limits: Limits {
                keep: options.keep,
                format,
                overlap: speech.overlap(),
                session: options.session,
                // A machine that is busy for a moment starves no source, however fast a file is played.
                starved_after: STARVED_AFTER.mul_f64(common.clock.speed().max(1.0)),
                seed: options.seed.wrapping_add(part.index.into()),
                part,
            },
            clock: common.clock,
            gate,
            recorder,
        };
        let meter = Arc::new(LevelMeter::default());
        let source = to_rate(source.mono(), format.rate())?
            .metered(Arc::clone(&meter))
            .framed(speech.frame_length())
            .paced(options.speed);
        let (commands, receiver) = mpsc::channel(64);
        let shared = Arc::clone(&self.shared);
        let engine = Engine::new(
            Arc::clone(speech),
            Box::new(source),
            shared,
            receiver,
            format,
            plan,
        );
        tokio::spawn(engine.run());
        self.commands.push(commands);
        self.meters.push(meter);
        Ok(())
    }

    /// What is known now. Cheap; it never changes afterwards.
    #[must_use]
    pub fn snapshot(&self) -> Transcript {
        self.shared.snapshot()
    }

    /// The next event; `None` after the last. Cancel safe.
    pub async fn next(&mut self) -> Option<Result<CaptureEvent, CaptureError>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Ends the session and waits until everything said is in the transcript, revisions included: a few seconds. Where
    /// a connection was lost and audio still has to be sent again, it takes as long as that audio, and five minutes more
    /// at most. Waits too when the source has ended by itself. Cancel safe: the session goes on ending.
    ///
    /// # Errors
    /// [`CaptureError`] when capture failed and no event has said so yet. The transcript so far stays in
    /// [`snapshot`](Self::snapshot); a second call returns it as an incomplete session.
    pub async fn finish(&mut self) -> Result<Session, CaptureError> {
        // A closed queue means that it is over.
        for commands in &self.commands {
            let _ = commands.send(Command::Finish).await;
        }
        self.shared.ended().await;
        self.shared.session()
    }

    /// What is said from here on is not for the record: silence takes its place, the session goes on. The stretch is a
    /// [`Gap`](therapy_scribe_core::Gap) once it is over. Waits a moment when much else was asked for at once.
    pub async fn pause(&self) {
        for commands in &self.commands {
            let _ = commands.send(Command::Pause).await;
        }
    }

    /// What is said is for the record again.
    pub async fn resume(&self) {
        for commands in &self.commands {
            let _ = commands.send(Command::Resume).await;
        }
    }

    /// Says who a speaker is. It holds against whatever is found later; `None` takes it back.
    pub fn assign_role(&self, speaker: SpeakerId, role: Option<Role>) {
        self.shared.assign_role(speaker, role);
    }

    /// Puts right who is who, or who spoke in a span of turns. It holds against whatever is found later. The event is for the
    /// host's [`AuditSink`](therapy_scribe_core::AuditSink).
    #[must_use]
    pub fn correct(&self, by: Actor, correction: Correction) -> AuditEvent {
        self.shared.correct(by, correction)
    }

    /// Takes the last correction back; `None` when there is none.
    #[must_use]
    pub fn undo_correction(&self, by: Actor) -> Option<AuditEvent> {
        self.shared.undo_correction(by)
    }

    /// Who is who, how sure that is, what decided it, and spans in which two voices seem to be exchanged. It looks at the
    /// whole session.
    #[must_use]
    pub fn role_report(&self) -> RoleReport {
        self.shared.role_report()
    }

    /// Makes two voices one: every word of `from` is `to`'s, those to come as well.
    pub fn merge_speakers(&self, from: SpeakerId, to: SpeakerId) {
        self.shared.merge_speakers(from, to);
        // Only for matching voices after a reconnect; a full queue costs no more than a name to merge again.
        for commands in &self.commands {
            let _ = commands.try_send(Command::Merge { from, to });
        }
    }

    /// The level of the audio that was captured last; of several channels the loudest.
    #[must_use]
    pub fn level(&self) -> therapy_scribe_core::audio::Level {
        let levels = self.meters.iter().map(|meter| meter.level());
        levels.max_by_key(|level| level.peak).unwrap_or_default()
    }

    /// How much audio waits for the service.
    #[must_use]
    pub fn backlog(&self) -> Duration {
        self.shared.backlog()
    }
}

/// What all parts of a capture begin with.
struct Common {
    speech: Arc<dyn SpeechToText>,
    options: CaptureOptions,
    /// One for all, so that their times can be compared.
    clock: Clock,
    /// One for each part.
    gates: std::vec::IntoIter<Gate>,
}

impl Common {
    fn new(speech: Arc<dyn SpeechToText>, options: CaptureOptions, parts: u16) -> Self {
        Self {
            clock: Clock::start(options.speed),
            gates: Gate::for_parts(parts, options.opens_a_minute).into_iter(),
            speech,
            options,
        }
    }
}

impl Stream for Capture {
    type Item = Result<CaptureEvent, CaptureError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.shared.poll_event(cx)
    }
}

impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture")
            .field("transcript", &self.snapshot())
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "resample")]
fn to_rate(
    source: impl AudioSource + 'static,
    rate: therapy_scribe_core::SampleRate,
) -> Result<Box<dyn AudioSource>, CaptureError> {
    Ok(Box::new(
        source.resampled(rate).map_err(CaptureError::Source)?,
    ))
}

#[cfg(not(feature = "resample"))]
fn to_rate(
    source: impl AudioSource + 'static,
    rate: therapy_scribe_core::SampleRate,
) -> Result<Box<dyn AudioSource>, CaptureError> {
    let own = source.format().rate();
    if own == rate {
        Ok(Box::new(source))
    } else {
        Err(CaptureError::Rate {
            own: own.hertz(),
            wanted: rate.hertz(),
        })
    }
}
