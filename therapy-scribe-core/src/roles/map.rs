//! Speakers and their roles.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::RoleStatus;
use crate::{Confidence, SpeakerId};

/// What somebody is in the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// Who leads the session.
    Therapist,
    /// A second therapist.
    CoTherapist,
    /// Whose session it is; in a group, each member.
    Client,
    /// The client's partner, in couple therapy.
    Partner,
    /// A relative, in family therapy.
    FamilyMember,
    /// Who translates.
    Interpreter,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Therapist => "Therapist",
            Self::CoTherapist => "Co-therapist",
            Self::Client => "Client",
            Self::Partner => "Partner",
            Self::FamilyMember => "Family member",
            Self::Interpreter => "Interpreter",
        })
    }
}

/// A role, how probable it is, and who said so.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RoleAssignment {
    /// The role.
    pub role: Role,
    /// How probable it is, 0 to 1.
    pub probability: Confidence,
    /// Who said so.
    pub by: Assigned,
    /// How far it can be relied on.
    #[serde(default)]
    pub status: RoleStatus,
}

impl RoleAssignment {
    /// Found by a mapper.
    #[must_use]
    pub const fn found(role: Role, probability: Confidence) -> Self {
        Self {
            role,
            probability,
            by: Assigned::Mapper,
            status: RoleStatus::Provisional,
        }
    }

    /// Said by a person, and so certain.
    #[must_use]
    pub const fn by_hand(role: Role) -> Self {
        Self {
            role,
            probability: Confidence::FULL,
            by: Assigned::Hand,
            status: RoleStatus::Settled,
        }
    }
}

/// Who said what role a speaker has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Assigned {
    /// A [`RoleMapper`](crate::RoleMapper).
    Mapper,
    /// A person.
    Hand,
}

/// The roles of a recording's speakers. A speaker that is not in it has none yet.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RoleMap(BTreeMap<SpeakerId, RoleAssignment>);

impl RoleMap {
    /// The role of a speaker.
    #[must_use]
    pub fn role(&self, speaker: SpeakerId) -> Option<Role> {
        self.get(speaker).map(|assignment| assignment.role)
    }

    /// The role of a speaker with its probability.
    #[must_use]
    pub fn get(&self, speaker: SpeakerId) -> Option<&RoleAssignment> {
        self.0.get(&speaker)
    }

    /// Sets the role of a speaker.
    pub fn insert(&mut self, speaker: SpeakerId, assignment: RoleAssignment) {
        self.0.insert(speaker, assignment);
    }

    /// All speakers with a role, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = (SpeakerId, &RoleAssignment)> {
        self.0
            .iter()
            .map(|(speaker, assignment)| (*speaker, assignment))
    }

    /// Whether it says the same of everybody, whatever the probabilities.
    #[must_use]
    pub fn is_same_answer(&self, other: &Self) -> bool {
        let answer = |(speaker, found): (&SpeakerId, &RoleAssignment)| {
            (*speaker, found.role, found.by, found.status)
        };
        self.0.iter().map(answer).eq(other.0.iter().map(answer))
    }

    /// Whether nobody has a role.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Certain roles, as a host that knows them gives them.
impl FromIterator<(SpeakerId, Role)> for RoleMap {
    fn from_iter<I: IntoIterator<Item = (SpeakerId, Role)>>(roles: I) -> Self {
        Self(
            roles
                .into_iter()
                .map(|(speaker, role)| (speaker, RoleAssignment::by_hand(role)))
                .collect(),
        )
    }
}
