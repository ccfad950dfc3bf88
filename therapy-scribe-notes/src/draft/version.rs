//! The states that a draft went through. None is ever changed or taken away.

use std::fmt;

use serde_json::{Value, json};

use crate::{Clinician, Provenance, Result, WallTime, sign};

/// One state of a draft. `Debug` shows no content.
#[derive(Clone, PartialEq)]
pub struct Version {
    pub(super) value: Value,
    pub(super) change: Change,
}

impl Version {
    /// The whole note as it was.
    #[must_use]
    pub const fn value(&self) -> &Value {
        &self.value
    }

    /// How it came about.
    #[must_use]
    pub const fn change(&self) -> &Change {
        &self.change
    }

    /// For the signed note: what happened, and what the note was after it, as a hash.
    pub(super) fn to_json(&self) -> Result<Value> {
        let change = &self.change;
        Ok(json!({
            "change": change.kind.name(), "section": change.section, "source": change.source.name(),
            "by": change.by, "at_unix_ms": change.at.map(WallTime::as_unix_millis),
            "model": change.provenance.as_ref().and_then(|from| from.model.as_ref()),
            "content_sha256": sign::hash(&self.value)?,
        }))
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Version").field(&self.change).finish()
    }
}

/// Who changed what, when, and where the text is from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// What was done.
    pub kind: ChangeKind,
    /// The section, where it was one.
    pub section: Option<String>,
    /// Where the text is from.
    pub source: Source,
    /// The id of the clinician who did it or asked for it.
    pub by: Option<String>,
    /// When; unknown for a draft whose host has not said.
    pub at: Option<WallTime>,
    /// The model's part, where it was one's.
    pub provenance: Option<Provenance>,
}

impl Change {
    pub(super) const fn drafted(
        source: Source,
        provenance: Provenance,
        at: Option<WallTime>,
    ) -> Self {
        Self {
            kind: ChangeKind::Drafted,
            section: None,
            source,
            by: None,
            at,
            provenance: Some(provenance),
        }
    }

    pub(super) fn by(
        kind: ChangeKind,
        section: Option<&str>,
        source: Source,
        by: &Clinician,
        at: WallTime,
    ) -> Self {
        Self {
            kind,
            section: section.map(str::to_owned),
            source,
            by: Some(by.id().to_owned()),
            at: Some(at),
            provenance: None,
        }
    }
}

/// What was done to a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangeKind {
    /// It was written.
    Drafted,
    /// A section was changed by hand, or by dictation.
    Edited,
    /// A section was written anew by the model, as it was told.
    Regenerated,
    /// The draft is again what it was.
    #[non_exhaustive]
    Undone {
        /// The version that it is the same as, counted from 0.
        to: usize,
    },
}

impl ChangeKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Drafted => "drafted",
            Self::Edited => "edited",
            Self::Regenerated => "regenerated",
            Self::Undone { .. } => "undone",
        }
    }
}

/// Where a text is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// A language model.
    Model,
    /// The transcript itself, quoted.
    Transcript,
    /// The clinician, as a recogniser heard them.
    Dictation,
    /// The clinician's own hand.
    Clinician,
}

impl Source {
    const fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Transcript => "transcript",
            Self::Dictation => "dictation",
            Self::Clinician => "clinician",
        }
    }
}

/// The version before the current one, for somebody who undoes again and again: one that was undone counts as what it
/// went back to.
pub(super) fn before(versions: &[Version]) -> Option<usize> {
    let origin = |index: usize| match versions.get(index)?.change.kind {
        ChangeKind::Undone { to } => Some(to),
        _ => Some(index),
    };
    let current = origin(versions.len().checked_sub(1)?)?;
    origin(current.checked_sub(1)?)
}
