//! Numbers that follow one another, and what may stand between them.

use std::ops::Range;

use compact_str::CompactString;

use crate::redact::find::{Scan, cues, numbers::Number};

/// Numbers that belong together, as indices of the text's numbers.
#[derive(Clone)]
pub(super) struct Run {
    pub(super) numbers: Range<usize>,
}

/// The runs of all numbers that nobody has taken.
pub(super) fn runs(scan: &Scan<'_>) -> Vec<Run> {
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
pub(super) fn trimmed(scan: &Scan<'_>, run: Run) -> Run {
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

pub(super) fn tokens_of(scan: &Scan<'_>, numbers: &Range<usize>) -> Range<usize> {
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

pub(super) fn digits_of(scan: &Scan<'_>, numbers: &Range<usize>) -> CompactString {
    let numbers = numbers.clone().filter_map(|index| scan.numbers.get(index));
    let mut digits = CompactString::default();
    for number in numbers {
        digits.push_str(&number.digits);
    }
    digits
}
