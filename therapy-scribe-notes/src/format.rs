//! What a note has.

mod document;
mod goals;
mod read;
mod schema;
mod strict;
mod typed;

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde_json::Value;

pub use document::SchemaFormat;
pub use goals::WithGoals;
pub(crate) use goals::uncited;
pub(crate) use schema::heading;
pub use typed::TypedFormat;

use crate::{Error, Problem, Result, formats};

/// A kind of note: its sections, its JSON schema, and what its writer should know.
///
/// Most formats are a plain struct, see [`TypedFormat`], or a practice's schema file, see [`SchemaFormat`].
pub trait NoteFormat: Send + Sync + fmt::Debug {
    /// Its id, such as `dap`: lower case, stable.
    fn id(&self) -> &str;

    /// Its version; a change of schema or guidance is a new one.
    fn version(&self) -> u32;

    /// Its name for people.
    fn title(&self) -> &str;

    /// What its writer should know beside the descriptions of the sections.
    fn guidance(&self) -> &str;

    /// Its sections in the order in which they are read.
    fn sections(&self) -> &[Section];

    /// The schema of its value: an object in the strict subset that all models take. It never holds patient data, since
    /// vendors keep schemas for a while.
    fn schema(&self) -> &Value;

    /// What the schema can't say: ranges of numbers, and rules between sections. It is asked about values that have the
    /// schema's form; [`check_note`](crate::check_note) does both.
    ///
    /// A model is told of its answer's problems once. A rule must never be such that only an invention can please it: it
    /// should name what may be left out.
    fn problems(&self, value: &Value) -> Vec<Problem> {
        let _ = value;
        Vec::new()
    }
}

/// A section of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Section {
    /// The property of the value.
    pub key: String,
    /// Its heading.
    pub title: String,
}

/// The formats of a practice, by id.
#[derive(Debug, Clone)]
pub struct Formats(BTreeMap<String, Arc<dyn NoteFormat>>);

impl Formats {
    /// The built-in formats: `birp`, `couple`, `dap`, `emdr`, `family`, `girp`, `group`, `intake`, `pirp`, `soap`,
    /// `treatment_plan`.
    #[must_use]
    pub fn new() -> Self {
        let mut formats = Self(BTreeMap::new());
        for format in formats::all() {
            formats.add(format);
        }
        formats
    }

    /// Adds a format, in place of one with the same id.
    pub fn add(&mut self, format: Arc<dyn NoteFormat>) {
        self.0.insert(format.id().to_owned(), format);
    }

    /// The format with this id.
    ///
    /// # Errors
    /// [`Error::UnknownFormat`] with the ids that are known.
    pub fn get(&self, id: &str) -> Result<Arc<dyn NoteFormat>> {
        let unknown = || Error::UnknownFormat {
            id: id.to_owned(),
            known: self.ids().collect::<Vec<_>>().join(", "),
        };
        self.0.get(id).cloned().ok_or_else(unknown)
    }

    /// All ids, sorted.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl Default for Formats {
    fn default() -> Self {
        Self::new()
    }
}
