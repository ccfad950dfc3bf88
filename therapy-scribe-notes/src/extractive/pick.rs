//! Which sentences come into which place.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    cues::Cues,
    form::{Form, Pool, Slot},
    kind::Kind,
    names,
    session::{Session, Side, Voice},
};
use crate::retrieval::Sentence;

/// An answer so short is shown with its question.
const SHORT: usize = 4;

/// The note: a line for each quote, in the order of the session.
pub(super) fn filled(session: &Session<'_>, form: Form) -> Value {
    let Form {
        mut value,
        mut slots,
    } = form;
    // Particular sections choose first; those that are alike in the order of the format.
    slots.sort_by(|one, other| one.kind.compared(&other.kind));
    let has_risk = slots.iter().any(|slot| slot.kind == Kind::Risk);
    let mut picker = Picker {
        session,
        used: BTreeSet::new(),
        has_risk,
    };
    let mut places: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for slot in &slots {
        let sentences = picker.pick(slot);
        places.entry(&slot.place).or_default().extend(sentences);
    }
    for (place, sentences) in places {
        let quotes = quotes(session, &sentences);
        match value.pointer_mut(place) {
            Some(Value::Array(list)) => list.extend(quotes.into_iter().map(Value::from)),
            Some(text) if !quotes.is_empty() => *text = quotes.join("\n").into(),
            _ => {}
        }
    }
    value
}

struct Picker<'a> {
    session: &'a Session<'a>,
    /// Sentences that stand in a section.
    used: BTreeSet<usize>,
    /// Whether risk has a place of its own. It stands in no other then, but for what was agreed about it.
    has_risk: bool,
}

