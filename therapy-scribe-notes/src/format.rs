//! What a note has.

mod schema;

use std::{collections::BTreeMap, fmt, marker::PhantomData, sync::Arc};

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{Dap, Error, Result};

/// A kind of note: its sections, its JSON schema, and what its writer should know.
///
/// Most formats are a plain struct: see [`TypedFormat`].
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

/// A format made of a struct with serde and schemars: fields are sections in their order, and doc comments tell the
/// writer what belongs there.
///
/// ```
/// use therapy_scribe_notes::{NoteFormat, TypedFormat, schemars};
///
/// /// A one-line note.
/// #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
/// struct Brief {
///     /// What happened, in one sentence.
///     summary: String,
/// }
///
/// let format = TypedFormat::<Brief>::new("brief", 1, "Brief note", "Be brief.")?;
/// assert_eq!(format.sections()[0].title, "Summary");
/// # Ok::<(), therapy_scribe_notes::Error>(())
/// ```
pub struct TypedFormat<T> {
    id: String,
    version: u32,
    title: String,
    guidance: String,
    sections: Vec<Section>,
    schema: Value,
    shape: PhantomData<fn() -> T>,
}

impl<T: JsonSchema + Serialize + DeserializeOwned> TypedFormat<T> {
    /// Makes a format of `T`.
    ///
    /// # Errors
    /// [`Error::Format`] with the place, when `T` needs what some model would refuse.
    pub fn new(
        id: impl Into<String>,
        version: u32,
        title: impl Into<String>,
        guidance: impl Into<String>,
    ) -> Result<Self> {
        let schema = schema::strict::<T>()?;
        let sections = schema::sections(&schema);
        let (id, title, guidance) = (id.into(), title.into(), guidance.into());
        Ok(Self {
            id,
            version,
            title,
            guidance,
            sections,
            schema,
            shape: PhantomData,
        })
    }
}

impl<T> NoteFormat for TypedFormat<T> {
    fn id(&self) -> &str {
        &self.id
    }

    fn version(&self) -> u32 {
        self.version
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn guidance(&self) -> &str {
        &self.guidance
    }

    fn sections(&self) -> &[Section] {
        &self.sections
    }

    fn schema(&self) -> &Value {
        &self.schema
    }
}

impl<T> fmt::Debug for TypedFormat<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TypedFormat({} version {})", self.id, self.version)
    }
}

/// The formats of a practice, by id.
#[derive(Debug, Clone)]
pub struct Formats(BTreeMap<String, Arc<dyn NoteFormat>>);

impl Formats {
    /// The built-in formats: `dap`.
    #[must_use]
    pub fn new() -> Self {
        let mut formats = Self(BTreeMap::new());
        if let Ok(dap) = Dap::format() {
            formats.add(Arc::new(dap));
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
