//! What a mapper knows, and how sure it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Assigned, Role, RoleAssignment, RoleMap};
use crate::{Confidence, SpeakerId, TurnId};

/// How far an answer can be relied on.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RoleStatus {
    /// Nothing that is still to come is likely to change it.
    #[default]
    Settled,
    /// The likeliest by far, from little so far.
    Provisional,
    /// A person should say.
    NeedsConfirmation,
}

/// Who takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Setting {
    /// One therapist and one client. Further voices are one of the two under another label, or somebody to ask about.
    #[default]
    Individual,
    /// One therapist and two clients.
    Couple,
    /// One therapist and several clients: a family, or a group of up to ten.
    Group,
}

/// Everything that a mapper knows.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct RoleReport {
    /// How far the whole can be relied on.
    pub status: RoleStatus,
    /// Every voice.
    pub speakers: BTreeMap<SpeakerId, RoleFinding>,
    /// Stretches in which the labels of therapist and client are exchanged. Roles hold outside of them.
    pub swaps: Vec<RoleSwap>,
}

/// What was found about one voice.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RoleFinding {
    /// Its role; `None` where a person should say.
    pub role: Option<Role>,
    /// How probable each role is, the likeliest first.
    pub posterior: Vec<(Role, Confidence)>,
    /// By how much the likeliest leads, 0 to 1.
    pub margin: Confidence,
    /// How far it can be relied on.
    pub status: RoleStatus,
    /// The turns that spoke most for it, the strongest first; at most three.
    pub deciding: Vec<TurnId>,
    /// Who said so.
    pub by: Assigned,
    /// Log-odds for "this is the therapist".
    pub(super) odds: f32,
}

impl RoleFinding {
    /// From log-odds for "this is the therapist".
    pub(super) fn from_odds(odds: f32, status: RoleStatus) -> Self {
        let likely = Confidence::new(1.0 / (1.0 + (-odds.abs()).exp()));
        let unlikely = Confidence::new(1.0 - likely.get());
        let (first, second) = if odds > 0.0 {
            (Role::Therapist, Role::Client)
        } else {
            (Role::Client, Role::Therapist)
        };
        Self {
            role: (status != RoleStatus::NeedsConfirmation).then_some(first),
            posterior: vec![(first, likely), (second, unlikely)],
            margin: Confidence::new(likely.get() - unlikely.get()),
            status,
            deciding: Vec::new(),
            by: Assigned::Mapper,
            odds,
        }
    }

    /// Of an assignment that was made elsewhere.
    pub(super) fn of(assignment: RoleAssignment) -> Self {
        let sign = if assignment.role == Role::Therapist {
            1.0
        } else {
            -1.0
        };
        let probability = assignment.probability;
        Self {
            role: Some(assignment.role),
            posterior: vec![(assignment.role, probability)],
            margin: probability,
            status: assignment.status,
            deciding: Vec::new(),
            by: assignment.by,
            odds: sign * log_odds(probability),
        }
    }

    /// How probable the likeliest role is.
    #[must_use]
    pub fn probability(&self) -> Confidence {
        self.posterior
            .first()
            .map_or(Confidence::new(0.0), |(_, probability)| *probability)
    }
}

impl RoleReport {
    /// What a map of roles says.
    #[must_use]
    pub fn of(roles: &RoleMap) -> Self {
        let speakers: BTreeMap<_, _> = roles
            .iter()
            .map(|(speaker, found)| (speaker, RoleFinding::of(*found)))
            .collect();
        let status = speakers.values().map(|finding| finding.status).max();
        Self {
            status: status.unwrap_or(RoleStatus::NeedsConfirmation),
            speakers,
            swaps: Vec::new(),
        }
    }

    /// The roles that it gives.
    #[must_use]
    pub fn to_map(&self) -> RoleMap {
        let mut roles = RoleMap::default();
        for (speaker, finding) in &self.speakers {
            if let Some(role) = finding.role {
                let assignment = RoleAssignment {
                    role,
                    probability: finding.probability(),
                    by: finding.by,
                    status: finding.status,
                };
                roles.insert(*speaker, assignment);
            }
        }
        roles
    }
}

/// From `from` to `to`, both included, the labels of therapist and client are exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RoleSwap {
    /// The first turn with the other's label.
    pub from: TurnId,
    /// The last one.
    pub to: TurnId,
}

impl RoleSwap {
    /// From a turn to a turn, both included.
    #[must_use]
    pub const fn new(from: TurnId, to: TurnId) -> Self {
        Self { from, to }
    }
}

/// What a mapper contributes where several are combined.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RoleHints {
    pub(super) certain: BTreeMap<SpeakerId, RoleAssignment>,
    pub(super) odds: BTreeMap<SpeakerId, f32>,
}

impl RoleHints {
    /// A role that is known, whatever is said.
    pub fn certain(&mut self, speaker: SpeakerId, role: Role) {
        self.certain.insert(speaker, RoleAssignment::by_hand(role));
    }

    /// Evidence that a speaker is the therapist, or with less than one half that they are a client.
    pub fn therapist(&mut self, speaker: SpeakerId, probability: Confidence) {
        *self.odds.entry(speaker).or_default() += log_odds(probability);
    }

    /// What a map of roles says: as certain as it is itself.
    #[must_use]
    pub fn of(roles: &RoleMap) -> Self {
        let mut hints = Self::default();
        for (speaker, found) in roles.iter() {
            match (found.by, found.role) {
                (Assigned::Mapper, Role::Therapist) => hints.therapist(speaker, found.probability),
                (Assigned::Mapper, Role::Client) => {
                    hints.therapist(speaker, Confidence::new(1.0 - found.probability.get()));
                }
                _ => _ = hints.certain.insert(speaker, *found),
            }
        }
        hints
    }

    /// The roles that it is nearly sure of.
    pub(super) fn to_map(&self) -> RoleMap {
        let mut roles = RoleMap::default();
        for (speaker, odds) in self.odds.iter().filter(|(_, odds)| odds.abs() > 2.2) {
            let role = if *odds > 0.0 {
                Role::Therapist
            } else {
                Role::Client
            };
            let probability = Confidence::new(1.0 / (1.0 + (-odds.abs()).exp()));
            roles.insert(*speaker, RoleAssignment::found(role, probability));
        }
        for (speaker, known) in &self.certain {
            roles.insert(*speaker, *known);
        }
        roles
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.certain.extend(other.certain);
        for (speaker, odds) in other.odds {
            *self.odds.entry(speaker).or_default() += odds;
        }
    }
}

fn log_odds(probability: Confidence) -> f32 {
    let probability = probability.get().clamp(0.001, 0.999);
    (probability / (1.0 - probability)).ln()
}
