//! Whose the labels of a new connection are, by the words that both connections heard.

use std::collections::BTreeMap;

use therapy_scribe_core::{Relabel, SpeakerId};

use crate::capture::{align::Heard, speech::Speech};

/// So many changes of voice, and so many words of a hundred, leave no doubt about whose labels are whose. A connection's
/// first labels are its weakest, and wrong for whole turns, so that many words of few turns prove little.
const CLEAR_RUNS: usize = 4;
const CLEAR_PERCENT: usize = 85;
/// So many outweigh the way people speak, which is right less often than two turns in a row are labelled alike.
const LIKELY_RUNS: usize = 2;
/// Words that are no coincidence.
const ENOUGH: usize = 3;

/// Which labels of the new connection were heard on whose words.
#[derive(Debug, Default)]
pub(super) struct Voices {
    /// In order of time.
    pairs: Vec<Pair>,
    told: BTreeMap<SpeakerId, SpeakerId>,
}

/// A word that both connections heard, as either labels it.
#[derive(Debug)]
struct Pair {
    new: Heard,
    old: Heard,
}

/// How sure it is whose labels are whose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Agreement {
    Clear,
    /// Nearly all words agree, but of few changes of voice.
    Likely,
    Unclear,
}

impl Voices {
    /// A word of the new connection is that word of the old one.
    pub(super) fn heard(&mut self, new: &Heard, old: &Heard) {
        self.pairs.push(Pair {
            new: new.clone(),
            old: old.clone(),
        });
    }

    pub(super) fn relabel(&mut self, relabel: &Relabel) {
        for pair in &mut self.pairs {
            pair.new.relabel(relabel);
            pair.old.relabel(relabel);
        }
    }

    /// The best assignment of labels to speakers, as far as most of a label's words speak for it; only what is news.
    pub(super) fn news(
        &mut self,
        known: &BTreeMap<SpeakerId, SpeakerId>,
        speech: &Speech,
    ) -> Vec<(SpeakerId, Option<SpeakerId>)> {
        let pairs = self.pairs(known);
        let (found, agreement) = Self::assignment(&pairs);
        let by_speech = speech.matches();
        let found = match agreement {
            Agreement::Clear => found,
            Agreement::Likely if by_speech.is_empty() || Self::runs(&pairs) >= LIKELY_RUNS => found,
            // Better a voice without a name than one with another's.
            Agreement::Likely | Agreement::Unclear => by_speech,
        };
        self.tell(found)
    }

    /// What of it is news.
    fn tell(
        &mut self,
        found: BTreeMap<SpeakerId, SpeakerId>,
    ) -> Vec<(SpeakerId, Option<SpeakerId>)> {
        let mut news: Vec<_> = found
            .iter()
            .filter(|(label, speaker)| self.told.get(label) != Some(speaker))
            .map(|(label, speaker)| (*label, Some(*speaker)))
            .collect();
        let lost = self.told.keys().filter(|label| !found.contains_key(label));
        news.extend(lost.map(|label| (*label, None)));
        self.told = found;
        news
    }

    /// The same once another connection has followed: only what leaves no doubt changes what was found, since the way
    /// people speak is known of the current connection only.
    pub(super) fn late_news(
        &mut self,
        known: &BTreeMap<SpeakerId, SpeakerId>,
    ) -> Vec<(SpeakerId, Option<SpeakerId>)> {
        let (found, agreement) = Self::assignment(&self.pairs(known));
        if agreement != Agreement::Clear {
            return Vec::new();
        }
        self.tell(found)
    }

    /// How often the voices change, by both connections.
    fn runs(pairs: &[(SpeakerId, SpeakerId)]) -> usize {
        let mut voices = pairs.to_vec();
        voices.dedup();
        voices.len()
    }

    /// Each label of the new connection with the speaker of the same word as the old one has it.
    fn pairs(&self, known: &BTreeMap<SpeakerId, SpeakerId>) -> Vec<(SpeakerId, SpeakerId)> {
        let pair = |pair: &Pair| {
            let speaker = pair.old.label?;
            let speaker = known.get(&speaker).copied().unwrap_or(speaker);
            Some((pair.new.label?, speaker))
        };
        self.pairs.iter().filter_map(pair).collect()
    }

    /// Which label is whose by the words that both connections heard, and whether nearly all of them agree.
    fn assignment(pairs: &[(SpeakerId, SpeakerId)]) -> (BTreeMap<SpeakerId, SpeakerId>, Agreement) {
        let mut counts: BTreeMap<(SpeakerId, SpeakerId), usize> = BTreeMap::new();
        let mut of_label: BTreeMap<SpeakerId, usize> = BTreeMap::new();
        for (label, speaker) in pairs {
            *counts.entry((*label, *speaker)).or_default() += 1;
            *of_label.entry(*label).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(pair, count)| (std::cmp::Reverse(*count), *pair));
        let mut found = BTreeMap::new();
        let mut agreeing = 0;
        for ((label, speaker), count) in counts {
            let all = of_label.get(&label).copied().unwrap_or(0);
            // Half is enough where it is not by chance: a voice may have been named anew before, and have two names.
            let most = count * 2 > all || (count * 2 == all && count >= ENOUGH);
            let is_free =
                !found.contains_key(&label) && found.values().all(|taken| *taken != speaker);
            if most && is_free {
                found.insert(label, speaker);
                agreeing += count;
            }
        }
        let all: usize = of_label.values().sum();
        let agreement = if agreeing * 100 < all * CLEAR_PERCENT {
            Agreement::Unclear
        } else if Self::runs(pairs) < CLEAR_RUNS {
            Agreement::Likely
        } else {
            Agreement::Clear
        };
        (found, agreement)
    }
}
