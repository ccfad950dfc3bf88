//! Days, months and years.

use super::whole_year;
use crate::redact::find::{Scan, cues, guard, numbers::ordinal};

/// A day that has a name has no number.
pub(super) fn month_named(low: &str) -> bool {
    !matches!(
        low,
        "christmas" | "halloween" | "boxing" | "leap" | "valentine" | "new"
    )
}

/// Whether a month, or a day that has a name, stands here, and its end; `true` where the word means nothing else.
pub(in crate::redact::find) fn month(scan: &Scan<'_>, at: usize) -> Option<(bool, usize)> {
    let tokens = &scan.tokens;
    let is_sure = match tokens.low(at) {
        "january" | "february" | "april" | "june" | "july" | "august" | "september" | "october"
        | "november" | "december" | "feb" | "apr" | "aug" | "sept" | "oct" | "nov" => true,
        "march" | "may" | "mar" | "jan" | "jun" | "jul" | "sep" | "dec" => tokens.is_capital(at),
        _ => {
            let days = [
                "christmas eve",
                "christmas day",
                "christmas",
                "halloween",
                "boxing day",
                "leap day",
                "valentine's day",
                "new year's eve",
                "new year's day",
                "new years eve",
                "new years day",
            ];
            return days
                .iter()
                .find_map(|day| tokens.phrase(at, day))
                .map(|end| (false, end));
        }
    };
    let has_point = tokens.low(at + 1) == "."
        && tokens.low(at).len() < 5
        && (scan.numbers.from(at + 2).is_some() || ordinal(tokens, at + 2).is_some());
    Some((is_sure, at + 1 + usize::from(has_point)))
}

pub(super) fn day(scan: &Scan<'_>, at: usize) -> Option<(u32, usize)> {
    if let Some((value, end)) = ordinal(&scan.tokens, at) {
        return (1..=31).contains(&value).then_some((value, end));
    }
    let number = scan.numbers.from(at)?;
    let value = number.value().filter(|value| (1..=31).contains(value))?;
    Some((value, number.tokens.end))
}

/// "third, no, sorry, fourth"
pub(super) fn corrected(scan: &Scan<'_>, end: usize) -> usize {
    let next = scan.after_fillers(end, 6);
    let has_word = (end..next).any(|at| {
        matches!(
            scan.tokens.low(at),
            "no" | "sorry" | "wait" | "actually" | "mean"
        )
    });
    let next = next + usize::from(scan.tokens.low(next) == "the");
    match ordinal(&scan.tokens, next) {
        Some((_, end)) if has_word => end,
        _ => end,
    }
}

/// A year of four digits, written or said, and where it ends.
pub(super) fn year(scan: &Scan<'_>, at: usize) -> Option<(u32, usize)> {
    let first = scan.numbers.from(at)?;
    if let Some(year) = first
        .value()
        .filter(|year| first.digits.len() == 4 && (1880..2100).contains(year))
    {
        return Some((year, first.tokens.end));
    }
    if !matches!(first.digits.as_str(), "18" | "19" | "20") {
        return None;
    }
    let century = first.value()? * 100;
    let end = first.tokens.end;
    let hyphen = usize::from(scan.tokens.low(end) == "-");
    // "nineteen, uh, eighty-two"
    let thought = (end..end + 4).find(|at| !cues::is_hesitation(scan.tokens.low(*at)));
    let second = thought
        .filter(|_| first.is_spoken && hyphen == 0)
        .unwrap_or(end + hyphen);
    let second = scan
        .numbers
        .from(second)
        .filter(|number| number.is_spoken || first.is_spoken)?;
    match second.digits.len() {
        2 => Some((century + second.value()?, second.tokens.end)),
        1 if second.digits == "0" => {
            let hyphen = usize::from(scan.tokens.low(second.tokens.end) == "-");
            let third = scan.numbers.from(second.tokens.end + hyphen)?;
            (third.digits.len() == 1).then_some((century + third.value()?, third.tokens.end))
        }
        _ => None,
    }
}

pub(super) fn is_apostrophe(low: &str) -> bool {
    matches!(low, "'" | "’" | "‘")
}

/// "81", "'81", "eighty-one", "oh five"
pub(super) fn year_of_two(scan: &Scan<'_>, at: usize) -> Option<(u32, usize)> {
    let at = at + usize::from(matches!(scan.tokens.low(at), "'" | "’" | "‘"));
    let number = scan.numbers.from(at)?;
    // "April tenth, 45 minutes"
    let is_counted = guard::is_unit(scan.tokens.low(number.tokens.end));
    if number.digits.len() == 2 && !is_counted {
        return Some((whole_year(number.value()?), number.tokens.end));
    }
    let next = scan.numbers.from(number.tokens.end)?;
    (number.digits == "0" && next.digits.len() == 1)
        .then_some((2000 + next.value()?, next.tokens.end))
}
