//! A text as words, digits and marks, each with its place.

use std::ops::Range;

use compact_str::CompactString;

use crate::redact::{fold, placeholder};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Word,
    Digits,
    Mark,
    /// The end of a line.
    Break,
    /// Something that was hidden before.
    Hidden,
}

pub(super) struct Token {
    pub(super) range: Range<usize>,
    pub(super) class: Class,
    /// In small letters without accents; a mark as it is.
    pub(super) low: CompactString,
    pub(super) has_space: bool,
    pub(super) is_capital: bool,
    pub(super) is_upper: bool,
}

/// A text and its tokens. Every look beyond an end finds nothing.
pub(super) struct Tokens<'a> {
    pub(super) text: &'a str,
    all: Vec<Token>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut tokens = Self {
            text,
            all: Vec::with_capacity(text.len() / 4),
        };
        let mut at = 0;
        for hidden in placeholder::hidden(text) {
            tokens.read(at..hidden.start);
            at = hidden.end;
            tokens.push(hidden, Class::Hidden);
        }
        tokens.read(at..text.len());
        tokens
    }

    fn read(&mut self, range: Range<usize>) {
        let part = self.text.get(range.clone()).unwrap_or_default();
        let mut letters = part.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            let start = range.start + at;
            let mut end = start + letter.len_utf8();
            if letter == '\n' {
                self.push(start..end, Class::Break);
            } else if letter.is_whitespace() {
            } else if letter.is_ascii_digit() {
                while let Some((_, next)) = letters.next_if(|(_, c)| c.is_ascii_digit()) {
                    end += next.len_utf8();
                }
                self.push(start..end, Class::Digits);
            } else if is_letter(letter) {
                loop {
                    while let Some((_, next)) = letters.next_if(|(_, c)| is_letter(*c)) {
                        end += next.len_utf8();
                    }
                    // An apostrophe between letters belongs to the word.
                    let mut ahead = letters.clone();
                    let is_inside = ahead.next().is_some_and(|(_, c)| is_apostrophe(c))
                        && ahead.next().is_some_and(|(_, c)| is_letter(c));
                    match letters.next_if(|_| is_inside) {
                        Some((_, mark)) => end += mark.len_utf8(),
                        None => break,
                    }
                }
                self.push(start..end, Class::Word);
            } else {
                self.push(start..end, Class::Mark);
            }
        }
    }

    fn push(&mut self, range: Range<usize>, class: Class) {
        let text = self.text.get(range.clone()).unwrap_or_default();
        let low = match class {
            Class::Word => text
                .chars()
                .map(|c| if is_apostrophe(c) { '\'' } else { c })
                .flat_map(fold)
                .collect(),
            Class::Digits | Class::Mark => CompactString::new(text),
            Class::Break => CompactString::const_new("\n"),
            Class::Hidden => CompactString::const_new("[]"),
        };
        let is_capital = text.starts_with(char::is_uppercase);
        let is_apart = class == Class::Break
            || self
                .all
                .last()
                .is_none_or(|last| last.range.end < range.start || last.class == Class::Break);
        self.all.push(Token {
            has_space: is_apart,
            is_capital,
            is_upper: is_capital && !text.contains(char::is_lowercase),
            range,
            class,
            low,
        });
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<&Token> {
        self.all.get(at)
    }

    /// Small letters of the token, empty beyond the ends.
    pub(super) fn low(&self, at: usize) -> &str {
        self.get(at).map_or("", |token| token.low.as_str())
    }

    pub(super) fn low_before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |at| self.low(at))
    }

    fn is(&self, at: usize, class: Class) -> bool {
        self.get(at).is_some_and(|token| token.class == class)
    }

    pub(super) fn is_word(&self, at: usize) -> bool {
        self.is(at, Class::Word)
    }

    pub(super) fn is_digits(&self, at: usize) -> bool {
        self.is(at, Class::Digits)
    }

    pub(super) fn is_mark(&self, at: usize) -> bool {
        self.is(at, Class::Mark)
    }

    pub(super) fn is_break(&self, at: usize) -> bool {
        self.is(at, Class::Break)
    }

    pub(super) fn is_hidden(&self, at: usize) -> bool {
        self.is(at, Class::Hidden)
    }

    pub(super) fn has_space(&self, at: usize) -> bool {
        self.get(at).is_none_or(|token| token.has_space)
    }

    pub(super) fn is_capital(&self, at: usize) -> bool {
        self.get(at).is_some_and(|token| token.is_capital)
    }

    pub(super) fn is_upper(&self, at: usize) -> bool {
        self.get(at).is_some_and(|token| token.is_upper)
    }

    /// A word of one letter.
    pub(super) fn is_letter(&self, at: usize) -> bool {
        self.is_word(at) && self.low(at).chars().count() == 1
    }

    /// A mark that ends a sentence, and is followed by a space.
    pub(super) fn ends_sentence(&self, at: usize) -> bool {
        self.is_mark(at) && matches!(self.low(at), "." | "?" | "!") && self.has_space(at + 1)
    }

    /// Whether the words of a phrase stand here, and where it ends.
    pub(super) fn phrase(&self, at: usize, phrase: &str) -> Option<usize> {
        let mut end = at;
        for word in phrase.split(' ') {
            if self.low(end) != word {
                return None;
            }
            end += 1;
        }
        Some(end)
    }

    /// The bytes of some tokens.
    pub(super) fn bytes(&self, tokens: &Range<usize>) -> Range<usize> {
        let start = self.get(tokens.start).map_or(0, |token| token.range.start);
        let last = tokens.end.checked_sub(1).and_then(|last| self.get(last));
        start..last.map_or(start, |token| token.range.end)
    }
}

fn is_letter(c: char) -> bool {
    // Digits of other scripts count as letters: they belong to what they stand in.
    c.is_alphanumeric() && !c.is_ascii_digit() || ('\u{300}'..='\u{36f}').contains(&c)
}

const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_digits_and_marks_keep_their_places() {
        let tokens = Tokens::new("That's José’s 4B-12 [PHONE_1], ok?");
        let low: Vec<_> = (0..tokens.len()).map(|i| tokens.low(i)).collect();
        assert_eq!(
            low,
            [
                "that's", "jose's", "4", "b", "-", "12", "[]", ",", "ok", "?"
            ]
        );
        assert!(!tokens.has_space(3) && tokens.has_space(2));
        assert_eq!(&tokens.text[tokens.bytes(&(2..6))], "4B-12");
    }
}
