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

    /// A label was found to stand for a speaker, or with `None` for nobody else. Returns the labels that are someone else's
    /// now.
    pub(crate) fn find(&mut self, label: SpeakerId, speaker: Option<SpeakerId>) -> Vec<SpeakerId> {
        let before = self.of(label);
        let after = speaker.map_or(label, |speaker| self.of(speaker));
        if self.by_hand.contains(&label) || before == after {
            return Vec::new();
        }
        self.set(label, after);
        let mut labels = vec![label];
        // Whoever stood for the label stands for its speaker now.
        for (follower, speaker) in self.of.iter_mut().filter(|(_, of)| **of == label) {
            *speaker = after;
            labels.push(*follower);
        }
        self.of.retain(|label, speaker| label != speaker);
        labels
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ConnectionId;

    fn label(connection: u16) -> SpeakerId {
        SpeakerId::new(ConnectionId::new(connection), 0)
    }

    #[test]
    fn whoever_stood_for_a_label_changes_with_it_and_is_told() {
        let mut aliases = Aliases::default();
        assert_eq!(aliases.find(label(2), Some(label(1))), [label(2)]);
        assert!(aliases.find(label(2), Some(label(1))).is_empty());
        let changed = aliases.find(label(1), Some(label(0)));
        assert_eq!(changed, [label(1), label(2)]);
        assert_eq!(aliases.of(label(2)), label(0));
    }
}
