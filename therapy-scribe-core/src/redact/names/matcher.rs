//! Where names stand in a text. Nothing here knows what becomes of them: another matcher may take its place.

mod add;

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use super::{
    name::{How, Name, is_eponym},
    near, ordinary,
    position::{Around, Place},
    words::{Word, words},
};
use crate::redact::Kind;

/// A name in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::redact) struct Hit {
    pub(in crate::redact) range: Range<usize>,
    /// How many of its bytes are the ending of a plural.
    pub(in crate::redact) ending: usize,
    /// Which name, counted from 0.
    pub(in crate::redact) name: usize,
}

/// The names that are looked for.
#[derive(Clone, Default)]
pub(super) struct Matcher {
    names: Vec<Name>,
    counts: BTreeMap<Kind, u32>,
    /// Names by their first word, and by all their letters in a row.
    begins: HashMap<String, Vec<usize>>,
}

impl Matcher {
    pub(super) fn names(&self) -> &[Name] {
        &self.names
    }

    /// All of them, in their order; of several at one place the longest.
    pub(super) fn find(&self, text: &str) -> Vec<Hit> {
        let words = words(text);
        let around = Around {
            text,
            words: &words,
        };
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            match self
                .begin(&around, at)
                .or_else(|| self.spelled(&around, at))
            {
                Some((hit, length)) => {
                    found.push(hit);
                    at += length;
                }
                None => at += 1,
            }
        }
        found
    }

    /// Names that are written as they are known.
    pub(super) fn left(&self, text: &str) -> Vec<Hit> {
        let words = words(text);
        let around = Around {
            text,
            words: &words,
        };
        let mut left = Vec::new();
        for (at, word) in words.iter().enumerate() {
            for index in self.begins.get(&word.folded).into_iter().flatten() {
                let Some(name) = self.names.get(*index) else {
                    continue;
                };
                let place = words.get(at..at + name.words.len()).unwrap_or_default();
                let is_same = place.iter().map(|word| &word.folded).eq(&name.words);
                if is_same
                    && self.is_it(name, &around, at)
                    && let Some(last) = place.last()
                {
                    left.push(Hit {
                        range: word.range.start..last.range.end,
                        ending: 0,
                        name: *index,
                    });
                }
            }
        }
        left
    }

    /// Whether a name that fits is meant here.
    fn is_it(&self, name: &Name, around: &Around<'_>, at: usize) -> bool {
        let is_name = |word: &str| {
            let mut known = self.begins.get(word).into_iter().flatten();
            let is_known = known.any(|index| {
                self.names
                    .get(*index)
                    .is_some_and(|name| !name.is_word_too || name.kind == Kind::Surname)
            });
            is_known || self.is_near_surname(word)
        };
        !is_eponym(name, around.words, at) && (!name.is_word_too || around.is_meant(at, &is_name))
    }

    /// A surname, but for a letter.
    fn is_near_surname(&self, word: &str) -> bool {
        let surnames = self.names.iter().filter(|name| name.kind == Kind::Surname);
        word.chars().count() > 4
            && surnames
                .flat_map(|name| &name.words)
                .any(|own| own.chars().count() > 4 && near::is_near(own, word))
    }

    /// The name that begins at a word, and of how many words it is.
    fn begin(&self, around: &Around<'_>, at: usize) -> Option<(Hit, usize)> {
        let rest = around.words.get(at..)?;
        let word = rest.first()?;
        let said = &word.folded;
        let stems = ["", "s", "es"]
            .iter()
            .filter_map(|ending| word.ends_in(ending));
        let written = stems
            .filter_map(|stem| self.begins.get(stem))
            .flatten()
            .copied();
        let longest = |indices: &mut dyn Iterator<Item = usize>, how: How| {
            let hits = indices.filter_map(|index| {
                let name = self.names.get(index)?;
                let (range, ending, length) = name.at(rest, how)?;
                self.is_it(name, around, at)
                    .then_some((range, ending, length, index))
            });
            hits.max_by_key(|(range, _, _, index)| (range.len(), usize::MAX - index))
        };
        let place = self.place(around, at);
        let written: Vec<usize> = written.collect();
        let exact = longest(&mut written.iter().copied(), How::Written);
        // "Tamsin Fals", "Camp Osawa": more of a name, with a letter off, is better than less.
        let reach = exact.as_ref().map_or(0, |hit| hit.0.len());
        let hit = longest(&mut written.into_iter(), How::Misspelt(place))
            .filter(|longer| longer.0.len() > reach)
            .or(exact)
            .or_else(|| {
                let may_be = (word.is_capital && word.has_small) || place != Place::Other;
                let near = may_be && !ordinary::is_ordinary(said);
                let mut all = (0..self.names.len()).filter(|_| near);
                longest(&mut all, How::Misspelt(place))
            });
        hit.map(|(range, ending, length, name)| {
            (
                Hit {
                    range,
                    ending,
                    name,
                },
                length,
            )
        })
    }

    /// Behind a first name that is known, a name stands: "WILL HARKNISS".
    fn place(&self, around: &Around<'_>, at: usize) -> Place {
        let before = at.checked_sub(1).and_then(|at| around.words.get(at));
        let is_named = before.is_some_and(|before| {
            let mut known = self.begins.get(&before.folded).into_iter().flatten();
            let is_first = |index: &usize| {
                let name = self.names.get(*index);
                name.is_some_and(|name| name.kind == Kind::Person && !name.is_word_too)
            };
            let gap = around
                .words
                .get(at)
                .and_then(|word| around.text.get(before.range.end..word.range.start));
            gap.is_some_and(|gap| gap.trim().is_empty()) && known.any(is_first)
        });
        if is_named {
            Place::Name
        } else {
            around.place(at)
        }
    }

    /// "M, I, double L, E, R"
    fn spelled(&self, around: &Around<'_>, at: usize) -> Option<(Hit, usize)> {
        let is_letter = |word: &Word| {
            word.folded.chars().count() == 1 && word.folded.chars().all(char::is_alphabetic)
        };
        let first = around.words.get(at).filter(|word| is_letter(word))?;
        let (mut letters, mut twice, mut best) = (String::new(), false, None);
        for (count, word) in around.words.iter().skip(at).take(24).enumerate() {
            if word.folded == "double" && !twice {
                twice = true;
                continue;
            }
            if !is_letter(word) {
                break;
            }
            letters += &word.folded.repeat(1 + usize::from(twice));
            twice = false;
            let known = self
                .begins
                .get(&letters)
                .filter(|_| count > 1)
                .into_iter()
                .flatten();
            let whole = known.copied().find(|index| {
                self.names
                    .get(*index)
                    .is_some_and(|name| name.words.concat() == letters)
            });
            if let Some(name) = whole {
                best = Some((
                    Hit {
                        range: first.range.start..word.range.end,
                        ending: 0,
                        name,
                    },
                    count + 1,
                ));
            }
        }
        best
    }
}

#[cfg(test)]
mod tests;
