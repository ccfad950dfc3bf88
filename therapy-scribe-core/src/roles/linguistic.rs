//! Roles by what is said.

mod heard;
mod judge;
mod path;
mod voices;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use heard::Stretch;
use judge::Judge;
use path::{Key, Path};
use voices::Voices;

use super::{RoleHints, RoleMap, RoleMapper, RoleReport, RoleSwap, Setting};
use crate::{SpeakerId, Turn, TurnId};

/// Tells therapist from client by what they say, in English, and abstains when it can't.
///
/// Every stretch of speech is worth something for one side or the other: questions, "you", reflections, agenda and
/// homework for the therapist, "I", "my", feelings, stories and answers for the client ([`Cue`](super::Cue) has all of
/// them). What one stretch can tell is bounded, so that a wrong label here and there does no harm. The sum becomes a
/// probability; where it is low, or where the two differ by no more than chance would make them, nobody gets a role.
///
/// It needs neither punctuation nor capitals. Where few words are common English ones, everybody stays without a role.
#[derive(Debug, Clone, Default)]
pub struct Linguistic {
    setting: Setting,
    turns: BTreeMap<Key, Heard>,
    voices: Voices,
    /// The two main voices that the paths are about.
    pair: Option<(SpeakerId, SpeakerId)>,
    /// Up to this turn the paths are right.
    clean: Option<Key>,
}

/// One turn, taken apart.
#[derive(Debug, Clone)]
struct Heard {
    stretches: Vec<Stretch>,
    path: Path,
}

/// A revision further back than this is followed when the roles are asked for, not turn by turn.
const NEAR: usize = 64;
/// Exchanged letters are looked for where two voices have at least this share of the words.
const MAIN: f32 = 0.85;

impl Linguistic {
    /// For a session of this many.
    #[must_use]
    pub fn new(setting: Setting) -> Self {
        Self {
            setting,
            ..Self::default()
        }
    }

    /// What it thinks, given what others know.
    pub(super) fn judge(&self, hints: &RoleHints) -> RoleReport {
        let is_behind = self.pair.is_some() && self.clean != self.turns.keys().next_back().copied();
        if is_behind {
            let mut copy = self.clone();
            copy.catch_up();
            return copy.judge_clean(hints);
        }
        self.judge_clean(hints)
    }

    fn judge_clean(&self, hints: &RoleHints) -> RoleReport {
        let reading = self.reading();
        Judge::new(self.setting, &self.voices, hints).report(reading)
    }

    /// The turns that speak most for what a voice was found to be, the strongest first.
    pub(super) fn deciding(&self, speaker: SpeakerId, is_therapist: bool) -> Vec<TurnId> {
        let mut all: Vec<_> = self
            .turns
            .iter()
            .flat_map(|(key, heard)| heard.stretches.iter().map(move |stretch| (key.1, stretch)))
            .filter(|(_, stretch)| stretch.speaker == speaker)
            .map(|(turn, stretch)| {
                (
                    if is_therapist {
                        stretch.odds
                    } else {
                        -stretch.odds
                    },
                    turn,
                )
            })
            .filter(|(odds, _)| *odds > 0)
            .collect();
        all.sort_by_key(|(odds, turn)| (std::cmp::Reverse(*odds), *turn));
        all.into_iter().take(3).map(|(_, turn)| turn).collect()
    }

    /// Takes a turn's stretches in, and moves its neighbours apart.
    fn insert(&mut self, key: Key, stretches: Vec<Stretch>) {
        let (before, after) = self.around(key);
        if let (Some(before), Some(after)) = (&before, &after) {
            self.voices.part(before, after);
        }
        for stretch in &stretches {
            self.voices.add(stretch);
        }
        let mut last = before;
        for next in stretches.iter().copied().chain(after) {
            if let Some(one) = last.replace(next) {
                self.voices.join(&one, &next);
            }
        }
        self.soil(key);
        self.turns.insert(
            key,
            Heard {
                stretches,
                path: Path::default(),
            },
        );
    }

    fn take_out(&mut self, key: Key) {
        let Some(heard) = self.turns.remove(&key) else {
            return;
        };
        let (before, after) = self.around(key);
        for stretch in &heard.stretches {
            self.voices.remove(stretch);
        }
        let mut last = before;
        for next in heard.stretches.into_iter().chain(after) {
            if let Some(one) = last.replace(next) {
                self.voices.part(&one, &next);
            }
        }
        if let (Some(before), Some(after)) = (&before, &after) {
            self.voices.join(before, after);
        }
        self.soil(key);
    }

    /// The stretch before a place and the one after it.
    fn around(&self, key: Key) -> (Option<Stretch>, Option<Stretch>) {
        let before = self.turns.range(..key).next_back();
        let after = self.turns.range(key..).find(|(at, _)| **at != key);
        (
            before.and_then(|(_, heard)| heard.stretches.last().copied()),
            after.and_then(|(_, heard)| heard.stretches.first().copied()),
        )
    }

    /// From here on the paths are out of date.
    fn soil(&mut self, key: Key) {
        if self.clean.is_some_and(|clean| clean >= key) {
            self.clean = self.turns.range(..key).next_back().map(|(key, _)| *key);
        }
    }

