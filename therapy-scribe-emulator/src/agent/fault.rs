//! What goes wrong with the voice agent, once.

mod plan;

use std::time::Duration;

use crate::streaming::Random;

pub(crate) use plan::{Coming, Plan};

/// Something that goes wrong once with the voice agent. All times are protocol time.
///
/// ```
/// use std::time::Duration;
/// use therapy_scribe_emulator::{AgentFault, AgentFaultKind, AgentRefusal, Emulator};
///
/// let builder = Emulator::builder().agent_faults([
///     // The connection is gone a second into the second reply, and the first try to resume is refused.
///     AgentFault::after("reply.started", 2, AgentFaultKind::Drop).delayed(Duration::from_secs(1)),
///     AgentFault::on_open(1, AgentFaultKind::Refuse(AgentRefusal::AtCapacity)),
/// ]);
/// # let _ = builder;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentFault {
    when: When,
    delay_ms: u64,
    kind: AgentFaultKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum When {
    /// Milliseconds of a session's audio.
    At(u64),
    /// The connection of that number opens.
    Open(u64),
    /// The event of that name has been sent so many times.
    After(String, u64),
}

/// What goes wrong with the voice agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AgentFaultKind {
    /// The connection is gone without a close (1006).
    Drop,
    /// The connection is reset in the middle of a frame.
    Reset,
    /// The connection stays, and nothing is read, written or answered any more.
    HalfOpen,
    /// For so long nothing is sent. What was due comes afterwards.
    Stall(Duration),
    /// A close with this code and nothing before it: 1011 for a fault of the service, 1012 for a restart. It has to be one
    /// that may stand in a close.
    Close(u16),
    /// `internal_error`, then a close with 1011.
    InternalError,
    /// The connection is gone, and for so long every new one to the emulator's port is reset.
    RefuseConnect(Duration),
    /// The session expires now.
    Expire,
    /// The connection is refused. As it opens only.
    Refuse(AgentRefusal),
    /// `input.speech.started`, of which nothing follows: a cough.
    Cough,
    /// An event of an unknown type.
    UnknownEvent,
    /// `server_error`; the session goes on.
    ServerError,
    /// The next reply without calls is pure silence: completed, without a transcript (4.8).
    SilentReply,
    /// The next reply without calls ends with `reply.error`.
    ReplyError,
    /// The next `tool.call` comes twice with the same id.
    DuplicateCall,
}

/// Why a connection is refused (7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AgentRefusal {
    /// The credential is bad.
    Unauthorized,
    /// The credential may not do this.
    Forbidden,
    /// The service is full.
    AtCapacity,
    /// The account has too many sessions.
    ConcurrencyExceeded,
    /// The agent could not be made ready.
    InitFailed,
    /// The agent was not ready after 10 s.
    Timeout,
    /// Something else failed.
    ServerError,
    /// Nobody knows the session, or no more.
    SessionNotFound,
    /// The session is another account's.
    SessionForbidden,
    /// The session has expired.
    SessionExpired,
}

impl AgentFault {
    /// Hits the first session that has heard so much audio, in milliseconds over all its connections.
    #[must_use]
    pub const fn at(audio_ms: u64, kind: AgentFaultKind) -> Self {
        Self {
            when: When::At(audio_ms),
            delay_ms: 0,
            kind,
        }
    }

    /// Hits the `n`-th connection, from 0: as it opens where it is refused, else when it is ready. Every upgrade counts.
    #[must_use]
    pub const fn on_open(n: u64, kind: AgentFaultKind) -> Self {
        Self {
            when: When::Open(n),
            delay_ms: 0,
            kind,
        }
    }

    /// Hits the session that is sent the `n`-th event of this type, from 1, counted over all sessions.
    #[must_use]
    pub fn after(event: impl Into<String>, n: u64, kind: AgentFaultKind) -> Self {
        Self {
            when: When::After(event.into(), n),
            delay_ms: 0,
            kind,
        }
    }

    /// So much later.
    #[must_use]
    pub fn delayed(mut self, delay: Duration) -> Self {
        self.delay_ms = millis(delay);
        self
    }

    /// What goes wrong.
    #[must_use]
    pub const fn kind(&self) -> AgentFaultKind {
        self.kind
    }

    /// `count` faults that a client can live with, spread over `length_ms` milliseconds of a session's audio; the same for
    /// the same seed.
    #[must_use]
    pub fn random(seed: u64, count: usize, length_ms: u64) -> Vec<Self> {
        let mut random = Random(seed);
        let parts = u64::try_from(count).unwrap_or(u64::MAX);
        let part_ms = length_ms.checked_div(parts).unwrap_or(0);
        (0..parts)
            .map(|part| {
                let at_ms = part * part_ms + random.below(part_ms.max(1));
                Self::at(at_ms, by_chance(&mut random))
            })
            .collect()
    }
}

fn by_chance(random: &mut Random) -> AgentFaultKind {
    let stall = Duration::from_millis(2000 + random.below(18_001));
    match random.below(11) {
        0 => AgentFaultKind::Drop,
        1 => AgentFaultKind::Reset,
        2 => AgentFaultKind::HalfOpen,
        3 => AgentFaultKind::Stall(stall),
        4 => AgentFaultKind::Close(1011),
        5 => AgentFaultKind::InternalError,
        6 => AgentFaultKind::Cough,
        7 => AgentFaultKind::UnknownEvent,
        8 => AgentFaultKind::SilentReply,
        9 => AgentFaultKind::ReplyError,
        _ => AgentFaultKind::DuplicateCall,
    }
}

pub(crate) fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

impl AgentRefusal {
    /// 7.1.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::AtCapacity => "at_capacity",
            Self::ConcurrencyExceeded => "concurrency_exceeded",
            Self::InitFailed => "agent_init_failed",
            Self::Timeout => "agent_timeout",
            Self::ServerError => "server_error",
            Self::SessionNotFound => "session_not_found",
            Self::SessionForbidden => "session_forbidden",
            Self::SessionExpired => "session_expired",
        }
    }

    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Unauthorized => "Authentication failed",
            Self::Forbidden => "Access denied",
            Self::AtCapacity => "The service is at capacity",
            Self::ConcurrencyExceeded => "Too many concurrent sessions",
            Self::InitFailed => "The agent could not be initialized",
            Self::Timeout => "The agent did not become ready in time",
            Self::ServerError => "Internal server error",
            Self::SessionNotFound => "Session not found",
            Self::SessionForbidden => "Session belongs to another account",
            Self::SessionExpired => "Session expired",
        }
    }
}
