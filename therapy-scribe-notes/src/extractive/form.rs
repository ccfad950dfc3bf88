//! A format as an empty value, and the places in it for which quotes are looked for.

use serde_json::{Map, Value};

use super::{
    kind::{BESIDE, Kind},
    session::{Session, Voice},
};
use crate::{Error, NoteFormat, Result};

/// Names of what an entry of a list is about, where there is one for each person.
const WHO: [&str; 9] = [
    "member",
    "partner",
    "participant",
    "client",
    "patient",
    "speaker",
    "person",
    "relative",
    "attendee",
];

/// An empty note.
pub(super) struct Form {
    pub(super) value: Value,
    pub(super) slots: Vec<Slot>,
}

/// A place for quotes.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    /// In the value, as a JSON pointer.
    pub(super) place: String,
    pub(super) kind: Kind,
    pub(super) pool: Pool,
    /// How many sentences it may have.
    pub(super) most: usize,
    about: String,
}

impl Slot {
    /// Whether the clinician's words are asked for.
    pub(super) fn is_of_clinician(&self) -> bool {
        self.pool == Pool::Shared || self.about.contains("clinician")
    }
}

/// Whose words may stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pool {
    Everybody,
    /// A part that goes into the record of each client: the clinician's words, without names.
    Shared,
    /// One client's words.
    One(Voice),
    /// One client's words, in an entry that names no other.
    Alone(Voice),
}

impl Form {
    /// # Errors
    /// [`Error::Format`] where something must be there that nobody says word for word.
    pub(super) fn of(format: &dyn NoteFormat, session: &Session<'_>) -> Result<Self> {
        let schema = format.schema();
        let is_shared = schema
            .to_string()
            .to_lowercase()
            .contains("names no member");
        let mut maker = Maker {
            format,
            session,
            is_shared,
            slots: Vec::new(),
        };
        let value = maker.value(schema, &At::default())?;
        let mut slots = maker.slots;
        let beside = beside(&slots);
        slots.extend(beside);
        Ok(Self { value, slots })
    }
}

/// What no section is for stands in one that mentions it.
fn beside(slots: &[Slot]) -> Vec<Slot> {
    const MOST: usize = 4;
    let missing = BESIDE
        .iter()
        .filter(|(kind, _)| slots.iter().all(|slot| slot.kind != *kind));
    let slot = |(kind, word): &(Kind, &str)| {
        let fits = |slot: &&Slot| {
            let is_entrys = matches!(slot.pool, Pool::One(_) | Pool::Alone(_));
            !is_entrys && slot.about.contains(word)
        };
        Some(Slot {
            kind: kind.clone(),
            most: MOST,
            ..slots.iter().find(fits)?.clone()
        })
    };
    missing.filter_map(slot).collect()
}

/// Where in value and schema, and what was said of it.
#[derive(Clone, Default)]
struct At {
    place: String,
    path: String,
    name: String,
    title: String,
    about: String,
    kind: Option<Kind>,
    who: Option<Voice>,
    is_nullable: bool,
}

impl At {
    fn path(&self, more: &str) -> Self {
        Self {
            path: format!("{}/{more}", self.path),
            ..self.clone()
        }
    }

    fn kind_of(&self) -> Kind {
        let of = || Kind::of(&self.name, &self.title, &self.about);
        self.kind.clone().unwrap_or_else(of)
    }

    fn is_top(&self) -> bool {
        self.place.is_empty()
    }
}

struct Maker<'a> {
    format: &'a dyn NoteFormat,
    session: &'a Session<'a>,
    is_shared: bool,
    slots: Vec<Slot>,
}

