//! Rows of digits as they are dictated: grouped anyhow, with pauses, corrections and other people's "mhm" in between.

use std::ops::Range;

use compact_str::CompactString;

use super::{
    KnownDigits, Scan,
    cues::{self, Cue},
    numbers::Number,
};
use crate::redact::{
    Kind,
    words::{Words, words},
};

/// Numbers to call in need. They tell nobody.
const HOTLINES: [&str; 11] = [
    "911", "988", "999", "112", "211", "311", "411", "611", "811", "101", "111",
];
/// More are never one number.
const MOST_DIGITS: usize = 40;

/// Numbers that belong together, as indices of the text's numbers.
#[derive(Clone)]
struct Run {
    numbers: Range<usize>,
}

/// Digits that are known to be somebody's, wherever they come again.
pub(super) fn find_known(scan: &mut Scan<'_>, known: &KnownDigits) {
    if known.is_empty() {
        return;
    }
    for run in runs(scan) {
        let mut first = run.numbers.start;
        while first < run.numbers.end {
            let mut digits = CompactString::default();
            let mut hit = None;
            for index in first..run.numbers.end {
                let Some(number) = scan.numbers.get(index) else {
                    break;
                };
                digits.push_str(&number.digits);
                if digits.len() > MOST_DIGITS {
                    break;
                }
                if let Some(kind) = known.get(&digits) {
                    hit = Some((index + 1, *kind));
                }
            }
            if let Some((end, kind)) = hit {
                scan.take(tokens_of(scan, &(first..end)), kind);
            }
            first = hit.map_or(first + 1, |(end, _)| end);
        }
    }
}

pub(super) fn find(scan: &mut Scan<'_>) {
    for run in runs(scan) {
        let run = trimmed(scan, run);
        let mut tokens = tokens_of(scan, &run.numbers);
        if let Some(kind) = kind(scan, &run, &tokens) {
            if kind == Kind::Phone {
                tokens.end = with_extension(scan, tokens.end);
            }
            tokens.start = with_lead(scan, tokens.start);
            scan.take(tokens, kind);
        }
    }
}

/// The begin of a number with what is said before it and belongs to it: "area code", "plus", a letter.
fn with_lead(scan: &Scan<'_>, start: usize) -> usize {
    let tokens = &scan.tokens;
    let Some(before) = start.checked_sub(1) else {
        return start;
    };
    let area = start
        .checked_sub(2)
        .filter(|at| tokens.phrase(*at, "area code").is_some());
    let is_sign = matches!(tokens.low(before), "plus" | "+");
    let is_letter =
        tokens.is_letter(before) && tokens.is_upper(before) && tokens.low(before) != "i";
    match area {
        Some(area) => area,
        None if is_sign || is_letter => before,
        None => start,
    }
}

/// The end of a number with its extension.
pub(super) fn with_extension(scan: &Scan<'_>, end: usize) -> usize {
    let tokens = &scan.tokens;
    let at = scan.after_fillers(end, 3);
    if !matches!(tokens.low(at), "extension" | "ext" | "x") {
        return end;
    }
    let mut next = at + 1;
    while matches!(tokens.low(next), "." | "number" | "#" | "is" | ":" | ",") {
        next += 1;
    }
    let (mut last, mut digits) = (end, 0);
    while let Some(number) = scan.numbers.from(next) {
        digits += number.digits.len();
        if digits > 6 {
            break;
        }
        last = number.tokens.end;
        next = last + usize::from(matches!(tokens.low(last), "-" | ","));
    }
    last
}

/// The runs of all numbers that nobody has taken.
fn runs(scan: &Scan<'_>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for index in 0..scan.numbers.len() {
        let Some(number) = scan.numbers.get(index) else {
            continue;
        };
        if !scan.is_free(number.tokens.clone()) || is_glued(scan, number) {
            continue;
        }
        match runs.last_mut() {
            Some(run) if run.numbers.end == index && joins(scan, index) => {
                run.numbers.end = index + 1;
            }
            _ => runs.push(Run {
                numbers: index..index + 1,
            }),
        }
    }
    runs
}

