//! The rules of a conversation, without sockets and clocks (`voice-agent.md` sections 4 to 8). One machine lives as long as
//! the conversation does, over all connections and sessions that it takes; nobody else reconnects.

mod calls;
mod deadlines;
mod downlink;
mod handover;
mod incoming;
mod items;
mod link;
mod replies;
mod retry;
mod says;
#[cfg(test)]
mod tests;
mod uplink;
mod watch;

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;
use therapy_scribe_core::Phi;
use therapy_scribe_transport::{self as transport, Outgoing};

use crate::{
    AgentEvent, AgentNotice, AgentStats, AgentUpdate, ContextRole, ToolOutcome,
    config::{Duplex, Fields, Tuning, VoiceAgentConfig},
    error::Error,
    wire,
};
use calls::{Calls, Moment};
pub(crate) use downlink::is_audible;
use incoming::Offers;
use items::Items;
use link::{Link, Purpose, Session};
use replies::Replies;
use says::Says;
use uplink::Uplink;
use watch::{User, Watch};

/// How long the goodbye may take.
pub(crate) const GOODBYE_LIMIT: Duration = Duration::from_secs(3);
/// How long the room still hears the agent after its last sample.
const ECHO: Duration = Duration::from_millis(300);

/// What the host asks for.
#[derive(Debug)]
pub(crate) enum Command {
    Outcome(ToolOutcome),
    Say(Phi<String>),
    Update(AgentUpdate),
    Interrupt,
    Context(ContextRole, Phi<String>),
    Tune(Tuning),
    Recap(Phi<String>),
    End,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Open a connection, with a fresh credential.
    Dial,
    /// Send on the open connection.
    Send(Outgoing),
    /// Close the connection, or give up opening it.
    HangUp,
}

/// The state machine of one conversation.
pub(crate) struct Conversation {
    /// The time of the last thing that happened.
    now: Duration,
    link: Link,
    purpose: Purpose,
    /// What a session is configured with by now.
    fields: Fields,
    renews_credential: bool,
    recap: Option<Phi<String>>,
    session: Session,
    /// All sessions that there were: each left a record.
    sessions: Vec<String>,
    actions: VecDeque<Action>,
    /// Messages that waited when the line was lost, or before it is ready.
    carried: Vec<Outgoing>,
    says: Says,
    items: Items,
    uplink: Uplink,
    replies: Replies,
    calls: Calls,
    offers: Offers,
    user: User,
    watch: Watch,
    last_error: Option<(wire::ServiceError, Duration)>,
    /// The host wants the end, and this is when it comes in any case.
    ending: Option<Duration>,
    stats: AgentStats,
    last: Option<Result<AgentStats, Error>>,
    random: u64,
}

impl Conversation {
    /// `renews_credential` says whether each connection has a credential of its own, so that a refused one is no last word.
    pub(crate) fn new(config: &VoiceAgentConfig, renews_credential: bool, seed: u64) -> Self {
        let fields = config.fields.clone();
        Self {
            now: Duration::ZERO,
            link: Link::Dialing,
            purpose: Purpose::New { tries: 0 },
            renews_credential,
            recap: None,
            session: Session::default(),
            sessions: Vec::new(),
            actions: VecDeque::from([Action::Dial]),
            carried: Vec::new(),
            says: Says::default(),
            items: Items::default(),
            uplink: Uplink::new(fields.input),
            replies: Replies::new(fields.output),
            calls: Calls::new(fields.results),
            offers: Offers::new(&fields.tools),
            user: User::default(),
            watch: Watch::default(),
            last_error: None,
            ending: None,
            stats: AgentStats::default(),
            last: None,
            random: seed,
            fields,
        }
    }

    pub(crate) fn on_audio(&mut self, now: Duration, audio: &Bytes) {
        if self.ending.is_none() && self.link != Link::Done {
            self.uplink.push(audio);
            self.settle(now);
        }
    }

    pub(crate) fn on_command(&mut self, now: Duration, command: Command) {
        if self.link == Link::Done || self.ending.is_some() {
            return;
        }
        match command {
            Command::Outcome(outcome) => self.on_outcome(now, outcome),
            Command::Say(instructions) => self.says.ask(instructions),
            Command::Update(update) => self.update(update),
            Command::Interrupt => self.interrupt(now),
            Command::Context(role, words) => {
                self.send(wire::conversation_message(role, words.expose()));
            }
            Command::Tune(tuning) => {
                self.fields.tuning.apply(&tuning);
                self.send(wire::tuning(&tuning));
            }
            Command::Recap(recap) => self.recap = Some(recap),
            Command::End => self.end(now),
        }
        self.settle(now);
    }

