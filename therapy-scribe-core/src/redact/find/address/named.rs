//! Streets that are named in another way than by a number, a name and a kind.

use super::{flat, house, is_asked, skip, street_name_goes_on};
use crate::redact::find::{Scan, cues, numbers::ordinal, places};

/// "Forty one. Forty one what? Birch Hollow Lane": from the number on.
pub(super) fn with_asked_number(scan: &Scan<'_>, at: usize) -> usize {
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

/// "the corner of Fennimore and Ninetieth"
pub(super) fn corner(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let is_corner = matches!(
        tokens.low_before(at.saturating_sub(1)),
        "corner" | "intersection"
    );
    let name = |at: usize| match ordinal(tokens, at) {
        Some((_, end)) => Some(end),
        None => (tokens.is_word(at) && tokens.is_capital(at)).then_some(at + 1),
    };
    let kind = |at: usize| at + usize::from(places::street(tokens.low(at)).is_some());
    let first = kind(name(at).filter(|_| is_corner && tokens.low_before(at) == "of")?);
    let second = if tokens.low(first) == "and" {
        first + 1
    } else {
        return None;
    };
    name(second).map(kind)
}

/// "eighteen thirty four what street? dunmore"
pub(super) fn asked_name(scan: &Scan<'_>, at: usize) -> Option<usize> {
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

/// "I live at 412 Hawthorn": a name alone, where an address is spoken of.
pub(super) fn bare_name(scan: &Scan<'_>, at: usize) -> Option<usize> {
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

/// "14500 Highway 9", "22 Route 9W", "350 Avenue of the Americas"
pub(super) fn numbered(scan: &Scan<'_>, at: usize) -> Option<usize> {
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
pub(super) fn foreign(scan: &Scan<'_>, at: usize) -> Option<usize> {
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
pub(super) fn without_number(scan: &Scan<'_>, at: usize) -> Option<usize> {
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
pub(super) fn capital_street(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let words = (at..at + 4)
        .take_while(|i| tokens.is_word(*i) && tokens.is_capital(*i))
        .count();
    let mut ends = (at + 1..at + words).rev();
    ends.find(|end| places::street(tokens.low(*end)).is_some())
        .map(|end| end + 1)
}

/// "I live on", "a house off"
pub(super) fn lives_on(scan: &Scan<'_>, at: usize) -> bool {
    let preposition = matches!(scan.tokens.low_before(at), "on" | "at" | "off" | "over");
    preposition && is_asked(scan, at)
}
