//! What was done, how long it counts, and the code that this points at.

use serde::{Deserialize, Serialize};
use therapy_scribe_core::Phi;

/// What kind of service a session was, as far as a code by time depends on it.
///
/// Only for individual psychotherapy is a CPT code suggested, by the time rule: 16 to 37 minutes 90832, 38 to 52 minutes
/// 90834, 53 and more 90837; under 16 none. The host says that it was: nothing that was heard makes a bill. Sessions of
/// families, couples and groups, intakes, crises, and psychotherapy beside an evaluation have codes of other rules, and
/// modifiers (such as for telehealth) and payers' own rules are not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Service {
    /// Another one, or the host has not said.
    #[default]
    Other,
    /// Psychotherapy with one client.
    IndividualPsychotherapy,
}

impl Service {
    pub(super) const fn cpt(self, minutes: u32) -> Option<&'static str> {
        match (self, minutes) {
            (Self::Other, _) | (_, 0..=15) => None,
            (_, 16..=37) => Some("90832"),
            (_, 38..=52) => Some("90834"),
            (_, 53..) => Some("90837"),
        }
    }
}

/// How the service time is counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ServiceTime {
    /// From start to end. The recorder's pauses count: the session goes on meanwhile.
    #[default]
    Elapsed,
    /// From start to end without the recorder's pauses.
    WithoutPauses,
    /// As somebody has set it.
    #[non_exhaustive]
    Set {
        /// In whole minutes.
        minutes: u32,
        /// The id of who did.
        by: String,
        /// Their name.
        name: Phi<String>,
    },
}
