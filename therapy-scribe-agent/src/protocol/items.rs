//! What waits for the reader. Bounded: newer partials take the place of older ones, words and calls are never dropped.

use std::{collections::VecDeque, time::Duration};

use crate::{AgentEvent, AgentNotice};

/// How much of the agent's speech waits.
const AUDIO_LIMIT: Duration = Duration::from_secs(30);
/// How many items may wait before those that a reader can do without are dropped.
const LIMIT: usize = 2048;

#[derive(Debug, Default)]
pub(super) struct Items {
    waiting: VecDeque<AgentEvent>,
    audio: Duration,
}

impl Items {
    pub(super) fn push(&mut self, event: AgentEvent) {
        match &event {
            AgentEvent::UserPartial(new) => {
                let same = |waiting: &&mut AgentEvent| matches!(waiting, AgentEvent::UserPartial(old) if old.item == new.item);
                // Only the last of its item: a final between them must stay between them.
                let of_item = |waiting: &&mut AgentEvent| match waiting {
                    AgentEvent::UserPartial(old) | AgentEvent::UserSaid(old) => {
                        old.item == new.item
                    }
                    AgentEvent::UserRetracted { item } => *item == new.item,
                    _ => false,
                };
                if let Some(old) = self.waiting.iter_mut().rev().find(of_item).filter(same) {
                    *old = event;
                    return;
                }
            }
            AgentEvent::Audio { frame, .. } => {
                self.audio += frame.duration();
                if self.audio > AUDIO_LIMIT {
                    self.forget_audio();
                    self.push(AgentEvent::Notice(AgentNotice::AudioUnread));
                    return;
                }
            }
            lesser if self.waiting.len() >= LIMIT && is_lesser(lesser) => return,
            _ => {}
        }
        self.waiting.push_back(event);
    }

    /// The clinician interrupted: what was not handed out yet is not to be heard.
    pub(super) fn flush(&mut self) {
        self.forget_audio();
        self.push(AgentEvent::Flush);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn pop(&mut self) -> Option<AgentEvent> {
        let event = self.waiting.pop_front()?;
        if let AgentEvent::Audio { frame, .. } = &event {
            self.audio = self.audio.saturating_sub(frame.duration());
        }
        Some(event)
    }

    fn forget_audio(&mut self) {
        self.waiting
            .retain(|waiting| !matches!(waiting, AgentEvent::Audio { .. }));
        self.audio = Duration::ZERO;
    }
}

const fn is_lesser(event: &AgentEvent) -> bool {
    matches!(
        event,
        AgentEvent::Caption(_)
            | AgentEvent::UserPartial(_)
            | AgentEvent::UserStarted
            | AgentEvent::UserStopped
            | AgentEvent::Notice(_)
            | AgentEvent::Unknown(_)
            | AgentEvent::Malformed(_)
    )
}
