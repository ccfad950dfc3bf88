//! From a type to its schema, and from a schema to what is sent of it.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{Section, strict::strict};
use crate::{Result, validate::range};

/// The schema of a type: inlined, closed objects, everything required in the order of declaration. It keeps bounds and
/// titles, which [`sent`] takes away.
pub(super) fn of_type<T: JsonSchema>() -> Result<Value> {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let mut schema = plain(schema.to_value());
    if let Some(fields) = schema.as_object_mut() {
        // The name of the struct; and what types that contain themselves leave, whose reference is refused.
        fields.retain(|key, _| key != "title" && key != "$defs");
    }
    strict(&schema)
}

/// What the generator adds and no model needs is taken off, and what it says in another way is said in the subset's.
fn plain(schema: Value) -> Value {
    let Value::Object(fields) = schema else {
        return schema;
    };
    let mut plain = Map::new();
    for (key, value) in fields {
        match (key.as_str(), value) {
            ("$schema" | "format" | "default" | "required", _) => {}
            ("properties", Value::Object(properties)) => {
                let names: Vec<_> = properties.keys().cloned().collect();
                let properties = properties
                    .into_iter()
                    .map(|(name, of)| (name, self::plain(of)));
                plain.insert(key, Value::Object(properties.collect()));
                plain.insert("required".to_owned(), names.into());
            }
            ("items", value) => {
                plain.insert(key, self::plain(value));
            }
            ("anyOf", Value::Array(branches)) => {
                plain.insert(key, branches.into_iter().map(self::plain).collect());
            }
            ("oneOf", value) => match choice(&value) {
                Some((values, about)) => {
                    plain.insert("type".to_owned(), "string".into());
                    plain.insert("enum".to_owned(), values);
                    describe(&mut plain, &about);
                }
                None => {
                    plain.insert(key, value);
                }
            },
            (_, value) => {
                plain.insert(key, value);
            }
        }
    }
    plain.into()
}

/// The variants of an enumeration, with their doc comments as one text.
fn choice(branches: &Value) -> Option<(Value, String)> {
    let (mut values, mut about) = (Vec::new(), Vec::new());
    for branch in branches.as_array()? {
        if branch.get("type") != Some(&json!("string")) {
            return None;
        }
        if let Some(several) = branch.get("enum").and_then(Value::as_array) {
            values.extend(several.iter().cloned());
            continue;
        }
        let value = branch.get("const")?;
        if let Some(text) = branch.get("description").and_then(Value::as_str) {
            about.push(format!("{}: {text}", value.as_str()?));
        }
        values.push(value.clone());
    }
    Some((values.into(), about.join("\n")))
}

fn describe(schema: &mut Map<String, Value>, more: &str) {
    let text = schema.get("description").and_then(Value::as_str);
    let text = [text.unwrap_or_default(), more].join("\n");
    if !text.trim().is_empty() {
        schema.insert("description".to_owned(), text.trim().into());
    }
}

/// What a model is told of the bounds that are not in the schema it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bounds {
    /// They are added to the description.
    Told,
    /// The description is the author's own affair: types have bounds that nobody meant.
    Kept,
}

/// What is sent: without titles and bounds, which no vendor needs and some refuse.
pub(super) fn sent(schema: &Value, bounds: Bounds) -> Value {
    let Value::Object(fields) = schema else {
        return schema.clone();
    };
    let mut sent = Map::new();
    for (key, value) in fields {
        let value = match (key.as_str(), value) {
            ("title" | "minimum" | "maximum", _) => continue,
            ("properties", Value::Object(properties)) => {
                let each = |(name, of): (&String, &Value)| (name.clone(), self::sent(of, bounds));
                Value::Object(properties.iter().map(each).collect())
            }
            ("items", of) => self::sent(of, bounds),
            ("anyOf", Value::Array(branches)) => {
                branches.iter().map(|of| self::sent(of, bounds)).collect()
            }
            (_, value) => value.clone(),
        };
        sent.insert(key.clone(), value);
    }
    let bound = |key: &str| fields.get(key).and_then(Value::as_i64);
    let range = range(bound("minimum"), bound("maximum"));
    if bounds == Bounds::Told && !range.is_empty() {
        describe(&mut sent, &format!("Must be {range}."));
    }
    sent.into()
}

/// One section for each property, called by its title, else by its name in words.
pub(super) fn sections(schema: &Value) -> Vec<Section> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let section = |(key, property): (&String, &Value)| Section {
        key: key.clone(),
        title: match property.get("title").and_then(Value::as_str) {
            Some(title) => title.to_owned(),
            None => heading(key),
        },
    };
    properties.into_iter().flatten().map(section).collect()
}

/// `risk_flags` is "Risk flags".
pub(crate) fn heading(key: &str) -> String {
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
        #[schemars(range(min = 1, max = 7), title = "Alpha (1 to 7)")]
        alpha: Option<u8>,
        nested: Vec<Inner>,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Inner {
        kind: Kind,
        /// Where it was.
        place: Option<Kind>,
    }

    #[derive(JsonSchema)]
    #[serde(rename_all = "snake_case")]
    #[expect(dead_code, reason = "only its schema is used")]
    enum Kind {
        /// At the practice.
        Office,
        Video,
    }

    #[test]
    fn everything_is_required_closed_inlined_and_in_order() {
        let schema = of_type::<Sample>().unwrap();
        assert_eq!(schema["required"], json!(["zeta", "alpha", "nested"]));
        let zeta = &schema["properties"]["zeta"];
        assert_eq!(zeta["description"], "Last in the alphabet, first here.");
        let inner = &schema["properties"]["nested"]["items"];
        assert_eq!(inner["additionalProperties"], false);
        let kind = json!({"description": "office: At the practice.", "type": "string", "enum": ["video", "office"]});
        assert_eq!(inner["properties"]["kind"], kind);
        let place = json!({"description": "Where it was.", "anyOf": [kind, {"type": "null"}]});
        assert_eq!(inner["properties"]["place"], place);
        assert!(!schema.to_string().contains("$ref"));
    }

    #[test]
    fn bounds_and_titles_are_kept_and_not_sent() {
        let schema = of_type::<Sample>().unwrap();
        let alpha = json!({"title": "Alpha (1 to 7)", "type": ["integer", "null"], "minimum": 1, "maximum": 7});
        assert_eq!(schema["properties"]["alpha"], alpha);
        assert_eq!(sections(&schema)[1].title, "Alpha (1 to 7)");
        let sent = |bounds| super::sent(&schema, bounds)["properties"]["alpha"].clone();
        assert_eq!(sent(Bounds::Kept), json!({"type": ["integer", "null"]}));
        assert_eq!(sent(Bounds::Told)["description"], "Must be from 1 to 7.");
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Free {
        scores: HashMap<String, u8>,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Endless {
        inner: Vec<Endless>,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Fraction {
        dose: f64,
    }

    #[test]
    fn what_models_refuse_is_refused_with_its_place() {
        let said = |made: Result<Value>| made.unwrap_err().to_string();
        for (said, place) in [
            (
                said(of_type::<Free>()),
                "/properties/scores/additionalProperties",
            ),
            (said(of_type::<Endless>()), "/properties/inner/items/$ref"),
            (said(of_type::<Fraction>()), "/properties/dose/type"),
            (said(of_type::<String>()), "at /"),
        ] {
            assert!(said.contains(place), "{said}");
        }
    }
}
