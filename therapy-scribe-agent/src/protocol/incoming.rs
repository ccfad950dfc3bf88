//! What the service says (`voice-agent.md` 3), one method a message.

use std::{collections::HashMap, time::Duration};

use serde_json::{Value, json};
use therapy_scribe_core::{Phi, UnknownEvent};
use therapy_scribe_transport::Incoming;

use super::{Conversation, link::Link};
use crate::{
    AgentEvent, AgentNotice, CallId, ReplyEnd, ToolCall, ToolOutcome, UserText,
    config::{IfInterrupted, VoiceTool},
    wire::{self, Message, ServiceError, Status, UserWords},
};

/// The tools that the agent was ever offered in this conversation: it may call one that was just taken away.
#[derive(Debug)]
pub(super) struct Offers(HashMap<String, Offer>);

#[derive(Debug, Clone, Copy)]
struct Offer {
    timeout: Duration,
    then: IfInterrupted,
    /// The service calls it itself, and wants no result.
    is_http: bool,
}

impl Offers {
    pub(super) fn new(tools: &[VoiceTool]) -> Self {
        let mut offers = Self(HashMap::new());
        offers.offer(tools);
        offers
    }

    pub(super) fn offer(&mut self, tools: &[VoiceTool]) {
        let offered = tools.iter().map(|tool| {
            let offer = Offer {
                timeout: tool.timeout,
                then: tool.if_interrupted,
                is_http: false,
            };
            (tool.name.clone(), offer)
        });
        self.0.extend(offered);
    }

    /// A stored agent has tools of its own.
    fn echoed(&mut self, echo: wire::Echo) {
        for tool in echo.tools {
            let timeout = Duration::from_secs(tool.timeout_seconds.unwrap_or(120).clamp(1, 300));
            let offer = self.0.entry(tool.name).or_insert(Offer {
                timeout,
                then: IfInterrupted::Drop,
                is_http: false,
            });
            offer.is_http = tool.is_http;
        }
    }
}

impl Conversation {
    pub(crate) fn on_incoming(&mut self, now: Duration, incoming: Incoming) {
        self.now = now;
        self.watch.last_heard = now;
        self.watch.pinged = false;
        if !matches!(
            self.link,
            Link::Opening { .. } | Link::Live | Link::Leaving { .. }
        ) {
            return;
        }
        match incoming {
            Incoming::Text(text) => self.on_text(now, text.as_str()),
            Incoming::Close { code, .. } => self.on_close(now, code),
            Incoming::Binary(_) => self.on_unknown("binary", ""),
            _ => {}
        }
        self.settle(now);
    }

    fn on_text(&mut self, now: Duration, text: &str) {
        match wire::decode(text) {
            Message::Ready(ready) => {
                self.on_ready(now, &ready);
                self.offers.echoed(ready.echo);
            }
            Message::Updated(echo) => self.offers.echoed(echo),
            Message::Ended { seconds } => self.on_ended(now, seconds),
            Message::Error(error) => self.on_error(now, error),
            Message::Unknown(kind) => self.on_unknown(&kind, text),
            Message::Malformed(malformed) => {
                tracing::debug!(
                    message = malformed.message,
                    line = malformed.line,
                    column = malformed.column,
                    "malformed message"
                );
                self.stats.malformed += 1;
                self.items.push(AgentEvent::Malformed(malformed));
            }
            // A conversation takes place while the line is ready; words that come after the goodbye are still heard.
            message if self.link == Link::Live => self.on_talk(now, message),
            Message::UserFinal(words) => self.on_user_final(now, words),
            Message::AgentText(words) => self.replies.words(words, &mut self.items),
            Message::ToolCall { id, .. } => self.calls.refuse(CallId::new(id)),
            _ => {}
        }
    }

