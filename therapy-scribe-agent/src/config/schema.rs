//! Which schemas of arguments the service understands (`voice-agent.md` 4.6). It looks at the outermost level only, and
//! fails in the middle of a conversation over the rest.

use serde_json::{Map, Value};

use super::ConfigError;

/// How deep a schema may go; deeper ones nobody can say aloud.
const DEPTH: usize = 16;

pub(super) fn check(tool: &str, parameters: &Value) -> Result<(), ConfigError> {
    let wrong = |path: &str, problem| {
        Err(ConfigError::Schema {
            tool: tool.to_owned(),
            path: path.to_owned(),
            problem,
        })
    };
    let Some(outer) = parameters.as_object() else {
        return wrong("parameters", "a schema is a JSON object");
    };
    if outer.get("type").and_then(Value::as_str) != Some("object") {
        return wrong("parameters.type", "it must be `object`");
    }
    if !outer.get("properties").is_some_and(Value::is_object) {
        return wrong("parameters.properties", "there must be an object");
    }
    match walk(parameters, "parameters", DEPTH) {
        Some((path, problem)) => wrong(&path, problem),
        None => Ok(()),
    }
}

/// The first place that can't be sent.
fn walk(value: &Value, path: &str, left: usize) -> Option<(String, &'static str)> {
    if left == 0 {
        return Some((path.to_owned(), "it goes too deep"));
    }
    match value {
        Value::Null => Some((path.to_owned(), "null is refused by the service")),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| walk(item, &format!("{path}[{index}]"), left - 1)),
        Value::Object(fields) => unsupported(fields, path).or_else(|| {
            fields
                .iter()
                .find_map(|(name, value)| walk(value, &format!("{path}.{name}"), left - 1))
        }),
        _ => None,
    }
}

fn unsupported(fields: &Map<String, Value>, path: &str) -> Option<(String, &'static str)> {
    // The fields of `properties` are names of arguments, which may be anything.
    if path.ends_with(".properties") {
        return None;
    }
    for key in ["$ref", "$defs", "definitions", "anyOf", "oneOf", "allOf"] {
        if fields.contains_key(key) {
            return Some((format!("{path}.{key}"), "the service needs a flat schema"));
        }
    }
    if fields.get("type").is_some_and(Value::is_array) {
        return Some((
            format!("{path}.type"),
            "a value has one type: leave it out of `required` instead",
        ));
    }
    let properties = fields.get("properties").and_then(Value::as_object)?;
    let required = fields.get("required")?;
    let names = required.as_array().map(Vec::as_slice).unwrap_or_default();
    let known = |name: &Value| {
        name.as_str()
            .is_some_and(|name| properties.contains_key(name))
    };
    (!required.is_array() || !names.iter().all(known)).then(|| {
        (
            format!("{path}.required"),
            "it must list names of properties",
        )
    })
}
