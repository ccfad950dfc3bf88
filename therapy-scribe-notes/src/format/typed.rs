//! A format from a struct.

use std::fmt;

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    NoteFormat, SchemaFormat, Section,
    schema::{self, Bounds},
};
use crate::{Problem, Result};

/// A format made of a struct with serde and schemars: fields are sections in their order, and doc comments tell the
/// writer what belongs there. A `#[schemars(range(min = 0, max = 10))]` is not sent, since some models refuse it, but is
/// checked when the note is there; so are the [rules](Self::rule).
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
    format: SchemaFormat,
    rules: Vec<fn(&T) -> Vec<Problem>>,
}

impl<T: JsonSchema + Serialize + DeserializeOwned> TypedFormat<T> {
    /// Makes a format of `T`.
    ///
    /// # Errors
    /// [`Error::Format`](crate::Error::Format) with the place, when `T` needs what some model would refuse.
    pub fn new(
        id: impl Into<String>,
        version: u32,
        title: impl Into<String>,
        guidance: impl Into<String>,
    ) -> Result<Self> {
        let about = (id.into(), title.into(), guidance.into());
        let schema = schema::of_type::<T>()?;
        Ok(Self {
            format: SchemaFormat::new(about, version, schema, Bounds::Kept),
            rules: Vec::new(),
        })
    }

    /// The same with one more rule, which says what is wrong with a note: see [`NoteFormat::problems`].
    #[must_use]
    pub fn rule(mut self, rule: fn(&T) -> Vec<Problem>) -> Self {
        self.rules.push(rule);
        self
    }
}

impl<T: DeserializeOwned> NoteFormat for TypedFormat<T> {
    fn id(&self) -> &str {
        self.format.id()
    }

    fn version(&self) -> u32 {
        self.format.version()
    }

    fn title(&self) -> &str {
        self.format.title()
    }

    fn guidance(&self) -> &str {
        self.format.guidance()
    }

    fn sections(&self) -> &[Section] {
        self.format.sections()
    }

    fn schema(&self) -> &Value {
        self.format.schema()
    }

    fn problems(&self, value: &Value) -> Vec<Problem> {
        let problems = self.format.problems(value);
        if !problems.is_empty() {
            return problems;
        }
        match T::deserialize(value) {
            Ok(note) => self.rules.iter().flat_map(|rule| rule(&note)).collect(),
            Err(_) => vec![Problem::new(
                "",
                "holds what does not belong into this format",
            )],
        }
    }
}

impl<T> fmt::Debug for TypedFormat<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, version) = (self.format.id(), self.format.version());
        write!(f, "TypedFormat({id} version {version})")
    }
}