/// Part of something like "B12" or "4th".
fn is_glued(scan: &Scan<'_>, number: &Number) -> bool {
    let tokens = &scan.tokens;
    let (start, end) = (number.tokens.start, number.tokens.end);
    let after = tokens.is_word(end) && !tokens.has_space(end) && tokens.low(end) != "x";
    (start > 0 && tokens.is_word(start - 1) && !tokens.has_space(start))
        || (!number.is_spoken && after)
}

/// Whether a number goes on with what the one before it began.
fn joins(scan: &Scan<'_>, index: usize) -> bool {
    let (Some(one), Some(other)) = (
        index.checked_sub(1).and_then(|i| scan.numbers.get(i)),
        scan.numbers.get(index),
    ) else {
        return false;
    };
    let gap = one.tokens.end..other.tokens.start;
    let (mut words, mut breaks, mut ends) = (0, 0, 0);
    let mut at = gap.start;
    while at < gap.end {
        let low = scan.tokens.low(at);
        if scan.tokens.is_hidden(at) || scan.claimed.get(at) == Some(&true) {
            return false;
        }
        if scan.tokens.is_break(at) {
            breaks += 1;
            // Who speaks, at a line's begin.
            if let Some(label) = label(scan, at + 1) {
                at = label;
                continue;
            }
        } else if scan.tokens.is_mark(at) {
            if matches!(low, "$" | "£" | "€" | "%" | "@" | "=" | ";" | "&" | "*") {
                return false;
            }
            ends += usize::from(scan.tokens.ends_sentence(at));
        } else if cues::is_spoken_mark(low)
            || matches!(low, "area" | "extension" | "ext" | "x")
            || (low == "code" && scan.tokens.low_before(at) == "area")
        {
        } else if low == "i"
            && !matches!(
                scan.tokens.low(at + 1),
                "think" | "mean" | "guess" | "believe"
            )
        {
            return false;
        } else if cues::is_filler(low) {
            words += 1;
        } else {
            return false;
        }
        at += 1;
    }
    let is_short = |number: &Number| number.digits.len() <= 4;
    let is_apart = ends > 0 || breaks > 0;
    words <= 8 && breaks <= 3 && ends <= 3 && (!is_apart || (is_short(one) && is_short(other)))
}

/// The end of "Therapist:" or "Speaker A:" at a line's begin.
fn label(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let words = (at..at + 3).take_while(|i| scan.tokens.is_word(*i)).count();
    (words > 0 && scan.tokens.low(at + words) == ":").then_some(at + words + 1)
}

/// Without an "oh" that is a sigh.
fn trimmed(scan: &Scan<'_>, run: Run) -> Run {
    let mut numbers = run.numbers;
    let is_oh = |index: usize| {
        let number = scan.numbers.get(index)?;
        matches!(scan.tokens.low(number.tokens.start), "oh" | "o").then_some(number.tokens.clone())
    };
    if let Some(tokens) = is_oh(numbers.start)
        && scan.tokens.low(tokens.end) == ","
        && matches!(digits_of(scan, &numbers).len(), 8 | 10 | 11)
        && (numbers.start + 1..numbers.end)
            .filter_map(|i| scan.numbers.get(i))
            .any(|number| number.digits.len() > 1)
    {
        numbers.start += 1;
    }
    if numbers.len() > 1
        && let Some(tokens) = numbers.end.checked_sub(1).and_then(is_oh)
        && tokens.start > 0
        && scan.tokens.ends_sentence(tokens.start - 1)
    {
        numbers.end -= 1;
    }
    Run { numbers }
}

fn tokens_of(scan: &Scan<'_>, numbers: &Range<usize>) -> Range<usize> {
    let first = scan.numbers.get(numbers.start);
    let last = numbers
        .end
        .checked_sub(1)
        .and_then(|last| scan.numbers.get(last));
    match (first, last) {
        (Some(first), Some(last)) => first.tokens.start..last.tokens.end,
        _ => 0..0,
    }
}

fn digits_of(scan: &Scan<'_>, numbers: &Range<usize>) -> CompactString {
    let numbers = numbers.clone().filter_map(|index| scan.numbers.get(index));
    let mut digits = CompactString::default();
    for number in numbers {
        digits.push_str(&number.digits);
    }
    digits
}

