//! One section of a note as a format of its own, for writing it anew.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{Error, NoteFormat, Problem, Result, Section};

/// The format of a note of which only one section is written; the others stay as they are.
#[derive(Clone)]
pub(crate) struct Part {
    format: Arc<dyn NoteFormat>,
    note: Value,
    section: Section,
    schema: Value,
}

impl Part {
    pub(crate) fn new(format: Arc<dyn NoteFormat>, note: &Value, key: &str) -> Result<Self> {
        let section = format.sections().iter().find(|section| section.key == key);
        let property = format
            .schema()
            .get("properties")
            .and_then(|all| all.get(key));
        let (Some(section), Some(property)) = (section, property) else {
            let known = format.sections().iter().map(|known| known.key.as_str());
            return Err(Error::UnknownSection {
                section: key.to_owned().into(),
                known: known.collect::<Vec<_>>().join(", "),
            });
        };
        let schema = json!({
            "type": "object", "properties": {key: property}, "required": [key], "additionalProperties": false,
        });
        Ok(Self {
            section: section.clone(),
            note: note.clone(),
            schema,
            format,
        })
    }
}

impl NoteFormat for Part {
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
        std::slice::from_ref(&self.section)
    }

    fn schema(&self) -> &Value {
        &self.schema
    }

    /// What the new section breaks in the note that it comes into.
    fn problems(&self, value: &Value) -> Vec<Problem> {
        let mut note = self.note.clone();
        if let (Some(place), Some(new)) = (
            note.get_mut(&self.section.key),
            value.get(&self.section.key),
        ) {
            place.clone_from(new);
        }
        let at = format!("/{}", self.section.key);
        let is_here = |problem: &Problem| {
            let rest = problem.place().strip_prefix(&at);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let problems = self.format.problems(&note).into_iter();
        problems.filter(is_here).collect()
    }
}

impl std::fmt::Debug for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Part({} of {})", self.section.key, self.format.id())
    }
}
