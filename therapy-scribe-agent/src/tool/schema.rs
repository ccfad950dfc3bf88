//! A tool's arguments as the flat schema that voice services take (`voice-agent.md` 4.6): below the first level they check
//! nothing, and fail when the tool is called.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

/// What no service takes, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) path: String,
    pub(super) reason: &'static str,
}

type Flat<T> = Result<T, Refused>;

/// What a property may say beside its type.
const KEPT: [&str; 9] = [
    "description",
    "enum",
    "examples",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "format",
];
/// What says nothing to a model.
const DROPPED: [&str; 3] = ["title", "default", "type"];
/// The formats that services know; others, such as `uint32`, only repeat the type.
const FORMATS: [&str; 4] = ["email", "date", "date-time", "uri"];

pub(super) fn flat<T: JsonSchema>() -> Flat<Value> {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let schema = settings.into_generator().into_root_schema_for::<T>();
    root(&schema.to_value())
}

fn refused<T>(path: &str, reason: &'static str) -> Flat<T> {
    let path = path.to_owned();
    Err(Refused { path, reason })
}

fn root(schema: &Value) -> Flat<Value> {
    let Some(fields) = schema.as_object() else {
        return refused("", "the arguments must be a struct with named fields");
    };
    let known = [
        "$schema",
        "type",
        "properties",
        "required",
        "title",
        "description",
        "additionalProperties",
    ];
    if fields.get("type") != Some(&json!("object")) {
        return refused("", "the arguments must be a struct with named fields");
    }
    if let Some(key) = fields.keys().find(|key| !known.contains(&key.as_str())) {
        return refused(&format!("/{key}"), "arguments are one flat struct");
    }
    if fields
        .get("additionalProperties")
        .is_some_and(Value::is_object)
    {
        return refused("/additionalProperties", "a map has no named fields");
    }
    let required = fields.get("required").cloned().unwrap_or_else(|| json!([]));
    let is_required = |name: &str| {
        required
            .as_array()
            .is_some_and(|all| all.iter().any(|it| it == name))
    };
    let mut properties = Map::new();
    for (name, property) in fields
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let path = format!("/properties/{name}");
        let place = Place {
            path,
            may_be_absent: !is_required(name),
            in_list: false,
        };
        properties.insert(name.clone(), place.value(property)?);
    }
    Ok(json!({"type": "object", "properties": properties, "required": required}))
}

/// Where in the schema.
struct Place {
    path: String,
    may_be_absent: bool,
    in_list: bool,
}

impl Place {
    fn refused<T>(&self, keyword: &str, reason: &'static str) -> Flat<T> {
        refused(&format!("{}{keyword}", self.path), reason)
    }

    fn value(&self, schema: &Value) -> Flat<Value> {
        let Some(fields) = schema.as_object() else {
            return self.refused("", "its type is not known");
        };
        if fields.contains_key("$ref") {
            return self.refused("/$ref", "a type inside itself can't be written flat");
        }
        if let Some(choices) = fields.get("anyOf") {
            let inner = self.present(choices)?;
            return Ok(described(self.value(inner)?, fields));
        }
        if let Some(choices) = fields.get("oneOf") {
            return Ok(described(self.choice(choices)?, fields));
        }
        let kind = self.kind(fields)?;
        match kind {
            "string" | "integer" | "number" | "boolean" => self.scalar(kind, fields),
            "array" => self.list(fields),
            "object" => self.refused(
                "",
                "objects in arguments are not allowed: name their fields here",
            ),
            _ => self.refused("/type", "only texts, numbers, booleans and lists of them"),
        }
    }

