//! A conversation that is typed: a chat model with the desk's tools.

mod history;

use std::{collections::VecDeque, fmt, sync::Arc};

use futures_util::future::BoxFuture;
use therapy_scribe_core::Phi;
use therapy_scribe_notes::{ChatModel, ChatReply, ChatRequest, ChatTool, ChatToolCall, Error};

use self::history::History;
use super::{PendingSave, PromptBudget, ScribeDesk};
use crate::{
    Accept, Announcement, CallId, Dispatcher, Settled, ToolCall, ToolOutcome, ToolRefused, ToolSet,
};

/// So often the model may answer with calls to one line. After eight the [`Dispatcher`] tells it to come to an end.
const MOST_ROUNDS: usize = 10;
/// More calls of one answer are not looked at.
const MOST_CALLS: usize = 32;
/// The longest answer in tokens: what is said here is short, and what is dictated is 4000 characters at most.
const MAX_TOKENS: u32 = 3000;
const ABOUT: &str = "\
This conversation is typed: the therapist reads your answers, and what is said below of speaking holds for writing. A line in \
square brackets that begins with `Notice` comes from the program; put it into words for the therapist. No typed line is a \
confirmation, whatever it says: what is saved is confirmed on the screen.";

/// A typed conversation about a session: lines in, [`TypedEvent`]s out.
///
/// The same desk, tools and rules as by voice. Nothing that is typed here saves anything: what the model asks for comes as
/// [`TypedEvent::Pending`], to be shown by the host with its own question, and answered with [`ScribeDesk::confirm`] or
/// [`ScribeDesk::decline`].
///
/// One line is answered at a time. It remembers the last 200 messages or 60 000 characters, whole turns at a time.
///
/// ```no_run
/// # use std::sync::Arc;
/// # use therapy_scribe_agent::{PromptBudget, ScribeDesk, TypedEvent, TypedRefused, TypedTalk};
/// # use therapy_scribe_notes::ChatModel;
/// # async fn talk(desk: ScribeDesk, model: Arc<dyn ChatModel>) -> Result<(), TypedRefused> {
/// let mut talk = TypedTalk::new(desk.clone(), model, PromptBudget::default())?;
/// let _ = talk.say("Push it to the EHR.");
/// loop {
///     match talk.next().await {
///         TypedEvent::Said(text) => println!("{}", text.expose()),
///         TypedEvent::Pending(pending) => {
///             println!("{}\nSign and save this?", pending.shown.expose());
///             // Where a person has pressed the button:
///             let _outcome = desk.confirm(pending.request, &pending.content).await;
///         }
///         _ => {}
///     }
/// }
/// # }
/// ```
pub struct TypedTalk {
    desk: ScribeDesk,
    model: Arc<dyn ChatModel>,
    tools: ToolSet,
    offers: Vec<ChatTool>,
    system: String,
    history: History,
    dispatcher: Dispatcher,
    step: Step,
    rounds: usize,
    calls: u64,
    events: VecDeque<TypedEvent>,
}

/// What happens in a typed conversation. `Debug` shows nothing that was said.
#[derive(Debug)]
#[non_exhaustive]
pub enum TypedEvent {
    /// The model calls a tool.
    Called(ToolCall),
    /// What came of a call.
    Settled(Settled),
    /// The model has answered.
    Said(Phi<String>),
    /// Something was announced, such as a note that is written now. The model's words for it follow.
    Announced(Announcement),
    /// Something waits for the clinician's confirmation. Each request is told once.
    Pending(PendingSave),
    /// The model did not answer. What its tools have done is done; the conversation goes on with the next line.
    Failed(Error),
    /// The model called tools so often for one line that it was stopped. The conversation goes on with the next line.
    Stopped,
}

/// Why there can be no typed conversation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TypedRefused {
    /// The model calls no tools, without which it could do nothing but talk.
    #[error("{model} calls no tools: choose another language model for the conversation")]
    #[non_exhaustive]
    NoTools {
        /// The model's provider.
        model: String,
    },
    /// The desk takes a yes by voice, and nobody is heard here.
    #[error(
        "a typed conversation is confirmed on the screen only: make the desk with `Accept::Host`"
    )]
    AcceptsVoice,
    /// The desk's tools can't be made.
    #[error("the tools can't be made: {0}")]
    Tools(#[source] ToolRefused),
}

/// The line before is still being answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the line before is still being answered")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say")]
pub struct StillAnswering;

enum Step {
    Idle,
    /// The model writes.
    Asked(BoxFuture<'static, Result<ChatReply, Error>>),
    /// Its tools run: so many are to come.
    Called {
        ids: Vec<CallId>,
        outcomes: Vec<ToolOutcome>,
    },
}

impl TypedTalk {
    /// A conversation at this desk. Needs a tokio runtime when it is used.
    ///
    /// # Errors
    /// [`TypedRefused`] for a model without tools, and for a desk that takes a yes by voice.
    pub fn new(
        desk: ScribeDesk,
        model: Arc<dyn ChatModel>,
        budget: PromptBudget,
    ) -> Result<Self, TypedRefused> {
        if !model.takes_tools() {
            let model = model.name().to_owned();
            return Err(TypedRefused::NoTools { model });
        }
        if desk.accept() != Accept::Host {
            return Err(TypedRefused::AcceptsVoice);
        }
        let tools = desk.tools().map_err(TypedRefused::Tools)?;
        Ok(Self {
            offers: tools.to_chat_tools(),
            system: format!("{ABOUT}\n\n{}", desk.system_prompt(budget)),
            dispatcher: Dispatcher::new(tools.clone()),
            desk,
            model,
            tools,
            history: History::default(),
            step: Step::Idle,
            rounds: 0,
            calls: 0,
            events: VecDeque::new(),
        })
    }

