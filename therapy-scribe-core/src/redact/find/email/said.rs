//! What is said before the "at".

use crate::redact::{
    find::{Scan, code, cues},
    words::{Words, words},
};

/// What people add to how an address is written.
pub(super) const ASIDES: [&str; 9] = [
    "the number",
    "the numbers",
    "all one word",
    "one word",
    "no spaces",
    "all lowercase",
    "all lower case",
    "lowercase",
    "no caps",
];

/// Word by word to the left: what may be part of an address, up to the word that introduces it.
pub(super) fn said(scan: &Scan<'_>, last: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let introduced = introduced(scan, last);
    if introduced.is_some() {
        return introduced;
    }
    let mut start = last;
    let mut words = 0;
    while let Some(before) = start.checked_sub(1) {
        let low = tokens.low(before);
        let mut asides = ASIDES.iter();
        if let Some(phrase) = asides.find_map(|phrase| phrase_before(scan, start, phrase)) {
            start = phrase;
            continue;
        }
        // "m as in Mary"
        if let Some(letter) = explained_before(scan, start) {
            start = letter;
            continue;
        }
        if tokens.is_hidden(before)
            || tokens.is_break(before)
            || scan.claimed.get(before) == Some(&true)
        {
            break;
        }
        let is_joint = is_joint(low);
        let joined = is_joint || is_joint_at(scan, start);
        if tokens.is_mark(before) {
            if !is_inner_mark(scan, before, last) {
                break;
            }
        } else if low == "then" && is_number(scan, start) {
            // "g r a y, then the number 4"
        } else if is_stop(low) && !joined && !tokens.is_letter(before) {
            break;
        } else if !is_joint && !cues::is_filler(low) {
            let is_short = tokens.is_letter(before) || scan.numbers.holding(before).is_some();
            words += usize::from(!is_short);
            if words > 4 && !is_short && !joined {
                break;
            }
        }
        start = before;
        if last - start > 40 {
            break;
        }
    }
    while start < last
        && (tokens.is_mark(start)
            || cues::is_filler(tokens.low(start))
            || is_stop(tokens.low(start)) && !is_joint_at(scan, start + 1))
    {
        start += 1;
    }
    // "sk8rboi" is one word.
    while start > 0
        && !tokens.has_space(start)
        && (tokens.is_word(start - 1) || tokens.is_digits(start - 1))
    {
        start -= 1;
    }
    (start < last).then_some(with_small_word(scan, start))
}

fn is_number(scan: &Scan<'_>, at: usize) -> bool {
    let number = scan.tokens.phrase(at, "the number").unwrap_or(at);
    scan.numbers.holding(number).is_some()
}

/// "the lazy gardener", "hope and odette": a small word that stands in the name of an address.
fn with_small_word(scan: &Scan<'_>, start: usize) -> usize {
    let tokens = &scan.tokens;
    let is_open = |at: usize| scan.is_free(at..at + 1) && !tokens.is_break(at);
    let is_article = matches!(tokens.low_before(start), "the" | "my");
    match (start.checked_sub(1), start.checked_sub(2)) {
        (Some(before), _) if is_article && is_open(before) => before,
        (Some(and), Some(first)) if tokens.low(and) == "and" && is_open(and) && is_open(first) => {
            let is_name = |at: usize| {
                let low = tokens.low(at);
                tokens.is_word(at) && !is_stop(low) && !cues::is_filler(low)
            };
            // Of a whole sentence before the "and" the last word is none of the address.
            let is_first = first.checked_sub(1).is_none_or(|before| !is_name(before));
            if is_name(first) && is_first {
                first
            } else {
                start
            }
        }
        _ => start,
    }
}

