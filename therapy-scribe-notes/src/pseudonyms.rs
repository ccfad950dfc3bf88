//! Placeholders for names, on the way to a model and back. The names are found by `therapy_scribe_core::redact`.

mod model;

use std::fmt;

use serde_json::Value;
use therapy_scribe_core::redact::{self, Kinds, KnownNames, Redactor};

pub use model::Pseudonymised;

use crate::{Finding, FindingKind, Severity};

/// What a name is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NameKind {
    /// A client, a relative, a clinician, anybody: `Anna Miller`, `Dr. Roe`.
    Person,
    /// A town, a street, a country.
    Place,
    /// An employer, a school, a hospital.
    Organization,
}

/// Names that a host knows and that no model is to read. `Debug` shows how many, and none of them.
///
/// They go with a [`NoteRequest`](crate::NoteRequest::pseudonyms), or around any model with [`Pseudonymised`].
///
/// A placeholder stands for one word of a person's name: `Anna Miller` is `[PERSON_1] [SURNAME_1]`, and `Anna` alone is
/// `[PERSON_1]`. So each name comes back as it was said, and two people with one first name share its placeholder, as they
/// share the name. Places and organizations are one placeholder as a whole.
///
/// What is found of them, misspelt, inflected or an ordinary word too, [`KnownNames`] says. Telephone numbers and the like are
/// hidden from the model where [`with_identifiers`](Self::with_identifiers) is asked for. A name that nobody gave goes out as
/// it is.
///
/// ```
/// use therapy_scribe_notes::{NameKind, Pseudonyms};
///
/// let names = Pseudonyms::new([(NameKind::Person, "Anna Miller"), (NameKind::Place, "New Ulm")]);
/// assert_eq!(format!("{names:?}"), "Pseudonyms(3 names)");
/// ```
#[derive(Clone)]
pub struct Pseudonyms {
    names: KnownNames,
    kinds: Kinds,
}

impl Pseudonyms {
    /// Takes the names of a session: of the client, the family, the clinician, and what else would tell who it is. What holds
    /// no letter is none.
    #[must_use]
    pub fn new<T: AsRef<str>>(names: impl IntoIterator<Item = (NameKind, T)>) -> Self {
        let add = |known: KnownNames, (kind, name): (NameKind, T)| match kind {
            NameKind::Person => known.person(name),
            NameKind::Place => known.place(name),
            NameKind::Organization => known.organization(name),
        };
        names.into_iter().fold(KnownNames::new(), add).into()
    }

    /// Hides what identifies somebody by its shape too: telephone numbers, addresses, dates of birth and all other
    /// [identifiers](Kinds::identifiers).
    #[must_use]
    pub fn with_identifiers(mut self) -> Self {
        self.kinds = Kinds::identifiers();
        self
    }
}

impl From<KnownNames> for Pseudonyms {
    fn from(names: KnownNames) -> Self {
        Self {
            names,
            kinds: Kinds::names(),
        }
    }
}

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pseudonyms({} names)", self.names.len())
    }
}

/// The placeholders of one request.
struct Hiding {
    redactor: Redactor,
    names: KnownNames,
}

impl Hiding {
    /// Numbers that stand in the request already, as where a host has wrapped a model twice, are given to nobody.
    fn new<'a>(names: &Pseudonyms, texts: impl Iterator<Item = &'a str>) -> Self {
        let mut redactor = Redactor::new(names.names.clone(), names.kinds);
        texts.for_each(|text| redactor.avoid(text));
        Self {
            redactor,
            names: names.names.clone(),
        }
    }

    /// The text with placeholders.
    fn hide(&mut self, text: &str) -> String {
        self.redactor.text(text).text
    }

    fn has_hidden(&self) -> bool {
        !self.redactor.pseudonyms().is_empty()
    }

    /// Whether something is in it all the same.
    fn has_left(&self, text: &str) -> bool {
        self.redactor.leak_check(text).is_err()
    }

    /// Whether a name is in a schema. The addresses that schemas refer to identify nobody.
    fn has_name(&self, schema: &str) -> bool {
        let names = Redactor::new(self.names.clone(), Kinds::names());
        names.leak_check(schema).is_err()
    }

    /// The text with names, for the placeholders that were given.
    fn show(&self, text: &str) -> String {
        self.redactor.pseudonyms().restore(text)
    }
}

/// Placeholders that stand for nobody, in a note that should have names again.
pub(crate) fn findings(value: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    collect(value, "", &mut findings);
    findings
}

fn collect(value: &Value, at: &str, findings: &mut Vec<Finding>) {
    match value {
        Value::String(text) => {
            let left = redact::placeholders(text).into_iter();
            findings.extend(left.filter_map(|one| {
                let text = format!(
                    "`{}` stands for a name that nobody knows",
                    text.get(one.range)?
                );
                Some(Finding::new(
                    FindingKind::Placeholder,
                    Severity::Blocking,
                    at.to_owned(),
                    text,
                ))
            }));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &format!("{at}/{index}"), findings);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                collect(field, &format!("{at}/{name}"), findings);
            }
        }
        _ => {}
    }
}
