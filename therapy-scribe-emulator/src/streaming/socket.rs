//! The rim of a session: a WebSocket and a clock.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
    time::{Instant, sleep_until},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Message,
        protocol::CloseFrame,
        protocol::{Role, WebSocketConfig},
    },
};

use super::{
    Fatal, Setup,
    params::{Params, Query},
    session::{CLOSE_REASON, Out, Session, SessionLog},
};

/// 11.7: larger messages end the session with 1009.
const MESSAGE_LIMIT: usize = 128 * 1024;

/// Why a session is refused before it begins; told after the upgrade (11.1).
pub(crate) type Refusal = Fatal;

/// Serves one session to its end. `speed` is how many protocol seconds a real one has.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    start: Result<(Setup, Query, Vec<String>), Refusal>,
    log: Arc<Mutex<SessionLog>>,
    speed: f64,
    mut stop: watch::Receiver<bool>,
) {
    let mut config = WebSocketConfig::default();
    config.max_message_size = Some(MESSAGE_LIMIT);
    config.max_frame_size = Some(MESSAGE_LIMIT);
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
    let checked =
        start.and_then(|(setup, query, refused)| Ok((setup, Params::read(&query, &refused)?)));
    let code = match checked {
        Ok((setup, params)) => {
            let session = Session::new(setup, params);
            tokio::select! {
                code = run(&mut socket, session, &log, speed) => code,
                _ = stop.wait_for(|stop| *stop) => 1001,
            }
        }
        Err(fatal) => refuse(&mut socket, &fatal).await,
    };
    log.lock().unwrap_or_else(PoisonError::into_inner).closed = Some(code);
    // The client answers the close frame; a client that does not must not hold the task.
    let drain = async { while let Some(Ok(_)) = socket.next().await {} };
    let _ = tokio::time::timeout(Duration::from_secs(1), drain).await;
}

async fn run<S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut WebSocketStream<S>,
    mut session: Session,
    log: &Mutex<SessionLog>,
    speed: f64,
) -> u16 {
    let clock = Clock {
        began: Instant::now(),
        speed,
    };
    loop {
        let now = clock.now_ms();
        session.on_time(now);
        while let Some(out) = session.pop(now) {
            match out {
                Out::Text(text) => {
                    if socket.send(Message::Text(text.into())).await.is_err() {
                        return 1006;
                    }
                }
                Out::Close(code, reason) => {
                    close(socket, code, reason).await;
                    return code;
                }
            }
        }
        tokio::select! {
            message = socket.next() => match message {
                Some(Ok(message)) => take(&mut session, message, clock.now_ms(), log),
                Some(Err(tungstenite::Error::Capacity(_))) => {
                    close(socket, 1009, "").await;
                    return 1009;
                }
                Some(Err(_)) | None => return 1006,
            },
            () = sleep_until(clock.at(session.next_ms(now))) => {}
        }
    }
}

fn take(session: &mut Session, message: Message, now_ms: u64, log: &Mutex<SessionLog>) {
    match message {
        Message::Binary(bytes) => session.on_binary(&bytes, now_ms),
        Message::Text(text) => {
            if let Some(control) = session.on_text(&text, now_ms) {
                log.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .controls
                    .push(control);
            }
        }
        _ => {}
    }
    log.lock().unwrap_or_else(PoisonError::into_inner).audio_ms = session.audio.received_ms();
}

/// 11.1: one `Error` message, then a close with the same code.
async fn refuse<S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut WebSocketStream<S>,
    fatal: &Fatal,
) -> u16 {
    let error = serde_json::json!({"type": "Error", "error_code": fatal.code, "error": fatal.text});
    let _ = socket.send(Message::Text(error.to_string().into())).await;
    close(socket, fatal.code, CLOSE_REASON).await;
    fatal.code
}

async fn close<S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut WebSocketStream<S>,
    code: u16,
    reason: &'static str,
) {
    let frame = CloseFrame {
        code: code.into(),
        reason: reason.into(),
    };
    let _ = socket.close(Some(frame)).await;
}

#[derive(Debug, Clone, Copy)]
struct Clock {
    began: Instant,
    speed: f64,
}

impl Clock {
    fn now_ms(self) -> u64 {
        let scaled = self.began.elapsed().as_secs_f64() * self.speed * 1000.0;
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the cast saturates"
        )]
        let millis = scaled as u64;
        millis
    }

    fn at(self, protocol_ms: u64) -> Instant {
        #[expect(
            clippy::as_conversions,
            clippy::cast_precision_loss,
            reason = "milliseconds of one session"
        )]
        let seconds = (protocol_ms as f64 / 1000.0 / self.speed).min(86_400.0);
        // A hair late, so that what is due is due.
        self.began + Duration::from_secs_f64(seconds) + Duration::from_micros(200)
    }
}
