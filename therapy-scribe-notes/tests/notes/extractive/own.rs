//! A practice's own formats, filled with quotes.

use std::sync::Arc;

use serde_json::{Value, json};
use therapy_scribe_notes::{Error, ExtractiveWriter, NoteFormat, SchemaFormat, check_note};

use super::{RISK, SESSION, drafted};
use crate::session;

fn own(schema: &Value) -> Arc<dyn NoteFormat> {
    Arc::new(SchemaFormat::from_value("own", 1, schema).unwrap())
}

#[test]
fn a_practices_own_format_is_filled_by_its_descriptions() {
    let format = own(
        &json!({"type": "object", "required": ["s1", "meds", "s2", "mood", "hours", "kinds", "homework", "more"], "properties": {
        "s1": {"type": "string", "title": "Subjective"},
        "meds": {"type": ["string", "null"], "description": "Medication with doses."},
        "s2": {"type": ["string", "null"], "description": "Anything about a helicopter."},
        "mood": {"type": ["string", "null"], "enum": ["low", "high", null]},
        "hours": {"type": ["integer", "null"], "minimum": 0, "maximum": 24},
        "kinds": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
        "homework": {"type": "array", "items": {"type": "string"}},
        "more": {"anyOf": [{"type": "null"}, {"type": "object", "required": ["sure"], "properties": {"sure": {"type": "boolean"}}}]}}}),
    );
    let draft = drafted(&session(&SESSION), Arc::clone(&format));
    let value = draft.value();
    assert_eq!(
        value["meds"],
        "Client: \"A hundred milligrams of sertraline.\" (0:12)\nTherapist: \"And do you have any pills at home?\" (0:26)\nClient: \"None.\" (0:29)"
    );
    for nothing in ["s2", "mood", "hours", "more"] {
        assert_eq!(value[nothing], Value::Null, "{nothing}");
    }
    assert_eq!(value["kinds"], json!([]));
    assert!(
        value["homework"]
            .as_array()
            .unwrap()
            .contains(&json!("Client: \"I can do that.\" (0:35)"))
    );
    // There is no place of its own for risk.
    assert!(value["s1"].as_str().unwrap().contains("didn't wake up"));
    assert_eq!(check_note(&*format, value), []);
}

#[test]
fn what_no_quote_can_fill_is_refused_with_its_path() {
    for field in [
        json!({"type": "integer"}),
        json!({"type": "boolean"}),
        json!({"type": "string", "enum": ["a"]}),
    ] {
        let inside =
            json!({"type": "object", "required": ["level"], "properties": {"level": field}});
        let format = own(
            &json!({"type": "object", "required": ["data", "state"], "properties": {"data": {"type": "string"}, "state": inside}}),
        );
        let refused = ExtractiveWriter::new().draft(&session(&SESSION), format);
        let Err(Error::Format { path, reason, .. }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(path, "/properties/state/properties/level");
        assert!(reason.contains("quotes"));
    }
}

#[test]
fn risk_has_a_place_in_other_forms_or_is_refused_and_never_an_empty_list() {
    let with = |risk: Value| {
        own(
            &json!({"type": "object", "required": ["data", "risk"], "properties": {"data": {"type": "string"}, "risk": risk}}),
        )
    };
    let inside = json!({"type": "object", "required": ["ideation"], "properties": {"ideation": {"type": "string"}}});
    let draft = drafted(&session(&SESSION), with(inside.clone()));
    assert_eq!(draft.value()["risk"]["ideation"], json!(RISK.join("\n")));
    for items in [
        inside,
        json!({"type": "string", "enum": ["suicide", "violence"]}),
    ] {
        let format = with(json!({"type": "array", "items": items}));
        let refused = ExtractiveWriter::new().draft(&session(&SESSION), format);
        assert!(matches!(refused, Err(Error::Format { path, .. }) if path == "/properties/risk"));
    }
}