    /// Nobody is left who could end the conversation, or hear it.
    pub(crate) fn on_abandoned(&mut self, now: Duration) {
        self.end(now);
        self.settle(now);
    }

    /// What to do next. Audio comes last: nothing else waits for it.
    pub(crate) fn pop_action(&mut self, now: Duration) -> Option<Action> {
        if let Some(action) = self.actions.pop_front() {
            return Some(action);
        }
        if self.link != Link::Live {
            return None;
        }
        let deaf = self.fields.duplex == Duplex::Half && self.is_echoing(now);
        let message = self.uplink.pop(now, deaf)?;
        Some(Action::Send(Outgoing::Text(message)))
    }

    /// Whether the connection is to be let go of, even in the middle of a write.
    pub(crate) fn takes_hang_up(&mut self) -> bool {
        let is_next = self.actions.front() == Some(&Action::HangUp);
        if is_next {
            self.actions.pop_front();
        }
        is_next
    }

    /// When audio can be sent next; it need not be looked at while something is being sent.
    pub(crate) fn audio_due(&self) -> Option<Duration> {
        self.uplink.due().filter(|_| self.link == Link::Live)
    }

    pub(crate) fn wants_audio(&self) -> bool {
        self.ending.is_some() || !self.uplink.is_full()
    }

    pub(crate) fn has_item(&self) -> bool {
        !self.items.is_empty()
    }

    pub(crate) fn pop_item(&mut self) -> Option<AgentEvent> {
        self.items.pop()
    }

    pub(crate) fn is_done(&self) -> bool {
        self.link == Link::Done
    }

    /// The end, for when all items are read.
    pub(crate) fn take_last(&mut self) -> Option<Result<AgentStats, Error>> {
        self.last.take()
    }

    /// All sessions that there were.
    pub(crate) fn sessions(&self) -> &[String] {
        &self.sessions
    }

    /// What was asked for and not said yet is not said either; what a tool has done is.
    fn interrupt(&mut self, now: Duration) {
        self.says.take_back();
        let open = self.replies.hush(now, &mut self.items);
        if let Some(open) = open.filter(|_| self.link == Link::Live) {
            self.send(wire::reply_cancel(open.as_str()));
        }
    }

    fn update(&mut self, update: AgentUpdate) {
        self.send(wire::update(&update));
        if let Some(prompt) = update.prompt {
            self.fields.prompt = Some(prompt);
        }
        if let Some(tools) = update.tools {
            self.offers.offer(&tools);
            self.fields.tools = tools;
        }
    }

    fn on_outcome(&mut self, now: Duration, outcome: ToolOutcome) {
        let id = outcome.id.clone();
        match self.calls.outcome(now, outcome) {
            Ok(Some(report)) => self.says.report(report),
            Ok(None) => {}
            Err(calls::TooLong) => {
                self.notice(AgentNotice::ResultTooLong { id });
            }
        }
    }

    fn is_echoing(&self, now: Duration) -> bool {
        self.replies
            .since_heard(now)
            .is_some_and(|since| since < ECHO)
    }

    fn moment(&self, now: Duration) -> Moment {
        Moment {
            now,
            reply_open: self.replies.is_open(),
            free_since: self.replies.closed_at.max(self.session.live_since),
            user_speaks: self.user.is_speaking(now),
        }
    }

    /// Sends now, or once the line is ready.
    fn send(&mut self, message: String) {
        if self.link == Link::Live {
            self.actions
                .push_back(Action::Send(Outgoing::Text(message)));
        } else {
            self.carried.push(Outgoing::Text(message));
        }
    }

    fn notice(&mut self, notice: AgentNotice) {
        self.items.push(AgentEvent::Notice(notice));
    }

    /// After everything that happens: what has become possible is done, and told.
    fn settle(&mut self, now: Duration) {
        self.now = now;
        self.calls.expire(now);
        if self.link == Link::Live {
            while let Some(outcome) = self.calls.next_result(self.moment(now)) {
                self.send(wire::tool_result(&outcome));
                self.watch.owe(now);
            }
            self.speak(now);
            self.hand_over_if_due(now);
        } else {
            self.uplink.spill(now);
        }
        for (id, fate) in self.calls.take_settled() {
            self.items.push(AgentEvent::CallSettled { id, fate });
        }
    }

    /// The next of what the agent is asked to say, once nothing else is under way.
    fn speak(&mut self, now: Duration) {
        let moment = self.moment(now);
        let busy = moment.reply_open || moment.user_speaks || self.watch.expects_reply(now);
        if !busy && let Some(instructions) = self.says.pop() {
            self.send(wire::reply_create(instructions.expose()));
            self.watch.asked(now);
        }
    }
}

/// What is lost with a connection, as an error.
fn lost(error: transport::Error) -> Error {
    Error::Transport(error)
}
