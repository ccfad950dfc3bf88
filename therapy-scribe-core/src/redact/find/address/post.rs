//! Post codes and boxes.

use std::ops::Range;

use super::{is_asked, skip, tail};
use crate::redact::find::{
    Scan, code,
    cues::{self, Cue},
    places,
};

/// "P.O. Box 1234", "post office box twelve"
pub(super) fn box_number(scan: &Scan<'_>, at: usize) -> Option<Range<usize>> {
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
pub(super) fn zip(scan: &Scan<'_>, at: usize) -> Option<Range<usize>> {
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

pub(super) fn code_at(scan: &Scan<'_>, at: usize) -> Option<usize> {
    zip_at(scan, at).or_else(|| postcode(scan, at).map(|tokens| tokens.end))
}

/// Five digits, written or said, and four more. Gives the end.
pub(super) fn zip_at(scan: &Scan<'_>, at: usize) -> Option<usize> {
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
pub(super) fn postcode(scan: &Scan<'_>, at: usize) -> Option<Range<usize>> {
    let (end, is_upper, spaces) = postcode_shape(scan, at)?;
    let cue = scan.cue_before(at, 6);
    let is_called = cue.is_some_and(|(cue, _)| cue == Cue::Zip);
    let is_written = is_upper && spaces == 1;
    (is_written || is_called).then_some(at..end)
}

/// Behind a town it needs nothing more than its shape.
pub(super) fn postcode_after(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let (end, is_upper, _) = postcode_shape(scan, at)?;
    is_upper.then_some(end)
}

/// The end of letters and digits in a post code's order, whether all are capitals, and the spaces between.
pub(super) fn postcode_shape(scan: &Scan<'_>, at: usize) -> Option<(usize, bool, usize)> {
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
