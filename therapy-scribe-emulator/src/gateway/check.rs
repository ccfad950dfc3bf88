//! What the gateway refuses before any model is asked (`llm-gateway.md` 3, 11.2; 15.1, 15.4).

mod tools;

use serde_json::Value;

use super::{
    Answer,
    models::{self, Model},
    schema,
    transcript::{all_texts, texts},
    write::tokens,
};

/// 15.1: raw and `Bearer` keys; a missing header has a misleading text.
pub(super) fn authorize(key: Option<&str>, only_key: Option<&str>) -> Result<(), Answer> {
    let Some(key) = key else {
        return Err(Answer::unauthorized(
            "Your account does not have access to LLM Gateway. Please upgrade your account",
        ));
    };
    let key = key.strip_prefix("Bearer ").unwrap_or(key);
    if only_key.map_or(key.is_empty() || key.starts_with("bad"), |only| only != key) {
        return Err(Answer::unauthorized(
            "Authentication error, API token missing/invalid",
        ));
    }
    Ok(())
}

/// The model that is asked, where nothing is wrong with the request.
pub(super) fn check(request: &Value, denied: &[String]) -> Result<Model, Answer> {
    if field(request, "messages").is_none() && field(request, "prompt").is_none() {
        return Err(bad("one of messages or prompt required"));
    }
    let model = check_one(request, denied)?;
    if depth(request) > 2 {
        return Err(bad("fallback_config depth cannot be greater than 2"));
    }
    // 5.2: a refusal never falls back, so the whole chain has to be valid, and allowed for the account.
    for fallback in fallbacks(request) {
        known(fallback, denied)?;
        check_one(&merged(request, fallback), denied)?;
    }
    Ok(model)
}

/// What one model would be asked.
fn check_one(request: &Value, denied: &[String]) -> Result<Model, Answer> {
    let model = known(request, denied)?;
    if field(request, "model_region").is_some_and(|region| region != "global") {
        return Err(bad("model_region can only be set to global"));
    }
    check_messages(request)?;
    check_numbers(request, model)?;
    check_capabilities(request, model)?;
    check_tools(request)?;
    check_format(request, model)?;
    check_injection(request)?;
    Ok(model)
}

pub(super) fn fallbacks(request: &Value) -> impl Iterator<Item = &Value> {
    let fallbacks = request.get("fallbacks").and_then(Value::as_array);
    fallbacks.into_iter().flatten()
}

/// 5.1: what a fallback does not override is inherited.
pub(super) fn merged(request: &Value, fallback: &Value) -> Value {
    let mut merged = request.clone();
    if let (Value::Object(merged), Value::Object(fields)) = (&mut merged, fallback) {
        merged.extend(fields.clone());
    }
    merged
}

/// 5.1: one unless said otherwise.
pub(super) fn depth(request: &Value) -> u64 {
    let depth = request.pointer("/fallback_config/depth");
    depth.and_then(Value::as_u64).unwrap_or(1)
}

/// A field that is null is not there.
fn field<'a>(request: &'a Value, name: &str) -> Option<&'a Value> {
    request.get(name).filter(|value| !value.is_null())
}

/// 3.2.
pub(super) fn check_messages(request: &Value) -> Result<(), Answer> {
    let Some(messages) = field(request, "messages") else {
        return Ok(());
    };
    let Some(messages) = messages.as_array() else {
        return Err(bad("messages must be an array"));
    };
    for (index, message) in messages.iter().enumerate() {
        let text = |name| field(message, name).and_then(Value::as_str);
        let role = text("role").unwrap_or_default();
        let calls = role == "assistant" && field(message, "tool_calls").is_some();
        let wrong = if !["system", "user", "assistant", "tool"].contains(&role) {
            "role must be system, user, assistant or tool"
        } else if !is_text(field(message, "content"), calls) {
            "content must be a string, or an array of texts"
        } else if role == "tool" && text("tool_call_id").is_none() {
            "tool_call_id is required"
        } else {
            continue;
        };
        return Err(bad(&format!("messages[{index}]: {wrong}")));
    }
    tools::answered(messages).map_or(Ok(()), |wrong| Err(bad(&wrong)))
}

/// 3.1, 7.
pub(super) fn check_tools(request: &Value) -> Result<(), Answer> {
    tools::offered(request).map_or(Ok(()), |wrong| Err(bad(&wrong)))
}

