//! A session as its writer looks at it: who speaks, what speaks of risk, which answers belong to which questions.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use therapy_scribe_core::{Role, SpeakerId, Transcript};

use crate::{
    retrieval::{Sentence, SessionIndex},
    risk::lexicon::Lexicon,
};

/// Somebody who speaks; `None` is whoever nobody knows.
pub(super) type Voice = Option<SpeakerId>;

/// Whose side somebody is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Clinician,
    Client,
    /// In a session of which nobody knows who leads it.
    Unknown,
}

pub(super) struct Session<'a> {
    pub(super) index: &'a SessionIndex,
    /// The text of each utterance.
    texts: Vec<String>,
    /// The sentences that speak of risk, with the answers to questions that do.
    risk: BTreeSet<usize>,
    /// Who is not one of the clinicians, in the order in which they first speak.
    clients: Vec<Voice>,
    has_clinician: bool,
    names: BTreeMap<Voice, String>,
}

impl<'a> Session<'a> {
    pub(super) fn new(transcript: &Transcript, index: &'a SessionIndex) -> Self {
        let sentences = index.sentences();
        let mut speakers: Vec<(Voice, Option<Role>)> = Vec::new();
        for sentence in sentences {
            let voice = (sentence.speaker, sentence.role);
            if !speakers.contains(&voice) {
                speakers.push(voice);
            }
        }
        let clients = speakers
            .iter()
            .filter(|(_, role)| !is_clinician(*role) && *role != Some(Role::Interpreter));
        let mut session = Self {
            index,
            texts: transcript.utterances().map(|said| said.text()).collect(),
            risk: BTreeSet::new(),
            clients: clients.map(|(speaker, _)| *speaker).collect(),
            has_clinician: speakers.iter().any(|(_, role)| is_clinician(*role)),
            names: names(index, &speakers),
        };
        session.risk = session.find_risk();
        session
    }

    pub(super) fn sentences(&self) -> &'a [Sentence] {
        self.index.sentences()
    }

    pub(super) const fn risk(&self) -> &BTreeSet<usize> {
        &self.risk
    }

    pub(super) fn clients(&self) -> &[Voice] {
        &self.clients
    }

    /// What somebody is called in the note: by their role, and with their letter where several have it.
    pub(super) fn name(&self, speaker: Voice) -> &str {
        self.names.get(&speaker).map_or("", String::as_str)
    }

    pub(super) fn side(&self, sentence: &Sentence) -> Side {
        match sentence.role {
            role if is_clinician(role) => Side::Clinician,
            None if !self.has_clinician => Side::Unknown,
            _ => Side::Client,
        }
    }

    /// Whether it is said in these tenths of the session.
    pub(super) fn is_within(&self, index: usize, tenths: Range<usize>) -> bool {
        let all = self.sentences().len().max(1);
        tenths.contains(&(index * 10 / all))
    }

    /// The first sentences of who speaks next.
    pub(super) fn answer(&self, index: usize, most: usize) -> Vec<usize> {
        let sentences = self.sentences();
        let Some(asked) = sentences.get(index) else {
            return Vec::new();
        };
        let answers = sentences.iter().enumerate().skip(index);
        let answers = answers.filter(|(_, said)| {
            said.utterance == asked.utterance + 1 && said.speaker != asked.speaker
        });
        answers.map(|(at, _)| at).take(most).collect()
    }

    /// The question to which a sentence is the beginning of an answer.
    pub(super) fn question(&self, index: usize) -> Option<usize> {
        let before = index.checked_sub(1)?;
        let (asked, said) = (self.sentences().get(before)?, self.sentences().get(index)?);
        let is_asked = asked.is_question()
            && asked.utterance + 1 == said.utterance
            && asked.speaker != said.speaker;
        is_asked.then_some(before)
    }

    /// What was said from one sentence to another one of the same utterance, word for word.
    pub(super) fn words(&self, first: usize, last: usize) -> Option<&str> {
        let (first, last) = (self.sentences().get(first)?, self.sentences().get(last)?);
        let text = self.texts.get(first.utterance)?;
        text.get(first.range.start..last.range.end)
    }

    /// Whether what a sentence says of risk wants an answer: whatever a clinician says of it, and where nobody knows who is
    /// one, what may be a question. Not every recogniser sets question marks.
    fn is_asked(&self, sentence: &Sentence) -> bool {
        let text = self.texts.get(sentence.utterance);
        match self.side(sentence) {
            Side::Clinician => true,
            Side::Client => false,
            Side::Unknown => text.is_some_and(|text| !text.ends_with(['.', '!', '…'])),
        }
    }

    fn find_risk(&self) -> BTreeSet<usize> {
        /// So much of an answer belongs to its question, whatever it says: "No. I would never do that."
        const ANSWER: usize = 3;
        /// So many utterances after risk came up, questions are still about it.
        const SOON: usize = 4;
        let lexicon = Lexicon::new();
        let mut risk = self.spoken_of(&lexicon);
        let mut last = None;
        for (index, sentence) in self.sentences().iter().enumerate() {
            let is_soon = last.is_some_and(|last| sentence.utterance <= last + SOON);
            let goes_on = is_soon && sentence.is_question() && self.side(sentence) != Side::Client;
            if goes_on && lexicon.goes_on(&sentence.stems) {
                risk.insert(index);
            }
            if risk.contains(&index) {
                last = Some(sentence.utterance);
                if self.is_asked(sentence) {
                    risk.extend(self.answer(index, ANSWER));
                }
            }
        }
        risk
    }

    /// The sentences with words of risk in them. A phrase may go over the end of one.
    fn spoken_of(&self, lexicon: &Lexicon) -> BTreeSet<usize> {
        let mut risk = BTreeSet::new();
        let sentences: Vec<_> = self.sentences().iter().enumerate().collect();
        for utterance in sentences.chunk_by(|(_, one), (_, other)| one.utterance == other.utterance)
        {
            let of_words = utterance.iter().flat_map(|(index, sentence)| {
                sentence.stems.iter().map(|stem| (*index, stem.clone()))
            });
            let (owners, stems): (Vec<usize>, Vec<String>) = of_words.unzip();
            let found = lexicon.find(&stems).into_iter();
            risk.extend(found.flat_map(|range| owners.get(range).unwrap_or_default().to_vec()));
        }
        risk
    }
}

pub(super) fn is_clinician(role: Option<Role>) -> bool {
    matches!(role, Some(Role::Therapist | Role::CoTherapist))
}

fn names(index: &SessionIndex, speakers: &[(Voice, Option<Role>)]) -> BTreeMap<Voice, String> {
    let name = |speaker: Voice| {
        let name = index.name(speaker);
        let same = speakers
            .iter()
            .filter(|(other, _)| index.name(*other) == name)
            .count();
        match speaker {
            Some(speaker) if same > 1 => format!("{name} {speaker}"),
            _ => name.to_owned(),
        }
    };
    speakers
        .iter()
        .map(|(speaker, _)| (*speaker, name(*speaker)))
        .collect()
}
