//! What a vendor refuses in a strict schema (`llm-gateway.md` 4.3): the rows that say "required", "no" or "refused" for it.
//! What is "limited", "advisory" or "ignored" there passes here.

use std::cell::Cell;

use serde_json::{Map, Value};

use super::models::Vendor;

/// OpenAI's limits.
const MOST_PROPERTIES: usize = 5000;
const MOST_LEVELS: usize = 10;
const MOST_ENUM_VALUES: usize = 1000;
const MOST_CHARACTERS: usize = 120_000;
/// How many schemas are looked at: references may multiply.
const MOST_SCHEMAS: usize = 50_000;

const LOGIC: [&str; 8] = [
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependentSchemas",
    "dependentRequired",
    "dependencies",
];
/// Claude: "refused or stripped" of a library, and nothing strips them here.
const BOUNDS: [&str; 8] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "maxItems",
];
const FORMATS: [&str; 10] = [
    "date-time",
    "date",
    "time",
    "duration",
    "email",
    "hostname",
    "uri",
    "ipv4",
    "ipv6",
    "uuid",
];

/// Why the vendor refuses the schema, if it does.
pub(super) fn refusal(root: &Value, vendor: Vendor) -> Option<String> {
    let checker = Checker {
        root,
        vendor,
        size: Cell::default(),
    };
    match vendor {
        Vendor::Other => None,
        Vendor::Anthropic | Vendor::OpenAi => checker.check(root, &mut vec!["#"], 0).err(),
    }
}

struct Checker<'a> {
    root: &'a Value,
    vendor: Vendor,
    size: Cell<Size>,
}

/// What has been seen so far.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    schemas: usize,
    properties: usize,
    enum_values: usize,
    characters: usize,
}

impl<'a> Checker<'a> {
    /// `path` holds the references that led here.
    fn check(
        &self,
        schema: &'a Value,
        path: &mut Vec<&'a str>,
        level: usize,
    ) -> Result<(), String> {
        let Value::Object(fields) = schema else {
            return Ok(());
        };
        self.count(fields, level)?;
        self.check_keywords(fields)?;
        if fields.contains_key("properties") || schema.get("type").is_some_and(is_object) {
            self.check_object(fields)?;
        }
        if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
            self.follow(reference, path, level)?;
        }
        let deeper = level + usize::from(fields.contains_key("properties"));
        for part in parts(fields) {
            self.check(part, path, deeper)?;
        }
        Ok(())
    }

    fn check_keywords(&self, fields: &Map<String, Value>) -> Result<(), String> {
        let has = |name: &&&str| fields.contains_key(**name);
        let refused = match self.vendor {
            Vendor::OpenAi => ["allOf", "minLength", "maxLength"].iter().find(has),
            _ => BOUNDS.iter().find(has),
        };
        if let Some(keyword) = LOGIC.iter().find(has).or(refused) {
            return Err(format!("keyword '{keyword}' is not supported"));
        }
        if self.vendor == Vendor::OpenAi {
            return Ok(());
        }
        let format = fields.get("format").and_then(Value::as_str);
        let values = fields.get("enum").and_then(Value::as_array);
        if let Some(format) = format.filter(|format| !FORMATS.contains(format)) {
            Err(format!("format '{format}' is not supported"))
        } else if fields.get("minItems").and_then(Value::as_u64) > Some(1) {
            Err("'minItems' can only be 0 or 1".to_owned())
        } else if values.is_some_and(|values| values.iter().any(is_compound)) {
            Err("'enum' can only hold primitives".to_owned())
        } else {
            Ok(())
        }
    }

    fn check_object(&self, fields: &Map<String, Value>) -> Result<(), String> {
        if fields.get("additionalProperties") != Some(&Value::Bool(false)) {
            return Err("'additionalProperties' must be false on every object".to_owned());
        }
        let required = fields.get("required").and_then(Value::as_array);
        let is_required = |name: &String| {
            required.is_some_and(|required| required.iter().any(|other| other == name))
        };
        let properties = fields.get("properties").and_then(Value::as_object);
        let all = properties.is_none_or(|properties| properties.keys().all(is_required));
        if self.vendor == Vendor::OpenAi && !all {
            return Err("'required' must hold every property".to_owned());
        }
        Ok(())
    }

    fn follow(
        &self,
        reference: &'a str,
        path: &mut Vec<&'a str>,
        level: usize,
    ) -> Result<(), String> {
        let target = reference
            .strip_prefix('#')
            .and_then(|at| self.root.pointer(at));
        let Some(target) = target else {
            return Err("'$ref' can only point into the schema".to_owned());
        };
        if path.contains(&reference) {
            return match self.vendor {
                Vendor::OpenAi => Ok(()),
                _ => Err("recursion is not supported".to_owned()),
            };
        }
        path.push(reference);
        self.check(target, path, level)?;
        path.pop();
        Ok(())
    }

    fn count(&self, fields: &Map<String, Value>, level: usize) -> Result<(), String> {
        let mut size = self.size.get();
        size.schemas += 1;
        let properties = fields.get("properties").and_then(Value::as_object);
        for name in properties.into_iter().flat_map(Map::keys) {
            size.properties += 1;
            size.characters += name.chars().count();
        }
        let values = fields.get("enum").and_then(Value::as_array);
        for value in values.into_iter().flatten() {
            size.enum_values += 1;
            size.characters += value.as_str().map_or(0, |value| value.chars().count());
        }
        self.size.set(size);
        let is_large = size.properties > MOST_PROPERTIES
            || size.enum_values > MOST_ENUM_VALUES
            || size.characters > MOST_CHARACTERS
            || (properties.is_some() && level >= MOST_LEVELS);
        if size.schemas > MOST_SCHEMAS || (is_large && self.vendor == Vendor::OpenAi) {
            return Err("the schema is too large".to_owned());
        }
        Ok(())
    }
}

