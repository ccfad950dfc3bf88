//! Where somebody lives: a number and a street, what follows them, boxes, and post codes.

mod housed;
mod named;
mod post;
mod tail;

use std::ops::Range;

use super::{
    Scan,
    cues::{self},
    numbers::ordinal,
    places::{self, Street},
};
use crate::redact::{
    Kind,
    words::{Words, words},
};
use housed::is_housed;
use named::{
    asked_name, bare_name, capital_street, corner, foreign, numbered, with_asked_number,
    without_number,
};
use post::{box_number, code_at, postcode, postcode_after, zip};
use tail::{flat, skip, tail};

pub(super) fn find(scan: &mut Scan<'_>) {
    let mut at = 0;
    while at < scan.tokens.len() {
        let code = |scan: &Scan<'_>| {
            let found = box_number(scan, at)
                .or_else(|| zip(scan, at))
                .or_else(|| postcode(scan, at));
            found.filter(|tokens| scan.is_free(tokens.clone()))
        };
        let found = street(scan, at).or_else(|| code(scan));
        match found {
            Some(tokens) => {
                at = tokens.end.max(at + 1);
                scan.take(tokens, Kind::Address);
            }
            None => at += 1,
        }
    }
}

/// A street, from its number to the country.
fn street(scan: &Scan<'_>, at: usize) -> Option<Range<usize>> {
    let named = house(scan, at)
        .and_then(|name| street_name(scan, name))
        .or_else(|| numbered(scan, at))
        .or_else(|| foreign(scan, at))
        .or_else(|| bare_name(scan, at))
        .or_else(|| asked_name(scan, at))
        .or_else(|| corner(scan, at))
        .or_else(|| without_number(scan, at))?;
    let start = with_correction(scan, with_unit_before(scan, at));
    let start = if house(scan, at).is_none() {
        with_asked_number(scan, start)
    } else {
        start
    };
    Some(start..tail(scan, named))
}

/// "three three three, um, no, three thirty five": the first try too.
fn with_correction(scan: &Scan<'_>, at: usize) -> usize {
    let tokens = &scan.tokens;
    let (mut start, mut is_corrected) = (at, false);
    for before in (0..at).rev().take(12) {
        let low = tokens.low(before);
        let is_number = scan
            .numbers
            .holding(before)
            .is_some_and(|number| scan.is_free(number.tokens.clone()));
        is_corrected |= matches!(low, "no" | "sorry" | "wait" | "actually" | "mean");
        if is_number && is_corrected {
            start = before;
        } else if !(cues::is_filler(low) || matches!(low, "," | "…" | "-" | "–" | "—")) {
            break;
        }
    }
    start
}

/// The number of a house, and where it ends: "123", "12B", "one twenty-three", "4 1/2".
fn house(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let first = scan.numbers.from(at)?;
    if !scan.is_free(at..at + 1)
        || (at > 0 && !tokens.has_space(at) && !matches!(tokens.low(at - 1), "(" | "#" | "-" | "/"))
    {
        return None;
    }
    // Its first number, not its second.
    let is_inside = at
        .checked_sub(1)
        .and_then(|before| scan.numbers.holding(before))
        .is_some_and(|before| {
            scan.is_free(before.tokens.clone()) && !(before.is_spoken ^ first.is_spoken)
        });
    if is_inside {
        return None;
    }
    let (mut end, mut digits) = (at, 0);
    for _ in 0..6 {
        let Some(number) = scan
            .numbers
            .from(end)
            .filter(|number| scan.is_free(number.tokens.clone()))
        else {
            break;
        };
        digits += number.digits.len();
        end = number.tokens.end;
        // "12 345 Elm Street" is a flat and a house; "12-14" is one house.
        let is_range =
            tokens.low(end) == "-" && !tokens.has_space(end) && tokens.is_digits(end + 1);
        end += usize::from(is_range);
    }
    if digits > 8 {
        return None;
    }
    if matches!(tokens.low(end), "bis" | "ter")
        && tokens.has_space(end + 1) | (tokens.low(end + 1) == ",")
    {
        return Some(end + 1);
    }
    let has_letter = tokens.is_letter(end)
        && (!tokens.has_space(end)
            || (tokens.is_upper(end) && !places::direction(tokens.low(end))));
    Some(end + usize::from(has_letter && tokens.low(end) != "i"))
}

/// The name of a street and its kind, after the number. Gives the end.
fn street_name(scan: &Scan<'_>, start: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let mut at = start;
    while at < start + 4 && cues::is_hesitation(tokens.low(at)) {
        at += 1;
    }
    let mut words = 0;
    let mut capitals = true;
    while words < 5 {
        let low = tokens.low(at);
        let kind = places::street(low).filter(|_| tokens.is_word(at));
        let is_last = words > 0 || matches!(low, "broadway");
        if let Some(kind) = kind.filter(|_| is_last) {
            let is_abbreviated_saint = low == "st" && words == 0;
            let after = street_name_goes_on(scan, at);
            if !is_abbreviated_saint && !after && is_street(scan, start, at, kind, capitals) {
                return Some(after_type(scan, at + 1));
            }
        }
        if let Some((_, end)) = ordinal(tokens, at) {
            at = end;
        } else if tokens.is_word(at) && (!places::is_no_name(low) || (words == 0 && low == "old")) {
            capitals &= tokens.is_capital(at) || places::direction(low);
            at += 1;
            at += usize::from(
                matches!(tokens.low(at), "." | "-")
                    && (places::direction(low) || low == "st" || tokens.low(at) == "-"),
            );
        } else if let Some(number) = scan
            .numbers
            .from(at)
            .filter(|number| words > 0 && !number.is_spoken)
        {
            // "4210 County Road 12" has no name behind the kind.
            at = number.tokens.end;
        } else {
            return None;
        }
        words += 1;
        at = after_spelling(scan, at);
    }
    None
}

