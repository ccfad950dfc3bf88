//! Replies that the client asks for, or does not want (2.5).

use super::{
    Session,
    reply::{Open, saying},
};
use crate::agent::{AgentQuirk, timeline::Trigger};

/// 2.5: on an idle session.
const CREATED_MS: u64 = 180;

impl Session {
    /// 2.5: sent while the greeting plays it takes its place.
    pub(super) fn create_reply(&mut self, instructions: Option<&str>) {
        let is_greeting = |reply: &Open| reply.trigger == Trigger::Greeting;
        if self.reply.as_ref().is_some_and(is_greeting) {
            for event in self.cut("interrupted") {
                self.push(event);
            }
        }
        self.timeline.asked(instructions);
        let dialogue = &self.shared.dialogue;
        let act = match instructions {
            Some(text) => self
                .twists
                .instructed
                .choose(&dialogue.instructed, text)
                .unwrap_or_else(|| saying(text.to_owned())),
            None => saying(
                dialogue
                    .otherwise
                    .clone()
                    .unwrap_or_else(|| "Yes?".to_owned()),
            ),
        };
        self.plan(act, Trigger::ReplyCreate, CREATED_MS);
    }

    /// 2: undocumented, and without effect.
    pub(super) fn cancel_reply(&mut self, reply_id: &str) {
        let is_open = self
            .reply
            .as_ref()
            .is_some_and(|reply| reply.id == reply_id);
        if is_open && self.shared.quirks.has(AgentQuirk::Cancels) {
            for event in self.cut("cancelled") {
                self.push(event);
            }
        }
    }
}
