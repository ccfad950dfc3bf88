//! Who is who by the way they speak: a second witness where the words of an overlap leave it open.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use therapy_scribe_core::{
    Relabel, Role, RoleMap, RoleMapper, SpeakerId, Turn, TurnId, Word, roles::Linguistic,
};

/// What the current connection's labels say, and what everybody said before it.
#[derive(Debug, Default)]
pub(super) struct Speech {
    before: Linguistic,
    /// Names that one connection told apart, so that they are two people. Two others may be one person twice.
    told_apart: BTreeSet<(SpeakerId, SpeakerId)>,
    now: Linguistic,
    /// The current connection's turns by its own labels, since a revision changes them.
    turns: HashMap<TurnId, Turn>,
    /// Connections that are gone, while nobody knows whose their labels are.
    past: Vec<Linguistic>,
}

/// Voices are matched from this probability on: the labels of the first turns may be revised, and a wrong match is worse
/// than none.
const SURE: f32 = 0.97;

/// More unsettled connections than this are not thought of again.
const MOST_PAST: usize = 32;

impl Speech {
    /// Another connection begins; what this one said belongs to `speaker` of each label.
    pub(super) fn next_connection(&mut self, speaker: impl Fn(SpeakerId) -> SpeakerId) {
        let mut names = BTreeSet::new();
        for turn in self.turns.values() {
            let words = turn.words().iter().map(|word| {
                let of = word.speaker().map(&speaker);
                word.clone().spoken_by(of, None)
            });
            let turn = turn.clone().with_words(words.collect());
            names.extend(turn.words().iter().filter_map(Word::speaker));
            self.before.add(&turn);
        }
        let pairs = names
            .iter()
            .flat_map(|one| names.iter().map(|other| (*one, *other)));
        self.told_apart
            .extend(pairs.filter(|(one, other)| one != other));
        let own = self.now.roles();
        let is_unsettled = own.iter().any(|(label, _)| speaker(label) == label);
        if is_unsettled && self.past.len() < MOST_PAST {
            self.past.push(self.now.clone());
        }
        self.now = Linguistic::default();
        self.turns.clear();
    }

    pub(super) fn hear(&mut self, turn: &Turn) {
        self.now.add(turn);
        self.turns.insert(turn.id(), turn.clone());
    }

    pub(super) fn relabel(&mut self, relabel: &Relabel) {
        if let Some(turn) = self.turns.get_mut(&relabel.turn) {
            self.now.remove(turn);
            *turn = relabelled(turn, relabel);
            self.now.add(turn);
        }
    }

    /// Labels of the current connection that speak like a known voice, where the roles of both are known.
    pub(super) fn matches(&self) -> BTreeMap<SpeakerId, SpeakerId> {
        self.matched(&self.now)
    }

    /// The same for connections that are gone.
    pub(super) fn past_matches(&self) -> BTreeMap<SpeakerId, SpeakerId> {
        self.past
            .iter()
            .flat_map(|past| self.matched(past))
            .collect()
    }

    fn matched(&self, one: &Linguistic) -> BTreeMap<SpeakerId, SpeakerId> {
        let (now, before) = (one.roles(), self.before.roles());
        let pair = |role| Some((voice(&now, role)?, voice(&before, role)?));
        let both = [pair(Role::Therapist), pair(Role::Client)];
        match both {
            [Some(therapist), Some(client)]
                if self.told_apart.contains(&(therapist.1, client.1)) =>
            {
                BTreeMap::from([therapist, client])
            }
            _ => BTreeMap::new(),
        }
    }
}

fn voice(roles: &RoleMap, role: Role) -> Option<SpeakerId> {
    let mut all = roles.iter();
    let found = all.find(|(_, found)| found.role == role && found.probability.get() >= SURE);
    found.map(|(speaker, _)| speaker)
}

fn relabelled(turn: &Turn, relabel: &Relabel) -> Turn {
    let words = turn.words().iter().map(|word| {
        let speaker = relabel.speaker_at(word.start(), word.end());
        word.clone().spoken_by(speaker, None)
    });
    turn.clone().with_words(words.collect())
}
