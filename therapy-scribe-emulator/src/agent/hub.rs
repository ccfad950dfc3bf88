//! The sessions of the agent, and who may have them.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use serde_json::Value;

use super::{
    AgentFault, AgentLog, AgentQuirk, AgentRefusal, Dialogue,
    config::{Config, Invalid, Stage},
    fault::Plan,
    messages,
    quirk::Quirks,
    session::{Session, Shared, read, unknown},
    stored::StoredAgents,
};
use crate::{
    emulator::KEPT,
    streaming::{Query, Tokens},
    wall::unix_millis,
};

/// How the agent behaves.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub(crate) dialogue: Dialogue,
    pub(crate) quirks: Vec<AgentQuirk>,
    pub(crate) faults: Vec<AgentFault>,
}

/// The voice agent service.
pub(crate) struct Agents {
    pub(super) shared: Arc<Shared>,
    tokens: Tokens,
    /// Whose token it is.
    owners: Mutex<HashMap<String, String>>,
    sessions: Mutex<VecDeque<Kept>>,
    pub(super) stored: StoredAgents,
    /// Where artifacts are served.
    pub(super) origin: String,
    opened: AtomicU64,
    /// How many agents were stored.
    named: AtomicU64,
    asked: AtomicUsize,
}

pub(super) type Kept = Arc<Mutex<Session>>;

impl std::fmt::Debug for Agents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agents").finish_non_exhaustive()
    }
}

/// What becomes of a connection's first message.
#[derive(Debug)]
pub(super) enum First {
    /// It has a session now, as this connection of it.
    Session(Kept, u64),
    /// This is answered, and the connection waits on.
    Answer(Option<Value>),
    /// This is answered, and the connection is closed with 1008.
    Refusal(Value),
}

/// 1.5: how much audio may be ahead of time; and how late a busy machine may be, in real time, so that a client that keeps
/// time is not blamed at high speeds.
const AHEAD_MS: u64 = 1000;
const LATE: std::time::Duration = std::time::Duration::from_millis(100);

impl Agents {
    pub(crate) fn new(settings: Settings, origin: String, seed: u64, pace: f64) -> Self {
        let late_ms = super::fault::millis(LATE.mul_f64(pace));
        Self {
            shared: Arc::new(Shared {
                dialogue: settings.dialogue,
                quirks: Quirks(settings.quirks),
                plan: Plan::new(settings.faults),
                seed,
                wall_ms: unix_millis(),
                ahead_ms: AHEAD_MS + late_ms,
            }),
            tokens: Tokens::default(),
            owners: Mutex::default(),
            sessions: Mutex::default(),
            stored: StoredAgents::default(),
            origin,
            opened: AtomicU64::new(0),
            named: AtomicU64::new(1),
            asked: AtomicUsize::new(0),
        }
    }

    /// 1.3: a token, which is its owner's.
    pub(super) fn mint(&self, query: &Query, account: &str, now_ms: u64) -> (u16, Value) {
        let (status, body) = self.tokens.mint(query, now_ms);
        if let Some(token) = body.get("token").and_then(Value::as_str) {
            let mut owners = lock(&self.owners);
            owners.retain(|token, _| self.tokens.check(token, now_ms).is_some());
            owners.insert(token.to_owned(), account.to_owned());
        }
        (status, body)
    }

    /// 1.2: whose connection it is. A key stands in the header, a token anywhere.
    pub(crate) fn admit(
        &self,
        header: Option<&str>,
        token: Option<&str>,
        accepts: impl Fn(&str) -> bool,
        now_ms: u64,
    ) -> Result<String, AgentRefusal> {
        let credential = header.or(token).unwrap_or_default();
        if let Some(owner) = self.owner(credential, now_ms) {
            return Ok(owner);
        }
        let is_key = header.is_some_and(accepts) && !credential.starts_with("rt.");
        is_key
            .then(|| credential.to_owned())
            .ok_or(AgentRefusal::Unauthorized)
    }

    pub(crate) fn refuses_by_status(&self) -> bool {
        self.shared.quirks.has(AgentQuirk::RefusesByStatus)
    }

    /// 1.2: whose credential this is, if it is a token or, for a session that waits, its `resume_token`.
    fn owner(&self, credential: &str, now_ms: u64) -> Option<String> {
        if credential.starts_with("rt.") {
            let sessions = lock(&self.sessions);
            return sessions
                .iter()
                .find_map(|session| lock(session).owner_of(credential));
        }
        self.tokens.check(credential, now_ms)?.ok()?;
        lock(&self.owners).get(credential).cloned()
    }

