//! A note before it is signed.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    Clinician, Error, NoteFormat, Result, Section, SignedNote, Signer, WallTime, render, risk, sign,
};

/// A note that a clinician has yet to check. `Debug` shows no content.
#[derive(Clone)]
pub struct Draft {
    format: Arc<dyn NoteFormat>,
    value: Value,
    provenance: Provenance,
    findings: Vec<Finding>,
    edits: Vec<Edit>,
}

impl Draft {
    pub(crate) fn new(format: Arc<dyn NoteFormat>, value: Value, provenance: Provenance) -> Self {
        let findings = risk_findings(&value);
        Self {
            format,
            value,
            provenance,
            findings,
            edits: Vec::new(),
        }
    }

    pub(crate) fn add_findings(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.findings.extend(findings);
    }

    /// The format's id.
    #[must_use]
    pub fn format(&self) -> &str {
        self.format.id()
    }

    /// The sections in the order in which they are read.
    #[must_use]
    pub fn sections(&self) -> &[Section] {
        self.format.sections()
    }

    /// A section that is text.
    #[must_use]
    pub fn section(&self, key: &str) -> Option<&str> {
        self.value.get(key)?.as_str()
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
        T::deserialize(&self.value).map_err(wrong)
    }

    /// The whole note as JSON.
    #[must_use]
    pub const fn value(&self) -> &Value {
        &self.value
    }

    /// Where it comes from.
    #[must_use]
    pub const fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// What the clinician should look at. Those that are blocking keep the note from being signed.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Who changed what, and when; in order.
    #[must_use]
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// Replaces a section that is text.
    ///
    /// # Errors
    /// [`Error::UnknownSection`] when there is no such section of text.
    pub fn edit(&mut self, section: &str, text: &str, by: &Clinician, at: WallTime) -> Result<()> {
        let Some(Value::String(current)) = self.value.get_mut(section) else {
            let known = self
                .sections()
                .iter()
                .map(|section| section.key.as_str())
                .collect::<Vec<_>>()
                .join(", ");
            return Err(Error::UnknownSection {
                section: section.to_owned().into(),
                known,
            });
        };
        text.clone_into(current);
        self.edits.push(Edit {
            section: section.to_owned(),
            by: by.id().to_owned(),
            at,
        });
        Ok(())
    }

    /// Signs the note as it is now.
    ///
    /// # Errors
    /// [`Error::Blocked`] while a blocking finding is open; [`Error::Key`] when the signer fails, or names nobody.
    pub fn sign(&self, signer: &dyn Signer, at: WallTime) -> Result<SignedNote> {
        if signer.clinician().name().trim().is_empty() {
            return Err(Error::Key("it has no name; a note is signed by somebody"));
        }
        let count = self
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Blocking)
            .count();
        if count > 0 {
            return Err(Error::Blocked { count });
        }
        sign::sign(
            &*self.format,
            &self.value,
            &self.provenance,
            &self.edits,
            signer,
            at,
        )
    }

    /// The note for people, marked as a draft.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        format!(
            "# {} (DRAFT)\n\n> DRAFT: not reviewed, not signed, not part of the record.\n\n{}",
            self.format.title(),
            render::sections(self.format.sections(), &self.value)
        )
    }
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft")
            .field("format", &self.format())
            .field("provenance", &self.provenance)
            .field("findings", &self.findings.len())
            .field("edits", &self.edits)
            .finish_non_exhaustive()
    }
}

/// Where a note comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Provenance {
    /// Who provides the model.
    pub provider: String,
    /// The model that answered, where that is known.
    pub model: Option<String>,
    /// The provider's id of the request.
    pub request_id: Option<String>,
    /// The version of the prompt.
    pub prompt_version: u32,
    /// SHA-256 of the transcript's JSON, in hexadecimal.
    pub transcript_sha256: String,
    /// Tokens that the model read for the answer that became the note.
    pub input_tokens: u64,
    /// Tokens that it wrote, thinking included.
    pub output_tokens: u64,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// One change of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Edit {
    /// The section.
    pub section: String,
    /// The clinician's id.
    pub by: String,
    /// When.
    pub at: WallTime,
}

/// Something that the clinician should look at. `Debug` shows no content.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// Whether it keeps the note from being signed.
    pub severity: Severity,
    /// Where in the note, as a JSON pointer.
    pub place: String,
    /// What it says.
    pub text: therapy_scribe_core::Phi<String>,
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Finding({:?}, {:?} at {})",
            self.kind, self.severity, self.place
        )
    }
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// The note speaks of risk.
    Risk,
    /// A section stops in the middle of a sentence: some of it may be missing.
    Unfinished,
    /// A rule of the format is broken, such as a score out of its range.
    Rule,
}

/// What a finding means for signing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// To be seen.
    Advisory,
    /// To be resolved before signing.
    Blocking,
}

/// Every risk flag of the note is shown by itself, so that it is not overlooked among sections.
fn risk_findings(value: &Value) -> Vec<Finding> {
    let finding = |(place, flag): (String, &str)| Finding {
        kind: FindingKind::Risk,
        severity: Severity::Advisory,
        place,
        text: flag.to_owned().into(),
    };
    risk::flags(value).into_iter().map(finding).collect()
}
