//! Dates, and which of them is a birth's.

mod birth;
mod parts;

use super::{
    Scan,
    cues::{self, Cue},
    numbers::ordinal,
    runs,
};
use crate::redact::Kind;
use birth::{has_birth_before, is_birth, is_long_ago, late_year};
pub(super) use parts::month;
use parts::{corrected, day, is_apostrophe, month_named, year, year_of_two};

/// A date, by what it has.
struct Date {
    end: usize,
    /// The year, where it has one.
    year: Option<u32>,
    /// Whether it says the day.
    has_day: bool,
    /// A month in letters, or the year with two marks: it can be nothing else.
    is_sure: bool,
}

pub(super) fn find(scan: &mut Scan<'_>) {
    let mut at = 0;
    while at < scan.tokens.len() {
        let may_begin = scan.numbers.from(at).is_some()
            || ordinal(&scan.tokens, at).is_some()
            || month(scan, at).is_some();
        if !may_begin {
            at += 1;
            continue;
        }
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
        if is_birth(scan, at, &date) || is_long_ago(scan, at, &date) {
            scan.take(with_article(scan, at)..end, Kind::DateOfBirth);
            if date.year.is_none()
                && let Some(year) = late_year(scan, end)
            {
                scan.take(year, Kind::DateOfBirth);
            }
        } else if matches!(scan.cue_before(at, 3), Some((Cue::Expiry, _)))
            && runs::mentions_card(scan, at)
        {
            scan.take(at..end, Kind::Card);
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
            let is_soft = (cues::is_filler(low)
                && !matches!(low, "on" | "is" | "it" | "that" | "so" | "then" | "and"))
                || matches!(low, "," | "…" | "of" | "the" | "in");
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
        .or_else(|| year_first(scan, at, gap))
        .or_else(|| month_first(scan, at, gap))
        .or_else(|| day_first(scan, at, gap))
}

/// "3/14/1981", "1981-03-14", "14.3.81", and "3/14" without a year.
fn numeric(scan: &Scan<'_>, at: usize) -> Option<Date> {
    let tokens = &scan.tokens;
    let mark = tokens.low(at + 1);
    let glued = |place: usize| !tokens.has_space(place);
    let is_pair = tokens.is_digits(at)
        && matches!(mark, "/" | "-" | "." | "–")
        && glued(at + 1)
        && glued(at + 2)
        && tokens.is_digits(at + 2);
    if !is_pair || (at > 0 && glued(at) && matches!(tokens.low(at - 1), "/" | "-" | ".")) {
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
            year: None,
            has_day: true,
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
    let year = if year_first {
        part(at)?
    } else {
        whole_year(part(at + 4)?)
    };
    (!goes_on && (year_last || year_first)).then_some(Date {
        end: at + 5,
        year: Some(year),
        has_day: true,
        is_sure: true,
    })
}

/// "81" is 1981, "12" is 2012.
const fn whole_year(year: u32) -> u32 {
    match year {
        0..=30 => 2000 + year,
        31..=99 => 1900 + year,
        _ => year,
    }
}

fn fits_day(one: u32, other: u32) -> bool {
    (1..=31).contains(&one) && (1..=31).contains(&other) && one.min(other) <= 12
}

/// "March 3rd, 1981", "march the third nineteen eighty one", "March 1981", "March of 1979, the 30th"
fn month_first(scan: &Scan<'_>, at: usize, gap: Gap) -> Option<Date> {
    let (is_sure, start) = month(scan, at)?;
    let mut next = gap.after(scan, start);
    let mut end = None;
    let is_month = month_named(scan.tokens.low(at));
    if let Some((_, after)) = day(scan, next).filter(|_| is_month && year(scan, next).is_none()) {
        let after = corrected(scan, after);
        end = Some(after);
        next = gap.after(scan, after);
    }
    let mut has_day = end.is_some();
    let found = year(scan, next).or_else(|| {
        year_of_two(scan, next).filter(|_| has_day || is_apostrophe(scan.tokens.low(next)))
    });
    if let Some((_, after)) = found {
        end = Some(after);
        let late = gap.after(scan, after);
        if let Some((_, after)) = ordinal(&scan.tokens, late).filter(|_| !has_day && late > after) {
            end = Some(after);
            has_day = true;
        }
    }
    let end = end?;
    // "may one" and "march three" are words of a sentence more often.
    let has_ordinal = (start..end).any(|at| ordinal(&scan.tokens, at).is_some());
    Some(Date {
        end,
        year: found.map(|(year, _)| year),
        has_day,
        is_sure: is_sure || has_ordinal || found.is_some(),
    })
}

/// "the third of March 1981", "14 March", "3rd of the 4th, eighty-one"
fn day_first(scan: &Scan<'_>, at: usize, gap: Gap) -> Option<Date> {
    let (_, after) = day(scan, at)?;
    let is_ordinal = ordinal(&scan.tokens, at).is_some();
    let next = gap.after(scan, after);
    // "I turned thirty in March"
    let has_in = (after..next).any(|at| {
        // "… nine four, April tenth"
        let is_apart = scan.tokens.low(at) == "," && !is_ordinal;
        scan.tokens.low(at) == "in" || is_apart
    });
    let named = month(scan, next).filter(|_| !has_in);
    let mut end = if let Some((_, end)) = named {
        end
    } else {
        // Only among ordinals: "third of the fourth".
        let is_of = (after..next).any(|at| scan.tokens.low(at) == "of");
        let (value, end) = ordinal(&scan.tokens, next).filter(|_| is_ordinal && is_of)?;
        (value <= 12).then_some(end)?
    };
    let next = gap.after(scan, end);
    let found = year(scan, next).or_else(|| year_of_two(scan, next));
    if let Some((_, after)) = found {
        end = after;
    } else if scan.tokens.phrase(end, "this year").is_some() {
        end += 2;
    }
    Some(Date {
        end,
        year: found.map(|(year, _)| year),
        has_day: true,
        is_sure: named.is_some_and(|(sure, _)| sure || is_ordinal),
    })
}

/// "nineteen forty-nine, January the second", "1993, the sixth month, the eleventh day"
fn year_first(scan: &Scan<'_>, at: usize, gap: Gap) -> Option<Date> {
    let (value, after) = year(scan, at)?;
    let next = gap.after(scan, after);
    let parts = || {
        let (_, month) = ordinal(&scan.tokens, next)?;
        let day = gap.after(scan, month + 1);
        let (_, end) = ordinal(&scan.tokens, day)?;
        let is_said = scan.tokens.low(month) == "month" && scan.tokens.low(end) == "day";
        is_said.then_some(end + 1)
    };
    let end = parts().or_else(|| {
        month_first(scan, next, gap)
            .filter(|date| next > after && date.has_day && date.year.is_none())
            .map(|date| date.end)
    })?;
    Some(Date {
        end,
        year: Some(value),
        has_day: true,
        is_sure: true,
    })
}

/// From "on the" or "the" before it.
fn with_article(scan: &Scan<'_>, start: usize) -> usize {
    let mut at = start;
    let weekday =
        at.checked_sub(1 + usize::from(matches!(scan.tokens.low_before(at), "the" | ",")));
    let days = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    if let Some(day) =
        weekday.filter(|day| days.contains(&scan.tokens.low(*day)) && scan.is_free(*day..at))
    {
        return day;
    }
    for word in ["the", "on"] {
        if at > 0 && scan.tokens.low(at - 1) == word && scan.is_free(at - 1..at) {
            at -= 1;
        }
    }
    at
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
