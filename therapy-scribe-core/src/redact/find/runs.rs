//! Rows of digits as they are dictated: grouped anyhow, with pauses, corrections and other people's "mhm" in between.

mod context;
mod lists;

use std::ops::Range;

use compact_str::CompactString;

use super::{
    KnownDigits, Scan,
    cues::{self, Cue},
    guard,
    numbers::Number,
};
use crate::redact::Kind;
pub(super) use context::mentions_card;
use context::{another, continued, is_cut_off, short};
use lists::{is_amount, is_exercise, is_list, is_spoken_date};

/// Numbers to call in need. They tell nobody.
const HOTLINES: [&str; 11] = [
    "911", "988", "999", "112", "211", "311", "411", "611", "811", "101", "111",
];

/// More are never one number.
const MOST_DIGITS: usize = 40;

/// Numbers that belong together, as indices of the text's numbers.
#[derive(Clone)]
struct Run {
    numbers: Range<usize>,
}

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

/// The begin of a number with what is said before it and belongs to it: "area code", "plus", a letter.
fn with_lead(scan: &Scan<'_>, start: usize) -> usize {
    let tokens = &scan.tokens;
    let Some(before) = start.checked_sub(1) else {
        return start;
    };
    let area = start
        .checked_sub(2)
        .filter(|at| tokens.phrase(*at, "area code").is_some());
    let is_sign = matches!(tokens.low(before), "plus" | "+");
    let is_letter = is_lead_letters(scan, before);
    match area {
        Some(area) => area,
        None if is_sign || is_letter => before,
        None => start,
    }
}

/// The end of a number with its extension.
pub(super) fn with_extension(scan: &Scan<'_>, end: usize) -> usize {
    let tokens = &scan.tokens;
    let at = scan.after_fillers(end, 3);
    if !matches!(tokens.low(at), "extension" | "ext" | "x") {
        return end;
    }
    let mut next = at + 1;
    while matches!(tokens.low(next), "." | "number" | "#" | "is" | ":" | ",") {
        next += 1;
    }
    let (mut last, mut digits) = (end, 0);
    while let Some(number) = scan.numbers.from(next) {
        digits += number.digits.len();
        if digits > 6 {
            break;
        }
        last = number.tokens.end;
        next = last + usize::from(matches!(tokens.low(last), "-" | ","));
    }
    last
}

/// The runs of all numbers that nobody has taken.
fn runs(scan: &Scan<'_>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for index in 0..scan.numbers.len() {
        let Some(number) = scan.numbers.get(index) else {
            continue;
        };
        if !scan.is_free(number.tokens.clone()) || is_glued(scan, number) {
            continue;
        }
        match runs.last_mut() {
            Some(run) if run.numbers.end == index && joins(scan, index) => {
                run.numbers.end = index + 1;
            }
            _ => runs.push(Run {
                numbers: index..index + 1,
            }),
        }
    }
    runs
}

/// Part of something like "B12" or "4th".
fn is_glued(scan: &Scan<'_>, number: &Number) -> bool {
    let tokens = &scan.tokens;
    let (start, end) = (number.tokens.start, number.tokens.end);
    let after = tokens.is_word(end) && !tokens.has_space(end) && tokens.low(end) != "x";
    (start > 0 && tokens.is_word(start - 1) && !tokens.has_space(start))
        || (!number.is_spoken && after)
}

