//! The socket as the loop sees it: a write never keeps it from being read.

use std::{
    io,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite;

use crate::{
    Error, Incoming, Outgoing,
    ws::{self, Socket},
};

/// How long a service may have something to say after a write failed: as a rule the reason why.
const LAST_WORDS: Duration = Duration::from_secs(1);

pub(crate) struct Wire {
    socket: Socket,
    write_limit: Duration,
    link: Link,
    /// When the write under way must be through.
    due: Option<Instant>,
}

/// What the socket is still good for.
enum Link {
    Open,
    /// Writing failed; what is left to read is read.
    Deaf(Error),
    /// The service has said goodbye. The library answers it while it is read on.
    Closing,
    Gone,
}

/// What a socket has to say.
pub(crate) enum Wired {
    Message(Incoming),
    Lost(Error),
    /// The write is through; there is room for the next.
    Sent,
}

impl Wire {
    pub(crate) const fn new(socket: Socket, write_limit: Duration) -> Self {
        Self {
            socket,
            write_limit,
            link: Link::Open,
            due: None,
        }
    }

    /// Whether a message can be given to [`begin`](Self::begin).
    pub(crate) const fn is_idle(&self) -> bool {
        self.due.is_none() || !matches!(self.link, Link::Open)
    }

    /// When [`overdue`](Self::overdue) is to be called.
    pub(crate) const fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Starts to send; [`next`](Self::next) goes on with it. A socket that is closed drops the message.
    pub(crate) fn begin(&mut self, message: Outgoing) {
        if !matches!(self.link, Link::Open) {
            return;
        }
        // The library holds one message or more, so that it is ready whenever a write is through.
        match self.socket.start_send_unpin(ws::outgoing(message)) {
            Ok(()) => self.due = Some(Instant::now() + self.write_limit),
            Err(error) => self.fail(error),
        }
    }

    /// Waits for a message, the end of the socket, or the end of a write. Cancel safe: the next call goes on.
    pub(crate) async fn next(&mut self) -> Wired {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    /// The time of [`due`](Self::due) has come: the connection has failed.
    pub(crate) fn overdue(&mut self) -> Error {
        self.due = None;
        match std::mem::replace(&mut self.link, Link::Gone) {
            Link::Deaf(error) => error,
            Link::Open | Link::Closing | Link::Gone => Error::Timeout {
                doing: "sending",
                after: self.write_limit,
            },
        }
    }

    /// Sends what is left and a close frame, at most for `limit`; then waits as long for the service to hang up, since a
    /// socket that is dropped with unread bytes may take back what was sent last.
    pub(crate) async fn close(&mut self, rest: Vec<Outgoing>, limit: Duration) {
        let goodbye = async {
            for message in rest {
                if self.socket.send(ws::outgoing(message)).await.is_err() {
                    break;
                }
            }
            // An error says that it is closed already.
            let _ = self.socket.close(None).await;
            while let Some(Ok(_)) = self.socket.next().await {}
        };
        if matches!(self.link, Link::Open | Link::Closing) {
            let _ = timeout(limit, goodbye).await;
        }
        self.link = Link::Gone;
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Wired> {
        let sent = matches!(self.link, Link::Open) && self.due.is_some() && self.poll_write(cx);
        loop {
            if matches!(self.link, Link::Gone) {
                return Poll::Pending;
            }
            match self.socket.poll_next_unpin(cx) {
                Poll::Ready(Some(Ok(message))) => {
                    if let Some(message) = self.take(message) {
                        return Poll::Ready(Wired::Message(message));
                    }
                }
                Poll::Ready(end) => {
                    if let Some(error) = self.end(end.and_then(Result::err)) {
                        return Poll::Ready(Wired::Lost(error));
                    }
                }
                Poll::Pending if sent => return Poll::Ready(Wired::Sent),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Goes on with a write; says whether it is over.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> bool {
        match self.socket.flush().poll_unpin(cx) {
            Poll::Ready(Ok(())) => self.due = None,
            Poll::Ready(Err(error)) => self.fail(error),
            Poll::Pending => return false,
        }
        true
    }

    fn fail(&mut self, error: tungstenite::Error) {
        // After a close frame the library takes no more; what it still reads is delivered all the same.
        if is_after_close(&error) {
            self.due = None;
        } else {
            self.link = Link::Deaf(ws::scrub(error));
            self.due = Some(Instant::now() + LAST_WORDS);
        }
    }

    fn take(&mut self, message: tungstenite::Message) -> Option<Incoming> {
        let message = ws::incoming(message)?;
        if matches!(message, Incoming::Close { .. }) {
            self.link = Link::Closing;
            self.due = None;
        }
        Some(message)
    }

    /// Nothing more can be read. A goodbye that was said makes it no loss.
    fn end(&mut self, error: Option<tungstenite::Error>) -> Option<Error> {
        self.due = None;
        let eof = || Error::Lost(io::ErrorKind::UnexpectedEof.into());
        match std::mem::replace(&mut self.link, Link::Gone) {
            Link::Open => Some(error.map_or_else(eof, ws::scrub)),
            Link::Deaf(failed) => Some(failed),
            Link::Closing | Link::Gone => None,
        }
    }
}

const fn is_after_close(error: &tungstenite::Error) -> bool {
    use tungstenite::{Error as Theirs, error::ProtocolError::SendAfterClosing};
    matches!(
        error,
        Theirs::ConnectionClosed | Theirs::AlreadyClosed | Theirs::Protocol(SendAfterClosing)
    )
}
