//! One session with the agent, without sockets: texts and time in, events out. Times are milliseconds of protocol time
//! since the emulator started. A session outlives its connection by 30 s (section 6).

mod asked;
mod call;
mod fault;
mod hear;
mod inbox;
mod life;
mod reply;

use std::{collections::VecDeque, fmt, sync::Arc};

use serde_json::{Value, json};

use super::{
    AgentFaultKind, AgentLog, AgentQuirk, Dialogue,
    config::{Config, Invalid, Stage, Turns},
    dialogue::Spent,
    fault::Plan,
    messages,
    quirk::Quirks,
    sound::Encoding,
    timeline::Timeline,
};
use crate::streaming::Random;
use call::Group;
use fault::Twists;
use hear::Ear;
pub(super) use inbox::{read, unknown};
use reply::{Open, Planned};

/// What all sessions share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) dialogue: Dialogue,
    pub(crate) quirks: Quirks,
    pub(crate) plan: Plan,
    pub(crate) seed: u64,
    /// Time of day when the emulator started, in milliseconds since 1970.
    pub(crate) wall_ms: u64,
    /// How much audio may be ahead of time, in milliseconds.
    pub(crate) ahead_ms: u64,
}

/// What to send, or to do to the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Out {
    Text(String),
    Close(u16),
    /// The connection suffers.
    Line(AgentFaultKind),
}

/// How a session came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Over {
    pub(super) at_ms: u64,
    /// 9: `public_close_reason`.
    pub(super) reason: &'static str,
}

/// One session.
pub(crate) struct Session {
    pub(crate) id: String,
    /// Whose it is.
    account: String,
    shared: Arc<Shared>,
    config: Config,
    turns: Turns,
    input: Encoding,
    output: Encoding,
    random: Random,
    now_ms: u64,
    ticked_ms: u64,
    created_ms: u64,
    expires_ms: u64,
    /// When `session.updated` and `session.ready` are due.
    updated_ms: Option<u64>,
    ready_ms: Option<u64>,
    greets: bool,
    end_ms: Option<u64>,
    over: Option<Over>,
    /// Which connection is the session's.
    line: u64,
    /// Since when it has none.
    detached_ms: Option<u64>,
    out: VecDeque<Out>,
    ear: Ear,
    spent: Spent,
    reply: Option<Open>,
    queue: VecDeque<Planned>,
    groups: Vec<Group>,
    groups_made: u64,
    /// What a `hold` keeps back (O13).
    withheld: Vec<Value>,
    coming: Vec<(u64, AgentFaultKind)>,
    twists: Twists,
    /// The credential of its next connection (section 6).
    resume_token: String,
    is_deleted: bool,
    timeline: Timeline,
    /// Of which stored agent it is.
    agent_id: Option<String>,
    pub(crate) log: AgentLog,
}

