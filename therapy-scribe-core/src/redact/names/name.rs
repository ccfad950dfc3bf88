//! A name, and whether some words of a text are it.

use std::ops::Range;

use super::{near::is_misspelt, position::Place, words::Word};
use crate::redact::{
    Kind,
    words::{Words, words as list},
};

/// A name that is known.
#[derive(Clone)]
pub(in crate::redact) struct Name {
    /// As it is written.
    pub(in crate::redact) text: String,
    pub(in crate::redact) kind: Kind,
    /// Among those of its kind, from 1.
    pub(in crate::redact) number: u32,
    /// Its words without accents, in small letters.
    pub(super) words: Vec<String>,
    /// It is an ordinary word as well.
    pub(super) is_word_too: bool,
}

/// How a name must stand there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Written,
    Misspelt(Place),
}

impl Name {
    /// Where it stands if these words begin with it, how many bytes of that are a plural's, and of how many words it is there.
    pub(super) fn at(&self, words: &[Word], how: How) -> Option<(Range<usize>, usize, usize)> {
        let first = words.first()?;
        // "Annemarie" for "Anne-Marie".
        if self.words.len() > 1
            && let Some(plural) = self.is(&self.words.concat(), first, how)
        {
            return Some((first.range.clone(), plural, 1));
        }
        let (last, others) = self.words.split_last()?;
        for (own, word) in others.iter().zip(words) {
            let is_exact = self.is(own, word, How::Written) == Some(0);
            if !is_exact && self.is(own, word, how) != Some(0) {
                return None;
            }
        }
        let end = words.get(others.len())?;
        let plural = self
            .is(last, end, How::Written)
            .or_else(|| self.is(last, end, how))?;
        Some((first.range.start..end.range.end, plural, self.words.len()))
    }

    /// Whether a word is one of its words, and how many letters of a plural it has.
    #[expect(clippy::unused_self, reason = "reads as a question to the name")]
    fn is(&self, own: &str, word: &Word, how: How) -> Option<usize> {
        let is_same = |said: &str| match how {
            How::Written => said == own,
            How::Misspelt(place) => is_misspelt(own, said, word, place),
        };
        let hisses = ["s", "x", "z", "ch", "sh"]
            .iter()
            .any(|end| own.ends_with(end));
        let endings = if hisses { ["", "es"] } else { ["", "s"] };
        let fits = |ending: &&&str| word.ends_in(ending).is_some_and(&is_same);
        endings.iter().find(fits).map(|ending| ending.len())
    }
}

/// The Beck inventory, Parkinson's disease: named after somebody, whom nobody speaks of.
pub(super) fn is_eponym(name: &Name, words: &[Word], at: usize) -> bool {
    let [only] = name.words.as_slice() else {
        return false;
    };
    EPONYMS.contains(only.as_str())
        && words
            .iter()
            .skip(at + 1)
            .take(5)
            .any(|word| INSTRUMENT_WORDS.contains(word.folded.as_str()))
}

static INSTRUMENT_WORDS: Words = Words::new(|| {
    list(
        "scale inventory questionnaire rating test index postnatal severity disease syndrome method suicide depression \
    anxiety mania task protocol thyroiditis",
    )
});

/// Whom scales and illnesses are named after.
static EPONYMS: Words = Words::new(|| {
    list(
        "beck hamilton young edinburgh columbia montgomery asberg yale brown burns zung conners vanderbilt wechsler \
        parkinson alzheimer tourette asperger hashimoto graves cushing addison down rett stroop gottman stanford penn",
    )
});
