//! What is at stake where words differ.

use std::collections::BTreeSet;

use super::report::Concern;
use crate::spelling::key;

/// How the generic names of psychotropic drugs, and of common others, end (the stems of the WHO's INN list and near them).
const ENDINGS: [&str; 27] = [
    "azepam",
    "azolam",
    "oxetine",
    "traline",
    "alopram",
    "faxine",
    "apine",
    "iprazole",
    "peridone",
    "sidone",
    "trigine",
    "azodone",
    "zolpidem",
    "opiclone",
    "buspirone",
    "bupropion",
    "barbital",
    "afinil",
    "phenidate",
    "triptyline",
    "ipramine",
    "oxamine",
    "gabalin",
    "abapentin",
    "olol",
    "azosin",
    "valproate",
];

/// Brands, and generic names with endings of their own.
const NAMES: [&str; 32] = [
    "zoloft",
    "prozac",
    "lexapro",
    "celexa",
    "paxil",
    "effexor",
    "cymbalta",
    "pristiq",
    "wellbutrin",
    "remeron",
    "xanax",
    "ativan",
    "klonopin",
    "valium",
    "ambien",
    "seroquel",
    "abilify",
    "zyprexa",
    "risperdal",
    "lamictal",
    "lithium",
    "depakote",
    "adderall",
    "ritalin",
    "concerta",
    "vyvanse",
    "strattera",
    "suboxone",
    "methadone",
    "naltrexone",
    "hydroxyzine",
    "melatonin",
];

/// Of the words that one has and the other has not.
pub(super) fn concerns(live: &[&str], record: &[&str]) -> BTreeSet<Concern> {
    let keys = |words: &[&str]| words.iter().map(|word| key(word)).collect::<BTreeSet<_>>();
    let (live, record) = (keys(live), keys(record));
    let of = |word: &String| {
        let is_drug = NAMES.contains(&word.as_str())
            || ENDINGS
                .iter()
                .any(|ending| word.ends_with(ending) && word.len() > 5);
        let is_number = word.bytes().any(|byte| byte.is_ascii_digit());
        [
            is_drug.then_some(Concern::Drug),
            is_number.then_some(Concern::Number),
        ]
    };
    live.symmetric_difference(&record)
        .flat_map(of)
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_counts() {
        let of = |live: &str, record: &str| {
            let words = |text: &'static str| text.split(' ').collect::<Vec<_>>();
            let (live, record) = (live.to_owned().leak(), record.to_owned().leak());
            concerns(&words(live), &words(record))
                .into_iter()
                .collect::<Vec<_>>()
        };
        assert_eq!(of("take fifty sertraline", "took 50 sertraline"), []);
        assert_eq!(
            of("take fifteen Ativan", "take fifty Adderall"),
            [Concern::Drug, Concern::Number]
        );
        assert_eq!(of("a capital offence", "a capitol offence"), []);
    }
}