fn kind(scan: &Scan<'_>, run: &Run, tokens: &Range<usize>) -> Option<Kind> {
    let digits = digits_of(scan, &run.numbers);
    let count = digits.len();
    if count < 2 || HOTLINES.contains(&digits.as_str()) {
        return None;
    }
    if let Some(kind) = continued(scan, run, tokens, count) {
        return Some(kind);
    }
    if let Some(kind) = another(scan, tokens.start, count) {
        return Some(kind);
    }
    let before = scan.cue_before(tokens.start, 12);
    let near = |most: usize| before.filter(|(_, far)| *far <= most).map(|(cue, _)| cue);
    if let Some(kind) = short(scan, tokens, &digits, near(8), is_digitwise(scan, run)) {
        return Some(kind);
    }
    if is_spoken_date(scan, run, tokens) {
        return Some(Kind::DateOfBirth);
    }
    if count < 7 {
        let is_partial =
            matches!(near(5), Some(Cue::Phone | Cue::Number)) && is_cut_off(scan, run, tokens);
        return (is_partial && count >= 3).then_some(Kind::Phone);
    }
    if is_amount(scan, run) {
        return None;
    }
    let all = || {
        run.numbers
            .clone()
            .filter_map(|index| scan.numbers.get(index))
    };
    // "99214 plus 90836": codes.
    let has_codes = run.numbers.len() > 1
        && all().all(|number| !number.is_spoken && matches!(number.digits.len(), 5 | 6));
    // "fifty fifty", "fourteen hundred, twenty two hundred": not dictated.
    let is_round = all().all(|number| number.digits.len() == 2 && number.is_spoken)
        || all().all(|number| number.digits.ends_with("00"));
    let cue = near(8).or_else(|| scan.cue_after(tokens.end, 6));
    if is_card(&digits) && (count >= 15 || matches!(cue, Some(Cue::Card | Cue::Number))) {
        return Some(Kind::Card);
    }
    let is_list = is_list(scan, run) || is_exercise(scan, tokens.start);
    match cue {
        Some(Cue::Ssn) if count <= 12 => Some(Kind::Ssn),
        Some(Cue::Card | Cue::CardCode | Cue::Expiry) if count >= 12 => Some(Kind::Card),
        Some(Cue::Phone) if count <= 16 => Some(Kind::Phone),
        _ if is_list || is_round || has_codes => None,
        Some(Cue::Record) => Some(Kind::Record),
        Some(Cue::Number) if count <= 16 => Some(Kind::Phone),
        _ => by_length(&digits),
    }
}

/// What so many digits are where nothing else is said.
fn by_length(digits: &str) -> Option<Kind> {
    match digits.len() {
        9 => Some(Kind::Ssn),
        7..=12 => Some(Kind::Phone),
        13..=19 if is_card(digits) => Some(Kind::Card),
        5.. => Some(Kind::Record),
        _ => None,
    }
}

