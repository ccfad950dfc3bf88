//! Watches a conversation from outside and knows the invariants. It believes nothing that the machine says of itself: what
//! is open, playing or owed it works out from what went in.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::Duration,
};

use serde_json::Value;
use therapy_scribe_transport::Outgoing;

use super::super::{super::Action, validator::complaints};
use super::{LOUD, SAID, Setup};
use crate::{AgentEvent, CallFate, CallId, Spoken};

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A connection that is open.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a yes or no of its own"
)]
#[derive(Debug, Default)]
struct Connection {
    resumes: bool,
    has_spoken: bool,
    is_ready: bool,
    said_end: bool,
    heard_ended: bool,
}

#[derive(Debug)]
struct Call {
    epoch: u64,
    deadline: Duration,
    /// When its outcome was handed in.
    ready: Option<Duration>,
    results: u32,
    settled: u32,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a yes or no of its own"
)]
#[derive(Debug, Default)]
pub(super) struct Judge {
    immediate: bool,
    eager: bool,
    dialing: bool,
    connection: Option<Connection>,
    /// When a ready connection was lost, and the tries to resume since.
    dropped: Option<(Duration, u32)>,
    /// No further try to resume may follow, until a new session is ready.
    last_word: bool,
    heard_at: Duration,
    ends_at: Option<Duration>,
    audio: VecDeque<Duration>,
    reply: Option<String>,
    started: HashSet<String>,
    free_since: Duration,
    epoch: u64,
    calls: HashMap<CallId, Call>,
    http: HashSet<String>,
    ids: HashSet<String>,
    /// Replies with loud audio since they began, or ever, and those that must not be heard any more.
    loud: HashSet<String>,
    was_loud: HashSet<String>,
    dead: HashSet<String>,
    shown: HashMap<String, String>,
    said: HashMap<String, String>,
    /// The last that was heard is the end of a whole reply.
    just_completed: bool,
}

impl Judge {
    pub(super) fn new(setup: Setup) -> Self {
        Self {
            immediate: setup.immediate,
            eager: setup.eager,
            ..Self::default()
        }
    }

    pub(super) const fn is_dialing(&self) -> bool {
        self.dialing
    }

    pub(super) const fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    pub(super) fn dialed(&mut self, works: bool) {
        self.dialing = false;
        self.connection = works.then(Connection::default);
    }

    pub(super) fn lost(&mut self, now: Duration) {
        self.just_completed = false;
        let connection = self.connection.take();
        self.reply = None;
        let was_ready = connection
            .as_ref()
            .is_some_and(|connection| connection.is_ready && !connection.said_end);
        if was_ready {
            self.dropped = Some((now, 0));
        }
        self.last_word |= connection.is_some_and(|connection| connection.heard_ended);
    }

    pub(super) fn wants_end(&mut self, now: Duration) {
        self.ends_at.get_or_insert(now);
    }

    pub(super) fn outcome(&mut self, now: Duration, id: &CallId) {
        if self.ends_at.is_some() {
            return;
        }
        if let Some(call) = self.calls.get_mut(id)
            && now < call.deadline
        {
            call.ready.get_or_insert(now);
        }
    }

    /// The host wants silence: nothing of the open reply is handed out any more.
    pub(super) fn silences(&mut self) {
        if self.ends_at.is_some() {
            // Nothing is asked for any more after the end was.
            return;
        }
        self.dead.extend(self.reply.clone());
        self.just_completed = false;
    }

    pub(super) fn hears(&mut self, now: Duration, event: &Value) {
        self.heard_at = now;
        self.just_completed = false;
        let kind = event["type"].as_str().unwrap_or_default();
        let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
        let connection = self
            .connection
            .as_mut()
            .expect("only a connection is heard");
        match kind {
            "session.ready" if connection.has_spoken => {
                if !connection.is_ready {
                    // Another session knows nothing of the calls of the last.
                    self.epoch += u64::from(!connection.resumes);
                    self.free_since = now;
                    self.last_word &= connection.resumes;
                    self.dropped = None;
                }
                connection.is_ready = true;
                self.ids
                    .extend(Some(text("session_id")).filter(|id| !id.is_empty()));
                if event.get("config").is_some() {
                    self.http.insert("lookup".to_owned());
                }
            }
            "session.ended" => {
                connection.heard_ended = true;
                self.last_word = true;
            }
            "session.error" if connection.resumes && !connection.is_ready => {
                let code = text("code").to_lowercase();
                self.last_word |= ["session_not_found", "session_expired", "unauthorized"]
                    .contains(&code.as_str());
            }
            "tool.call" => self.calls_tool(now, &text("name"), CallId::new(text("call_id"))),
            "transcript.user" => {
                self.said.insert(text("item_id"), text("text"));
            }
            _ if connection.is_ready && !connection.said_end => self.talk(now, kind, event),
            _ => {}
        }
    }

