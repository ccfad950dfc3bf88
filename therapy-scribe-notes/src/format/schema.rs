//! Schemas in the strict subset that every model behind the gateway takes (`llm-gateway.md` 4.3).

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::Section;
use crate::{Error, Result};

/// Keywords that may stand in a strict schema.
const ALLOWED: [&str; 8] = [
    "type",
    "properties",
    "items",
    "required",
    "additionalProperties",
    "enum",
    "anyOf",
    "description",
];
/// What generators add and no model needs.
const DROPPED: [&str; 6] = [
    "$schema", "title", "format", "minimum", "maximum", "default",
];
/// OpenAI's limit of ten levels is the lowest that is documented; a note needs four.
const DEEPEST: usize = 8;

/// The schema of a type: inlined, closed objects, everything required in the order of declaration.
pub(super) fn strict<T: JsonSchema>() -> Result<Value> {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let schema = tighten(schema.to_value(), "", 0)?;
    if schema.get("type") != Some(&json!("object")) {
        return Err(refused("", "the note itself must be an object"));
    }
    Ok(schema)
}

/// One section for each property; its title is its name in words.
pub(super) fn sections(schema: &Value) -> Vec<Section> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let section = |key: &String| Section {
        key: key.clone(),
        title: heading(key),
    };
    properties
        .into_iter()
        .flat_map(Map::keys)
        .map(section)
        .collect()
}

fn tighten(schema: Value, path: &str, depth: usize) -> Result<Value> {
    if depth > DEEPEST {
        return Err(refused(path, "it is nested too deeply"));
    }
    let Value::Object(fields) = schema else {
        return Err(refused(path, "a schema of its own is needed here"));
    };
    let mut strict = Map::new();
    for (key, value) in fields {
        let at = format!("{path}/{key}");
        match key.as_str() {
            "properties" => {
                let properties = each(value, &at, depth)?;
                strict.insert(
                    "required".to_owned(),
                    json!(properties.keys().collect::<Vec<_>>()),
                );
                strict.insert("additionalProperties".to_owned(), false.into());
                strict.insert(key, Value::Object(properties));
            }
            "items" => {
                strict.insert(key, tighten(value, &at, depth + 1)?);
            }
            "anyOf" => {
                let Value::Array(branches) = value else {
                    return Err(refused(&at, "it must be a list"));
                };
                let branches: Result<Vec<_>> = branches
                    .into_iter()
                    .map(|branch| tighten(branch, &at, depth + 1))
                    .collect();
                strict.insert(key, Value::Array(branches?));
            }
            "additionalProperties" if value != json!(false) => {
                return Err(refused(&at, "maps with free keys are not supported"));
            }
            // Both are written anew with the properties.
            "additionalProperties" | "required" => {}
            known if ALLOWED.contains(&known) => {
                strict.insert(key, value);
            }
            dropped if DROPPED.contains(&dropped) => {}
            _ => return Err(refused(&at, "models do not support this construct")),
        }
    }
    if strict.get("type") == Some(&json!("object")) && !strict.contains_key("properties") {
        return Err(refused(path, "an object needs named properties"));
    }
    Ok(Value::Object(strict))
}

fn each(properties: Value, path: &str, depth: usize) -> Result<Map<String, Value>> {
    let Value::Object(properties) = properties else {
        return Err(refused(path, "it must be an object"));
    };
    let tight = |(name, schema): (String, Value)| {
        let at = format!("{path}/{name}");
        Ok((name, tighten(schema, &at, depth + 1)?))
    };
    properties.into_iter().map(tight).collect()
}

fn refused(path: &str, reason: &'static str) -> Error {
    Error::Format {
        path: if path.is_empty() {
            "/".to_owned()
        } else {
            path.to_owned()
        },
        reason,
    }
}

/// `risk_flags` is "Risk flags".
fn heading(key: &str) -> String {
    let words = key.replace('_', " ");
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Sample {
        /// Last in the alphabet, first here.
        zeta: String,
        alpha: Option<u8>,
        nested: Vec<Inner>,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Inner {
        kind: Kind,
    }

    #[derive(JsonSchema)]
    #[serde(rename_all = "snake_case")]
    #[expect(dead_code, reason = "only its schema is used")]
    enum Kind {
        Office,
        Video,
    }

    #[test]
    fn everything_is_required_closed_inlined_and_in_order() {
        let schema = strict::<Sample>().unwrap();
        assert_eq!(schema["required"], json!(["zeta", "alpha", "nested"]));
        assert_eq!(
            schema["properties"]["zeta"]["description"],
            "Last in the alphabet, first here."
        );
        assert_eq!(
            schema["properties"]["alpha"]["type"],
            json!(["integer", "null"])
        );
        let inner = &schema["properties"]["nested"]["items"];
        assert_eq!(
            (
                &inner["additionalProperties"],
                &inner["properties"]["kind"]["enum"]
            ),
            (&json!(false), &json!(["office", "video"]))
        );
        assert!(!schema.to_string().contains("$ref"));
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Free {
        scores: HashMap<String, u8>,
    }

    #[test]
    fn what_models_refuse_is_refused_with_its_place() {
        let said = strict::<Free>().unwrap_err().to_string();
        assert!(
            said.contains("/properties/scores/additionalProperties"),
            "{said}"
        );
        assert!(strict::<String>().is_err());
    }
}
