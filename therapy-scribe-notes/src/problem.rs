//! What is wrong with the value of a note.

use std::{borrow::Cow, fmt};

use serde_json::Value;

use crate::{Finding, FindingKind, NoteFormat, Severity, validate};

/// A rule that a note breaks: where, and which. It never holds what the note says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    place: String,
    rule: Cow<'static, str>,
}

impl Problem {
    /// A problem at a JSON pointer; empty for the whole note. The rule reads on from its place, such as "must be given
    /// where the phase is complete": the model is told so, and the clinician. It is fixed text, so that no rule can quote
    /// a note.
    pub fn new(place: impl Into<String>, rule: &'static str) -> Self {
        Self {
            place: place.into(),
            rule: rule.into(),
        }
    }

    /// With a rule that is made of a schema.
    pub(crate) fn of_schema(place: &str, rule: impl Into<Cow<'static, str>>) -> Self {
        Self {
            place: place.to_owned(),
            rule: rule.into(),
        }
    }

    /// Where in the note, as a JSON pointer.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The rule, as it reads on from the place.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// What the clinician is told where the model did not put it right, or an edit brought it about.
    pub(crate) fn finding(&self) -> Finding {
        let text = self.rule.clone().into_owned();
        Finding::new(
            FindingKind::Rule,
            Severity::Blocking,
            self.place.clone(),
            text,
        )
    }
}

/// A sentence with the place.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.place {
            "" => write!(f, "the value {}", self.rule),
            place => write!(f, "`{place}` {}", self.rule),
        }
    }
}

/// What is wrong with a note: its form, and where that is right what its format's own rules say. Empty: all is well.
///
/// A model's answer is checked so, and a note that was changed by hand should be.
#[must_use]
pub fn check_note(format: &dyn NoteFormat, value: &Value) -> Vec<Problem> {
    let problems = validate::problems(value, format.schema());
    if problems.is_empty() {
        format.problems(value)
    } else {
        problems
    }
}
