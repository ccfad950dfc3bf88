//! The schema in words: some servers hold a model to it without ever showing it (`other-providers.md` 2.3, rule 2).

use serde_json::Value;

use crate::ResponseSchema;

/// The system prompt with the schema, and its shape with a word in place of each value. An example with values in it would
/// find its way into notes.
pub(super) fn shown(system: &str, schema: &ResponseSchema) -> String {
    format!(
        "{system}\n\nThe answer is one JSON object that fits this JSON Schema:\n{}\n\nIts shape, with words in the place of values:\n{}\n\nWrite nothing before the object and nothing after it, and put no Markdown fence around it.",
        schema.schema,
        shape(&schema.schema)
    )
}

fn shape(schema: &Value) -> String {
    let list = |key: &str| schema.get(key).and_then(Value::as_array);
    if let Some(branches) = list("anyOf") {
        return either(branches.iter().map(shape));
    }
    if let Some(values) = list("enum") {
        return either(values.iter().map(Value::to_string));
    }
    match schema.get("type") {
        Some(Value::Array(kinds)) => {
            either(kinds.iter().map(|kind| of_kind(kind.as_str(), schema)))
        }
        kind => of_kind(kind.and_then(Value::as_str), schema),
    }
}

fn either(shapes: impl Iterator<Item = String>) -> String {
    shapes.collect::<Vec<_>>().join(" or ")
}

fn of_kind(kind: Option<&str>, schema: &Value) -> String {
    match kind {
        Some("object") => {
            let properties = schema.get("properties").and_then(Value::as_object);
            let property = |(name, of): (&String, &Value)| format!("\"{name}\": {}", shape(of));
            let all: Vec<_> = properties.into_iter().flatten().map(property).collect();
            format!("{{{}}}", all.join(", "))
        }
        Some("array") => match schema.get("items") {
            Some(items) => format!("[{}, ...]", shape(items)),
            None => "[]".to_owned(),
        },
        Some("string") => "<text>".to_owned(),
        Some("integer") => "<whole number>".to_owned(),
        Some("number") => "<number>".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        _ => "null".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Formats;

    #[test]
    fn the_shape_holds_words_and_no_values() {
        let schema = json!({"type": "object", "properties": {
            "data": {"type": "string"}, "flags": {"type": "array", "items": {"type": "string"}},
            "sud": {"type": ["integer", "null"]},
            "place": {"anyOf": [{"type": "string", "enum": ["office", "video"]}, {"type": "null"}]},
            "members": {"type": "array", "items": {"type": "object", "properties": {"came": {"type": "boolean"}}}}}});
        assert_eq!(
            shape(&schema),
            r#"{"data": <text>, "flags": [<text>, ...], "sud": <whole number> or null, "place": "office" or "video" or null, "members": [{"came": true or false}, ...]}"#
        );
    }

    #[test]
    fn every_built_in_format_is_shown_whole() {
        let formats = Formats::new();
        for id in formats.ids() {
            let format = formats.get(id).unwrap();
            let schema = ResponseSchema::new(id, format.schema().clone());
            let shown = shown("Rules.", &schema);
            assert!(shown.starts_with("Rules.\n\n") && shown.contains("JSON"));
            assert!(shown.contains(&format.schema().to_string()), "{id}");
            let keys = format.sections().iter().map(|section| &section.key);
            let told = |key: &String| shape(format.schema()).contains(&format!("\"{key}\": "));
            assert!(keys.into_iter().all(told), "{id}");
        }
    }
}
