//! Where a new connection takes over: what it repeats is left out, and its labels are matched with known voices
//! (`streaming-stt.md` 9.3, 7 and 8).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use therapy_scribe_core::{
    ConnectionId, MediaTime, Overlap, Relabel, SpeakerId, Turn, TurnId, Word,
};

use super::{
    align::{self, Fate, Heard},
    speech::Speech,
};

/// How long after the last known word a repetition of it may still come.
const AFTER: u64 = 3_000;
/// So many changes of voice, and so many words of a hundred, leave no doubt about whose labels are whose. A connection's
/// first labels are its weakest, and wrong for whole turns, so that many words of few turns prove little.
const CLEAR_RUNS: usize = 4;
const CLEAR_PERCENT: usize = 85;
/// Words that are no coincidence.
const ENOUGH: usize = 3;
/// How much of what was said last is kept for comparing.
const MEMORY: u64 = 60_000;

/// What was said last, over all connections, and the seam that is open.
#[derive(Debug, Default)]
pub(super) struct Seams {
    /// In order of time.
    recent: VecDeque<Heard>,
    open: Option<Seam>,
    /// Whom the labels of connections stand for, by what was found and by what the host has said.
    known: BTreeMap<SpeakerId, SpeakerId>,
    /// What the host has said is not found otherwise.
    by_hand: BTreeSet<SpeakerId>,
    speech: Speech,
}

fn last_end(words: &[Heard]) -> u64 {
    words.iter().map(Heard::end).max().unwrap_or(0)
}

/// One overlap.
#[derive(Debug)]
struct Seam {
    connection: ConnectionId,
    /// What the new connection may repeat; those before `next` are matched or passed.
    old: Vec<Heard>,
    next: usize,
    until: u64,
    voices: Voices,
}

/// What became of a final.
#[derive(Debug, Default)]
pub(super) struct Joined {
    /// What of it is new; `None` when nothing is.
    pub(super) turn: Option<Turn>,
    /// Labels whose speaker is known now, or another than was thought.
    pub(super) found: Vec<(SpeakerId, Option<SpeakerId>)>,
}

impl Seams {
    /// A connection opens whose audio begins at `base`.
    pub(super) fn open(&mut self, connection: ConnectionId, base: MediaTime) {
        let known = &self.known;
        self.speech
            .next_connection(|label| known.get(&label).copied().unwrap_or(label));
        let base = base.as_millis().saturating_sub(AFTER);
        let heard_again = self.recent.iter().filter(|word| word.end() >= base);
        let old: Vec<_> = heard_again.cloned().collect();
        let until = last_end(&old).saturating_add(AFTER);
        self.open = (!old.is_empty()).then_some(Seam {
            connection,
            old,
            next: 0,
            until,
            voices: Voices::default(),
        });
    }

    /// A final of the current connection.
    pub(super) fn join(&mut self, turn: Turn) -> Joined {
        self.speech.hear(&turn);
        let mut joined = match &mut self.open {
            Some(seam) if turn.id().connection() == seam.connection => {
                seam.join(turn, &self.known, &self.speech)
            }
            _ => Joined {
                turn: Some(turn),
                found: Vec::new(),
            },
        };
        joined.found.extend(self.past_matches());
        self.note(&joined.found);
        if let Some(turn) = &joined.turn {
            self.remember(turn);
        }
        joined
    }

    /// A final of a connection that is being replaced. The new one will repeat it, or has said some of it already, which is
    /// left out.
    pub(super) fn late(&mut self, turn: Turn) -> Option<Turn> {
        let from = turn.start().as_millis().saturating_sub(AFTER);
        // What it has said itself it does not repeat.
        let of_another = |word: &&Heard| word.turn.connection() != turn.id().connection();
        let recent = self.recent.iter().filter(of_another);
        let said: Vec<_> = recent.filter(|word| word.end() >= from).cloned().collect();
        let fates = align::fates(&said, &align::heard(&turn));
        let words = fates.iter().zip(turn.words());
        let new = words.filter(|(fate, _)| !matches!(fate, Fate::Known(_)));
        let new: Vec<_> = new.map(|(_, word)| word.clone()).collect();
        if new.is_empty() {
            return None;
        }
        let turn = turn.with_words(new);
        if let Some(seam) = &mut self.open {
            seam.old.extend(align::heard(&turn));
            seam.until = last_end(&seam.old).saturating_add(AFTER);
        }
        self.remember(&turn);
        Some(turn)
    }

    /// A partial without what was heard before.
    pub(super) fn shorten(&self, turn: Turn) -> Turn {
        let Some(seam) = self
            .open
            .as_ref()
            .filter(|seam| seam.connection == turn.id().connection())
        else {
            return turn;
        };
        let known = seam.old.last().map_or(0, Heard::end);
        let words = turn.words().iter();
        let new = words
            .filter(|word| u64::midpoint(word.start().as_millis(), word.end().as_millis()) > known)
            .cloned()
            .collect();
        turn.with_words(new)
    }

    /// Labels were revised: what was known of voices by them may be otherwise.
    pub(super) fn revise(&mut self, relabels: &[Relabel]) -> Vec<(SpeakerId, Option<SpeakerId>)> {
        for relabel in relabels {
            self.speech.relabel(relabel);
            for word in &mut self.recent {
                word.relabel(relabel);
            }
        }
        let mut found = Vec::new();
        if let Some(seam) = &mut self.open {
            for relabel in relabels {
                for word in &mut seam.old {
                    word.relabel(relabel);
                }
                seam.voices.relabel(relabel);
            }
            found = seam.voices.news(&seam.old, &self.known, &self.speech);
        }
        found.extend(self.past_matches());
        self.note(&found);
        found
    }

