//! The rim of a session: a WebSocket and a clock.

mod clock;
mod ending;
mod line;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use tokio::{
    net::TcpStream,
    sync::watch,
    time::{sleep_until, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Message,
        protocol::{Role, WebSocketConfig},
    },
};

use super::{
    Fatal, Setup, messages,
    params::Params,
    query::Query,
    session::{CLOSE_REASON, MESSAGE_LIMIT, Out, Session, SessionLog},
};
use crate::{emulator::State, faults::FaultKind};

pub(crate) use clock::Clock;
pub(crate) use ending::{Ending, close, end};
pub(crate) use line::Line;

/// A message this much larger than what the service takes is not even read.
const READ_LIMIT: usize = 8 * MESSAGE_LIMIT;
/// A client that does not take a message for so long is gone.
const WRITE_LIMIT: Duration = Duration::from_secs(10);
/// A connection that nobody serves is given up after so long in protocol time, so that they do not pile up.
const HALF_OPEN: Duration = Duration::from_secs(3600);

/// Why a session is refused before it begins; told after the upgrade (11.1).
pub(crate) type Refusal = Fatal;

/// What a session starts from.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) setup: Setup,
    pub(crate) query: Query,
    /// What happens to it as it opens.
    pub(crate) faults: Vec<FaultKind>,
}

/// A connection after its upgrade, and what was read of it.
#[derive(Debug)]
pub(crate) struct Upgraded {
    pub(crate) stream: TcpStream,
    pub(crate) read: Vec<u8>,
}

/// Serves one session to its end.
pub(crate) async fn serve(
    upgraded: Upgraded,
    opening: Result<Opening, Refusal>,
    log: Arc<Mutex<SessionLog>>,
    state: Arc<State>,
    mut stop: watch::Receiver<bool>,
) {
    let mut config = WebSocketConfig::default();
    config.max_message_size = Some(READ_LIMIT);
    config.max_frame_size = Some(READ_LIMIT);
    let line = Line::new(upgraded.stream);
    let mut socket =
        WebSocketStream::from_partially_read(line, upgraded.read, Role::Server, Some(config)).await;
    let checked = opening.and_then(|opening| {
        let params = Params::read(&opening.query, &state.settings.refused_models)?;
        Ok((Session::new(opening.setup, params), opening.faults))
    });
    let ending = match checked {
        Ok((session, faults)) => {
            let mut rim = Rim::new(session, &log, &state);
            let served = rim.run(&mut socket, faults);
            tokio::select! {
                ending = served => ending,
                () = stopped(&mut stop) => close(&mut socket, 1001, "").await,
            }
        }
        Err(fatal) => refuse(&mut socket, &fatal).await,
    };
    lock(&log).closed = Some(ending.code());
    let hold = HALF_OPEN.div_f64(state.settings.speed);
    let _ = timeout(hold, end(socket, ending, stopped(&mut stop))).await;
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

fn lock(log: &Mutex<SessionLog>) -> MutexGuard<'_, SessionLog> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A session, its clock, and what goes wrong with its socket. Times are protocol time.
struct Rim<'a> {
    session: Session,
    log: &'a Mutex<SessionLog>,
    state: &'a State,
    clock: Clock,
    /// Nothing is read until then.
    deaf_until_ms: u64,
    /// Nothing is sent until then.
    mute_until_ms: Option<u64>,
}

impl<'a> Rim<'a> {
    fn new(session: Session, log: &'a Mutex<SessionLog>, state: &'a State) -> Self {
        Self {
            session,
            log,
            state,
            clock: Clock::new(state.settings.speed),
            deaf_until_ms: 0,
            mute_until_ms: None,
        }
    }

    async fn run(&mut self, socket: &mut WebSocketStream<Line>, faults: Vec<FaultKind>) -> Ending {
        for kind in faults {
            if let Some(ending) = self.strike(kind, socket) {
                return ending;
            }
        }
        loop {
            let now = self.clock.now_ms();
            if let Some(ending) = self.send_due(socket, now).await {
                return ending;
            }
            let wake = self.clock.at(self.next_ms(now));
            tokio::select! {
                message = socket.next(), if now >= self.deaf_until_ms => {
                    if let Some(ending) = self.take(message) {
                        return ending;
                    }
                }
                () = sleep_until(wake) => {}
            }
            while let Some(kind) = self.next_fault() {
                if let Some(ending) = self.strike(kind, socket) {
                    return ending;
                }
            }
        }
    }

