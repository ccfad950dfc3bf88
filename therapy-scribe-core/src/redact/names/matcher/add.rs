//! What a name that is given is looked for as: its words, its halves, its parts.

use super::Matcher;
use crate::redact::{
    Kind,
    names::{name::Name, ordinary, words::words},
    words::{Words, words as list},
};

impl Matcher {
    /// Each word of a person's name is a name, the last of several the surname.
    pub(in crate::redact::names) fn add_person(&mut self, name: &str) {
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
    pub(in crate::redact::names) fn add(&mut self, kind: Kind, name: &str) {
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
        let found = crate::redact::names::words::words(name);
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
}

/// What many places are called after a word of their own.
fn is_generic(word: &str) -> bool {
    GENERIC.contains(word)
}

static GENERIC: Words = Words::new(|| {
    list(
        "saint medical center centre college academy school elementary middle high falls mills bay ridge bakery logistics \
    hospital clinic university street lake north south east west county city town village river valley mount mountain \
    springs church institute health care community services group company corporation foundation family general memorial \
    regional practice associates partners avenue road beach island islands heights park port fort upper lower great \
    little saints cafe coffee restaurant market library airport station preschool daycare counseling therapy wellness \
    recovery treatment behavioral mental psychiatric junction corner creek hills grove woods forest field fields \
    crossing point harbor harbour program books diner lumber camp",
    )
});

/// Words before and in names that are no names.
static NO_NAMES: Words = Words::new(|| {
    list(
        "mr mrs ms miss mx dr prof professor sir madam rev phd md jr sr de la le van von der den del da di du el al of \
        the",
    )
});
