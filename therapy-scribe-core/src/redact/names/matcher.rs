//! Where names stand in a text. Nothing here knows what becomes of them: another matcher may take its place.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use super::{
    near::{self, is_misspelt},
    ordinary,
    position::{Around, Place},
    words::{Word, words},
};
use crate::redact::{Kind, words::Words};

/// A name that is known.
#[derive(Clone)]
pub(in crate::redact) struct Name {
    /// As it is written.
    pub(in crate::redact) text: String,
    pub(in crate::redact) kind: Kind,
    /// Among those of its kind, from 1.
    pub(in crate::redact) number: u32,
    /// Its words without accents, in small letters.
    words: Vec<String>,
    /// It is an ordinary word as well.
    is_word_too: bool,
}

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
    /// Each word of a person's name is a name, the last of several the surname.
    pub(super) fn add_person(&mut self, name: &str) {
        let parts: Vec<&str> = name
            .split(|c: char| c.is_whitespace() || c == ',')
            .collect();
        let is_name = |part: &&&str| {
            let words = words(part);
            !words.is_empty() && !words.iter().all(|word| NO_NAMES.contains(&*word.folded))
        };
        let names: Vec<&str> = parts.iter().filter(is_name).copied().collect();
        // `Miller, Anna`
        let is_turned = name.split_once(',').is_some_and(|(_, rest)| {
            words(rest)
                .iter()
                .any(|word| !NO_NAMES.contains(&*word.folded))
        });
        let surname = if is_turned {
            0
        } else {
            names.len() - names.len().min(1)
        };
        for (index, part) in names.iter().enumerate() {
            let is_surname = names.len() > 1 && index == surname;
            let kind = if is_surname {
                Kind::Surname
            } else {
                Kind::Person
            };
            self.add(kind, part);
            // Of "Smith-Jones" one half may be said alone.
            for half in part
                .split('-')
                .filter(|half| half.chars().count() > 2 && half != part)
            {
                self.add(kind, half);
            }
        }
        if names.is_empty() {
            self.add(Kind::Person, name);
        }
    }

    /// A name as a whole. What is known already stays what it is.
    pub(super) fn add(&mut self, kind: Kind, name: &str) {
        let words: Vec<String> = words(name).into_iter().map(|word| word.folded).collect();
        self.add_words(kind, name, words.clone(), None);
        let Some(number) = self
            .names
            .iter()
            .find(|known| known.words == words)
            .map(|name| name.number)
        else {
            return;
        };
        // "Brendans" for "Brendan's"
        if words.len() > 1 && words.iter().skip(1).any(|word| word == "s") {
            let joined = words.iter().fold(Vec::<String>::new(), |mut joined, word| {
                match joined.last_mut() {
                    Some(last) if word == "s" => last.push('s'),
                    _ => joined.push(word.clone()),
                }
                joined
            });
            self.add_words(kind, name, joined, Some(number));
        }
        if matches!(kind, Kind::Place | Kind::Organization) && words.len() > 1 {
            self.add_parts(kind, name, &words, number);
        }
    }

    /// Of "Corvane Medical Center", "Corvane" alone tells as much.
    fn add_parts(&mut self, kind: Kind, name: &str, words: &[String], number: u32) {
        let is_own = |word: &&String| {
            word.chars().count() > 3 && !is_generic(word) && !ordinary::is_ordinary(word)
        };
        let known: Vec<&String> = words.iter().filter(is_own).collect();
        // "Dunmarrow High" of "Dunmarrow High School".
        for length in 2..words.len() {
            let first = words.get(..length).unwrap_or_default();
            if first.iter().any(|word| is_own(&word)) {
                self.add_words(kind, name, first.to_vec(), Some(number));
            }
        }
        for word in known {
            self.add_words(kind, name, vec![word.clone()], Some(number));
        }
    }

    /// A name of these words; one of `number`, if it is another's part.
    fn add_words(&mut self, kind: Kind, name: &str, words: Vec<String>, number: Option<u32>) {
        let found = super::words::words(name);
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
        let has_letter = words
            .iter()
            .any(|word| word.chars().any(char::is_alphabetic));
        if !has_letter || self.names.iter().any(|known| known.words == words) {
            return;
        }
        let is_word_too = match words.as_slice() {
            [only] => ordinary::is_ordinary(only) || only.chars().count() < 3,
            _ => false,
        };
        let number = number.unwrap_or_else(|| {
            let count = self.counts.entry(kind).or_default();
            *count += 1;
            *count
        });
        let index = self.names.len();
        for begin in words
            .first()
            .cloned()
            .into_iter()
            .chain((words.len() > 1).then(|| words.concat()))
        {
            self.begins.entry(begin).or_default().push(index);
        }
        self.names.push(Name {
            text,
            kind,
            number,
            words,
            is_word_too,
        });
    }

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

/// What many places are called after a word of their own.
fn is_generic(word: &str) -> bool {
    GENERIC.contains(word)
}

/// The Beck inventory, Parkinson's disease: named after somebody, whom nobody speaks of.
fn is_eponym(name: &Name, words: &[Word], at: usize) -> bool {
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

/// How a name must stand there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Written,
    Misspelt(Place),
}

impl Name {
    /// Where it stands if these words begin with it, how many bytes of that are a plural's, and of how many words it is there.
    fn at(&self, words: &[Word], how: How) -> Option<(Range<usize>, usize, usize)> {
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

static GENERIC: Words = Words::new(|| {
    crate::redact::words::words(
        "saint medical center centre college academy school elementary middle high falls mills bay ridge bakery logistics \
    hospital clinic university street lake north south east west county city town village river valley mount mountain \
    springs church institute health care community services group company corporation foundation family general memorial \
    regional practice associates partners avenue road beach island islands heights park port fort upper lower great \
    little saints cafe coffee restaurant market library airport station preschool daycare counseling therapy wellness \
    recovery treatment behavioral mental psychiatric junction corner creek hills grove woods forest field fields \
    crossing point harbor harbour program books diner lumber camp",
    )
});

static INSTRUMENT_WORDS: Words = Words::new(|| {
    crate::redact::words::words(
        "scale inventory questionnaire rating test index postnatal severity disease syndrome method suicide depression \
    anxiety mania task protocol thyroiditis",
    )
});

/// Words before and in names that are no names.
static NO_NAMES: Words = Words::new(|| {
    crate::redact::words::words(
        "mr mrs ms miss mx dr prof professor sir madam rev phd md jr sr de la le van von der den del da di du el al of \
        the",
    )
});

/// Whom scales and illnesses are named after.
static EPONYMS: Words = Words::new(|| {
    crate::redact::words::words(
        "beck hamilton young edinburgh columbia montgomery asberg yale brown burns zung conners vanderbilt wechsler \
        parkinson alzheimer tourette asperger hashimoto graves cushing addison down rett stroop gottman stanford penn",
    )
});

#[cfg(test)]
mod tests;
