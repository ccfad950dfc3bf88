//! E-mail addresses as they are written and as they are said.

use super::{Scan, code, cues, url};
use crate::redact::Kind;

pub(super) fn find(scan: &mut Scan<'_>) {
    for at in 0..scan.tokens.len() {
        if !scan.is_free(at..at + 1) {
            continue;
        }
        let Some(end) = domain_after(scan, at) else {
            continue;
        };
        if let Some(start) = local(scan, at) {
            scan.take(start..clarified(scan, end), Kind::Email);
        }
    }
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

/// What people add to how an address is written.
const ASIDES: [&str; 9] = [
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

/// Word by word to the left: what may be part of an address, up to the word that introduces it.
fn said(scan: &Scan<'_>, last: usize) -> Option<usize> {
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
    (start < last).then_some(start)
}

/// A mark that doesn't end what stands behind it: a point inside a word, a comma between letters that are spelled.
fn is_inner_mark(scan: &Scan<'_>, at: usize, last: usize) -> bool {
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

fn is_phrase_begin(scan: &Scan<'_>, at: usize) -> bool {
    matches!(scan.tokens.low(at), "all" | "no")
        || scan.tokens.phrase(at, "the number").is_some()
        || scan.tokens.phrase(at, "one word").is_some()
}

/// Where a phrase begins that ends here.
fn phrase_before(scan: &Scan<'_>, end: usize, phrase: &str) -> Option<usize> {
    let start = end.checked_sub(phrase.split(' ').count())?;
    scan.tokens.phrase(start, phrase).map(|_| start)
}

/// Where a letter stands that is explained up to here.
fn explained_before(scan: &Scan<'_>, end: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    (2..=5).filter_map(|back| end.checked_sub(back)).find(|at| {
        tokens.is_letter(*at)
            && code::piece(scan, *at).is_some_and(|piece| piece.end == end && end > at + 1)
    })
}

/// "my e-mail is …": all behind it is the address.
fn introduced(scan: &Scan<'_>, last: usize) -> Option<usize> {
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
            matches!(
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

fn is_joint(low: &str) -> bool {
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

fn is_joint_at(scan: &Scan<'_>, at: usize) -> bool {
    is_joint(scan.tokens.low(at))
}

/// Words that lead to an address and are no part of it.
fn is_stop(low: &str) -> bool {
    let low = match low {
        "it's" | "that's" | "i'm" => low,
        _ => low.strip_suffix("'s").unwrap_or(low),
    };
    STOPS.contains(low)
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

use crate::redact::words::{Words, words};
static STOPS: Words = Words::new(|| {
    words(
        "is it's its that's to me email e-mail emails address mail on via use reach contact write send at from called i'm be \
    yes yeah sure okay ok well my his her your our their was the with using sent emailed him them us under as it have \
    got try cc for by account and or work personal then just still i a an in of that this would will so himself herself \
    themselves myself calls message inbox gmail type put can",
    )
});