    pub(super) fn first(&self, text: &str, account: &str, now_ms: u64) -> First {
        let (kind, message) = match read(text) {
            Ok(read) => read,
            Err(error) => return First::Answer(Some(error)),
        };
        let session = message.get("session");
        match (kind.as_str(), session) {
            ("session.update", Some(update)) => self.begin(update, account, now_ms),
            ("session.resume", _) => self.resume(message.get("session_id"), account, now_ms),
            // 1.4: it is discarded.
            ("input.audio", _) => First::Answer(None),
            (
                "session.update"
                | "session.end"
                | "tool.result"
                | "reply.create"
                | "reply.cancel"
                | "conversation.message",
                _,
            ) => {
                let says =
                    "The first message must be session.update with a session, or session.resume";
                First::Answer(Some(messages::plain_error("invalid_format", says)))
            }
            (other, _) => First::Answer(Some(unknown(other))),
        }
    }

    fn begin(&self, update: &Value, account: &str, now_ms: u64) -> First {
        let most = self.shared.quirks.find(|quirk| match quirk {
            AgentQuirk::AtMost(most) => Some(most),
            _ => None,
        });
        if most.is_some_and(|most| self.count(account, now_ms) >= most) {
            return refused(AgentRefusal::ConcurrencyExceeded);
        }
        let number = self.opened.fetch_add(1, Ordering::Relaxed);
        let (shared, owner) = (Arc::clone(&self.shared), account.to_owned());
        match self.configured(update, account) {
            Ok((config, agent_id)) => {
                let session = Session::with(shared, owner, number, config, now_ms);
                let mut session = session.of_agent(agent_id);
                let line = session.open_line();
                let first = serde_json::json!({"type": "session.update", "session": update});
                session.log.receive(&first, now_ms);
                let session = Arc::new(Mutex::new(session));
                let mut sessions = lock(&self.sessions);
                if sessions.len() >= KEPT {
                    sessions.pop_front();
                }
                sessions.push_back(Arc::clone(&session));
                First::Session(session, line)
            }
            Err(invalid) => First::Refusal(messages::error(&invalid, None)),
        }
    }

    /// 2.1: the configuration that is sent, or that of a stored agent.
    fn configured(
        &self,
        update: &Value,
        account: &str,
    ) -> Result<(Config, Option<String>), Invalid> {
        let id = update.get("agent_id").and_then(Value::as_str);
        let is_alone = update.as_object().is_some_and(|update| update.len() == 1);
        let agent = id.filter(|_| is_alone);
        if let Some(agent) = agent.and_then(|id| self.stored.find(account, id)) {
            return Ok((agent.config()?, Some(agent.id)));
        }
        let mut config = Config::new();
        config.update(update, Stage::First)?;
        Ok((config, None))
    }

    /// Section 6.
    fn resume(&self, id: Option<&Value>, account: &str, now_ms: u64) -> First {
        let Some(id) = id.and_then(Value::as_str) else {
            let says = "session.resume needs session_id";
            return First::Answer(Some(messages::plain_error("invalid_format", says)));
        };
        let Some(session) = self.find(id) else {
            return refused(AgentRefusal::SessionNotFound);
        };
        let resumed = lock(&session).resume(account, now_ms);
        match resumed {
            Ok(line) => First::Session(session, line),
            Err(refusal) => refused(refusal),
        }
    }

    /// 1.5: sessions that wait to be resumed count.
    fn count(&self, account: &str, now_ms: u64) -> usize {
        let sessions = self.all();
        let is_open = |session: &&Kept| {
            let mut session = lock(session);
            session.settle(now_ms);
            session.is_of(account) && !session.is_over()
        };
        sessions.iter().filter(is_open).count()
    }

    pub(super) fn all(&self) -> Vec<Kept> {
        lock(&self.sessions).iter().cloned().collect()
    }

    pub(super) fn find(&self, id: &str) -> Option<Kept> {
        let sessions = lock(&self.sessions);
        sessions.iter().find(|s| lock(s).id == id).cloned()
    }

    /// What the next agent's id comes from.
    pub(super) fn next_id(&self) -> u64 {
        let number = self.named.fetch_add(1, Ordering::Relaxed);
        self.shared.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    /// Whether this HTTP request is one of those that are put off.
    pub(super) fn puts_off(&self) -> bool {
        let first = self.shared.quirks.find(|quirk| match quirk {
            AgentQuirk::Busy(first) => Some(first),
            _ => None,
        });
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        first.is_some_and(|first| asked < first)
    }

    pub(crate) fn logs(&self) -> Vec<AgentLog> {
        self.all()
            .iter()
            .map(|session| lock(session).log.clone())
            .collect()
    }
}

fn refused(refusal: AgentRefusal) -> First {
    First::Refusal(messages::plain_error(refusal.code(), refusal.text()))
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
