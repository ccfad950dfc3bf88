//! Numbers whose written groups alone say what they are: `555-0142`, `123-45-6789`, `4111 1111 1111 1111`.

use std::ops::Range;

use super::{
    Scan,
    cues::Cue,
    guard,
    runs::{is_card, with_extension},
};
use crate::redact::Kind;

/// Groups of written digits with a mark or a space between two of them.
struct Groups {
    tokens: Range<usize>,
    /// The lengths of the groups.
    lengths: Vec<usize>,
    digits: String,
    has_plus: bool,
    has_bracket: bool,
    /// Something else than spaces stands between them.
    has_mark: bool,
}

pub(super) fn find(scan: &mut Scan<'_>) {
    let mut at = 0;
    while at < scan.tokens.len() {
        at = match read(scan, at) {
            Some(groups) => take(scan, &groups).max(at + 1),
            None => vanity(scan, at)
                .or_else(|| crossed_out(scan, at))
                .unwrap_or(at + 1),
        };
    }
}

fn take(scan: &mut Scan<'_>, groups: &Groups) -> usize {
    let end = groups.tokens.end;
    // "NDC 0093-7146-98" is a drug.
    let is_scored = guard::is_instrument(scan.tokens.low_before(groups.tokens.start));
    if is_scored || !scan.is_free(groups.tokens.clone()) {
        return end;
    }
    if let Some(kind) = kind(scan, groups) {
        let mut start = groups.tokens.start;
        let end = if kind == Kind::Phone {
            let area = start
                .checked_sub(2)
                .filter(|at| scan.tokens.phrase(*at, "area code").is_some());
            start = area.unwrap_or(start);
            with_extension(scan, end)
        } else {
            end
        };
        scan.take(start..end, kind);
        return end;
    }
    end
}

/// Digits with spaces, points, hyphens and brackets between.
fn read(scan: &Scan<'_>, at: usize) -> Option<Groups> {
    let tokens = &scan.tokens;
    let opens = |at: usize| matches!(tokens.low(at), "+" | "(");
    let begins = tokens.is_digits(at)
        || (opens(at) && (tokens.is_digits(at + 1) || (opens(at + 1) && tokens.is_digits(at + 2))));
    // Digits after letters, as in "B12", are no group.
    let is_glued = at > 0 && !tokens.has_space(at) && tokens.is_word(at - 1);
    if !begins || is_glued {
        return None;
    }
    let mut groups = Groups {
        tokens: at..at,
        lengths: Vec::new(),
        digits: String::new(),
        has_plus: false,
        has_bracket: false,
        has_mark: false,
    };
    let (mut end, mut marks) = (at, 0);
    loop {
        let low = tokens.low(end);
        if tokens.is_digits(end) {
            if tokens.is_word(end + 1)
                && !tokens.has_space(end + 1)
                && !is_extension(tokens.low(end + 1))
            {
                break;
            }
            groups.digits += low;
            groups.lengths.push(low.len());
            end += 1;
            groups.tokens.end = end;
            marks = 0;
            continue;
        }
        let goes_on = match low {
            "+" if groups.lengths.is_empty() => {
                groups.has_plus = true;
                true
            }
            "(" | ")" => {
                groups.has_bracket = true;
                true
            }
            "-" | "–" | "‑" | "." | "/" => {
                groups.has_mark = true;
                !tokens.ends_sentence(end)
            }
            _ => false,
        };
        marks += 1;
        if !goes_on || marks > 3 || groups.digits.len() > 24 {
            break;
        }
        end += 1;
    }
    (!groups.lengths.is_empty()).then_some(groups)
}

fn is_extension(low: &str) -> bool {
    matches!(low, "x" | "ext")
}

