//! Sessions whose time is up, and those that take their place (`voice-agent.md` 8.2, 9a).

use std::time::Duration;

use super::{Conversation, GOODBYE_LIMIT, link::Purpose};
use crate::{AgentEvent, AgentNotice, error::Error};

/// How long before its end a session is handed over when the line is idle, when it is in any case, and when it is ended.
const WARN: Duration = Duration::from_secs(90);
const HURRY: Duration = Duration::from_secs(15);
const STOP: Duration = Duration::from_secs(5);
/// A session that took another's place and did not last so long has no successor.
const SHORTEST: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_secs(1);
impl Conversation {
    /// The session's time is up.
    pub(super) fn expired(&mut self, now: Duration) {
        if self.can_hand_over() {
            self.hand_over(now);
        } else {
            self.finish(now, Err(Error::Expired));
        }
    }

    /// Sessions that end as soon as they begin are not followed by ever more of them.
    pub(super) fn can_hand_over(&self) -> bool {
        let lived = self.now.saturating_sub(self.session.opened_at);
        self.recap.is_some()
            && self.fields.agent_id.is_none()
            && self.ending.is_none()
            && (self.stats.sessions == 1 || lived >= SHORTEST)
    }

    pub(super) fn hand_over(&mut self, now: Duration) {
        self.forget_turn(now);
        self.stats.confirmed = false;
        self.carried.clear();
        self.purpose = Purpose::HandOver { tries: 0 };
        self.dial();
    }

    /// What belonged to the old session is over.
    pub(super) fn forget_turn(&mut self, now: Duration) {
        self.replies.lost(now, &mut self.items);
        for report in self.calls.interrupt() {
            self.says.report(report);
        }
        self.watch.reply_started();
        self.user.quiet(now);
    }

    /// Shortly before its end a session goes over into a new one: when nothing is under way, or when time runs out.
    pub(super) fn hand_over_if_due(&mut self, now: Duration) {
        let Some(expires) = self.session.expires else {
            return;
        };
        let left = expires.saturating_sub(now);
        if left > WARN {
            self.session.look_at = Some(expires.saturating_sub(WARN));
            return;
        }
        self.session.look_at = Some(now + LOOK_EVERY);
        if !std::mem::replace(&mut self.session.warned, true) {
            self.items.push(AgentEvent::Expiring { left });
            if self.recap.is_none() {
                self.notice(AgentNotice::NoRecap);
            }
        }
        let idle = !self.replies.is_open()
            && !self.user.is_speaking(now)
            && !self.watch.expects_reply(now)
            && self.calls.is_idle();
        let wanted = self.can_hand_over() && (idle || left <= HURRY);
        if wanted || left <= STOP {
            self.forget_turn(now);
            self.leave(now + GOODBYE_LIMIT);
        }
    }
}
