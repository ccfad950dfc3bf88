//! The agent's answers: which is open, what of it can be heard, what is still playing (`voice-agent.md` 5, 8.2).

use std::{collections::VecDeque, time::Duration};

use therapy_scribe_core::{AudioFrame, Malformed};

use super::{
    downlink::{Downlink, is_audible},
    items::Items,
};
use crate::{
    AgentEvent, AgentText, Caption, ReplyEnd, ReplyId, Spoken,
    config::Encoding,
    wire::{AgentDelta, AgentWords},
};

/// How many closed replies are remembered: what comes late belongs to one of the last.
const REMEMBERED: usize = 32;

#[derive(Debug)]
struct Reply {
    id: ReplyId,
    /// Something was to be heard.
    audible: bool,
    /// Its audio is not wanted any more.
    cut: bool,
    /// It came with words, or called a tool.
    counts: bool,
    words: Words,
}

#[derive(Debug)]
enum Words {
    /// There are none yet.
    None,
    /// They wait for whether they can be heard.
    Held(AgentWords),
    Told,
}

impl Reply {
    const fn new(id: ReplyId) -> Self {
        Self {
            id,
            audible: false,
            cut: false,
            counts: false,
            words: Words::None,
        }
    }
}

#[derive(Debug)]
pub(super) struct Replies {
    encoding: Encoding,
    open: Option<Reply>,
    closed: VecDeque<Reply>,
    downlink: Downlink,
    /// Whose audio was handed out last.
    playing: Option<ReplyId>,
    /// When all that was handed out is played, and all of it that can be heard.
    played_by: Duration,
    heard_by: Option<Duration>,
    pub(super) closed_at: Duration,
    pub(super) heard: Duration,
}

