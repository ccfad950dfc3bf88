//! Tools: their fields (2.2, 4.6).

use serde_json::{Map, Value, json};

use super::Invalid;

/// 4.5: the limit of a call in seconds.
pub(super) const DEFAULT_TIMEOUT: u64 = 120;

pub(super) fn check(tools: &Value) -> Result<(), Invalid> {
    let Value::Array(tools) = tools else {
        return Err(Invalid::value("tools must be an array", "tools"));
    };
    tools.iter().enumerate().try_for_each(|(index, tool)| {
        check_one(tool).map_err(|(field, message)| {
            let param = format!("tools[{index}]{field}");
            Invalid::value(message, param)
        })
    })
}

fn check_one(tool: &Value) -> Result<(), (&'static str, &'static str)> {
    let Value::Object(fields) = tool else {
        return Err(("", "a tool must be an object"));
    };
    if fields.get("type").is_none_or(|kind| kind != "function") {
        return Err((".type", "type must be 'function'"));
    }
    let name = fields.get("name").and_then(Value::as_str);
    if name.is_none_or(str::is_empty) {
        return Err((".name", "name is required"));
    }
    if fields.get("description").is_some_and(|d| !d.is_string()) {
        return Err((".description", "description must be a string"));
    }
    check_parameters(fields.get("parameters"))?;
    let mode = fields.get("execution_mode");
    if mode.is_some_and(|mode| mode != "interactive" && mode != "hold") {
        return Err((".execution_mode", "must be 'interactive' or 'hold'"));
    }
    let timeout = fields.get("timeout_seconds");
    let bounded = |seconds: f64| (1.0..=300.0).contains(&seconds);
    if timeout.is_some_and(|t| !t.as_f64().is_some_and(bounded)) {
        return Err((".timeout_seconds", "must be between 1 and 300"));
    }
    let texts = fields
        .get("response_instructions")
        .and_then(Value::as_object);
    let long = |text: &Value| text.as_str().is_some_and(|text| text.chars().count() > 500);
    if texts.is_some_and(|texts| texts.values().any(long)) {
        return Err((".response_instructions", "at most 500 characters"));
    }
    Ok(())
}

/// 4.6: `properties` must be an object; what is deeper is not looked at.
fn check_parameters(parameters: Option<&Value>) -> Result<(), (&'static str, &'static str)> {
    match parameters {
        None => Ok(()),
        Some(Value::Object(schema)) => match schema.get("properties") {
            None | Some(Value::Object(_)) => Ok(()),
            Some(_) => Err((".parameters.properties", "properties must be an object")),
        },
        Some(_) => Err((".parameters", "parameters must be an object")),
    }
}

/// A tool with all its fields, as events tell it.
pub(super) fn resolved(tool: &Value) -> Value {
    let mut fields = Map::new();
    let defaults = json!({"type": "function", "name": "", "description": "", "parameters": {},
        "timeout_seconds": DEFAULT_TIMEOUT, "execution_mode": "interactive", "http": null, "response_instructions": null,
        "deployment_id": null, "session_update": null, "image_tag": null});
    for part in [&defaults, tool] {
        fields.extend(part.as_object().cloned().unwrap_or_default());
    }
    Value::Object(fields)
}