/// The place after ", that's j u n i p e r,".
fn after_spelling(scan: &Scan<'_>, at: usize) -> usize {
    let tokens = &scan.tokens;
    let mut next = at;
    while matches!(tokens.low(next), "," | "that's" | "spelled" | "is" | "it's") {
        next += 1;
    }
    let start = next;
    while tokens.is_letter(next) || (next > start && matches!(tokens.low(next), "-" | ",")) {
        next += 1;
    }
    let letters = (start..next).filter(|i| tokens.is_letter(*i)).count();
    if letters > 2 { next } else { at }
}

/// "Park Avenue", "St. James Street": the word of a kind is part of the name.
fn street_name_goes_on(scan: &Scan<'_>, at: usize) -> bool {
    let next =
        at + 1 + usize::from(scan.tokens.low(at + 1) == "." && !scan.tokens.ends_sentence(at + 1));
    let is_kind = places::street(scan.tokens.low(next)).is_some();
    is_kind
        && scan.tokens.is_word(next)
        && scan.tokens.is_capital(next) == scan.tokens.is_capital(at)
}

/// Whether number, name and kind are a street together.
fn is_street(scan: &Scan<'_>, start: usize, at: usize, kind: Street, capitals: bool) -> bool {
    let is_capital = capitals && scan.tokens.is_capital(at);
    match kind {
        Street::Sure => {
            let is_bare = matches!(scan.tokens.low(at), "ave" | "rd" | "ln" | "blvd")
                || scan.tokens.low(at).len() > 3
                || is_capital
                || is_asked(scan, start);
            is_bare || scan.tokens.low(at + 1) == "."
        }
        Street::Maybe => {
            is_capital
                || is_asked(scan, start)
                || has_tail(scan, at + 1)
                || is_housed(scan, start, at)
        }
    }
}

/// Whether somebody speaks of an address just before.
fn is_asked(scan: &Scan<'_>, start: usize) -> bool {
    let before = (0..start).rev().take(12);
    let mut before = before.take_while(|at| !scan.tokens.ends_sentence(*at) || *at + 6 > start);
    before.any(|at| ASKED.contains(scan.tokens.low(at)))
}

fn has_tail(scan: &Scan<'_>, at: usize) -> bool {
    let end = tail(scan, at);
    end > at + 1
}

/// A direction, and the number of a route, after the kind.
fn after_type(scan: &Scan<'_>, at: usize) -> usize {
    let tokens = &scan.tokens;
    let mut end = at
        + usize::from(
            tokens.low(at) == "."
                && tokens.is_word(at + 1) | tokens.is_digits(at + 1) | (tokens.low(at + 1) == ","),
        );
    if places::direction(tokens.low(end)) && (tokens.is_capital(end) || tokens.low(end).len() > 2) {
        end += 1;
    }
    let is_route = matches!(
        tokens.low(at - 1),
        "road" | "highway" | "route" | "rd" | "hwy"
    );
    match scan.numbers.from(end) {
        Some(number) if is_route && number.digits.len() <= 4 => {
            let end = number.tokens.end;
            end + usize::from(tokens.is_letter(end) && !tokens.has_space(end))
        }
        _ => end,
    }
}

/// "Flat 2, 14 King's Road", "4th Floor, 29 Gannet House", "Ward Cottage, 3 Chapel Rise"
fn with_unit_before(scan: &Scan<'_>, at: usize) -> usize {
    let tokens = &scan.tokens;
    if tokens.low_before(at) == "," && at > 2 {
        let last = at - 2;
        let ordinals = (last.saturating_sub(3)..last)
            .find(|i| ordinal(tokens, *i).is_some_and(|(_, end)| end == last));
        if let Some(start) = ordinals.filter(|_| tokens.low(last) == "floor") {
            return start;
        }
        let is_house = matches!(
            tokens.low(last),
            "cottage"
                | "house"
                | "hall"
                | "lodge"
                | "court"
                | "building"
                | "tower"
                | "towers"
                | "manor"
                | "farm"
                | "villa"
                | "apartments"
        );
        if is_house
            && tokens.is_capital(last)
            && tokens.is_capital(last - 1)
            && tokens.is_word(last - 1)
        {
            return last - 1;
        }
    }
    for back in 2..=8 {
        let Some(start) = at.checked_sub(back) else {
            break;
        };
        let is_unit =
            places::unit(tokens.low(start)) && !matches!(tokens.low(start), "number" | "space");
        let is_rest = (start + 1..at).all(|i| {
            tokens.is_digits(i)
                || tokens.is_letter(i)
                || tokens.low(i) == "/"
                || (i > start + 2 && tokens.is_word(i) && tokens.is_capital(i))
                || tokens.low(i) == ","
                || scan.numbers.holding(i).is_some()
        });
        let has_own = (start + 1..at).any(|i| !tokens.is_mark(i));
        if is_unit && is_rest && has_own && scan.is_free(start..at) {
            return start;
        }
    }
    at
}

static ASKED: Words = Words::new(|| {
    words(
        "address live lives living lived mail mailing ship shipped moved moving house apartment located resides reside \
    staying street home deliver office clinic followed grew raised send sent place",
    )
});
