//! What the agent says (3, 5), and what cuts it short.

use std::fmt;

use serde_json::json;

use super::Session;
use crate::agent::{
    AgentQuirk, Manner, Reply, base64,
    sound::{Spoken, samples, speak},
    timeline::Trigger,
};

/// A reply that waits until it can begin.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) act: Reply,
    pub(super) trigger: Trigger,
    pub(super) from_ms: u64,
}

/// The reply that is open (O3).
pub(super) struct Open {
    pub(super) id: String,
    item_id: String,
    pub(super) trigger: Trigger,
    manner: Manner,
    started_ms: u64,
    sent_samples: u64,
    text: String,
    words: Vec<Spoken>,
    /// The length of its audio; where calls end it, the least.
    total_ms: u64,
    /// The calls that end it.
    pub(super) group: Option<u64>,
    told: bool,
}

impl fmt::Debug for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Open")
            .field("trigger", &self.trigger)
            .field("words", &self.words.len())
            .finish_non_exhaustive()
    }
}

/// Section 5, leading silence.
const LEADING_MS: u64 = 700;
const GREETING_LEADING_MS: u64 = 250;
/// After the last word.
const TAIL_MS: u64 = 200;
/// Of a reply that is silent for no reason.
const SILENT_MS: u64 = 1500;
/// Of one that is held silent: shorter than a clinician takes to go on.
const UNSPOKEN_MS: u64 = 400;
/// Until `reply.error`.
const ERROR_MS: u64 = 300;
/// O6: the words come at once, before they are heard.
const TOLD_MS: u64 = 200;
/// Of a reply whose calls come after it.
const BEFORE_CALLS_MS: u64 = 600;

impl Session {
    /// 2.1: spoken as it is.
    pub(super) fn greet(&mut self) {
        let says = self.config.greeting().map(str::to_owned);
        self.plan(
            Reply {
                says,
                ..Reply::default()
            },
            Trigger::Greeting,
            0,
        );
    }

    /// The dialogue's reply to what was said.
    pub(super) fn answer(&mut self, said: &str) {
        let dialogue = &self.shared.dialogue;
        let found = self.spent.choose(&dialogue.replies, said);
        let otherwise = || dialogue.otherwise.clone().map(saying);
        if let Some(act) = found.or_else(otherwise) {
            self.plan(act, Trigger::UserSpeech, 0);
        }
    }

    pub(super) fn plan(&mut self, act: Reply, trigger: Trigger, delay_ms: u64) {
        self.queue.push_back(Planned {
            act,
            trigger,
            from_ms: self.now_ms + delay_ms,
        });
    }

    /// Begins the next reply if nothing is in its way. Only instructions are spoken in a hold (4.3).
    pub(super) fn begin_queued(&mut self) {
        let ready = self.ready_ms.is_none() && self.is_open();
        if !ready || self.reply.is_some() || self.is_spoken_to() {
            return;
        }
        let (now, holds) = (self.now_ms, self.holds());
        let may = |planned: &Planned| {
            planned.from_ms <= now && (!holds || planned.trigger == Trigger::ReplyCreate)
        };
        let Some(index) = self.queue.iter().position(may) else {
            return;
        };
        if let Some(planned) = self.queue.remove(index) {
            self.begin(planned);
        }
    }

