//! The one loop: socket on one side, queues on the other, a [`Protocol`] in the middle.

use std::time::Duration;

use bytes::Bytes;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use crate::{
    HostEnd, Protocol,
    wire::{Wire, Wired},
};

/// How long an abandoned session may take to say goodbye.
pub const ABANDON_LIMIT: Duration = Duration::from_secs(3);

/// How long a socket may take to close once its session is over.
const CLOSE_LIMIT: Duration = Duration::from_millis(500);

pub(crate) struct Driver<P: Protocol> {
    pub(crate) machine: P,
    pub(crate) wire: Wire,
    pub(crate) audio: mpsc::Receiver<Bytes>,
    pub(crate) control: mpsc::Receiver<P::Control>,
    pub(crate) items: mpsc::Sender<P::Item>,
}

/// What woke the loop.
enum Wake<P: Protocol> {
    Control(Option<P::Control>),
    Audio(Option<Bytes>),
    Item(mpsc::OwnedPermit<P::Item>),
    ReaderGone,
    Wire(Wired),
    Overdue,
    Deadline,
    GaveUp,
}

/// What the loop remembers beside the machine.
struct State {
    began: Instant,
    /// When an abandoned session is closed in any case.
    give_up: Option<Instant>,
    handles_gone: bool,
}

impl State {
    const fn reader_gone(&self) -> bool {
        self.give_up.is_some()
    }

    fn is_given_up(&self) -> bool {
        self.give_up.is_some_and(|at| at <= Instant::now())
    }
}

impl<P: Protocol> Driver<P> {
    pub(crate) async fn run(mut self) {
        let mut state = State {
            began: Instant::now(),
            give_up: None,
            handles_gone: false,
        };
        self.machine.on_open(Duration::ZERO);
        self.send_next();
        while !self.machine.is_done() && !state.is_given_up() {
            let wake = self.wait(&state).await;
            self.handle(wake, &mut state);
            self.send_next();
        }
        self.finish(&state).await;
    }

    /// The session is over: the socket is closed, whether or not anybody reads the items that are left.
    async fn finish(mut self, state: &State) {
        self.audio.close();
        self.control.close();
        let rest = std::iter::from_fn(|| self.machine.pop_outgoing()).collect();
        let left = state
            .give_up
            .map(|at| at.saturating_duration_since(Instant::now()));
        let limit = left.map_or(CLOSE_LIMIT, |left| left.min(CLOSE_LIMIT));
        self.wire.close(rest, limit).await;
        drop(self.wire);
        tracing::debug!(
            elapsed_ms = state.began.elapsed().as_millis(),
            "the session is over"
        );
        while let Some(item) = self.machine.pop_item() {
            if self.items.send(item).await.is_err() {
                break;
            }
        }
    }

    /// Waits for whatever comes first. Every arm is cancel safe, and none is starved: the choice is fair. While a write is
    /// under way the host waits, so that what it sends is bounded; all else goes on.
    async fn wait(&mut self, state: &State) -> Wake<P> {
        let deadline = self.machine.deadline().map(|after| state.began + after);
        let hears_host = !state.handles_gone && self.wire.is_idle();
        let has_reader = !state.reader_gone();
        let due = self.wire.due();
        tokio::select! {
            control = self.control.recv(), if hears_host && self.machine.wants_control() => Wake::Control(control),
            audio = self.audio.recv(), if hears_host && self.machine.wants_audio() => Wake::Audio(audio),
            slot = self.items.clone().reserve_owned(), if has_reader && self.machine.has_item() => {
                slot.map_or(Wake::ReaderGone, Wake::Item)
            }
            () = self.items.closed(), if has_reader => Wake::ReaderGone,
            wired = self.wire.next() => Wake::Wire(wired),
            () = until(due) => Wake::Overdue,
            () = until(deadline) => Wake::Deadline,
            () = until(state.give_up) => Wake::GaveUp,
        }
    }

    fn handle(&mut self, wake: Wake<P>, state: &mut State) {
        let now = state.began.elapsed();
        match wake {
            Wake::Control(Some(control)) => {
                self.take_audio(now);
                self.machine.on_control(now, control);
            }
            Wake::Audio(Some(audio)) => self.machine.on_audio(now, audio),
            Wake::Control(None) | Wake::Audio(None) => {
                // One queue is at its end; the other may still hold what the host has sent.
                self.take_audio(now);
                while let Ok(control) = self.control.try_recv() {
                    self.machine.on_control(now, control);
                }
                state.handles_gone = true;
                self.machine.on_abandoned(now, HostEnd::Handles);
            }
            Wake::Item(slot) => {
                if let Some(item) = self.machine.pop_item() {
                    slot.send(item);
                }
            }
            Wake::ReaderGone => {
                state.give_up = Some(Instant::now() + ABANDON_LIMIT);
                self.machine.on_abandoned(now, HostEnd::Reader);
            }
            Wake::Wire(Wired::Message(message)) => self.machine.on_incoming(now, message),
            Wake::Wire(Wired::Lost(error)) => self.machine.on_lost(now, error),
            Wake::Overdue => self.machine.on_lost(now, self.wire.overdue()),
            Wake::Deadline => self.machine.on_deadline(now),
            Wake::Wire(Wired::Sent) | Wake::GaveUp => {}
        }
    }

    /// What was sent before a command is delivered before it.
    fn take_audio(&mut self, now: Duration) {
        while let Ok(audio) = self.audio.try_recv() {
            self.machine.on_audio(now, audio);
        }
    }

    /// Starts the next write once the last is through.
    fn send_next(&mut self) {
        while self.wire.is_idle()
            && let Some(message) = self.machine.pop_outgoing()
        {
            self.wire.begin(message);
        }
    }
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
