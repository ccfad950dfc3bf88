//! From a draft to a signed note.

use serde_json::{Value, json};

use super::{Draft, Finding, Version, review::Review};
use crate::{
    Error, Result, SessionFacts, SignedNote, Signer, WallTime,
    sign::{self, Statement},
};

impl Draft {
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

    pub(super) fn history(&self) -> Result<Value> {
        let versions: Result<Vec<_>> = self.versions.iter().map(Version::to_json).collect();
        Ok(versions?.into())
    }

    fn reviewed_sections(&self) -> Value {
        let sections = self.sections().iter();
        let reviews = sections.filter_map(|section| self.review_of(&section.key));
        let told = |review: &Review| json!({"section": review.section, "by": review.by, "at_unix_ms": review.at.as_unix_millis()});
        reviews.map(told).collect::<Vec<_>>().into()
    }

    pub(super) fn dismissals(&self) -> Value {
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
