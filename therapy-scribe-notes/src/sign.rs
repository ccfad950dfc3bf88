//! Signatures: Ed25519 over canonical JSON.
//!
//! A signed note is `{"algorithm":"Ed25519","signature":S,"statement":X}`. `X` is the statement: content, format,
//! signer, time, provenance. `S` is the signature, in standard base64 with padding, over the UTF-8 bytes of the canonical
//! text of `X` (see the module `canonical`), preceded by the ASCII bytes of [`DOMAIN`], so that it can't be taken for a
//! signature of anything else.

mod clinician;
mod key;
mod note;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub use clinician::Clinician;
pub use key::{KeySigner, PublicKey, Signer, Verifier};
pub use note::SignedNote;

use crate::{Edit, NoteFormat, Provenance, Result, WallTime, canonical};

/// What stands before the statement when it is signed.
pub(crate) const DOMAIN: &str = "therapy-scribe/note/v1\n";

/// Makes and signs the statement.
pub(crate) fn sign(
    format: &dyn NoteFormat,
    value: &Value,
    provenance: &Provenance,
    edits: &[Edit],
    signer: &dyn Signer,
    at: WallTime,
) -> Result<SignedNote> {
    let sections: Vec<_> = format
        .sections()
        .iter()
        .map(|section| json!({"key": section.key, "title": section.title}))
        .collect();
    let statement = json!({
        "kind": "note",
        "format": {"id": format.id(), "version": format.version(), "title": format.title(), "sections": sections},
        "content": value,
        "content_sha256": hash(value)?,
        "provenance": {
            "provider": provenance.provider, "model": provenance.model, "request_id": provenance.request_id,
            "prompt_version": provenance.prompt_version, "transcript_sha256": provenance.transcript_sha256,
            "input_tokens": provenance.input_tokens, "output_tokens": provenance.output_tokens,
            "duration_ms": provenance.duration_ms,
        },
        "edits": edits.iter().map(|e| json!({"section": e.section, "by": e.by, "at_unix_ms": e.at.as_unix_millis()})).collect::<Vec<_>>(),
        "signer": signer.clinician().to_json(),
        "public_key": signer.public_key().to_string(),
        "signed_at_unix_ms": at.as_unix_millis(),
    });
    let signature = signer.sign(message(&statement)?.as_bytes())?;
    SignedNote::seal(statement, &signature)
}

/// The text that is signed.
pub(crate) fn message(statement: &Value) -> Result<String> {
    Ok(format!("{DOMAIN}{}", canonical::text(statement)?))
}

/// SHA-256 of a value's canonical text.
pub(crate) fn hash(value: &Value) -> Result<String> {
    Ok(hex(&Sha256::digest(canonical::text(value)?)))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |text, byte| {
            format!("{text}{byte:02x}")
        })
}
