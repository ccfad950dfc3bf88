//! The two ends of a conversation.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::{FusedStream, Stream};
use therapy_scribe_core::{AudioFormat, AudioFrame, Phi, audio::g711};
use tokio::sync::mpsc;

use crate::{
    AgentCommand, AgentEvent, AgentFailure, AgentLine, AgentUpdate, ContextRole, ToolOutcome,
    config::{ConfigError, Encoding, Tuning, check_tools, check_tuning},
    driver::Item,
    error::Error,
    protocol::Command,
};

/// Speaks to the agent. When the last clone is dropped without [`end`](Self::end), the conversation says goodbye.
#[derive(Clone)]
pub struct AgentHandle {
    audio: mpsc::Sender<Bytes>,
    commands: mpsc::Sender<Command>,
    encoding: Encoding,
}

impl AgentHandle {
    pub(crate) const fn new(
        audio: mpsc::Sender<Bytes>,
        commands: mpsc::Sender<Command>,
        encoding: Encoding,
    ) -> Self {
        Self {
            audio,
            commands,
            encoding,
        }
    }

    /// The format that frames must have.
    #[must_use]
    pub fn format(&self) -> AudioFormat {
        self.encoding.format()
    }

    /// Sends a frame of any length; what goes over the wire is cut to 50 ms and paced at the speed of speech. Waits while
    /// half a second and ten frames are queued, so that a file is paced too. While the connection is made again, all but the
    /// last half second is lost. Send silence while muted: it lets turns end. Cancel safe: a dropped call has sent nothing.
    ///
    /// # Errors
    /// [`Error::Over`] when the conversation is over, its events say why; [`Error::Config`] for a frame of another format.
    pub async fn send(&self, frame: &AudioFrame) -> Result<(), Error> {
        let bytes = self.encode(frame)?;
        self.audio.send(bytes).await.map_err(|_| Error::Over)
    }

    /// Sends a frame if there is room, and says whether there was: for a microphone, which can't wait.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn try_send(&self, frame: &AudioFrame) -> Result<bool, Error> {
        match self.audio.try_send(self.encode(frame)?) {
            Ok(()) => Ok(true),
            Err(mpsc::error::TrySendError::Full(_)) => Ok(false),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(Error::Over),
        }
    }

    /// Hands in what came of a call. One that is already over is ignored; of one whose turn was interrupted, and which
    /// changed something, the agent is told when it next falls silent.
    ///
    /// # Errors
    /// [`Error::Over`].
    pub async fn outcome(&self, outcome: ToolOutcome) -> Result<(), Error> {
        self.command(Command::Outcome(outcome)).await
    }

    /// Has the agent speak by these instructions, once nobody speaks and no answer is on its way.
    ///
    /// # Errors
    /// [`Error::Over`].
    pub async fn say(&self, instructions: impl Into<String>) -> Result<(), Error> {
        self.command(Command::Say(Phi::new(instructions.into())))
            .await
    }

    /// Has the agent answer what was said so far, as [`say`](Self::say) does, without instructions: for push-to-talk.
    ///
    /// # Errors
    /// [`Error::Over`].
    pub async fn answer(&self) -> Result<(), Error> {
        self.say("").await
    }

    /// Has the agent stop speaking: what is not heard yet is flushed, whatever the service does. It is asked to give up
    /// the open reply; its documents don't tell of that any more, and it may write on unheard.
    ///
    /// # Errors
    /// [`Error::Over`].
    pub async fn interrupt(&self) -> Result<(), Error> {
        self.command(Command::Interrupt).await
    }

    /// Tells the agent something without having it answer. The service takes it; but as measured in September 2026 the
    /// words never reached the model. What must be known belongs into the prompt, by [`update`](Self::update), or into
    /// [`say`](Self::say).
    ///
    /// # Errors
    /// [`Error::Config`] for blank words; [`Error::Over`].
    pub async fn context(&self, role: ContextRole, words: impl Into<String>) -> Result<(), Error> {
        let words = words.into();
        if words.trim().is_empty() {
            let (parameter, allowed) = ("content", "a text");
            return Err(Error::Config(ConfigError::Range { parameter, allowed }));
        }
        self.command(Command::Context(role, Phi::new(words))).await
    }

    /// Changes prompt and tools, in one message.
    ///
    /// # Errors
    /// [`Error::Config`] for tools that the service would refuse; [`Error::Over`].
    pub async fn update(&self, update: AgentUpdate) -> Result<(), Error> {
        check_tools(update.tools.as_deref().unwrap_or_default()).map_err(Error::Config)?;
        self.command(Command::Update(update)).await
    }

    /// Changes how the agent hears and how loud it speaks.
    ///
    /// # Errors
    /// [`Error::Config`] for what the service would refuse; [`Error::Over`].
    pub async fn tune(&self, tuning: Tuning) -> Result<(), Error> {
        check_tuning(&tuning).map_err(Error::Config)?;
        self.command(Command::Tune(tuning)).await
    }

    /// Keeps what a new session would have to know of this one; it takes the place of the last recap. With a recap, the
    /// conversation outlasts the service's longest session and a connection that is lost for good.
    ///
    /// # Errors
    /// [`Error::Over`].
    pub async fn recap(&self, recap: impl Into<String>) -> Result<(), Error> {
        self.command(Command::Recap(Phi::new(recap.into()))).await
    }

    /// Says goodbye: the events end within 3 s, and 20 s more where the record is deleted.
    ///
    /// # Errors
    /// [`Error::Over`].
    pub async fn end(&self) -> Result<(), Error> {
        self.command(Command::End).await
    }

    /// Whether the conversation is over; its last events may still wait to be read.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.commands.is_closed()
    }

    async fn command(&self, command: Command) -> Result<(), Error> {
        self.commands.send(command).await.map_err(|_| Error::Over)
    }

    fn encode(&self, frame: &AudioFrame) -> Result<Bytes, Error> {
        let wanted = self.format();
        if frame.format() != wanted {
            return Err(Error::Config(ConfigError::Format {
                given: frame.format(),
                wanted,
            }));
        }
        let samples = frame.samples().iter();
        Ok(match self.encoding {
            Encoding::Pcm => frame.to_le_bytes(),
            Encoding::MuLaw => samples.map(|sample| g711::to_mulaw(*sample)).collect(),
            Encoding::ALaw => samples.map(|sample| g711::to_alaw(*sample)).collect(),
        })
    }
}