    fn on_talk(&mut self, now: Duration, message: Message) {
        match message {
            Message::SpeechStarted => {
                self.user.heard(now);
                self.watch.silent = None;
                self.items.push(AgentEvent::UserStarted);
                self.replies.speech_started(now, &mut self.items);
            }
            Message::SpeechStopped => {
                self.user.quiet(now);
                self.items.push(AgentEvent::UserStopped);
            }
            Message::UserDelta(words) => {
                self.user.still(now);
                let words = self.user_text(now, words);
                self.items.push(AgentEvent::UserPartial(words));
            }
            Message::UserFinal(words) => self.on_user_final(now, words),
            Message::ReplyStarted(id) => {
                self.watch.reply_started();
                self.replies.start(now, id, &mut self.items);
            }
            Message::ReplyAudio { reply, data } => {
                self.replies.audio(now, reply, &data, &mut self.items);
            }
            Message::AgentDelta(delta) => self.replies.caption(&delta, &mut self.items),
            Message::AgentText(words) => {
                self.watch.silent = None;
                self.replies.words(words, &mut self.items);
            }
            Message::ReplyDone { reply, status } => self.on_done(now, reply.as_ref(), status),
            Message::ReplyError { retryable } => {
                self.notice(AgentNotice::ReplyFailed { retryable });
                if retryable {
                    self.watch.has_failed(now);
                }
            }
            Message::ToolCall { id, name, args } => self.on_call(now, id, &name, args),
            _ => {}
        }
    }

    fn on_user_final(&mut self, now: Duration, words: UserWords) {
        self.user.quiet(now);
        if words.text.trim().is_empty() {
            self.items
                .push(AgentEvent::UserRetracted { item: words.item });
        } else {
            let words = self.user_text(now, words);
            self.items.push(AgentEvent::UserSaid(words));
        }
    }

    fn user_text(&self, now: Duration, words: UserWords) -> UserText {
        UserText::new(words.item, words.text, self.replies.since_heard(now))
    }

    fn on_done(&mut self, now: Duration, id: Option<&String>, status: Status) {
        let end = match status {
            Status::Completed => ReplyEnd::Completed,
            Status::Interrupted => ReplyEnd::Interrupted,
            Status::Other => ReplyEnd::Other,
        };
        if end == ReplyEnd::Interrupted {
            self.replies.interrupted(now, id, &mut self.items);
            for report in self.calls.interrupt() {
                self.says.report(report);
            }
        }
        if self.replies.is_current(id) && self.replies.close(now, end, &mut self.items) {
            self.watch.was_silent(now);
        }
    }

    fn on_call(&mut self, now: Duration, id: String, name: &str, args: Value) {
        self.replies.called();
        self.watch.silent = None;
        let id = CallId::new(id);
        let offer = self.offers.0.get(name).copied();
        if offer.is_some_and(|offer| offer.is_http) {
            let name = Phi::new(name.to_owned());
            self.notice(AgentNotice::ServedElsewhere { name });
            return;
        }
        let timeout = offer.map_or(Duration::from_secs(120), |offer| offer.timeout);
        let then = offer.map_or(IfInterrupted::Drop, |offer| offer.then);
        if !self.calls.begin(&id, name, now + timeout, then) {
            tracing::debug!("a call came twice");
        } else if offer.is_some() {
            self.items
                .push(AgentEvent::ToolCall(ToolCall::new(id, name, args)));
        } else {
            let name = name.to_owned();
            self.notice(AgentNotice::UnknownTool { name: name.into() });
            let said = json!({"error": "There is no tool of this name. Use one of those that you were given."});
            self.on_outcome(now, ToolOutcome::failed(id, said));
        }
    }

    fn on_error(&mut self, now: Duration, error: ServiceError) {
        tracing::debug!(code = error.code.as_str(), "the service complained");
        if error.code == "audio_rate_violation" {
            self.uplink.re_anchor(now);
        }
        if self.link == Link::Live {
            self.notice(AgentNotice::Refused {
                code: error.code.clone(),
                parameter: error.param.clone(),
                detail: error.message.clone().into(),
            });
        }
        self.last_error = Some((error, now));
        self.on_error_while_opening(now);
    }

    fn on_unknown(&mut self, kind: &str, text: &str) {
        self.stats.unknown += 1;
        self.items
            .push(AgentEvent::Unknown(UnknownEvent::new(kind, text)));
    }
}
