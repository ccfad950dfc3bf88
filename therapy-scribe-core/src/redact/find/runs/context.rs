//! Few digits that are something only by what stands around them.

use std::ops::Range;

use super::{is_exercise, row::Run};
use crate::redact::{
    Kind,
    find::{
        Scan,
        cues::{self, Cue},
        guard,
    },
};

/// Few digits that are something only because of the words around them.
pub(super) fn short(
    scan: &Scan<'_>,
    tokens: &Range<usize>,
    digits: &str,
    cue: Option<Cue>,
    digitwise: bool,
) -> Option<Kind> {
    let count = digits.len();
    let year_of_birth = || {
        let mark = usize::from(matches!(
            scan.tokens.low_before(tokens.start),
            "'" | "’" | "‘"
        ));
        let end = tokens.start.checked_sub(mark)?;
        let start = scan.tokens.phrase(end.checked_sub(2)?, "born in")?;
        (start == end).then_some(Kind::DateOfBirth)
    };
    if count == 4 && cue.is_none_or(|cue| cue == Cue::Number) && is_last_four(scan, tokens.start, 8)
    {
        return Some(Kind::Ssn);
    }
    match cue? {
        Cue::Birth
            if (3..=8).contains(&count)
                && !is_exercise(scan, tokens.start)
                && is_answer(scan, tokens.start) =>
        {
            Some(Kind::DateOfBirth)
        }
        Cue::Birth if count == 2 => year_of_birth(),
        Cue::Zip if matches!(count, 5 | 9) => Some(Kind::Address),
        Cue::CardCode if matches!(count, 3 | 4) => Some(Kind::Card),
        Cue::Expiry if (3..=6).contains(&count) && mentions_card(scan, tokens.start) => {
            Some(Kind::Card)
        }
        Cue::Password if count >= 4 => Some(Kind::Password),
        Cue::Extension if (2..=6).contains(&count) => Some(Kind::Phone),
        Cue::Ssn | Cue::Card | Cue::Number | Cue::Phone | Cue::Record
            if count == 4 && is_last_four(scan, tokens.start, 12) =>
        {
            Some(match cue? {
                Cue::Card => Kind::Card,
                Cue::Phone => Kind::Phone,
                Cue::Record => Kind::Record,
                _ => Kind::Ssn,
            })
        }
        Cue::Ssn if count == 3 && digitwise && begins_or_ends(scan, tokens.start) => {
            Some(Kind::Ssn)
        }
        Cue::Ssn if (5..=12).contains(&count) && digitwise => Some(Kind::Ssn),
        _ => None,
    }
}

/// Whether a birth is spoken of in the same line, or the line begins with the number.
fn is_answer(scan: &Scan<'_>, start: usize) -> bool {
    let mut words = 0;
    for at in (0..start).rev() {
        if scan.tokens.is_break(at) || words > 14 {
            return words < 4;
        }
        if cues::at(&scan.tokens, at) == Some(Cue::Birth) {
            return true;
        }
        words += usize::from(scan.tokens.is_word(at) && !cues::is_filler(scan.tokens.low(at)));
    }
    true
}

/// "0937, the last four of my social", "4417 at the end of my card"
pub(super) fn last_four_of(scan: &Scan<'_>, end: usize, count: usize) -> Option<Kind> {
    let tokens = &scan.tokens;
    if count != 4 {
        return None;
    }
    let is_over = |at: &usize| tokens.is_break(*at) || tokens.is_hidden(*at);
    let named = (end..end + 8).take_while(|at| !is_over(at)).find_map(|at| {
        let phrases = [
            "last four of",
            "last 4 of",
            "last four digits of",
            "last 4 digits of",
            "last four on",
            "last 4 on",
            "last digits of",
            "end of",
            "tail of",
        ];
        phrases.iter().find_map(|phrase| tokens.phrase(at, phrase))
    });
    // "that's the last four."
    let pause = scan.after_fillers(end, 4);
    let alone = [
        "the last four",
        "my last four",
        "her last four",
        "his last four",
        "the last 4",
    ]
    .iter()
    .find_map(|phrase| tokens.phrase(pause, phrase))
    .filter(|after| *after >= tokens.len() || tokens.is_mark(*after));
    let Some(after) = named else {
        return alone.map(|_| Kind::Ssn);
    };
    (after..after + 4).find_map(|at| match cues::at(tokens, at)? {
        Cue::Ssn => Some(Kind::Ssn),
        Cue::Card => Some(Kind::Card),
        Cue::Phone => Some(Kind::Phone),
        Cue::Record => Some(Kind::Record),
        _ => None,
    })
}