    fn begin(&mut self, planned: Planned) {
        let Planned { act, trigger, .. } = planned;
        let manner = self.twists.manner(&act);
        if manner == Manner::NoReply {
            return;
        }
        let calls_after = act.calls.iter().any(super::call::is_after);
        let has_calls = !act.calls.is_empty();
        let group = self.plan_calls(act.calls, act.results);
        if self.holds() && trigger != Trigger::ReplyCreate {
            // 4.3: no reply of its own.
            return;
        }
        let text = act.says.unwrap_or_default();
        let leading_ms = self.leading_ms().unwrap_or(match trigger {
            Trigger::Greeting => GREETING_LEADING_MS,
            _ => LEADING_MS,
        });
        let words = match manner {
            Manner::Spoken => speak(&text, leading_ms),
            _ => Vec::new(),
        };
        let spoken_ms = words.last().map_or(0, |word| word.end_ms + TAIL_MS);
        let total_ms = match manner {
            Manner::Error | Manner::RetryableError => ERROR_MS,
            Manner::Unspoken => UNSPOKEN_MS,
            _ if has_calls && calls_after => spoken_ms.max(BEFORE_CALLS_MS),
            _ if has_calls || !words.is_empty() => spoken_ms,
            _ => SILENT_MS,
        };
        let (id, item_id) = (self.new_id("resp_"), self.new_id("msg_"));
        if self.shared.quirks.has(AgentQuirk::UnknownEvents) {
            self.push(unknown());
        }
        let at_ms = self.since_ms();
        self.timeline.begins(&id, &item_id, trigger, group, at_ms);
        let started = json!({"type": "reply.started", "reply_id": id, "item_id": item_id});
        self.reply = Some(Open {
            id,
            item_id,
            trigger,
            manner,
            started_ms: self.now_ms,
            sent_samples: 0,
            text,
            words,
            total_ms,
            group: group.filter(|_| !calls_after),
            told: false,
        });
        self.push(started);
    }

    /// The open reply goes on: its audio at the pace of speech, its words, its end.
    pub(super) fn go_on(&mut self) {
        let Some(reply) = &self.reply else {
            return;
        };
        let elapsed = self.now_ms - reply.started_ms;
        let calls_open = reply.group.is_some_and(|group| self.keeps_open(group));
        let is_over = elapsed >= reply.total_ms && !calls_open;
        self.send_audio(if is_over {
            elapsed.min(reply.total_ms.max(1))
        } else {
            elapsed
        });
        if elapsed >= TOLD_MS {
            self.tell();
        }
        if is_over {
            self.finish();
        }
    }

    fn send_audio(&mut self, until_ms: u64) {
        let (output, volume) = (self.output, self.config.volume());
        let rate = output.rate();
        let bytes = self.shared.quirks.find(|quirk| match quirk {
            AgentQuirk::FrameBytes(bytes) => Some(bytes),
            _ => None,
        });
        let frame = bytes.unwrap_or(output.frame_bytes()) / output.sample_bytes();
        let frame = frame.max(1);
        while let Some(reply) = &mut self.reply {
            let from = reply.sent_samples;
            if (from + frame) * 1000 > until_ms * rate {
                return;
            }
            reply.sent_samples += frame;
            let data = output.encode(&samples(&reply.words, volume, rate, from, frame));
            self.send_frame(&data);
        }
    }

    fn send_frame(&mut self, data: &[u8]) {
        if let Some(reply) = &self.reply {
            let data = base64::encode(data);
            self.push(json!({"type": "reply.audio", "reply_id": reply.id, "data": data}));
        }
    }

    /// O6: all words in a burst. O12: a text that is held silent counts as said.
    fn tell(&mut self) {
        let Some(reply) = self.reply.as_mut().filter(|reply| !reply.told) else {
            return;
        };
        reply.told = true;
        let (id, item_id) = (reply.id.clone(), reply.item_id.clone());
        if reply.manner == Manner::Unspoken {
            let text = reply.text.clone();
            self.push(
                json!({"type": "transcript.agent", "reply_id": id, "item_id": item_id, "text": text,
                "interrupted": false}),
            );
            return;
        }
        // 3: words of the greeting have no space after them, others do.
        let space = if reply.trigger == Trigger::Greeting {
            ""
        } else {
            " "
        };
        for word in reply.words.clone() {
            self.push(json!({"type": "transcript.agent.delta", "reply_id": id, "item_id": item_id,
                "delta": format!("{}{space}", word.text), "start_ms": word.start_ms, "end_ms": word.end_ms}));
        }
    }

