//! Dates, and which of them is a birth's.

use super::{
    Scan,
    cues::{self, Cue},
    numbers::ordinal,
};
use crate::redact::Kind;

/// A date, by what it has.
struct Date {
    end: usize,
    /// A month in letters, or the year with two marks: it can be nothing else.
    is_sure: bool,
}

pub(super) fn find(scan: &mut Scan<'_>) {
    let mut at = 0;
    while at < scan.tokens.len() {
        // Where a birth is spoken of, others may break in.
        let gap = if has_birth_before(scan, at) {
            Gap::Talk
        } else {
            Gap::Pause
        };
        let Some(date) = read(scan, at, gap).filter(|date| scan.is_free(at..date.end)) else {
            at += 1;
            continue;
        };
        let end = date.end;
        if is_birth(scan, at, end) || is_answer(scan, at, end) {
            scan.take(with_article(scan, at)..end, Kind::DateOfBirth);
        } else if date.is_sure {
            scan.take(at..end, Kind::Date);
        } else {
            at += 1;
            continue;
        }
        at = end;
    }
    ages(scan);
}

/// What may stand between the parts of a date.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    Pause,
    /// Ends of sentences and lines too.
    Talk,
}

impl Gap {
    /// The place after it.
    fn after(self, scan: &Scan<'_>, at: usize) -> usize {
        let mut end = at;
        while end < at + 7 {
            let low = scan.tokens.low(end);
            let is_soft = cues::is_filler(low) || matches!(low, "," | "…" | "of" | "the" | "in");
            let is_talk = self == Self::Talk && matches!(low, "." | "?" | "\n");
            if !is_soft && !is_talk {
                break;
            }
            end += 1;
        }
        end
    }
}

fn read(scan: &Scan<'_>, at: usize, gap: Gap) -> Option<Date> {
    // "LTC-40918-22, May" holds no date.
    let is_inside = at > 0
        && !scan.tokens.has_space(at)
        && matches!(scan.tokens.low(at - 1), "-" | "/" | "." | "#");
    if is_inside {
        return None;
    }
    numeric(scan, at)
        .or_else(|| month_first(scan, at, gap))
        .or_else(|| day_first(scan, at, gap))
}

/// "3/14/1981", "1981-03-14", "14.3.81", and "3/14" without a year.
fn numeric(scan: &Scan<'_>, at: usize) -> Option<Date> {
    let tokens = &scan.tokens;
    let mark = tokens.low(at + 1);
    let glued = |place: usize| !tokens.has_space(place);
    if !tokens.is_digits(at)
        || !matches!(mark, "/" | "-" | "." | "–")
        || !(glued(at + 1) && glued(at + 2) && tokens.is_digits(at + 2))
        || (at > 0 && glued(at) && matches!(tokens.low(at - 1), "/" | "-" | "."))
    {
        return None;
    }
    let part = |place: usize| tokens.low(place).parse::<u32>().ok();
    let short = |place: usize| tokens.low(place).len() <= 2;
    let has_third =
        tokens.low(at + 3) == mark && glued(at + 3) && glued(at + 4) && tokens.is_digits(at + 4);
    if !has_third {
        let fits = short(at) && short(at + 2) && fits_day(part(at)?, part(at + 2)?);
        return (fits && mark == "/").then_some(Date {
            end: at + 3,
            is_sure: false,
        });
    }
    let goes_on = tokens.low(at + 5) == mark && glued(at + 5) && tokens.is_digits(at + 6);
    let year_last = short(at)
        && short(at + 2)
        && matches!(tokens.low(at + 4).len(), 2 | 4)
        && fits_day(part(at)?, part(at + 2)?);
    let year_first = tokens.low(at).len() == 4
        && short(at + 2)
        && short(at + 4)
        && fits_day(part(at + 2)?, part(at + 4)?);
    (!goes_on && (year_last || year_first)).then_some(Date {
        end: at + 5,
        is_sure: true,
    })
}

fn fits_day(one: u32, other: u32) -> bool {
    (1..=31).contains(&one) && (1..=31).contains(&other) && one.min(other) <= 12
}

/// "March 3rd, 1981", "march the third nineteen eighty one", "March 1981"
fn month_first(scan: &Scan<'_>, at: usize, gap: Gap) -> Option<Date> {
    let is_sure = month(scan, at)?;
    let start = at + 1 + usize::from(scan.tokens.low(at + 1) == ".");
    let mut next = gap.after(scan, start);
    let mut end = None;
    if let Some((_, after)) = day(scan, next).filter(|_| year(scan, next).is_none()) {
        let after = corrected(scan, after);
        end = Some(after);
        next = gap.after(scan, after);
    }
    if let Some(after) = year(scan, next) {
        end = Some(after);
    } else if end.is_some()
        && let Some(after) = year_of_two(scan, next)
    {
        end = Some(after);
    }
    let end = end?;
    // "may one" and "march three" are words of a sentence more often.
    let has_ordinal = (start..end).any(|at| ordinal(&scan.tokens, at).is_some());
    let last = scan.numbers.holding(end - 1);
    let has_year = last.is_some_and(|number| number.digits.len() != 1) && end > at + 2;
    Some(Date {
        end,
        is_sure: is_sure || has_ordinal || has_year,
    })
}

