//! Where names stand in a text. Nothing here knows what becomes of them: another matcher may take its place.

use std::{collections::BTreeMap, ops::Range};

use super::{
    ordinary,
    placeholder::Label,
    words::{Word, words},
};

/// Words before and in names that are no names.
const NO_NAMES: [&str; 30] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "professor",
    "sir",
    "madam",
    "rev",
    "phd",
    "md",
    "jr",
    "sr",
    "de",
    "la",
    "le",
    "van",
    "von",
    "der",
    "den",
    "del",
    "da",
    "di",
    "du",
    "el",
    "al",
    "of",
    "the",
];
/// A misspelling of a shorter name is too often another word.
const LEAST_LETTERS: usize = 5;

/// A name that is known.
pub(super) struct Name {
    /// As it is written.
    pub(super) text: String,
    pub(super) label: Label,
    /// Among those with its label, from 1.
    pub(super) number: u32,
    /// Its words without accents, in small letters.
    words: Vec<String>,
    /// It is an ordinary word as well.
    needs_capital: bool,
}

/// A name in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Without the ending of a plural.
    pub(super) range: Range<usize>,
    /// Which name, counted from 0.
    pub(super) name: usize,
}

/// The names that are looked for.
#[derive(Default)]
pub(super) struct Matcher {
    names: Vec<Name>,
    counts: BTreeMap<Label, u32>,
}

impl Matcher {
    /// Each word of a person's name is a name, the last of several the surname.
    pub(super) fn add_person(&mut self, name: &str) {
        let parts: Vec<&str> = name
            .split(|c: char| c.is_whitespace() || c == ',')
            .collect();
        let is_name = |part: &&&str| {
            let words = words(part);
            !words.is_empty() && !words.iter().all(|word| NO_NAMES.contains(&&*word.folded))
        };
        let names: Vec<&str> = parts.iter().filter(is_name).copied().collect();
        // `Miller, Anna`
        let is_turned = name.split_once(',').is_some_and(|(_, rest)| {
            words(rest)
                .iter()
                .any(|word| !NO_NAMES.contains(&&*word.folded))
        });
        let surname = if is_turned {
            0
        } else {
            names.len() - names.len().min(1)
        };
        for (index, part) in names.iter().enumerate() {
            let is_surname = names.len() > 1 && index == surname;
            self.add(
                if is_surname {
                    Label::Surname
                } else {
                    Label::Person
                },
                part,
            );
        }
        if names.is_empty() {
            self.add(Label::Person, name);
        }
    }

    /// A name as a whole. What is known already stays what it is.
    pub(super) fn add(&mut self, label: Label, name: &str) {
        let found = words(name);
        let (Some(first), Some(last)) = (found.first(), found.last()) else {
            return;
        };
        let text = name
            .get(first.range.start..last.range.end)
            .unwrap_or_default();
        let text: String = text
            .chars()
            .filter(|c| !c.is_control() && !"\"\\[]".contains(*c))
            .collect();
        let words: Vec<String> = found.into_iter().map(|word| word.folded).collect();
        let has_letter = words
            .iter()
            .any(|word| word.chars().any(char::is_alphabetic));
        if !has_letter || self.names.iter().any(|known| known.words == words) {
            return;
        }
        let needs_capital = match words.as_slice() {
            [only] => ordinary::is_ordinary(only) || only.chars().count() < 3,
            _ => false,
        };
        let number = self.counts.entry(label).or_default();
        *number += 1;
        self.names.push(Name {
            text,
            label,
            number: *number,
            words,
            needs_capital,
        });
    }

    pub(super) fn names(&self) -> &[Name] {
        &self.names
    }

    /// All of them, in their order; of several at one place the longest.
    pub(super) fn find(&self, text: &str) -> Vec<Found> {
        let words = words(text);
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let rest = words.get(at..).unwrap_or_default();
            match self.begins(rest) {
                Some((hit, length)) => {
                    found.push(hit);
                    at += length;
                }
                None => at += 1,
            }
        }
        found
    }

    /// Whether a name is left that is written as it is known. It looks at nothing but words, so that it doesn't share what
    /// might be wrong with [`find`](Self::find).
    pub(super) fn has_left(&self, text: &str) -> bool {
        let words = words(text);
        self.names.iter().any(|name| {
            let mut places = words.windows(name.words.len());
            places.any(|place| {
                let is_same = place.iter().map(|word| &word.folded).eq(&name.words);
                is_same && (!name.needs_capital || place.iter().all(|word| word.is_capital))
            })
        })
    }

    /// The name with which these words begin, and of how many words it is.
    fn begins(&self, words: &[Word]) -> Option<(Found, usize)> {
        for how in [How::Written, How::Misspelt] {
            let hits = self.names.iter().enumerate();
            let hits = hits.filter_map(|(index, name)| Some((name.at(words, how)?, index)));
            if let Some(((range, length), index)) = hits.max_by_key(|((range, _), _)| range.len()) {
                return Some((Found { range, name: index }, length));
            }
        }
        None
    }
}

/// How a name must stand there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Written,
    Misspelt,
}