    /// Its one type. "Or null" of what may be absent says the same twice.
    fn kind<'a>(&self, fields: &'a Map<String, Value>) -> Flat<&'a str> {
        match fields.get("type") {
            Some(Value::String(kind)) => Ok(kind),
            Some(Value::Array(kinds)) if self.may_be_absent => {
                let mut kinds = kinds
                    .iter()
                    .filter_map(Value::as_str)
                    .filter(|kind| *kind != "null");
                match (kinds.next(), kinds.next()) {
                    (Some(kind), None) => Ok(kind),
                    _ => self.refused("/type", "it has more than one type"),
                }
            }
            Some(Value::Array(_)) => self.refused("/type", "it has more than one type"),
            _ if fields.contains_key("allOf") => {
                self.refused("/allOf", "schemas can't be combined")
            }
            _ => self.refused("", "its type is not known"),
        }
    }

    /// The only choice beside null.
    fn present<'a>(&self, choices: &'a Value) -> Flat<&'a Value> {
        let mut rest = choices.as_array().into_iter().flatten();
        let is_null = |choice: &&Value| choice.get("type") == Some(&json!("null"));
        let nulls = rest.clone().filter(is_null).count();
        match (rest.by_ref().find(|choice| !is_null(choice)), nulls) {
            (Some(one), 1) if self.may_be_absent && !rest.any(|other| !is_null(&other)) => Ok(one),
            _ => self.refused("/anyOf", "it may be of several forms"),
        }
    }

    /// An enum whose variants have doc comments: each of them by itself, the others together.
    fn choice(&self, choices: &Value) -> Flat<Value> {
        let mut names = Vec::new();
        let mut told = Vec::new();
        for choice in choices.as_array().into_iter().flatten() {
            let listed = choice.get("enum").and_then(Value::as_array);
            let here = choice
                .get("const")
                .into_iter()
                .chain(listed.into_iter().flatten());
            let here: Option<Vec<&str>> = here.map(Value::as_str).collect();
            let Some(here) = here.filter(|here| !here.is_empty()) else {
                return self.refused("/oneOf", "only enums without content");
            };
            if let Some(text) = choice.get("description").and_then(Value::as_str) {
                told.push(format!("`{}`: {text}", here.join("`, `")));
            }
            names.extend(here);
        }
        let value = json!({"type": "string", "enum": names});
        Ok(match told.as_slice() {
            [] => value,
            told => with(value, "description", told.join("; ").into()),
        })
    }

    fn scalar(&self, kind: &str, fields: &Map<String, Value>) -> Flat<Value> {
        let mut value = Map::from_iter([("type".to_owned(), json!(kind))]);
        for (key, says) in fields {
            match (key.as_str(), says) {
                ("format", format) if !FORMATS.iter().any(|known| format == known) => {}
                ("pattern", Value::String(pattern))
                    if pattern.starts_with('^') || pattern.ends_with('$') =>
                {
                    return self.refused(
                        "/pattern",
                        "patterns match the whole value: leave out `^` and `$`",
                    );
                }
                ("enum", Value::Array(names)) => {
                    let names = names.iter().filter(|name| !name.is_null());
                    value.insert(key.clone(), names.cloned().collect());
                }
                (known, _) if KEPT.contains(&known) => {
                    value.insert(key.clone(), says.clone());
                }
                (known, _) if DROPPED.contains(&known) => {}
                _ => return self.refused(&format!("/{key}"), "services do not know this keyword"),
            }
        }
        Ok(Value::Object(value))
    }

    fn list(&self, fields: &Map<String, Value>) -> Flat<Value> {
        if self.in_list {
            return self.refused("", "lists in lists are not allowed");
        }
        let Some(items) = fields.get("items") else {
            return self.refused("", "what the list holds is not known");
        };
        let inside = Self {
            path: format!("{}/items", self.path),
            may_be_absent: false,
            in_list: true,
        };
        let mut value = json!({"type": "array", "items": inside.value(items)?});
        for (key, says) in fields {
            match key.as_str() {
                "description" | "minItems" | "maxItems" | "examples" => {
                    value = with(value, key, says.clone());
                }
                "items" => {}
                known if DROPPED.contains(&known) => {}
                _ => return self.refused(&format!("/{key}"), "services do not know this keyword"),
            }
        }
        Ok(value)
    }
}

