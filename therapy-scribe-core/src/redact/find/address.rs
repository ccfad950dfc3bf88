//! Where somebody lives: a number and a street, what follows them, boxes, and post codes.

use std::ops::Range;

use super::{
    Scan, code,
    cues::{self, Cue},
    numbers::ordinal,
    places::{self, Street},
};
use crate::redact::Kind;

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
        .or_else(|| without_number(scan, at))?;
    let start = with_correction(scan, with_unit_before(scan, at));
    let start = if house(scan, at).is_none() {
        with_asked_number(scan, start)
    } else {
        start
    };
    Some(start..tail(scan, named))
}

/// "Forty one. Forty one what? Birch Hollow Lane": from the number on.
fn with_asked_number(scan: &Scan<'_>, at: usize) -> usize {
    let tokens = &scan.tokens;
    let (mut start, mut is_asked) = (at, false);
    for before in (0..at).rev().take(10) {
        let low = tokens.low(before);
        let number = scan.numbers.holding(before);
        is_asked |= matches!(low, "what" | "which" | "?");
        if number.is_some_and(|number| is_asked && scan.is_free(number.tokens.clone())) {
            start = before;
        } else if !(cues::is_filler(low)
            || matches!(low, "what" | "which" | "?" | "." | "," | "\n" | "the"))
        {
            break;
        }
    }
    start
}

