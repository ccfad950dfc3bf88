//! What goes wrong in a session.

use serde_json::json;

use super::{Out, Session, reply::unknown};
use crate::agent::{AgentFaultKind, AgentRefusal, Manner, Reply, dialogue::Spent};

/// What is to happen to what is not made yet.
#[derive(Debug, Default)]
pub(super) struct Twists {
    silent: bool,
    error: bool,
    duplicate: bool,
    /// Which of the instructed replies have had their time.
    pub(super) instructed: Spent,
}

impl Twists {
    /// How a reply is said. A silent one before a tool's result is no use for a fault.
    pub(super) fn manner(&mut self, reply: &Reply) -> Manner {
        let manner = reply.manner;
        if manner != Manner::Spoken || !reply.calls.is_empty() {
            manner
        } else if std::mem::take(&mut self.silent) {
            Manner::Silent
        } else if std::mem::take(&mut self.error) {
            Manner::Error
        } else {
            manner
        }
    }

    pub(super) fn takes_duplicate(&mut self) -> bool {
        std::mem::take(&mut self.duplicate)
    }
}

impl Session {
    /// A fault, now or later.
    pub(crate) fn come(&mut self, delay_ms: u64, kind: AgentFaultKind) {
        if delay_ms == 0 && self.ready_ms.is_none() {
            self.suffer(kind);
        } else {
            self.coming.push((self.now_ms + delay_ms, kind));
        }
    }

    pub(super) fn suffer_due(&mut self) {
        let now = self.now_ms;
        if self.ready_ms.is_some() || self.detached_ms.is_some() {
            return;
        }
        let due: Vec<_> = self.coming.extract_if(.., |(at, _)| *at <= now).collect();
        for (_, kind) in due {
            self.suffer(kind);
        }
    }

    fn suffer(&mut self, kind: AgentFaultKind) {
        self.log.faults.push(kind);
        match kind {
            AgentFaultKind::Drop
            | AgentFaultKind::Reset
            | AgentFaultKind::HalfOpen
            | AgentFaultKind::Stall(_)
            | AgentFaultKind::RefuseConnect(_) => self.out.push_back(Out::Line(kind)),
            AgentFaultKind::Close(code) => self.out.push_back(Out::Close(code)),
            AgentFaultKind::InternalError => {
                self.error("internal_error", "Internal error");
                self.out.push_back(Out::Close(1011));
            }
            AgentFaultKind::Expire => self.expire_now(),
            AgentFaultKind::Cough => self.push(json!({"type": "input.speech.started"})),
            AgentFaultKind::UnknownEvent => self.push(unknown()),
            AgentFaultKind::ServerError => {
                let refusal = AgentRefusal::ServerError;
                self.error(refusal.code(), refusal.text());
            }
            AgentFaultKind::SilentReply => self.twists.silent = true,
            AgentFaultKind::ReplyError => self.twists.error = true,
            AgentFaultKind::DuplicateCall => self.twists.duplicate = true,
            // It is about opening.
            AgentFaultKind::Refuse(_) => {}
        }
    }
}
