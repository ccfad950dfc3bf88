//! What a vendor's rules look like to the loop that runs them.

use std::{fmt, time::Duration};

use bytes::Bytes;

use crate::Error;

/// A vendor's session rules, without sockets and clocks: messages, commands and time go in, messages and items come out.
///
/// All times are counted from the moment the socket opened. After every call the driver sends what
/// [`pop_outgoing`](Self::pop_outgoing) yields, hands on what [`pop_item`](Self::pop_item) yields when there is room, and
/// sleeps until [`deadline`](Self::deadline).
pub trait Protocol: Send + 'static {
    /// What the handle can ask for.
    type Control: Send + 'static;
    /// What the host reads; as a rule a `Result`.
    type Item: Send + 'static;

    /// The socket is open.
    fn on_open(&mut self, now: Duration) {
        let _ = now;
    }

    /// The host asks for something. Audio that it sent before has been delivered before.
    fn on_control(&mut self, now: Duration, control: Self::Control);

    /// The host sends audio.
    fn on_audio(&mut self, now: Duration, audio: Bytes);

    /// The service says something.
    fn on_incoming(&mut self, now: Duration, message: Incoming);

    /// The socket is gone without a goodbye: it broke, ended without a close frame, or did not take a write in time. Called
    /// once at most, and never after [`Incoming::Close`]; nothing can be sent after it. The session should be
    /// [done](Self::is_done) then: no one else will end it.
    fn on_lost(&mut self, now: Duration, error: Error);

    /// An end on the host's side was dropped; called once at most for each. Unless the session is ending already, it is
    /// time to say goodbye. Once the reader is gone, the socket is closed after
    /// [`ABANDON_LIMIT`](crate::ABANDON_LIMIT) in any case.
    fn on_abandoned(&mut self, now: Duration, end: HostEnd);

    /// The deadline has come.
    fn on_deadline(&mut self, now: Duration);

    /// When to call [`on_deadline`](Self::on_deadline); must move on after each call.
    fn deadline(&self) -> Option<Duration>;

    /// Whether audio can be taken now; while not, the host waits. What already waits in the queue (see
    /// [`Queues`](crate::Queues)) is given all the same before a command, and when the handles are dropped.
    fn wants_audio(&self) -> bool;

    /// Whether a command can be taken now.
    fn wants_control(&self) -> bool;

    /// The next message to send.
    fn pop_outgoing(&mut self) -> Option<Outgoing>;

    /// Whether an item waits.
    fn has_item(&self) -> bool;

    /// The next item.
    fn pop_item(&mut self) -> Option<Self::Item>;

    /// Whether the session is over. What [`pop_outgoing`](Self::pop_outgoing) still has is sent, the socket is closed, and
    /// the items that are left wait for the reader.
    fn is_done(&self) -> bool;

    /// The item that says that the driver itself was lost, as in a panic.
    fn driver_lost() -> Self::Item;

    /// Whether nothing can follow an item.
    fn is_last(item: &Self::Item) -> bool;
}

/// An end of a session that a host holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HostEnd {
    /// All handles.
    Handles,
    /// The stream of items.
    Reader,
}

/// A message from the service. `Debug` shows sizes and codes.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Incoming {
    /// Text.
    Text(Text),
    /// Bytes.
    Binary(Bytes),
    /// The answer to a ping.
    Pong,
    /// The end, with the service's reason. 1005 stands for "no code".
    #[non_exhaustive]
    Close {
        /// The code.
        code: u16,
        /// The reason; often empty. It may quote what was sent.
        reason: String,
    },
}

impl Incoming {
    /// A text, as tests and replays make one.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Text::from(text.into()))
    }

    /// An end.
    pub fn close(code: u16, reason: impl Into<String>) -> Self {
        Self::Close {
            code,
            reason: reason.into(),
        }
    }
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => text.fmt(f),
            Self::Binary(bytes) => write!(f, "Binary({} bytes)", bytes.len()),
            Self::Pong => f.write_str("Pong"),
            Self::Close { code, reason } => write!(f, "Close({code}, {} bytes)", reason.len()),
        }
    }
}

/// A message to the service. `Debug` shows sizes.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outgoing {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Bytes),
    /// A sign of life that the other end must answer.
    Ping,
    /// The end.
    Close,
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Binary(bytes) => write!(f, "Binary({} bytes)", bytes.len()),
            Self::Ping => f.write_str("Ping"),
            Self::Close => f.write_str("Close"),
        }
    }
}

/// A text as it came, without a copy. `Debug` shows its size.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Text(tokio_tungstenite::tungstenite::Utf8Bytes);

impl Text {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) const fn new(text: tokio_tungstenite::tungstenite::Utf8Bytes) -> Self {
        Self(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.as_str().len())
    }
}
