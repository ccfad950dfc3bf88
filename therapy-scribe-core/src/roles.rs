//! Who is who. A role is a view: words hold speakers, and roles are looked up.

mod channel;
mod combined;
mod cue;
mod enrolled_phrase;
mod first_speaker;
mod fixed;
mod known_names;
mod linguistic;
mod map;
mod report;
mod tally;

use std::{collections::BTreeMap, fmt};

pub use channel::Channels;
pub use combined::Combined;
pub use cue::{Cue, Cues};
pub use enrolled_phrase::EnrolledPhrase;
pub use first_speaker::FirstSpeaker;
pub use fixed::FixedRoles;
pub use known_names::KnownNames;
pub use linguistic::Linguistic;
pub use map::{Assigned, Role, RoleAssignment, RoleMap};
pub use report::{RoleFinding, RoleHints, RoleReport, RoleStatus, RoleSwap, Setting};

use crate::{SpeakerId, Turn};

/// Finds the roles of a recording's speakers from what they say.
///
/// It is told of every final turn once, and when a revision changes the speakers of a turn it is told to forget the
/// turn and then given it anew. So it never needs to read a session twice, and a revised session ends with the answer
/// that the right labels would have given.
///
/// ```
/// use therapy_scribe_core::{Role, RoleMap, RoleMapper, SpeakerId, Turn};
///
/// /// Whoever says "homework" first is the therapist.
/// #[derive(Debug, Default)]
/// struct Homework(Option<SpeakerId>);
///
/// impl RoleMapper for Homework {
///     fn add(&mut self, turn: &Turn) {
///         let said = turn.words().iter().find(|word| word.text().contains("homework"));
///         self.0 = self.0.or(said.and_then(|word| word.speaker()));
///     }
///     fn remove(&mut self, _turn: &Turn) {}
///     fn roles(&self) -> RoleMap {
///         self.0.into_iter().map(|speaker| (speaker, Role::Therapist)).collect()
///     }
/// }
/// # let _ = Homework::default().roles();
/// ```
pub trait RoleMapper: Send + fmt::Debug {
    /// A turn became final, or has other speakers now.
    fn add(&mut self, turn: &Turn);

    /// The turn as it was given before is void.
    fn remove(&mut self, turn: &Turn);

    /// The roles by all that is known. A speaker that is not in the map has no role: better none than a wrong one.
    fn roles(&self) -> RoleMap;

    /// The same with how sure it is of everybody, what decided it, and stretches with exchanged labels. It may look at the
    /// whole session; [`roles`](Self::roles) is what is asked after every turn.
    fn report(&self) -> RoleReport {
        RoleReport::of(&self.roles())
    }

    /// What it has to say where it is [combined](Combined) with others.
    fn hints(&self) -> RoleHints {
        RoleHints::of(&self.roles())
    }
}

/// A mapper, and what people said by hand. The hand wins.
#[derive(Debug)]
pub(crate) struct RoleBook {
    mapper: Box<dyn RoleMapper>,
    by_hand: BTreeMap<SpeakerId, Role>,
}

impl RoleBook {
    pub(crate) fn new(mapper: Box<dyn RoleMapper>) -> Self {
        Self {
            mapper,
            by_hand: BTreeMap::new(),
        }
    }

    pub(crate) fn add(&mut self, turn: &Turn) {
        self.mapper.add(turn);
    }

    pub(crate) fn remove(&mut self, turn: &Turn) {
        self.mapper.remove(turn);
    }

    /// Returns what was said by hand before.
    pub(crate) fn assign(&mut self, speaker: SpeakerId, role: Option<Role>) -> Option<Role> {
        match role {
            Some(role) => self.by_hand.insert(speaker, role),
            None => self.by_hand.remove(&speaker),
        }
    }

    pub(crate) fn report(&self) -> RoleReport {
        let mut report = self.mapper.report();
        for (speaker, role) in &self.by_hand {
            let finding = RoleFinding::of(RoleAssignment::by_hand(*role));
            report.speakers.insert(*speaker, finding);
        }
        let all = report.speakers.values();
        if !self.by_hand.is_empty() && all.clone().all(|finding| finding.role.is_some()) {
            report.status = all.map(|finding| finding.status).max().unwrap_or_default();
        }
        report
    }

    pub(crate) fn roles(&self) -> RoleMap {
        let mut roles = self.mapper.roles();
        for (speaker, role) in &self.by_hand {
            roles.insert(*speaker, RoleAssignment::by_hand(*role));
        }
        roles
    }
}
