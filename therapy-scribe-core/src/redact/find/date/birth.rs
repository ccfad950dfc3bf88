//! Which date is a birth's.

use std::ops::Range;

use super::{Date, parts::year};
use crate::redact::{
    Kind,
    find::{
        Scan,
        cues::{self, Cue},
    },
    words::{Words, words},
};

/// Whether a birth is spoken of just before or after.
pub(super) fn is_birth(scan: &Scan<'_>, start: usize, date: &Date) -> bool {
    let end = date.end;
    // "my birthday is in March" tells little, a year tells more.
    if !date.has_day && date.year.is_none() {
        return false;
    }
    if has_birth_before(scan, start) {
        return true;
    }
    // "turned forty on March third"
    let turned = (0..start)
        .rev()
        .take(8)
        .take_while(|at| !scan.tokens.ends_sentence(*at));
    let has_turned = turned
        .filter(|at| {
            matches!(
                scan.tokens.low(*at),
                "turned" | "turns" | "turning" | "turn" | "be"
            )
        })
        .any(|at| scan.numbers.from(at + 1).is_some());
    has_turned
        || has_come(scan, start, end)
        || scan.cue_after(end, 12) == Some(Cue::Birth)
        || gives_age(scan, end)
}

/// "my twins came 10/02/2015", "we had her on", "the baby arrived early, on"
fn has_come(scan: &Scan<'_>, start: usize, end: usize) -> bool {
    let tokens = &scan.tokens;
    let between = |at: &usize| {
        let low = tokens.low(*at);
        cues::is_filler(low)
            || matches!(
                low,
                "on" | "the"
                    | "in"
                    | "at"
                    | "early"
                    | "late"
                    | ","
                    | "finally"
                    | "monday"
                    | "tuesday"
                    | "wednesday"
                    | "thursday"
                    | "friday"
                    | "saturday"
                    | "sunday"
            )
    };
    // "the twins, twenty-first of July, came six weeks early"
    let next = scan.after_fillers(end, 2);
    if matches!(tokens.low(next), "came" | "arrived")
        && start
            .checked_sub(2)
            .is_some_and(|at| is_child(tokens.low(at)))
    {
        return true;
    }
    let Some(at) = (0..start).rev().take(5).find(|at| !between(at)) else {
        return false;
    };
    let near = |most: usize, is_one: fn(&str) -> bool| {
        let back = (0..at).rev().take(most);
        back.take_while(|i| !tokens.ends_sentence(*i))
            .any(|i| is_one(tokens.low(i)))
    };
    match tokens.low(at) {
        "came" | "arrived" => near(3, is_child),
        "delivered" => near(3, |low| matches!(low, "i" | "she" | "we" | "wife")),
        "him" | "her" | "them" => tokens.low_before(at) == "had" && near(2, |low| low == "had"),
        low => is_child(low) && near(4, |low| matches!(low, "had" | "delivered")),
    }
}

fn is_child(low: &str) -> bool {
    matches!(
        low,
        "baby"
            | "babies"
            | "twins"
            | "triplets"
            | "son"
            | "daughter"
            | "boy"
            | "girl"
            | "boys"
            | "girls"
            | "kid"
            | "kids"
            | "child"
            | "grandson"
            | "granddaughter"
            | "grandchild"
            | "oldest"
            | "eldest"
            | "youngest"
            | "firstborn"
            | "preemie"
            | "newborn"
    )
}

/// The year that somebody adds late: "my birthday's May the fourth, everyone makes the joke, nineteen ninety seven".
pub(super) fn late_year(scan: &Scan<'_>, end: usize) -> Option<Range<usize>> {
    let tokens = &scan.tokens;
    for at in end..end + 14 {
        let is_over = tokens.is_break(at)
            || tokens.is_hidden(at)
            || tokens.ends_sentence(at)
            || is_event(tokens.low(at));
        if is_over {
            return None;
        }
        let found = year(scan, at).filter(|_| tokens.low_before(at) == ",");
        if let Some((value, after)) = found {
            let is_last = after >= tokens.len() || tokens.is_mark(after) || tokens.is_break(after);
            let is_free = scan.is_free(at..after);
            return (is_last && is_free && (1900..=2030).contains(&value)).then_some(at..after);
        }
    }
    None
}

