//! What was said about something: quotes, found without any model.

mod passage;
mod stem;
mod topics;

use std::{collections::HashMap, fmt, ops::RangeInclusive};

use therapy_scribe_core::{MediaTime, Phi, Role, SpeakerId, Transcript};

pub(crate) use passage::Sentence;
use passage::number;
pub(crate) use stem::stem;
use topics::{Term, Topics};

/// How many quotes answer a question, unless told otherwise.
const QUOTES: usize = 5;
/// A related word says less than the word that was asked for.
const RELATED: f32 = 0.5;
/// "She moved away." after "My sister called."
const GOING_ON: f32 = 0.4;
/// "How did you sleep?" beside "Badly.": the answer is the quote, and comes with its question.
const QUESTION: f32 = 0.3;
/// What is so much weaker than the best is not shown.
const WEAKEST: f32 = 0.25;
/// Who asks what she said wants her words before those of others.
const NOT_ASKED_FOR: f32 = 0.5;
/// A quote is no longer than so many sentences.
const SENTENCES: usize = 4;

/// A session in which can be searched. Made once for a transcript, it answers each question in well under a millisecond.
///
/// Words are compared by their stems, and with a table of what belongs together in therapy: who asks for sleep finds
/// insomnia, who asks for the family finds the sister. It reads English; in other languages it finds the very words that
/// are asked for. `Debug` shows a size, never text.
///
/// ```
/// use therapy_scribe_core::*;
/// use therapy_scribe_notes::SessionIndex;
///
/// # let connection = ConnectionId::default();
/// # let speaker = SpeakerId::from_letters(connection, "B");
/// # let at = MediaTime::from_millis;
/// # let words = "My sister moved away. I miss her.".split(' ').map(|word| Word::new(word, at(0), at(100)));
/// # let turn = Turn::new(TurnId::new(connection, 0), Finality::Final, speaker, words.collect());
/// # let transcript = Transcript::from_turns([turn], RoleMap::default());
/// let index = SessionIndex::new(&transcript);
/// let quotes = index.ask("what did she say about her family?");
/// assert_eq!(quotes[0].text.expose(), "My sister moved away. I miss her.");
/// ```
pub struct SessionIndex {
    sentences: Vec<Sentence>,
    weights: HashMap<String, f32>,
    names: HashMap<Option<SpeakerId>, String>,
    topics: Topics,
}

/// Something that was said, word for word. `Debug` shows no text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quote {
    /// The words.
    pub text: Phi<String>,
    /// The question that they answer, where they say little without it.
    pub question: Option<Phi<String>>,
    /// Who said it.
    pub speaker: Option<SpeakerId>,
    /// What that voice is called in the transcript: `Client`, or `Speaker A` while nobody knows.
    pub name: String,
    /// When it begins.
    pub start: MediaTime,
    /// When it ends.
    pub end: MediaTime,
    /// Which utterance of the transcript it is in, counted from 0.
    pub utterance: usize,
}

impl SessionIndex {
    /// Reads a transcript: some milliseconds for ninety minutes.
    #[must_use]
    pub fn new(transcript: &Transcript) -> Self {
        let sentences = passage::sentences(transcript);
        let weights = passage::weights(&sentences);
        let speakers = sentences.iter().map(|sentence| sentence.speaker);
        let name = |speaker| (speaker, transcript.speaker_name(speaker));
        Self {
            names: speakers.map(name).collect(),
            topics: Topics::new(),
            sentences,
            weights,
        }
    }

    /// What was said about a topic, the best first; five quotes at most. A topic is a few words, or a question: "what did
    /// she say about her sister". Empty when nothing was.
    #[must_use]
    pub fn ask(&self, topic: &str) -> Vec<Quote> {
        self.ask_up_to(topic, QUOTES)
    }

    /// The same with so many quotes at most.
    #[must_use]
    pub fn ask_up_to(&self, topic: &str, most: usize) -> Vec<Quote> {
        let found = self.found(topic, most).into_iter();
        found
            .filter_map(|range| self.quote(*range.start(), *range.end()))
            .collect()
    }

    /// The same as numbers of sentences.
    pub(crate) fn found(&self, topic: &str, most: usize) -> Vec<RangeInclusive<usize>> {
        let mut found = self.passages(&self.scores(topic));
        found.sort_by(|(one, first, _), (other, then, _)| {
            other.total_cmp(one).then(first.cmp(then))
        });
        let best = found.first().map_or(0.0, |(score, _, _)| *score);
        let strong = found
            .into_iter()
            .take_while(|(score, _, _)| *score >= best * WEAKEST);
        strong
            .take(most)
            .map(|(_, first, last)| first..=last)
            .collect()
    }

    /// All that was said, in its order.
    pub(crate) fn sentences(&self) -> &[Sentence] {
        &self.sentences
    }

    /// What that voice is called.
    pub(crate) fn name(&self, speaker: Option<SpeakerId>) -> &str {
        self.names.get(&speaker).map_or("", String::as_str)
    }

