//! Numbers that are clinical: doses, scores, ages, durations, times, codes. They are claimed, so that no row of digits takes them.

use super::Scan;

pub(super) fn claim(scan: &mut Scan<'_>) {
    let mut index = 0;
    while let Some(number) = scan.numbers.get(index) {
        let tokens = number.tokens.clone();
        index += 1;
        // Longer ones are codes by what stands before them only.
        let is_small = number.digits.len() <= 4;
        let value = number.value();
        // "the last four", "the next two"
        let is_counted = matches!(
            scan.tokens.low_before(tokens.start),
            "last" | "first" | "past"
        ) && value.is_some_and(|value| value <= 12)
            && (scan.numbers.from(tokens.end).is_none()
                || number.is_spoken && number.digits == "4");
        // "12:10"
        let clock = tokens.end + 1;
        let is_clock = scan.tokens.low(tokens.end) == ":"
            && !scan.tokens.has_space(tokens.end)
            && !scan.tokens.has_space(clock)
            && scan.tokens.is_digits(clock)
            && scan.tokens.low(clock).len() == 2
            && value.is_some_and(|value| value < 25);
        if is_clock && scan.is_free(tokens.start..clock + 1) {
            scan.claim(&(tokens.start..clock + 1));
        }
        if scan.is_free(tokens.clone())
            && (is_counted
                || (is_small && is_measure(scan, tokens.end, value))
                || is_scored(scan, tokens.start))
        {
            scan.claim(&tokens);
        }
    }
}

/// Whether a unit follows, or the other half of a fraction or a range that has one.
fn is_measure(scan: &Scan<'_>, end: usize, value: Option<u32>) -> bool {
    let tokens = &scan.tokens;
    let mut at = end;
    // "5.5", "10 to 20", "fifteen or sixteen", "120 over 80"
    for _ in 0..2 {
        let link = tokens.low(at);
        let is_link = matches!(link, "to" | "or" | "over" | "point")
            || (matches!(link, "-" | "–" | "." | "/") && !tokens.has_space(at + 1));
        match scan.numbers.from(at + 1) {
            Some(next) if is_link && next.digits.len() <= 4 => at = next.tokens.end,
            _ => break,
        }
    }
    at += usize::from(tokens.low(at) == "-" && !tokens.has_space(at));
    let unit = tokens.low(at);
    let is_hour =
        matches!(unit, "am" | "pm" | "a" | "p" | "o'clock") && value.is_some_and(|v| v <= 12);
    let is_clock =
        is_hour && (unit.len() > 1 || (tokens.low(at + 1) == "." && tokens.low(at + 2) == "m"));
    let is_times = unit != "x" || value.is_some_and(|value| value <= 20);
    (is_unit(unit) && is_times)
        || is_clock
        || (matches!(unit, "%" | "°" | "+"))
        || tokens.phrase(at, "out of").is_some()
        || tokens.phrase(end, "out of").is_some()
        || (unit == "half" || tokens.phrase(at, "and a half").is_some())
}

/// Whether an instrument, a code or a word of measure stands before it.
fn is_scored(scan: &Scan<'_>, start: usize) -> bool {
    let tokens = &scan.tokens;
    let mut at = start;
    for _ in 0..7 {
        let Some(before) = at.checked_sub(1) else {
            return false;
        };
        at = before;
        let low = tokens.low(at);
        if is_instrument(low) || matches!(low, "$" | "£" | "€" | "±") {
            return true;
        }
        let is_link = LINKS.contains(low)
            || scan
                .numbers
                .holding(at)
                .is_some_and(|number| number.digits.len() <= 4)
            || (tokens.is_letter(at) && !tokens.has_space(at));
        if !is_link || (low == "." && tokens.has_space(at + 1)) {
            return false;
        }
    }
    false
}

pub(super) fn is_instrument(low: &str) -> bool {
    INSTRUMENTS.contains(low)
}

/// What is counted or measured.
pub(super) fn is_unit(low: &str) -> bool {
    UNITS.contains(low)
}

static LINKS: Words = Words::new(|| {
    words(
        "- : = of was is at a an the score scored scores about around today total code now still like from to dropped went up \
    down came back in and , . item items",
    )
});

static INSTRUMENTS: Words = Words::new(|| {
    words(
        "ndc phq gad pcl cssrs ssrs audit dast mmse moca bdi bai hamd hama ham ymrs madrs ybocs bocs asrs cesd ces ies dass \
    whodas oq cage aces ace epds psc scared mdq isi psqi dsm icd cpt hcpcs gaf wais wisc mmpi suds sud bp bmi iq rcads \
    sdq cdi itq caps des scoff slums ors srs k10 score scored scores scoring rating rated rate dose dosage aged age ages \
    pressure pulse weight weighed weighs bdi-ii index scale inventory questionnaire modifier diagnosis percentile level \
    levels severity",
    )
});

use crate::redact::words::{Words, words};
static UNITS: Words = Words::new(|| {
    words(
        "mg mgs milligram milligrams mcg microgram micrograms g gram grams kg kilo kilos kilograms ml cc milliliter \
    milliliters millilitres units iu meq mmol mmhg bpm hz tablet tablets pill pills capsule capsules drops puffs percent \
    degrees points point sessions session second seconds minute minutes min mins hour hours hrs hr day days night nights \
    week weeks month months year years yr yrs decades times time people kids children siblings brothers sisters drinks \
    beers glasses cups cigarettes packs pounds lbs lb ounces oz feet foot inches miles mile km kilometers meters steps \
    calories dollars bucks euros cents grand o'clock items questions breaths reps sets blocks pages episodes attacks \
    weekly daily x bpd things ways hundred thousand million more less weeknights visits appointments attempts \
    hospitalizations admissions rounds cycles courses treatments shots doses classes s th nd rd ish",
    )
});
