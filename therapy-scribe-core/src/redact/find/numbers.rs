//! Numbers as they are written and as they are said.

use std::ops::Range;

use compact_str::{CompactString, format_compact};

use super::tokens::Tokens;

/// A number: "42", "forty-two", "double five", "nineteen".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) tokens: Range<usize>,
    pub(super) digits: CompactString,
    pub(super) is_spoken: bool,
}

impl Number {
    /// Its value where it is of at most nine digits.
    pub(super) fn value(&self) -> Option<u32> {
        (self.digits.len() <= 9)
            .then(|| self.digits.parse().ok())
            .flatten()
    }
}

/// All numbers of a text in their order, and which begins where.
pub(super) struct Numbers {
    all: Vec<Number>,
    /// For each token the number that holds it, from 1.
    at: Vec<usize>,
}

impl Numbers {
    pub(super) fn new(tokens: &Tokens<'_>) -> Self {
        let mut numbers = Self {
            all: Vec::new(),
            at: vec![0; tokens.len()],
        };
        let mut at = 0;
        while at < tokens.len() {
            let Some(number) = read(tokens, at) else {
                at += 1;
                continue;
            };
            at = number.tokens.end;
            for token in number.tokens.clone() {
                if let Some(place) = numbers.at.get_mut(token) {
                    *place = numbers.all.len() + 1;
                }
            }
            numbers.all.push(number);
        }
        numbers
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn get(&self, index: usize) -> Option<&Number> {
        self.all.get(index)
    }

    /// The index of the number that holds a token.
    pub(super) fn index_at(&self, token: usize) -> Option<usize> {
        self.at.get(token)?.checked_sub(1)
    }

    /// The number that holds a token.
    pub(super) fn holding(&self, token: usize) -> Option<&Number> {
        self.get(self.index_at(token)?)
    }

    /// The number that begins with a token.
    pub(super) fn from(&self, token: usize) -> Option<&Number> {
        self.holding(token)
            .filter(|number| number.tokens.start == token)
    }
}

fn read(tokens: &Tokens<'_>, at: usize) -> Option<Number> {
    if tokens.is_digits(at) {
        return Some(Number {
            tokens: at..at + 1,
            digits: tokens.low(at).into(),
            is_spoken: false,
        });
    }
    let spoken = |end, digits| {
        Some(Number {
            tokens: at..end,
            digits,
            is_spoken: true,
        })
    };
    if let Some(times) = repeats(tokens.low(at)) {
        let digit = match digit(tokens.low(at + 1)) {
            Some(digit) => digit,
            None => tokens.low(at + 1).parse().ok().filter(|d| *d < 10)?,
        };
        return spoken(at + 2, CompactString::from(digit.to_string().repeat(times)));
    }
    if !tokens.is_word(at) {
        return None;
    }
    let (value, end) = below_hundred(tokens, at)?;
    // "four zeros"
    if let Some(digit) = plural(tokens.low(end)).filter(|_| (2..=9).contains(&value)) {
        let times = usize::try_from(value).unwrap_or(1);
        return spoken(end + 1, CompactString::from(digit.repeat(times)));
    }
    if value == 0 {
        return spoken(end, "0".into());
    }
    if tokens.low(end) == "hundred" {
        let (rest, end) = rest(tokens, end + 1);
        return spoken(end, format_compact!("{}", value * 100 + rest));
    }
    if tokens.low(end) == "thousand" {
        let (rest, end) = rest(tokens, end + 1);
        return spoken(end, format_compact!("{}", value * 1000 + rest));
    }
    spoken(end, format_compact!("{value}"))
}

/// What follows a hundred or a thousand. "eight hundred five five five" is eight hundred and a row of digits.
fn rest(tokens: &Tokens<'_>, at: usize) -> (u32, usize) {
    let has_and = tokens.low(at) == "and";
    let start = at + usize::from(has_and);
    match below_hundred(tokens, start) {
        Some((value, end)) if value > 0 && (has_and || below_hundred(tokens, end).is_none()) => {
            (value, end)
        }
        _ => (0, at),
    }
}

/// A number of one or two digits in words, and where it ends.
fn below_hundred(tokens: &Tokens<'_>, at: usize) -> Option<(u32, usize)> {
    let low = tokens.low(at);
    if let Some(digit) = digit(low) {
        return Some((digit, at + 1));
    }
    if let Some(teen) = teen(low) {
        return Some((teen, at + 1));
    }
    let tens = tens(low)?;
    let hyphen =
        tokens.low(at + 1) == "-" && !tokens.has_space(at + 1) && !tokens.has_space(at + 2);
    let unit = at + 1 + usize::from(hyphen);
    Some(match digit(tokens.low(unit)) {
        Some(digit @ 1..) => (tens + digit, unit + 1),
        _ => (tens, at + 1),
    })
}

fn digit(low: &str) -> Option<u32> {
    Some(match low {
        "zero" | "oh" | "o" | "nought" | "naught" => 0,
        "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "nine" | "niner" => 9,
        _ => return None,
    })
}

fn teen(low: &str) -> Option<u32> {
    Some(match low {
        "ten" => 10,
        "eleven" => 11,
        "twelve" => 12,
        "thirteen" => 13,
        "fourteen" => 14,
        "fifteen" => 15,
        "sixteen" => 16,
        "seventeen" => 17,
        "eighteen" => 18,
        "nineteen" => 19,
        _ => return None,
    })
}

fn tens(low: &str) -> Option<u32> {
    Some(match low {
        "twenty" => 20,
        "thirty" => 30,
        "forty" | "fourty" => 40,
        "fifty" => 50,
        "sixty" => 60,
        "seventy" => 70,
        "eighty" => 80,
        "ninety" => 90,
        _ => return None,
    })
}

fn plural(low: &str) -> Option<&'static str> {
    Some(match low {
        "zeros" | "zeroes" | "ohs" | "o's" => "0",
        "ones" => "1",
        "twos" => "2",
        "threes" => "3",
        "fours" => "4",
        "fives" => "5",
        "sixes" => "6",
        "sevens" => "7",
        "eights" => "8",
        "nines" => "9",
        _ => return None,
    })
}

