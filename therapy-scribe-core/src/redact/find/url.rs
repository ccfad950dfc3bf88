//! Web addresses as they are written and as they are said.

mod path;

use super::{Scan, cues};
use crate::redact::{
    Kind,
    words::{Words, words},
};
use path::path;

pub(super) fn find(scan: &mut Scan<'_>) {
    let mut at = 0;
    while at < scan.tokens.len() {
        let found = scheme(scan, at).or_else(|| bare(scan, at));
        match found {
            Some(end) if scan.is_free(at..end) => {
                scan.take(with_small_word(scan, at, end)..end, Kind::Url);
                at = end;
            }
            _ => at += 1,
        }
    }
}

/// "https://…", "www.…", "h t t p s colon slash slash", "w w w dot".
fn scheme(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let low = tokens.low(at);
    let is_scheme = matches!(low, "http" | "https" | "ftp")
        && tokens.low(at + 1) == ":"
        && tokens.low(at + 2) == "/";
    let is_web = low == "www" && tokens.low(at + 1) == "." && !tokens.has_space(at + 2);
    if is_scheme || is_web {
        return Some(glued(scan, at + 1));
    }
    let said = [
        "https colon slash slash",
        "http colon slash slash",
        "h t t p s colon slash slash",
        "h t t p colon slash slash",
        "https colon forward slash forward slash",
        "https colon double slash",
    ];
    let said = said.iter().find_map(|phrase| tokens.phrase(at, phrase));
    let web = [
        "w w w dot",
        "www dot",
        "double u double u double u dot",
        "triple w dot",
        "w . w . w . ",
    ];
    let start = said.or_else(|| {
        web.iter()
            .find_map(|phrase| tokens.phrase(at, phrase.trim_end()))
    })?;
    let start = web
        .iter()
        .find_map(|phrase| tokens.phrase(start, phrase.trim_end()))
        .unwrap_or(start);
    let whole = domain(scan, start).map(|end| path(scan, end));
    // What follows is another's: "w w w dot? … "
    whole.or((tokens.is_mark(start) && start > at + 3).then_some(start))
}

/// All up to a space, without the mark that ends the sentence.
fn glued(scan: &Scan<'_>, start: usize) -> usize {
    let tokens = &scan.tokens;
    let mut end = start;
    while end < tokens.len()
        && !tokens.has_space(end)
        && !tokens.is_break(end)
        && !tokens.is_hidden(end)
        && !matches!(tokens.low(end), ">" | "\"" | "<" | "”")
    {
        end += 1;
    }
    while end > start
        && tokens.is_mark(end - 1)
        && matches!(
            tokens.low(end - 1),
            "." | "," | "?" | "!" | ";" | ":" | ")" | "'"
        )
    {
        end -= 1;
    }
    end
}

/// "mindfulpath.com/start", "mindful path dot com slash start"
fn bare(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let is_begin = (tokens.is_word(at) || tokens.is_digits(at))
        && (tokens.has_space(at) || at == 0 || tokens.is_mark(at - 1))
        && (!is_lead(tokens.low(at))
            || tokens.low(at + 1) == "dot"
            || tokens.low(at + 1) == "." && !tokens.has_space(at + 1) && !tokens.has_space(at + 2));
    if !is_begin || (at > 0 && matches!(tokens.low(at - 1), "dot" | "@") && tokens.low(at) != "www")
    {
        return None;
    }
    let end = domain(scan, at)?;
    // A written one begins with its own word.
    let mut dots = (at..end).filter(|i| matches!(tokens.low(*i), "." | "dot" | "period"));
    let first = dots.next()?;
    if tokens.low(first) == "." && (at + 1..first).any(|i| tokens.has_space(i)) {
        return None;
    }
    // Two names without a space, as where a space was forgotten between two sentences, are no address.
    let last = tokens.low(end - 1);
    let is_written = tokens.low(end.checked_sub(2)?) == ".";
    let is_word = WORDS_TOO.contains(last);
    let is_path = path(scan, end) > end;
    if is_word
        && !is_path
        && (is_written && tokens.is_capital(end - 1) || is_said_loosely(scan, at, end))
    {
        return None;
    }
    Some(path(scan, end))
}

/// "call me dot me": few words end so by chance, but some do.
fn is_said_loosely(scan: &Scan<'_>, at: usize, end: usize) -> bool {
    (at..end).all(|i| scan.tokens.low(i) != "." && scan.tokens.low(i) != "dot")
}

/// Words that stand before an address.
fn is_lead(low: &str) -> bool {
    let low = low.strip_suffix("'s").unwrap_or(low);
    cues::is_filler(low) || LEADS.contains(low)
}

