//! What a clinician does to a draft.

use serde_json::Value;

use super::{
    Change, ChangeKind, Dismissal, Draft, FindingId, Provenance, Source, Version, finding, pointer,
    top, version,
};
use crate::{Clinician, Error, Result, WallTime, validate};

/// That a clinician has seen a section as it was then.
#[derive(Clone)]
pub(super) struct Review {
    pub(super) section: String,
    pub(super) content: Value,
    pub(super) by: String,
    pub(super) at: WallTime,
}

impl Draft {
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

    pub(super) fn replace(&mut self, section: &str, content: Value, change: Change) -> Result<()> {
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

    pub(super) fn review_of(&self, section: &str) -> Option<&Review> {
        let content = self.value().get(section)?;
        let fits = |review: &&Review| review.section == section && review.content == *content;
        self.reviewed.iter().rev().find(fits)
    }

    pub(super) fn unknown(&self, section: &str) -> Error {
        let known = self.sections().iter().map(|section| section.key.as_str());
        Error::UnknownSection {
            section: section.to_owned().into(),
            known: known.collect::<Vec<_>>().join(", "),
        }
    }
}