    fn calls_tool(&mut self, now: Duration, name: &str, id: CallId) {
        if self.http.contains(name) && self.is_live() {
            return;
        }
        let timeout = match name {
            "search" => 10,
            "revise" => 60,
            _ => 120,
        };
        let ready = ["invented", "lookup"].contains(&name).then_some(now);
        // A call that comes while nobody talks is never answered.
        let epoch = if self.is_live() { self.epoch } else { u64::MAX };
        self.calls.entry(id).or_insert(Call {
            epoch,
            deadline: now + secs(timeout),
            ready,
            results: 0,
            settled: 0,
        });
    }

    fn is_live(&self) -> bool {
        self.connection
            .as_ref()
            .is_some_and(|connection| connection.is_ready && !connection.said_end)
    }

    fn talk(&mut self, now: Duration, kind: &str, event: &Value) {
        let id = event["reply_id"].as_str().map(ToOwned::to_owned);
        let is_open = self.reply.is_some() && (id.is_none() || id == self.reply);
        match kind {
            "transcript.user.delta" => {
                let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
                self.said.insert(text("item_id"), text("text"));
            }
            "input.speech.started" => {
                if let Some(open) = self.reply.clone().filter(|open| self.loud.contains(open)) {
                    self.dead.insert(open);
                }
            }
            "reply.started" => self.starts(id.unwrap_or_default()),
            "reply.audio" => {
                if self.reply.is_none()
                    && let Some(id) = id.clone().filter(|id| !self.started.contains(id))
                {
                    self.starts(id);
                }
                let open = self.reply.clone();
                if event["data"] == LOUD
                    && let Some(open) = open.filter(|open| id.as_ref().is_none_or(|id| id == open))
                {
                    self.was_loud.insert(open.clone());
                    self.loud.insert(open);
                }
            }
            "reply.done" => {
                let interrupted = event["status"] == "interrupted";
                if interrupted {
                    self.epoch += 1;
                    if is_open {
                        self.dead.extend(self.reply.clone());
                    }
                }
                if is_open {
                    self.reply = None;
                    self.free_since = now;
                }
                self.just_completed = event["status"] == "completed";
            }
            _ => {}
        }
    }

    fn starts(&mut self, id: String) {
        if self.reply.as_ref() != Some(&id) {
            self.started.insert(id.clone());
            self.loud.remove(&id);
            self.dead.remove(&id);
            self.reply = Some(id);
        }
    }

    pub(super) fn acts(&mut self, now: Duration, action: &Action, sessions: usize) {
        match action {
            Action::Dial => {
                assert!(self.connection.is_none(), "one connection at a time");
                self.dialing = true;
            }
            Action::HangUp => self.hangs_up(now),
            Action::Send(Outgoing::Text(text)) => self.sends(now, text, sessions),
            Action::Send(_) => assert!(self.connection.is_some()),
        }
    }

    /// I16: whoever is ready and was not left by the service hears a goodbye first; but a dead line hears nothing.
    fn hangs_up(&mut self, now: Duration) {
        self.dialing = false;
        if let Some(connection) = self.connection.take() {
            let is_dead = now >= self.heard_at + secs(45);
            let is_left = connection.heard_ended || connection.said_end;
            assert!(!connection.is_ready || is_left || is_dead, "I16");
            if connection.is_ready && !is_left {
                self.dropped = Some((now, 0));
            }
            self.reply = None;
        }
    }

