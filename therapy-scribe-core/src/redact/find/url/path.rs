//! What follows a domain, written or said.

use super::{glued, is_lead};
use crate::redact::{
    find::Scan,
    words::{Words, words},
};

/// What follows a domain with slashes, written or said.
pub(super) fn path(scan: &Scan<'_>, domain: usize) -> usize {
    let tokens = &scan.tokens;
    let mut end = domain;
    if matches!(tokens.low(end), "/" | ":" | "?" | "#")
        && !tokens.has_space(end)
        && !tokens.has_space(end + 1)
    {
        return glued(scan, end);
    }
    loop {
        let aside = scan.after_fillers(end, 2);
        let said = ["all one word", "one word", "no spaces", "all lowercase"];
        let aside = said
            .iter()
            .find_map(|phrase| tokens.phrase(aside, phrase))
            .unwrap_or(end);
        let mut next = scan.after_fillers(aside, 3);
        next += usize::from(matches!(tokens.low(next), "forward" | "back"));
        if !matches!(tokens.low(next), "slash" | "/") {
            return end;
        }
        let mut at = next + 1 + usize::from(tokens.low(next + 1) == ",");
        let mut words = 0;
        while words < 8 {
            let low = tokens.low(at);
            let is_joint = matches!(low, "dash" | "hyphen" | "underscore" | "dot" | "-" | "_");
            let is_piece = tokens.is_letter(at) || scan.numbers.holding(at).is_some();
            let is_first = words == 0
                || matches!(
                    tokens.low_before(at),
                    "dash" | "hyphen" | "underscore" | "dot" | "-" | "_"
                );
            let is_end = is_lead(low) && !is_first;
            if is_joint || (tokens.is_word(at) && is_first) || is_piece && !is_end {
                words += usize::from(!is_joint);
                at += 1;
            } else if tokens.low(next) == "slash" && words > 0 && words < MOST_PATH_WORDS {
                let Some(end) = said_on(scan, at) else { break };
                words += end - at;
                at = end;
            } else {
                break;
            }
        }
        if at == next + 1 {
            return end;
        }
        end = at;
    }
}

/// More words that are said behind a slash are a sentence's.
const MOST_PATH_WORDS: usize = 5;

/// The end of a word more behind a slash that was said: "slash kas beats", and "in wexcombe" where a pause follows.
fn said_on(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    let is_content = |at: usize| {
        let low = tokens.low(at);
        let is_lead = is_lead(low) && !matches!(low, "again" | "well" | "great" | "right");
        tokens.is_word(at) && tokens.has_space(at) && !is_lead && !GOES_ON.contains(low)
    };
    if is_content(at) {
        return Some(at + 1);
    }
    let is_joining = matches!(tokens.low(at), "in" | "and" | "of" | "the" | "for" | "my");
    let is_over = !is_content(at + 2) && tokens.low(at + 2) != "slash";
    (is_joining && is_content(at + 1) && is_over).then_some(at + 2)
}

/// Words with which a sentence goes on behind an address.
static GOES_ON: Words = Words::new(|| {
    words(
        "is was are were has have had did does do can could should will would won't can't don't didn't isn't doesn't wasn't \
    please if not where how why when while because which who whose until since before after today tonight tomorrow \
    yesterday too also really maybe about every all some you your you'll you're he's she's they're we're it'll what \
    me him us them but now once there's here slash dot colon",
    )
});
