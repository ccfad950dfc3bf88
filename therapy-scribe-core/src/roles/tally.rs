//! Evidence that each turn gives by itself, added up by voice.

use std::collections::BTreeMap;

use super::RoleHints;
use crate::{Confidence, SpeakerId, Turn, Word};

/// How often each voice did something that speaks for the therapist, and how often for the client.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally(BTreeMap<SpeakerId, [u32; 2]>);

impl Tally {
    /// Counts what `sign` makes of each stretch of one voice: some number for the therapist, and some for the client.
    pub(super) fn count(
        &mut self,
        turn: &Turn,
        step: fn(u32, u32) -> u32,
        signs: impl Fn(&[&str]) -> [u32; 2],
    ) {
        for run in turn
            .words()
            .chunk_by(|one, other| one.speaker() == other.speaker())
        {
            let Some(speaker) = run.first().and_then(Word::speaker) else {
                continue;
            };
            let lower: Vec<String> = run.iter().map(|word| word.text().to_lowercase()).collect();
            let tokens: Vec<&str> = lower
                .iter()
                .flat_map(|word| word.split(|c: char| !c.is_alphanumeric()))
                .filter(|token| !token.is_empty())
                .collect();
            let counts = self.0.entry(speaker).or_default();
            let [therapist, client] = signs(&tokens);
            *counts = [step(counts[0], therapist), step(counts[1], client)];
        }
        self.0.retain(|_, counts| *counts != [0, 0]);
    }

    /// As evidence: one sign is nearly enough, and more of them add little.
    pub(super) fn hints(&self) -> RoleHints {
        let mut hints = RoleHints::default();
        for (speaker, [therapist, client]) in &self.0 {
            let probability = match therapist.cmp(client) {
                std::cmp::Ordering::Greater => 0.97,
                std::cmp::Ordering::Less => 0.03,
                std::cmp::Ordering::Equal => 0.5,
            };
            hints.therapist(*speaker, Confidence::new(probability));
        }
        hints
    }
}
