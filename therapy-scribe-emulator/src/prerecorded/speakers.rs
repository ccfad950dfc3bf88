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
#[derive(Debug, Clone, Default)]
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
        let mut left: Vec<&str> = values(asked).collect();
        let mut mapping: Vec<(String, String)> = Vec::new();
        for word in words {
            let Some(label) = &word.label else { continue };
            if mapping.iter().any(|(known, _)| known == label) {
                continue;
            }
            let value = match left.iter().position(|value| fits(value, &word.speaker)) {
                Some(at) => left.remove(at).to_owned(),
                None if left.is_empty() => capital(&word.speaker),
                None => left.remove(0).to_owned(),
            };
            let first = mapping
                .first()
                .filter(|_| one)
                .map(|(_, first)| first.clone());
            mapping.push((label.clone(), first.unwrap_or(value)));
        }
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
