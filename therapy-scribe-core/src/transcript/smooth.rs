//! Single words with the wrong voice.

use std::time::Duration;

use super::{text::closes_sentence, word::Word};
use crate::SpeakerId;

/// Whether a single word that stands in another's sentence is given to that other.
///
/// Services cut turns a word too early or too late, and label a word here and there wrongly. What is put right keeps what
/// it was heard as: [`Word::heard_as`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Smoothing {
    /// They are put right.
    #[default]
    On,
    /// Words stay with whom the service says.
    Off,
}

/// Puts single words of a turn right, given the last word of the turn before and the first of the turn after.
pub(crate) fn smooth(before: Option<&Word>, words: &mut [Word], after: Option<&Word>) {
    let fixes: Vec<(usize, SpeakerId)> = (0..words.len())
        .filter_map(|at| {
            let own = (
                at.checked_sub(1).and_then(|at| words.get(at)),
                words.get(at + 1),
            );
            let row = (own.0.or(before)?, words.get(at)?, own.1.or(after)?);
            let is_within = own.0.is_some() && own.1.is_some();
            let inside = || is_within.then(|| belongs_inside(row)).flatten();
            let edge = || begins_the_next(row).or_else(|| ends_the_last(row));
            let found = is_close(row.0, row.1) && is_close(row.1, row.2);
            Some((at, found.then(|| inside().or_else(edge)).flatten()?))
        })
        .collect();
    for (at, speaker) in fixes {
        if let Some(word) = words.get_mut(at) {
            word.smooth(speaker);
        }
    }
}

/// Whether the last word of a turn changes hands now that the one after it is known.
pub(crate) fn is_decided_by(first: &Word, words: &[Word]) -> bool {
    match words {
        [.., previous, word] => begins_the_next((previous, word, first)).is_some(),
        // A turn of one word may end what was said before it.
        _ => true,
    }
}

/// Words further apart than this may have others between them that another connection heard, or a pause that ends more than
/// a sentence.
const CLOSE: Duration = Duration::from_millis(1500);

fn is_close(one: &Word, next: &Word) -> bool {
    next.start() <= one.end().plus(CLOSE)
}

/// A word between two others.
type Row<'a> = (&'a Word, &'a Word, &'a Word);

/// One word between two of another's, in the middle of their sentence, and no sound of listening.
fn belongs_inside((previous, word, next): Row<'_>) -> Option<SpeakerId> {
    let other = previous.speaker()?;
    let is_alone = next.speaker() == Some(other) && word.speaker()? != other;
    let goes_on = !closes_sentence(previous.text());
    (is_alone && goes_on && !is_listening(word)).then_some(other)
}

/// "… to run. Yes," and then another's "I hate that.": the last word begins what the other says.
fn begins_the_next((previous, word, next): Row<'_>) -> Option<SpeakerId> {
    let (own, other) = (word.speaker()?, next.speaker()?);
    let is_last = previous.speaker() == Some(own) && own != other;
    let is_begun = word.text().ends_with(',') || starts_low(next) && !closes_sentence(word.text());
    (is_last && closes_sentence(previous.text()) && is_begun).then_some(other)
}

/// Another's "I couldn't ring the", and then "bell. It sounds": the first word ends what the other says.
fn ends_the_last((previous, word, next): Row<'_>) -> Option<SpeakerId> {
    let (own, other) = (word.speaker()?, previous.speaker()?);
    let is_first = next.speaker() == Some(own) && own != other;
    let is_end = starts_low(word) && closes_sentence(word.text()) && !starts_low(next);
    let is_open = !closes_sentence(previous.text());
    (is_first && is_open && is_end && !is_listening(word)).then_some(other)
}

fn starts_low(word: &Word) -> bool {
    word.text().chars().next().is_some_and(char::is_lowercase)
}

/// What people say while another speaks on.
fn is_listening(word: &Word) -> bool {
    let bare = word.text().trim_matches(|c: char| !c.is_alphanumeric());
    let lower = bare.to_lowercase();
    matches!(
        lower.as_str(),
        "" | "mm"
            | "hmm"
            | "hm"
            | "mhm"
            | "mm-hmm"
            | "uh-huh"
            | "yeah"
            | "yes"
            | "yep"
            | "no"
            | "okay"
            | "ok"
            | "right"
            | "sure"
            | "wow"
            | "oh"
            | "ah"
            | "good"
            | "exactly"
            | "true"
            | "really"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ConnectionId, MediaTime};

    fn words(text: &str) -> Vec<Word> {
        let word = |entry: &str| {
            let (letter, text) = entry.split_once(':').unwrap();
            let speaker = SpeakerId::from_letters(ConnectionId::default(), letter);
            Word::new(text, MediaTime::ZERO, MediaTime::ZERO).spoken_by(speaker, None)
        };
        text.split_whitespace().map(word).collect()
    }

    fn smoothed(before: &str, turn: &str, after: &str) -> String {
        let mut turn = words(turn);
        smooth(words(before).last(), &mut turn, words(after).first());
        turn.iter()
            .filter_map(Word::speaker)
            .map(|speaker| speaker.to_string())
            .collect()
    }

    #[test]
    fn one_word_in_anothers_sentence_is_theirs_and_says_what_it_was_heard_as() {
        assert_eq!(smoothed("", "A:I A:could B:not A:sleep.", ""), "AAAA");
        let mut turn = words("A:I A:could B:not A:sleep.");
        smooth(None, &mut turn, None);
        assert_eq!(turn[2].heard_as(), words("B:not")[0].speaker());
        assert_eq!(turn[1].heard_as(), None);
    }

    #[test]
    fn the_word_before_a_cut_that_begins_anothers_sentence_is_theirs() {
        assert_eq!(smoothed("", "A:to A:run. A:Yes,", "B:I"), "AAB");
        assert_eq!(smoothed("B:the", "A:bell. A:It A:sounds", ""), "BAA");
    }

    #[test]
    fn listening_and_sentences_of_one_word_stay() {
        assert_eq!(
            smoothed("", "A:I A:could B:mm-hmm A:not A:sleep.", ""),
            "AABAA"
        );
        assert_eq!(smoothed("", "A:I A:slept. B:Badly? A:Yes.", ""), "AABA");
        assert_eq!(smoothed("", "A:run. A:Maybe", "B:Do"), "AA");
    }
}
