//! Whom the labels of connections stand for.

use std::collections::{BTreeMap, BTreeSet};

use crate::SpeakerId;

/// A label that is in no entry stands for itself. Entries never lead to a label that has an entry of its own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Aliases {
    of: BTreeMap<SpeakerId, SpeakerId>,
    /// What a person has said; what is found later does not change it.
    by_hand: BTreeSet<SpeakerId>,
}

impl Aliases {
    pub(crate) fn of(&self, label: SpeakerId) -> SpeakerId {
        self.of.get(&label).copied().unwrap_or(label)
    }

    /// A label was found to stand for a speaker, or with `None` for nobody else. Returns whether that is news.
    pub(crate) fn find(&mut self, label: SpeakerId, speaker: Option<SpeakerId>) -> bool {
        if self.by_hand.contains(&label) {
            return false;
        }
        let before = self.of(label);
        let after = speaker.map_or(label, |speaker| self.of(speaker));
        self.set(label, after);
        // Whoever stood for the label stands for its speaker now.
        for speaker in self.of.values_mut().filter(|speaker| **speaker == label) {
            *speaker = after;
        }
        self.of.retain(|label, speaker| label != speaker);
        before != after
    }

    /// A person says that two speakers are one. Returns the labels that are someone else's now.
    pub(crate) fn merge(&mut self, from: SpeakerId, to: SpeakerId) -> Vec<SpeakerId> {
        let to = self.of(to);
        if from == to {
            return Vec::new();
        }
        let mut labels: Vec<_> = self
            .of
            .iter()
            .filter(|(_, speaker)| **speaker == from)
            .map(|(label, _)| *label)
            .collect();
        labels.extend((self.of(from) == from).then_some(from));
        for label in &labels {
            self.set(*label, to);
            self.by_hand.insert(*label);
        }
        self.by_hand.insert(to);
        labels
    }

    fn set(&mut self, label: SpeakerId, speaker: SpeakerId) {
        if label == speaker {
            self.of.remove(&label);
        } else {
            self.of.insert(label, speaker);
        }
    }
}
