//! Where a word stands: at a sentence's begin, or where names do. For names that are ordinary words too, and for misspelt ones.

use super::words::Word;

/// What a word's place says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// As a name stands: after a title, a greeting, "my sister".
    Name,
    /// In a line without capital letters, where a small one says nothing.
    Bare,
    Other,
}

/// Words in a text, for looking around.
pub(super) struct Around<'a> {
    pub(super) text: &'a str,
    pub(super) words: &'a [Word],
}

impl Around<'_> {
    fn low(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |word| &word.folded)
    }

    fn low_before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |before| self.low(before))
    }

    /// What stands between a word and the one before it.
    fn gap(&self, at: usize) -> &str {
        let before = at.checked_sub(1).and_then(|before| self.words.get(before));
        let start = before.map_or(0, |word| word.range.end);
        let end = self
            .words
            .get(at)
            .map_or(self.text.len(), |word| word.range.start);
        self.text.get(start..end).unwrap_or_default()
    }

    pub(super) fn place(&self, at: usize) -> Place {
        let gap = self.gap(at);
        let before = self.low_before(at);
        let is_near = at > 0
            && gap
                .chars()
                .all(|c| c.is_whitespace() || c == ',' || c == '.');
        let greets = matches!(
            before,
            "hi" | "hey" | "hello" | "thanks" | "dear" | "goodbye" | "bye" | "named" | "called"
        );
        let is_name_is = (before == "is" && self.low(at.wrapping_sub(2)) == "name")
            || (before == "s" && self.low(at.wrapping_sub(2)) == "name");
        if is_near && (is_title(before) || is_relation(before) || greets || is_name_is) {
            return Place::Name;
        }
        if self.is_bare(at) {
            Place::Bare
        } else {
            Place::Other
        }
    }

    /// Whether no word of the line begins with a capital letter, but for those of capital letters only: "PTSD", or all of them.
    fn is_bare(&self, at: usize) -> bool {
        let back = (0..=at)
            .rev()
            .take(30)
            .take_while(|i| *i == at || !self.gap(*i + 1).contains('\n'));
        let on = (at + 1..self.words.len())
            .take(30)
            .take_while(|i| !self.gap(*i).contains('\n'));
        let mut near = back.chain(on).filter_map(|i| self.words.get(i));
        near.all(|word| !word.is_capital || !word.has_small)
    }

    fn begins_sentence(&self, at: usize) -> bool {
        let gap = self.gap(at);
        let is_title = is_title(self.low_before(at));
        at == 0
            || (!is_title
                && gap.contains([
                    '.', '?', '!', '\n', ':', '"', '“', '\\', '{', '…', '•', '–', '—',
                ]))
    }

    /// Whether a word that is a name and an ordinary word is meant as the name here.
    pub(super) fn is_meant(&self, at: usize, is_name: &impl Fn(&str) -> bool) -> bool {
        let Some(word) = self.words.get(at) else {
            return false;
        };
        if self.place(at) == Place::Name
            && !(is_auxiliary(&word.folded) && !word.is_capital && is_relation(self.low_before(at)))
        {
            return true;
        }
        if self.is_introduced(at) {
            return true;
        }
        // "al" and "bo" are no other words.
        if word.folded.chars().count() < 3 && !is_short_word(&word.folded) && self.is_bare(at) {
            return true;
        }
        let (next, gap) = (self.low(at + 1), self.gap(at + 1));
        let is_joined = !gap.contains(['.', '?', '!', '\n', ',']);
        let has_surname = is_joined && is_name(next) && gap.trim().is_empty();
        // "Summer's always the worst" is no possessive.
        let is_verb = matches!(
            self.low(at + 2),
            "always"
                | "the"
                | "a"
                | "an"
                | "not"
                | "been"
                | "over"
                | "coming"
                | "here"
                | "so"
                | "too"
                | "when"
                | "just"
                | "going"
                | "all"
        );
        let is_owner = next == "s" && matches!(gap, "'" | "’") && !is_verb;
        if has_surname || (at > 0 && is_name(self.low_before(at)) && self.gap(at).trim().is_empty())
        {
            return true;
        }
        if !word.is_capital || self.is_shouted(at) {
            return is_owner;
        }
        if is_month(&word.folded) && (self.is_of_month(at)) {
            return false;
        }
        let is_short_for = next == "s" && matches!(gap, "'" | "’");
        is_owner
            || !self.begins_sentence(at)
            || !(is_short_for || is_joined && goes_on_as_word(next))
    }

    /// "and ask for dawn", "it's just will", "…, will, …"
    fn is_introduced(&self, at: usize) -> bool {
        let before = |back: usize| at.checked_sub(back).map_or("", |at| self.low(at));
        let is_next = at > 0 && self.gap(at).trim().is_empty();
        let is_asked = is_next
            && (before(2), before(1)) == ("ask", "for")
            && matches!(before(3), "and" | "then" | "just" | "please" | "" | "or");
        // A verb ends no sentence that says who somebody is.
        let is_verb = matches!(
            self.low(at),
            "will" | "may" | "drew" | "sue" | "rob" | "chase" | "don"
        );
        let ends =
            at + 1 >= self.words.len() || self.gap(at + 1).contains(['.', ',', '?', '!', '\n']);
        let just = usize::from(matches!(before(1), "just" | "only" | "actually"));
        let is_said = matches!(
            (before(2 + just), before(1 + just)),
            ("it" | "that", "s") | ("this" | "name", "is") | ("i", "m")
        );
        let is_between = self.gap(at).contains(',') && self.low(at + 1) != "not";
        is_asked || (is_verb && ends && (is_next && is_said || is_between))
    }

    /// Among words that all have capital letters only.
    fn is_shouted(&self, at: usize) -> bool {
        let is_upper = |at: usize| {
            self.words
                .get(at)
                .is_some_and(|word| word.is_capital && !word.has_small && word.folded.len() > 1)
        };
        is_upper(at) && (is_upper(at + 1) || at.checked_sub(1).is_some_and(is_upper))
    }

    fn is_of_month(&self, at: usize) -> bool {
        let leads = matches!(
            self.low_before(at),
            "in" | "of"
                | "this"
                | "last"
                | "next"
                | "early"
                | "late"
                | "mid"
                | "since"
                | "until"
                | "by"
                | "every"
        );
        let next = self.low(at + 1);
        leads && self.gap(at).trim().is_empty()
            || next.starts_with(|c: char| c.is_ascii_digit())
            || (next.ends_with("th") || next.ends_with("teen")) && next.len() > 4
            || matches!(
                next,
                "first" | "second" | "third" | "one" | "two" | "ten" | "twenty" | "thirty" | "the"
            )
    }
}

