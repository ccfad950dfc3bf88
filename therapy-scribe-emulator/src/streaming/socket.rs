//! The rim of a session: a WebSocket and a clock.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite},
    sync::watch,
    time::{Instant, sleep_until, timeout},
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
    Fatal, Setup, messages,
    params::Params,
    query::Query,
    session::{CLOSE_REASON, MESSAGE_LIMIT, Out, Session, SessionLog},
};

/// A message this much larger than what the service takes is not even read.
const READ_LIMIT: usize = 8 * MESSAGE_LIMIT;
/// A client that does not take a message for so long is gone.
const WRITE_LIMIT: Duration = Duration::from_secs(10);
/// For the client's answer to a close.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);

/// Why a session is refused before it begins; told after the upgrade (11.1).
pub(crate) type Refusal = Fatal;

/// What a session starts from.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) setup: Setup,
    pub(crate) query: Query,
    pub(crate) refused_models: Vec<String>,
}

/// Serves one session to its end. `speed` is how many protocol seconds a real one has.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    opening: Result<Opening, Refusal>,
    log: Arc<Mutex<SessionLog>>,
    speed: f64,
    mut stop: watch::Receiver<bool>,
) {
    let mut config = WebSocketConfig::default();
    config.max_message_size = Some(READ_LIMIT);
    config.max_frame_size = Some(READ_LIMIT);
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
    let checked = opening.and_then(|opening| {
        let params = Params::read(&opening.query, &opening.refused_models)?;
        Ok(Session::new(opening.setup, params))
    });
    let code = match checked {
        Ok(session) => {
            tokio::select! {
                code = run(&mut socket, session, &log, speed) => code,
                () = stopped(&mut stop) => close(&mut socket, 1001, "").await,
            }
        }
        Err(fatal) => refuse(&mut socket, &fatal).await,
    };
    log.lock().unwrap_or_else(PoisonError::into_inner).closed = Some(code);
    let _ = timeout(CLOSE_LIMIT, drain(socket)).await;
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Reads what the client still sends: a connection that is dropped with unread bytes takes the close with it.
async fn drain<S: AsyncRead + AsyncWrite + Unpin>(mut socket: WebSocketStream<S>) {
    while let Some(Ok(_)) = socket.next().await {}
    let mut rest = [0; 4096];
    while let Ok(1..) = socket.get_mut().read(&mut rest).await {}
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
                    if !send(socket, text).await {
                        return 1006;
                    }
                }
                Out::Close(code, reason) => return close(socket, code, reason).await,
            }
        }
        tokio::select! {
            message = socket.next() => match message {
                Some(Ok(message)) => take(&mut session, message, clock.now_ms(), log),
                Some(Err(tungstenite::Error::Capacity(_))) => session.too_big(clock.now_ms()),
                Some(Err(_)) | None => return 1006,
            },
            () = sleep_until(clock.at(session.next_ms(now))) => {}
        }
    }
}

async fn send<S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut WebSocketStream<S>,
    text: String,
) -> bool {
    let sent = timeout(WRITE_LIMIT, socket.send(Message::Text(text.into()))).await;
    matches!(sent, Ok(Ok(())))
}

fn take(session: &mut Session, message: Message, now_ms: u64, log: &Mutex<SessionLog>) {
    let control = match message {
        Message::Binary(bytes) => {
            session.on_binary(&bytes, now_ms);
            None
        }
        Message::Text(text) => session.on_text(&text, now_ms),
        _ => None,
    };
    let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
    (log.audio_bytes, log.audio_ms) = session.received();
    if let Some(control) = control {
        log.control(control);
    }
}

/// 11.1: one `Error` message, then a close with the same code.
async fn refuse<S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut WebSocketStream<S>,
    fatal: &Fatal,
) -> u16 {
    send(socket, messages::error(fatal).to_string()).await;
    close(socket, fatal.code, CLOSE_REASON).await
}

async fn close<S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut WebSocketStream<S>,
    code: u16,
    reason: &'static str,
) -> u16 {
    let frame = CloseFrame {
        code: code.into(),
        reason: reason.into(),
    };
    let _ = timeout(CLOSE_LIMIT, socket.close(Some(frame))).await;
    code
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