/// What the field says of itself comes before what its type does.
fn described(value: Value, fields: &Map<String, Value>) -> Value {
    let Some(own) = fields.get("description").and_then(Value::as_str) else {
        return value;
    };
    let text = match value.get("description").and_then(Value::as_str) {
        Some(inner) if inner != own => format!("{own} {inner}"),
        _ => own.to_owned(),
    };
    with(value, "description", text.into())
}

fn with(mut value: Value, key: &str, says: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        fields.insert(key.to_owned(), says);
    }
    value
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    /// The words that were said.
    #[derive(Deserialize, JsonSchema)]
    enum Length {
        /// Two sentences.
        Short,
        Long,
    }

    #[derive(Deserialize, JsonSchema)]
    enum Plain {
        #[serde(rename = "a")]
        A,
        #[serde(rename = "b")]
        B,
    }

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Args {
        /// What to look for.
        #[schemars(example = &"sleep")]
        topic: String,
        /// How many.
        #[schemars(range(min = 1, max = 5))]
        most: Option<u32>,
        /// How long.
        length: Option<Length>,
        plain: Option<Plain>,
        /// Words.
        words: Option<Vec<String>>,
        #[serde(default)]
        exact: bool,
    }

    #[test]
    fn options_are_not_required_and_enums_are_lists_of_names() {
        let schema = flat::<Args>().unwrap();
        let expected = json!({
            "type": "object",
            "properties": {
                "topic": {"type": "string", "description": "What to look for.", "examples": ["sleep"]},
                "most": {"type": "integer", "description": "How many.", "minimum": 1, "maximum": 5},
                "length": {"type": "string", "enum": ["Long", "Short"],
                    "description": "How long. The words that were said. `Short`: Two sentences."},
                "plain": {"type": "string", "enum": ["a", "b"]},
                "words": {"type": "array", "items": {"type": "string"}, "description": "Words."},
                "exact": {"type": "boolean"},
            },
            "required": ["topic"],
        });
        assert_eq!(schema, expected);
    }

    macro_rules! path {
        ($($field:tt)*) => {{
            #[derive(JsonSchema)]
            #[expect(dead_code, reason = "only its schema is looked at")]
            struct Args { $($field)* }
            flat::<Args>().unwrap_err().path
        }};
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Inner {
        text: String,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Tree {
        inside: Option<Box<Tree>>,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    enum WithContent {
        A(String),
        B { text: String },
    }

    #[derive(JsonSchema)]
    #[serde(untagged)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    enum Either {
        Text(String),
        Number(u32),
    }

    #[test]
    fn what_no_service_takes_is_refused_with_its_path() {
        assert_eq!(path!(inner: Inner,), "/properties/inner");
        assert_eq!(path!(inner: Option<Inner>,), "/properties/inner");
        assert_eq!(path!(inner: Vec<Inner>,), "/properties/inner/items");
        assert_eq!(path!(lists: Vec<Vec<String>>,), "/properties/lists/items");
        assert_eq!(path!(map: BTreeMap<String, String>,), "/properties/map");
        assert_eq!(path!(any: Value,), "/properties/any");
        assert_eq!(path!(with: WithContent,), "/properties/with/oneOf");
        assert_eq!(path!(either: Either,), "/properties/either/anyOf");
        assert_eq!(path!(pair: (String, u32),), "/properties/pair");
        assert_eq!(path!(unit: (),), "/properties/unit/type");
        assert_eq!(
            path!(#[schemars(regex(pattern = "^[0-9]+$"))] digits: String,),
            "/properties/digits/pattern"
        );
        assert_eq!(
            path!(#[schemars(extend("contentEncoding" = "base64"))] data: String,),
            "/properties/data/contentEncoding"
        );
        assert!(flat::<Tree>().unwrap_err().path.starts_with('/'));
        assert_eq!(flat::<String>().unwrap_err().path, "");
        assert_eq!(
            flat::<BTreeMap<String, u32>>().unwrap_err().path,
            "/additionalProperties"
        );
        assert_eq!(
            flat::<super::super::NoArgs>().unwrap(),
            json!({"type": "object", "properties": {}, "required": []})
        );
    }
}
