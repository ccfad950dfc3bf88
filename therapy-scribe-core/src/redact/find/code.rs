//! Letters and digits as they are spelled: "A, one, B as in boy", "double L".

use super::{Scan, cues, guard};

/// A piece of something spelled.
pub(super) struct Piece {
    pub(super) end: usize,
    pub(super) letters: usize,
    pub(super) digits: usize,
}

/// The piece that begins here.
pub(super) fn piece(scan: &Scan<'_>, at: usize) -> Option<Piece> {
    let tokens = &scan.tokens;
    if let Some(number) = scan.numbers.from(at) {
        return Some(Piece {
            end: number.tokens.end,
            letters: 0,
            digits: number.digits.len(),
        });
    }
    if matches!(
        tokens.low(at),
        "capital" | "uppercase" | "lowercase" | "double"
    ) && tokens.is_letter(at + 1)
    {
        let letter = piece(scan, at + 1)?;
        let twice = usize::from(tokens.low(at) == "double");
        return Some(Piece {
            letters: letter.letters + twice,
            ..letter
        });
    }
    if tokens.is_letter(at) {
        return Some(Piece {
            end: explained(scan, at + 1),
            letters: 1,
            digits: 0,
        });
    }
    is_spelling_word(tokens.low(at)).then_some(Piece {
        end: at + 1,
        letters: 1,
        digits: 0,
    })
}

/// The end of "as in Mary", "for Mary", "like in Mary" behind a letter.
fn explained(scan: &Scan<'_>, at: usize) -> usize {
    let tokens = &scan.tokens;
    let at = at + usize::from(tokens.low(at) == "," && matches!(tokens.low(at + 1), "as" | "like"));
    for phrase in ["as in", "like in", "like", "for", "is for", "as"] {
        if let Some(end) = tokens.phrase(at, phrase) {
            let end = end + usize::from(matches!(tokens.low(end), "\"" | "'"));
            if tokens.phrase(end, "x - ray").is_some() {
                return end + 3;
            }
            let is_word = tokens.is_word(end) && tokens.low(end).chars().count() > 2;
            // It explains the letter before by beginning with it.
            let is_same =
                at > 0 && tokens.low(end).chars().next() == tokens.low(at - 1).chars().next();
            if is_word && (is_same || phrase.contains("in")) {
                return end + 1 + usize::from(tokens.low(end + 1) == "\"");
            }
        }
    }
    at
}

fn is_spelling_word(low: &str) -> bool {
    SPELLING.contains(low)
}

/// A code of letters and digits, up to the last piece of it.
pub(super) struct Code {
    pub(super) end: usize,
    pub(super) letters: usize,
    pub(super) digits: usize,
}

/// The longest code that begins here: pieces with marks, pauses and short words in capital letters between.
pub(super) fn code(scan: &Scan<'_>, start: usize) -> Option<Code> {
    let tokens = &scan.tokens;
    let mut code: Option<Code> = None;
    let (mut letters, mut digits, mut at, mut gap) = (0, 0, start, 0);
    let (mut has_comma, mut is_written) = (false, false);
    while letters + digits < 40 {
        let is_taken = scan.claimed.get(at) == Some(&true);
        let found = piece(scan, at).or_else(|| group(scan, at, start));
        // After a comma a written code has ended, and what looks like another one is.
        let is_other = has_comma
            && (tokens.is_word(at)
                && scan.numbers.from(at).is_none()
                && (is_written
                    || !tokens.is_letter(at)
                    || tokens.is_digits(at + 1) && !tokens.has_space(at + 1))
                || is_written && tokens.is_digits(at) && tokens.low(at).len() < 3);
        let is_other = is_other && found.is_some();
        let Some(piece) = found.filter(|_| !is_taken && !is_other) else {
            gap += 1;
            has_comma |= tokens.low(at) == ",";
            if gap > 7 || is_taken || is_other || !is_between(scan, at) {
                break;
            }
            at += 1;
            continue;
        };
        letters += piece.letters;
        digits += piece.digits;
        is_written |= tokens.is_digits(at) && tokens.low(at).len() > 1;
        // A lone "a" or "I" behind it is a word again.
        let is_article = tokens.is_letter(at)
            && piece.end == at + 1
            && matches!(tokens.low(at), "a" | "i")
            && tokens.has_space(at)
            && (!tokens.is_upper(at) || tokens.low(at) == "i");
        at = piece.end;
        (gap, has_comma) = (0, false);
        if !is_article {
            code = Some(Code {
                end: at,
                letters,
                digits,
            });
        }
    }
    code
}

/// What may stand between two pieces of a code.
fn is_between(scan: &Scan<'_>, at: usize) -> bool {
    let tokens = &scan.tokens;
    let low = tokens.low(at);
    let is_mark =
        tokens.is_mark(at) && matches!(low, "-" | "–" | "," | "." | "/" | "…" | "_" | "#" | "?");
    let is_pause =
        is_mark || cues::is_filler(low) || cues::is_spoken_mark(low) || tokens.is_break(at);
    let ends = tokens.ends_sentence(at) || tokens.is_break(at);
    is_pause && (!ends || digits_follow(scan, at))
}

/// "XR" of "XR-48213", "KLR 482", "xqz nine nine".
fn group(scan: &Scan<'_>, at: usize, start: usize) -> Option<Piece> {
    let tokens = &scan.tokens;
    let low = tokens.low(at);
    let length = low.chars().count();
    let is_short = tokens.is_word(at) && length <= 4;
    let is_capital = tokens.is_upper(at)
        && length <= 6
        && is_near_digits(scan, at)
        && !guard::is_instrument(low);
    let is_behind = is_short && !tokens.has_space(at) && at > start && tokens.is_digits(at - 1);
    let is_before = is_short && tokens.is_digits(at + 1) && !tokens.has_space(at + 1);
    let is_unspoken = at == start
        && tokens.is_word(at)
        && length <= 5
        && !low.contains(['a', 'e', 'i', 'o', 'u', 'y', '\'']);
    (is_capital || is_behind || is_before || is_unspoken).then_some(Piece {
        end: at + 1,
        letters: length,
        digits: 0,
    })
}

/// Whether a sentence's end is only a breath, or another's "uh huh".
fn digits_follow(scan: &Scan<'_>, at: usize) -> bool {
    let mut next = at + 1;
    while next < at + 8
        && (cues::is_filler(scan.tokens.low(next))
            || scan.tokens.is_mark(next)
            || scan.tokens.is_break(next))
    {
        next += 1;
    }
    let number = scan.numbers.from(next);
    number.is_some_and(|number| {
        scan.is_free(number.tokens.clone()) && (number.is_spoken || number.digits.len() > 2)
    })
}

fn is_near_digits(scan: &Scan<'_>, at: usize) -> bool {
    let tokens = &scan.tokens;
    let next = at
        + 1
        + usize::from(
            matches!(tokens.low(at + 1), "-" | "/" | "," | ".")
                || cues::is_spoken_mark(tokens.low(at + 1)),
        );
    let before = at
        .checked_sub(1)
        .map(|before| before.saturating_sub(usize::from(tokens.low(before) == "-")));
    tokens.is_digits(next)
        || scan.numbers.from(next).is_some()
        || before.is_some_and(|before| tokens.is_digits(before))
}

use crate::redact::words::{Words, words};
static SPELLING: Words = Words::new(|| {
    words(
        "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike november oscar papa \
    quebec romeo sierra tango uniform victor whiskey xray yankee zulu",
    )
});
