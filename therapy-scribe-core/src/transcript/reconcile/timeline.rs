//! What the record has at a time.

use super::Heard;
use crate::Turn;

/// How many words before and after a time are looked at.
const NEAR: usize = 12;
/// So close is a word that is said twice, in milliseconds.
const BESIDE: u64 = 300;
/// So much of a word may be said at once with another, in hundredths, before the record counts as having heard it.
const SILENT: u64 = 30;
/// English sounds of thinking, which services leave out. In other languages some of them are words.
const FILLERS: [&str; 9] = ["um", "uh", "hmm", "mhm", "uhhuh", "ah", "huh", "hm", "er"];

/// Whose words stand in whose way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Everybody shares a microphone.
    Room,
    /// Each person has a channel, and what another one says hides nothing.
    Channels,
}

impl Scope {
    pub(super) fn of(record: &[Heard<'_>]) -> Self {
        let connection = |heard: &Heard<'_>| heard.turn.id().connection();
        let first = record.first().map(connection);
        if record.iter().any(|heard| Some(connection(heard)) != first) {
            Self::Channels
        } else {
            Self::Room
        }
    }
}

/// Words by time.
pub(super) struct Timeline<'b, 'a>(Vec<&'b Heard<'a>>);

impl<'b, 'a> Timeline<'b, 'a> {
    pub(super) fn of(words: &'b [Heard<'a>]) -> Self {
        let mut words: Vec<_> = words.iter().collect();
        words.sort_by_key(|heard| heard.word.start());
        Self(words)
    }

    /// The words that begin within [`NEAR`] words of a time.
    fn near(&self, time: u64) -> &[&'b Heard<'a>] {
        let after = self
            .0
            .partition_point(|heard| heard.word.start().as_millis() < time);
        let range = after.saturating_sub(NEAR)..(after + NEAR).min(self.0.len());
        self.0.get(range).unwrap_or_default()
    }

    /// Whether there is nothing where a word was heard: neither another word nor the same one beside it, but for those that are
    /// passed over. Sounds of thinking are not missed.
    pub(super) fn misses(&self, word: &Heard<'_>, passes: impl Fn(&Heard<'_>) -> bool) -> bool {
        if is_filler(word.turn, &word.token.key) {
            return false;
        }
        let (from, to) = word.token.core();
        let is_beside = |other: &Heard<'_>| {
            let (start, end) = other.token.core();
            from.max(start).saturating_sub(to.min(end)) <= BESIDE
        };
        let is_known = |other: &Heard<'_>| {
            other.token.overlap(&word.token) > SILENT
                || (other.token.key == word.token.key && is_beside(other))
        };
        let near = self.near(from).iter();
        !near
            .filter(|other| !passes(other))
            .any(|other| is_known(other))
    }

    /// The last word that begins before a time.
    pub(super) fn before(&self, time: u64) -> Option<&'b Heard<'a>> {
        let after = self
            .0
            .partition_point(|heard| heard.word.start().as_millis() <= time);
        self.0.get(after.checked_sub(1)?).copied()
    }
}

fn is_filler(turn: &Turn, key: &str) -> bool {
    let is_english = turn
        .language_code()
        .is_none_or(|code| code.starts_with("en"));
    is_english && FILLERS.contains(&key)
}
