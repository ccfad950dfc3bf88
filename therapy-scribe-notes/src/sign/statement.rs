//! What every signed statement has in common: how it is made, kept, and believed.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Map, Value, json};

use super::{DOMAIN, PublicKey, Signer, Verifier, hash};
use crate::{Error, Result, WallTime, canonical};

/// The only algorithm; another name is refused, so that nobody can talk a verifier into a weaker one.
const ALGORITHM: &str = "Ed25519";
/// No statement is longer; a file that is was not written by us. 16 MiB.
const LONGEST: usize = 16 << 20;

/// A statement in the making.
pub(crate) struct Statement(Map<String, Value>);

impl Statement {
    pub(crate) fn new(kind: &str, signer: &dyn Signer, at: WallTime) -> Result<Self> {
        signer.clinician().named()?;
        let mut statement = Self(Map::new());
        statement.set("kind", kind.into());
        statement.set("signer", signer.clinician().to_json());
        statement.set("public_key", signer.public_key().to_string().into());
        statement.set("signed_at_unix_ms", at.as_unix_millis().into());
        Ok(statement)
    }

    pub(crate) fn set(&mut self, key: &str, value: Value) {
        self.0.insert(key.to_owned(), value);
    }

    pub(crate) fn sign(self, signer: &dyn Signer) -> Result<Sealed> {
        let statement = Value::Object(self.0);
        let signature = signer.sign(message(&statement)?.as_bytes())?;
        Sealed::new(statement, signature)
    }
}

/// A statement with its signature.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Sealed {
    statement: Value,
    signature: [u8; 64],
    id: String,
}

impl Sealed {
    fn new(statement: Value, signature: [u8; 64]) -> Result<Self> {
        let id = hash(&statement)?;
        Ok(Self {
            statement,
            signature,
            id,
        })
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote, and believes it only when its signature is of a trusted key.
    pub(crate) fn open(bytes: &[u8], verifier: &Verifier) -> Result<Self> {
        let untrusted = |reason| move || Error::Untrusted(reason);
        if bytes.len() > LONGEST {
            return Err(Error::Untrusted("it is too long"));
        }
        let envelope: Value =
            serde_json::from_slice(bytes).map_err(|_| Error::Untrusted("it is not JSON"))?;
        // One text for one statement: what is not canonical was not written by us.
        if canonical::text(&envelope)?.as_bytes() != bytes {
            return Err(Error::Untrusted("it is not in canonical form"));
        }
        if envelope.get("algorithm").and_then(Value::as_str) != Some(ALGORITHM) {
            return Err(Error::Untrusted("its signature is of another kind"));
        }
        let signature = envelope.get("signature").and_then(Value::as_str);
        let signature =
            signature.and_then(|text| BASE64_STANDARD.decode(text).ok()?.try_into().ok());
        let signature: [u8; 64] = signature.ok_or_else(untrusted("it has no signature"))?;
        let statement = envelope.get("statement").cloned();
        let statement = statement.ok_or_else(untrusted("it has no statement"))?;
        let key = statement.get("public_key").and_then(Value::as_str);
        let key: Option<PublicKey> = key.and_then(|key| key.parse().ok());
        let key = key.ok_or_else(untrusted("it names no key"))?;
        if !verifier.trusts(key) {
            return Err(Error::Untrusted("its key is not one that is trusted"));
        }
        if !key.verifies(message(&statement)?.as_bytes(), &signature) {
            return Err(Error::Untrusted("it was changed after it was signed"));
        }
        Self::new(statement, signature)
    }

    /// Canonical, for storage and transport.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let envelope = json!({"algorithm": ALGORITHM, "signature": self.signature(), "statement": self.statement});
        // The statement was canonical when it was signed.
        canonical::text(&envelope).unwrap_or_default().into_bytes()
    }

    pub(crate) fn of_kind(self, kind: &str) -> Result<Self> {
        if self.kind() == kind {
            Ok(self)
        } else {
            Err(Error::Untrusted("it is a statement of another kind"))
        }
    }

    pub(crate) fn kind(&self) -> &str {
        self.text("/kind")
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn signature(&self) -> String {
        BASE64_STANDARD.encode(self.signature)
    }

    pub(crate) fn signed_at(&self) -> WallTime {
        let at = self.statement.get("signed_at_unix_ms");
        WallTime::from_unix_millis(at.and_then(Value::as_u64).unwrap_or(0))
    }

    /// A text in it, empty where there is none.
    pub(crate) fn text(&self, pointer: &str) -> &str {
        let text = self.statement.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_default()
    }

    pub(crate) fn value(&self, pointer: &str) -> &Value {
        self.statement.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// `Dr. Jane Roe, PhD, licence 12345, at 2026-11-25 17:31:04 UTC`.
    pub(crate) fn signed_by(&self) -> String {
        let mut line = self.text("/signer/name").to_owned();
        for (before, part) in [
            (", ", "/signer/credential"),
            (", licence ", "/signer/licence"),
        ] {
            let part = self.text(part);
            if !part.is_empty() {
                line.push_str(before);
                line.push_str(part);
            }
        }
        format!("{line}, at {}", self.signed_at())
    }
}

/// The text that is signed.
fn message(statement: &Value) -> Result<String> {
    Ok(format!("{DOMAIN}{}", canonical::text(statement)?))
}
