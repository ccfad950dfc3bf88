//! Arguments as models write them: repaired where there is no doubt, else refused in words for the model. No value is
//! quoted.

use serde_json::{Map, Number, Value};

/// More than any tool needs.
const LONGEST: usize = 64 * 1024;
/// Under which some services and models wrap them once more.
const WRAPPERS: [&str; 3] = ["arguments", "args", "parameters"];

/// The arguments as an object that fits a flat schema, or what is wrong.
pub(super) fn repaired(args: Value, schema: &Value) -> Result<Value, String> {
    let mut args = object(args)?;
    let properties = schema.get("properties").and_then(Value::as_object);
    if let Some(inner) = unwrapped(&args, properties) {
        args = object(inner)?;
    }
    for (name, property) in properties.into_iter().flatten() {
        let is_required = schema.get("required").and_then(Value::as_array);
        let is_required = is_required.is_some_and(|all| all.iter().any(|it| it == name));
        match args.get_mut(name) {
            None if is_required => return Err(format!("`{name}` is missing: ask for it")),
            None => {}
            Some(Value::Null) if !is_required => {
                args.remove(name);
            }
            Some(value) => {
                make_number(value, property);
                check(name, value, property)?;
            }
        }
    }
    Ok(Value::Object(args))
}

fn object(args: Value) -> Result<Map<String, Value>, String> {
    let wrong = || Err("the arguments must be one JSON object".to_owned());
    match args {
        Value::Null => Ok(Map::new()),
        Value::Object(fields) => Ok(fields),
        Value::String(text) if text.len() > LONGEST => Err("the arguments are too long".to_owned()),
        Value::String(text) if text.trim().is_empty() => Ok(Map::new()),
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(Value::Object(fields)) => Ok(fields),
            Ok(Value::Null) => Ok(Map::new()),
            _ => wrong(),
        },
        _ => wrong(),
    }
}

/// What is wrapped under a name that is no property.
fn unwrapped(args: &Map<String, Value>, properties: Option<&Map<String, Value>>) -> Option<Value> {
    let mut fields = args.iter();
    let (name, inner) = fields.next().filter(|_| args.len() == 1)?;
    let is_wrapper = WRAPPERS.contains(&name.as_str());
    let is_property = properties.is_some_and(|known| known.contains_key(name));
    let is_object = inner.is_object()
        || inner
            .as_str()
            .is_some_and(|text| text.trim_start().starts_with('{'));
    (is_wrapper && is_object && !is_property).then(|| inner.clone())
}

/// A number that is written as a text is a number.
fn make_number(value: &mut Value, property: &Value) {
    let Value::String(text) = &*value else {
        return;
    };
    let number = match property.get("type").and_then(Value::as_str) {
        Some("integer") => text.trim().parse::<i64>().ok().map(Number::from),
        Some("number") => text.trim().parse::<f64>().ok().and_then(Number::from_f64),
        _ => None,
    };
    if let Some(number) = number {
        *value = Value::Number(number);
    }
}

