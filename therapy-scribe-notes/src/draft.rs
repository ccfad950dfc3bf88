//! A note before it is signed.

mod diff;
mod finding;
mod review;
mod signing;
mod version;
mod whole;

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

pub use diff::{Piece, PieceFate, SectionDiff};
pub use finding::{Dismissal, Finding, FindingId, FindingKind, Severity};
pub use version::{Change, ChangeKind, Source, Version};

use review::Review;

use crate::{Error, NoteFormat, Pseudonyms, Result, Section, SessionFacts, WallTime};

/// A note that a clinician has yet to check. `Debug` shows no content.
///
/// It keeps every [`Version`] of itself. Sections are named by their keys; a place inside one, such as one member's entry
/// of a group note, by a JSON pointer (`/members/0/response`).
#[derive(Clone)]
pub struct Draft {
    format: Arc<dyn NoteFormat>,
    provenance: Provenance,
    /// Never empty.
    versions: Vec<Version>,
    findings: Vec<Finding>,
    dismissed: BTreeMap<FindingId, Dismissal>,
    reviewed: Vec<Review>,
    facts: Option<SessionFacts>,
    pseudonyms: Option<Pseudonyms>,
}

impl Draft {
    pub(crate) fn new(
        format: Arc<dyn NoteFormat>,
        value: Value,
        source: Source,
        provenance: Provenance,
        at: Option<WallTime>,
    ) -> Self {
        let findings = finding::of_note(&*format, &value);
        let change = Change::drafted(source, provenance.clone(), at);
        Self {
            format,
            provenance,
            versions: vec![Version { value, change }],
            findings,
            dismissed: BTreeMap::new(),
            reviewed: Vec::new(),
            facts: None,
            pseudonyms: None,
        }
    }

    /// The same, of which no model is to read these names.
    pub(crate) fn keeping(mut self, pseudonyms: Option<Pseudonyms>) -> Self {
        self.pseudonyms = pseudonyms;
        self
    }

    pub(crate) const fn pseudonyms(&self) -> Option<&Pseudonyms> {
        self.pseudonyms.as_ref()
    }

    /// The format's id.
    #[must_use]
    pub fn format(&self) -> &str {
        self.format.id()
    }

    pub(crate) const fn note_format(&self) -> &Arc<dyn NoteFormat> {
        &self.format
    }

    /// The sections in the order in which they are read.
    #[must_use]
    pub fn sections(&self) -> &[Section] {
        self.format.sections()
    }

    /// A section, or a place inside one, that is text.
    #[must_use]
    pub fn section(&self, section: &str) -> Option<&str> {
        self.value().pointer(&pointer(section))?.as_str()
    }

    /// The whole note as a typed value, such as [`Dap`](crate::Dap).
    ///
    /// # Errors
    /// [`Error::Malformed`] when the note is of another format.
    pub fn view<T: DeserializeOwned>(&self) -> Result<T> {
        let wrong = |_| Error::Malformed {
            format: self.format().to_owned(),
            problems: 1,
            reply: String::new().into(),
        };
        T::deserialize(self.value()).map_err(wrong)
    }

    /// The whole note as JSON.
    #[must_use]
    pub fn value(&self) -> &Value {
        self.versions
            .last()
            .map_or(&Value::Null, |version| &version.value)
    }

    /// Where its first version comes from.
    #[must_use]
    pub const fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// What is known of the session without any model, where the host has said it.
    #[must_use]
    pub const fn facts(&self) -> Option<&SessionFacts> {
        self.facts.as_ref()
    }

    /// Says what is known of the session. It is signed and shown with the note.
    pub fn set_facts(&mut self, facts: SessionFacts) {
        self.facts = Some(facts);
    }

    /// The same draft with [facts](Self::set_facts).
    #[must_use]
    pub fn with_facts(mut self, facts: SessionFacts) -> Self {
        self.set_facts(facts);
        self
    }

    /// Every state of it, the current one last: who changed what, when, and where the text is from.
    #[must_use]
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// The sections that differ between two versions, counted from 0.
    ///
    /// # Errors
    /// [`Error::NoVersion`] when there are fewer.
    pub fn diff(&self, older: usize, newer: usize) -> Result<Vec<SectionDiff>> {
        let version = |index: usize| self.versions.get(index).ok_or(Error::NoVersion);
        let (older, newer) = (version(older)?, version(newer)?);
        Ok(diff::between(self.sections(), &older.value, &newer.value))
    }

    /// What the clinician should look at. Those that are blocking keep the note from being signed.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft")
            .field("format", &self.format())
            .field("findings", &self.findings.len())
            .field("versions", &self.versions)
            .finish_non_exhaustive()
    }
}

/// A section's key is the pointer to it.
fn pointer(section: &str) -> String {
    if section.starts_with('/') {
        section.to_owned()
    } else {
        format!("/{}", section.replace('~', "~0").replace('/', "~1"))
    }
}

/// The key of the section that a place is in.
fn top(place: &str) -> &str {
    place
        .strip_prefix('/')
        .map_or(place, |path| path.split('/').next().unwrap_or(path))
}

/// Where a note comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Provenance {
    /// Who provides the model.
    pub provider: String,
    /// The model that answered, where that is known; with commas where several have written a long session's note.
    pub model: Option<String>,
    /// The provider's id of the request.
    pub request_id: Option<String>,
    /// The version of the prompt.
    pub prompt_version: u32,
    /// SHA-256 of the transcript's JSON, in hexadecimal.
    pub transcript_sha256: String,
    /// Tokens that the model read for the answer that became the note, or for all that were merged into it.
    pub input_tokens: u64,
    /// Tokens that it wrote, thinking included.
    pub output_tokens: u64,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}