    fn sends(&mut self, now: Duration, text: &str, sessions: usize) {
        let message: Value = serde_json::from_str(text).unwrap();
        let kind = message["type"].as_str().unwrap();
        let connection = self
            .connection
            .as_mut()
            .expect("only a connection is spoken to");
        let is_first = !std::mem::replace(&mut connection.has_spoken, true);
        let wrong = complaints(text, is_first);
        assert!(wrong.is_empty(), "I3, I4, I5, I8: {wrong:?}");
        if is_first {
            assert!(
                ["session.update", "session.resume"].contains(&kind),
                "I1: {kind}"
            );
        } else {
            assert!(
                connection.is_ready && kind != "session.resume",
                "I1: {kind}"
            );
        }
        assert!(!connection.said_end, "nothing follows a goodbye: {kind}");
        match kind {
            "session.resume" => {
                connection.resumes = true;
                assert!(!self.last_word, "I17, I18");
                let (lost_at, tries) = self
                    .dropped
                    .as_mut()
                    .expect("only what was lost is resumed");
                *tries += 1;
                assert!(*tries <= 5 && now <= *lost_at + secs(30), "I17");
            }
            "session.end" => {
                connection.said_end = true;
                self.last_word = true;
            }
            "input.audio" => {
                assert_eq!(sessions, self.ids.len(), "I22");
                self.streams(now);
            }
            "tool.result" => self.answers(now, &CallId::new(message["call_id"].as_str().unwrap())),
            _ => {}
        }
    }

    fn streams(&mut self, now: Duration) {
        self.audio.push_back(now);
        while self.audio.front().is_some_and(|at| *at + secs(5) < now) {
            self.audio.pop_front();
        }
        assert!(
            self.audio.len() <= 121,
            "I6: {} in five seconds",
            self.audio.len()
        );
    }

    fn answers(&mut self, now: Duration, id: &CallId) {
        let call = self.calls.get_mut(id).expect("only a call is answered");
        call.results += 1;
        assert_eq!(call.results, 1, "I7");
        assert!(now < call.deadline, "an answer after its time");
        assert!(self.immediate || self.reply.is_none(), "I9");
        assert_eq!(call.epoch, self.epoch, "I10");
    }

    pub(super) fn reads(&mut self, item: &AgentEvent) {
        let shown = format!("{item:?}");
        assert!(!shown.contains(SAID), "I20: {shown}");
        match item {
            AgentEvent::Audio { reply, .. } => assert!(!self.dead.contains(reply.as_str()), "I12"),
            AgentEvent::Flush => {
                // Whoever reads late may read an earlier one now.
                let is_of_now = self.eager && self.just_completed && self.is_live();
                assert!(!is_of_now, "I13");
            }
            AgentEvent::UserPartial(words) | AgentEvent::UserSaid(words) => {
                self.shown
                    .insert(words.item.clone(), words.text.expose().clone());
            }
            AgentEvent::UserRetracted { item } => {
                self.shown.insert(item.clone(), String::new());
            }
            AgentEvent::AgentSaid(text) if text.spoken == Spoken::Aloud => {
                assert!(self.was_loud.contains(text.reply.as_str()), "I15");
            }
            AgentEvent::CallSettled { id, fate } => {
                let call = self.calls.get_mut(id).expect("only a call ends");
                call.settled += 1;
                assert_eq!(call.settled, 1, "I7");
                assert_eq!(call.results == 1, *fate == CallFate::Sent, "I7");
            }
            _ => {}
        }
    }

    /// Nothing more happens at this moment.
    pub(super) fn rests(&mut self, now: Duration, is_done: bool) {
        if let Some(at) = self.ends_at {
            assert!(is_done || now < at + secs(3), "I16");
        }
        if is_done || !self.is_live() || self.reply.is_some() {
            return;
        }
        for (id, call) in &self.calls {
            let waits = call
                .ready
                .filter(|_| call.results == 0 && call.epoch == self.epoch && now < call.deadline);
            if let Some(ready) = waits {
                assert!(now <= ready.max(self.free_since) + secs(2), "I11: {id}");
            }
        }
    }

    pub(super) fn verdict(self) {
        for (id, call) in &self.calls {
            assert_eq!(call.settled, 1, "I7: {id}");
        }
        for (item, said) in &self.said {
            assert_eq!(self.shown.get(item), Some(said), "I14");
        }
    }
}
