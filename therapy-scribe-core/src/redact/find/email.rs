//! E-mail addresses as they are written and as they are said.

mod said;

use std::ops::Range;

use super::{Scan, code, cues, url};
use crate::redact::Kind;
use said::{introduced, is_joint, is_stop, said};

pub(super) fn find(scan: &mut Scan<'_>) {
    for at in 0..scan.tokens.len() {
        if !scan.is_free(at..at + 1) {
            continue;
        }
        let Some(end) = domain_after(scan, at) else {
            if let Some(tokens) = without_sign(scan, at) {
                scan.take(tokens, Kind::Email);
            }
            continue;
        };
        if let Some(start) = local(scan, at) {
            scan.take(start..clarified(scan, end), Kind::Email);
        }
    }
}

/// "my email is janedoe84, gmail dot com": the "at" is left out.
fn without_sign(scan: &Scan<'_>, at: usize) -> Option<Range<usize>> {
    let tokens = &scan.tokens;
    provider(scan, at)?;
    let before = at.checked_sub(1)?;
    if matches!(tokens.low(before), "at" | "@" | "dot" | "." | "sign") {
        return None;
    }
    let end = url::domain(scan, at)?;
    let start = introduced(scan, before + 1)?;
    let words = (start..at).filter(|at| tokens.is_word(*at) && !tokens.is_letter(*at));
    let is_free = scan.is_free(start..end);
    let is_plain = (start..at).all(|at| !is_stop(tokens.low(at)) || is_joint(tokens.low(at)));
    (is_free && is_plain && words.count() <= 4 && start < at).then_some(start..end)
}

/// Where the domain behind an "@" or "at" ends.
fn domain_after(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let low = tokens.low(at);
    let mut start = at + 1;
    let is_sign = low == "@";
    if !is_sign {
        let is_bracketed = matches!(tokens.low_before(at), "(" | "[" | "{")
            && matches!(tokens.low(at + 1), ")" | "]" | "}");
        start += usize::from(is_bracketed);
        if low != "at" {
            return None;
        }
        start += usize::from(tokens.low(start) == "sign");
    }
    start = after_thought(scan, start);
    // "at? At hotmail dot com"
    let again = scan.after_fillers(
        start + usize::from(matches!(tokens.low(start), "?" | "." | "\n")),
        4,
    );
    if tokens.low(again) == "at" {
        start = after_thought(scan, again + 1);
    }
    let domain = url::domain(scan, start).or_else(|| provider(scan, start));
    // "it's at clinic.example/forms"
    let has_path = domain.is_some_and(|end| {
        let next = scan.after_fillers(end, 3);
        (tokens.low(end) == "/" && !tokens.has_space(end + 1))
            || matches!(tokens.low(next), "slash" | "forward")
    });
    if has_path && !is_sign {
        return None;
    }
    domain.or_else(|| {
        // "jane@clinic": the end was lost, the sign says enough.
        let is_glued = is_sign
            && at > 0
            && !tokens.has_space(at)
            && !tokens.has_space(at + 1)
            && tokens.is_word(at + 1);
        is_glued.then_some(at + 2)
    })
}

/// The place after "um, uh,".
fn after_thought(scan: &Scan<'_>, at: usize) -> usize {
    (at..at + 5)
        .find(|i| !cues::is_hesitation(scan.tokens.low(*i)))
        .unwrap_or(at)
}

/// "gmail" says it all, "dot com" or not.
fn provider(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let two = [
        "g mail",
        "hot mail",
        "i cloud",
        "proton mail",
        "fast mail",
        "ya hoo",
        "a o l",
    ];
    if let Some(end) = two.iter().find_map(|name| tokens.phrase(at, name)) {
        return Some(end);
    }
    let is_known = matches!(
        tokens.low(at),
        "gmail"
            | "yahoo"
            | "hotmail"
            | "outlook"
            | "icloud"
            | "aol"
            | "protonmail"
            | "proton"
            | "comcast"
            | "verizon"
            | "msn"
            | "sbcglobal"
            | "ymail"
            | "gmx"
            | "fastmail"
            | "btinternet"
            | "att"
            | "bellsouth"
            | "googlemail"
            | "rocketmail"
            | "earthlink"
            | "zoho"
            | "hushmail"
            | "tutanota"
            | "rogers"
            | "shaw"
            | "telus"
            | "virginmedia"
            | "talktalk"
    );
    is_known.then_some(at + 1)
}

/// Where what stands before the "at" begins.
fn local(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let is_sign = tokens.low(at) == "@";
    let before = at.checked_sub(1)?;
    let bracket = usize::from(!is_sign && matches!(tokens.low(before), "(" | "[" | "{"));
    if is_sign && !tokens.has_space(at) {
        return written(scan, at).map(|start| spelled_before(scan, start));
    }
    let last = at.checked_sub(bracket)?;
    let start = said(scan, last)?;
    (start < last).then_some(start)
}

/// Glued to the sign.
fn written(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let mut start = at;
    while let Some(before) = start.checked_sub(1) {
        let low = tokens.low(before);
        let is_part = tokens.is_word(before)
            || tokens.is_digits(before)
            || matches!(
                low,
                "." | "_"
                    | "%"
                    | "+"
                    | "-"
                    | "'"
                    | "&"
                    | "!"
                    | "#"
                    | "$"
                    | "*"
                    | "/"
                    | "="
                    | "?"
                    | "^"
                    | "`"
                    | "{"
                    | "|"
                    | "}"
                    | "~"
            );
        if tokens.has_space(start) || !is_part || tokens.is_hidden(before) {
            break;
        }
        start = before;
    }
    // An opening quote is no part of it.
    while start < at && tokens.is_mark(start) {
        start += 1;
    }
    (start < at).then_some(start)
}

/// "jane dot doe@gmail.com": half of it was said.
fn spelled_before(scan: &Scan<'_>, start: usize) -> usize {
    let is_joined = start > 1
        && matches!(
            scan.tokens.low(start - 1),
            "dot" | "underscore" | "dash" | "hyphen" | "plus"
        );
    if is_joined {
        said(scan, start).unwrap_or(start)
    } else {
        start
    }
}

/// "… that's all one word, m as in Mary" behind the address explains it.
fn clarified(scan: &Scan<'_>, end: usize) -> usize {
    let tokens = &scan.tokens;
    let next = scan.after_fillers(end, 5);
    for phrase in [
        "all one word",
        "one word",
        "all lowercase",
        "all lower case",
        "no spaces",
        "no dots",
        "no caps",
    ] {
        if let Some(after) = tokens.phrase(next, phrase) {
            return after;
        }
    }
    let mut at = next;
    let mut pieces = 0;
    while let Some(piece) = code::piece(scan, at).filter(|piece| piece.letters > 0) {
        pieces += usize::from(piece.end > at + 1) * 2 + 1;
        at = piece.end + usize::from(matches!(tokens.low(piece.end), "-" | "," | "."));
    }
    if pieces > 2 { at } else { end }
}
