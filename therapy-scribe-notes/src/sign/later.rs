//! What is said of a signed note later. Each is signed on its own and names the note by its identity.

use std::fmt;

use super::{SignedNote, Signer, Statement, Verifier, statement::Sealed};
use crate::{Error, Result, WallTime};

/// Begins a statement about a note.
fn about(kind: &str, note: &SignedNote, signer: &dyn Signer, at: WallTime) -> Result<Statement> {
    if at < note.signed_at() {
        return Err(Error::Order);
    }
    let mut statement = Statement::new(kind, signer, at)?;
    statement.set("note_sha256", note.id().into());
    Ok(statement)
}

fn needed<'a>(text: &'a str, what: &'static str) -> Result<&'a str> {
    let text = text.trim();
    if text.is_empty() {
        Err(Error::Needed(what))
    } else {
        Ok(text)
    }
}

/// The parts that all of them share.
macro_rules! later {
    ($name:ident, $kind:literal) => {
        impl $name {
            /// Reads what [`to_bytes`](Self::to_bytes) wrote, and believes it only when its signature is of a trusted key.
            ///
            /// # Errors
            /// [`Error::Untrusted`] with the reason.
            pub fn open(bytes: &[u8], verifier: &Verifier) -> Result<Self> {
                Ok(Self(Sealed::open(bytes, verifier)?.of_kind($kind)?))
            }

            pub(super) const fn of(sealed: Sealed) -> Self {
                Self(sealed)
            }

            pub(super) const fn sealed(&self) -> &Sealed {
                &self.0
            }

            /// Canonical, for storage and transport.
            #[must_use]
            pub fn to_bytes(&self) -> Vec<u8> {
                self.0.to_bytes()
            }

            /// Its own identity: SHA-256 of what was signed, in hexadecimal.
            #[must_use]
            pub fn id(&self) -> &str {
                self.0.id()
            }

            /// The identity of the note that it is about.
            #[must_use]
            pub fn note_id(&self) -> &str {
                self.0.text("/note_sha256")
            }

            /// Who signed it.
            #[must_use]
            pub fn signer_name(&self) -> &str {
                self.0.text("/signer/name")
            }

            /// The id of who signed it.
            #[must_use]
            pub fn signer_id(&self) -> &str {
                self.0.text("/signer/id")
            }

            /// When.
            #[must_use]
            pub fn signed_at(&self) -> WallTime {
                self.0.signed_at()
            }

            pub(crate) fn signed_by(&self) -> String {
                self.0.signed_by()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(
                    f,
                    "{}({} of {})",
                    stringify!($name),
                    self.id(),
                    self.note_id()
                )
            }
        }
    };
}

/// Something added to a signed note. `Debug` shows no content.
#[derive(Clone, PartialEq, Eq)]
pub struct Addendum(Sealed);
later!(Addendum, "addendum");

impl Addendum {
    pub(super) fn sign(
        note: &SignedNote,
        text: &str,
        signer: &dyn Signer,
        at: WallTime,
    ) -> Result<Self> {
        let mut statement = about("addendum", note, signer, at)?;
        statement.set("text", needed(text, "a text")?.into());
        Ok(Self(statement.sign(signer)?))
    }

    /// What is added.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.text("/text")
    }
}

/// The signature of a supervisor.
#[derive(Clone, PartialEq, Eq)]
pub struct Cosignature(Sealed);
later!(Cosignature, "cosignature");

impl Cosignature {
    pub(super) fn sign(note: &SignedNote, signer: &dyn Signer, at: WallTime) -> Result<Self> {
        if signer.clinician().id() == note.signer_id() {
            return Err(Error::Cosigner);
        }
        Ok(Self(about("cosignature", note, signer, at)?.sign(signer)?))
    }
}

/// That a note does not hold. `Debug` shows no content.
#[derive(Clone, PartialEq, Eq)]
pub struct Retraction(Sealed);
later!(Retraction, "retraction");

impl Retraction {
    pub(super) fn sign(
        note: &SignedNote,
        reason: &str,
        signer: &dyn Signer,
        at: WallTime,
    ) -> Result<Self> {
        let mut statement = about("retraction", note, signer, at)?;
        statement.set("reason", needed(reason, "a reason")?.into());
        Ok(Self(statement.sign(signer)?))
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &str {
        self.0.text("/reason")
    }
}
