//! Placeholders for names, on the way to a model and back.

mod matcher;
mod model;
mod ordinary;
mod placeholder;
mod words;

use std::{collections::BTreeSet, fmt, sync::Arc};

use serde_json::Value;

pub use model::Pseudonymised;

use crate::{Finding, FindingKind, Severity};
use matcher::Matcher;
use placeholder::Label;

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
/// Names are found as whole words in any case, with hyphens and accents or without, before `'s` and in the plural; and where
/// a word begins with a capital letter and is by a single letter another one than a name of five letters or more, as when a
/// recogniser has misheard it. A name that is an ordinary word too, such as Will, Hope or May, is found with a capital letter
/// only. Nicknames are names of their own: the host gives them too. A name that nobody gave goes out as it is.
///
/// ```
/// use therapy_scribe_notes::{NameKind, Pseudonyms};
///
/// let names = Pseudonyms::new([(NameKind::Person, "Anna Miller"), (NameKind::Place, "New Ulm")]);
/// assert_eq!(format!("{names:?}"), "Pseudonyms(3 names)");
/// ```
#[derive(Clone)]
pub struct Pseudonyms(Arc<Matcher>);

impl Pseudonyms {
    /// Takes the names of a session: of the client, the family, the clinician, and what else would tell who it is. What holds
    /// no letter is none.
    #[must_use]
    pub fn new<T: AsRef<str>>(names: impl IntoIterator<Item = (NameKind, T)>) -> Self {
        let mut matcher = Matcher::default();
        for (kind, name) in names {
            match kind {
                NameKind::Person => matcher.add_person(name.as_ref()),
                NameKind::Place => matcher.add(Label::Place, name.as_ref()),
                NameKind::Organization => matcher.add(Label::Organization, name.as_ref()),
            }
        }
        Self(Arc::new(matcher))
    }
}

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pseudonyms({} names)", self.0.names().len())
    }
}

/// The placeholders of one request.
struct Hiding<'a> {
    names: &'a Matcher,
    /// Numbers begin after those that stand in the request already, as where a host has wrapped a model twice.
    after: u32,
    /// The names that were hidden, as numbers of the matcher.
    given: BTreeSet<usize>,
}

impl<'a> Hiding<'a> {
    fn new<'b>(names: &'a Pseudonyms, texts: impl Iterator<Item = &'b str>) -> Self {
        let standing = texts.flat_map(placeholder::all).map(|one| one.number);
        Self {
            names: &names.0,
            after: standing.max().unwrap_or(0),
            given: BTreeSet::new(),
        }
    }

    /// The text with placeholders.
    fn hide(&mut self, text: &str) -> String {
        placeholder::replaced(text, |_| None, |between| self.hide_between(between))
    }

    fn hide_between(&mut self, text: &str) -> String {
        let (mut hidden, mut at) = (String::new(), 0);
        for found in self.names.find(text) {
            let Some(name) = self.names.names().get(found.name) else {
                continue;
            };
            hidden += text.get(at..found.range.start).unwrap_or_default();
            hidden += &name.label.written(name.number.saturating_add(self.after));
            at = found.range.end;
            self.given.insert(found.name);
        }
        hidden + text.get(at..).unwrap_or_default()
    }

    /// Whether a known name is in it all the same.
    fn has_left(&self, text: &str) -> bool {
        let mut has_left = false;
        let _ = placeholder::replaced(
            text,
            |_| None,
            |between| {
                has_left |= self.names.has_left(between);
                String::new()
            },
        );
        has_left
    }

    /// The text with names, for the placeholders that were given.
    fn show(&self, text: &str) -> String {
        let names = self.names.names();
        let name = |found: &placeholder::Placeholder| {
            let mut given = self.given.iter().filter_map(|index| names.get(*index));
            let is_it = |name: &&matcher::Name| {
                name.label == found.label
                    && Some(name.number) == found.number.checked_sub(self.after)
            };
            given.find(is_it).map(|name| name.text.clone())
        };
        placeholder::replaced(text, name, str::to_owned)
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
            let left = placeholder::all(text).into_iter();
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