    /// The host says that two speakers are one.
    pub(super) fn merge(&mut self, from: SpeakerId, to: SpeakerId) {
        let to = self.speaker(to);
        for speaker in self.known.values_mut().filter(|speaker| **speaker == from) {
            *speaker = to;
        }
        self.known.insert(from, to);
        self.by_hand.extend([from, to]);
    }

    /// Labels of connections that are gone, as far as it is known by now whose they are.
    fn past_matches(&self) -> Vec<(SpeakerId, Option<SpeakerId>)> {
        let matches = self.speech.past_matches().into_iter();
        matches
            .filter(|(label, speaker)| self.speaker(*label) == *label && label != speaker)
            .map(|(label, speaker)| (label, Some(speaker)))
            .collect()
    }

    fn note(&mut self, found: &[(SpeakerId, Option<SpeakerId>)]) {
        for (label, speaker) in found {
            if self.by_hand.contains(label) {
                continue;
            }
            match speaker {
                Some(speaker) => self.known.insert(*label, *speaker),
                None => self.known.remove(label),
            };
        }
    }

    fn speaker(&self, label: SpeakerId) -> SpeakerId {
        self.known.get(&label).copied().unwrap_or(label)
    }

    fn remember(&mut self, turn: &Turn) {
        self.recent.extend(align::heard(turn));
        let newest = self.recent.back().map_or(0, Heard::end);
        while self
            .recent
            .front()
            .is_some_and(|word| word.end().saturating_add(MEMORY) < newest)
        {
            self.recent.pop_front();
        }
    }
}

impl Seam {
    fn join(
        &mut self,
        turn: Turn,
        known: &BTreeMap<SpeakerId, SpeakerId>,
        speech: &Speech,
    ) -> Joined {
        let is_beyond = turn.start().as_millis() > self.until;
        if is_beyond || self.next >= self.old.len() {
            return Joined {
                turn: Some(turn),
                found: self.voices.news(&self.old, known, speech),
            };
        }
        let new = align::heard(&turn);
        let old = self.old.get(self.next..).unwrap_or_default();
        let fates = align::fates(old, &new);
        let mut kept = Vec::new();
        for ((fate, heard), word) in fates.iter().zip(&new).zip(turn.words()) {
            match fate {
                Fate::New => kept.push(word.clone()),
                Fate::Undecided => kept.push(word.clone().overlap(Overlap::Undecided)),
                Fate::Known(index) => {
                    let old = self.next + index;
                    self.voices.heard(turn.id(), word, heard.label, old);
                }
            }
        }
        let matched = fates.iter().rev().find_map(|fate| match fate {
            Fate::Known(index) => Some(index + 1),
            _ => None,
        });
        self.next += matched.unwrap_or(0);
        let turn = (!kept.is_empty()).then(|| turn.with_words(kept));
        Joined {
            turn,
            found: self.voices.news(&self.old, known, speech),
        }
    }
}

/// Which labels of the new connection were heard on whose words.
#[derive(Debug, Default)]
struct Voices {
    /// In order of time.
    pairs: Vec<Pair>,
    told: BTreeMap<SpeakerId, SpeakerId>,
}

/// A word that both connections heard.
#[derive(Debug)]
struct Pair {
    turn: TurnId,
    start: MediaTime,
    end: MediaTime,
    label: Option<SpeakerId>,
    /// The word that it repeats.
    old: usize,
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
    fn heard(&mut self, turn: TurnId, word: &Word, label: Option<SpeakerId>, old: usize) {
        self.pairs.push(Pair {
            turn,
            start: word.start(),
            end: word.end(),
            label,
            old,
        });
    }

    fn relabel(&mut self, relabel: &Relabel) {
        let of_turn = self.pairs.iter_mut();
        for pair in of_turn.filter(|pair| pair.turn == relabel.turn) {
            pair.label = relabel.speaker_at(pair.start, pair.end);
        }
    }

    /// The best assignment of labels to speakers, as far as most of a label's words speak for it; only what is news.
    fn news(
        &mut self,
        old: &[Heard],
        known: &BTreeMap<SpeakerId, SpeakerId>,
        speech: &Speech,
    ) -> Vec<(SpeakerId, Option<SpeakerId>)> {
        let (found, agreement) = Self::assignment(&self.pairs(old, known));
        let by_speech = speech.matches();
        let found = match agreement {
            Agreement::Clear => found,
            Agreement::Likely if by_speech.is_empty() => found,
            // Better a voice without a name than one with another's.
            Agreement::Likely | Agreement::Unclear => by_speech,
        };
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

    /// How often the voices change, by both connections.
    fn runs(pairs: &[(SpeakerId, SpeakerId)]) -> usize {
        let mut voices = pairs.to_vec();
        voices.dedup();
        voices.len()
    }

    /// Each label of the new connection with the speaker of the same word as the old one has it.
    fn pairs(
        &self,
        old: &[Heard],
        known: &BTreeMap<SpeakerId, SpeakerId>,
    ) -> Vec<(SpeakerId, SpeakerId)> {
        let pair = |pair: &Pair| {
            let speaker = old.get(pair.old)?.label?;
            Some((pair.label?, known.get(&speaker).copied().unwrap_or(speaker)))
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