/// "the last four are", "ending in"
pub(super) fn is_last_four(scan: &Scan<'_>, start: usize, most: usize) -> bool {
    let from = start.saturating_sub(most);
    (from..start).any(|at| {
        let low = scan.tokens.low(at);
        let is_next = at + 1 == start
            && scan.numbers.from(start).is_some_and(|number| {
                let is_year = number
                    .value()
                    .is_some_and(|year| (1900..2100).contains(&year));
                number.is_spoken || !is_year
            });
        (matches!(low, "ending" | "ends") && is_next)
            || (low == "last"
                && matches!(scan.tokens.low(at + 1), "four" | "4" | "digits")
                && !guard::is_unit(scan.tokens.low(at + 2)))
            || (matches!(low, "ending" | "ends")
                && matches!(scan.tokens.low(at + 1), "in" | "with"))
    })
}

/// "starts with", "begins with", "the end is"
pub(super) fn begins_or_ends(scan: &Scan<'_>, start: usize) -> bool {
    let near = (0..start).rev().take(3);
    near.into_iter().any(|at| {
        matches!(
            scan.tokens.low(at),
            "starts" | "begins" | "start" | "end" | "ends"
        )
    })
}

pub(in crate::redact) fn mentions_card(scan: &Scan<'_>, start: usize) -> bool {
    let from = start.saturating_sub(60);
    let is_named = (start..start + 12)
        .take_while(|at| !scan.tokens.ends_sentence(*at) && !scan.tokens.is_break(*at))
        .any(|at| cues::at(&scan.tokens, at) == Some(Cue::Card));
    is_named
        || (from..start).any(|at| {
            scan.tokens.is_hidden(at)
                || scan.claimed.get(at) == Some(&true)
                || matches!(cues::at(&scan.tokens, at), Some(Cue::Card | Cue::CardCode))
        })
}

/// "… the old one was 12088", "… and the end is 4417": more of what was just hidden.
pub(super) fn another(scan: &Scan<'_>, start: usize, count: usize) -> Option<Kind> {
    let verb = start.checked_sub(1)?;
    // "… or maybe 0175"
    let is_or = scan.tokens.low(verb) == "or"
        || (matches!(scan.tokens.low(verb), "maybe" | "possibly")
            && scan.tokens.low_before(verb) == "or");
    let near = (0..verb)
        .rev()
        .take(3)
        .find(|at| scan.tokens.is_hidden(*at));
    if let Some(hidden) = near.filter(|_| is_or && (3..=12).contains(&count)) {
        return hidden_kind(scan, hidden);
    }
    let is_verb = matches!(scan.tokens.low(verb), "is" | "was" | "are");
    let is_more = matches!(
        scan.tokens.low_before(verb),
        "one" | "end" | "rest" | "half" | "part" | "bit"
    );
    if !is_verb || !is_more || !(3..=12).contains(&count) {
        return None;
    }
    let hidden = (0..verb)
        .rev()
        .take(14)
        .find(|at| scan.tokens.is_hidden(*at))?;
    hidden_kind(scan, hidden)
}

/// What was hidden here, where it has a number.
pub(super) fn hidden_kind(scan: &Scan<'_>, at: usize) -> Option<Kind> {
    let hidden = scan.tokens.text.get(scan.tokens.bytes(&(at..at + 1)))?;
    let numeric = [
        Kind::Phone,
        Kind::Ssn,
        Kind::Card,
        Kind::Record,
        Kind::Address,
    ];
    numeric
        .into_iter()
        .find(|kind| hidden.contains(kind.label()))
}

/// The rest of a number that an earlier line began.
pub(super) fn continued(
    scan: &Scan<'_>,
    run: &Run,
    tokens: &Range<usize>,
    count: usize,
) -> Option<Kind> {
    let mut breaks = 0;
    for at in (0..tokens.start).rev().take(12) {
        if scan.tokens.is_hidden(at) {
            let kind = hidden_kind(scan, at).filter(|kind| *kind != Kind::Address)?;
            return ((2..=8).contains(&count) && breaks > 0 && is_cut_off(scan, run, tokens))
                .then_some(kind);
        }
        breaks += usize::from(scan.tokens.is_break(at));
        let is_between = !scan.tokens.is_word(at)
            || cues::is_filler(scan.tokens.low(at))
            || scan.tokens.low(at + 1) == ":";
        if !is_between || scan.tokens.is_digits(at) {
            return None;
        }
    }
    None
}

/// Nothing but digits, one by one or in groups of three and four, up to the end of the line.
pub(super) fn is_cut_off(scan: &Scan<'_>, run: &Run, tokens: &Range<usize>) -> bool {
    let mut end = tokens.end;
    while scan.tokens.is_mark(end) || cues::is_filler(scan.tokens.low(end)) {
        end += 1;
    }
    let is_end = end >= scan.tokens.len() || scan.tokens.is_break(end);
    let has_colon = tokens
        .clone()
        .any(|at| matches!(scan.tokens.low(at), ":" | "."));
    let mut numbers = run
        .numbers
        .clone()
        .filter_map(|index| scan.numbers.get(index));
    let is_dictated = numbers.all(|number| {
        let length = number.digits.len();
        (number.is_spoken && (length == 1 || run.numbers.len() > 2)) || (3..=4).contains(&length)
    });
    is_end && !has_colon && is_dictated
}
