//! Names in services that are said with an "at": "my handle is at slow moon ninety one".

use super::{Scan, cues};
use crate::redact::{
    Kind,
    words::{Words, words},
};

/// More words are a sentence's.
const MOST_WORDS: usize = 5;

pub(super) fn find(scan: &mut Scan<'_>) {
    for at in 1..scan.tokens.len() {
        let is_sign = scan.tokens.low(at) == "at" && is_led(scan, at);
        if let Some(end) = name(scan, at + 1).filter(|_| is_sign) {
            scan.take(at..end, Kind::Username);
        }
    }
}

/// Whether a service or a handle is spoken of: "my handle is", "her channel's".
fn is_led(scan: &Scan<'_>, at: usize) -> bool {
    let tokens = &scan.tokens;
    let is_service = |at: usize| {
        let low = tokens.low(at);
        SERVICES.contains(low.strip_suffix("'s").unwrap_or(low))
    };
    let last = (0..at)
        .rev()
        .take(5)
        .find(|at| !(cues::is_hesitation(tokens.low(*at)) || tokens.low(*at) == "just"));
    last.is_some_and(|last| match tokens.low(last) {
        "is" | "it's" | "was" | "that's" => {
            let mut back = (0..last).rev().take(4);
            back.any(is_service)
        }
        low => low.ends_with("'s") && is_service(last),
    })
}

/// The end of the name: words up to a pause or to where the sentence goes on.
fn name(scan: &Scan<'_>, start: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    if ENDS.contains(tokens.low(start)) {
        return None;
    }
    let (mut end, mut words) = (start, 0);
    while words < MOST_WORDS && scan.is_free(end..end + 1) {
        let low = tokens.low(end);
        let is_joint = matches!(low, "." | "_" | "-") && !tokens.has_space(end + 1)
            || matches!(low, "underscore" | "dot" | "dash");
        let is_part = tokens.is_word(end) || tokens.is_digits(end);
        if !(is_joint || is_part && !ENDS.contains(low)) {
            break;
        }
        words +=
            usize::from(!is_joint && scan.numbers.holding(end).is_none() && !tokens.is_letter(end));
        end += 1;
    }
    (end > start).then_some(end)
}

static SERVICES: Words = Words::new(|| {
    words(
        "handle username channel twitter instagram insta tiktok snapchat snap twitch discord threads \
    bluesky mastodon tumblr onlyfans patreon gamertag",
    )
});

/// Words with which the sentence goes on, or with which a place begins.
static ENDS: Words = Words::new(|| {
    words(
        "on and but if so in with for or because the a an my your his her their our this that least most about all risk \
    capacity work home school zero it is was if you i he she they we",
    )
});
