//! Runs the machine: source on one side, connections on the other.

use std::{future::Future, pin::Pin, sync::Arc};

use futures_core::stream::BoxStream;
use futures_util::StreamExt;
use therapy_scribe_core::{
    AudioError, AudioFormat, AudioFrame, AudioSource, ConnectionId, SpeechToText, SttAudio,
    SttConnection, SttControl, SttEvent, SttFailure, SttOpen,
};
use tokio::sync::mpsc;

use super::{
    CaptureError, CaptureStats,
    machine::{Machine, Order},
    shared::Shared,
};

/// What the host asks for.
#[derive(Debug)]
pub(super) enum Command {
    Finish,
}

type Connecting =
    Pin<Box<dyn Future<Output = (ConnectionId, Result<SttConnection, SttFailure>)> + Send>>;

pub(super) struct Engine {
    speech: Arc<dyn SpeechToText>,
    source: Box<dyn AudioSource>,
    shared: Arc<Shared>,
    commands: mpsc::Receiver<Command>,
    format: AudioFormat,
    machine: Machine,
    connecting: Option<Connecting>,
    open: Option<Open>,
}

/// A connection that is open. Sending has a task of its own, so that a service that takes audio slowly is still heard.
struct Open {
    connection: ConnectionId,
    feed: mpsc::Sender<Feed>,
    events: BoxStream<'static, Result<SttEvent, SttFailure>>,
}

enum Feed {
    Audio(AudioFrame),
    Control(SttControl),
}

enum Wake {
    Frame(Result<Option<AudioFrame>, AudioError>),
    Connected(ConnectionId, Result<SttConnection, SttFailure>),
    Event(ConnectionId, Result<SttEvent, SttFailure>),
    /// The connection takes another frame.
    Room(mpsc::OwnedPermit<Feed>),
    Command(Option<Command>),
}

/// Frames that wait between engine and sender: what is further back stays in the machine's ring, where it is counted.
const FEED: usize = 4;

impl Engine {
    pub(super) fn new(
        speech: Arc<dyn SpeechToText>,
        source: Box<dyn AudioSource>,
        shared: Arc<Shared>,
        commands: mpsc::Receiver<Command>,
        format: AudioFormat,
    ) -> Self {
        Self {
            speech,
            source,
            shared,
            commands,
            format,
            machine: Machine::new(),
            connecting: None,
            open: None,
        }
    }

    pub(super) async fn run(mut self) {
        // Whatever happens to this task, the host learns that it is over.
        let _told = TellEnd(Arc::clone(&self.shared));
        self.obey();
        while !self.machine.is_ended() {
            let wake = self.wait().await;
            self.handle(wake);
            self.shared.set_backlog(self.machine.backlog());
            self.obey();
        }
    }

    async fn wait(&mut self) -> Wake {
        let (connection, room, event) = match &mut self.open {
            Some(open) => (
                open.connection,
                Some(open.feed.clone()),
                Some(open.events.next()),
            ),
            None => (ConnectionId::default(), None, None),
        };
        tokio::select! {
            frame = self.source.next_frame(), if self.machine.wants_frames() => Wake::Frame(frame),
            (id, outcome) = maybe(self.connecting.as_mut()) => Wake::Connected(id, outcome),
            item = maybe(event) => Wake::Event(connection, item.unwrap_or_else(|| Err(vanished()))),
            Ok(permit) = maybe(room.map(mpsc::Sender::reserve_owned)), if self.machine.has_audio() => Wake::Room(permit),
            command = self.commands.recv() => Wake::Command(command),
        }
    }

    fn handle(&mut self, wake: Wake) {
        match wake {
            Wake::Frame(Ok(Some(frame))) => self.machine.on_frame(frame),
            Wake::Frame(Ok(None)) => self.machine.on_source_end(Ok(())),
            Wake::Frame(Err(error)) => self.machine.on_source_end(Err(error)),
            Wake::Connected(connection, outcome) => {
                self.connecting = None;
                match outcome {
                    Ok(open) => self.opened(connection, open),
                    Err(failure) => self.machine.on_failure(failure),
                }
            }
            Wake::Event(connection, item) => {
                if matches!(item, Ok(SttEvent::Closed(_)) | Err(_)) {
                    self.open = None;
                }
                self.machine.on_event(connection, item);
            }
            Wake::Room(permit) => {
                if let Some(frame) = self.machine.pop_audio() {
                    permit.send(Feed::Audio(frame));
                }
            }
            Wake::Command(Some(Command::Finish)) => self.machine.on_finish(),
            Wake::Command(None) => self.machine.on_abort(),
        }
    }

    fn opened(&mut self, connection: ConnectionId, open: SttConnection) {
        let (feed, queue) = mpsc::channel(FEED);
        tokio::spawn(send_all(open.audio, queue));
        self.open = Some(Open {
            connection,
            feed,
            events: open.events,
        });
        self.machine.on_connected(connection);
    }

    fn obey(&mut self) {
        while let Some(order) = self.machine.pop_order() {
            match order {
                Order::Connect { connection, base } => self.connect(connection, base),
                Order::Control {
                    connection,
                    control,
                } => self.control(connection, control),
                Order::Apply(event) => self.shared.apply(&event),
                Order::End { stats, error } => self.shared.end(stats, error),
            }
        }
    }

    fn connect(&mut self, connection: ConnectionId, base: therapy_scribe_core::MediaTime) {
        let speech = Arc::clone(&self.speech);
        let open = SttOpen::new(connection, base, self.format);
        self.connecting = Some(Box::pin(
            async move { (connection, speech.connect(open).await) },
        ));
    }

    fn control(&mut self, connection: ConnectionId, control: SttControl) {
        let Some(open) = self
            .open
            .as_ref()
            .filter(|open| open.connection == connection)
        else {
            return;
        };
        if control == SttControl::Abort {
            // Dropping both halves is the goodbye.
            self.open = None;
            return;
        }
        // Sent from a task of its own: while the sender is busy with audio, the service must still be heard.
        let feed = open.feed.clone();
        tokio::spawn(async move { feed.send(Feed::Control(control)).await });
    }
}

/// Sends until the queue is closed or the connection takes no more; its events then say why.
async fn send_all(mut audio: Box<dyn SttAudio>, mut queue: mpsc::Receiver<Feed>) {
    while let Some(next) = queue.recv().await {
        let sent = match next {
            Feed::Audio(frame) => audio.send(frame).await,
            Feed::Control(control) => audio.control(control).await,
        };
        if sent.is_err() {
            return;
        }
    }
}

async fn maybe<F: Future>(future: Option<F>) -> F::Output {
    match future {
        Some(future) => future.await,
        None => std::future::pending().await,
    }
}

fn vanished() -> SttFailure {
    SttFailure::new(
        "the connection ended without a word",
        therapy_scribe_core::RetryAdvice::Never,
        None,
    )
}

/// Tells the host of an end that nobody else told.
struct TellEnd(Arc<Shared>);

impl Drop for TellEnd {
    fn drop(&mut self) {
        self.0
            .end(CaptureStats::default(), Some(CaptureError::TaskLost));
    }
}