    /// The two voices that say most, where they make the session up. Asked every turn, so it takes one look and no memory.
    fn main_pair(&self) -> Option<(SpeakerId, SpeakerId)> {
        let (mut all, mut first, mut second) = (0u32, None, None);
        for (speaker, voice) in &self.voices.all {
            all = all.saturating_add(voice.words);
            let this = Some((voice.words, std::cmp::Reverse(*speaker)));
            if this > first {
                (first, second) = (this, first);
            } else if this > second {
                second = this;
            }
        }
        let ((most, one), (more, other)) = (first?, second?);
        let (one, other) = (one.0, other.0);
        (heard::share(most.saturating_add(more), all) >= MAIN)
            .then_some((one.min(other), one.max(other)))
    }

    /// Brings the paths up to the last turn.
    fn catch_up(&mut self) {
        let pair = self.main_pair();
        if pair.is_some() && pair != self.pair {
            (self.pair, self.clean) = (pair, None);
        }
        let Some(pair) = self.pair else { return };
        let clean = self.clean.and_then(|key| self.turns.get(&key));
        let (mut path, mut last) = clean
            .map(|heard| (heard.path, heard.stretches.last().copied()))
            .unwrap_or_default();
        let from = match self.clean {
            Some(key) => (std::ops::Bound::Excluded(key), std::ops::Bound::Unbounded),
            None => (std::ops::Bound::Unbounded, std::ops::Bound::Unbounded),
        };
        for (key, heard) in self.turns.range_mut(from) {
            path = path.then(*key, last.as_ref(), &heard.stretches, pair);
            heard.path = path;
            last = heard.stretches.last().copied();
            self.clean = Some(*key);
        }
    }

    /// Whether a reading is so much better than one without exchanges that wrong labels don't explain it.
    fn is_worth_it(&self, (one, other): (SpeakerId, SpeakerId), worth: heard::Odds) -> bool {
        let voice = |speaker| self.voices.all.get(&speaker).copied().unwrap_or_default();
        let (one, other) = (voice(one), voice(other));
        let gain = worth - (one.odds - other.odds).abs();
        gain * worth / (one.size + other.size).max(1) >= GAIN
    }

    /// The best reading of the session, where it has exchanges and two main voices make it up.
    fn reading(&self) -> Option<Reading> {
        let (last, heard) = self.turns.last_key_value()?;
        let [as_is, exchanged] = heard.path.best;
        let mut state = usize::from(exchanged > as_is);
        heard.path.since.get(state).copied().flatten()?;
        let pair = self.pair.filter(|pair| Some(*pair) == self.main_pair())?;
        // What is said has to bear it; the edges only say where.
        let edges = heard.path.edges.get(state).copied().unwrap_or_default();
        let worth = as_is.max(exchanged) - edges.max(0);
        let (mut to, mut path) = (*last, heard.path);
        let mut parts = Vec::new();
        loop {
            let since = path.since.get(state).copied().flatten();
            parts.push((state, since, to));
            let before = since.and_then(|since| self.turns.range(..since).next_back());
            let Some((key, heard)) = before else { break };
            (to, path, state) = (*key, heard.path, 1 - state);
        }
        if !self.is_worth_it(pair, worth) {
            return None;
        }
        let swaps = parts.iter().rev().filter(|(part, ..)| *part != state);
        Some(Reading {
            pair,
            first_is_therapist: state == 0,
            worth,
            swaps: swaps
                .filter_map(|(_, since, to)| Some(RoleSwap::new(since.as_ref()?.1, to.1)))
                .collect(),
        })
    }
}

/// What a reading with exchanges must gain over one without, beyond the price of each, times the share of the evidence
/// that agrees with it. Labels that are wrong here and there also make readings that gain, but little agrees with those.
const GAIN: heard::Odds = 4_000;

/// The best reading of a session of two main voices.
#[derive(Debug)]
struct Reading {
    pair: (SpeakerId, SpeakerId),
    /// Whether the first of the pair is the therapist where the session begins.
    first_is_therapist: bool,
    worth: heard::Odds,
    swaps: Vec<RoleSwap>,
}

impl RoleMapper for Linguistic {
    fn add(&mut self, turn: &Turn) {
        let stretches = heard::stretches(turn);
        if stretches.is_empty() {
            return;
        }
        let key = (turn.start(), turn.id());
        self.take_out(key);
        self.insert(key, stretches);
        if self.turns.range(key..).nth(NEAR).is_none() {
            self.catch_up();
        }
    }

    fn remove(&mut self, turn: &Turn) {
        self.take_out((turn.start(), turn.id()));
    }

    fn roles(&self) -> RoleMap {
        self.judge(&RoleHints::default()).to_map()
    }

    fn report(&self) -> RoleReport {
        let mut report = self.judge(&RoleHints::default());
        self.name_deciding(&mut report);
        report
    }
}

impl Linguistic {
    /// Adds the turns that decided to a report.
    pub(super) fn name_deciding(&self, report: &mut RoleReport) {
        for (speaker, finding) in &mut report.speakers {
            let is_therapist = finding.odds > 0.0;
            finding.deciding = self.deciding(*speaker, is_therapist);
        }
    }
}