/// "the third of March 1981", "14 March", "3rd of the 4th, eighty-one"
fn day_first(scan: &Scan<'_>, at: usize, gap: Gap) -> Option<Date> {
    let (_, after) = day(scan, at)?;
    let is_ordinal = ordinal(&scan.tokens, at).is_some();
    let next = gap.after(scan, after);
    let named = month(scan, next);
    let mut end = if named.is_some() {
        next + 1
            + usize::from(scan.tokens.low(next + 1) == "." && scan.numbers.from(next + 2).is_some())
    } else {
        // Only among ordinals: "third of the fourth".
        let is_of = (after..next).any(|at| scan.tokens.low(at) == "of");
        let (value, end) = ordinal(&scan.tokens, next).filter(|_| is_ordinal && is_of)?;
        (value <= 12).then_some(end)?
    };
    let next = gap.after(scan, end);
    if let Some(after) = year(scan, next).or_else(|| year_of_two(scan, next)) {
        end = after;
    } else if scan.tokens.phrase(end, "this year").is_some() {
        end += 2;
    }
    Some(Date {
        end,
        is_sure: named.is_some_and(|sure| sure || is_ordinal),
    })
}

/// Whether a month stands here; `true` where its word means nothing else.
fn month(scan: &Scan<'_>, at: usize) -> Option<bool> {
    Some(match scan.tokens.low(at) {
        "january" | "february" | "april" | "june" | "july" | "august" | "september" | "october"
        | "november" | "december" | "feb" | "apr" | "aug" | "sept" | "oct" | "nov" => true,
        "march" | "may" | "mar" | "jan" | "jun" | "jul" | "sep" | "dec" => {
            scan.tokens.is_capital(at)
        }
        _ => return None,
    })
}

fn day(scan: &Scan<'_>, at: usize) -> Option<(u32, usize)> {
    if let Some((value, end)) = ordinal(&scan.tokens, at) {
        return (1..=31).contains(&value).then_some((value, end));
    }
    let number = scan.numbers.from(at)?;
    let value = number.value().filter(|value| (1..=31).contains(value))?;
    Some((value, number.tokens.end))
}