impl Picker<'_> {
    fn pick(&mut self, slot: &Slot) -> BTreeSet<usize> {
        if slot.kind == Kind::Risk {
            return self.risk(slot.pool);
        }
        let cues = Cues::of(&slot.kind);
        let mut picked = BTreeSet::new();
        for index in self.candidates(slot, &cues) {
            if picked.len() >= slot.most {
                break;
            }
            if !self.is_free(slot, index) {
                continue;
            }
            let mut together = vec![index];
            together.extend(self.context(index));
            if cues.takes_answers() && self.sentence(index).is_some_and(Sentence::is_question) {
                let answer = self.session.answer(index, 1).into_iter();
                together.extend(answer.filter(|answer| *answer == index + 1));
            }
            // What belongs to a sentence may stand elsewhere already, or be nobody's business here.
            together.retain(|near| *near == index || self.may_come_along(slot, *near));
            self.used.extend(&together);
            picked.extend(together);
        }
        picked
    }

    /// All of it, without any limit; in a client's entry, that of the client.
    fn risk(&self, pool: Pool) -> BTreeSet<usize> {
        let risk = self.session.risk().iter().copied();
        match pool {
            Pool::Everybody | Pool::Shared => risk.collect(),
            Pool::One(speaker) | Pool::Alone(speaker) => risk
                .filter(|index| self.owner(*index) == Some(speaker))
                .collect(),
        }
    }

    /// In whose entry it stands: a question in that of who is asked.
    fn owner(&self, index: usize) -> Option<Voice> {
        let clients = self.session.clients();
        let sentences = self.session.sentences();
        let client = |sentence: &Sentence| {
            Some(sentence.speaker).filter(|speaker| clients.contains(speaker))
        };
        let after = || sentences.iter().skip(index).find_map(client);
        let before = || sentences.iter().take(index).rev().find_map(client);
        let first = || {
            self.session
                .risk()
                .first()
                .and_then(|index| sentences.get(*index))
        };
        after()
            .or_else(before)
            .or_else(|| first().map(|sentence| sentence.speaker))
    }

    /// The best first.
    fn candidates(&self, slot: &Slot, cues: &Cues) -> Vec<usize> {
        /// More than are wanted, since some may be taken.
        const FOUND: usize = 24;
        if let Kind::Asked(topic) = &slot.kind {
            let found = self.session.index.found(topic, FOUND).into_iter().flatten();
            // A question tells nothing; nor does what a clinician says, where it is not asked for.
            let is_told = |said: &Sentence| {
                !said.is_question()
                    && (slot.is_of_clinician() || self.session.side(said) != Side::Clinician)
            };
            return found
                .filter(|index| self.sentence(*index).is_some_and(is_told))
                .collect();
        }
        let all = 0..self.session.sentences().len();
        let mut scored: Vec<_> = all
            .map(|index| (self.score(cues, index), index))
            .filter(|(score, _)| *score > 0)
            .collect();
        if !cues.is_in_order() {
            scored.sort_by(|(one, at), (other, then)| other.cmp(one).then(at.cmp(then)));
        }
        scored.into_iter().map(|(_, index)| index).collect()
    }

    /// Risk comes first where the format has no place of its own for it.
    fn score(&self, cues: &Cues, index: usize) -> usize {
        const RISK: usize = 100;
        match cues.score(self.session, index) {
            0 => 0,
            score if self.session.risk().contains(&index) => score + RISK,
            score => score,
        }
    }

    fn sentence(&self, index: usize) -> Option<&Sentence> {
        self.session.sentences().get(index)
    }

    fn is_taken(&self, slot: &Slot, index: usize) -> bool {
        // A part that all share tells nobody's risk.
        let is_kept_out = match slot.pool {
            Pool::Shared => true,
            _ => self.has_risk && slot.kind != Kind::Plan,
        };
        self.used.contains(&index) || (is_kept_out && self.session.risk().contains(&index))
    }

    fn is_free(&self, slot: &Slot, index: usize) -> bool {
        let Some(sentence) = self.sentence(index).filter(|_| !self.is_taken(slot, index)) else {
            return false;
        };
        match slot.pool {
            Pool::Everybody => true,
            Pool::One(speaker) => sentence.speaker == speaker,
            Pool::Alone(speaker) => {
                sentence.speaker == speaker && !names::may_name(self.session, sentence)
            }
            Pool::Shared => {
                self.session.side(sentence) == Side::Clinician
                    && !names::may_name(self.session, sentence)
            }
        }
    }

    /// The question of a short answer, which says nothing without it.
    fn context(&self, index: usize) -> Option<usize> {
        let is_short = self.sentence(index)?.stems.len() <= SHORT;
        self.session.question(index).filter(|_| is_short)
    }

    fn may_come_along(&self, slot: &Slot, index: usize) -> bool {
        let is_fit = |sentence: &Sentence| match slot.pool {
            Pool::Everybody => true,
            Pool::Shared => false,
            Pool::One(speaker) => {
                sentence.speaker == speaker || self.session.side(sentence) != Side::Client
            }
            Pool::Alone(speaker) => {
                let is_own =
                    sentence.speaker == speaker || self.session.side(sentence) == Side::Clinician;
                is_own && !names::may_name(self.session, sentence)
            }
        };
        !self.is_taken(slot, index) && self.sentence(index).is_some_and(is_fit)
    }
}

/// Neighbours in one utterance are one quote.
fn quotes(session: &Session<'_>, sentences: &BTreeSet<usize>) -> Vec<String> {
    let ids: Vec<usize> = sentences.iter().copied().collect();
    let utterance = |index: usize| {
        session
            .sentences()
            .get(index)
            .map(|sentence| sentence.utterance)
    };
    let runs = ids.chunk_by(|one, other| one + 1 == *other && utterance(*one) == utterance(*other));
    let quote = |run: &[usize]| {
        let (first, last) = (*run.first()?, *run.last()?);
        let sentence = session.sentences().get(first)?;
        let (name, said) = (session.name(sentence.speaker), session.words(first, last)?);
        Some(format!("{name}: \"{said}\" ({})", sentence.start))
    };
    runs.filter_map(quote).collect()
}
