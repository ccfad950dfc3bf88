//! Where a new connection takes over: what it repeats is left out, and its labels are matched with known voices
//! (`streaming-stt.md` 9.3, 7 and 8).

mod voices;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use therapy_scribe_core::{ConnectionId, MediaTime, Overlap, Relabel, SpeakerId, Turn};

use super::{
    align::{self, Fate, Heard},
    speech::Speech,
};
use voices::Voices;

/// How long after the last known word a repetition of it may still come.
const AFTER: u64 = 3_000;
/// So many connections before the current one may still revise their labels.
const MOST_CLOSED: usize = 2;
/// How much of what was said last is kept for comparing.
const MEMORY: u64 = 60_000;

/// What was said last, over all connections, and the seam that is open.
#[derive(Debug, Default)]
pub(super) struct Seams {
    /// In order of time.
    recent: VecDeque<Heard>,
    open: Option<Seam>,
    /// Those before it: a connection that is replaced revises its labels when the next has its seam already.
    closed: VecDeque<Seam>,
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
        self.closed.extend(self.open.take());
        if self.closed.len() > MOST_CLOSED {
            self.closed.pop_front();
        }
        self.open = Some(Seam {
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
        self.note(&joined.found);
        joined.found.extend(self.past_matches());
        if let Some(turn) = &joined.turn {
            self.remember(turn);
        }
        joined
    }

    /// A final of a connection that is being replaced. The new one will repeat it, or has said some of it already, which is
    /// left out, and tells whose labels are whose.
    pub(super) fn late(&mut self, turn: Turn) -> Joined {
        let from = turn.start().as_millis().saturating_sub(AFTER);
        // What it has said itself it does not repeat.
        let of_another = |word: &&Heard| word.turn.connection() != turn.id().connection();
        let recent = self.recent.iter().filter(of_another);
        let said: Vec<_> = recent.filter(|word| word.end() >= from).cloned().collect();
        let heard = align::heard(&turn);
        let fates = align::fates(&said, &heard);
        let mut new = Vec::new();
        for ((fate, late), word) in fates.iter().zip(&heard).zip(turn.words()) {
            match (fate, &mut self.open) {
                (Fate::Known(index), Some(seam)) => {
                    let known = said.get(*index);
                    let known = known.filter(|it| it.turn.connection() == seam.connection);
                    if let Some(known) = known {
                        seam.voices.heard(known, late);
                    }
                }
                (Fate::Known(_), None) => {}
                _ => new.push(word.clone()),
            }
        }
        let turn = (!new.is_empty()).then(|| turn.with_words(new));
        let mut found = Vec::new();
        if let Some(seam) = &mut self.open {
            if let Some(turn) = &turn {
                seam.old.extend(align::heard(turn));
                seam.until = last_end(&seam.old).saturating_add(AFTER);
            }
            found = seam.voices.news(&self.known, &self.speech);
            self.note(&found);
        }
        if let Some(turn) = &turn {
            self.remember(turn);
        }
        Joined { turn, found }
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
        let mut all = Vec::new();
        let mut closed = std::mem::take(&mut self.closed);
        let mut open = self.open.take();
        // The oldest first: whom its labels stand for decides whom those of the next do.
        for seam in &mut closed {
            seam.relabel(relabels);
            let found = seam.voices.late_news(&self.known);
            self.note(&found);
            all.extend(found);
        }
        if let Some(seam) = &mut open {
            seam.relabel(relabels);
            let found = seam.voices.news(&self.known, &self.speech);
            self.note(&found);
            all.extend(found);
        }
        (self.closed, self.open) = (closed, open);
        all.extend(self.past_matches());
        all
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
    fn past_matches(&mut self) -> Vec<(SpeakerId, Option<SpeakerId>)> {
        let mut found = Vec::new();
        for (label, speaker) in self.speech.past_matches() {
            if self.speaker(label) == label && !self.is_told_apart(label, speaker) {
                let news = [(label, Some(speaker))];
                self.note(&news);
                found.extend(news);
            }
        }
        found
    }

    /// Whether a connection heard both, under whatever labels: what it tells apart is not one voice.
    fn is_told_apart(&self, one: SpeakerId, other: SpeakerId) -> bool {
        let heard_by = |speaker: SpeakerId| {
            let labels = self.known.iter().filter(move |(_, of)| **of == speaker);
            let labels = labels.map(|(label, _)| label.connection());
            labels.chain([speaker.connection()])
        };
        heard_by(one).any(|connection| heard_by(other).any(|by| by == connection))
    }

    fn note(&mut self, found: &[(SpeakerId, Option<SpeakerId>)]) {
        for (label, speaker) in found {
            if self.by_hand.contains(label) {
                continue;
            }
            match speaker {
                Some(speaker) => {
                    // Whoever stood for the label stands for its speaker now.
                    let followers = self.known.values_mut().filter(|of| *of == label);
                    followers.for_each(|of| *of = *speaker);
                    self.known.insert(*label, *speaker);
                }
                None => _ = self.known.remove(label),
            }
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
    fn relabel(&mut self, relabels: &[Relabel]) {
        for relabel in relabels {
            for word in &mut self.old {
                word.relabel(relabel);
            }
            self.voices.relabel(relabel);
        }
    }

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
                found: self.voices.news(known, speech),
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
                    if let Some(old) = self.old.get(self.next + index) {
                        self.voices.heard(heard, old);
                    }
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
            found: self.voices.news(known, speech),
        }
    }
}
