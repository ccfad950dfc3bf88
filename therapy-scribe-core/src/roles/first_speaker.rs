//! Roles by the order of speaking.

use std::collections::{BTreeMap, BTreeSet};

use super::{Role, RoleAssignment, RoleHints, RoleMap, RoleMapper};
use crate::{Confidence, MediaTime, SpeakerId, Turn, TurnId};

/// The first voice is the therapist's, the second the client's.
///
/// That is right in about seven of eight public counselling sessions, and wrong where the client begins. Use it where
/// the practice knows who begins; [`Linguistic`](super::Linguistic) listens to what is said.
#[derive(Debug, Clone, Default)]
pub struct FirstSpeaker {
    heard: BTreeMap<SpeakerId, BTreeSet<(MediaTime, TurnId)>>,
}

/// How often the first speaker was the therapist in 133 public counselling sessions.
const FIRST_IS_THERAPIST: Confidence = Confidence::new(0.87);

impl RoleMapper for FirstSpeaker {
    fn add(&mut self, turn: &Turn) {
        for word in turn.words() {
            if let Some(speaker) = word.speaker() {
                self.heard
                    .entry(speaker)
                    .or_default()
                    .insert((word.start(), turn.id()));
            }
        }
    }

    fn remove(&mut self, turn: &Turn) {
        for word in turn.words() {
            if let Some(times) = word
                .speaker()
                .and_then(|speaker| self.heard.get_mut(&speaker))
            {
                times.remove(&(word.start(), turn.id()));
            }
        }
        self.heard.retain(|_, times| !times.is_empty());
    }

    fn roles(&self) -> RoleMap {
        let mut roles = RoleMap::default();
        for (speaker, role) in self
            .order()
            .into_iter()
            .zip([Role::Therapist, Role::Client])
        {
            roles.insert(speaker, RoleAssignment::found(role, FIRST_IS_THERAPIST));
        }
        roles
    }

    /// Only the first speaks for something: what the others are is open.
    fn hints(&self) -> RoleHints {
        let mut hints = RoleHints::default();
        if let Some(first) = self.order().first() {
            hints.therapist(*first, FIRST_IS_THERAPIST);
        }
        hints
    }
}

impl FirstSpeaker {
    /// The voices in the order in which they were first heard.
    fn order(&self) -> Vec<SpeakerId> {
        let times = self.heard.iter();
        let mut order: Vec<_> = times
            .filter_map(|(speaker, times)| times.first().map(|first| (*first, *speaker)))
            .collect();
        order.sort_unstable();
        order.into_iter().map(|(_, speaker)| speaker).collect()
    }
}
