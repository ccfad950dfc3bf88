//! What is said before a number or behind it and belongs to it: letters, an area code, an extension.

use super::row::Run;
use crate::redact::find::{Scan, cues, guard};

/// The begin of a number with what is said before it and belongs to it: "area code", "plus", a letter.
pub(super) fn with_lead(scan: &Scan<'_>, start: usize) -> usize {
    let tokens = &scan.tokens;
    let Some(before) = start.checked_sub(1) else {
        return start;
    };
    let area = start
        .checked_sub(2)
        .filter(|at| tokens.phrase(*at, "area code").is_some());
    let is_sign = matches!(tokens.low(before), "plus" | "+");
    let is_letter = is_lead_letters(scan, before);
    match (area, spelled_letters(scan, start)) {
        (Some(first), _) | (None, Some(first)) => first,
        (None, None) if is_sign || is_letter => before,
        (None, None) => start,
    }
}

/// The end of a number with its extension.
pub(in crate::redact::find) fn with_extension(scan: &Scan<'_>, end: usize) -> usize {
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

/// Up to three capital letters that are no word and nothing clinical.
fn is_lead_letters(scan: &Scan<'_>, at: usize) -> bool {
    let low = scan.tokens.low(at);
    let is_word = low == "i" || cues::is_filler(low) || cues::at(&scan.tokens, at).is_some();
    scan.tokens.is_upper(at) && low.len() <= 3 && !is_word && !guard::is_instrument(low)
}

/// Letters that are said one by one before a number: "D N three three oh six". Gives the place of the first.
fn spelled_letters(scan: &Scan<'_>, start: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let is_dash = matches!(tokens.low_before(start), "dash" | "hyphen" | "-");
    let start = start.saturating_sub(usize::from(is_dash));
    let letters = (0..start)
        .rev()
        .take_while(|at| {
            tokens.is_letter(*at) && tokens.has_space(*at) && scan.is_free(*at..at + 1)
        })
        .take(4);
    let first = letters.last().filter(|first| first + 1 < start)?;
    let word: String = (first..start).map(|at| tokens.low(at)).collect();
    // "A C E" is a questionnaire; "I a" is a sentence that begins twice.
    let is_word = is_clinical(&word) || word.chars().all(|c| matches!(c, 'a' | 'i'));
    (!is_word).then_some(first)
}

/// "PA seven seven one four oh two": letters, and digits that are said one by one.
pub(super) fn is_lettered(scan: &Scan<'_>, run: &Run, start: usize, count: usize) -> bool {
    let Some(before) = start.checked_sub(1) else {
        return false;
    };
    // The "T" of "C P T" leads no number.
    let is_apart =
        !scan.tokens.is_letter(before) || !scan.tokens.is_letter(before.saturating_sub(1));
    let is_letters = count >= 5 && is_apart && is_lead_letters(scan, before);
    let is_spelled = count >= 4 && spelled_letters(scan, start).is_some();
    let mut numbers = run
        .numbers
        .clone()
        .filter_map(|index| scan.numbers.get(index));
    let is_upper = is_spelled && tokens_are_upper(scan, start);
    (is_letters || is_spelled)
        && numbers.all(|number| {
            number.is_spoken && number.digits.len() == 1
                || is_upper && !number.is_spoken && count >= 5
        })
}

/// "D N 33062": a written number needs capital letters before it.
fn tokens_are_upper(scan: &Scan<'_>, start: usize) -> bool {
    spelled_letters(scan, start)
        .is_some_and(|first| (first..start).all(|at| scan.tokens.is_upper(at)))
}

/// Letters that clinicians say before numbers.
fn is_clinical(word: &str) -> bool {
    guard::is_instrument(word)
        || matches!(
            word,
            "thc" | "cbd" | "lsd" | "mg" | "tsh" | "ssri" | "ptsd" | "adhd" | "ocd" | "ect" | "tms"
        )
}
