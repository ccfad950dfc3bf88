//! Whether a value has the form of its schema. Models may break even a strict one, so this is never left out.

use serde_json::Value;

use crate::Problem;

/// What is wrong, each with its place; never the value itself. Empty: all is well.
pub(crate) fn problems(value: &Value, schema: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    check(value, schema, "", &mut problems);
    problems
}

/// More is not told: a value of quite another form has a problem everywhere.
const MOST: usize = 20;

fn check(value: &Value, schema: &Value, path: &str, problems: &mut Vec<Problem>) {
    if problems.len() >= MOST {
        return;
    }
    if let Some(branches) = schema.get("anyOf").and_then(Value::as_array) {
        check_branches(value, branches, path, problems);
        return;
    }
    if let Some(allowed) = schema.get("enum").and_then(Value::as_array)
        && !allowed.contains(value)
    {
        problems.push(Problem::of_schema(path, "is none of the allowed values"));
        return;
    }
    if let Some(kind) = schema.get("type")
        && !has_type(value, kind)
    {
        let rule = format!("must be of type {kind}");
        problems.push(Problem::of_schema(path, rule));
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
        Value::Number(_) => check_bounds(value, schema, path, problems),
        _ => {}
    }
}

/// Where only one form is not null, what is wrong with that is told.
fn check_branches(value: &Value, branches: &[Value], path: &str, problems: &mut Vec<Problem>) {
    let fits = |branch: &Value| self::problems(value, branch).is_empty();
    if branches.iter().any(fits) {
        return;
    }
    let is_null = |branch: &&Value| branch.get("type").is_some_and(|kind| kind == "null");
    let mut others = branches.iter().filter(|branch| !is_null(branch));
    match (others.next(), others.next()) {
        (Some(only), None) => check(value, only, path, problems),
        _ => problems.push(Problem::of_schema(path, "fits none of the allowed forms")),
    }
}

/// Bounds stand in no schema that is sent, but in what a format keeps of its own.
fn check_bounds(value: &Value, schema: &Value, path: &str, problems: &mut Vec<Problem>) {
    let bound = |key: &str| schema.get(key).and_then(Value::as_i64);
    let (least, most) = (bound("minimum"), bound("maximum"));
    // Too great for `i64` is greater than any bound.
    let number = value.as_i64().unwrap_or(i64::MAX);
    if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
        problems.push(Problem::of_schema(
            path,
            format!("must be {}", range(least, most)),
        ));
    }
}

/// `from 0 to 10`.
pub(crate) fn range(least: Option<i64>, most: Option<i64>) -> String {
    match (least, most) {
        (Some(least), Some(most)) => format!("from {least} to {most}"),
        (Some(least), None) => format!("{least} or more"),
        (None, Some(most)) => format!("{most} or less"),
        (None, None) => String::new(),
    }
}

fn check_object(value: &Value, schema: &Value, path: &str, problems: &mut Vec<Problem>) {
    let (Some(fields), Some(properties)) = (
        value.as_object(),
        schema.get("properties").and_then(Value::as_object),
    ) else {
        return;
    };
    for (name, of) in properties {
        match fields.get(name) {
            Some(field) => check(field, of, &format!("{path}/{name}"), problems),
            None => problems.push(Problem::of_schema(&format!("{path}/{name}"), "is missing")),
        }
    }
    let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    if closed && fields.keys().any(|name| !properties.contains_key(name)) {
        let rule = "has a property that does not belong there";
        problems.push(Problem::of_schema(path, rule));
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
        assert_eq!(problems(&good, format.schema()), []);
        let bad = json!({"data": 7, "assessment": "", "risk_flags": "CANARY", "themes": ["a", null], "CANARY": 1});
        let told: Vec<_> = problems(&bad, format.schema())
            .iter()
            .map(Problem::to_string)
            .collect();
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
        let told = format!("{:?}", problems(&json!("CANARY"), format.schema()));
        assert!(!told.contains("CANARY"), "{told}");
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
    #[test]
    fn bounds_are_checked_to_the_last_whole_number_and_where_null_is_allowed_too() {
        let schema = json!({"anyOf": [{"type": "null"}, {"type": "object", "properties": {
            "sud": {"type": ["integer", "null"], "minimum": 0, "maximum": 10}}}]});
        let told = |sud: serde_json::Value| {
            let problems = problems(&json!({"sud": sud}), &schema);
            problems.iter().map(Problem::to_string).collect::<Vec<_>>()
        };
        for fine in [json!(null), json!(0), json!(10)] {
            assert!(told(fine.clone()).is_empty(), "{fine}");
        }
        for wrong in [json!(-1), json!(11), json!(u64::MAX)] {
            assert_eq!(told(wrong), ["`/sud` must be from 0 to 10"]);
        }
        assert_eq!(
            told(json!("CANARY")),
            ["`/sud` must be of type [\"integer\",\"null\"]"]
        );
        assert_eq!(
            (range(Some(1), None), range(None, Some(7))),
            ("1 or more".to_owned(), "7 or less".to_owned())
        );
    }
}
