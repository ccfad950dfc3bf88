//! How a connection ends, with manners and without.

use std::time::Duration;

use futures_util::StreamExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{sleep, timeout},
};
use tokio_tungstenite::{WebSocketStream, tungstenite::protocol::CloseFrame};

use super::line::Line;

/// For the client's answer to a close.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);
/// So that the part of a frame arrives before the reset does.
const RESET_AFTER: Duration = Duration::from_millis(5);
/// A text message of 256 bytes of which a few are there.
const PART_OF_A_FRAME: &[u8] = b"\x81\x7e\x01\x00{\"turn_order\":";

/// How a session's connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// After a close with this code, or the client's disappearance.
    Closed(u16),
    /// Gone.
    Dropped,
    /// Reset inside a frame.
    Reset,
    /// It stays, and nobody is there.
    HalfOpen,
}

impl Ending {
    /// The code that stands in the log.
    pub(crate) const fn code(self) -> u16 {
        match self {
            Self::Closed(code) => code,
            Self::Dropped | Self::Reset | Self::HalfOpen => 1006,
        }
    }
}

/// Ends the connection. `stopped` is when the emulator stops.
pub(crate) async fn end(
    mut socket: WebSocketStream<Line>,
    ending: Ending,
    stopped: impl Future<Output = ()>,
) {
    match ending {
        Ending::Closed(_) => {
            let _ = timeout(CLOSE_LIMIT, drain(socket)).await;
        }
        Ending::Dropped => {}
        Ending::Reset => {
            let line = socket.get_mut();
            line.release();
            let _ = timeout(CLOSE_LIMIT, line.write_all(PART_OF_A_FRAME)).await;
            sleep(RESET_AFTER).await;
            let _ = line.tcp().set_zero_linger();
        }
        Ending::HalfOpen => stopped.await,
    }
}

/// Sends a close, after what was held back.
pub(crate) async fn close(
    socket: &mut WebSocketStream<Line>,
    code: u16,
    reason: &'static str,
) -> Ending {
    let frame = CloseFrame {
        code: code.into(),
        reason: reason.into(),
    };
    socket.get_mut().release();
    let _ = timeout(CLOSE_LIMIT, socket.close(Some(frame))).await;
    Ending::Closed(code)
}

/// Reads what the client still sends: a connection that is dropped with unread bytes takes the close with it.
async fn drain(mut socket: WebSocketStream<Line>) {
    while let Some(Ok(_)) = socket.next().await {}
    let mut rest = [0; 4096];
    while let Ok(1..) = socket.get_mut().read(&mut rest).await {}
}