/// Only tool calls may stand without a text.
fn is_text(content: Option<&Value>, may_be_null: bool) -> bool {
    let is_part = |part: &Value| {
        part.get("type").is_some_and(|kind| kind == "text")
            && part.get("text").is_some_and(Value::is_string)
    };
    match content {
        Some(Value::String(_)) => true,
        Some(Value::Array(parts)) => parts.iter().all(is_part),
        None => may_be_null,
        Some(_) => false,
    }
}

fn check_numbers(request: &Value, model: Model) -> Result<(), Answer> {
    let whole = |tokens: &Value| tokens.as_u64();
    if let Some(tokens) = field(request, "max_tokens")
        && whole(tokens).is_none_or(|tokens| tokens == 0 || tokens >= model.context)
    {
        return Err(bad(&format!(
            "max_tokens must be between 1 and {}",
            model.context
        )));
    }
    if let Some(temperature) = field(request, "temperature")
        && !temperature
            .as_f64()
            .is_some_and(|temperature| (0.0..=2.0).contains(&temperature))
    {
        return Err(bad("temperature must be between 0 and 2"));
    }
    let length: usize = all_texts(request).iter().map(|text| tokens(text)).sum();
    if u64::try_from(length).is_ok_and(|length| length > model.context) {
        return Err(bad("model context limit exceeded"));
    }
    Ok(())
}

/// A capability that a model does not list is refused, not dropped (3.1).
fn check_capabilities(request: &Value, model: Model) -> Result<(), Answer> {
    let streams = request.get("stream").and_then(Value::as_bool) == Some(true);
    let wanted = [
        (
            "response_format",
            field(request, "response_format").is_some(),
            model.is_structured(),
        ),
        (
            "tools",
            field(request, "tools").is_some(),
            model.has_tools(),
        ),
        (
            "tool_choice",
            field(request, "tool_choice").is_some(),
            model.has_tools(),
        ),
        ("stream", streams, model.streams()),
    ];
    for (name, is_wanted, is_listed) in wanted {
        if is_wanted && !is_listed {
            return Err(bad(&format!("model {} does not support {name}", model.id)));
        }
    }
    Ok(())
}

/// 4.1.
fn check_format(request: &Value, model: Model) -> Result<(), Answer> {
    let Some(format) = field(request, "response_format") else {
        return Ok(());
    };
    let is_named = |name: &str| {
        (1..=64).contains(&name.len())
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    };
    let text = |path: &str| format.pointer(path).and_then(Value::as_str);
    let is_strict = format.pointer("/json_schema/strict") == Some(&Value::Bool(true));
    let schema = format
        .pointer("/json_schema/schema")
        .unwrap_or(&Value::Null);
    let wrong = if text("/type") != Some("json_schema") {
        "type must be json_schema".to_owned()
    } else if !text("/json_schema/name").is_some_and(is_named) {
        "json_schema.name is required".to_owned()
    } else if text("/json_schema/schema/type") != Some("object") {
        "json_schema.schema must be an object schema".to_owned()
    } else if let Some(wrong) = schema::refusal(schema, model.vendor()).filter(|_| is_strict) {
        // 4.3: the vendor's limits apply.
        wrong
    } else {
        return Ok(());
    };
    Err(bad(&format!("response_format is invalid: {wrong}")))
}

/// 9: there are no stored transcripts here. An id without the tag is ignored, as by the service.
fn check_injection(request: &Value) -> Result<(), Answer> {
    let is_tagged = || {
        texts(request)
            .iter()
            .any(|text| text.contains("{{ transcript }}"))
    };
    if field(request, "transcript_id").is_some() && is_tagged() {
        return Err(Answer::error(404, "transcript not found"));
    }
    Ok(())
}

fn known(request: &Value, denied: &[String]) -> Result<Model, Answer> {
    let id = request
        .get("model")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let model = models::find(id).ok_or_else(|| bad(&format!("model {id} is not supported")))?;
    if denied.iter().any(|denied| denied == id) {
        return Err(bad(
            "Your account does not have access to this LLM Gateway model",
        ));
    }
    if model.is_retired() {
        return Err(Answer::error(
            410,
            "the model version you are trying to access has been deprecated",
        ));
    }
    Ok(model)
}

fn bad(message: &str) -> Answer {
    Answer::error(400, message)
}

#[cfg(test)]
mod tests;