/// "Will you", "Hope to", "May I": the first word of a sentence, and no name.
fn goes_on_as_word(next: &str) -> bool {
    ORDINARY_NEXT.contains(next)
}

fn is_short_word(word: &str) -> bool {
    SHORT.contains(word)
}

fn is_auxiliary(word: &str) -> bool {
    matches!(word, "will" | "may")
}

fn is_month(word: &str) -> bool {
    matches!(word, "may" | "april" | "june" | "august" | "march")
}

fn is_title(word: &str) -> bool {
    TITLES.contains(word)
}

fn is_relation(word: &str) -> bool {
    RELATIONS.contains(word)
}

static ORDINARY_NEXT: Words = Words::new(|| {
    words(
        "you i we he she it they that this there the a an my your his her our their these those to of in for not be as well \
    everything",
    )
});

static SHORT: Words = Words::new(|| {
    words(
        "am an as at be by do go he hi if in is it me my no of oh ok on or so to up us we um uh er ah ex id tv ad pa ma la de \
    a i s t m re ll ve hm mm mg ml dr mr ms",
    )
});

static TITLES: Words = Words::new(|| {
    words(
        "mr mrs ms miss mx dr doctor prof professor aunt auntie uncle grandma grandpa nana sister father coach nurse pastor \
    rabbi",
    )
});

use crate::redact::words::{Words, words};
static RELATIONS: Words = Words::new(|| {
    words(
        "husband wife son daughter brother sister friend partner boyfriend girlfriend fiance fiancee cousin boss therapist \
    mother father mom dad niece nephew roommate ex stepson stepdaughter stepfather stepmother psychiatrist counselor",
    )
});
