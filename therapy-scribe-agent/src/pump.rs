//! From a microphone into a conversation, and from the conversation into a loudspeaker.

mod ear;
mod hear;
mod run;
mod speak;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_core::{FusedStream, Stream};
use therapy_scribe_core::{AudioError, AudioSource, Notice, audio::AudioSink};
use tokio::{sync::mpsc, task::JoinHandle};

use crate::{AgentEvent, AgentLine, error::Error};
use ear::Ear;

/// Items that wait for the reader of [`PumpEvents`] beside those that the pump holds.
const ITEM_QUEUE: usize = 64;

/// Carries the audio of a conversation: what a source hears goes to the agent, and what the agent says goes to a sink.
///
/// ```no_run
/// # async fn talk(client: therapy_scribe_agent::VoiceAgentClient, microphone: Box<dyn therapy_scribe_core::AudioSource>,
/// #     loudspeaker: Box<dyn therapy_scribe_core::audio::AudioSink>) -> Result<(), Box<dyn std::error::Error>> {
/// use std::{sync::Arc, time::Duration};
/// use futures_util::StreamExt;
/// use therapy_scribe_agent::{AudioPump, PumpEvent};
///
/// let (handle, events) = client.connect().await?;
/// let mut events = AudioPump::new()
///     .source(microphone)
///     .sink(loudspeaker)
///     .half_duplex(Duration::from_millis(300)) // no headphones, and nothing that cancels echo
///     .start(Arc::new(handle.clone()), events)?;
/// while let Some(event) = events.next().await {
///     match event? {
///         PumpEvent::Agent(event) => println!("{event:?}"), // tools, words, the end
///         PumpEvent::Audio(notice) => println!("{notice:?}"), // the talk goes on
///         _ => {}
///     }
/// }
/// # Ok(()) }
/// ```
///
/// A source is mixed down, converted to the session's rate (feature `resample`) and cut to 50 ms. When it ends or fails, and
/// while it delivers nothing, the agent hears silence, which lets turns end. Without a source the host sends audio itself.
/// What the clinician interrupts is flushed from the sink at once, also while the host does not read.
#[derive(Default)]
#[must_use]
pub struct AudioPump {
    source: Option<Box<dyn AudioSource>>,
    sink: Option<Box<dyn AudioSink>>,
    tail: Option<Duration>,
}

impl AudioPump {
    /// A pump with neither end.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the agent hears.
    pub fn source(mut self, source: impl AudioSource + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// Where the agent is heard. Its format is the session's output format:
    /// [`VoiceAgentConfig::output_format`](crate::VoiceAgentConfig::output_format).
    pub fn sink(mut self, sink: impl AudioSink + 'static) -> Self {
        self.sink = Some(Box::new(sink));
        self
    }

    /// The agent hears silence while the sink plays its speech, and for `tail` after it: for rooms where the microphone
    /// hears the loudspeaker. It can't be interrupted then, but in its pauses. 300 ms do for a room.
    ///
    /// This goes by what the sink still holds; [`Duplex::Half`](crate::config::Duplex::Half) by the length of what came,
    /// and needs no sink. One of them is enough.
    pub fn half_duplex(mut self, tail: Duration) -> Self {
        self.tail = Some(tail);
        self
    }

    /// Begins, in one task on the current runtime, that ends with the conversation or with the stream that this returns.
    /// `line` is an [`AgentHandle`](crate::AgentHandle) or the line of an [`AgentConnection`](crate::AgentConnection), of
    /// which the pump holds a clone; `events` is the other half.
    ///
    /// # Errors
    /// [`Error::Audio`] for a source that can't be converted; [`Error::Config`] for one of another rate where the feature
    /// `resample` is off.
    pub fn start<E: Send + 'static>(
        self,
        line: Arc<dyn AgentLine>,
        events: impl Stream<Item = Result<AgentEvent, E>> + Send + 'static,
    ) -> Result<PumpEvents<E>, Error> {
        let ear = Arc::new(Ear::new(self.tail));
        let (told, notices) = mpsc::channel(ITEM_QUEUE);
        let source = self.source.map(|source| hear::fit(source, line.format()));
        let source = source.transpose()?;
        let hearing = {
            let (ear, told) = (Arc::clone(&ear), told.clone());
            async move {
                if let Some(source) = source {
                    hear::hear(source, line, ear, told).await;
                } else {
                    // The conversation lives as long as the pump, whoever sends its audio.
                    let _line = line;
                    std::future::pending::<()>().await;
                }
            }
        };
        let (mouth, speaking) = speak::mouth(self.sink, Arc::clone(&ear), told);
        let (sender, items) = mpsc::channel(ITEM_QUEUE);
        let running = run::run(events, mouth, hearing, speaking, notices, sender);
        Ok(PumpEvents {
            items,
            task: tokio::spawn(running),
            ear,
            ended: false,
        })
    }
}

