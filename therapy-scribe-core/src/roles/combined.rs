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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ConnectionId, Finality, MediaTime, Role, SpeakerId, TurnId, Word,
        roles::{Channels, EnrolledPhrase, FixedRoles, KnownNames, RoleStatus},
    };

    const A: SpeakerId = SpeakerId::new(ConnectionId::new(0), 0);
    const B: SpeakerId = SpeakerId::new(ConnectionId::new(1), 0);

    fn heard(mapper: &mut impl RoleMapper, turns: &[(SpeakerId, &str)]) {
        for (order, (speaker, text)) in (0..).zip(turns) {
            let at = MediaTime::from_millis(order * 1000);
            let words = text.split_whitespace().map(|word| Word::new(word, at, at));
            let id = TurnId::new(ConnectionId::default(), order);
            let turn = Turn::new(id, Finality::Final, Some(*speaker), words.collect());
            mapper.add(&turn);
        }
    }

    /// Nothing in it tells who is who.
    const PLAIN: [(SpeakerId, &str); 2] = [
        (A, "The train was late again and the platform was full."),
        (B, "The roads were closed until late in the evening too."),
    ];

    #[test]
    fn who_spoke_first_is_not_enough_but_counts_beside_the_words() {
        let mut mapper = Combined::default();
        heard(&mut mapper, &PLAIN);
        assert!(mapper.roles().is_empty());
        assert_eq!(mapper.report().status, RoleStatus::NeedsConfirmation);
    }

    #[test]
    fn what_is_known_stands_whatever_is_said() {
        let known = [(A, Role::Client), (B, Role::Therapist)]
            .into_iter()
            .collect();
        let mut fixed = Combined::default().with(FixedRoles::new(known));
        let mut channels = Combined::default().with(Channels::new([Role::Client, Role::Therapist]));
        let turns = [
            (A, "How did you sleep? Have you tried what we talked about?"),
            (B, "I was tired."),
        ];
        heard(&mut fixed, &turns);
        heard(&mut channels, &turns);
        for roles in [fixed.roles(), channels.roles()] {
            assert_eq!(
                (roles.role(A), roles.role(B)),
                (Some(Role::Client), Some(Role::Therapist))
            );
        }
    }

    #[test]
    fn a_name_or_the_text_that_is_read_tells_who_is_who() {
        let mut names = KnownNames::new(["Dr. Jane Roe"], ["Alex Doe"]);
        heard(
            &mut names,
            &[
                (A, "Hello Alex, I'm Doctor Roe."),
                (B, "Good morning, Doctor Roe."),
            ],
        );
        let consent = "What we say here stays here, unless somebody is in danger.";
        let mut phrase = EnrolledPhrase::new(consent);
        heard(
            &mut phrase,
            &[(
                A,
                "So what we say here stays here unless somebody is in danger",
            )],
        );
        for roles in [names.roles(), phrase.roles()] {
            assert_eq!(roles.role(A), Some(Role::Therapist));
        }
        assert_eq!(names.roles().role(B), Some(Role::Client));
        assert!(!format!("{names:?}{phrase:?}").contains("roe"));
    }

    #[test]
    fn a_text_that_was_forgotten_leaves_no_trace() {
        let mut mapper = KnownNames::new(["Jane"], ["Alex"]);
        heard(&mut mapper, &[(A, "I'm Jane.")]);
        let at = MediaTime::ZERO;
        let words = ["I'm", "Jane."].map(|word| Word::new(word, at, at)).into();
        let id = TurnId::new(ConnectionId::default(), 0);
        mapper.remove(&Turn::new(id, Finality::Final, Some(A), words));
        assert!(mapper.roles().is_empty());
    }
}
