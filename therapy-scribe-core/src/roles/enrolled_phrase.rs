//! The therapist is who reads the text that the practice reads at the start.

use std::collections::HashSet;

use super::{RoleHints, RoleMap, RoleMapper, tally::Tally};
use crate::Turn;

/// Knows a text that the therapist reads aloud, such as a consent. Whoever says three stretches of four words from it
/// is the therapist; so recognition errors here and there do no harm.
///
/// `Debug` shows the length of the text, never the text.
#[derive(Clone)]
pub struct EnrolledPhrase {
    stretches: HashSet<[String; 4]>,
    tally: Tally,
}

/// So many stretches of four words are no chance.
const ENOUGH: usize = 3;

impl EnrolledPhrase {
    /// A text that the therapist reads; under six words it is never found.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let lower = text.to_lowercase();
        let tokens: Vec<&str> = lower
            .split(|c: char| !c.is_alphanumeric())
            .filter(|token| !token.is_empty())
            .collect();
        Self {
            stretches: fours(&tokens).collect(),
            tally: Tally::default(),
        }
    }

    fn step(&mut self, turn: &Turn, step: fn(u32, u32) -> u32) {
        let stretches = &self.stretches;
        self.tally.count(turn, step, |tokens| {
            let read = fours(tokens)
                .filter(|four| stretches.contains(four))
                .count();
            [u32::from(read >= ENOUGH), 0]
        });
    }
}

fn fours<'a>(tokens: &'a [&str]) -> impl Iterator<Item = [String; 4]> + 'a {
    tokens.windows(4).filter_map(|four| {
        let owned: Vec<String> = four.iter().map(|token| (*token).to_owned()).collect();
        owned.try_into().ok()
    })
}

impl RoleMapper for EnrolledPhrase {
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

impl std::fmt::Debug for EnrolledPhrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnrolledPhrase")
            .field("stretches", &self.stretches.len())
            .finish_non_exhaustive()
    }
}