impl fmt::Debug for AudioPump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = self.source.as_deref().map(AudioSource::format);
        let sink = self.sink.as_deref().map(AudioSink::format);
        f.debug_struct("AudioPump")
            .field("source", &source)
            .field("sink", &sink)
            .field("tail", &self.tail)
            .finish()
    }
}

/// What happens in a conversation whose audio is carried.
#[derive(Debug)]
#[non_exhaustive]
pub enum PumpEvent {
    /// What the conversation says. [`AgentEvent::Audio`] was given to the sink and is passed on for meters and logs; it is
    /// left out where the host reads too slowly.
    Agent(AgentEvent),
    /// Something about source or sink. The conversation goes on.
    Audio(AudioNotice),
}

/// Something about source or sink.
#[derive(Debug)]
#[non_exhaustive]
pub enum AudioNotice {
    /// The source is at its end; the agent hears silence from now on.
    SourceEnded,
    /// The source failed; the agent hears silence from now on.
    SourceFailed(AudioError),
    /// The sink failed; what the agent says is not heard from now on.
    SinkFailed(AudioError),
    /// The sink is so slow that speech of the agent was dropped.
    SpeechDropped,
    /// What source or sink want a person to know.
    Remark(Notice),
    /// The pump's task is gone, because source or sink panicked. Always the last.
    Lost,
}

/// The events of a conversation whose audio is carried. The last is [`AgentEvent::Closed`] or an error, after everything that
/// was said is heard, 10 s later at the latest. Dropping it has the conversation say goodbye.
///
/// Cancel safe: a `next` that is dropped has taken nothing.
pub struct PumpEvents<E> {
    items: mpsc::Receiver<Result<PumpEvent, E>>,
    task: JoinHandle<()>,
    ear: Arc<Ear>,
    ended: bool,
}

impl<E> PumpEvents<E> {
    /// From now on the agent hears silence in place of the source.
    pub fn mute(&self) {
        self.ear.mute();
    }

    /// From now on the agent hears the source again.
    pub fn unmute(&self) {
        self.ear.unmute();
    }

    /// Whether the source is muted, by [`mute`](Self::mute) or because the agent is heard.
    #[must_use]
    pub fn is_deaf(&self) -> bool {
        self.ear.is_deaf()
    }
}

impl<E> Stream for PumpEvents<E> {
    type Item = Result<PumpEvent, E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let item = ready!(self.items.poll_recv(cx));
        let item = item.unwrap_or(Ok(PumpEvent::Audio(AudioNotice::Lost)));
        self.ended = matches!(
            item,
            Err(_)
                | Ok(PumpEvent::Agent(AgentEvent::Closed(_)) | PumpEvent::Audio(AudioNotice::Lost))
        );
        Poll::Ready(Some(item))
    }
}

impl<E> FusedStream for PumpEvents<E> {
    fn is_terminated(&self) -> bool {
        self.ended
    }
}

impl<E> Drop for PumpEvents<E> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl<E> fmt::Debug for PumpEvents<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PumpEvents")
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
