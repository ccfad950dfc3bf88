//! A note that is signed.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{PublicKey, Verifier, hash, message};
use crate::{Error, Result, Section, WallTime, canonical, render};

/// The only algorithm; another name is refused, so that nobody can talk a verifier into a weaker one.
const ALGORITHM: &str = "Ed25519";

/// A signed note. There are two ways to one: [`Draft::sign`](crate::Draft::sign), and [`open`](Self::open), which checks
/// the signature. It can't be changed. `Debug` shows no content.
#[derive(Clone, PartialEq)]
pub struct SignedNote {
    statement: Value,
    signature: [u8; 64],
    content_sha256: String,
    sections: Vec<Section>,
}

impl SignedNote {
    pub(super) fn seal(statement: Value, signature: &[u8; 64]) -> Result<Self> {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let content = statement
            .get("content")
            .ok_or(Error::Untrusted("it has no content"))?;
        let content_sha256 = text(statement.get("content_sha256"))
            .ok_or(Error::Untrusted("it has no content hash"))?;
        if hash(content)? != content_sha256 {
            return Err(Error::Untrusted("its content does not match its hash"));
        }
        let listed = statement
            .pointer("/format/sections")
            .and_then(Value::as_array);
        let section = |entry: &Value| {
            Some(Section {
                key: text(entry.get("key"))?,
                title: text(entry.get("title"))?,
            })
        };
        let sections = listed.into_iter().flatten().filter_map(section).collect();
        Ok(Self {
            statement,
            signature: *signature,
            content_sha256,
            sections,
        })
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote, and believes it only when its signature is of a trusted key.
    ///
    /// # Errors
    /// [`Error::Untrusted`] with the reason.
    pub fn open(bytes: &[u8], verifier: &Verifier) -> Result<Self> {
        let envelope: Value =
            serde_json::from_slice(bytes).map_err(|_| Error::Untrusted("it is not JSON"))?;
        // One text for one note: what is not canonical was not written by us.
        if canonical::text(&envelope)?.as_bytes() != bytes {
            return Err(Error::Untrusted("it is not in canonical form"));
        }
        if envelope.get("algorithm").and_then(Value::as_str) != Some(ALGORITHM) {
            return Err(Error::Untrusted("its signature is of another kind"));
        }
        let signature = envelope.get("signature").and_then(Value::as_str);
        let signature =
            signature.and_then(|text| BASE64_STANDARD.decode(text).ok()?.try_into().ok());
        let signature: [u8; 64] = signature.ok_or(Error::Untrusted("it has no signature"))?;
        let statement = envelope
            .get("statement")
            .cloned()
            .ok_or(Error::Untrusted("it has no statement"))?;
        let key = statement
            .get("public_key")
            .and_then(Value::as_str)
            .and_then(|key| key.parse().ok());
        let key: PublicKey = key.ok_or(Error::Untrusted("it names no key"))?;
        if !verifier.trusts(key) {
            return Err(Error::Untrusted("its key is not one that is trusted"));
        }
        if !key.verifies(message(&statement)?.as_bytes(), &signature) {
            return Err(Error::Untrusted("it was changed after it was signed"));
        }
        Self::seal(statement, &signature)
    }

    /// The note, canonical, for storage and transport.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let signature = BASE64_STANDARD.encode(self.signature);
        let envelope =
            json!({"algorithm": ALGORITHM, "signature": signature, "statement": self.statement});
        // The statement was canonical when it was signed.
        canonical::text(&envelope).unwrap_or_default().into_bytes()
    }

    /// The signature alone, in base64.
    #[must_use]
    pub fn signature(&self) -> String {
        BASE64_STANDARD.encode(self.signature)
    }

    /// The format's id.
    #[must_use]
    pub fn format(&self) -> &str {
        self.text("/format/id")
    }

    /// SHA-256 of the content's canonical text, in hexadecimal: the note's identity.
    #[must_use]
    pub fn content_sha256(&self) -> &str {
        &self.content_sha256
    }

    /// A section that is text.
    #[must_use]
    pub fn section(&self, key: &str) -> Option<&str> {
        self.statement.get("content")?.get(key)?.as_str()
    }

    /// The note as a typed value, such as [`Dap`](crate::Dap).
    ///
    /// # Errors
    /// [`Error::Untrusted`] when the note is of another format.
    pub fn view<T: DeserializeOwned>(&self) -> Result<T> {
        let content = self.statement.get("content").unwrap_or(&Value::Null);
        T::deserialize(content).map_err(|_| Error::Untrusted("its content is of another format"))
    }

    /// Who signed.
    #[must_use]
    pub fn signer_name(&self) -> &str {
        self.text("/signer/name")
    }

    /// When.
    #[must_use]
    pub fn signed_at(&self) -> WallTime {
        WallTime::from_unix_millis(
            self.statement
                .get("signed_at_unix_ms")
                .and_then(Value::as_u64)
                .unwrap_or(0),
        )
    }

    /// The note for people, with its signature.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let content = self.statement.get("content").unwrap_or(&Value::Null);
        format!(
            "# {}\n\n{}---\n\nSigned by {}, {}, at {}.\n\nContent SHA-256: `{}`\n\nEd25519 key: `{}`\n",
            self.text("/format/title"),
            render::sections(&self.sections, content),
            self.signer_name(),
            self.text("/signer/credential"),
            self.signed_at(),
            self.content_sha256,
            self.text("/public_key"),
        )
    }

    fn text(&self, pointer: &str) -> &str {
        self.statement
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

impl fmt::Debug for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SignedNote({}, {}, signed at {})",
            self.format(),
            self.content_sha256,
            self.signed_at()
        )
    }
}