/// Whether a number goes on with what the one before it began.
fn joins(scan: &Scan<'_>, index: usize) -> bool {
    let (Some(one), Some(other)) = (
        index.checked_sub(1).and_then(|i| scan.numbers.get(i)),
        scan.numbers.get(index),
    ) else {
        return false;
    };
    let gap = one.tokens.end..other.tokens.start;
    let (mut words, mut breaks, mut ends) = (0, 0, 0);
    let mut at = gap.start;
    while at < gap.end {
        let low = scan.tokens.low(at);
        if scan.tokens.is_hidden(at) || scan.claimed.get(at) == Some(&true) {
            return false;
        }
        if scan.tokens.is_break(at) {
            breaks += 1;
            // Who speaks, at a line's begin.
            if let Some(label) = label(scan, at + 1) {
                at = label;
                continue;
            }
        } else if scan.tokens.is_mark(at) {
            if matches!(low, "$" | "£" | "€" | "%" | "@" | "=" | ";" | "&" | "*") {
                return false;
            }
            ends += usize::from(scan.tokens.ends_sentence(at));
        } else if cues::is_spoken_mark(low)
            || matches!(low, "area" | "extension" | "ext" | "x")
            || (low == "code" && scan.tokens.low_before(at) == "area")
        {
        } else if low == "i"
            && !matches!(
                scan.tokens.low(at + 1),
                "think" | "mean" | "guess" | "believe"
            )
        {
            return false;
        } else if cues::is_filler(low) {
            words += 1;
        } else {
            return false;
        }
        at += 1;
    }
    let is_short = |number: &Number| number.digits.len() <= 4;
    let is_apart = ends > 0 || breaks > 0;
    words <= 8 && breaks <= 3 && ends <= 3 && (!is_apart || (is_short(one) && is_short(other)))
}

/// The end of "Therapist:" or "Speaker A:" at a line's begin.
fn label(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let words = (at..at + 3).take_while(|i| scan.tokens.is_word(*i)).count();
    (words > 0 && scan.tokens.low(at + words) == ":").then_some(at + words + 1)
}

/// Without an "oh" that is a sigh.
fn trimmed(scan: &Scan<'_>, run: Run) -> Run {
    let mut numbers = run.numbers;
    let is_oh = |index: usize| {
        let number = scan.numbers.get(index)?;
        matches!(scan.tokens.low(number.tokens.start), "oh" | "o").then_some(number.tokens.clone())
    };
    if let Some(tokens) = is_oh(numbers.start)
        && scan.tokens.low(tokens.end) == ","
        && matches!(digits_of(scan, &numbers).len(), 8 | 10 | 11)
        && (numbers.start + 1..numbers.end)
            .filter_map(|i| scan.numbers.get(i))
            .any(|number| number.digits.len() > 1)
    {
        numbers.start += 1;
    }
    if numbers.len() > 1
        && let Some(tokens) = numbers.end.checked_sub(1).and_then(is_oh)
        && tokens.start > 0
        && scan.tokens.ends_sentence(tokens.start - 1)
    {
        numbers.end -= 1;
    }
    Run { numbers }
}

fn tokens_of(scan: &Scan<'_>, numbers: &Range<usize>) -> Range<usize> {
    let first = scan.numbers.get(numbers.start);
    let last = numbers
        .end
        .checked_sub(1)
        .and_then(|last| scan.numbers.get(last));
    match (first, last) {
        (Some(first), Some(last)) => first.tokens.start..last.tokens.end,
        _ => 0..0,
    }
}

fn digits_of(scan: &Scan<'_>, numbers: &Range<usize>) -> CompactString {
    let numbers = numbers.clone().filter_map(|index| scan.numbers.get(index));
    let mut digits = CompactString::default();
    for number in numbers {
        digits.push_str(&number.digits);
    }
    digits
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
    if is_spoken_date(scan, run, tokens) {
        return Some(Kind::DateOfBirth);
    }
    if count >= 5 && is_lettered(scan, run, tokens.start) {
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

/// Up to three capital letters that are no word and nothing clinical.
fn is_lead_letters(scan: &Scan<'_>, at: usize) -> bool {
    let low = scan.tokens.low(at);
    let is_word = low == "i" || cues::is_filler(low) || cues::at(&scan.tokens, at).is_some();
    scan.tokens.is_upper(at) && low.len() <= 3 && !is_word && !guard::is_instrument(low)
}

/// "PA seven seven one four oh two": letters, and digits that are said one by one.
fn is_lettered(scan: &Scan<'_>, run: &Run, start: usize) -> bool {
    let Some(before) = start.checked_sub(1) else {
        return false;
    };
    let is_letters = is_lead_letters(scan, before);
    let mut numbers = run
        .numbers
        .clone()
        .filter_map(|index| scan.numbers.get(index));
    is_letters && numbers.all(|number| number.is_spoken && number.digits.len() == 1)
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
