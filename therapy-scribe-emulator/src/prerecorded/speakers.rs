//! Names and roles for labels (section 8). The emulator knows who speaks from the script.

use serde_json::{Map, Value, json};

use super::{check::values, fault::TranscriptQuirk, words::Word};

/// Words that mean the same person.
const ALIKE: [&[&str]; 2] = [
    &[
        "therapist",
        "clinician",
        "counselor",
        "provider",
        "doctor",
        "psychologist",
        "agent",
    ],
    &["client", "patient", "customer"],
];

/// What each label stands for, and the answer about it.
#[derive(Clone, Default)]
pub(super) struct Identified {
    mapping: Vec<(String, String)>,
    pub(super) response: Option<Value>,
}

impl Identified {
    /// The name of a label: its own where nobody knows better.
    pub(super) fn name(&self, label: &str) -> String {
        let found = self.mapping.iter().find(|(from, _)| from == label);
        found.map_or_else(|| label.to_owned(), |(_, to)| to.clone())
    }

    pub(super) fn of(asked: Option<&Value>, words: &[Word], quirks: &[TranscriptQuirk]) -> Self {
        let Some(asked) = asked else {
            return Self::default();
        };
        if quirks.contains(&TranscriptQuirk::NoIdentification) {
            return Self {
                mapping: Vec::new(),
                response: Some(
                    json!({"speaker_identification": {"mapping": null, "status": "unavailable"}}),
                ),
            };
        }
        let one = quirks.contains(&TranscriptQuirk::OneValueForAll);
        let mut people: Vec<(&str, &str)> = Vec::new();
        for word in words {
            let Some(label) = &word.label else { continue };
            if !people.iter().any(|(known, _)| known == label) {
                people.push((label, &word.speaker));
            }
        }
        let mapping = give(&people, values(asked).collect(), one);
        let map: Map<String, Value> = mapping
            .iter()
            .map(|(from, to)| (from.clone(), to.clone().into()))
            .collect();
        let response = json!({"speaker_identification": {"mapping": map, "status": "success"}});
        Self {
            mapping,
            response: Some(response),
        }
    }
}

/// First whom a value fits, then the rest in order; where none is left, the last is given again (8.2). Names that nobody
/// gave are those of the script.
fn give(people: &[(&str, &str)], mut left: Vec<&str>, one: bool) -> Vec<(String, String)> {
    let (first, last) = (left.first().copied(), left.last().copied());
    let mut given: Vec<Option<&str>> = Vec::new();
    for (_, speaker) in people {
        let at = left.iter().position(|value| fits(value, speaker));
        given.push(at.map(|at| left.remove(at)));
    }
    let mut left = left.into_iter();
    let value =
        |(speaker, given): (&str, Option<&str>)| match given.or_else(|| left.next()).or(last) {
            Some(value) => first.filter(|_| one).unwrap_or(value).to_owned(),
            None => capital(speaker),
        };
    let speakers = people.iter().map(|(_, speaker)| *speaker);
    let values: Vec<String> = speakers.zip(given).map(value).collect();
    let labels = people.iter().map(|(label, _)| (*label).to_owned());
    labels.zip(values).collect()
}

/// Whether a role is that of somebody in the script.
fn fits(value: &str, speaker: &str) -> bool {
    let (value, speaker) = (value.to_lowercase(), speaker.to_lowercase());
    let alike = |words: &&[&str]| {
        words.iter().any(|w| value.contains(w)) && words.iter().any(|w| speaker.contains(w))
    };
    value.contains(&speaker) || speaker.contains(&value) || ALIKE.iter().any(alike)
}

fn capital(name: &str) -> String {
    let mut rest = name.chars();
    rest.next()
        .map(|first| first.to_uppercase().chain(rest).collect())
        .unwrap_or_default()
}
