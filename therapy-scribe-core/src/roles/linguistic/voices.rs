//! Every voice's evidence, and how often each stands beside each.

use std::collections::BTreeMap;

use super::heard::{Odds, Stretch, log_odds};
use crate::SpeakerId;

/// What one voice has said, added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Voice {
    pub(super) odds: Odds,
    /// The sum of the squares, for how far apart chance alone drives two voices; in millionths.
    pub(super) squares: Odds,
    /// The sum without signs: what there would be if all of it agreed.
    pub(super) size: Odds,
    pub(super) words: u32,
    pub(super) english: u32,
    pub(super) stretches: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Voices {
    pub(super) all: BTreeMap<SpeakerId, Voice>,
    /// For "these two are different people", from where they stand beside each other. The smaller id comes first.
    beside: BTreeMap<(SpeakerId, SpeakerId), (Odds, u32)>,
}

impl Voices {
    pub(super) fn add(&mut self, stretch: &Stretch) {
        let voice = self.all.entry(stretch.speaker).or_default();
        voice.odds += stretch.odds;
        voice.size += stretch.odds.abs();
        voice.squares += stretch.odds * stretch.odds;
        voice.words = voice.words.saturating_add(stretch.words);
        voice.english = voice.english.saturating_add(stretch.english);
        voice.stretches = voice.stretches.saturating_add(1);
    }

    pub(super) fn remove(&mut self, stretch: &Stretch) {
        if let Some(voice) = self.all.get_mut(&stretch.speaker) {
            voice.odds -= stretch.odds;
            voice.size -= stretch.odds.abs();
            voice.squares -= stretch.odds * stretch.odds;
            voice.words = voice.words.saturating_sub(stretch.words);
            voice.english = voice.english.saturating_sub(stretch.english);
            voice.stretches = voice.stretches.saturating_sub(1);
            if voice.stretches == 0 {
                self.all.remove(&stretch.speaker);
            }
        }
    }

    pub(super) fn join(&mut self, one: &Stretch, next: &Stretch) {
        if let Some(pair) = pair(one, next) {
            let beside = self.beside.entry(pair).or_default();
            beside.0 += one.change(next);
            beside.1 += 1;
        }
    }

    pub(super) fn part(&mut self, one: &Stretch, next: &Stretch) {
        let Some(pair) = pair(one, next) else { return };
        if let Some(beside) = self.beside.get_mut(&pair) {
            beside.0 -= one.change(next);
            beside.1 = beside.1.saturating_sub(1);
            if beside.1 == 0 {
                self.beside.remove(&pair);
            }
        }
    }

    /// Log-odds for "these two are different people", and how often they stand side by side.
    pub(super) fn beside(&self, one: SpeakerId, other: SpeakerId) -> (Odds, u32) {
        self.beside
            .get(&(one.min(other), one.max(other)))
            .copied()
            .unwrap_or_default()
    }
}

fn pair(one: &Stretch, next: &Stretch) -> Option<(SpeakerId, SpeakerId)> {
    let (one, next) = (one.speaker, next.speaker);
    (one != next).then_some((one.min(next), one.max(next)))
}

/// How far chance alone drives two voices apart, in log-odds.
pub(super) fn chance(one: &Voice, other: &Voice) -> f32 {
    (log_odds(one.squares + other.squares) / 1000.0)
        .max(0.0)
        .sqrt()
}