    fn finish(&mut self) {
        if self.shared.quirks.has(AgentQuirk::OddTail) {
            self.send_frame(&[0; 241]);
        }
        self.tell();
        let Some(reply) = self.reply.take() else {
            return;
        };
        let id = &reply.id;
        let status = match reply.manner {
            Manner::Error | Manner::RetryableError => "failed",
            _ => "completed",
        };
        self.keep(&reply, status, &reply.text);
        match reply.manner {
            Manner::Error | Manner::RetryableError => {
                let again = reply.manner == Manner::RetryableError;
                self.push(
                    json!({"type": "reply.error", "reply_id": id, "code": "llm_error",
                    "message": "The language model failed", "retryable": again, "status_code": 503,
                    "provider_code": null}),
                );
                if again {
                    self.push(json!({"type": "reply.done", "reply_id": id, "status": "failed"}));
                }
                return;
            }
            Manner::Spoken if !reply.words.is_empty() => {
                self.push(
                    json!({"type": "transcript.agent", "reply_id": id, "item_id": reply.item_id,
                    "text": reply.text, "interrupted": false}),
                );
            }
            _ => {}
        }
        self.push(json!({"type": "reply.done", "reply_id": id, "status": "completed"}));
    }

    /// The clinician speaks. O8: where a reply is open, three events in any order.
    pub(super) fn interrupt(&mut self) {
        let mut events = vec![json!({"type": "input.speech.started"})];
        events.extend(self.cut("interrupted"));
        while !events.is_empty() {
            let left = u64::try_from(events.len()).unwrap_or(1);
            let index = usize::try_from(self.random.below(left)).unwrap_or(0);
            let event = events.remove(index);
            self.push(event);
        }
    }

    /// Ends the open reply, and with it the calls that it has not made yet. Its events, which are not sent.
    pub(super) fn cut(&mut self, status: &str) -> Vec<serde_json::Value> {
        let Some(reply) = self.reply.take() else {
            return Vec::new();
        };
        if let Some(group) = reply.group {
            self.forget_unmade(group);
        }
        let sent_ms = reply.sent_samples * 1000 / self.output.rate();
        let spoken = reply.words.iter().filter(|word| word.start_ms < sent_ms);
        let spoken: Vec<&str> = spoken.map(|word| word.text.as_str()).collect();
        self.keep(&reply, status, &spoken.join(" "));
        let mut events = Vec::new();
        if !spoken.is_empty() {
            events.push(
                json!({"type": "transcript.agent", "reply_id": reply.id, "item_id": reply.item_id,
                "text": spoken.join(" "), "interrupted": true}),
            );
        }
        events.push(json!({"type": "reply.done", "reply_id": reply.id, "status": status}));
        events
    }

    /// 9: for the session's timeline.
    fn keep(&mut self, reply: &Open, status: &str, text: &str) {
        let at_ms = self.since_ms();
        let sent_ms = reply.sent_samples * 1000 / self.output.rate();
        let first = reply.words.first().map(|word| word.start_ms);
        let first = first.filter(|first| *first < sent_ms);
        self.timeline.ends(&reply.id, status, text, first, at_ms);
    }

    /// Whether the agent is heard.
    pub(super) fn is_audible(&self) -> bool {
        self.reply.as_ref().is_some_and(|reply| {
            let sent_ms = reply.sent_samples * 1000 / self.output.rate();
            let ends = |words: &[Spoken]| Some((words.first()?.start_ms, words.last()?.end_ms));
            ends(&reply.words).is_some_and(|(from, to)| from < sent_ms && sent_ms < to)
        })
    }
}

pub(super) fn saying(text: String) -> Reply {
    Reply {
        says: Some(text),
        ..Reply::default()
    }
}

/// Something that this version of a client does not know.
pub(super) fn unknown() -> serde_json::Value {
    json!({"type": "session.health", "score": 0.5, "notes": [], "reply_id": null})
}