impl Replies {
    pub(super) const fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            open: None,
            closed: VecDeque::new(),
            downlink: Downlink::new(encoding),
            playing: None,
            played_by: Duration::ZERO,
            heard_by: None,
            closed_at: Duration::ZERO,
            heard: Duration::ZERO,
        }
    }

    pub(super) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Whether agent speech is to be heard now, by its length.
    pub(super) fn is_heard(&self, now: Duration) -> bool {
        self.heard_by.is_some_and(|by| by > now)
    }

    /// How long ago it was to be heard last.
    pub(super) fn since_heard(&self, now: Duration) -> Option<Duration> {
        self.heard_by.map(|by| now.saturating_sub(by))
    }

    pub(super) fn start(&mut self, now: Duration, id: Option<String>, items: &mut Items) {
        let id = ReplyId::new(id.unwrap_or_default());
        if self.open.as_ref().is_some_and(|open| open.id == id) {
            return;
        }
        self.close(now, ReplyEnd::Superseded, items);
        self.downlink.restart();
        items.push(AgentEvent::ReplyStarted(id.clone()));
        self.open = Some(Reply::new(id));
    }

    /// Hands out audio, unless its reply is over or was cut.
    pub(super) fn audio(
        &mut self,
        now: Duration,
        reply: Option<String>,
        data: &str,
        items: &mut Items,
    ) {
        if self.open.is_none()
            && let Some(id) = &reply
            && !self.closed.iter().any(|closed| closed.id.as_str() == id)
        {
            self.start(now, reply.clone(), items);
        }
        let Some(open) = &mut self.open else { return };
        if open.cut || reply.is_some_and(|id| id != open.id.as_str()) {
            return;
        }
        let Some((before, samples)) = self.downlink.decode(data) else {
            items.push(AgentEvent::Malformed(Malformed::new("reply.audio", 1, 1)));
            return;
        };
        if samples.is_empty() {
            return;
        }
        open.audible |= is_audible(&samples);
        let format = self.encoding.format();
        let frame = AudioFrame::new(format, format.rate().time_of(before), samples);
        self.heard += frame.duration();
        self.played_by = self.played_by.max(now) + frame.duration();
        if open.audible {
            self.heard_by = Some(self.played_by);
        }
        self.playing = Some(open.id.clone());
        let reply = open.id.clone();
        items.push(AgentEvent::Audio { reply, frame });
    }

    pub(super) fn caption(&mut self, delta: &AgentDelta, items: &mut Items) {
        let Some(open) = &mut self.open else { return };
        if open.cut
            || delta
                .reply
                .as_ref()
                .is_some_and(|id| id != open.id.as_str())
        {
            return;
        }
        open.counts = true;
        let at = |millis: Option<f64>| {
            millis.and_then(|millis| Duration::try_from_secs_f64(millis / 1000.0).ok())
        };
        let text = delta.delta.trim();
        if !text.is_empty() {
            let (start, end) = (at(delta.start_ms), at(delta.end_ms));
            items.push(AgentEvent::Caption(Caption::new(
                open.id.clone(),
                text,
                start,
                end,
            )));
        }
    }

    /// Words of a reply. Told once, and only as spoken when something of it could be heard.
    pub(super) fn words(&mut self, words: AgentWords, items: &mut Items) {
        let is_named = |reply: &Reply| {
            words
                .reply
                .as_ref()
                .is_none_or(|id| id == reply.id.as_str())
        };
        if let Some(open) = self.open.as_mut().filter(|open| is_named(open)) {
            open.counts = true;
            if open.audible {
                tell(open, &words, items);
            } else {
                open.words = Words::Held(words);
            }
        } else if let Some(closed) = self.closed.iter_mut().rev().find(|closed| is_named(closed)) {
            tell(closed, &words, items);
        } else {
            // Of a reply that has not begun: nobody heard it.
            let id = ReplyId::new(words.reply.clone().unwrap_or_default());
            tell(&mut Reply::new(id), &words, items);
        }
    }

    pub(super) fn called(&mut self) {
        if let Some(open) = &mut self.open {
            open.counts = true;
        }
    }

    /// Whether a reply of that id, or without one, is the open one.
    pub(super) fn is_current(&self, id: Option<&String>) -> bool {
        self.open
            .as_ref()
            .is_some_and(|open| id.is_none_or(|id| id == open.id.as_str()))
    }

    /// Closes the open reply; `true` when it was whole, and yet without a sound, a word or a call.
    pub(super) fn close(&mut self, now: Duration, end: ReplyEnd, items: &mut Items) -> bool {
        let Some(mut reply) = self.open.take() else {
            return false;
        };
        reply.words = match reply.words {
            Words::Held(mut words) => {
                words.interrupted |= end == ReplyEnd::Interrupted;
                reply.words = Words::None;
                tell(&mut reply, &words, items);
                Words::Told
            }
            words => words,
        };
        self.closed_at = now;
        items.push(AgentEvent::ReplyEnded {
            reply: reply.id.clone(),
            end,
        });
        let was_empty = end == ReplyEnd::Completed && !reply.audible && !reply.counts;
        self.remember(reply);
        was_empty
    }

    /// The clinician speaks up. While the agent is silent that is a turn's begin; while it is heard, an interruption.
    pub(super) fn speech_started(&mut self, now: Duration, items: &mut Items) {
        let is_audible = self
            .open
            .as_ref()
            .is_some_and(|open| open.audible && !open.cut);
        if is_audible || self.is_heard(now) {
            self.flush(now, items, is_audible);
        }
    }

    /// The service says that a reply was cut short: what is left of it is never heard.
    pub(super) fn interrupted(&mut self, now: Duration, id: Option<&String>, items: &mut Items) {
        let is_playing = self
            .playing
            .as_ref()
            .is_some_and(|playing| id.is_none_or(|id| id == playing.as_str()));
        let is_current = self.is_current(id);
        if is_current || is_playing {
            self.flush(now, items, is_current);
        }
    }

    /// The host wants silence. Returns the reply that goes on at the service, if it can be named.
    pub(super) fn hush(&mut self, now: Duration, items: &mut Items) -> Option<ReplyId> {
        if self.open.is_some() || self.is_heard(now) {
            self.flush(now, items, true);
        }
        let open = self.open.as_ref().map(|open| open.id.clone());
        open.filter(|id| !id.as_str().is_empty())
    }

    /// The line is gone: what is left of the open reply never comes.
    pub(super) fn lost(&mut self, now: Duration, items: &mut Items) {
        if self.is_open() {
            self.flush(now, items, true);
            self.close(now, ReplyEnd::Interrupted, items);
        }
    }

    /// `cuts` says whether the open reply is the one that is not wanted any more; a silent one that follows it is.
    fn flush(&mut self, now: Duration, items: &mut Items, cuts: bool) {
        if let Some(open) = &mut self.open {
            open.cut |= cuts;
        }
        self.playing = None;
        self.played_by = now;
        self.heard_by = self.heard_by.map(|by| by.min(now));
        items.flush();
    }

    fn remember(&mut self, reply: Reply) {
        if self.closed.len() == REMEMBERED {
            self.closed.pop_front();
        }
        self.closed.push_back(reply);
    }
}

fn tell(reply: &mut Reply, words: &AgentWords, items: &mut Items) {
    let told = std::mem::replace(&mut reply.words, Words::Told);
    if matches!(told, Words::Told) || words.text.trim().is_empty() {
        return;
    }
    let spoken = if reply.audible {
        Spoken::Aloud
    } else {
        Spoken::No
    };
    items.push(AgentEvent::AgentSaid(AgentText::new(
        reply.id.clone(),
        words.text.as_str(),
        spoken,
        words.interrupted,
    )));
}
