//! Signatures: Ed25519 over canonical JSON.
//!
//! What is signed is a *statement*, a JSON object: a note, or something that is said of a note later. It is kept as
//! `{"algorithm":"Ed25519","signature":S,"statement":X}`, in canonical form. `S` is the signature, in standard base64 with
//! padding, over the ASCII bytes of [`DOMAIN`], so that it can't be taken for a signature of anything else, followed by the
//! UTF-8 bytes of the canonical text of `X`.
//!
//! **Canonical text** is a subset of RFC 8785: the keys of objects sorted by their UTF-16 code units, no white space;
//! strings with the escapes `\b \t \n \f \r \" \\`, other characters below U+0020 as `\u00xx` in lower case, and everything
//! else as it is; whole numbers without sign, point or exponent where none is needed. Other numbers do not occur.
//!
//! **Every statement** has `kind`, `signer` (`id`, `name`, `credential`, `licence`, `supervised`), `public_key` (the 32
//! bytes in base64) and `signed_at_unix_ms`. Its *identity* is the SHA-256 of its canonical text, in lower-case hexadecimal.
//!
//! | kind | what it has beside that |
//! | --- | --- |
//! | `note` | `format` (`id`, `version`, `title`, `sections`), `content`, `content_sha256` (of the content's canonical text), `provenance`, `history`, `reviewed`, `dismissed`, `facts` or null, `supersedes` (`note_sha256`, `reason`) or null |
//! | `addendum` | `note_sha256`, the note's identity; `text` |
//! | `cosignature` | `note_sha256` |
//! | `retraction` | `note_sha256`, `reason` |
//!
//! To verify one: the bytes are canonical, the algorithm is that one, the key is one that is trusted, and the signature is
//! the key's; of a note also the content's hash. `scripts/verify-note` does it in another language.

mod clinician;
mod key;
mod later;
mod note;
mod record;
mod statement;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub use clinician::Clinician;
pub use key::{KeySigner, PublicKey, Signer, Verifier};
pub use later::{Addendum, Cosignature, Retraction};
pub use note::SignedNote;
pub use record::{Later, NoteRecord, NoteStatus};
pub(crate) use statement::Statement;

use crate::{NoteFormat, Result, canonical};

/// What stands before the statement when it is signed.
pub(crate) const DOMAIN: &str = "therapy-scribe/note/v1\n";

/// A format as it stands in a signed note, so that the note can be read without it.
pub(crate) fn format_of(format: &dyn NoteFormat) -> Value {
    let section = |section: &crate::Section| json!({"key": section.key, "title": section.title});
    let sections: Vec<_> = format.sections().iter().map(section).collect();
    json!({"id": format.id(), "version": format.version(), "title": format.title(), "sections": sections})
}

/// The name of a format's schema, as models and readers are told it: `dap_v1`.
pub(crate) fn schema_id(format: &str, version: u64) -> String {
    format!("{format}_v{version}")
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