/// "eighteen thirty four what street? dunmore"
fn asked_name(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let mut next = house(scan, at)?;
    let is_what = matches!(tokens.low(next), "what" | "which")
        && places::street(tokens.low(next + 1)).is_some();
    next += 2;
    while matches!(tokens.low(next), "?" | "." | "\n" | ",")
        || cues::is_hesitation(tokens.low(next))
    {
        next += 1;
    }
    (is_what && tokens.is_word(next)).then_some(next + 1)
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

/// "I live at 412 Hawthorn": a name alone, where an address is spoken of.
fn bare_name(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let end = house(scan, at)?;
    let digits = scan
        .numbers
        .from(at)
        .map_or(0, |number| number.digits.len());
    let is_name = tokens.is_word(end)
        && tokens.is_capital(end)
        && tokens.low(end).len() > 3
        && tokens.has_space(end)
        && !places::is_no_name(tokens.low(end));
    let is_at = matches!(tokens.low_before(at), "at" | "is" | "to") && is_asked(scan, at);
    // "500 South Main, Suite B"
    let last = end + usize::from(places::direction(tokens.low(end)));
    let is_second =
        tokens.is_word(last) && tokens.is_capital(last) && !places::is_no_name(tokens.low(last));
    let flat = flat(scan, skip(scan, last + 1));
    if is_second && flat.is_some() && (2..=5).contains(&digits) {
        return Some(last + 1);
    }
    (is_name && is_at && (2..=5).contains(&digits)).then_some(end + 1)
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
        Street::Maybe => is_capital || is_asked(scan, start) || has_tail(scan, at + 1),
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

/// "14500 Highway 9", "22 Route 9W", "350 Avenue of the Americas"
fn numbered(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let start = house(scan, at)?;
    let mut kind = start;
    while matches!(
        tokens.low(kind),
        "county" | "state" | "us" | "old" | "rural" | "interstate"
    ) || places::direction(tokens.low(kind))
    {
        kind += 1;
    }
    if matches!(
        tokens.low(kind),
        "highway" | "hwy" | "route" | "rt" | "rte" | "road" | "avenue" | "street" | "cr" | "fm"
    ) {
        let mut number = kind + 1 + usize::from(tokens.low(kind + 1) == ".");
        number += usize::from(tokens.low(number) == "#");
        if let Some(found) = scan.numbers.from(number) {
            let end = found.tokens.end;
            let end = end + usize::from(tokens.is_letter(end) && !tokens.has_space(end));
            return Some(
                end + usize::from(places::direction(tokens.low(end)) && tokens.is_capital(end)),
            );
        }
        let is_lettered = matches!(tokens.low(kind), "avenue" | "street")
            && tokens.is_letter(kind + 1)
            && tokens.is_upper(kind + 1);
        if is_lettered {
            return Some(kind + 2);
        }
    }
    tokens.phrase(kind, "avenue of the").map(|end| end + 1)
}

/// "calle Almendro 15", "14 rue des Tilleuls": the kind stands before the name.
fn foreign(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let kind = house(scan, at).unwrap_or(at);
    let kind = kind + usize::from(kind > at && tokens.low(kind) == ",");
    if !matches!(
        tokens.low(kind),
        "calle"
            | "rue"
            | "via"
            | "avenida"
            | "rua"
            | "piazza"
            | "carrer"
            | "chemin"
            | "allee"
            | "impasse"
            | "paseo"
    ) {
        return None;
    }
    let mut end = kind + 1;
    while end < kind + 6
        && (tokens.is_capital(end)
            || tokens.low(end) == "-"
            || matches!(
                tokens.low(end),
                "de" | "des" | "du" | "del" | "la" | "le" | "las" | "los" | "della" | "y"
            ))
    {
        end += 1;
    }
    if end == kind + 1 {
        return None;
    }
    let number = end + usize::from(tokens.low(end) == ",");
    let has_number = kind > at;
    let mut last = match scan
        .numbers
        .from(number)
        .filter(|number| !has_number && number.digits.len() < 5)
    {
        Some(number) => number.tokens.end,
        None if has_number => end,
        None => return None,
    };
    // "3º B", "75000 Paris"
    let next = last + usize::from(tokens.low(last) == ",");
    if let Some(number) = scan.numbers.from(next).filter(|number| !number.is_spoken) {
        last = number.tokens.end;
        while last < next + 5
            && (matches!(tokens.low(last), "º" | "°" | "ª" | "o") || tokens.is_capital(last))
        {
            last += 1;
        }
    }
    Some(last)
}

/// "Maple Street", in capital letters, without a number.
fn without_number(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    // "off County Road 418"
    for phrase in [
        "county road",
        "state route",
        "rural route",
        "highway",
        "route",
    ] {
        if let Some(number) = tokens
            .phrase(at, phrase)
            .and_then(|end| scan.numbers.from(end))
            && lives_on(scan, at)
        {
            return Some(number.tokens.end);
        }
    }
    let is_begin = tokens.is_word(at)
        && tokens.is_capital(at)
        && !places::is_no_name(tokens.low(at))
        && tokens.low(at).len() > 2;
    let is_second = at > 0
        && tokens.is_capital(at - 1)
        && tokens.is_word(at - 1)
        && !places::is_no_name(tokens.low(at - 1));
    let mut kind = at + 1;
    if let Some((_, end)) = ordinal(tokens, at) {
        kind = end;
    } else if !is_begin || is_second {
        return None;
    }
    while kind < at + 3
        && tokens.is_capital(kind)
        && (places::street(tokens.low(kind)).is_none() || street_name_goes_on(scan, kind))
    {
        kind += 1;
    }
    let low = tokens.low(kind);
    let is_whole = matches!(
        low,
        "street"
            | "avenue"
            | "road"
            | "lane"
            | "boulevard"
            | "terrace"
            | "parkway"
            | "blvd"
            | "ave"
            | "rd"
    );
    let is_maybe = places::street(low).is_some() && low.len() > 2 && lives_on(scan, at);
    (tokens.is_capital(kind) && (is_whole || is_maybe) && !street_name_goes_on(scan, kind))
        .then_some(kind + 1)
}

/// A street in capital letters, and nothing before it.
fn capital_street(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let words = (at..at + 4)
        .take_while(|i| tokens.is_word(*i) && tokens.is_capital(*i))
        .count();
    let mut ends = (at + 1..at + words).rev();
    ends.find(|end| places::street(tokens.low(*end)).is_some())
        .map(|end| end + 1)
}

/// "I live on", "a house off"
fn lives_on(scan: &Scan<'_>, at: usize) -> bool {
    let preposition = matches!(scan.tokens.low_before(at), "on" | "at" | "off" | "over");
    preposition && is_asked(scan, at)
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

/// What follows a street: the flat, the town, the state, the code, the country. Gives the end.
fn tail(scan: &Scan<'_>, street: usize) -> usize {
    let tokens = &scan.tokens;
    let mut end = street;
    for _ in 0..4 {
        let next = skip(scan, end);
        match flat(scan, next).or_else(|| aside(scan, end, next)) {
            Some(after) => end = after,
            None => break,
        }
    }
    if let Some(after) = town(scan, skip(scan, end)) {
        end = after;
    }
    let next = skip(scan, end);
    if let Some(after) = code_at(scan, next).or_else(|| postcode_after(scan, next)) {
        end = after;
    } else if matches!(tokens.low(next), "zip" | "postcode" | "zipcode") {
        let at = scan.after_fillers(next + 1 + usize::from(tokens.low(next + 1) == "code"), 3);
        end = code_at(scan, at).unwrap_or(end);
    }
    // "VIC 3000"
    let next = skip(scan, end);
    let is_short_code = end > street
        && matches!(
            tokens.low(end - 1),
            "vic" | "nsw" | "qld" | "tas" | "act" | "nt" | "sa" | "wa"
        )
        && tokens.is_digits(next)
        && tokens.low(next).len() == 4;
    end = if is_short_code { next + 1 } else { end };
    let next = skip(scan, end);
    if end > street {
        for country in [
            "usa",
            "us",
            "u . s . a",
            "united states",
            "canada",
            "uk",
            "united kingdom",
            "england",
        ] {
            if let Some(after) = tokens
                .phrase(next, country)
                .filter(|_| tokens.is_capital(next))
            {
                return after;
            }
        }
    }
    end
}

/// "off Tithe Street", "Rural Route 3", "general delivery", ", no, Pell Place"
fn aside(scan: &Scan<'_>, end: usize, next: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    if matches!(tokens.low(next), "off" | "near" | "behind") {
        return without_number(scan, next + 1);
    }
    for phrase in [
        "rural route",
        "rr",
        "box",
        "county road",
        "general delivery",
    ] {
        if let Some(after) = tokens.phrase(next, phrase) {
            let number = scan.numbers.from(after).map(|number| number.tokens.end);
            return number.or_else(|| (phrase == "general delivery").then_some(after));
        }
    }
    let is_corrected = (end..next).any(|at| {
        matches!(
            tokens.low(at),
            "no" | "sorry" | "wait" | "actually" | "mean"
        )
    });
    if is_corrected {
        capital_street(scan, next)
    } else {
        None
    }
}

/// The place after a comma, a filler, "in".
fn skip(scan: &Scan<'_>, at: usize) -> usize {
    let mut next = scan.after_fillers(at, 3);
    next += usize::from(scan.tokens.low(next) == "." && !scan.tokens.ends_sentence(next));
    next = scan.after_fillers(next, 3);
    next + usize::from(matches!(scan.tokens.low(next), "in"))
}

/// "Apt 4B", "unit twelve", "second floor"
fn flat(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    if let Some((_, end)) = ordinal(tokens, at)
        && tokens.low(end) == "floor"
    {
        return Some(
            end + 1
                + usize::from(matches!(
                    tokens.low(end + 1),
                    "left" | "right" | "rear" | "front" | "back"
                )),
        );
    }
    if matches!(
        tokens.low(at),
        "rear" | "upstairs" | "downstairs" | "basement"
    ) && tokens.low_before(at) == ","
    {
        return Some(at + 1);
    }
    if !places::unit(tokens.low(at)) {
        return None;
    }
    if let Some(piece) =
        code::piece(scan, at + 1).filter(|piece| piece.letters == 1 && piece.end > at + 2)
    {
        return Some(piece.end);
    }
    let mut next = at + 1 + usize::from(tokens.low(at + 1) == ".");
    next += usize::from(matches!(tokens.low(next), "#" | "number"));
    let is_letter = |at: usize, digits: usize| {
        let is_word = matches!(tokens.low(at), "a" | "i") && !tokens.is_upper(at);
        tokens.is_letter(at) && (!tokens.has_space(at) || digits == 0 || !is_word)
    };
    let is_hyphen =
        |at: usize| tokens.low(at) == "-" && !tokens.has_space(at) && !tokens.has_space(at + 1);
    let (mut end, mut digits) = (next, 0);
    for _ in 0..4 {
        if let Some(number) = scan
            .numbers
            .from(end)
            .filter(|number| digits + number.digits.len() <= 5)
        {
            digits += number.digits.len();
            end = number.tokens.end;
        } else if is_letter(end, digits) || is_hyphen(end) {
            end += 1;
        } else {
            break;
        }
    }
    (end > next).then_some(end)
}

/// A town with its state, or in capital letters after a comma or "in". Gives the end.
fn town(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    if let Some(end) = places::state(tokens, at) {
        return Some(end);
    }
    let is_after = matches!(tokens.low_before(at), "," | "in");
    let mut end = at;
    for _ in 0..5 {
        let is_hyphen = end > at
            && tokens.low(end) == "-"
            && !tokens.has_space(end)
            && !tokens.has_space(end + 1);
        end += usize::from(is_hyphen);
        if !tokens.is_word(end) || (places::is_no_name(tokens.low(end)) && !tokens.is_capital(end))
        {
            break;
        }
        end += 1;
        end += usize::from(tokens.low(end) == "." && tokens.low(end - 1) == "st");
        let next = end + usize::from(tokens.low(end) == ",");
        let next = next + usize::from(tokens.low(next) == "in");
        if let Some(after) = places::state(tokens, next) {
            return Some(
                after + usize::from(tokens.low(after) == "." && !tokens.ends_sentence(after)),
            );
        }
        if code_at(scan, next).is_some()
            && (at..end).all(|i| !tokens.is_word(i) || tokens.is_capital(i))
        {
            return Some(end);
        }
    }
    let capitals = (at..at + 3)
        .take_while(|i| tokens.is_word(*i) && tokens.is_capital(*i) && tokens.low(*i) != "i")
        .count();
    (capitals > 0 && is_after).then_some(at + capitals)
}

/// "P.O. Box 1234", "post office box twelve"
fn box_number(scan: &Scan<'_>, at: usize) -> Option<Range<usize>> {
    let tokens = &scan.tokens;
    let is_box = tokens.low(at) == "box"
        && !matches!(tokens.low_before(at), "a" | "the" | "one")
        && is_asked(scan, at);
    let begins = [
        "p . o . box",
        "p o box",
        "po box",
        "p . o box",
        "post office box",
        "pobox",
        "rr",
        "rural route",
    ];
    let found = begins.iter().find_map(|begin| tokens.phrase(at, begin));
    let mut end = found.or_else(|| is_box.then_some(at + 1))?;
    end += usize::from(matches!(tokens.low(end), "number" | "#"));
    let start = end;
    while let Some(number) = scan.numbers.from(end).filter(|_| end < start + 8) {
        end = number.tokens.end;
    }
    if end == start {
        return None;
    }
    let next = skip(scan, end);
    if tokens.low(next) == "box"
        && let Some(number) = scan.numbers.from(next + 1)
    {
        end = number.tokens.end;
    }
    Some(at..tail(scan, end))
}

/// A state with its code, and the town before; or a code that is called one.
fn zip(scan: &Scan<'_>, at: usize) -> Option<Range<usize>> {
    let tokens = &scan.tokens;
    if let Some(after) = places::state(tokens, at) {
        let next = after + usize::from(matches!(tokens.low(after), "," | "."));
        let next = next + usize::from(tokens.low(next) == ",");
        let end = zip_at(scan, next).filter(|_| !tokens.ends_sentence(after))?;
        let mut start = at;
        for _ in 0..4 {
            let Some(before) = start.checked_sub(1) else {
                break;
            };
            let is_town = (tokens.is_word(before)
                && tokens.is_capital(before)
                && !places::is_no_name(tokens.low(before)))
                || (tokens.low(before) == "," && start == at);
            if !is_town {
                break;
            }
            start = before;
        }
        start += usize::from(tokens.low(start) == ",");
        return Some(start..end);
    }
    let end = zip_at(scan, at)?;
    let cue = scan
        .cue_before(at, 6)
        .is_some_and(|(cue, _)| cue == Cue::Zip);
    let is_plus_four = tokens.is_digits(at) && tokens.low(at).len() == 5 && end > at + 2;
    (cue || is_plus_four).then_some(at..end)
}

fn code_at(scan: &Scan<'_>, at: usize) -> Option<usize> {
    zip_at(scan, at).or_else(|| postcode(scan, at).map(|tokens| tokens.end))
}

/// Five digits, written or said, and four more. Gives the end.
fn zip_at(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let digits_to = |at: usize, count: usize| {
        let (mut end, mut digits) = (at, 0);
        while digits < count {
            let number = scan.numbers.from(end)?;
            // Written ones stand together.
            if !number.is_spoken && number.digits.len() < count {
                return None;
            }
            digits += number.digits.len();
            end = number.tokens.end;
            if digits < count {
                end = scan.after_fillers(end, 2);
                end += usize::from(tokens.low(end) == "-");
            }
        }
        (digits == count).then_some(end)
    };
    let is_glued = tokens.is_digits(at)
        && (!tokens.has_space(at) && at > 0 && tokens.is_word(at - 1)
            || tokens.is_word(at + 1) && !tokens.has_space(at + 1));
    let end = digits_to(at, 5).filter(|_| !is_glued)?;
    // Of a longer row of digits five are none.
    let next = scan.numbers.from(end);
    if next.is_some_and(|next| {
        next.is_spoken
            && scan
                .numbers
                .holding(at)
                .is_some_and(|first| first.is_spoken)
            && next.digits.len() < 3
    }) {
        return None;
    }
    let mark = scan.after_fillers(end, 2);
    let mark = mark
        + usize::from(matches!(
            tokens.low(mark),
            "-" | "–" | "dash" | "hyphen" | "plus"
        ));
    let mark = tokens
        .phrase(mark, "four is")
        .or_else(|| tokens.phrase(mark, "4 is"))
        .unwrap_or(mark);
    Some(if mark > end {
        digits_to(mark, 4).unwrap_or(end)
    } else {
        end
    })
}

/// "SW1A 1AA" and "K1A 0B1"; in small letters or letter by letter where a post code is spoken of.
fn postcode(scan: &Scan<'_>, at: usize) -> Option<Range<usize>> {
    let (end, is_upper, spaces) = postcode_shape(scan, at)?;
    let cue = scan.cue_before(at, 6);
    let is_called = cue.is_some_and(|(cue, _)| cue == Cue::Zip);
    let is_written = is_upper && spaces == 1;
    (is_written || is_called).then_some(at..end)
}

/// Behind a town it needs nothing more than its shape.
fn postcode_after(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let (end, is_upper, _) = postcode_shape(scan, at)?;
    is_upper.then_some(end)
}

/// The end of letters and digits in a post code's order, whether all are capitals, and the spaces between.
fn postcode_shape(scan: &Scan<'_>, at: usize) -> Option<(usize, bool, usize)> {
    let tokens = &scan.tokens;
    if !tokens.is_word(at) || (at > 0 && !tokens.has_space(at) && tokens.is_word(at - 1)) {
        return None;
    }
    let (mut shape, mut end, mut is_upper, mut spaces) = (String::new(), at, true, 0);
    let mut best = None;
    while shape.len() < 7 {
        end += usize::from(
            shape.len() > 1 && cues::is_hesitation(tokens.low(end)) && tokens.low(end) != ",",
        );
        let low = tokens.low(end);
        if let Some(number) = scan.numbers.from(end) {
            number.digits.chars().for_each(|_| shape.push('9'));
            end = number.tokens.end;
        } else if tokens.is_word(end) && low.chars().count() <= 2 {
            is_upper &= tokens.is_upper(end);
            low.chars().for_each(|_| shape.push('A'));
            let piece = code::piece(scan, end).filter(|piece| piece.letters == 1);
            end = piece.map_or(end + 1, |piece| piece.end);
        } else {
            break;
        }
        if matches!(
            shape.as_str(),
            "A99AA" | "A999AA" | "AA99AA" | "AA999AA" | "A9A9AA" | "AA9A9AA" | "A9A9A9"
        ) {
            best = Some((end, is_upper, spaces));
        }
        spaces += usize::from(tokens.has_space(end));
        end += usize::from(matches!(tokens.low(end), "-" | ","));
    }
    best
}

use crate::redact::words::{Words, words};
static ASKED: Words = Words::new(|| {
    words(
        "address live lives living lived mail mailing ship shipped moved moving house apartment located resides reside \
    staying street home deliver office clinic followed grew raised send sent place",
    )
});