/// Few digits that are something only because of the words around them.
fn short(
    scan: &Scan<'_>,
    tokens: &Range<usize>,
    digits: &str,
    cue: Option<Cue>,
    digitwise: bool,
) -> Option<Kind> {
    let count = digits.len();
    let year_of_birth = || {
        let start = scan
            .tokens
            .phrase(tokens.start.checked_sub(2)?, "born in")?;
        (start == tokens.start).then_some(Kind::DateOfBirth)
    };
    if count == 4 && cue.is_none_or(|cue| cue == Cue::Number) && is_last_four(scan, tokens.start, 8)
    {
        return Some(Kind::Ssn);
    }
    match cue? {
        Cue::Birth if (3..=8).contains(&count) && !is_exercise(scan, tokens.start) => {
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
        Cue::Ssn | Cue::Card | Cue::Number | Cue::Phone
            if count == 4 && is_last_four(scan, tokens.start, 12) =>
        {
            Some(match cue? {
                Cue::Card => Kind::Card,
                Cue::Phone => Kind::Phone,
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

/// "the last four are", "ending in"
fn is_last_four(scan: &Scan<'_>, start: usize, most: usize) -> bool {
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
            || (low == "last" && matches!(scan.tokens.low(at + 1), "four" | "4" | "digits"))
            || (matches!(low, "ending" | "ends")
                && matches!(scan.tokens.low(at + 1), "in" | "with"))
    })
}

/// "starts with", "begins with", "the end is"
fn begins_or_ends(scan: &Scan<'_>, start: usize) -> bool {
    let near = (0..start).rev().take(3);
    near.into_iter().any(|at| {
        matches!(
            scan.tokens.low(at),
            "starts" | "begins" | "start" | "end" | "ends"
        )
    })
}

pub(super) fn mentions_card(scan: &Scan<'_>, start: usize) -> bool {
    let from = start.saturating_sub(60);
    (from..start).any(|at| {
        scan.tokens.is_hidden(at)
            || scan.claimed.get(at) == Some(&true)
            || matches!(cues::at(&scan.tokens, at), Some(Cue::Card | Cue::CardCode))
    })
}

/// "… the old one was 12088", "… and the end is 4417": more of what was just hidden.
fn another(scan: &Scan<'_>, start: usize, count: usize) -> Option<Kind> {
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
fn hidden_kind(scan: &Scan<'_>, at: usize) -> Option<Kind> {
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
fn continued(scan: &Scan<'_>, run: &Run, tokens: &Range<usize>, count: usize) -> Option<Kind> {
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
fn is_cut_off(scan: &Scan<'_>, run: &Run, tokens: &Range<usize>) -> bool {
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

/// Said digit by digit, or in groups of three and more.
fn is_digitwise(scan: &Scan<'_>, run: &Run) -> bool {
    let mut numbers = run
        .numbers
        .clone()
        .filter_map(|index| scan.numbers.get(index));
    numbers.all(|number| number.digits.len() != 2 || number.is_spoken)
}

/// "1,000,000", or written behind a sign for money.
fn is_amount(scan: &Scan<'_>, run: &Run) -> bool {
    let tokens = tokens_of(scan, &run.numbers);
    let has_sign = tokens
        .start
        .checked_sub(1)
        .is_some_and(|at| matches!(scan.tokens.low(at), "$" | "£" | "€"));
    let is_grouped = run.numbers.len() > 1
        && (run.numbers.start + 1..run.numbers.end).all(|index| {
            scan.numbers.get(index).is_some_and(|number| {
                let at = number.tokens.start;
                number.digits.len() == 3
                    && !scan.tokens.has_space(at)
                    && scan.tokens.low_before(at) == ","
            })
        });
    has_sign || is_grouped
}

/// "Oh seven, twenty-two, seventy-nine", with which somebody answers.
fn is_spoken_date(scan: &Scan<'_>, run: &Run, tokens: &Range<usize>) -> bool {
    let mut before = (0..tokens.start)
        .rev()
        .take_while(|at| !scan.tokens.ends_sentence(*at) && !scan.tokens.is_break(*at));
    let is_begin = before.all(|at| cues::is_filler(scan.tokens.low(at)) || scan.tokens.is_mark(at));
    let mut groups: Vec<CompactString> = Vec::new();
    for number in run
        .numbers
        .clone()
        .filter_map(|index| scan.numbers.get(index))
    {
        let has_mark = matches!(
            scan.tokens.low_before(number.tokens.start),
            "," | "-" | "/" | "slash" | "dash"
        );
        match groups.last_mut() {
            Some(last) if !has_mark => last.push_str(&number.digits),
            _ => groups.push(number.digits.clone()),
        }
    }
    let part = |index: usize| {
        groups
            .get(index)
            .and_then(|group| group.parse::<u32>().ok())
            .unwrap_or(99)
    };
    let (one, other) = (part(0), part(1));
    let has_year = groups
        .get(2)
        .is_some_and(|year| year.len() == 2 || (year.len() == 4 && matches!(part(2), 1900..=2030)));
    let is_old = part(2) > 30 && part(2) <= 2010;
    is_begin
        && groups.len() == 3
        && has_year
        && is_old
        && (1..=31).contains(&one)
        && (1..=31).contains(&other)
        && one.min(other) <= 12
}

/// Counting, a list of scores, a list of years.
fn is_list(scan: &Scan<'_>, run: &Run) -> bool {
    let numbers: Vec<&Number> = run
        .numbers
        .clone()
        .filter_map(|index| scan.numbers.get(index))
        .collect();
    let values: Vec<i64> = numbers
        .iter()
        .filter_map(|number| number.value())
        .map(i64::from)
        .collect();
    let is_year = |value: &i64| (1900..2100).contains(value);
    if numbers.len() == 2 && values.len() == 2 && values.iter().all(is_year) {
        return true;
    }
    // "3, 2, 0, 1": digits that are written one by one with commas are answers.
    let is_answers = numbers
        .iter()
        .all(|number| !number.is_spoken && number.digits.len() == 1)
        && numbers.iter().skip(1).all(|number| {
            scan.tokens.low_before(number.tokens.start) == ","
                && scan.tokens.has_space(number.tokens.start)
        });
    if is_answers {
        return true;
    }
    if numbers.len() < 3 || values.len() != numbers.len() {
        return false;
    }
    let steps: Vec<i64> = values
        .iter()
        .zip(values.iter().skip(1))
        .map(|(one, next)| next - one)
        .collect();
    let is_counting = values.len() > 3
        && steps.windows(2).all(|pair| pair.first() == pair.last())
        && steps.first() != Some(&0);
    let is_years = values.iter().all(|year| (1900..2100).contains(year));
    if is_pairs(scan, &numbers) {
        return true;
    }
    let commas = numbers.iter().skip(1).filter(|number| {
        scan.tokens.low_before(number.tokens.start) == ","
            || (scan.tokens.low_before(number.tokens.start) == "and")
    });
    let is_enumeration = commas.count() + 1 >= numbers.len()
        && numbers.iter().filter(|n| n.digits.len() == 2).count() * 2 > numbers.len();
    is_counting || is_years || is_enumeration
}

/// "six ten, six twenty, six thirty": times, each with a comma behind it.
fn is_pairs(scan: &Scan<'_>, numbers: &[&Number]) -> bool {
    let mut groups: Vec<Vec<usize>> = vec![Vec::new()];
    for number in numbers {
        let has_comma = scan.tokens.low_before(number.tokens.start) == ","
            || scan.tokens.low_before(number.tokens.start) == "and";
        if has_comma {
            groups.push(Vec::new());
        }
        if let Some(last) = groups.last_mut() {
            last.push(number.digits.len());
        }
    }
    groups.len() > 2
        && groups
            .iter()
            .all(|group| matches!(group.as_slice(), [1 | 2, 2] | [3]))
}

/// A test of memory, counting backwards, breathing, ratings.
fn is_exercise(scan: &Scan<'_>, start: usize) -> bool {
    // "… down the PHQ-9"
    let on = (start..scan.tokens.len())
        .take(36)
        .take_while(|at| !scan.tokens.is_break(*at) && !scan.tokens.ends_sentence(*at));
    if on.into_iter().any(|at| {
        matches!(
            scan.tokens.low(at),
            "phq" | "gad" | "pcl" | "questionnaire" | "backwards" | "backward" | "urge"
        )
    }) {
        return true;
    }
    let back = (0..start)
        .rev()
        .take(20)
        .take_while(|at| !scan.tokens.is_break(*at));
    back.into_iter()
        .any(|at| EXERCISES.contains(scan.tokens.low(at)))
}

/// A payment card's number: thirteen to nineteen digits of which the last checks the others.
pub(super) fn is_card(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, byte)| {
            let digit = u32::from(byte.wrapping_sub(b'0'));
            match (index % 2, digit * 2) {
                (0, _) => digit,
                (_, double) if double > 9 => double - 9,
                (_, double) => double,
            }
        })
        .sum();
    (13..=19).contains(&digits.len())
        && sum.is_multiple_of(10)
        && digits.bytes().any(|byte| byte != b'0')
}

static EXERCISES: Words = Words::new(|| {
    words(
        "span backwards backward forward forwards repeat repeated count counted counting subtract serial sevens breathe \
    breathing inhale exhale scores ratings rated rate rating urge urges mood moods sequence grounding steps lottery",
    )
});

#[cfg(test)]
mod tests {
    use super::is_card;

    #[test]
    fn the_check_digit_of_a_card_is_checked() {
        assert!(is_card("4111111111111111") && is_card("378282246310005"));
        assert!(!is_card("4111111111111112") && !is_card("0000000000000000") && !is_card("42"));
    }
}
