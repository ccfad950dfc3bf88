//! Roles by the names that people call themselves and each other.

use std::collections::BTreeSet;

use super::{RoleHints, RoleMap, RoleMapper, tally::Tally};
use crate::Turn;

/// Knows the names of those who take part. Whoever introduces themselves by a name has it; whoever calls somebody by it
/// has not.
///
/// `Debug` shows how many names there are, never a name.
#[derive(Clone)]
pub struct KnownNames {
    therapists: BTreeSet<String>,
    clients: BTreeSet<String>,
    tally: Tally,
}

impl KnownNames {
    /// The therapists' and the clients' names, first, last or both. Names that both have are left out.
    pub fn new<S: AsRef<str>>(
        therapists: impl IntoIterator<Item = S>,
        clients: impl IntoIterator<Item = S>,
    ) -> Self {
        let (mut therapists, mut clients) = (names(therapists), names(clients));
        let shared: BTreeSet<_> = therapists.intersection(&clients).cloned().collect();
        therapists.retain(|name| !shared.contains(name));
        clients.retain(|name| !shared.contains(name));
        Self {
            therapists,
            clients,
            tally: Tally::default(),
        }
    }

    fn step(&mut self, turn: &Turn, step: fn(u32, u32) -> u32) {
        let (therapists, clients) = (&self.therapists, &self.clients);
        self.tally.count(turn, step, |tokens| {
            let [own, others] = mentions(tokens, therapists);
            let [theirs, called] = mentions(tokens, clients);
            [own + called, theirs + others]
        });
    }
}

fn names<S: AsRef<str>>(all: impl IntoIterator<Item = S>) -> BTreeSet<String> {
    let parts = all.into_iter().flat_map(|name| {
        let lower = name.as_ref().to_lowercase();
        lower
            .split(|c: char| !c.is_alphanumeric())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    });
    parts
        .filter(|part| part.len() > 2 && !TITLES.contains(&part.as_str()))
        .collect()
}

const TITLES: &[&str] = &["doctor", "mrs", "miss", "prof", "professor", "phd"];
/// What stands before one's own name.
const INTRODUCES: &[&[&str]] = &[
    &["i", "m"],
    &["i", "am"],
    &["im"],
    &["name", "is"],
    &["name", "s"],
    &["this", "is"],
    &["call", "me"],
];
/// What stands before the name of whom one talks to.
const CALLS: &[&str] = &[
    "hi",
    "hello",
    "hey",
    "thanks",
    "you",
    "morning",
    "afternoon",
    "okay",
    "so",
    "well",
    "doctor",
    "dr",
    "and",
    "bye",
    "yes",
    "no",
];

/// How often a stretch introduces its speaker by one of the names, and how often it calls somebody by one.
fn mentions(tokens: &[&str], names: &BTreeSet<String>) -> [u32; 2] {
    let mut found = [0, 0];
    for (at, _) in tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| names.contains(**token))
    {
        let all_before = tokens.get(..at).unwrap_or_default();
        // "I'm Doctor Jane Roe": titles and the names before belong to the name.
        let is_part =
            |token: &&&str| names.contains(**token) || TITLES.contains(token) || **token == "dr";
        let parts = all_before.iter().rev().take_while(is_part).count();
        let before = all_before
            .get(..at.saturating_sub(parts))
            .unwrap_or_default();
        if INTRODUCES.iter().any(|words| before.ends_with(words)) {
            found[0] += 1;
        } else if before.is_empty()
            || at + 1 == tokens.len()
            || before.last().is_some_and(|last| CALLS.contains(last))
        {
            found[1] += 1;
        }
    }
    found
}

impl RoleMapper for KnownNames {
    fn add(&mut self, turn: &Turn) {
        self.step(turn, u32::saturating_add);
    }

    fn remove(&mut self, turn: &Turn) {
        self.step(turn, u32::saturating_sub);
    }

    fn roles(&self) -> RoleMap {
        self.hints().to_map()
    }

    fn hints(&self) -> RoleHints {
        self.tally.hints()
    }
}

impl std::fmt::Debug for KnownNames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KnownNames")
            .field("therapists", &self.therapists.len())
            .field("clients", &self.clients.len())
            .finish_non_exhaustive()
    }
}
