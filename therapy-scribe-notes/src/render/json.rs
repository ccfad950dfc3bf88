//! A note for other programs.

use serde_json::{Value, json};

use super::{Sheet, later};
use crate::SignedNote;

pub(super) fn document(sheet: &Sheet<'_>) -> Value {
    let signature = |note: &SignedNote| {
        json!({
            "note_sha256": note.id(), "content_sha256": note.content_sha256(),
            "signer": note.sealed().value("/signer"), "public_key": note.sealed().text("/public_key"),
            "signed_at_unix_ms": note.signed_at().as_unix_millis(), "supersedes": note.supersedes(),
        })
    };
    let said = sheet.later.iter().map(later);
    let said = said.map(
        |(title, text, line)| json!({"kind": title.to_lowercase(), "text": text, "signed": line}),
    );
    json!({
        "schema_id": sheet.schema_id, "status": sheet.standing.name(), "title": sheet.title,
        "facts": sheet.facts, "note": sheet.content, "signature": sheet.note.map(signature),
        "later": said.collect::<Vec<_>>(),
    })
}
