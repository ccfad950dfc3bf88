//! The task of a conversation: the machine in the middle, the host's queues on one side, one connection after another on the
//! other.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::StreamExt;
use therapy_scribe_transport::{Closed, Events, Handle, Outgoing};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use crate::{
    AgentEvent,
    error::Error,
    line::{Heard, Line},
    protocol::{Action, Command, Conversation},
    service::Service,
};

pub(crate) type Item = Result<AgentEvent, Error>;
type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A connection that is open.
pub(crate) struct Connection {
    handle: Handle<Line>,
    events: Events<Line>,
    released: Arc<AtomicBool>,
}

impl Connection {
    pub(crate) const fn new(
        handle: Handle<Line>,
        events: Events<Line>,
        released: Arc<AtomicBool>,
    ) -> Self {
        Self {
            handle,
            events,
            released,
        }
    }
}

pub(crate) struct Driver {
    machine: Conversation,
    service: Service,
    audio: mpsc::Receiver<Bytes>,
    commands: mpsc::Receiver<Command>,
    items: mpsc::Sender<Item>,
    began: Instant,
    line: Option<Connection>,
    dialing: Option<Pending<Result<Connection, Error>>>,
    sending: Option<Pending<Result<(), Closed>>>,
    handles_gone: bool,
    reader_gone: bool,
}

/// What woke the loop.
enum Wake {
    Command(Option<Command>),
    Audio(Option<Bytes>),
    Item(mpsc::OwnedPermit<Item>),
    ReaderGone,
    Dialed(Result<Connection, Error>),
    Sent,
    Heard(Option<Heard>),
    Deadline,
    AudioDue,
}

impl Driver {
    pub(crate) fn new(
        machine: Conversation,
        service: Service,
        audio: mpsc::Receiver<Bytes>,
        commands: mpsc::Receiver<Command>,
        items: mpsc::Sender<Item>,
    ) -> Self {
        Self {
            machine,
            service,
            audio,
            commands,
            items,
            began: Instant::now(),
            line: None,
            dialing: None,
            sending: None,
            handles_gone: false,
            reader_gone: false,
        }
    }

    pub(crate) async fn run(mut self) {
        self.act();
        while !self.machine.is_done() {
            let wake = self.wait().await;
            self.handle(wake);
            self.act();
        }
        self.finish().await;
    }

    /// The conversation is over: its records are dealt with, and whoever still reads is told.
    async fn finish(mut self) {
        self.audio.close();
        self.commands.close();
        self.hang_up();
        let sessions = self.machine.sessions().to_vec();
        let records = self.service.delete_records(&sessions).await;
        while let Some(event) = self.machine.pop_item() {
            if self.items.send(Ok(event)).await.is_err() {
                return;
            }
        }
        let records = records
            .into_iter()
            .map(|record| Ok(AgentEvent::Record(record)));
        let last = self.machine.take_last();
        let last = last.map(|last| last.map(AgentEvent::Closed));
        for item in records.chain(last) {
            if self.items.send(item).await.is_err() {
                return;
            }
        }
    }

    /// Waits for whatever comes first. Every arm is cancel safe, and none is starved: the choice is fair.
    async fn wait(&mut self) -> Wake {
        let at = |after: Option<Duration>| after.map(|after| self.began + after);
        let deadline = at(self.machine.deadline());
        let audio_due = at(self.machine.audio_due()).filter(|_| self.sending.is_none());
        let hears_host = !self.handles_gone;
        let has_reader = !self.reader_gone;
        tokio::select! {
            command = self.commands.recv(), if hears_host => Wake::Command(command),
            audio = self.audio.recv(), if hears_host && self.machine.wants_audio() => Wake::Audio(audio),
            slot = self.items.clone().reserve_owned(), if has_reader && self.machine.has_item() => {
                slot.map_or(Wake::ReaderGone, Wake::Item)
            }
            () = self.items.closed(), if has_reader => Wake::ReaderGone,
            dialed = pending(&mut self.dialing) => Wake::Dialed(dialed),
            _ = pending(&mut self.sending) => Wake::Sent,
            heard = hear(&mut self.line) => Wake::Heard(heard),
            () = until(deadline) => Wake::Deadline,
            () = until(audio_due) => Wake::AudioDue,
        }
    }

    fn handle(&mut self, wake: Wake) {
        let now = self.began.elapsed();
        match wake {
            Wake::Command(Some(command)) => self.machine.on_command(now, command),
            Wake::Audio(Some(audio)) => self.machine.on_audio(now, &audio),
            Wake::Command(None) | Wake::Audio(None) => {
                // One queue is at its end; the other may still hold what the host has asked for.
                while let Ok(command) = self.commands.try_recv() {
                    self.machine.on_command(now, command);
                }
                self.handles_gone = true;
                self.machine.on_abandoned(now);
            }
            Wake::Item(slot) => {
                if let Some(event) = self.machine.pop_item() {
                    slot.send(Ok(event));
                }
            }
            Wake::ReaderGone => {
                self.reader_gone = true;
                self.machine.on_abandoned(now);
            }
            Wake::Dialed(Ok(line)) => {
                self.line = Some(line);
                self.machine.on_opened(now);
            }
            Wake::Dialed(Err(error)) => self.machine.on_unopened(now, error),
            Wake::Heard(Some(Heard::Message(message))) => self.machine.on_incoming(now, message),
            Wake::Heard(Some(Heard::Lost(error))) => {
                self.line = None;
                self.machine.on_lost(now, error);
            }
            Wake::Heard(None) => self.line = None,
            Wake::Deadline => self.machine.on_deadline(now),
            Wake::Sent | Wake::AudioDue => {}
        }
    }

    /// Does what the machine wants done, as far as the line takes it.
    fn act(&mut self) {
        if self.machine.takes_hang_up() {
            self.hang_up();
        }
        while self.sending.is_none() {
            match self.machine.pop_action(self.began.elapsed()) {
                Some(Action::Dial) => self.dialing = Some(Box::pin(self.service.dial())),
                Some(Action::Send(message)) => self.send(message),
                Some(Action::HangUp) => self.hang_up(),
                None => return,
            }
        }
    }

    fn send(&mut self, message: Outgoing) {
        if let Some(line) = &self.line {
            let handle = line.handle.clone();
            self.sending = Some(Box::pin(async move { handle.control(message).await }));
        }
    }

    fn hang_up(&mut self) {
        self.dialing = None;
        self.sending = None;
        if let Some(line) = self.line.take() {
            line.released.store(true, Ordering::Release);
        }
    }
}

/// Awaits what is under way, and forgets it then.
async fn pending<T>(work: &mut Option<Pending<T>>) -> T {
    let Some(future) = work else {
        return std::future::pending().await;
    };
    let done = future.await;
    *work = None;
    done
}

async fn hear(line: &mut Option<Connection>) -> Option<Heard> {
    match line {
        Some(line) => line.events.next().await,
        None => std::future::pending().await,
    }
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
