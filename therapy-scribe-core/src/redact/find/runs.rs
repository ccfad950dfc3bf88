//! Rows of digits as they are dictated: grouped anyhow, with pauses, corrections and other people's "mhm" in between.

mod birth;
mod context;
mod lead;
mod lists;
mod row;

use std::ops::Range;

use compact_str::CompactString;

use super::{KnownDigits, Scan, cues::Cue};
use crate::redact::Kind;
use birth::{is_birth, is_spoken_date};
pub(super) use context::mentions_card;
use context::{another, continued, is_cut_off, last_four_of, short};
pub(super) use lead::with_extension;
use lead::{is_lettered, with_lead};
use lists::{is_amount, is_exercise, is_list};
use row::{Run, digits_of, runs, tokens_of, trimmed};

/// Numbers to call in need. They tell nobody.
const HOTLINES: [&str; 11] = [
    "911", "988", "999", "112", "211", "311", "411", "611", "811", "101", "111",
];

/// More are never one number.
const MOST_DIGITS: usize = 40;

/// Digits that are known to be somebody's, wherever they come again.
pub(super) fn find_known(scan: &mut Scan<'_>, known: &KnownDigits) {
    if known.is_empty() {
        return;
    }
    for run in runs(scan) {
        let mut first = run.numbers.start;
        while first < run.numbers.end {
            let mut digits = CompactString::default();
            let mut hit = None;
            for index in first..run.numbers.end {
                let Some(number) = scan.numbers.get(index) else {
                    break;
                };
                digits.push_str(&number.digits);
                if digits.len() > MOST_DIGITS {
                    break;
                }
                if let Some(kind) = known.get(&digits) {
                    hit = Some((index + 1, *kind));
                }
            }
            if let Some((end, kind)) = hit {
                scan.take(tokens_of(scan, &(first..end)), kind);
            }
            first = hit.map_or(first + 1, |(end, _)| end);
        }
    }
}

pub(super) fn find(scan: &mut Scan<'_>) {
    for run in runs(scan) {
        let run = trimmed(scan, run);
        let mut tokens = tokens_of(scan, &run.numbers);
        if let Some(kind) = kind(scan, &run, &tokens) {
            if kind == Kind::Phone {
                tokens.end = with_extension(scan, tokens.end);
            }
            tokens.start = with_lead(scan, tokens.start);
            scan.take(tokens, kind);
        }
    }
}

fn kind(scan: &Scan<'_>, run: &Run, tokens: &Range<usize>) -> Option<Kind> {
    let digits = digits_of(scan, &run.numbers);
    let count = digits.len();
    if count < 2 || HOTLINES.contains(&digits.as_str()) {
        return None;
    }
    if let Some(kind) = continued(scan, run, tokens, count) {
        return Some(kind);
    }
    if let Some(kind) = another(scan, tokens.start, count) {
        return Some(kind);
    }
    let before = scan.cue_before(tokens.start, 12);
    let near = |most: usize| before.filter(|(_, far)| *far <= most).map(|(cue, _)| cue);
    if let Some(kind) = short(scan, tokens, &digits, near(8), is_digitwise(scan, run)) {
        return Some(kind);
    }
    if is_spoken_date(scan, run, tokens) || is_birth(scan, tokens, &digits) {
        return Some(Kind::DateOfBirth);
    }
    if let Some(kind) = last_four_of(scan, tokens.end, count) {
        return Some(kind);
    }
    if is_lettered(scan, run, tokens.start, count) {
        return Some(Kind::Record);
    }
    if count < 7 {
        let is_partial =
            matches!(near(5), Some(Cue::Phone | Cue::Number)) && is_cut_off(scan, run, tokens);
        return (is_partial && count >= 3).then_some(Kind::Phone);
    }
    if is_amount(scan, run) {
        return None;
    }
    let all = || {
        run.numbers
            .clone()
            .filter_map(|index| scan.numbers.get(index))
    };
    // "99214 plus 90836": codes.
    let has_codes = run.numbers.len() > 1
        && all().all(|number| !number.is_spoken && matches!(number.digits.len(), 5 | 6));
    // "fifty fifty", "fourteen hundred, twenty two hundred": not dictated.
    let is_round = all().all(|number| number.digits.len() == 2 && number.is_spoken)
        || all().all(|number| number.digits.ends_with("00"));
    let cue = near(8).or_else(|| scan.cue_after(tokens.end, 6));
    if is_card(&digits) && (count >= 15 || matches!(cue, Some(Cue::Card | Cue::Number))) {
        return Some(Kind::Card);
    }
    let is_list = is_list(scan, run) || is_exercise(scan, tokens.start);
    match cue {
        Some(Cue::Ssn) if count <= 12 => Some(Kind::Ssn),
        Some(Cue::Card | Cue::CardCode | Cue::Expiry) if count >= 12 => Some(Kind::Card),
        Some(Cue::Phone) if count <= 16 => Some(Kind::Phone),
        _ if is_list || is_round || has_codes => None,
        Some(Cue::Record) => Some(Kind::Record),
        Some(Cue::Number) if count <= 16 => Some(Kind::Phone),
        _ => by_length(&digits),
    }
}

/// What so many digits are where nothing else is said.
fn by_length(digits: &str) -> Option<Kind> {
    match digits.len() {
        9 => Some(Kind::Ssn),
        7..=12 => Some(Kind::Phone),
        13..=19 if is_card(digits) => Some(Kind::Card),
        5.. => Some(Kind::Record),
        _ => None,
    }
}

/// Said digit by digit, or in groups of three and more.
fn is_digitwise(scan: &Scan<'_>, run: &Run) -> bool {
    let mut numbers = run
        .numbers
        .clone()
        .filter_map(|index| scan.numbers.get(index));
    numbers.all(|number| number.digits.len() != 2 || number.is_spoken)
}

/// A payment card's number: thirteen to nineteen digits of which the last checks the others.
pub(super) fn is_card(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, byte)| {
            let digit = u32::from(byte.wrapping_sub(b'0'));
            match (index % 2, digit * 2) {
                (0, _) => digit,
                (_, double) if double > 9 => double - 9,
                (_, double) => double,
            }
        })
        .sum();
    (13..=19).contains(&digits.len())
        && sum.is_multiple_of(10)
        && digits.bytes().any(|byte| byte != b'0')
}

#[cfg(test)]
mod tests {
    use super::is_card;

    #[test]
    fn the_check_digit_of_a_card_is_checked() {
        assert!(is_card("4111111111111111") && is_card("378282246310005"));
        assert!(!is_card("4111111111111112") && !is_card("0000000000000000") && !is_card("42"));
    }
}
