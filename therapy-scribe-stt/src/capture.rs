//! Capturing a whole session: a source in, a transcript out.

mod align;
mod engine;
mod error;
mod event;
mod intake;
mod machine;
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
    AudioSource, AudioSourceExt, Role, SpeakerId, SpeechToText, Transcript, audio::LevelMeter,
};
use tokio::sync::mpsc;

pub use error::CaptureError;
pub use event::{CaptureEvent, CaptureStats, Session};
pub use options::CaptureOptions;

use engine::{Command, Engine, Plan};
use machine::Limits;
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
    commands: mpsc::Sender<Command>,
    meter: Arc<LevelMeter>,
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
        options: CaptureOptions,
    ) -> Result<Self, CaptureError> {
        let format = speech.audio_format(source.format());
        let plan = Plan {
            limits: Limits {
                keep: options.keep,
                opens_a_minute: options.opens_a_minute,
                format,
                overlap: speech.overlap(),
                session: options.session,
                seed: options.seed,
            },
            speed: if options.speed.is_finite() && options.speed > 0.0 {
                options.speed
            } else {
                1.0
            },
            recorder: options.recorder,
        };
        let meter = Arc::new(LevelMeter::default());
        let source = to_rate(source.mono(), format.rate())?
            .metered(Arc::clone(&meter))
            .framed(speech.frame_length())
            .paced(options.speed);
        let shared = Arc::new(Shared::new(options.mapper));
        let (commands, receiver) = mpsc::channel(16);
        let engine = Engine::new(
            speech,
            Box::new(source),
            Arc::clone(&shared),
            receiver,
            format,
            plan,
        );
        tokio::spawn(engine.run());
        Ok(Self {
            shared,
            commands,
            meter,
        })
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
        // A full queue holds an earlier end; a closed one means that it is over.
        let _ = self.commands.try_send(Command::Finish);
        self.shared.ended().await;
        self.shared.session()
    }

    /// What is said from here on is not for the record: silence takes its place, the session goes on. The stretch is a
    /// [`Gap`](therapy_scribe_core::Gap) once it is over. Waits a moment when much else was asked for at once.
    pub async fn pause(&self) {
        let _ = self.commands.send(Command::Pause).await;
    }

    /// What is said is for the record again.
    pub async fn resume(&self) {
        let _ = self.commands.send(Command::Resume).await;
    }

    /// Says who a speaker is. It holds against whatever is found later; `None` takes it back.
    pub fn assign_role(&self, speaker: SpeakerId, role: Option<Role>) {
        self.shared.assign_role(speaker, role);
    }

    /// Makes two voices one: every word of `from` is `to`'s, those to come as well.
    pub fn merge_speakers(&self, from: SpeakerId, to: SpeakerId) {
        self.shared.merge_speakers(from, to);
        // Only for matching voices after a reconnect; a full queue costs no more than a name to merge again.
        let _ = self.commands.try_send(Command::Merge { from, to });
    }

    /// The level of the audio that was captured last.
    #[must_use]
    pub fn level(&self) -> therapy_scribe_core::audio::Level {
        self.meter.level()
    }

    /// How much audio waits for the service.
    #[must_use]
    pub fn backlog(&self) -> Duration {
        self.shared.backlog()
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
