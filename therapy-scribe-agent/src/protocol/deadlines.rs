//! What happens when nothing happens.

use std::time::Duration;

use therapy_scribe_transport::Outgoing;

use super::{
    Action, Conversation,
    link::Link,
    watch::{DEAD_AFTER, PING_AFTER},
};
use crate::{AgentNotice, wire};

const NUDGE: &str = "Answer now, with the results that the tools have given.";
const AGAIN: &str = "Your last answer failed. Give it now.";

impl Conversation {
    /// When [`on_deadline`](Self::on_deadline) is to be called.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        let phase = match self.link {
            Link::Done => return None,
            Link::Waiting { dial_at } => Some(dial_at),
            Link::Opening { ready_by } => Some(ready_by),
            Link::Leaving { by } => Some(by),
            Link::Dialing => None,
            Link::Live => self.live_deadline(),
        };
        let is_live = self.link == Link::Live;
        let calls = self.calls.deadline(self.moment(self.now), is_live);
        let spills = self.uplink.spills_at().filter(|_| !is_live);
        [phase, self.ending, calls, spills]
            .into_iter()
            .flatten()
            .min()
    }

    fn live_deadline(&self) -> Option<Duration> {
        let owed = self.owed_until();
        let is_free = !self.replies.is_open() && !self.watch.owes();
        let speaks = (is_free && !self.says.is_empty())
            .then(|| self.watch.asked_until().max(self.user.quiet_from()));
        [
            Some(self.watch.dead_at()),
            self.watch.silent,
            self.watch.failed,
            owed,
            speaks,
            self.session.look_at,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// When an owed answer is asked for: nothing may stand in its way until then.
    fn owed_until(&self) -> Option<Duration> {
        let free_since = self.moment(self.now).free_since.max(self.user.quiet_from());
        self.watch
            .owed_until(free_since)
            .filter(|_| !self.replies.is_open())
    }

    pub(super) fn on_live_deadline(&mut self, now: Duration) {
        if self.watch.last_heard + DEAD_AFTER <= now {
            tracing::debug!("nothing was heard: the line is given up");
            return self.dropped(now);
        }
        if self.watch.last_heard + PING_AFTER <= now && !self.watch.pinged {
            self.watch.pinged = true;
            self.actions.push_back(Action::Send(Outgoing::Ping));
        }
        if self.owed_until().is_some_and(|due| due <= now) {
            self.notice(AgentNotice::Nudged);
            self.ask(now, NUDGE);
        }
        if self.watch.failed.is_some_and(|due| due <= now) {
            self.watch.failed = None;
            if !self.replies.is_open() && !self.user.is_speaking(now) {
                self.ask(now, AGAIN);
            }
        }
        if self.watch.silent.is_some_and(|due| due <= now) {
            self.watch.silent = None;
            self.notice(AgentNotice::NoAnswer);
        }
    }

    fn ask(&mut self, now: Duration, instructions: &str) {
        self.send(wire::reply_create(instructions));
        self.watch.reply_started();
        self.watch.asked(now);
    }
}