fn check(name: &str, value: &Value, property: &Value) -> Result<(), String> {
    let says = |key: &str| property.get(key);
    let kind = says("type").and_then(Value::as_str).unwrap_or_default();
    let (fits, what) = match kind {
        "string" => (value.is_string(), "a text"),
        "integer" => (value.is_i64() || value.is_u64(), "a whole number"),
        "number" => (value.is_number(), "a number"),
        "boolean" => (value.is_boolean(), "true or false"),
        _ => (value.is_array(), "a list"),
    };
    if !fits {
        return Err(format!("`{name}` must be {what}"));
    }
    if let Some(names) = says("enum")
        .and_then(Value::as_array)
        .filter(|names| !names.contains(value))
    {
        let names: Vec<_> = names.iter().filter_map(Value::as_str).collect();
        return Err(format!("`{name}` must be one of: {}", names.join(", ")));
    }
    let number = |key: &str| says(key).and_then(Value::as_f64);
    if let Some(given) = value.as_f64()
        && (number("minimum").is_some_and(|least| given < least)
            || number("maximum").is_some_and(|most| given > most))
    {
        return Err(format!("`{name}` is out of its range"));
    }
    if let Some(text) = value.as_str() {
        let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
        let bound = |key: &str| says(key).and_then(Value::as_u64);
        if text.len() > LONGEST || bound("maxLength").is_some_and(|most| length > most) {
            return Err(format!("`{name}` is too long"));
        }
        if bound("minLength").is_some_and(|least| length < least) {
            return Err(format!("`{name}` is too short"));
        }
    }
    let items = value.as_array().into_iter().flatten();
    for item in items {
        check(name, item, says("items").unwrap_or(&Value::Null))
            .map_err(|problem| format!("each of {problem}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "topic": {"type": "string", "maxLength": 20},
                "most": {"type": "integer", "minimum": 1, "maximum": 5},
                "share": {"type": "number"},
                "format": {"type": "string", "enum": ["dap", "soap"]},
                "words": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["topic"],
        })
    }

    fn fixed(args: Value) -> Value {
        repaired(args, &schema()).unwrap()
    }

    #[test]
    fn shapes_that_leave_no_doubt_are_repaired() {
        let plain = json!({"topic": "sleep"});
        assert_eq!(fixed(plain.clone()), plain);
        assert_eq!(fixed(json!("{\"topic\":\"sleep\"}")), plain);
        assert_eq!(fixed(json!({"topic": "sleep", "most": null})), plain);
        for wrapper in WRAPPERS {
            assert_eq!(fixed(json!({wrapper: {"topic": "sleep"}})), plain);
            assert_eq!(fixed(json!({wrapper: "{\"topic\":\"sleep\"}"})), plain);
        }
        let numbers = json!({"topic": "sleep", "most": "3", "share": " 0.5 "});
        assert_eq!(
            fixed(numbers),
            json!({"topic": "sleep", "most": 3, "share": 0.5})
        );
        let none = json!({"type": "object", "properties": {}, "required": []});
        for empty in [
            json!(null),
            json!(""),
            json!("  "),
            json!("null"),
            json!("{}"),
            json!({}),
        ] {
            assert_eq!(repaired(empty, &none).unwrap(), json!({}));
        }
    }

    #[test]
    fn what_does_not_fit_is_said_and_never_bent() {
        for (args, said) in [
            (json!([]), "the arguments must be one JSON object"),
            (json!(3), "the arguments must be one JSON object"),
            (json!("sleep"), "the arguments must be one JSON object"),
            (json!("[1]"), "the arguments must be one JSON object"),
            (json!({}), "`topic` is missing: ask for it"),
            (json!(null), "`topic` is missing: ask for it"),
            (json!({"topic": null}), "`topic` must be a text"),
            (json!({"topic": 7}), "`topic` must be a text"),
            (json!({"topic": ["sleep"]}), "`topic` must be a text"),
            (json!({"topic": "x".repeat(21)}), "`topic` is too long"),
            (
                json!({"topic": "x", "most": "three"}),
                "`most` must be a whole number",
            ),
            (
                json!({"topic": "x", "most": "3.5"}),
                "`most` must be a whole number",
            ),
            (
                json!({"topic": "x", "most": 2.5}),
                "`most` must be a whole number",
            ),
            (
                json!({"topic": "x", "most": true}),
                "`most` must be a whole number",
            ),
            (
                json!({"topic": "x", "most": 6}),
                "`most` is out of its range",
            ),
            (
                json!({"topic": "x", "format": "DAP"}),
                "`format` must be one of: dap, soap",
            ),
            (
                json!({"topic": "x", "words": "a"}),
                "`words` must be a list",
            ),
            (
                json!({"topic": "x", "words": [1]}),
                "each of `words` must be a text",
            ),
        ] {
            assert_eq!(repaired(args, &schema()).unwrap_err(), said);
        }
    }

    #[test]
    fn a_property_of_a_wrappers_name_is_no_wrapper() {
        let schema = json!({"type": "object", "properties": {"args": {"type": "string"}}, "required": ["args"]});
        let args = json!({"args": "{\"a\":1}"});
        assert_eq!(repaired(args.clone(), &schema).unwrap(), args);
    }
}