/// "third, no, sorry, fourth"
fn corrected(scan: &Scan<'_>, end: usize) -> usize {
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
fn year(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let first = scan.numbers.from(at)?;
    if first.digits.len() == 4
        && first
            .value()
            .is_some_and(|year| (1880..2100).contains(&year))
    {
        return Some(first.tokens.end);
    }
    if !matches!(first.digits.as_str(), "18" | "19" | "20") {
        return None;
    }
    let hyphen = usize::from(scan.tokens.low(first.tokens.end) == "-");
    let second = scan
        .numbers
        .from(first.tokens.end + hyphen)
        .filter(|number| number.is_spoken || first.is_spoken)?;
    match second.digits.len() {
        2 => Some(second.tokens.end),
        1 if second.digits == "0" => {
            let third = scan.numbers.from(second.tokens.end)?;
            (third.digits.len() == 1).then_some(third.tokens.end)
        }
        _ => None,
    }
}

/// "81", "'81", "eighty-one", "oh five"
fn year_of_two(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let at = at + usize::from(matches!(scan.tokens.low(at), "'" | "’" | "‘"));
    let number = scan.numbers.from(at)?;
    if number.digits.len() == 2 {
        return Some(number.tokens.end);
    }
    let next = scan.numbers.from(number.tokens.end)?;
    (number.digits == "0" && next.digits.len() == 1).then_some(next.tokens.end)
}

/// Whether a birth is spoken of just before or after.
fn is_birth(scan: &Scan<'_>, start: usize, end: usize) -> bool {
    if has_birth_before(scan, start) {
        return true;
    }
    // "turned forty on March third"
    let turned = (0..start)
        .rev()
        .take(8)
        .take_while(|at| !scan.tokens.ends_sentence(*at));
    let has_turned = turned
        .filter(|at| {
            matches!(
                scan.tokens.low(*at),
                "turned" | "turns" | "turning" | "turn"
            )
        })
        .any(|at| scan.numbers.from(at + 1).is_some());
    has_turned || scan.cue_after(end, 12) == Some(Cue::Birth) || gives_age(scan, end)
}

fn has_birth_before(scan: &Scan<'_>, start: usize) -> bool {
    // Half of it was found before.
    let near = (0..start).rev().take(6).find(|at| {
        let low = scan.tokens.low(*at);
        scan.tokens.is_word(*at)
            && !cues::is_filler(low)
            && !matches!(low, "the" | "of" | "month" | "on" | "in")
            || scan.tokens.is_hidden(*at)
    });
    let near = near.filter(|at| scan.tokens.is_hidden(*at));
    let is_hidden = near.is_some_and(|at| {
        let hidden = scan.tokens.text.get(scan.tokens.bytes(&(at..at + 1)));
        hidden.is_some_and(|hidden| hidden.contains(Kind::DateOfBirth.label()))
    });
    let cue = scan.cue_before(start, 14);
    let is_cue =
        matches!(cue, Some((Cue::Birth, far)) if far <= 3 || !has_other_event(scan, start, far));
    // "has me down as 5/5/85", "verify me: 5/5/85"
    let is_listed = scan.numbers.holding(start).is_some()
        && (0..start).rev().take(12).any(|at| {
            matches!(scan.tokens.low(at), "verify" | "verification")
                || ["has me as", "have me as", "has me down", "have me down"]
                    .iter()
                    .any(|phrase| scan.tokens.phrase(at, phrase).is_some())
        });
    is_hidden || is_cue || is_listed
}

/// "… I'm twenty-three"
fn gives_age(scan: &Scan<'_>, end: usize) -> bool {
    let next = scan.after_fillers(end, 3);
    let next = next + usize::from(matches!(scan.tokens.low(next), "."));
    matches!(scan.tokens.low(next), "i'm" | "she's" | "he's")
        && scan
            .numbers
            .from(next + 1)
            .is_some_and(|number| number.digits.len() < 3)
}

/// A whole date of years ago with which somebody begins: an answer to the question that one begins with.
fn is_answer(scan: &Scan<'_>, start: usize, end: usize) -> bool {
    let is_begin = (0..start)
        .rev()
        .take_while(|at| !scan.tokens.ends_sentence(*at) && !scan.tokens.is_break(*at))
        .all(|at| {
            let low = scan.tokens.low(at);
            cues::is_filler(low)
                || matches!(
                    low,
                    "," | "the" | "…" | ":" | "my" | "mine" | "mine's" | "his" | "hers"
                )
        });
    let numbers: Vec<_> = (start..end)
        .filter_map(|at| scan.numbers.from(at))
        .collect();
    let last = numbers.last().map_or("", |number| number.digits.as_str());
    let before = numbers
        .iter()
        .rev()
        .nth(1)
        .map_or("", |number| number.digits.as_str());
    let year = match (last.len(), before) {
        (4, _) => last.parse().ok(),
        (2, "19" | "20") if numbers.iter().any(|number| number.is_spoken) => {
            format!("{before}{last}").parse().ok()
        }
        (2, _) if numbers.len() > 2 => last
            .parse::<u32>()
            .ok()
            .map(|year| if year > 30 { 1900 + year } else { 2000 + year }),
        _ => None,
    };
    let has_day =
        numbers.len() + usize::from((start..end).any(|at| ordinal(&scan.tokens, at).is_some())) > 1;
    is_begin && has_day && year.is_some_and(|year| (1900..=2012).contains(&year))
}

/// From "on the" or "the" before it.
fn with_article(scan: &Scan<'_>, start: usize) -> usize {
    let mut at = start;
    for word in ["the", "on"] {
        if at > 0 && scan.tokens.low(at - 1) == word && scan.is_free(at - 1..at) {
            at -= 1;
        }
    }
    at
}

/// "I was born in Ohio and moved here in March 2019"
fn has_other_event(scan: &Scan<'_>, start: usize, words: usize) -> bool {
    (0..start).rev().take(words * 2).any(|at| {
        matches!(
            scan.tokens.low(at),
            "moved"
                | "started"
                | "began"
                | "married"
                | "died"
                | "left"
                | "graduated"
                | "met"
                | "divorced"
                | "diagnosed"
                | "appointment"
                | "since"
                | "until"
                | "increased"
                | "session"
                | "quit"
                | "hired"
        )
    })
}

/// Ages of ninety and more.
fn ages(scan: &mut Scan<'_>) {
    let mut found = Vec::new();
    for index in 0..scan.numbers.len() {
        let Some(number) = scan.numbers.get(index) else {
            continue;
        };
        if !number
            .value()
            .is_some_and(|value| (90..=120).contains(&value))
        {
            continue;
        }
        let (start, end) = (number.tokens.start, number.tokens.end);
        let after = end + usize::from(scan.tokens.low(end) == "-");
        let is_old = matches!(scan.tokens.low(after), "year" | "years" | "yo")
            && (after..after + 4).any(|at| matches!(scan.tokens.low(at), "old" | "yo"));
        let is_age = (0..start).rev().take(4).any(|at| {
            matches!(
                scan.tokens.low(at),
                "age" | "aged" | "turned" | "turning" | "turns"
            )
        });
        if is_old || is_age {
            found.push(start..end);
        }
    }
    for tokens in found {
        if scan.is_free(tokens.clone()) && !cues::is_filler(scan.tokens.low(tokens.start)) {
            let range = scan.tokens.bytes(&tokens);
            scan.found.push(super::Found {
                range,
                kind: Kind::Age,
                ending: 0,
            });
        }
    }
}