fn repeats(low: &str) -> Option<usize> {
    Some(match low {
        "double" => 2,
        "triple" | "treble" => 3,
        "quadruple" => 4,
        _ => return None,
    })
}

/// A day of the month or the like, in words or as "3rd", and where it ends.
pub(super) fn ordinal(tokens: &Tokens<'_>, at: usize) -> Option<(u32, usize)> {
    if tokens.is_digits(at) {
        let is_ordinal =
            matches!(tokens.low(at + 1), "st" | "nd" | "rd" | "th") && !tokens.has_space(at + 1);
        let value = tokens.low(at).parse().ok().filter(|_| is_ordinal)?;
        return Some((value, at + 2));
    }
    let low = tokens.low(at);
    if let Some(value) = single_ordinal(low) {
        return Some((value, at + 1));
    }
    let tens = tens(low)?;
    let unit = at + 1 + usize::from(tokens.low(at + 1) == "-");
    let value = single_ordinal(tokens.low(unit)).filter(|value| *value < 10)?;
    Some((tens + value, unit + 1))
}

fn single_ordinal(low: &str) -> Option<u32> {
    const ORDINALS: [(&str, u32); 22] = [
        ("first", 1),
        ("second", 2),
        ("third", 3),
        ("fourth", 4),
        ("fifth", 5),
        ("sixth", 6),
        ("seventh", 7),
        ("eighth", 8),
        ("ninth", 9),
        ("tenth", 10),
        ("eleventh", 11),
        ("twelfth", 12),
        ("thirteenth", 13),
        ("fourteenth", 14),
        ("fifteenth", 15),
        ("sixteenth", 16),
        ("seventeenth", 17),
        ("eighteenth", 18),
        ("nineteenth", 19),
        ("twentieth", 20),
        ("thirtieth", 30),
        ("fortieth", 40),
    ];
    let mut ordinals = ORDINALS.iter();
    ordinals
        .find(|(word, _)| *word == low)
        .map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_say_them() {
        for (text, digits) in [
            ("five five oh", &["5", "5", "0"][..]),
            ("double five, triple 7", &["55", "777"]),
            ("twenty-three twenty 3", &["23", "20", "3"]),
            ("one twenty three", &["1", "23"]),
            ("nineteen eighty one", &["19", "81"]),
            ("two thousand and four", &["2004"]),
            ("eight hundred five five five", &["800", "5", "5", "5"]),
            ("six hundred and twelve", &["612"]),
            ("555 oh one 42", &["555", "0", "1", "42"]),
            ("double trouble, hundred, teenage", &[]),
        ] {
            let tokens = Tokens::new(text);
            let numbers = Numbers::new(&tokens);
            let read: Vec<_> = numbers.all.iter().map(|n| n.digits.as_str()).collect();
            assert_eq!(read, digits, "{text}");
        }
    }

    #[test]
    fn ordinals_are_read_in_words_and_in_digits() {
        for (text, value) in [
            ("3rd", 3),
            ("twenty-second", 22),
            ("thirty first", 31),
            ("fifth", 5),
        ] {
            assert_eq!(ordinal(&Tokens::new(text), 0).map(|(v, _)| v), Some(value));
        }
        assert_eq!(ordinal(&Tokens::new("3 rd"), 0), None);
    }
}