impl Maker<'_> {
    fn value(&mut self, schema: &Value, at: &At) -> Result<Value> {
        let mut at = at.clone();
        if let Some(about) = schema
            .get("description")
            .and_then(Value::as_str)
            .filter(|_| !at.is_top())
        {
            at.about = about.to_lowercase();
        }
        if let Some(branches) = schema.get("anyOf").and_then(Value::as_array) {
            return self.branches(branches, &at);
        }
        let (kind, is_nullable) = kind(schema);
        at.is_nullable |= is_nullable;
        match kind {
            "string" if schema.get("enum").is_none() => Ok(self.text(&at)),
            "object" => self.object(schema, &at),
            "array" => self.list(schema, &at),
            "null" => Ok(Value::Null),
            _ if at.is_nullable => Ok(Value::Null),
            _ => Err(unquotable(&at.path)),
        }
    }

    /// The first form that quotes can fill.
    fn branches(&mut self, branches: &[Value], at: &At) -> Result<Value> {
        let is_null = |branch: &Value| kind(branch).0 == "null";
        let mut at = at.clone();
        at.is_nullable |= branches.iter().any(is_null);
        for (index, branch) in branches
            .iter()
            .enumerate()
            .filter(|(_, branch)| !is_null(branch))
        {
            let made = self.slots.len();
            match self.value(branch, &at.path(&format!("anyOf/{index}"))) {
                Ok(value) => return Ok(value),
                Err(_) => self.slots.truncate(made),
            }
        }
        if at.is_nullable {
            Ok(Value::Null)
        } else {
            Err(unquotable(&at.path))
        }
    }

    fn object(&mut self, schema: &Value, at: &At) -> Result<Value> {
        let properties = schema.get("properties").and_then(Value::as_object);
        let properties = properties.ok_or_else(|| unquotable(&at.path))?;
        let mut value = Map::new();
        let is_risk = !at.is_top() && at.kind_of() == Kind::Risk;
        for (name, property) in properties {
            let title = match self
                .format
                .sections()
                .iter()
                .find(|section| section.key == *name)
            {
                Some(section) if at.is_top() => section.title.clone(),
                _ => name.replace('_', " "),
            };
            // Where the response has a place of its own, this is what somebody said and did.
            let is_part = name == "participation" && properties.contains_key("response");
            let inside = At {
                place: format!("{}/{name}", at.place),
                path: format!("{}/properties/{name}", at.path),
                name: name.clone(),
                title,
                kind: match (is_risk, is_part) {
                    (true, _) => Some(Kind::Risk),
                    (_, true) => Some(Kind::Report),
                    _ => None,
                },
                who: at.who,
                ..At::default()
            };
            let is_who = at.who.is_some() && value.is_empty();
            let field = match at.who {
                Some(speaker) if is_who && is_text(property) => self.session.name(speaker).into(),
                _ => self.value(property, &inside)?,
            };
            value.insert(name.clone(), field);
        }
        Ok(value.into())
    }

    fn list(&mut self, schema: &Value, at: &At) -> Result<Value> {
        let items = schema.get("items").unwrap_or(&Value::Null);
        let mut entries = Vec::new();
        if is_text(items) {
            self.text(at);
        } else if is_of_people(items) {
            for speaker in self.people() {
                let entry = At {
                    place: format!("{}/{}", at.place, entries.len()),
                    who: Some(speaker),
                    ..at.path("items")
                };
                entries.push(self.value(items, &entry)?);
            }
        } else if at.kind_of() == Kind::Risk {
            // An empty list would say that there is none.
            let unknown = at.is_nullable.then_some(Value::Null);
            return unknown.ok_or_else(|| unquotable(&at.path));
        }
        Ok(entries.into())
    }

    /// Each client; and where nobody is one, whoever spoke of risk, so that it is not lost.
    fn people(&self) -> Vec<Voice> {
        let clients = self.session.clients().to_vec();
        let spoken = self
            .session
            .risk()
            .first()
            .and_then(|index| self.session.sentences().get(*index));
        match spoken {
            Some(sentence) if clients.is_empty() => vec![sentence.speaker],
            _ => clients,
        }
    }

    fn text(&mut self, at: &At) -> Value {
        let kind = at.kind_of();
        let pool = match at.who {
            Some(speaker) if self.is_shared => Pool::Alone(speaker),
            Some(speaker) => Pool::One(speaker),
            None if self.is_shared && kind != Kind::Risk => Pool::Shared,
            None => Pool::Everybody,
        };
        let most = match &kind {
            Kind::Report if at.who.is_none() => 12,
            Kind::Plan => 10,
            Kind::Presenting => 4,
            Kind::Asked(_) => 6,
            _ => 8,
        };
        if kind != Kind::Label {
            let (place, about) = (at.place.clone(), at.about.clone());
            self.slots.push(Slot {
                place,
                kind,
                pool,
                most,
                about,
            });
        }
        if at.is_nullable {
            Value::Null
        } else {
            "".into()
        }
    }
}

/// A list that has an entry for each person: the first field says who it is.
fn is_of_people(items: &Value) -> bool {
    let properties = items.get("properties").and_then(Value::as_object);
    let first = properties.and_then(|properties| properties.iter().next());
    first.is_some_and(|(name, property)| {
        let about = property
            .get("description")
            .and_then(Value::as_str)
            .unwrap_or_default();
        is_text(property) && (WHO.contains(&name.as_str()) || about.contains("names the speaker"))
    })
}

fn is_text(schema: &Value) -> bool {
    kind(schema).0 == "string" && schema.get("enum").is_none()
}

/// The type, and whether null may stand in its place.
fn kind(schema: &Value) -> (&str, bool) {
    match schema.get("type") {
        Some(Value::String(kind)) => (kind, false),
        Some(Value::Array(kinds)) => {
            let mut others = kinds
                .iter()
                .filter_map(Value::as_str)
                .filter(|kind| *kind != "null");
            (
                others.next().unwrap_or("null"),
                kinds.iter().any(|kind| kind == "null"),
            )
        }
        _ => ("", false),
    }
}

fn unquotable(path: &str) -> Error {
    Error::Format {
        path: if path.is_empty() { "/" } else { path }.to_owned(),
        reason: "quotes can't fill it, since nobody says such a value word for word; let it be null, or draft with a model",
    }
}
