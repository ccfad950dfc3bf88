//! What follows a street: the flat, the town, the state, the code, the country.

use super::{capital_street, code_at, postcode_after, without_number};
use crate::redact::find::{Scan, code, date::month, numbers::ordinal, places};

/// What follows a street: the flat, the town, the state, the code, the country. Gives the end.
pub(super) fn tail(scan: &Scan<'_>, street: usize) -> usize {
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
pub(super) fn aside(scan: &Scan<'_>, end: usize, next: usize) -> Option<usize> {
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
pub(super) fn skip(scan: &Scan<'_>, at: usize) -> usize {
    let mut next = scan.after_fillers(at, 3);
    next += usize::from(scan.tokens.low(next) == "." && !scan.tokens.ends_sentence(next));
    next = scan.after_fillers(next, 3);
    next + usize::from(matches!(scan.tokens.low(next), "in"))
}

/// "Apt 4B", "unit twelve", "second floor"
pub(super) fn flat(scan: &Scan<'_>, at: usize) -> Option<usize> {
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

/// "… in February" is no town.
fn is_season(low: &str) -> bool {
    matches!(
        low,
        "spring"
            | "summer"
            | "fall"
            | "autumn"
            | "winter"
            | "monday"
            | "tuesday"
            | "wednesday"
            | "thursday"
            | "friday"
            | "saturday"
            | "sunday"
    )
}

/// A town with its state, or in capital letters after a comma or "in". Gives the end.
pub(super) fn town(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    if let Some(end) = places::state(tokens, at) {
        return Some(end);
    }
    if month(scan, at).is_some() || is_season(tokens.low(at)) {
        return None;
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
