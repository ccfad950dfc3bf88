//! The two ends of a session.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::{FusedStream, Stream};
use therapy_scribe_core::{
    AudioFormat, AudioFrame, SttAudio, SttClosed, SttControl, SttEvent, audio::g711,
};
use therapy_scribe_transport::{Events, Handle};

use crate::{
    config::{ConfigError, ConfigUpdate, Encoding, SpeechModel},
    error::Error,
    protocol::{Control, Streaming},
};

/// Sends to a session. When the last clone is dropped without [`finish`](Self::finish), the session says goodbye.
#[derive(Debug, Clone)]
pub struct SttHandle {
    inner: Handle<Streaming>,
    session: Arc<OpenSession>,
}

/// What a session was opened with.
#[derive(Debug)]
pub(crate) struct OpenSession {
    pub(crate) encoding: Encoding,
    pub(crate) format: AudioFormat,
    pub(crate) model: SpeechModel,
    pub(crate) is_diarized: bool,
}

/// Frames are samples; the configuration promised the service something else.
pub(crate) const NEEDS_ENCODER: ConfigError = ConfigError::Conflict(
    "the configuration's encoding needs an encoder of the host's: use SttHandle::send_encoded, or choose PCM",
);
const NEEDS_FRAMES: ConfigError = ConfigError::Conflict(
    "the configuration's encoding is PCM: use SttHandle::send, which cuts it as the service needs it",
);
const OTHER_FORMAT: ConfigError =
    ConfigError::Conflict("a frame's format is not the one that the session was opened with");

/// What of the service's one message of 128 KB is left for encoded audio.
const LARGEST_MESSAGE: usize = 128 * 1024;

impl SttHandle {
    pub(crate) fn new(inner: Handle<Streaming>, session: OpenSession) -> Self {
        let session = Arc::new(session);
        Self { inner, session }
    }

    /// The format that frames must have.
    #[must_use]
    pub fn format(&self) -> AudioFormat {
        self.session.format
    }

    /// Sends a frame of any length; what goes over the wire is cut to 100 ms. Waits while the service is slower than
    /// the source: 3.2 s are queued. Cancel safe: a dropped call has sent nothing.
    ///
    /// # Errors
    /// [`Error::ClosedEarly`] when the session takes no more, its events say why; [`Error::Config`] for a frame of
    /// another format, or when the session was opened for encoded audio.
    pub async fn send(&self, frame: &AudioFrame) -> Result<(), Error> {
        if frame.format() != self.session.format {
            return Err(Error::Config(OTHER_FORMAT));
        }
        let bytes = match self.session.encoding {
            Encoding::PcmS16Le => frame.to_le_bytes(),
            Encoding::PcmMulaw => frame
                .samples()
                .iter()
                .map(|sample| g711::to_mulaw(*sample))
                .collect(),
            Encoding::Opus | Encoding::OggOpus | Encoding::Aac => {
                return Err(Error::Config(NEEDS_ENCODER));
            }
        };
        self.inner
            .send_audio(bytes)
            .await
            .map_err(|_| Error::ClosedEarly)
    }

    /// Sends what the host's own encoder made, as one message of at most 128 KB: a packet of Opus, a piece of Ogg or
    /// AAC.
    ///
    /// # Errors
    /// [`Error::MessageTooLarge`]; [`Error::ClosedEarly`] when the session takes no more; [`Error::Config`] when it was
    /// opened for PCM.
    pub async fn send_encoded(&self, bytes: Bytes) -> Result<(), Error> {
        if self.session.encoding.sample_bytes().is_some() {
            return Err(Error::Config(NEEDS_FRAMES));
        }
        if bytes.len() > LARGEST_MESSAGE {
            return Err(Error::MessageTooLarge);
        }
        self.inner
            .control(Control::Encoded(bytes))
            .await
            .map_err(|_| Error::ClosedEarly)
    }

    /// Changes the session from the next audio on. The service does not acknowledge it.
    ///
    /// # Errors
    /// [`Error::Config`] for what the service would end the session over, or would ignore on its model;
    /// [`Error::ClosedEarly`] when the session takes no more.
    pub async fn update(&self, update: ConfigUpdate) -> Result<(), Error> {
        let OpenSession {
            model, is_diarized, ..
        } = &*self.session;
        let update = update
            .for_session(model, *is_diarized)
            .map_err(Error::Config)?;
        self.inner
            .control(Control::Update(update))
            .await
            .map_err(|_| Error::ClosedEarly)
    }

    /// Settles the open turn and goes on. Do it rarely: forced in the middle of a phrase it costs words.
    ///
    /// # Errors
    /// [`SttClosed`].
    pub async fn finalize(&self) -> Result<(), SttClosed> {
        self.control(SttControl::Finalize).await
    }

    /// Resets the inactivity timeout without audio. Sending silence is better: it lets turns end.
    ///
    /// # Errors
    /// [`SttClosed`].
    pub async fn keep_alive(&self) -> Result<(), SttClosed> {
        self.inner
            .control(Control::KeepAlive)
            .await
            .map_err(|_| SttClosed::new())
    }

    /// Drains: what was sent is transcribed, the last turn and the last revision arrive, then the events end. Bounded to
    /// 30 s.
    ///
    /// # Errors
    /// [`SttClosed`].
    pub async fn finish(&self) -> Result<(), SttClosed> {
        self.control(SttControl::Finish).await
    }

    /// Says goodbye and ends within 3 s, without waiting for what is still to come.
    ///
    /// # Errors
    /// [`SttClosed`].
    pub async fn abort(&self) -> Result<(), SttClosed> {
        self.control(SttControl::Abort).await
    }

    async fn control(&self, control: SttControl) -> Result<(), SttClosed> {
        self.inner
            .control(Control::Session(control))
            .await
            .map_err(|_| SttClosed::new())
    }
}

#[async_trait]
impl SttAudio for SttHandle {
    async fn send(&mut self, frame: AudioFrame) -> Result<(), SttClosed> {
        Self::send(self, &frame).await.map_err(|_| SttClosed::new())
    }

    async fn control(&mut self, control: SttControl) -> Result<(), SttClosed> {
        Self::control(self, control).await
    }
}

/// What a session says. The first item is that the service is ready, the last is [`SttEvent::Closed`] or an error.
/// Dropping it has the session say goodbye within 3 s.
pub struct SttEvents {
    first: Option<SttEvent>,
    inner: Events<Streaming>,
}

impl SttEvents {
    pub(crate) const fn new(inner: Events<Streaming>) -> Self {
        Self { first: None, inner }
    }

    pub(crate) fn put_back(&mut self, event: SttEvent) {
        self.first = Some(event);
    }
}

impl Stream for SttEvents {
    type Item = Result<SttEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.first.take() {
            Some(event) => Poll::Ready(Some(Ok(event))),
            None => Pin::new(&mut self.inner).poll_next(cx),
        }
    }
}

impl FusedStream for SttEvents {
    fn is_terminated(&self) -> bool {
        self.first.is_none() && self.inner.is_terminated()
    }
}

impl fmt::Debug for SttEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
