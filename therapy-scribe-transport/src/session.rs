//! The two ends that a host holds: a handle to send, a stream to read.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_core::{FusedStream, Stream};
use tokio::sync::mpsc;

use crate::{Connector, Error, Protocol, WsRequest, driver::Driver, wire::Wire, ws};

/// How many things may wait between host and driver. At least one each, whatever is given.
///
/// ```
/// use therapy_scribe_transport::Queues;
///
/// let queues = Queues::default().audio(64); // 6.4 s at 100 ms each
/// assert_eq!((queues.audio, queues.items), (64, 64));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Queues {
    /// Audio messages. Default 32: 3.2 s at 100 ms each.
    pub audio: usize,
    /// Commands. Default 16.
    pub control: usize,
    /// Items for the reader. Default 64; beyond that they wait inside the machine, which coalesces them.
    pub items: usize,
}

impl Queues {
    /// With room for this many audio messages.
    #[must_use]
    pub const fn audio(mut self, messages: usize) -> Self {
        self.audio = messages;
        self
    }

    /// With room for this many commands.
    #[must_use]
    pub const fn control(mut self, commands: usize) -> Self {
        self.control = commands;
        self
    }

    /// With room for this many items.
    #[must_use]
    pub const fn items(mut self, items: usize) -> Self {
        self.items = items;
        self
    }
}

impl Default for Queues {
    fn default() -> Self {
        Self {
            audio: 32,
            control: 16,
            items: 64,
        }
    }
}

/// Opens a WebSocket and runs a protocol over it, in a task of its own on the current runtime.
///
/// The task closes the socket when the session ends, and at the latest [`ABANDON_LIMIT`](crate::ABANDON_LIMIT) after the
/// stream of items is dropped: the machine says goodbye first. Then it waits for its last items to be read, and ends.
///
/// Cancel safe: a dropped call leaves no connection and no task behind.
///
/// # Errors
/// [`Error::Origin`] and [`Error::Header`] for a request that can't be sent; [`Error::Connect`], [`Error::Tls`],
/// [`Error::ProxyRefused`], [`Error::Timeout`] and [`Error::Lost`] when there is no way to the service;
/// [`Error::Refused`] and [`Error::Protocol`] when it opens no session.
pub async fn connect<P: Protocol>(
    connector: &Connector,
    request: WsRequest,
    machine: P,
    queues: Queues,
) -> Result<(Handle<P>, Events<P>), Error> {
    let socket = ws::open(connector, &request).await?;
    let (audio_sender, audio) = mpsc::channel(queues.audio.max(1));
    let (control_sender, control) = mpsc::channel(queues.control.max(1));
    let (items, receiver) = mpsc::channel(queues.items.max(1));
    tokio::spawn(
        Driver {
            machine,
            wire: Wire::new(socket, connector.timeouts().write),
            audio,
            control,
            items,
        }
        .run(),
    );
    let handle = Handle {
        audio: audio_sender,
        control: control_sender,
    };
    Ok((
        handle,
        Events {
            items: receiver,
            ended: false,
        },
    ))
}

/// Sends to a session. When the last clone is dropped, the session takes in what was sent and says goodbye.
pub struct Handle<P: Protocol> {
    audio: mpsc::Sender<Bytes>,
    control: mpsc::Sender<P::Control>,
}

impl<P: Protocol> Handle<P> {
    /// Sends audio; waits while the service is slower than the source, or not ready yet. Cancel safe: a dropped call has
    /// sent nothing, and has lost its place in the line.
    ///
    /// # Errors
    /// [`Closed`] when the session is over.
    pub async fn send_audio(&self, audio: Bytes) -> Result<(), Closed> {
        self.audio.send(audio).await.map_err(|_| Closed)
    }

    /// Sends audio if there is room, and says whether there was.
    ///
    /// # Errors
    /// [`Closed`] when the session is over.
    pub fn try_send_audio(&self, audio: Bytes) -> Result<bool, Closed> {
        match self.audio.try_send(audio) {
            Ok(()) => Ok(true),
            Err(mpsc::error::TrySendError::Full(_)) => Ok(false),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(Closed),
        }
    }

    /// Gives a command, to be followed after all audio that was sent before. Cancel safe: a dropped call has given none.
    ///
    /// # Errors
    /// [`Closed`] when the session is over.
    pub async fn control(&self, control: P::Control) -> Result<(), Closed> {
        self.control.send(control).await.map_err(|_| Closed)
    }

    /// Whether the session is over; its last items may still wait to be read.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.control.is_closed()
    }
}

impl<P: Protocol> Clone for Handle<P> {
    fn clone(&self) -> Self {
        Self {
            audio: self.audio.clone(),
            control: self.control.clone(),
        }
    }
}

impl<P: Protocol> fmt::Debug for Handle<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("closed", &self.is_closed())
            .finish()
    }
}

/// The session is over; its items say why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the session is over")]
#[non_exhaustive]
pub struct Closed;

/// What a session says. The last item is one that [`Protocol::is_last`] calls so, if need be
/// [`Protocol::driver_lost`]; then the stream ends. Dropping it has the session say goodbye.
///
/// Cancel safe: a `next` that is dropped has taken nothing.
pub struct Events<P: Protocol> {
    items: mpsc::Receiver<P::Item>,
    ended: bool,
}

impl<P: Protocol> Stream for Events<P> {
    type Item = P::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let item = ready!(self.items.poll_recv(cx)).unwrap_or_else(P::driver_lost);
        self.ended = P::is_last(&item);
        Poll::Ready(Some(item))
    }
}

impl<P: Protocol> FusedStream for Events<P> {
    fn is_terminated(&self) -> bool {
        self.ended
    }
}

impl<P: Protocol> fmt::Debug for Events<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
