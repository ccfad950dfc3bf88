//! A date of birth that is only numbers.

use std::ops::Range;

use compact_str::CompactString;

use super::row::Run;
use crate::redact::find::{
    Scan,
    cues::{self, Cue},
};

/// "Oh seven, twenty-two, seventy-nine", with which somebody answers.
pub(super) fn is_spoken_date(scan: &Scan<'_>, run: &Run, tokens: &Range<usize>) -> bool {
    let mut before = (0..tokens.start)
        .rev()
        .take_while(|at| !scan.tokens.ends_sentence(*at) && !scan.tokens.is_break(*at));
    let is_begin = before.all(|at| cues::is_filler(scan.tokens.low(at)) || scan.tokens.is_mark(at));
    let mut groups: Vec<CompactString> = Vec::new();
    for number in run
        .numbers
        .clone()
        .filter_map(|index| scan.numbers.get(index))
    {
        let has_mark = matches!(
            scan.tokens.low_before(number.tokens.start),
            "," | "-" | "/" | "slash" | "dash"
        );
        match groups.last_mut() {
            Some(last) if !has_mark => last.push_str(&number.digits),
            _ => groups.push(number.digits.clone()),
        }
    }
    let part = |index: usize| {
        groups
            .get(index)
            .and_then(|group| group.parse::<u32>().ok())
            .unwrap_or(99)
    };
    let (one, other) = (part(0), part(1));
    let has_year = groups
        .get(2)
        .is_some_and(|year| year.len() == 2 || (year.len() == 4 && matches!(part(2), 1900..=2030)));
    let is_old = part(2) > 30 && part(2) <= 2010;
    is_begin
        && groups.len() == 3
        && has_year
        && is_old
        && (1..=31).contains(&one)
        && (1..=31).contains(&other)
        && one.min(other) <= 12
}

/// "two six nineteen ninety four, that's when I was born": digits that are a day, and a birth behind them.
pub(super) fn is_birth(scan: &Scan<'_>, tokens: &Range<usize>, digits: &str) -> bool {
    if !(5..=8).contains(&digits.len()) || !is_day(digits) {
        return false;
    }
    let scanned = &scan.tokens;
    let is_over =
        |at: &usize| scanned.is_break(*at) || scanned.is_hidden(*at) || scanned.low(*at) == "but";
    let mut on = (tokens.end..scanned.len())
        .take(14)
        .take_while(|at| !is_over(at) && !scanned.ends_sentence(*at));
    on.any(|at| {
        // "…, born 3/4/81" is about what follows it.
        let next = scan.after_fillers(at + 1, 2);
        cues::at(scanned, at) == Some(Cue::Birth) && scan.numbers.from(next).is_none()
    })
}

/// Whether digits in a row are a month, a day and a year, in any order that is in use.
fn is_day(digits: &str) -> bool {
    let part = |range: Range<usize>| digits.get(range).and_then(|part| part.parse::<u32>().ok());
    let fits = |one: Option<u32>, other: Option<u32>| match (one, other) {
        (Some(one), Some(other)) => {
            (1..=31).contains(&one) && (1..=31).contains(&other) && one.min(other) <= 12
        }
        _ => false,
    };
    let count = digits.len();
    let is_year = |year: Option<u32>| year.is_some_and(|year| (1900..=2030).contains(&year));
    let year_first =
        is_year(part(0..4)) && (1..3).any(|month| fits(part(4..4 + month), part(4 + month..count)));
    // Two digits of a year are all of it only where month and day have two each.
    let year = if count == 6 && !is_year(part(2..6)) {
        4
    } else {
        count.saturating_sub(4)
    };
    let is_last = year == 4 && count == 6 || is_year(part(year..count));
    let year_last = is_last && (1..3).any(|first| fits(part(0..first), part(first..year)));
    year_first || year_last
}

#[cfg(test)]
mod tests {
    use super::is_day;

    #[test]
    fn digits_in_a_row_are_a_day_in_every_order() {
        for day in [
            "19730625", "02061994", "261994", "020694", "1251987", "31121999",
        ] {
            assert!(is_day(day), "{day}");
        }
        for other in ["99999999", "5550187", "000000", "45194", ""] {
            assert!(!is_day(other), "{other}");
        }
    }
}
