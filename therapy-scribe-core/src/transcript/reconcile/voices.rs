//! Whose voice of the record is whose in the live transcript.

use std::collections::BTreeMap;

use super::Heard;
use crate::{
    ConnectionId, Role, RoleMap, SpeakerId, Transcript,
    roles::{Assigned, RoleAssignment},
};

/// Who of the one is who of the other.
#[derive(Debug, Default)]
pub(super) struct Voices {
    of_record: BTreeMap<SpeakerId, SpeakerId>,
    of_live: BTreeMap<SpeakerId, SpeakerId>,
}

impl Voices {
    /// By the words that both have: a voice of the record takes the name that most of its words have live. No two take
    /// the same; one that is left over gets a name of `connection`.
    pub(super) fn matched(
        pairs: &[(SpeakerId, SpeakerId)],
        record: &[Heard<'_>],
        connection: ConnectionId,
    ) -> Self {
        let mut votes: BTreeMap<(SpeakerId, SpeakerId), usize> = BTreeMap::new();
        for (live, record) in pairs {
            *votes.entry((*live, *record)).or_default() += 1;
        }
        let mut ranked: Vec<_> = votes
            .iter()
            .map(|((live, record), count)| (*count, *live, *record))
            .collect();
        ranked.sort_by_key(|(count, live, record)| (usize::MAX - count, *live, *record));
        let mut voices = Self::default();
        for (_, live, record) in &ranked {
            let is_taken = voices.of_record.values().any(|taken| taken == live);
            if !is_taken {
                voices.of_record.entry(*record).or_insert(*live);
            }
        }
        let mut next = 0;
        for speaker in record.iter().filter_map(|heard| heard.word.speaker()) {
            voices.of_record.entry(speaker).or_insert_with(|| {
                next += 1;
                SpeakerId::new(connection, next - 1)
            });
        }
        // The most frequent comes first.
        for (_, live, record) in &ranked {
            if let Some(target) = voices.of_record.get(record) {
                voices.of_live.entry(*live).or_insert(*target);
            }
        }
        voices
    }

    pub(super) fn of_record(&self, speaker: SpeakerId) -> SpeakerId {
        self.of_record.get(&speaker).copied().unwrap_or(speaker)
    }

    pub(super) fn of_live(&self, speaker: SpeakerId) -> SpeakerId {
        self.of_live.get(&speaker).copied().unwrap_or(speaker)
    }

    /// Live voices that go by another name now.
    pub(super) fn renamed(&self) -> impl Iterator<Item = (SpeakerId, SpeakerId)> {
        let all = self.of_live.iter().map(|(from, to)| (*from, *to));
        all.filter(|(from, to)| from != to)
    }

    /// What a person said live goes before what the record's service found, and that before what was found live. With
    /// whoever was found to be somebody else by the two.
    pub(super) fn roles(
        &self,
        live: &Transcript,
        record: &Transcript,
    ) -> (RoleMap, Vec<SpeakerId>) {
        let mut found: BTreeMap<SpeakerId, Vec<(u8, RoleAssignment)>> = BTreeMap::new();
        for (speaker, assignment) in live.roles().iter() {
            let rank = if assignment.by == Assigned::Hand {
                0
            } else {
                2
            };
            let target = self.of_live(speaker);
            // Of several live voices that are one, its own name counts most.
            let rank = if target == speaker { rank } else { rank + 1 };
            found
                .entry(target)
                .or_default()
                .push((2 * rank, *assignment));
        }
        for (speaker, assignment) in record.roles().iter() {
            found
                .entry(self.of_record(speaker))
                .or_default()
                .push((3, *assignment));
        }
        let mut roles = RoleMap::default();
        let mut doubtful = Vec::new();
        for (speaker, mut found) in found {
            found.sort_by_key(|(rank, _)| *rank);
            let first: Option<Role> = found.first().map(|(_, first)| first.role);
            if found.iter().any(|(_, other)| Some(other.role) != first) {
                doubtful.push(speaker);
            }
            if let Some((_, assignment)) = found.first() {
                roles.insert(speaker, *assignment);
            }
        }
        (roles, doubtful)
    }
}
