//! A format from a JSON Schema.

use std::fmt;

use serde_json::Value;

use super::{
    NoteFormat, Section, read,
    schema::{self, Bounds},
    strict::{refused, strict},
};
use crate::{Problem, Result, validate};

/// A practice's own format, from a JSON Schema that is read at run time.
///
/// The schema's `title` is the format's, its `description` what the writer is told, and its properties are the sections
/// in their order, with their own `title` and `description`. It may hold objects (closed, with every property in
/// `required`), lists, texts, texts of an `enum`, whole numbers, `boolean`, `anyOf`, and `"null"` as a second type where
/// something may be absent. `minimum` and `maximum` of a whole number are not sent but told in its description, and are
/// checked when the note is there. Anything else is refused with its path, since some model would: `$ref`, `pattern`,
/// optional properties.
///
/// Vendors keep schemas for a while. Patient data must never stand in one, which nothing here can check.
///
/// ```
/// use therapy_scribe_notes::{Error, NoteFormat, SchemaFormat, check_note};
///
/// let file = r#"{
///     "title": "Check-in",
///     "description": "Be brief.",
///     "type": "object",
///     "required": ["summary", "sleep_hours"],
///     "properties": {
///         "summary": {"type": "string", "description": "What happened, in one sentence."},
///         "sleep_hours": {"type": ["integer", "null"], "minimum": 0, "maximum": 24}
///     }
/// }"#;
/// let format = SchemaFormat::from_json("check_in", 1, file)?;
/// assert_eq!(format.sections()[1].title, "Sleep hours");
/// let note = serde_json::json!({"summary": "Slept badly.", "sleep_hours": 40});
/// assert_eq!(check_note(&format, &note)[0].to_string(), "`/sleep_hours` must be from 0 to 24");
///
/// let optional = file.replace(r#", "sleep_hours"]"#, "]");
/// let refused = SchemaFormat::from_json("check_in", 1, optional);
/// assert!(matches!(refused, Err(Error::Format { path, .. }) if path == "/properties/sleep_hours"));
/// # Ok::<(), Error>(())
/// ```
pub struct SchemaFormat {
    id: String,
    version: u32,
    title: String,
    guidance: String,
    sections: Vec<Section>,
    /// With bounds.
    whole: Value,
    schema: Value,
}

impl SchemaFormat {
    /// Reads a schema file. Its id is of lower-case letters, digits, `_` and `-`.
    ///
    /// # Errors
    /// [`Error::Format`](crate::Error::Format) with the place of what some model would refuse; for a file of more than
    /// 256 KiB, one that is not JSON, and one in which a name stands twice.
    pub fn from_json(id: impl Into<String>, version: u32, json: impl AsRef<[u8]>) -> Result<Self> {
        Self::from_value(id, version, &read::read(json.as_ref())?)
    }

    /// Takes a schema that was read already.
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json).
    pub fn from_value(id: impl Into<String>, version: u32, schema: &Value) -> Result<Self> {
        let id = id.into();
        let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b);
        if id.is_empty() || id.len() > 48 || !id.bytes().all(is_plain) {
            return Err(refused(
                "",
                "its id must be 1 to 48 lower-case letters, digits, `_` or `-`",
            ));
        }
        let whole = strict(schema)?;
        let text = |key: &str| whole.get(key).and_then(Value::as_str);
        let title = text("title").map_or_else(|| schema::heading(&id), str::to_owned);
        let guidance = text("description").unwrap_or_default().to_owned();
        let about = (id, title, guidance);
        Ok(Self::new(about, version, whole, Bounds::Told))
    }

    /// Of a schema that is strict, with id, title and guidance.
    pub(super) fn new(
        (id, title, guidance): (String, String, String),
        version: u32,
        whole: Value,
        bounds: Bounds,
    ) -> Self {
        Self {
            id,
            version,
            title,
            guidance,
            sections: schema::sections(&whole),
            schema: schema::sent(&whole, bounds),
            whole,
        }
    }
}

impl NoteFormat for SchemaFormat {
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

    fn problems(&self, value: &Value) -> Vec<Problem> {
        validate::problems(value, &self.whole)
    }
}

impl fmt::Debug for SchemaFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SchemaFormat({} version {})", self.id, self.version)
    }
}
