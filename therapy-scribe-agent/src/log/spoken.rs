//! What of the agent's words was really heard (`voice-agent.md` 5, 10).
//!
//! Where the service says that a reply was interrupted, its text is cut to what was spoken. It does not say so when the
//! clinician interrupts what is still in the buffer of a reply that is complete, or when the line breaks: then the words'
//! own times and the length of the audio decide.

use std::{collections::VecDeque, time::Duration};

use therapy_scribe_core::Phi;

use super::HeardOf;
use crate::{AgentEvent, AgentText, Caption, ReplyEnd, ReplyId, Spoken, protocol::is_audible};

/// How many replies are remembered: news of one comes a moment later at most.
const REMEMBERED: usize = 32;

#[derive(Clone, Default)]
pub(super) struct Speech {
    replies: VecDeque<Reply>,
    /// When all that came is played.
    played_by: Duration,
}

/// What is known of a reply's words by now; it takes the place of what was known.
pub(super) struct Told {
    pub(super) reply: ReplyId,
    pub(super) began: Duration,
    pub(super) text: Phi<String>,
    pub(super) heard: HeardOf,
}

#[derive(Clone)]
struct Reply {
    id: ReplyId,
    began: Duration,
    /// The audio that came.
    length: Duration,
    is_audible: bool,
    captions: Vec<Caption>,
    said: Option<AgentText>,
    /// How much of the audio was heard, where it was cut.
    cut: Option<Duration>,
    is_over: bool,
}

impl Speech {
    /// What is known now that was not known before.
    pub(super) fn event(&mut self, at: Duration, event: &AgentEvent) -> Vec<Told> {
        let id = match event {
            AgentEvent::Flush => return self.flush(at),
            AgentEvent::ReplyStarted(id) => id,
            AgentEvent::Audio { reply, frame } => {
                self.played_by = self.played_by.max(at) + frame.duration();
                reply
            }
            AgentEvent::Caption(caption) => &caption.reply,
            AgentEvent::AgentSaid(said) => &said.reply,
            AgentEvent::ReplyEnded { reply, .. } => reply,
            _ => return Vec::new(),
        };
        let reply = self.reply(at, id);
        reply
            .and_then(|reply| reply.event(event))
            .into_iter()
            .collect()
    }

    /// What is not played yet is never heard: the end of what came last.
    fn flush(&mut self, at: Duration) -> Vec<Told> {
        let mut left = self.played_by.saturating_sub(at);
        self.played_by = at;
        let mut told = Vec::new();
        for reply in self.replies.iter_mut().rev() {
            let unheard = left.min(reply.length);
            left = left.saturating_sub(unheard);
            if reply.cut.is_none() && (!unheard.is_zero() || !reply.is_over) {
                reply.cut = Some(reply.length.saturating_sub(unheard));
                told.extend(reply.told().filter(|_| reply.is_over));
            }
        }
        told
    }

    /// The reply of this id; it is always there then.
    fn reply(&mut self, at: Duration, id: &ReplyId) -> Option<&mut Reply> {
        if !self.replies.iter().any(|reply| reply.id == *id) {
            if self.replies.len() == REMEMBERED {
                self.replies.pop_front();
            }
            self.replies.push_back(Reply::new(id.clone(), at));
        }
        self.replies.iter_mut().rev().find(|reply| reply.id == *id)
    }
}

impl Reply {
    const fn new(id: ReplyId, began: Duration) -> Self {
        Self {
            id,
            began,
            length: Duration::ZERO,
            is_audible: false,
            captions: Vec::new(),
            said: None,
            cut: None,
            is_over: false,
        }
    }

    fn event(&mut self, event: &AgentEvent) -> Option<Told> {
        match event {
            AgentEvent::Audio { frame, .. } => {
                self.length += frame.duration();
                self.is_audible |= is_audible(frame.samples());
                // It goes on, so it was another one that was cut.
                self.cut = None;
                return None;
            }
            AgentEvent::Caption(caption) => {
                self.captions.push(caption.clone());
                return None;
            }
            AgentEvent::AgentSaid(said) => self.said = Some(said.clone()),
            AgentEvent::ReplyEnded { end, .. } => {
                self.is_over = true;
                if *end == ReplyEnd::Interrupted {
                    // A flush came before it, where anything was left to be heard.
                    self.cut.get_or_insert(self.length);
                }
            }
            _ => return None,
        }
        self.told()
    }

    /// `None` while there is nothing to tell: no words, or none that are final.
    fn told(&self) -> Option<Told> {
        let (text, heard) = match &self.said {
            Some(said) if said.spoken == Spoken::No => {
                (said.text.expose().clone(), HeardOf::Nothing)
            }
            Some(said) if said.interrupted => (said.text.expose().clone(), HeardOf::Begin),
            Some(said) => match self.cut {
                Some(cut) if self.is_over => (self.begin(said.text.expose(), cut), HeardOf::Begin),
                _ => (said.text.expose().clone(), HeardOf::All),
            },
            None if !self.is_over || self.captions.is_empty() => return None,
            None => self.captioned(),
        };
        (!text.is_empty()).then(|| Told {
            reply: self.id.clone(),
            began: self.began,
            text: Phi::new(text),
            heard,
        })
    }

    /// A reply whose own words never came.
    fn captioned(&self) -> (String, HeardOf) {
        let all = joined(self.captions.iter());
        match self.cut {
            _ if !self.is_audible => (all, HeardOf::Nothing),
            Some(cut) => (self.begin(&all, cut), HeardOf::Begin),
            None => (all, HeardOf::All),
        }
    }

    /// The words that were heard within so much audio: by their own times, or else by their share of it, rounded down.
    fn begin(&self, text: &str, cut: Duration) -> String {
        let timed = self.captions.iter().all(|caption| caption.end.is_some());
        if timed && !self.captions.is_empty() {
            let is_heard = |caption: &&Caption| caption.end.is_some_and(|end| end <= cut);
            return joined(self.captions.iter().filter(is_heard));
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let count = u128::try_from(words.len()).unwrap_or(0);
        let share = (count * cut.as_millis()).checked_div(self.length.as_millis());
        let share = usize::try_from(share.unwrap_or(0)).unwrap_or(0);
        words.into_iter().take(share).collect::<Vec<_>>().join(" ")
    }
}

fn joined<'a>(captions: impl Iterator<Item = &'a Caption>) -> String {
    let words: Vec<&str> = captions
        .map(|caption| caption.text.expose().as_str())
        .collect();
    words.join(" ")
}