/// A mark that doesn't end what stands behind it: a point inside a word, a comma between letters that are spelled.
pub(super) fn is_inner_mark(scan: &Scan<'_>, at: usize, last: usize) -> bool {
    let tokens = &scan.tokens;
    let (low, next) = (tokens.low(at), at + 1);
    // "(dot)"
    let is_bracket = (matches!(low, "(" | "[" | "{") && is_joint_at(scan, next))
        || (matches!(low, ")" | "]" | "}") && is_joint_at(scan, at.saturating_sub(1)));
    if is_bracket {
        return true;
    }
    let is_inner = !tokens.has_space(next) || matches!(low, "," | "-") || next == last;
    let is_spelled = is_phrase_begin(scan, next)
        || tokens.is_letter(next)
        || scan.numbers.holding(next).is_some()
        || is_joint_at(scan, next)
        || next == last
        || tokens.is_letter(at.saturating_sub(1))
        || is_joint_at(scan, at.saturating_sub(1))
        || explained_before(scan, at).is_some();
    is_inner && (low != "," || is_spelled) && !matches!(low, ":" | ";" | "\"" | "(" | ")")
}

pub(super) fn is_phrase_begin(scan: &Scan<'_>, at: usize) -> bool {
    matches!(scan.tokens.low(at), "all" | "no")
        || scan.tokens.phrase(at, "the number").is_some()
        || scan.tokens.phrase(at, "one word").is_some()
}

/// Where a phrase begins that ends here.
pub(super) fn phrase_before(scan: &Scan<'_>, end: usize, phrase: &str) -> Option<usize> {
    let start = end.checked_sub(phrase.split(' ').count())?;
    scan.tokens.phrase(start, phrase).map(|_| start)
}

/// Where a letter stands that is explained up to here.
pub(super) fn explained_before(scan: &Scan<'_>, end: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    (2..=5).filter_map(|back| end.checked_sub(back)).find(|at| {
        tokens.is_letter(*at)
            && code::piece(scan, *at).is_some_and(|piece| piece.end == end && end > at + 1)
    })
}

/// "my e-mail is …": all behind it is the address.
pub(super) fn introduced(scan: &Scan<'_>, last: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    for at in (0..last).rev().take(44) {
        let is_asked = tokens.low(at) == "?"
            && (0..at)
                .rev()
                .take(4)
                .any(|i| matches!(tokens.low(i), "email" | "mail" | "address"));
        if is_asked {
            let start = scan.after_fillers(at + 1, 4);
            return (start < last).then_some(start);
        }
        if tokens.is_break(at)
            || tokens.is_hidden(at)
            || (tokens.ends_sentence(at)
                && at + 1 < last
                && !tokens.is_letter(at - usize::from(at > 0)))
        {
            return None;
        }
        let is_spelling = tokens.low(at) == "that's"
            && (at.saturating_sub(6)..at).any(|i| is_joint(tokens.low(i)));
        let is_verb = !is_spelling
            && matches!(
                tokens.low(at),
                "is" | "it's" | "was" | "that's" | "be" | "to" | "at" | ":"
            );
        let has_cue = (0..at).rev().take(6).any(|i| {
            // The "gmail" of an address that was given before introduces none.
            scan.is_free(i..i + 1)
                && matches!(
                    tokens.low(i),
                    "email"
                        | "mail"
                        | "address"
                        | "e-mail"
                        | "gmail"
                        | "emailed"
                        | "reach"
                        | "contact"
                        | "write"
                )
        });
        if is_verb && has_cue && !is_joint(tokens.low(at + 1)) {
            let start = scan.after_fillers(at + 1, 4);
            return (start < last).then_some(start);
        }
    }
    None
}

pub(super) fn is_joint(low: &str) -> bool {
    matches!(
        low,
        "dot"
            | "underscore"
            | "dash"
            | "hyphen"
            | "plus"
            | "period"
            | "point"
            | "score"
            | "."
            | "_"
            | "-"
    )
}

pub(super) fn is_joint_at(scan: &Scan<'_>, at: usize) -> bool {
    is_joint(scan.tokens.low(at))
}

/// Words that lead to an address and are no part of it.
pub(super) fn is_stop(low: &str) -> bool {
    let low = match low {
        "it's" | "that's" | "i'm" => low,
        _ => low.strip_suffix("'s").unwrap_or(low),
    };
    STOPS.contains(low)
}

pub(super) static STOPS: Words = Words::new(|| {
    words(
        "is it's its that's to me email e-mail emails address mail on via use reach contact write send at from called i'm be \
    yes yeah sure okay ok well my his her your our their was the with using sent emailed him them us under as it have \
    got try cc for by account and or work personal then just still i a an in of that this would will so himself herself \
    themselves myself calls message inbox gmail type put can",
    )
});
