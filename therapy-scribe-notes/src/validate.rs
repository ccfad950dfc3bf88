//! Whether a value has the form of its schema. Models may break even a strict one, so this is never left out.

use serde_json::Value;

/// What is wrong, a sentence each with its place; never the value itself. Empty: all is well.
pub(crate) fn problems(value: &Value, schema: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    check(value, schema, "", &mut problems);
    problems
}

/// More is not told: a value of quite another form has a problem everywhere.
const MOST: usize = 20;

fn check(value: &Value, schema: &Value, path: &str, problems: &mut Vec<String>) {
    if problems.len() >= MOST {
        return;
    }
    if let Some(branches) = schema.get("anyOf").and_then(Value::as_array) {
        let fits = |branch: &Value| self::problems(value, branch).is_empty();
        if !branches.iter().any(fits) {
            problems.push(format!("{} fits none of the allowed forms", shown(path)));
        }
        return;
    }
    if let Some(allowed) = schema.get("enum").and_then(Value::as_array)
        && !allowed.contains(value)
    {
        problems.push(format!("{} is none of the allowed values", shown(path)));
        return;
    }
    if let Some(kind) = schema.get("type")
        && !has_type(value, kind)
    {
        problems.push(format!("{} must be of type {kind}", shown(path)));
        return;
    }
    match value {
        Value::Object(_) => check_object(value, schema, path, problems),
        Value::Array(items) => {
            let Some(of) = schema.get("items") else {
                return;
            };
            for (index, item) in items.iter().enumerate() {
                check(item, of, &format!("{path}/{index}"), problems);
            }
        }
        _ => {}
    }
}

fn check_object(value: &Value, schema: &Value, path: &str, problems: &mut Vec<String>) {
    let (Some(fields), Some(properties)) = (
        value.as_object(),
        schema.get("properties").and_then(Value::as_object),
    ) else {
        return;
    };
    for (name, of) in properties {
        match fields.get(name) {
            Some(field) => check(field, of, &format!("{path}/{name}"), problems),
            None => problems.push(format!("{} is missing", shown(&format!("{path}/{name}")))),
        }
    }
    let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    if closed && fields.keys().any(|name| !properties.contains_key(name)) {
        problems.push(format!(
            "{} has a property that does not belong there",
            shown(path)
        ));
    }
}

fn has_type(value: &Value, kind: &Value) -> bool {
    match kind {
        Value::String(kind) => match kind.as_str() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            _ => false,
        },
        Value::Array(kinds) => kinds.iter().any(|kind| has_type(value, kind)),
        _ => false,
    }
}

fn shown(path: &str) -> String {
    if path.is_empty() {
        "the value".to_owned()
    } else {
        format!("`{path}`")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Dap, NoteFormat};

    #[test]
    fn each_kind_of_break_is_told_with_its_place_and_without_its_content() {
        let format = Dap::format().unwrap();
        let good =
            json!({"data": "d", "assessment": "", "plan": "p", "risk_flags": [], "themes": ["a"]});
        assert_eq!(problems(&good, format.schema()), Vec::<String>::new());
        let bad = json!({"data": 7, "assessment": "", "risk_flags": "CANARY", "themes": ["a", null], "CANARY": 1});
        let told = problems(&bad, format.schema());
        assert_eq!(
            told,
            [
                "`/data` must be of type \"string\"",
                "`/plan` is missing",
                "`/risk_flags` must be of type \"array\"",
                "`/themes/1` must be of type \"string\"",
                "the value has a property that does not belong there",
            ]
        );
        assert!(
            !problems(&json!("CANARY"), format.schema())
                .concat()
                .contains("CANARY")
        );
    }

    #[test]
    fn unions_and_enumerations_are_checked() {
        let schema = json!({"anyOf": [{"type": "null"}, {"type": "string", "enum": ["office"]}]});
        assert!(
            problems(&json!(null), &schema).is_empty()
                && problems(&json!("office"), &schema).is_empty()
        );
        assert_eq!(problems(&json!("bed"), &schema).len(), 1);
    }
}