/// Time passes in these steps.
const TICK_MS: u64 = 10;
/// Appendix A, start: `session.updated`, and `session.ready` about 17 ms later.
const UPDATED_MS: u64 = 430;
const READY_AFTER_MS: u64 = 20;
/// 1.5, measured.
const LIFE_MS: u64 = 3_595_000;

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// A session from its first update; the update may be refused.
    #[cfg(test)]
    pub(super) fn new(
        shared: Arc<Shared>,
        account: String,
        number: u64,
        update: &Value,
        now_ms: u64,
    ) -> Result<Self, Invalid> {
        let mut config = Config::new();
        config.update(update, Stage::First)?;
        Ok(Self::with(shared, account, number, config, now_ms))
    }

    /// A session that is configured.
    pub(super) fn with(
        shared: Arc<Shared>,
        account: String,
        number: u64,
        mut config: Config,
        now_ms: u64,
    ) -> Self {
        shared
            .dialogue
            .informational()
            .for_each(|name| config.add_http_tool(name));
        let mut random = Random(shared.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let id = format!("sess_{}{}", hex(&mut random), hex(&mut random));
        let quirks = &shared.quirks;
        let lives = quirks.millis(|quirk| match quirk {
            AgentQuirk::ExpiresAfter(length) => Some(length),
            _ => None,
        });
        let (updated_ms, ready_ms) = start_times(quirks, now_ms);
        let (input, output) = (config.input(), config.output());
        Self {
            log: AgentLog {
                id: id.clone(),
                ..AgentLog::default()
            },
            id,
            account,
            turns: config.turns(),
            greets: config.greeting().is_some(),
            config,
            input,
            output,
            random,
            now_ms,
            ticked_ms: now_ms,
            created_ms: now_ms,
            expires_ms: now_ms.saturating_add(lives.unwrap_or(LIFE_MS)),
            updated_ms,
            ready_ms: Some(ready_ms),
            end_ms: None,
            over: None,
            line: 0,
            detached_ms: Some(now_ms),
            out: VecDeque::new(),
            ear: Ear::new(input),
            spent: Spent::default(),
            reply: None,
            queue: VecDeque::new(),
            groups: Vec::new(),
            groups_made: 0,
            withheld: Vec::new(),
            coming: Vec::new(),
            twists: Twists::default(),
            resume_token: String::new(),
            is_deleted: false,
            timeline: Timeline::default(),
            agent_id: None,
            shared,
        }
    }

    /// 2.1: it is one of a stored agent.
    pub(super) fn of_agent(mut self, agent_id: Option<String>) -> Self {
        self.agent_id = agent_id;
        self
    }

    /// Since the session began.
    fn since_ms(&self) -> u64 {
        self.now_ms.saturating_sub(self.created_ms)
    }

    /// Time passes.
    pub(crate) fn on_time(&mut self, now_ms: u64) {
        while self.ticked_ms + TICK_MS <= now_ms {
            if !self.is_busy() {
                // Nothing happens until then, or until a message comes.
                let idle_ms = self
                    .deadline_ms()
                    .min(now_ms)
                    .saturating_sub(self.ticked_ms);
                self.ticked_ms += (idle_ms / TICK_MS * TICK_MS).max(TICK_MS) - TICK_MS;
            }
            self.ticked_ms += TICK_MS;
            self.now_ms = self.ticked_ms;
            self.tick();
        }
        self.now_ms = self.now_ms.max(now_ms);
    }

    /// When to call [`on_time`](Self::on_time) again, unless a message comes.
    pub(crate) fn next_ms(&self) -> u64 {
        if self.is_busy() {
            self.ticked_ms + TICK_MS
        } else {
            self.deadline_ms().saturating_add(TICK_MS)
        }
    }

    pub(crate) fn pop(&mut self) -> Option<Out> {
        self.out.pop_front()
    }

    fn tick(&mut self) {
        if self.over.is_some() {
            return;
        }
        self.start();
        self.expire();
        self.end();
        self.suffer_due();
        self.listen();
        self.go_on();
        self.work_calls();
        self.say_unheard();
        self.begin_queued();
    }

    fn is_busy(&self) -> bool {
        let starting = self.ready_ms.is_some() || self.updated_ms.is_some();
        let waiting = self.reply.is_some() || !self.queue.is_empty() || !self.groups.is_empty();
        self.over.is_none()
            && (starting
                || waiting
                || self.end_ms.is_some()
                || self.ear.is_busy()
                || !self.coming.is_empty())
    }

    fn deadline_ms(&self) -> u64 {
        if self.over.is_some() {
            u64::MAX - TICK_MS
        } else {
            self.expires_ms
        }
    }

    /// Appendix A, start; section 6: a resumed session is only ready again.
    fn start(&mut self) {
        let now = self.now_ms;
        if self.updated_ms.is_some_and(|at| at <= now) {
            self.updated_ms = None;
            let config = self.config.echo(&self.id);
            self.push(json!({"type": "session.updated", "config": config}));
        }
        if self.ready_ms.is_none_or(|at| at > now) {
            return;
        }
        self.ready_ms = None;
        let token = format!("rt.{}{}", hex(&mut self.random), self.id);
        let expires_at = (self.shared.wall_ms + self.expires_ms) / 1000;
        let config = self.config.echo(&self.id);
        self.resume_token.clone_from(&token);
        self.ear.ready(now, self.shared.ahead_ms);
        self.push(
            json!({"type": "session.ready", "session_id": self.id, "expires_at": expires_at,
            "resume_token": token, "config": config}),
        );
        if std::mem::take(&mut self.greets) {
            self.greet();
        }
    }

    /// Whether the client may speak.
    fn is_live(&self) -> bool {
        self.ready_ms.is_none() && self.is_open()
    }

    fn is_open(&self) -> bool {
        self.end_ms.is_none() && self.over.is_none() && self.detached_ms.is_none()
    }

    /// An event, now. Without a connection it is lost (section 6).
    fn push(&mut self, event: Value) {
        if self.detached_ms.is_some() {
            return;
        }
        let kind = event.get("type").and_then(Value::as_str);
        let kind = kind.unwrap_or_default().to_owned();
        self.log.send(&kind, self.now_ms);
        let shared = Arc::clone(&self.shared);
        let unix_ms = shared.wall_ms + self.now_ms;
        let text = messages::written(event, &shared.quirks, unix_ms);
        self.out.push_back(Out::Text(text));
        for (delay_ms, fault) in shared.plan.sent(&kind) {
            self.come(delay_ms, fault);
        }
    }

    fn error(&mut self, code: &'static str, message: &str) {
        self.push(messages::plain_error(code, message));
    }

    fn new_id(&mut self, prefix: &str) -> String {
        format!("{prefix}{}", hex(&mut self.random))
    }
}

/// Appendix A, start: when `session.updated` and `session.ready` are due.
fn start_times(quirks: &Quirks, now_ms: u64) -> (Option<u64>, u64) {
    let after = quirks.millis(|quirk| match quirk {
        AgentQuirk::StartsAfter(length) => Some(length),
        _ => None,
    });
    let updated_ms = now_ms.saturating_add(after.unwrap_or(UPDATED_MS));
    let ready_ms = updated_ms.saturating_add(READY_AFTER_MS);
    let updated_ms = if quirks.has(AgentQuirk::ReadyOnly) {
        None
    } else if quirks.has(AgentQuirk::ReadyBeforeUpdated) {
        Some(ready_ms + READY_AFTER_MS)
    } else {
        Some(updated_ms)
    };
    (updated_ms, ready_ms)
}

/// 16 hexadecimal digits by chance.
pub(super) fn hex(random: &mut Random) -> String {
    format!("{:016x}", random.below(u64::MAX))
}

#[cfg(test)]
mod tests;
