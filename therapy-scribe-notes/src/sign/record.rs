//! A signed note with all that was said of it later.

use super::{Addendum, Cosignature, Retraction, SignedNote, Verifier, statement::Sealed};
use crate::{Error, Result};

/// A signed note, and what came later, in order of time.
///
/// ```
/// # use therapy_scribe_notes::*;
/// # fn record(note: SignedNote, bytes: &[u8], verifier: &Verifier) -> Result<()> {
/// let mut record = NoteRecord::new(note);
/// record.add(Later::open(bytes, verifier)?)?; // an addendum, say, as it was stored
/// assert_eq!(record.status(), NoteStatus::Current);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteRecord {
    note: SignedNote,
    later: Vec<Later>,
}

/// Something that was said of a signed note later.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Later {
    /// Something added.
    Addendum(Addendum),
    /// A supervisor's signature.
    Cosignature(Cosignature),
    /// That it does not hold.
    Retraction(Retraction),
    /// The note that stands in its place.
    Superseding(SignedNote),
}

impl Later {
    /// Reads any statement, and believes it only when its signature is of a trusted key.
    ///
    /// # Errors
    /// [`Error::Untrusted`] with the reason.
    pub fn open(bytes: &[u8], verifier: &Verifier) -> Result<Self> {
        let sealed = Sealed::open(bytes, verifier)?;
        Ok(match sealed.kind() {
            "addendum" => Self::Addendum(Addendum::of(sealed)),
            "cosignature" => Self::Cosignature(Cosignature::of(sealed)),
            "retraction" => Self::Retraction(Retraction::of(sealed)),
            _ => Self::Superseding(SignedNote::seal(sealed)?),
        })
    }

    /// Whether it is an `addendum`, a `cosignature`, a `retraction`, or `superseding`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Addendum(_) => "addendum",
            Self::Cosignature(_) => "cosignature",
            Self::Retraction(_) => "retraction",
            Self::Superseding(_) => "superseding",
        }
    }

    /// The identity of the note that it is about.
    #[must_use]
    pub fn note_id(&self) -> Option<&str> {
        match self {
            Self::Superseding(note) => note.supersedes(),
            _ => Some(self.sealed().text("/note_sha256")),
        }
    }

    /// Its own identity: SHA-256 of what was signed, in hexadecimal.
    #[must_use]
    pub fn id(&self) -> &str {
        self.sealed().id()
    }

    /// When it was signed.
    #[must_use]
    pub fn signed_at(&self) -> crate::WallTime {
        self.sealed().signed_at()
    }

    /// The signature alone, in base64.
    #[must_use]
    pub fn signature(&self) -> String {
        self.sealed().signature()
    }

    /// Canonical, for storage and transport.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.sealed().to_bytes()
    }

    fn sealed(&self) -> &Sealed {
        match self {
            Self::Addendum(addendum) => addendum.sealed(),
            Self::Cosignature(cosignature) => cosignature.sealed(),
            Self::Retraction(retraction) => retraction.sealed(),
            Self::Superseding(note) => note.sealed(),
        }
    }
}

/// How a signed note stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NoteStatus {
    /// It holds.
    Current,
    /// Its signer is supervised, and the supervisor has not signed yet.
    AwaitingCosignature,
    /// Another note stands in its place.
    Superseded,
    /// It does not hold.
    Retracted,
}

impl NoteRecord {
    /// A note of which nothing was said yet.
    #[must_use]
    pub const fn new(note: SignedNote) -> Self {
        Self {
            note,
            later: Vec::new(),
        }
    }

    /// Adds what was said later. The same statement twice is one.
    ///
    /// # Errors
    /// [`Error::Untrusted`] when it is about another note, or a cosignature is its own signer's; [`Error::Order`] when it
    /// is older than the note.
    pub fn add(&mut self, later: Later) -> Result<()> {
        if later.note_id() != Some(self.note.id()) {
            return Err(Error::Untrusted("it is about another note"));
        }
        if later.signed_at() < self.note.signed_at() {
            return Err(Error::Order);
        }
        let is_own =
            matches!(&later, Later::Cosignature(by) if by.signer_id() == self.note.signer_id());
        if is_own {
            return Err(Error::Cosigner);
        }
        if self.later.iter().all(|known| known.id() != later.id()) {
            self.later.push(later);
            self.later.sort_by_key(Later::signed_at);
        }
        Ok(())
    }

    /// The note.
    #[must_use]
    pub const fn note(&self) -> &SignedNote {
        &self.note
    }

    /// What was said of it later, in order of time.
    #[must_use]
    pub fn later(&self) -> &[Later] {
        &self.later
    }

    /// How it stands. Retracted outweighs superseded, and both that a cosignature is missing.
    #[must_use]
    pub fn status(&self) -> NoteStatus {
        let is_any = |kind: fn(&Later) -> bool| self.later.iter().any(kind);
        if is_any(|later| matches!(later, Later::Retraction(_))) {
            NoteStatus::Retracted
        } else if is_any(|later| matches!(later, Later::Superseding(_))) {
            NoteStatus::Superseded
        } else if self.note.needs_cosignature()
            && !is_any(|later| matches!(later, Later::Cosignature(_)))
        {
            NoteStatus::AwaitingCosignature
        } else {
            NoteStatus::Current
        }
    }
}
