//! Who speaks (`pre-recorded.md` 4.2 and 8, read 2026-11).

use std::fmt;

use serde_json::{Map, Value, json};
use therapy_scribe_core::Role;

use crate::config::{ConfigError, require};

/// How many people speak, where that is known within bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SpeakerOptions {
    /// `min_speakers_expected`: at least 1, the service's default.
    pub min: Option<u8>,
    /// `max_speakers_expected`: too high harms accuracy.
    pub max: Option<u8>,
    /// `include_speaker_confidence`: how sure the service is of who spoke each word.
    pub confidence: bool,
}

impl SpeakerOptions {
    /// Between `min` and `max` people.
    #[must_use]
    pub const fn between(min: u8, max: u8) -> Self {
        Self {
            min: Some(min),
            max: Some(max),
            confidence: false,
        }
    }

    /// With how sure the service is of who spoke.
    #[must_use]
    pub const fn with_confidence(mut self) -> Self {
        self.confidence = true;
        self
    }
}

/// Has a language model of the service read the conversation and say which voice is whom. No voice print is made.
///
/// `Debug` shows how many values, not which: they may be names.
#[derive(Clone, PartialEq, Eq)]
pub struct SpeakerIdentification {
    kind: Kind,
    people: Vec<Person>,
    effort: Effort,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Role,
    Name,
}

/// One value that a voice may get.
#[derive(Clone, PartialEq, Eq)]
struct Person {
    value: String,
    role: Option<Role>,
    description: Option<String>,
}

/// How long the service's model thinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Effort {
    /// `low`, the service's default.
    #[default]
    Low,
    /// `medium`.
    Medium,
}

/// What the service takes for one value.
const LONGEST_VALUE: usize = 35;

/// As the service gives it back.
fn trimmed(value: impl Into<String>) -> String {
    value.into().trim().to_owned()
}

impl SpeakerIdentification {
    /// By role: the therapist and the client, each with a description of what they do.
    #[must_use]
    pub fn therapist_and_client() -> Self {
        Self::roles([
            (
                Role::Therapist,
                "Leads the session, asks open questions, reflects, sets homework",
            ),
            (Role::Client, "Describes own week, feelings and worries"),
        ])
    }

    /// By role, each with a description of what that person does; an empty one is not sent.
    #[must_use]
    pub fn roles<D: Into<String>>(roles: impl IntoIterator<Item = (Role, D)>) -> Self {
        let person = |(role, description): (Role, D)| Person {
            value: role.to_string(),
            role: Some(role),
            description: Some(description.into()).filter(|text| !text.is_empty()),
        };
        Self {
            kind: Kind::Role,
            people: roles.into_iter().map(person).collect(),
            effort: Effort::Low,
        }
    }

    /// By name. Names come back in the transcript, and can't be had together with redaction. An empty list has the service
    /// take names from the conversation.
    #[must_use]
    pub fn names<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        let person = |name: S| Person {
            value: trimmed(name),
            role: None,
            description: None,
        };
        Self {
            kind: Kind::Name,
            people: names.into_iter().map(person).collect(),
            effort: Effort::Low,
        }
    }

    /// Also looks for somebody by another value: a role under a word of the practice's own (`Supervisee`), or a name whose
    /// role is known.
    #[must_use]
    pub fn and(
        mut self,
        value: impl Into<String>,
        role: Option<Role>,
        description: Option<String>,
    ) -> Self {
        self.people.push(Person {
            value: trimmed(value),
            role,
            description,
        });
        self
    }

    /// How long the service's model thinks. Default: low.
    #[must_use]
    pub const fn effort(mut self, effort: Effort) -> Self {
        self.effort = effort;
        self
    }

    /// Whether it is by name.
    #[must_use]
    pub const fn is_by_name(&self) -> bool {
        matches!(self.kind, Kind::Name)
    }

    /// Which role each value stands for.
    pub(crate) fn roles_by_value(&self) -> impl Iterator<Item = (&str, Role)> {
        let known = |person: &Person| person.role;
        self.people
            .iter()
            .filter_map(move |person| Some((person.value.as_str(), known(person)?)))
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let parameter = "speaker_identification";
        require(
            self.is_by_name() || !self.people.is_empty(),
            parameter,
            "given one role at least",
        )?;
        let fits = |person: &Person| (1..=LONGEST_VALUE).contains(&person.value.chars().count());
        require(
            self.people.iter().all(fits),
            parameter,
            "given values of 1 to 35 characters",
        )?;
        let is_first = |(index, person): (usize, &Person)| {
            let mut before = self.people.iter().take(index);
            before.all(|other| other.value != person.value)
        };
        require(
            self.people.iter().enumerate().all(is_first),
            parameter,
            "given each value once",
        )
    }

    /// As the service takes it: `known_values` where there is no description, else `speakers`, never both.
    pub(crate) fn to_json(&self) -> Value {
        let mut request = Map::new();
        let kind = match self.kind {
            Kind::Role => "role",
            Kind::Name => "name",
        };
        request.insert("speaker_type".to_owned(), json!(kind));
        if self
            .people
            .iter()
            .any(|person| person.description.is_some())
        {
            let speaker = |person: &Person| match &person.description {
                Some(description) => json!({kind: person.value, "description": description}),
                None => json!({kind: person.value}),
            };
            let speakers: Vec<_> = self.people.iter().map(speaker).collect();
            request.insert("speakers".to_owned(), Value::Array(speakers));
        } else if !self.people.is_empty() {
            let values: Vec<_> = self.people.iter().map(|person| &person.value).collect();
            request.insert("known_values".to_owned(), json!(values));
        }
        if self.effort == Effort::Medium {
            request.insert("effort".to_owned(), json!("medium"));
        }
        Value::Object(request)
    }
}

impl fmt::Debug for SpeakerIdentification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpeakerIdentification")
            .field("kind", &self.kind)
            .field("people", &self.people.len())
            .field("effort", &self.effort)
            .finish()
    }
}
