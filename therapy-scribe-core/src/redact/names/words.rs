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
    letter.to_lowercase().filter_map(|c| match c {
        '\u{300}'..='\u{36f}' => None,
        'à'..='å' | 'ā' | 'ă' | 'ą' => Some('a'),
        'ç' | 'ć' | 'č' => Some('c'),
        'è'..='ë' | 'ē' | 'ę' | 'ě' => Some('e'),
        'ì'..='ï' | 'ī' | 'ı' => Some('i'),
        'ł' => Some('l'),
        'ñ' | 'ń' | 'ň' => Some('n'),
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => Some('o'),
        'ř' => Some('r'),
        'ś' | 'š' | 'ş' => Some('s'),
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => Some('u'),
        'ý' | 'ÿ' => Some('y'),
        'ź' | 'ż' | 'ž' => Some('z'),
        'ğ' => Some('g'),
        'ạ' | 'ả' | 'ấ' | 'ầ' | 'ẩ' | 'ẫ' | 'ậ' | 'ắ' | 'ằ' | 'ẳ' | 'ẵ' | 'ặ' | 'ǎ' => {
            Some('a')
        }
        'ẹ' | 'ẻ' | 'ẽ' | 'ế' | 'ề' | 'ể' | 'ễ' | 'ệ' | 'ė' => Some('e'),
        'ỉ' | 'ị' | 'ĩ' | 'į' => Some('i'),
        'ọ' | 'ỏ' | 'ố' | 'ồ' | 'ổ' | 'ỗ' | 'ộ' | 'ớ' | 'ờ' | 'ở' | 'ỡ' | 'ợ' | 'ơ' => {
            Some('o')
        }
        'ụ' | 'ủ' | 'ứ' | 'ừ' | 'ử' | 'ữ' | 'ự' | 'ư' | 'ũ' | 'ų' => Some('u'),
        'ỳ' | 'ỵ' | 'ỷ' | 'ỹ' => Some('y'),
        'đ' | 'ď' => Some('d'),
        'ť' | 'ț' | 'ţ' => Some('t'),
        'ș' => Some('s'),
        'ľ' | 'ļ' | 'ĺ' => Some('l'),
        'ņ' => Some('n'),
        'ķ' => Some('k'),
        'ģ' => Some('g'),
        other => Some(other),
    })
}