fn kind(scan: &Scan<'_>, groups: &Groups) -> Option<Kind> {
    let tokens = &scan.tokens;
    let digits = groups.digits.as_str();
    let money = groups
        .tokens
        .start
        .checked_sub(1)
        .is_some_and(|at| matches!(tokens.low(at), "$" | "£" | "€"));
    if money {
        return None;
    }
    let cue = || scan.cue_before(groups.tokens.start, 8).map(|(cue, _)| cue);
    match (groups.lengths.as_slice(), digits.len()) {
        ([3, 2, 4], _) => Some(Kind::Ssn),
        ([4, 4, 4, 4] | [4, 6, 5] | [4, 4, 4, 4, 3], _) => Some(Kind::Card),
        (_, 13..=19) if is_card(digits) => Some(Kind::Card),
        ([3, 3, 4] | [1 | 2, 3, 3, 4], _) => match cue() {
            // 3-3-4 is a phone's, and an NHS number's.
            Some(Cue::Ssn) => Some(Kind::Ssn),
            Some(Cue::Record) => Some(Kind::Record),
            _ => Some(Kind::Phone),
        },
        ([3, 4], _) if groups.has_mark && !is_range(scan, groups) => Some(Kind::Phone),
        ([3, 4], _) if matches!(cue(), Some(Cue::Phone | Cue::Number)) => Some(Kind::Phone),
        ([1, ..], 11) if digits.starts_with('1') && groups.lengths.len() > 2 => Some(Kind::Phone),
        (_, 8..=15) if groups.has_plus => Some(Kind::Phone),
        ([_, _, ..], 10..=11) if digits.starts_with('0') && !is_date(&groups.lengths) => {
            Some(Kind::Phone)
        }
        (_, 12..=15) if digits.starts_with("00") || digits.starts_with("011") => Some(Kind::Phone),
        ([_], 10) if groups.has_bracket => Some(Kind::Phone),
        ([3, 7] | [6, 4] | [3, 3, 2, 2], _) => Some(Kind::Phone),
        _ => None,
    }
}

fn is_date(lengths: &[usize]) -> bool {
    matches!(lengths, [1 | 2, 1 | 2, 2 | 4] | [4, 1 | 2, 1 | 2])
}

/// "100-1000 mg"
fn is_range(scan: &Scan<'_>, groups: &Groups) -> bool {
    let unit = scan.tokens.low(groups.tokens.end);
    matches!(
        unit,
        "mg" | "mcg"
            | "milligrams"
            | "ml"
            | "calories"
            | "dollars"
            | "steps"
            | "units"
            | "people"
            | "words"
            | "iu"
    )
}

/// "XXX-XX-4471", "****-****-****-9424"
fn crossed_out(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let is_cross = |at: usize| {
        let low = tokens.low(at);
        !low.is_empty() && low.chars().all(|c| matches!(c, 'x' | '*' | '•'))
    };
    let (mut end, mut crosses) = (at, 0);
    while is_cross(end) || (crosses > 0 && matches!(tokens.low(end), "-" | " ")) {
        crosses += tokens.low(end).chars().filter(|c| *c != '-').count();
        end += 1;
    }
    let is_rest = tokens.is_digits(end) && matches!(tokens.low(end).len(), 3..=5);
    if crosses < 3 || !is_rest {
        return None;
    }
    let kind = if crosses > 7 { Kind::Card } else { Kind::Ssn };
    scan.take(at..end + 1, kind);
    Some(end + 1)
}

/// "1-800-GET-HELP"
fn vanity(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let area = at
        + if tokens.low(at) == "1" && tokens.low(at + 1) == "-" {
            2
        } else {
            0
        };
    if !matches!(
        tokens.low(area),
        "800" | "888" | "877" | "866" | "855" | "844" | "833"
    ) {
        return None;
    }
    let (mut end, mut letters) = (area + 1, 0);
    while letters < 12 {
        let word = if tokens.low(end) == "-" { end + 1 } else { end };
        if !(tokens.is_upper(word) || tokens.is_digits(word))
            || (word == end && letters > 0 && tokens.has_space(end))
        {
            break;
        }
        letters += tokens.low(word).chars().count();
        end = word + 1;
    }
    if letters < 4 {
        return None;
    }
    scan.take(at..end, Kind::Phone);
    Some(end)
}