/// The schemas in a schema. Definitions count where they are referred to.
fn parts(fields: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    let properties = fields.get("properties").and_then(Value::as_object);
    let branches = ["anyOf", "allOf", "prefixItems"].map(|name| fields.get(name)?.as_array());
    properties
        .into_iter()
        .flat_map(Map::values)
        .chain(branches.into_iter().flatten().flatten())
        .chain(fields.get("items"))
}

fn is_object(kind: &Value) -> bool {
    let kinds = kind
        .as_array()
        .map_or(std::slice::from_ref(kind), Vec::as_slice);
    kinds.iter().any(|kind| kind == "object")
}

fn is_compound(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A closed object with one property.
    fn object(property: Value) -> Value {
        let closed = json!({"type": "object", "additionalProperties": false, "required": ["x"]});
        with(
            closed,
            "properties",
            Map::from_iter([("x".to_owned(), property)]).into(),
        )
    }

    fn with(mut schema: Value, name: &str, value: Value) -> Value {
        schema[name] = value;
        schema
    }

    #[test]
    fn each_vendor_refuses_what_it_does_not_know_and_google_ignores_it() {
        let string = |name: &str, value: Value| object(json!({"type": "string", name: value}));
        let free = json!({"type": "object", "properties": {}});
        let recursive = object(json!({"anyOf": [{"$ref": "#"}, {"type": "null"}]}));
        // Schema, refused by OpenAI's models, refused by Claude.
        let cases = [
            (object(json!({"type": ["string", "null"]})), false, false),
            (object(json!({"type": "object"})), true, true),
            (object(free.clone()), true, true),
            (free, true, true),
            (with(object(json!({})), "required", json!([])), true, false),
            (object(json!({"oneOf": [{"type": "string"}]})), true, true),
            (object(json!({"not": {"type": "string"}})), true, true),
            (object(json!({"allOf": [{"type": "string"}]})), true, false),
            (string("minLength", json!(3)), true, true),
            (string("pattern", json!("a+")), false, false),
            (string("format", json!("uuid")), false, false),
            (string("format", json!("color")), false, true),
            (
                object(json!({"type": "integer", "minimum": 0})),
                false,
                true,
            ),
            (
                object(json!({"type": "array", "minItems": 1})),
                false,
                false,
            ),
            (object(json!({"type": "array", "minItems": 2})), false, true),
            (
                object(json!({"type": "array", "items": {"oneOf": []}})),
                true,
                true,
            ),
            (object(json!({"enum": [{"a": 1}]})), false, true),
            (
                object(json!({"$ref": "https://example.org/x.json"})),
                true,
                true,
            ),
            (object(json!({"$ref": "#/nowhere"})), true, true),
            (recursive, false, true),
        ];
        for (schema, openai, anthropic) in cases {
            let refused = |vendor| refusal(&schema, vendor).is_some();
            assert_eq!(refused(Vendor::OpenAi), openai, "{schema}");
            assert_eq!(refused(Vendor::Anthropic), anthropic, "{schema}");
            assert!(!refused(Vendor::Other), "{schema}");
        }
    }

    #[test]
    fn what_is_defined_is_checked_where_it_is_referred_to() {
        let define = |definition: Value| {
            with(
                object(json!({"$ref": "#/$defs/D"})),
                "$defs",
                json!({"D": definition}),
            )
        };
        let fine = define(object(json!({"type": "string"})));
        assert_eq!(refusal(&fine, Vendor::Anthropic), None);
        let open = define(json!({"type": "object"}));
        assert!(refusal(&open, Vendor::Anthropic).is_some());
    }

    #[test]
    fn large_and_endless_schemas_are_refused_in_time() {
        let deep = |levels| (0..levels).fold(json!({"type": "string"}), |inner, _| object(inner));
        assert_eq!(refusal(&deep(10), Vendor::OpenAi), None);
        assert!(refusal(&deep(11), Vendor::OpenAi).is_some());
        assert_eq!(refusal(&deep(11), Vendor::Anthropic), None);
        let values: Vec<String> = (0..1001).map(|n| n.to_string()).collect();
        assert!(refusal(&object(json!({"enum": values})), Vendor::OpenAi).is_some());
        // Each level refers to the next twice.
        let level = |n: u32| {
            let next = json!({"$ref": format!("#/$defs/{}", n + 1)});
            (n.to_string(), json!({"anyOf": [next.clone(), next]}))
        };
        let mut levels: Map<String, Value> = (0..40).map(level).collect();
        levels.insert("40".to_owned(), json!({"type": "null"}));
        let doubling = with(object(json!({"$ref": "#/$defs/0"})), "$defs", levels.into());
        assert!(refusal(&doubling, Vendor::OpenAi).is_some());
    }
}