#[async_trait]
impl AgentLine for AgentHandle {
    fn format(&self) -> AudioFormat {
        Self::format(self)
    }

    async fn send(&self, frame: &AudioFrame) -> Result<(), AgentFailure> {
        Ok(Self::send(self, frame).await?)
    }

    async fn command(&self, command: AgentCommand) -> Result<(), AgentFailure> {
        Ok(match command {
            AgentCommand::Outcome(outcome) => self.outcome(outcome).await,
            AgentCommand::Say(instructions) => self.say(instructions.into_inner()).await,
            AgentCommand::Update(update) => self.update(update).await,
            AgentCommand::Interrupt => self.interrupt().await,
            AgentCommand::Context(role, words) => self.context(role, words.into_inner()).await,
            AgentCommand::Recap(recap) => self.recap(recap.into_inner()).await,
            AgentCommand::End => self.end().await,
        }?)
    }
}

impl fmt::Debug for AgentHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentHandle")
            .field("closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}

/// What a conversation says. The first item is [`AgentEvent::Ready`], the last is [`AgentEvent::Closed`] or an error.
/// Dropping it has the conversation say goodbye within 3 s.
///
/// Cancel safe: a `next` that is dropped has taken nothing.
pub struct AgentEvents {
    first: Option<AgentEvent>,
    items: mpsc::Receiver<Item>,
    ended: bool,
}

impl AgentEvents {
    pub(crate) const fn new(items: mpsc::Receiver<Item>) -> Self {
        Self {
            first: None,
            items,
            ended: false,
        }
    }

    pub(crate) fn put_back(&mut self, event: AgentEvent) {
        self.first = Some(event);
    }
}

impl Stream for AgentEvents {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        if let Some(event) = self.first.take() {
            return Poll::Ready(Some(Ok(event)));
        }
        if self.ended {
            return Poll::Ready(None);
        }
        let item = ready!(self.items.poll_recv(cx)).unwrap_or(Err(Error::DriverLost));
        self.ended = matches!(item, Ok(AgentEvent::Closed(_)) | Err(_));
        Poll::Ready(Some(item))
    }
}

impl FusedStream for AgentEvents {
    fn is_terminated(&self) -> bool {
        self.first.is_none() && self.ended
    }
}

impl fmt::Debug for AgentEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentEvents")
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