impl Name {
    /// Where it stands if these words begin with it, and of how many words it is there.
    fn at(&self, words: &[Word], how: How) -> Option<(Range<usize>, usize)> {
        let first = words.first()?;
        // "Annemarie" for "Anne-Marie".
        if self.words.len() > 1
            && let Some(plural) = self.is(&self.words.concat(), first, how)
        {
            return Some((first.range.start..first.range.end - plural, 1));
        }
        let (last, others) = self.words.split_last()?;
        for (own, word) in others.iter().zip(words) {
            if self.is(own, word, how) != Some(0) {
                return None;
            }
        }
        let end = words.get(others.len())?;
        let plural = self.is(last, end, how)?;
        Some((first.range.start..end.range.end - plural, self.words.len()))
    }

    /// Whether a word is one of its words, and how many letters of a plural it has.
    fn is(&self, own: &str, word: &Word, how: How) -> Option<usize> {
        if self.needs_capital && !word.is_capital {
            return None;
        }
        let is_same = |said: &str| match how {
            How::Written => said == own,
            How::Misspelt => is_misspelt(own, said, word),
        };
        let hisses = ["s", "x", "z", "ch", "sh"]
            .iter()
            .any(|end| own.ends_with(end));
        let endings = if hisses { ["", "es"] } else { ["", "s"] };
        let fits = |ending: &&&str| word.ends_in(ending).is_some_and(&is_same);
        endings.iter().find(fits).map(|ending| ending.len())
    }
}

/// One letter more, less or other, in a word that begins as names do and is no other word.
fn is_misspelt(own: &str, said: &str, word: &Word) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (own.chars().collect(), said.chars().collect());
    // JSON and PTSD are no names.
    let is_name = word.is_capital && word.has_small && one.len() >= LEAST_LETTERS;
    if !is_name || ordinary::is_ordinary(&word.folded) || one.len().abs_diff(other.len()) > 1 {
        return false;
    }
    let same = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let rest = |letters: &[char], skip: usize| {
        letters
            .iter()
            .skip(same + skip)
            .copied()
            .collect::<String>()
    };
    let (more, less, else_) = (
        rest(&one, 1) == rest(&other, 0),
        rest(&one, 0) == rest(&other, 1),
        rest(&one, 1) == rest(&other, 1),
    );
    more || less || else_
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of one person and one place, and what of a text is found of them.
    fn found(name: &str, text: &str) -> Vec<String> {
        let mut matcher = Matcher::default();
        matcher.add_person(name);
        matcher.add(Label::Place, "San Jacinto");
        let found = matcher.find(text).into_iter();
        found
            .map(|hit| text.get(hit.range).unwrap().to_owned())
            .collect()
    }

    #[test]
    fn a_name_is_found_in_each_form_that_people_and_recognisers_give_it() {
        for (name, text, hits) in [
            (
                "Sarah Quill",
                "Sarah's sister, sarah, SARAH’S, Sarahs",
                &["Sarah", "sarah", "SARAH", "Sarah"][..],
            ),
            (
                "Sarah Quill",
                "Sara, Sarrah and Zarah; all the Quills",
                &["Sara", "Sarrah", "Zarah", "Quill"],
            ),
            ("Agnes", "the Agneses", &["Agnes"]),
            (
                "José Ibáñez",
                "Jose and IBANEZ, Jose\u{301}",
                &["Jose", "IBANEZ", "Jose\u{301}"],
            ),
            (
                "Anne-Marie O'Neil",
                "Anne Marie, annemarie, Anne-Marie O’Neil",
                &["Anne Marie", "annemarie", "Anne-Marie", "O’Neil"],
            ),
            ("Maria de la Cruz", "Maria de la Cruz", &["Maria", "Cruz"]),
            (
                "Anna",
                "from San Jacinto, SAN\\nJACINTO",
                &["San Jacinto", "SAN\\nJACINTO"],
            ),
            (
                "Anna",
                "{\"plan\":\"Walk.\\nAnna agreed.\\u003cAnna\"}",
                &["Anna", "Anna"],
            ),
            ("Dr. Bo Ek", "Bo and Ek, no bo", &["Bo", "Ek"]),
        ] {
            assert_eq!(found(name, text), hits, "{name}");
        }
    }

    #[test]
    fn what_is_another_word_is_no_name() {
        for (name, text) in [
            ("Maria", "Mania is one word, mania another."),
            ("Heath", "Death and health, Health and death"),
            ("Ethan", "more than that. Than what?"),
            ("Sarah", "sara, sahara and Sah"),
            ("Anna", "Annas' banana Hanna Annan"),
            ("Dr. Will May", "I will, if I may."),
            ("Anna", "san francisco, Jacinto San"),
        ] {
            let found = found(name, text);
            assert!(found.iter().all(|hit| hit == "Anna"), "{name}: {found:?}");
        }
        assert_eq!(
            found("Will", "Will you? Ask WILL's wife, as I will."),
            ["Will", "WILL"]
        );
    }

    #[test]
    fn two_people_share_the_name_that_they_have_in_common() {
        let mut matcher = Matcher::default();
        for name in [
            "Anna Quill",
            "Anna Zeller",
            "Ms. Quill",
            "Zeller, Tom",
            "--",
            "",
        ] {
            matcher.add_person(name);
        }
        let names = matcher.names().iter();
        let told: Vec<_> = names
            .map(|name| (&*name.text, name.label.written(name.number)))
            .collect();
        let expected = [
            ("Anna", "[PERSON_1]"),
            ("Quill", "[SURNAME_1]"),
            ("Zeller", "[SURNAME_2]"),
            ("Tom", "[PERSON_2]"),
        ];
        assert_eq!(told, expected.map(|(name, told)| (name, told.to_owned())));
    }
}