    /// How well each sentence answers.
    fn scores(&self, topic: &str) -> Vec<f32> {
        let asked = self.topics.asked(topic);
        let score = |sentence: &Sentence| {
            let terms = asked.terms.iter();
            let each: Vec<f32> = terms.map(|term| self.weight(term, sentence)).collect();
            let hits = each.iter().filter(|weight| **weight > 0.0).count();
            let coverage = (number(hits) / number(each.len().max(1))).sqrt();
            each.iter().sum::<f32>() * coverage
        };
        let own: Vec<f32> = self.sentences.iter().map(score).collect();
        let wanted = wanted(topic);
        let scores = self.with_context(&own, wanted).into_iter();
        let preferred = scores.zip(&self.sentences);
        preferred
            .map(|(score, sentence)| score * preference(sentence.role, wanted))
            .collect()
    }

    fn weight(&self, term: &Term, sentence: &Sentence) -> f32 {
        let weight = |stem: &String| self.weights.get(stem).copied().unwrap_or(0.0);
        if sentence.stems.contains(&term.stem) {
            return weight(&term.stem);
        }
        let related = term.related.iter().filter(|phrase| sentence.holds(phrase));
        let weights = related.map(|phrase| phrase.iter().map(weight).fold(0.0, f32::max));
        weights.fold(0.0, f32::max) * RELATED
    }

    /// What follows what was asked for belongs to it: an answer to a question, and more of the same person.
    fn with_context(&self, own: &[f32], wanted: Wanted) -> Vec<f32> {
        let mut scores = own.to_vec();
        for (index, pair) in self.sentences.windows(2).enumerate() {
            let [before, after] = pair else {
                continue;
            };
            let same = before.utterance == after.utterance;
            let is_answered = !same && before.is_question() && wanted != Wanted::Clinician;
            // Only from what was found by itself: else one word would carry through a whole story.
            let given = own.get(index).copied().unwrap_or(0.0);
            let given = match same {
                true if after.goes_on() => given * GOING_ON,
                false if is_answered => given,
                _ => 0.0,
            };
            if let Some(next) = scores.get_mut(index + 1) {
                *next = next.max(given);
            }
            if let Some(question) = scores.get_mut(index).filter(|_| is_answered) {
                *question *= QUESTION;
            }
        }
        scores
    }

    /// Sentences that belong together, with the first and the last of them.
    fn passages(&self, scores: &[f32]) -> Vec<(f32, usize, usize)> {
        let mut found: Vec<(f32, usize, usize)> = Vec::new();
        for (index, (sentence, score)) in self.sentences.iter().zip(scores).enumerate() {
            if *score <= 0.0 {
                continue;
            }
            let goes_on = |(_, first, last): &&mut (f32, usize, usize)| {
                let same = self.sentences.get(*last).map(|last| last.utterance);
                *last + 1 == index && same == Some(sentence.utterance) && index - *first < SENTENCES
            };
            match found.last_mut().filter(goes_on) {
                Some((best, _, last)) => {
                    *best = best.max(*score) + 0.2 * best.min(*score);
                    *last = index;
                }
                None => found.push((*score, index, index)),
            }
        }
        found
    }

    fn quote(&self, first: usize, last: usize) -> Option<Quote> {
        let sentences = self.sentences.get(first..=last)?;
        let (begin, end) = (sentences.first()?, sentences.last()?);
        let before = first
            .checked_sub(1)
            .and_then(|before| self.sentences.get(before));
        let question = before.filter(|it| it.is_question() && it.utterance != begin.utterance);
        let texts: Vec<_> = sentences.iter().map(|it| it.text.as_str()).collect();
        Some(Quote {
            text: Phi::new(texts.join(" ")),
            question: question.map(|it| Phi::new(it.text.clone())),
            speaker: begin.speaker,
            name: self.names.get(&begin.speaker).cloned().unwrap_or_default(),
            start: begin.start,
            end: end.end,
            utterance: begin.utterance,
        })
    }
}

impl fmt::Debug for SessionIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionIndex({} sentences)", self.sentences.len())
    }
}

/// Whose words are asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Anybody,
    Clinician,
    Others,
}

/// "What did she say" is about the client, "what did I ask" about who asks.
fn wanted(topic: &str) -> Wanted {
    let words: Vec<String> = topic.split_whitespace().map(stem::stem).collect();
    let saying = [
        "say", "tell", "mention", "report", "describ", "talk", "speak", "ask", "suggest",
    ];
    let Some(verb) = words
        .iter()
        .position(|word| saying.contains(&word.as_str()))
    else {
        return Wanted::Anybody;
    };
    let subject = words.get(..verb).unwrap_or_default().iter().rev();
    for word in subject {
        match word.as_str() {
            "i" | "we" | "you" | "therapist" | "clinician" => return Wanted::Clinician,
            "he" | "she" | "they" | "client" | "patient" => return Wanted::Others,
            _ => {}
        }
    }
    Wanted::Anybody
}

fn preference(role: Option<Role>, wanted: Wanted) -> f32 {
    let is_clinician = matches!(role, Some(Role::Therapist | Role::CoTherapist));
    match (wanted, role) {
        (Wanted::Clinician, Some(_)) if !is_clinician => NOT_ASKED_FOR,
        (Wanted::Others, Some(_)) if is_clinician => NOT_ASKED_FOR,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests;
