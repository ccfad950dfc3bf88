//! The seam to speech services: what they take, what they say.

mod status;

use std::{fmt, time::Duration};

use async_trait::async_trait;
use futures_core::stream::BoxStream;

use crate::{
    AudioFormat, AudioFrame, BoxError, ConnectionId, Gap, MediaTime, Privacy, Relabel, Turn,
};

pub use status::{ConnectionStatus, Notice, Receipt, ServiceSession};

/// A streaming speech service.
///
/// One call of [`connect`](Self::connect) is one connection; it never reconnects by itself. A capture engine above it
/// decides when to connect again, replays audio and joins what comes back.
///
/// ```
/// use therapy_scribe_core::*;
///
/// /// Hears nothing, but politely.
/// #[derive(Debug)]
/// struct Deaf;
///
/// struct DeafAudio;
///
/// #[async_trait::async_trait]
/// impl SttAudio for DeafAudio {
///     async fn send(&mut self, _frame: AudioFrame) -> Result<(), SttClosed> { Ok(()) }
///     async fn control(&mut self, _control: SttControl) -> Result<(), SttClosed> { Ok(()) }
/// }
///
/// #[async_trait::async_trait]
/// impl SpeechToText for Deaf {
///     fn name(&self) -> &str { "deaf" }
///     fn privacy(&self) -> Privacy { Privacy::local() }
///     fn audio_format(&self, source: AudioFormat) -> AudioFormat { AudioFormat::mono(source.rate()) }
///     async fn connect(&self, _open: SttOpen) -> Result<SttConnection, SttFailure> {
///         let events = futures_util::stream::iter([Ok(SttEvent::Closed(SttStats::default()))]);
///         Ok(SttConnection::new(Box::new(DeafAudio), Box::pin(events)))
///     }
/// }
/// ```
#[async_trait]
pub trait SpeechToText: Send + Sync + fmt::Debug {
    /// The provider and model, for records and logs.
    fn name(&self) -> &str;

    /// Where the audio goes and how long it stays there.
    fn privacy(&self) -> Privacy;

    /// The audio it wants from a source of this format: the same rate where it takes that, else the nearest that it
    /// takes. Frames are converted to it before they are sent.
    fn audio_format(&self, source: AudioFormat) -> AudioFormat;

    /// How much audio one frame should hold.
    fn frame_length(&self) -> Duration {
        Duration::from_millis(100)
    }

    /// How much audio before the last final turn a new connection should hear again, so that its words and voices can be
    /// matched with those that are known.
    fn overlap(&self) -> Duration {
        Duration::from_secs(10)
    }

    /// Opens one connection, and returns once the service is ready for audio. Every time in its events is a recording
    /// time.
    ///
    /// Cancel safe: a dropped call leaves no connection behind.
    ///
    /// # Errors
    /// [`SttFailure`] when no connection came about.
    async fn connect(&self, open: SttOpen) -> Result<SttConnection, SttFailure>;
}

/// What a connection is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SttOpen {
    /// Its number in the recording; speakers and turns are named after it.
    pub connection: ConnectionId,
    /// The recording time of the first sample that will be sent on it.
    pub base: MediaTime,
    /// The format of every frame, as [`SpeechToText::audio_format`] asked for.
    pub format: AudioFormat,
}

impl SttOpen {
    /// A connection for audio that begins at `base`.
    #[must_use]
    pub const fn new(connection: ConnectionId, base: MediaTime, format: AudioFormat) -> Self {
        Self {
            connection,
            base,
            format,
        }
    }
}

/// An open connection: audio goes in on one side, events come out on the other.
///
/// Dropping either half asks the service politely to end the session.
#[non_exhaustive]
pub struct SttConnection {
    /// Where audio and commands go.
    pub audio: Box<dyn SttAudio>,
    /// What the service says. The last item is [`SttEvent::Closed`] or an error.
    pub events: BoxStream<'static, Result<SttEvent, SttFailure>>,
}

impl SttConnection {
    /// From its two halves.
    #[must_use]
    pub fn new(
        audio: Box<dyn SttAudio>,
        events: BoxStream<'static, Result<SttEvent, SttFailure>>,
    ) -> Self {
        Self { audio, events }
    }
}

impl fmt::Debug for SttConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SttConnection")
    }
}