    async fn send_due(&mut self, socket: &mut WebSocketStream<Line>, now: u64) -> Option<Ending> {
        self.session.on_time(now);
        if let Some(until_ms) = self.mute_until_ms {
            if now < until_ms {
                return None;
            }
            self.mute_until_ms = None;
            socket.get_mut().release();
            let sent = timeout(WRITE_LIMIT, SinkExt::flush(socket)).await;
            if !matches!(sent, Ok(Ok(()))) {
                return Some(Ending::Closed(1006));
            }
        }
        while let Some(out) = self.session.pop(now) {
            let message = match out {
                Out::Text(text) => Message::Text(text.into()),
                Out::Binary(bytes) => Message::Binary(bytes.into()),
                Out::Close(code, reason) => return Some(close(socket, code, reason).await),
            };
            let sent = timeout(WRITE_LIMIT, socket.send(message)).await;
            if !matches!(sent, Ok(Ok(()))) {
                return Some(Ending::Closed(1006));
            }
        }
        None
    }

    /// When there is something to do without a message from the client.
    fn next_ms(&self, now: u64) -> u64 {
        // What the session has to say in the meantime it says then.
        let next = self
            .mute_until_ms
            .unwrap_or_else(|| self.session.next_ms(now));
        if self.deaf_until_ms > now {
            next.min(self.deaf_until_ms)
        } else {
            next
        }
    }

    fn take(&mut self, message: Option<tungstenite::Result<Message>>) -> Option<Ending> {
        let now = self.clock.now_ms();
        let control = match message {
            Some(Ok(Message::Binary(bytes))) => {
                self.session.on_binary(&bytes, now);
                None
            }
            Some(Ok(Message::Text(text))) => self.session.on_text(&text, now),
            Some(Ok(_)) => None,
            Some(Err(tungstenite::Error::Capacity(_))) => {
                self.session.too_big(now);
                None
            }
            Some(Err(_)) | None => return Some(Ending::Closed(1006)),
        };
        let mut log = lock(self.log);
        (log.audio_bytes, log.audio_ms) = self.session.received();
        log.place(self.session.place());
        if let Some(control) = control {
            log.control(control);
        }
        None
    }

    fn next_fault(&self) -> Option<FaultKind> {
        if self.session.is_over() {
            return None;
        }
        self.state.plan.next(self.session.position_ms()?)
    }

    /// 11.12: a fault happens.
    fn strike(&mut self, kind: FaultKind, socket: &mut WebSocketStream<Line>) -> Option<Ending> {
        let now = self.clock.now_ms();
        let ending = match &kind {
            FaultKind::Drop => Some(Ending::Dropped),
            FaultKind::Reset => Some(Ending::Reset),
            FaultKind::HalfOpen => Some(Ending::HalfOpen),
            FaultKind::RefuseConnect(length) => {
                self.state.cut(millis(*length));
                Some(Ending::Dropped)
            }
            FaultKind::Stall(length) => {
                socket.get_mut().hold();
                let until_ms = now.saturating_add(millis(*length));
                self.mute_until_ms = self.mute_until_ms.max(Some(until_ms));
                None
            }
            FaultKind::SlowReader(length) => {
                let until_ms = now.saturating_add(millis(*length));
                self.deaf_until_ms = self.deaf_until_ms.max(until_ms);
                None
            }
            other => {
                self.session.suffer(other, now);
                None
            }
        };
        lock(self.log).fault(kind);
        ending
    }
}

/// 11.1: one `Error` message, then a close with the same code.
async fn refuse(socket: &mut WebSocketStream<Line>, fatal: &Fatal) -> Ending {
    let error = Message::Text(messages::error(fatal).to_string().into());
    let _ = timeout(WRITE_LIMIT, socket.send(error)).await;
    close(socket, fatal.code, CLOSE_REASON).await
}
