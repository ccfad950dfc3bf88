//! The one loop: socket on one side, queues on the other, a [`Protocol`] in the middle.

use std::{io, time::Duration};

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until, timeout},
};
use tokio_tungstenite::tungstenite;

use crate::{
    Error, HostEnd, Protocol,
    ws::{self, Socket},
};

/// How long an abandoned session may take to say goodbye.
pub const ABANDON_LIMIT: Duration = Duration::from_secs(3);

pub(crate) struct Driver<P: Protocol> {
    pub(crate) machine: P,
    pub(crate) socket: Socket,
    pub(crate) audio: mpsc::Receiver<Bytes>,
    pub(crate) control: mpsc::Receiver<P::Control>,
    pub(crate) items: mpsc::Sender<P::Item>,
    pub(crate) write_limit: Duration,
}

/// What woke the loop.
enum Wake<P: Protocol> {
    Control(Option<P::Control>),
    Audio(Option<Bytes>),
    Item(mpsc::OwnedPermit<P::Item>),
    ReaderGone,
    Message(Option<Result<tungstenite::Message, tungstenite::Error>>),
    Deadline,
    GaveUp,
}

/// What the loop remembers beside the machine.
#[derive(Default)]
struct State {
    /// When the reader went away.
    abandoned: Option<Instant>,
    socket_gone: bool,
    handles_gone: bool,
    reader_gone: bool,
}

impl<P: Protocol> Driver<P> {
    pub(crate) async fn run(mut self) {
        let began = Instant::now();
        let mut state = State::default();
        self.machine.on_open(began.elapsed());
        self.flush(began, &mut state).await;
        while !self.is_over(&state) {
            let wake = self.wait(began, &state).await;
            self.handle(wake, began, &mut state);
            self.flush(began, &mut state).await;
            if state
                .abandoned
                .is_some_and(|since| since.elapsed() >= ABANDON_LIMIT)
            {
                break;
            }
        }
        // The close handshake is a courtesy; the session itself ended above.
        let _ = timeout(Duration::from_millis(500), self.socket.close(None)).await;
    }

    fn is_over(&self, state: &State) -> bool {
        self.machine.is_done() && (!self.machine.has_item() || state.reader_gone)
    }

    /// Waits for whatever comes first. Every arm is cancel safe, and none is starved: the choice is fair.
    async fn wait(&mut self, began: Instant, state: &State) -> Wake<P> {
        let deadline = self.machine.deadline().map(|after| began + after);
        let give_up = state.abandoned.map(|since| since + ABANDON_LIMIT);
        tokio::select! {
            control = self.control.recv(), if !state.handles_gone && self.machine.wants_control() => Wake::Control(control),
            audio = self.audio.recv(), if !state.handles_gone && self.machine.wants_audio() => Wake::Audio(audio),
            slot = self.items.clone().reserve_owned(), if !state.reader_gone && self.machine.has_item() => {
                slot.map_or(Wake::ReaderGone, Wake::Item)
            }
            () = self.items.closed(), if !state.reader_gone => Wake::ReaderGone,
            message = self.socket.next(), if !state.socket_gone => Wake::Message(message),
            () = until(deadline) => Wake::Deadline,
            () = until(give_up) => Wake::GaveUp,
        }
    }

    fn handle(&mut self, wake: Wake<P>, began: Instant, state: &mut State) {
        let now = began.elapsed();
        match wake {
            Wake::Control(Some(control)) => {
                // What was sent before a command is delivered before it.
                while let Ok(audio) = self.audio.try_recv() {
                    self.machine.on_audio(now, audio);
                }
                self.machine.on_control(now, control);
            }
            Wake::Audio(Some(audio)) => self.machine.on_audio(now, audio),
            Wake::Control(None) | Wake::Audio(None) => {
                state.handles_gone = true;
                self.machine.on_abandoned(now, HostEnd::Handles);
            }
            Wake::Item(slot) => {
                if let Some(item) = self.machine.pop_item() {
                    slot.send(item);
                }
            }
            Wake::ReaderGone => {
                state.reader_gone = true;
                state.abandoned = Some(Instant::now());
                self.machine.on_abandoned(now, HostEnd::Reader);
            }
            Wake::Message(message) => self.take(message, now, state),
            Wake::Deadline => self.machine.on_deadline(now),
            Wake::GaveUp => {}
        }
    }

    fn take(
        &mut self,
        message: Option<Result<tungstenite::Message, tungstenite::Error>>,
        now: Duration,
        state: &mut State,
    ) {
        match message {
            Some(Ok(message)) => {
                if let Some(message) = ws::incoming(message) {
                    self.machine.on_incoming(now, message);
                }
            }
            Some(Err(error)) => self.lose(ws::scrub(error), now, state),
            None => self.lose(Error::Lost(io::ErrorKind::UnexpectedEof.into()), now, state),
        }
    }

    fn lose(&mut self, error: Error, now: Duration, state: &mut State) {
        if !state.socket_gone {
            state.socket_gone = true;
            self.machine.on_lost(now, error);
        }
    }

    /// Sends what the machine wants sent. A write that does not get through ends the connection.
    async fn flush(&mut self, began: Instant, state: &mut State) {
        while let Some(message) = self.machine.pop_outgoing() {
            if state.socket_gone {
                continue;
            }
            let limit = state.abandoned.map_or(self.write_limit, |since| {
                ABANDON_LIMIT.saturating_sub(since.elapsed())
            });
            let failure = match timeout(limit, self.socket.send(ws::outgoing(message))).await {
                Ok(Ok(())) => continue,
                Ok(Err(error)) if is_after_close(&error) => continue,
                Ok(Err(error)) => ws::scrub(error),
                Err(_) => Error::Timeout {
                    doing: "sending",
                    after: limit,
                },
            };
            self.lose(failure, began.elapsed(), state);
        }
    }
}

/// After a close frame the library takes no more; what it still reads is delivered all the same.
const fn is_after_close(error: &tungstenite::Error) -> bool {
    use tungstenite::{Error as Theirs, error::ProtocolError::SendAfterClosing};
    matches!(
        error,
        Theirs::ConnectionClosed | Theirs::AlreadyClosed | Theirs::Protocol(SendAfterClosing)
    )
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
