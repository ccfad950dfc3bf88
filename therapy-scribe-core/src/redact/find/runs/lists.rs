//! Numbers that are counted, listed or paid.

use super::row::{Run, tokens_of};
use crate::redact::{
    find::{Scan, numbers::Number},
    words::{Words, words},
};

/// "1,000,000", or written behind a sign for money.
pub(super) fn is_amount(scan: &Scan<'_>, run: &Run) -> bool {
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

/// Counting, a list of scores, a list of years.
pub(super) fn is_list(scan: &Scan<'_>, run: &Run) -> bool {
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
pub(super) fn is_pairs(scan: &Scan<'_>, numbers: &[&Number]) -> bool {
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
pub(super) fn is_exercise(scan: &Scan<'_>, start: usize) -> bool {
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

pub(super) static EXERCISES: Words = Words::new(|| {
    words(
        "span backwards backward forward forwards repeat repeated count counted counting subtract serial sevens breathe \
    breathing inhale exhale scores ratings rated rate rating urge urges mood moods sequence grounding steps lottery",
    )
});
