//! The words of a text, as names are compared with them.

use std::ops::Range;

/// A word of a text: letters and digits.
pub(super) struct Word {
    pub(super) range: Range<usize>,
    /// In small letters, without accents.
    pub(super) folded: String,
    pub(super) is_capital: bool,
    pub(super) has_small: bool,
    /// The letter that it ends with is one of ASCII, so that an ending can be taken off.
    is_plain: bool,
}

impl Word {
    /// What it is without this ending.
    pub(super) fn ends_in(&self, ending: &str) -> Option<&str> {
        let stem = self.folded.strip_suffix(ending)?;
        (ending.is_empty() || self.is_plain).then_some(stem)
    }
}

/// The words of a text. Notes are told as JSON, where an `n` may belong to a line's end and not to the word after it.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut letters = text.char_indices().peekable();
    let mut end = None;
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' {
            let escape = letters.next_if(|(_, c)| "nrtbfu\\\"/".contains(*c));
            if escape.is_some_and(|(_, c)| c == 'u') {
                for _ in 0..4 {
                    letters.next_if(|(_, c)| c.is_ascii_hexdigit());
                }
            }
            continue;
        }
        let is_mark = ('\u{300}'..='\u{36f}').contains(&letter);
        if !letter.is_alphanumeric() && !is_mark {
            continue;
        }
        let after = at + letter.len_utf8();
        match words.last_mut() {
            Some(word) if end == Some(at) => {
                word.range.end = after;
                word.folded.extend(fold(letter));
                word.has_small |= letter.is_lowercase();
                word.is_plain = letter.is_ascii();
            }
            _ => words.push(Word {
                range: at..after,
                folded: fold(letter).collect(),
                is_capital: letter.is_uppercase(),
                has_small: letter.is_lowercase(),
                is_plain: letter.is_ascii(),
            }),
        }
        end = Some(after);
    }
    words
}

/// A letter as it is compared: small, without its accent.
pub(in crate::redact) fn fold(letter: char) -> impl Iterator<Item = char> {
    letter.to_lowercase().filter_map(|c| {
        if ('\u{300}'..='\u{36f}').contains(&c) {
            return None;
        }
        let mut plain = PLAIN.iter();
        let found = plain.find(|(_, accented)| !c.is_ascii() && accented.contains(c));
        Some(found.map_or(c, |(plain, _)| *plain))
    })
}

/// Letters with accents, by the one that is without.
const PLAIN: [(char, &str); 16] = [
    ('a', "àáâãäåāăąǎạảấầẩẫậắằẳẵặ"),
    ('c', "çćčĉċ"),
    ('d', "đďð"),
    ('e', "èéêëēęěėĕẹẻẽếềểễệ"),
    ('g', "ğģĝġ"),
    ('i', "ìíîïīıĩįỉị"),
    ('k', "ķ"),
    ('l', "łľļĺ"),
    ('n', "ñńňņ"),
    ('o', "òóôõöøōőơọỏốồổỗộớờởỡợ"),
    ('r', "řŕŗ"),
    ('s', "śšşșŝ"),
    ('t', "ťțţ"),
    ('u', "ùúûüūůűũųưụủứừửữự"),
    ('y', "ýÿŷỳỵỷỹ"),
    ('z', "źżž"),
];