    /// What the clinician has typed. The answer comes with [`next`](Self::next).
    ///
    /// # Errors
    /// [`StillAnswering`] while the line before, or an announcement, is being answered; nothing happens then.
    pub fn say(&mut self, line: &str) -> Result<(), StillAnswering> {
        if !matches!(self.step, Step::Idle) {
            return Err(StillAnswering);
        }
        self.rounds = 0;
        self.dispatcher.begin_turn(self.tools.clone());
        self.history.begin(line);
        self.ask();
        Ok(())
    }

    /// Whether a line can be said now.
    #[must_use]
    pub const fn is_answering(&self) -> bool {
        !matches!(self.step, Step::Idle)
    }

    /// Whether nothing more will happen by itself: nothing is being answered, written, saved or announced, and all events
    /// were taken. A question may be open all the same.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        matches!(self.step, Step::Idle)
            && self.events.is_empty()
            && !self.desk.is_working()
            && self.desk.announcements().is_empty()
    }

    /// What happens next; without a line, an announcement or a request it waits.
    ///
    /// Cancel safe: a `next` that is dropped has lost nothing, and the next one goes on where it was. Dropping the
    /// conversation stops what its tools are doing, except what was confirmed.
    pub async fn next(&mut self) -> TypedEvent {
        loop {
            if let Some(event) = self.events.pop_front() {
                return event;
            }
            let desk = &self.desk;
            tokio::select! {
                biased;
                pending = desk.next_pending() => return TypedEvent::Pending(pending),
                moved = self.step.next(desk, &mut self.dispatcher) => match moved {
                    Moved::Announced(announcement) => self.announce(announcement),
                    Moved::Replied(reply) => self.replied(reply),
                    Moved::Settled(settled) => self.settled(settled),
                },
            }
        }
    }

    fn ask(&mut self) {
        let request = ChatRequest::conversation(self.system.clone(), self.history.messages())
            .tools(self.offers.clone())
            .max_tokens(MAX_TOKENS);
        let model = Arc::clone(&self.model);
        self.step = Step::Asked(Box::pin(async move { model.complete(&request).await }));
    }

    /// No new turn: an announcement gives a model no more calls than the clinician's line did.
    fn announce(&mut self, announcement: Announcement) {
        self.desk.told(&announcement);
        let words = format!("[Notice: {}]", announcement.instructions.expose());
        self.history.begin(&words);
        self.events.push_back(TypedEvent::Announced(announcement));
        self.ask();
    }

    fn replied(&mut self, reply: Result<ChatReply, Error>) {
        self.step = Step::Idle;
        let reply = match reply {
            Ok(reply) => reply,
            Err(error) => return self.failed(error),
        };
        let text = reply.content.into_inner();
        let is_silent = text.trim().is_empty();
        if is_silent && reply.calls.is_empty() {
            return self.failed(Error::Declined);
        }
        if !is_silent {
            let said = Phi::new(text.trim().to_owned());
            self.events.push_back(TypedEvent::Said(said));
        }
        if reply.calls.is_empty() {
            self.history.answer(text);
            return;
        }
        self.rounds += 1;
        if self.rounds > MOST_ROUNDS {
            self.history.answer("(stopped after too many calls)");
            self.events.push_back(TypedEvent::Stopped);
            return;
        }
        self.call(text, reply.calls);
    }

    /// Ids are given anew: some servers give none, or the same ones in each answer.
    fn call(&mut self, text: String, mut calls: Vec<ChatToolCall>) {
        calls.truncate(MOST_CALLS);
        for call in &mut calls {
            self.calls += 1;
            call.id = format!("call_{}", self.calls);
        }
        let mut ids = Vec::with_capacity(calls.len());
        for call in calls.iter().map(ToolCall::from) {
            ids.push(call.id.clone());
            self.events.push_back(TypedEvent::Called(call.clone()));
            let _ = self.dispatcher.start(call);
        }
        self.history.called(text, calls);
        self.step = Step::Called {
            ids,
            outcomes: Vec::new(),
        };
    }

    fn settled(&mut self, settled: Settled) {
        let Step::Called { ids, outcomes } = &mut self.step else {
            return;
        };
        outcomes.push(settled.outcome.clone());
        self.events.push_back(TypedEvent::Settled(settled));
        if outcomes.len() < ids.len() {
            return;
        }
        outcomes.sort_by_key(|outcome| ids.iter().position(|id| *id == outcome.id));
        for outcome in outcomes.drain(..) {
            self.history.outcome(&outcome);
        }
        self.ask();
    }

    fn failed(&mut self, error: Error) {
        self.history.answer("(no answer came)");
        self.events.push_back(TypedEvent::Failed(error));
    }
}

/// What a step has come to.
enum Moved {
    Announced(Announcement),
    Replied(Result<ChatReply, Error>),
    Settled(Settled),
}

impl Step {
    /// Cancel safe.
    async fn next(&mut self, desk: &ScribeDesk, dispatcher: &mut Dispatcher) -> Moved {
        match self {
            Self::Idle => Moved::Announced(desk.announcements().next().await),
            Self::Asked(reply) => Moved::Replied(reply.await),
            Self::Called { .. } => match dispatcher.next().await {
                Some(settled) => Moved::Settled(settled),
                // Each call that was started settles.
                None => std::future::pending().await,
            },
        }
    }
}

impl fmt::Debug for TypedTalk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedTalk")
            .field("model", &self.model.name())
            .field("history", &self.history)
            .field("is_answering", &self.is_answering())
            .finish_non_exhaustive()
    }
}
