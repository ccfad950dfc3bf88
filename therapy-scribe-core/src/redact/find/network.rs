//! Addresses of machines, and names that begin with an @.

use super::Scan;
use crate::redact::Kind;

pub(super) fn find(scan: &mut Scan<'_>) {
    let mut at = 0;
    while at < scan.tokens.len() {
        let found = version_four(scan, at)
            .or_else(|| version_six(scan, at))
            .map(|end| (end, Kind::IpAddress))
            .or_else(|| Some((handle(scan, at)?, Kind::Username)));
        match found {
            Some((end, kind)) => {
                scan.take(at..end, kind);
                at = end;
            }
            None => at += 1,
        }
    }
}

/// Four numbers up to 255 with points between.
fn version_four(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let is_part = |at: usize| {
        let part = tokens.low(at);
        tokens.is_digits(at) && part.parse::<u8>().is_ok_and(|_| part.len() <= 3)
    };
    let is_glued = |at: usize| !tokens.has_space(at);
    let dotted = |at: usize| tokens.low(at) == "." && is_glued(at) && is_glued(at + 1);
    let all = is_part(at) && (1..4).all(|part| dotted(at + part * 2 - 1) && is_part(at + part * 2));
    let ends = !(dotted(at + 7) && tokens.is_digits(at + 8));
    let begins = tokens.low_before(at) != "." || is_glued(at) || at == 0;
    (all && ends && begins).then_some(at + 7)
}

/// Groups of up to four hexadecimal digits with colons between, at least four of them.
fn version_six(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let is_hex = |at: usize| {
        (tokens.is_digits(at) || tokens.is_word(at))
            && tokens.low(at).chars().all(|c| c.is_ascii_hexdigit())
    };
    if !is_hex(at) || (at > 0 && !tokens.has_space(at) && !tokens.is_mark(at - 1)) {
        return None;
    }
    let (mut end, mut colons) = (at, 0);
    while end < at + 64 && (end == at || !tokens.has_space(end)) {
        if tokens.low(end) == ":" {
            colons += 1;
        } else if !is_hex(end) {
            break;
        }
        end += 1;
    }
    // "10:30:15" is a time.
    (colons >= 4).then_some(end)
}

/// `@somebody`, where nothing stands before the sign.
fn handle(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    if tokens.low(at) != "@"
        || !tokens.has_space(at)
        || tokens.has_space(at + 1)
        || !tokens.is_word(at + 1)
    {
        return None;
    }
    let mut end = at + 1;
    while end < at + 64 && (!tokens.has_space(end) || end == at + 1) {
        let goes_on = tokens.is_word(end)
            || tokens.is_digits(end)
            || (matches!(tokens.low(end), "_" | "." | "-") && !tokens.has_space(end + 1));
        if !goes_on {
            break;
        }
        end += 1;
    }
    Some(end)
}