pub(super) fn has_birth_before(scan: &Scan<'_>, start: usize) -> bool {
    // Half of it was found before.
    let near = (0..start).rev().take(6).find(|at| {
        let low = scan.tokens.low(*at);
        scan.tokens.is_word(*at)
            && !cues::is_filler(low)
            && !matches!(low, "the" | "of" | "month" | "on" | "in")
            || scan.tokens.is_hidden(*at)
    });
    let near = near.filter(|at| scan.tokens.is_hidden(*at));
    let is_hidden = near.is_some_and(|at| {
        let hidden = scan.tokens.text.get(scan.tokens.bytes(&(at..at + 1)));
        hidden.is_some_and(|hidden| hidden.contains(Kind::DateOfBirth.label()))
    });
    let cue = scan.cue_before(start, 14);
    let is_cue =
        matches!(cue, Some((Cue::Birth, far)) if far <= 3 || !has_other_event(scan, start, far));
    // "has me down as 5/5/85", "verify me: 5/5/85"
    let is_listed = scan.numbers.holding(start).is_some()
        && (0..start).rev().take(12).any(|at| {
            matches!(scan.tokens.low(at), "verify" | "verification")
                || ["has me as", "have me as", "has me down", "have me down"]
                    .iter()
                    .any(|phrase| scan.tokens.phrase(at, phrase).is_some())
        });
    // "Anna Miller, 5/5/85"
    let is_named = near.is_some_and(|at| {
        let hidden = scan
            .tokens
            .text
            .get(scan.tokens.bytes(&(at..at + 1)))
            .unwrap_or_default();
        at + 2 >= start
            && (hidden.contains(Kind::Person.label()) || hidden.contains(Kind::Surname.label()))
    });
    is_hidden || is_cue || is_listed || is_named
}

/// "… I'm twenty-three"
pub(super) fn gives_age(scan: &Scan<'_>, end: usize) -> bool {
    let next = scan.after_fillers(end, 3);
    let next = next + usize::from(matches!(scan.tokens.low(next), "."));
    matches!(scan.tokens.low(next), "i'm" | "she's" | "he's")
        && scan
            .numbers
            .from(next + 1)
            .is_some_and(|number| number.digits.len() < 3)
}

/// A whole date of many years ago, where nothing is said that happened then: hardly anything else has one.
pub(super) fn is_long_ago(scan: &Scan<'_>, start: usize, date: &Date) -> bool {
    let is_old = date.has_day && date.year.is_some_and(|year| (1900..=2010).contains(&year));
    let back = (0..start)
        .rev()
        .take(16)
        .take_while(|at| !scan.tokens.ends_sentence(*at) && !scan.tokens.is_break(*at));
    let on = (date.end..scan.tokens.len())
        .take(8)
        .take_while(|at| !scan.tokens.ends_sentence(*at) && !scan.tokens.is_break(*at));
    is_old && !back.chain(on).any(|at| is_event(scan.tokens.low(at)))
}

/// "I was born in Ohio and moved here in March 2019"
pub(super) fn has_other_event(scan: &Scan<'_>, start: usize, words: usize) -> bool {
    let mut back = (0..start).rev().take(words * 2);
    back.any(|at| is_event(scan.tokens.low(at)))
}

/// What happens on a day and is no birth.
pub(super) fn is_event(low: &str) -> bool {
    EVENTS.contains(low)
}

pub(super) static EVENTS: Words = Words::new(|| {
    words(
        "moved started began married wedding died death left graduated met divorced divorce diagnosed appointment since until \
    increased session sessions quit hired fired funeral accident crash surgery intake admitted discharged hospitalized \
    sober clean arrested deployed enlisted retired attack fire overdose overdosed anniversary visit seen scheduled \
    refill prescribed last next stopped happened attempt attempted passed separated adopted immigrated arrived released \
    sentenced signed filed effective note",
    )
});
