//! A note that is signed.

use std::fmt;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Addendum, Cosignature, Retraction, Signer, Verifier, hash, statement::Sealed};
use crate::{Error, Result, Section, SessionFacts, WallTime};

/// A signed note. There are two ways to one: [`Draft::sign`](crate::Draft::sign), and [`open`](Self::open), which checks
/// the signature. It can't be changed. `Debug` shows no content.
///
/// What comes later is a statement of its own, signed too: an [`Addendum`], a [`Cosignature`], a [`Retraction`], or a
/// note in its place ([`Draft::sign_superseding`](crate::Draft::sign_superseding)). A [`NoteRecord`](crate::NoteRecord)
/// holds them together.
///
/// Nothing can be read into one but bytes that are signed:
///
/// ```compile_fail
/// let note: therapy_scribe_notes::SignedNote = serde_json::from_str("{}").unwrap();
/// ```
///
/// and nothing in one can be changed:
///
/// ```compile_fail
/// # fn change(note: &mut therapy_scribe_notes::SignedNote, by: &therapy_scribe_notes::Clinician, at: therapy_scribe_notes::WallTime) {
/// note.edit("plan", "Something else.", by, at);
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SignedNote {
    sealed: Sealed,
    sections: Vec<Section>,
}

impl SignedNote {
    pub(crate) fn seal(sealed: Sealed) -> Result<Self> {
        let sealed = sealed.of_kind("note")?;
        let content = sealed.value("/content");
        if content.is_null() || hash(content)? != sealed.text("/content_sha256") {
            return Err(Error::Untrusted("its content does not match its hash"));
        }
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let section = |entry: &Value| {
            Some(Section {
                key: text(entry.get("key"))?,
                title: text(entry.get("title"))?,
            })
        };
        let listed = sealed.value("/format/sections").as_array();
        let sections = listed.into_iter().flatten().filter_map(section).collect();
        Ok(Self { sealed, sections })
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote, and believes it only when its signature is of a trusted key.
    ///
    /// # Errors
    /// [`Error::Untrusted`] with the reason.
    pub fn open(bytes: &[u8], verifier: &Verifier) -> Result<Self> {
        Self::seal(Sealed::open(bytes, verifier)?)
    }

    /// The note, canonical, for storage and transport.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.sealed.to_bytes()
    }

    /// SHA-256 of all that was signed, in hexadecimal: the note's identity, by which later statements name it.
    #[must_use]
    pub fn id(&self) -> &str {
        self.sealed.id()
    }

    /// The signature alone, in base64.
    #[must_use]
    pub fn signature(&self) -> String {
        self.sealed.signature()
    }

    /// The format's id.
    #[must_use]
    pub fn format(&self) -> &str {
        self.sealed.text("/format/id")
    }

    /// SHA-256 of the content's canonical text, in hexadecimal. Two notes with the same words have the same.
    #[must_use]
    pub fn content_sha256(&self) -> &str {
        self.sealed.text("/content_sha256")
    }

    /// The sections in the order in which they are read.
    #[must_use]
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// A section that is text.
    #[must_use]
    pub fn section(&self, key: &str) -> Option<&str> {
        self.value().get(key)?.as_str()
    }

    /// The whole note as JSON.
    #[must_use]
    pub fn value(&self) -> &Value {
        self.sealed.value("/content")
    }

    /// The note as a typed value, such as [`Dap`](crate::Dap).
    ///
    /// # Errors
    /// [`Error::Untrusted`] when the note is of another format.
    pub fn view<T: DeserializeOwned>(&self) -> Result<T> {
        T::deserialize(self.value())
            .map_err(|_| Error::Untrusted("its content is of another format"))
    }

    /// What is known of the session, as it was signed.
    #[must_use]
    pub fn facts(&self) -> Option<SessionFacts> {
        SessionFacts::deserialize(self.sealed.value("/facts")).ok()
    }

    /// Who signed.
    #[must_use]
    pub fn signer_name(&self) -> &str {
        self.sealed.text("/signer/name")
    }

    /// The id of who signed.
    #[must_use]
    pub fn signer_id(&self) -> &str {
        self.sealed.text("/signer/id")
    }

    /// Whether who signed is supervised, so that the note needs a [`Cosignature`].
    #[must_use]
    pub fn needs_cosignature(&self) -> bool {
        self.sealed.value("/signer/supervised") == &Value::Bool(true)
    }

    /// When.
    #[must_use]
    pub fn signed_at(&self) -> WallTime {
        self.sealed.signed_at()
    }

    /// The identity of the note that this one stands in place of, where there is one.
    #[must_use]
    pub fn supersedes(&self) -> Option<&str> {
        self.sealed.value("/supersedes/note_sha256").as_str()
    }

    /// SHA-256 of what an addendum with this text would say, save who signs it and when, in hexadecimal. It tells whether
    /// an addendum is the one that somebody was shown before it is signed.
    ///
    /// # Errors
    /// None in practice: a text can always be written down.
    pub fn addendum_sha256(&self, text: &str) -> Result<String> {
        hash(&serde_json::json!({"kind": "addendum", "note_sha256": self.id(), "text": text}))
    }

    /// Adds something to the note, signed on its own.
    ///
    /// # Errors
    /// [`Error::Needed`] without a text or the signer's name; [`Error::Order`] when it is older than the note.
    pub fn addendum(&self, text: &str, signer: &dyn Signer, at: WallTime) -> Result<Addendum> {
        Addendum::sign(self, text, signer, at)
    }

    /// Signs the note as the supervisor of who signed it.
    ///
    /// # Errors
    /// [`Error::Order`] when it is older than the note; [`Error::Cosigner`] for who signed it.
    pub fn cosign(&self, signer: &dyn Signer, at: WallTime) -> Result<Cosignature> {
        Cosignature::sign(self, signer, at)
    }

    /// Takes the note back: it stays, and is said not to hold.
    ///
    /// # Errors
    /// [`Error::Needed`] without a reason or the signer's name; [`Error::Order`] when it is older than the note.
    pub fn retract(&self, reason: &str, signer: &dyn Signer, at: WallTime) -> Result<Retraction> {
        Retraction::sign(self, reason, signer, at)
    }

    pub(crate) const fn sealed(&self) -> &Sealed {
        &self.sealed
    }
}

impl fmt::Debug for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SignedNote({}, {}, signed at {})",
            self.format(),
            self.id(),
            self.signed_at()
        )
    }
}
