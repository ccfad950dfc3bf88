//! A street in small letters, where somebody stays in it.

use crate::redact::{
    find::{Scan, guard},
    words::{Words, words},
};

/// "in sixty one linnet court": a number of two digits or more, one word, and nothing that counts or goes on.
pub(super) fn is_housed(scan: &Scan<'_>, start: usize, at: usize) -> bool {
    let tokens = &scan.tokens;
    let (mut first, mut digits) = (start, 0);
    while let Some(number) = first
        .checked_sub(1)
        .and_then(|before| scan.numbers.holding(before))
    {
        digits += number.digits.len();
        first = number.tokens.start;
    }
    let leads = match tokens.low_before(first) {
        "in" | "into" | "outside" => digits > 1,
        "at" | "from" | "to" | "near" => digits > 2,
        _ => false,
    };
    let is_other = OTHER_COURTS.contains(tokens.low(start)) || NO_STREETS.contains(tokens.low(at));
    let is_name = at == start + 1 && !is_other && !guard::is_unit(tokens.low(start));
    let next = at + 1;
    let is_over = next >= tokens.len()
        || tokens.is_mark(next)
        || tokens.is_break(next)
        || GOES_ON.contains(tokens.low(next));
    leads && is_name && is_over
}

/// What stands before "court" or "drive" in other sentences.
static OTHER_COURTS: Words = Words::new(|| {
    words(
        "drug family traffic criminal supreme juvenile tennis basketball food appeals parking bank half open test blood",
    )
});

/// Kinds of streets that are ordinary words first of all.
static NO_STREETS: Words = Words::new(|| {
    words("place farm yard point pass path view run walk loop house estate race park bay")
});

/// Words with which the sentence goes on behind a street.
static GOES_ON: Words = Words::new(|| {
    words("and with but until when since because where now for before after near till")
});