/// The sending half of a connection.
#[async_trait]
pub trait SttAudio: Send {
    /// Sends a frame; waits while the service is slower than the source.
    ///
    /// Cancel safe: a dropped call has sent the frame or not.
    ///
    /// # Errors
    /// [`SttClosed`] once the connection takes no more audio; the events say why.
    async fn send(&mut self, frame: AudioFrame) -> Result<(), SttClosed>;

    /// Gives a command.
    ///
    /// # Errors
    /// [`SttClosed`] once the connection takes no more commands.
    async fn control(&mut self, control: SttControl) -> Result<(), SttClosed>;
}

/// A command to an open connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SttControl {
    /// Settle the open turn and go on.
    Finalize,
    /// Drain: no more audio, but everything said so far, revisions included; then the end.
    Finish,
    /// Say goodbye and end now.
    Abort,
}

/// The connection takes nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection to the speech service is closed; its events say why")]
#[non_exhaustive]
pub struct SttClosed;

impl SttClosed {
    /// The one value.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Default for SttClosed {
    fn default() -> Self {
        Self::new()
    }
}

/// What a speech service says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SttEvent {
    /// A turn in the making; the next event of the same turn replaces it.
    Partial(Turn),
    /// A turn, once.
    Final(Turn),
    /// Speakers of earlier turns changed.
    Revised(Vec<Relabel>),
    /// How the connection is.
    Status(ConnectionStatus),
    /// Audio that was lost.
    Gap(Gap),
    /// Something worth telling the host once. The session goes on.
    Notice(Notice),
    /// A message of a new type: never an error, kept for whoever wants it.
    Unknown(UnknownEvent),
    /// A message of a known type in a shape that it should not have: where, never what.
    Malformed(Malformed),
    /// The end; always the last.
    Closed(SttStats),
}

/// A message whose type this version does not know. `Debug` shows the type and a size.
#[derive(Clone, PartialEq, Eq)]
pub struct UnknownEvent {
    kind: String,
    raw: crate::Phi<String>,
}

impl UnknownEvent {
    /// A message of this type.
    pub fn new(kind: impl Into<String>, raw: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            raw: crate::Phi::new(raw.into()),
        }
    }

    /// Its type, as the service names it.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The message as it came.
    #[must_use]
    pub const fn raw(&self) -> &crate::Phi<String> {
        &self.raw
    }
}

impl fmt::Debug for UnknownEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnknownEvent({} bytes)", self.raw.expose().len())
    }
}

/// A message of a known type whose shape is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Malformed {
    /// The type.
    pub message: &'static str,
    /// The line in it, from 1.
    pub line: usize,
    /// The column in it, from 1.
    pub column: usize,
}

impl Malformed {
    /// A malformed message, and where.
    #[must_use]
    pub const fn new(message: &'static str, line: usize, column: usize) -> Self {
        Self {
            message,
            line,
            column,
        }
    }
}

/// What a connection was worth.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct SttStats {
    /// Audio that was sent.
    pub audio_sent: Duration,
    /// Audio that the service says it has heard; less than was sent means that some was lost on the way.
    pub audio_heard: Option<Duration>,
    /// Session time that the service bills, where it said so.
    pub billed: Option<Duration>,
    /// Messages of known types in wrong shapes.
    pub malformed: u64,
    /// Messages of unknown types.
    pub unknown: u64,
    /// Partials that a newer one replaced before the host read them.
    pub partials_skipped: u64,
    /// Whether the service said that the session is complete. Without that the last turn or revision may be missing.
    pub complete: bool,
}

/// Why a connection did not come about, or ended. The source never quotes the session.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct SttFailure {
    /// One sentence: what happened and what to do.
    pub message: String,
    /// What a capture engine should do about it.
    pub advice: RetryAdvice,
    /// The client's own error.
    #[source]
    pub source: Option<BoxError>,
}

impl SttFailure {
    /// A failure with what to do about it.
    pub fn new(message: impl Into<String>, advice: RetryAdvice, source: Option<BoxError>) -> Self {
        Self {
            message: message.into(),
            advice,
            source,
        }
    }
}

/// Whether another connection with the same parameters can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryAdvice {
    /// It can't: a wrong key, a refused parameter, an empty account.
    Never,
    /// It can, after at least this long.
    After(Duration),
}
