//! Several mappers as one: the default.

use super::{FirstSpeaker, Linguistic, RoleHints, RoleMap, RoleMapper, RoleReport, Setting};
use crate::Turn;

/// What is said, together with what else is known: who spoke first, and whatever mappers are added.
///
/// What one of them is certain of stands: [`FixedRoles`](super::FixedRoles), [`Channels`](super::Channels). What it only
/// holds to be probable counts as evidence beside the words. Labels that a session has for one person twice, as after a
/// reconnect, get that person's role where there is enough to tell.
///
/// ```
/// use therapy_scribe_core::roles::{Combined, EnrolledPhrase, KnownNames, Setting};
///
/// let mapper = Combined::new(Setting::Couple)
///     .with(KnownNames::new(["Jane Roe"], ["Alex", "Sam"]))
///     .with(EnrolledPhrase::new("What we say here stays here, unless somebody is in danger."));
/// ```
#[derive(Debug)]
pub struct Combined {
    words: Linguistic,
    others: Vec<Box<dyn RoleMapper>>,
}

impl Combined {
    /// What is said and who spoke first, for a session of this many.
    #[must_use]
    pub fn new(setting: Setting) -> Self {
        Self {
            words: Linguistic::new(setting),
            others: vec![Box::new(FirstSpeaker::default())],
        }
    }

    /// The same with another mapper's evidence. Where two are certain and differ, the later one is believed.
    #[must_use]
    pub fn with(mut self, mapper: impl RoleMapper + 'static) -> Self {
        self.others.push(Box::new(mapper));
        self
    }

    fn gathered(&self) -> RoleHints {
        let mut hints = RoleHints::default();
        for mapper in &self.others {
            hints.merge(mapper.hints());
        }
        hints
    }
}

impl Default for Combined {
    fn default() -> Self {
        Self::new(Setting::Individual)
    }
}

impl RoleMapper for Combined {
    fn add(&mut self, turn: &Turn) {
        self.words.add(turn);
        self.others.iter_mut().for_each(|mapper| mapper.add(turn));
    }

    fn remove(&mut self, turn: &Turn) {
        self.words.remove(turn);
        self.others
            .iter_mut()
            .for_each(|mapper| mapper.remove(turn));
    }

    fn roles(&self) -> RoleMap {
        self.words.judge(&self.gathered()).to_map()
    }

    fn report(&self) -> RoleReport {
        let mut report = self.words.judge(&self.gathered());
        self.words.name_deciding(&mut report);
        report
    }
}
