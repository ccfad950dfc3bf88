//! A note before it is signed.

mod diff;
mod finding;
mod version;
mod whole;

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

pub use diff::{Piece, PieceFate, SectionDiff};
pub use finding::{Dismissal, Finding, FindingId, FindingKind, Severity};
pub use version::{Change, ChangeKind, Source, Version};

use crate::{
    Clinician, Error, NoteFormat, Result, Section, SessionFacts, SignedNote, Signer, WallTime,
    sign::{self, Statement},
    validate,
};

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
}

/// That a clinician has seen a section as it was then.
#[derive(Clone)]
struct Review {
    section: String,
    content: Value,
    by: String,
    at: WallTime,
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
        }
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

    /// Replaces a section, or a place inside one, that is text. What a clinician writes is reviewed with it.
    ///
    /// # Errors
    /// [`Error::UnknownSection`] when there is no such section; [`Error::Edit`] when it is no text.
    pub fn edit(&mut self, section: &str, text: &str, by: &Clinician, at: WallTime) -> Result<()> {
        self.edit_from(section, text.into(), Source::Clinician, by, at)
    }

    /// Replaces a section, or a place inside one, by a value of its form, such as a list; `source` says where that is
    /// from.
    ///
    /// # Errors
    /// [`Error::UnknownSection`] when there is no such section; [`Error::Edit`] when the value has not its form.
    pub fn edit_from(
        &mut self,
        section: &str,
        content: Value,
        source: Source,
        by: &Clinician,
        at: WallTime,
    ) -> Result<()> {
        let change = Change::by(ChangeKind::Edited, Some(section), source, by, at);
        self.replace(section, content, change)?;
        self.review(section, by, at)
    }

    /// A section that a model has written anew. It is not reviewed by that.
    pub(crate) fn regenerated(
        &mut self,
        section: &str,
        content: Value,
        provenance: Provenance,
        by: &Clinician,
        at: WallTime,
    ) -> Result<()> {
        let mut change = Change::by(
            ChangeKind::Regenerated,
            Some(section),
            Source::Model,
            by,
            at,
        );
        change.provenance = Some(provenance);
        self.replace(section, content, change)
    }

    /// Says that a section is right as it is. It holds until the section is changed, and again when that is undone.
    ///
    /// # Errors
    /// [`Error::UnknownSection`] when there is no such section.
    pub fn accept(&mut self, section: &str, by: &Clinician, at: WallTime) -> Result<()> {
        self.review(section, by, at)
    }

    /// Whether a clinician has accepted a section as it is now, or written it.
    #[must_use]
    pub fn is_reviewed(&self, section: &str) -> bool {
        self.review_of(top(section)).is_some()
    }

    /// Makes the draft what it was before the last change; again and again, what it was before that. Nothing is lost: it
    /// is one more version.
    ///
    /// # Errors
    /// [`Error::NoVersion`] when it is as it was drafted.
    pub fn undo(&mut self, by: &Clinician, at: WallTime) -> Result<()> {
        let to = version::before(&self.versions).ok_or(Error::NoVersion)?;
        let value = self.versions.get(to).ok_or(Error::NoVersion)?.value.clone();
        let kind = ChangeKind::Undone { to };
        self.push(value, Change::by(kind, None, Source::Clinician, by, at));
        Ok(())
    }

    /// Leaves the note as it is in spite of a finding. It stands in the signed note with its reason.
    ///
    /// # Errors
    /// [`Error::NoFinding`] when there is none with this id; [`Error::Needed`] without a reason or a name.
    pub fn dismiss(
        &mut self,
        finding: FindingId,
        reason: &str,
        by: &Clinician,
        at: WallTime,
    ) -> Result<()> {
        if reason.trim().is_empty() {
            return Err(Error::Needed("a reason"));
        }
        by.named()?;
        if !self.findings.iter().any(|known| known.id() == finding) {
            return Err(Error::NoFinding);
        }
        let dismissal = Dismissal::new(reason.trim().to_owned(), by.id().to_owned(), at);
        self.dismissed.insert(finding, dismissal);
        self.mark_dismissed();
        Ok(())
    }

    /// Signs the note as it is now.
    ///
    /// # Errors
    /// [`Error::Blocked`] while a blocking finding is open; [`Error::Needed`] when the signer names nobody;
    /// [`Error::Key`] when it fails.
    pub fn sign(&self, signer: &dyn Signer, at: WallTime) -> Result<SignedNote> {
        self.signed(None, signer, at)
    }

    /// Signs the note in place of one that was signed before. That one stays what it is, and the new one names it.
    ///
    /// # Errors
    /// As [`sign`](Self::sign); [`Error::Order`] when it is older than the one that it replaces;
    /// [`Error::Needed`] without a reason.
    pub fn sign_superseding(
        &self,
        note: &SignedNote,
        reason: &str,
        signer: &dyn Signer,
        at: WallTime,
    ) -> Result<SignedNote> {
        if reason.trim().is_empty() {
            return Err(Error::Needed("a reason"));
        }
        if at < note.signed_at() {
            return Err(Error::Order);
        }
        let supersedes = json!({"note_sha256": note.id(), "reason": reason.trim()});
        self.signed(Some(supersedes), signer, at)
    }

    fn signed(
        &self,
        supersedes: Option<Value>,
        signer: &dyn Signer,
        at: WallTime,
    ) -> Result<SignedNote> {
        let count = self
            .findings
            .iter()
            .filter(|finding| finding.is_blocking())
            .count();
        if count > 0 {
            return Err(Error::Blocked { count });
        }
        let mut statement = Statement::new("note", signer, at)?;
        statement.set("format", sign::format_of(&*self.format));
        statement.set("content", self.value().clone());
        statement.set("content_sha256", sign::hash(self.value())?.into());
        statement.set("provenance", json!(self.provenance));
        statement.set("history", self.history()?);
        statement.set("reviewed", self.reviewed_sections());
        statement.set("dismissed", self.dismissals());
        let facts = self.facts.as_ref().map(SessionFacts::to_json);
        statement.set("facts", facts.into());
        statement.set("supersedes", supersedes.into());
        SignedNote::seal(statement.sign(signer)?)
    }

    fn replace(&mut self, section: &str, content: Value, change: Change) -> Result<()> {
        let mut value = self.value().clone();
        let place = pointer(section);
        let Some(current) = value.pointer_mut(&place).filter(|_| place.len() > 1) else {
            return Err(self.unknown(section));
        };
        *current = content;
        if let Some(problem) = validate::problems(&value, self.format.schema()).first() {
            return Err(Error::Edit {
                rule: problem.rule().to_owned(),
            });
        }
        self.push(value, change);
        Ok(())
    }

    fn push(&mut self, value: Value, change: Change) {
        self.findings = finding::of_note(&*self.format, &value);
        self.versions.push(Version { value, change });
        self.mark_dismissed();
    }

    fn mark_dismissed(&mut self) {
        for finding in &mut self.findings {
            finding.dismissed = self.dismissed.get(&finding.id()).cloned();
        }
    }

    fn review(&mut self, section: &str, by: &Clinician, at: WallTime) -> Result<()> {
        let section = top(section);
        let Some(content) = self.value().get(section).cloned() else {
            return Err(self.unknown(section));
        };
        self.reviewed.push(Review {
            section: section.to_owned(),
            content,
            by: by.id().to_owned(),
            at,
        });
        Ok(())
    }

    fn review_of(&self, section: &str) -> Option<&Review> {
        let content = self.value().get(section)?;
        let fits = |review: &&Review| review.section == section && review.content == *content;
        self.reviewed.iter().rev().find(fits)
    }

    fn unknown(&self, section: &str) -> Error {
        let known = self.sections().iter().map(|section| section.key.as_str());
        Error::UnknownSection {
            section: section.to_owned().into(),
            known: known.collect::<Vec<_>>().join(", "),
        }
    }

    fn history(&self) -> Result<Value> {
        let versions: Result<Vec<_>> = self.versions.iter().map(Version::to_json).collect();
        Ok(versions?.into())
    }

    fn reviewed_sections(&self) -> Value {
        let sections = self.sections().iter();
        let reviews = sections.filter_map(|section| self.review_of(&section.key));
        let told = |review: &Review| json!({"section": review.section, "by": review.by, "at_unix_ms": review.at.as_unix_millis()});
        reviews.map(told).collect::<Vec<_>>().into()
    }

    fn dismissals(&self) -> Value {
        let told = |finding: &Finding| {
            let dismissal = finding.dismissed.as_ref()?;
            Some(json!({
                "kind": finding.kind.name(), "place": finding.place, "finding": finding.text.expose(),
                "reason": dismissal.reason.expose(), "by": dismissal.by,
                "at_unix_ms": dismissal.at.as_unix_millis(),
            }))
        };
        self.findings
            .iter()
            .filter_map(told)
            .collect::<Vec<_>>()
            .into()
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