/// A domain, and where it ends: names with points between, up to one that ends addresses. Said ones may be of several words.
pub(super) fn domain(scan: &Scan<'_>, start: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let (mut at, mut words, mut best) = (start, 0, None);
    let mut has_dot = false;
    while at < start + 26 {
        // "mail [dot] com"
        let is_bracketed = matches!(tokens.low(at), "[" | "(" | "{")
            && tokens.low(at + 1) == "dot"
            && matches!(tokens.low(at + 2), "]" | ")" | "}");
        at += usize::from(is_bracketed);
        let low = tokens.low(at);
        let is_written = low == "." && !tokens.has_space(at) && !tokens.has_space(at + 1);
        let is_dot = is_written
            || matches!(low, "dot" | "period")
            || (low == "."
                && best.is_none()
                && words > 0
                && !tokens.has_space(at)
                && matches!(tokens.low(at + 1), "com" | "org" | "net" | "edu" | "gov"));
        if is_dot && words > 0 {
            has_dot = true;
            words = 0;
            at += 1 + usize::from(is_bracketed);
            while cues::is_hesitation(tokens.low(at)) && at < start + 26 {
                at += 1;
            }
            if !(tokens.is_word(at) || tokens.is_digits(at)) {
                break;
            }
            if let Some(end) = top_at(scan, at, best) {
                best = Some(end);
                at = end - 1;
            }
            words += 1;
            at += 1;
            continue;
        }
        let is_name = tokens.is_word(at) || tokens.is_digits(at);
        let is_hyphen = words > 0 && is_said_joint(low)
            || matches!(low, "-" | "_") && (!tokens.has_space(at + 1) || tokens.is_letter(at + 1));
        let is_comma = low == "," && at > start && is_inner_comma(scan, at);
        let is_apart = is_name && at > start && tokens.has_space(at);
        // A written domain ends with its word.
        let is_over =
            is_apart && has_dot && (words > 0 || best.is_some()) && !is_before_dot(scan, at);
        if !(is_name || is_hyphen || is_comma)
            || is_over
            || tokens.is_hidden(at)
            || (is_apart && !is_before_dot(scan, at))
        {
            break;
        }
        words += usize::from(is_name);
        at += 1;
    }
    best
}

/// The end of what a domain may end with: "com", "c o m", "za" of "co.za", anything where a path follows.
fn top_at(scan: &Scan<'_>, at: usize, before: Option<usize>) -> Option<usize> {
    let tokens = &scan.tokens;
    let is_glued = |at: usize| !tokens.has_space(at);
    let has_path = tokens.low(at + 1) == "/" && is_glued(at + 1) && is_glued(at + 2);
    let (has_other, is_written) = (before.is_some(), tokens.low_before(at) == ".");
    let is_country = has_other && tokens.low(at).len() == 2;
    if tokens.is_word(at) && (is_top(tokens.low(at)) || is_written && (has_path || is_country)) {
        return Some(at + 1);
    }
    let is_letter = |at: usize| tokens.is_letter(at);
    if !has_other && !is_written && is_letter(at) && is_letter(at + 1) && !is_letter(at + 2) {
        return Some(at + 2);
    }
    let mut tops = ["c o m", "o r g", "n e t", "e d u"].iter();
    tops.find_map(|top| tokens.phrase(at, top))
}

/// Whether a "dot" is said within the next few words, none of which leads to an address itself.
fn is_before_dot(scan: &Scan<'_>, at: usize) -> bool {
    let tokens = &scan.tokens;
    let mut letters = 0;
    for next in at..at + 24 {
        let low = tokens.low(next);
        if low == "dot" || (low == "." && !tokens.has_space(next) && !tokens.has_space(next + 1)) {
            return true;
        }
        let is_short =
            tokens.is_letter(next) || scan.numbers.holding(next).is_some() || tokens.is_mark(next);
        letters += usize::from(!is_short);
        let is_other = tokens.is_break(next)
            || tokens.ends_sentence(next)
            || is_lead(low)
                && !tokens.is_letter(next)
                && low != "and"
                && !(next == at && tokens.low(next + 1) == "dot")
            || matches!(low, "slash" | "at") && !(next > 0 && tokens.is_letter(next - 1))
            || low == "," && !is_inner_comma(scan, next);
        if letters > 5 || is_other || next >= tokens.len() {
            return false;
        }
    }
    false
}

/// A comma between the parts of a name that is spelled: "u k r, hyphen, mail, dot, com".
fn is_inner_comma(scan: &Scan<'_>, at: usize) -> bool {
    let tokens = &scan.tokens;
    let is_part = |at: usize| is_said_joint(tokens.low(at)) || tokens.low(at) == "dot";
    at > 0 && (tokens.is_letter(at - 1) || is_part(at - 1) || is_part(at + 1))
}

fn is_said_joint(low: &str) -> bool {
    matches!(low, "hyphen" | "dash" | "underscore")
}

fn is_top(low: &str) -> bool {
    TOP.contains(low)
}

/// With the small word that may begin the name of a page that is said: "the knot dot com", "go fund me dot com".
fn with_small_word(scan: &Scan<'_>, start: usize, end: usize) -> usize {
    let tokens = &scan.tokens;
    let is_said = (start..end).any(|at| tokens.low(at) == "dot");
    let is_small = matches!(
        tokens.low_before(start),
        "the" | "my" | "our" | "your" | "go" | "we"
    );
    match start.checked_sub(1) {
        Some(before) if is_said && is_small && scan.is_free(before..start) => before,
        _ => start,
    }
}

static LEADS: Words = Words::new(|| {
    words(
        "the a an to at on is website site visit called my your his her their our from for go going check out try use page \
    link blog in of with under see via named into through up portal there's or but online url address domain web just \
    found using app signed log posts be i he she they we dot",
    )
});

static TOP: Words = Words::new(|| {
    words(
        "com org net edu gov mil io co info biz app dev me us uk ca au nz ie eu de fr es it nl ch at health care clinic \
    therapy online site website blog store shop tech tv xyz page link space world live family social club center \
    counseling example test invalid design art studio coach house life email news guide academy agency support network \
    cafe church school university fit yoga love team today press pub photos dental foundation charity community services \
    solutions group law legal za jp mx br in se no dk pl ru cn tr fi be nyc london",
    )
});

/// Ends that are words of other sentences.
static WORDS_TOO: Words = Words::new(|| {
    words(
        "me us it at ca co care clinic therapy health site website store shop live family space world page link social club \
    center blog info online io es is de so app dev biz tv counseling tech in no be team art house life email news guide \
    support school university fit love today press group law legal church cafe community services charity design network \
    test example",
    )
});
