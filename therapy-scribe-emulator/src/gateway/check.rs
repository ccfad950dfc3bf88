//! What the gateway refuses before any model is asked (`llm-gateway.md` 3, 11.2; 15.1, 15.4).

use serde_json::Value;

use super::{
    Answer,
    models::{self, Model},
    transcript::texts,
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
    if request.get("messages").is_none() && request.get("prompt").is_none() {
        return Err(bad("one of messages or prompt required"));
    }
    let model = known(request, denied)?;
    check_fallbacks(request, denied)?;
    if request
        .get("model_region")
        .is_some_and(|region| region != "global")
    {
        return Err(bad("model_region can only be set to global"));
    }
    check_numbers(request, model)?;
    check_capabilities(request, model)?;
    check_format(request)?;
    check_injection(request)?;
    Ok(model)
}

/// 5.2: every id in the chain has to be valid, and allowed for the account.
fn check_fallbacks(request: &Value, denied: &[String]) -> Result<(), Answer> {
    let fallbacks = request.get("fallbacks").and_then(Value::as_array);
    for fallback in fallbacks.into_iter().flatten() {
        known(fallback, denied)?;
    }
    if depth(request) > 2 {
        return Err(bad("fallback_config depth cannot be greater than 2"));
    }
    Ok(())
}

/// 5.1: one unless said otherwise.
pub(super) fn depth(request: &Value) -> u64 {
    let depth = request.pointer("/fallback_config/depth");
    depth.and_then(Value::as_u64).unwrap_or(1)
}

fn check_numbers(request: &Value, model: Model) -> Result<(), Answer> {
    let whole = |tokens: &Value| tokens.as_u64();
    if let Some(tokens) = request.get("max_tokens")
        && whole(tokens).is_none_or(|tokens| tokens == 0 || tokens >= model.context)
    {
        return Err(bad(&format!(
            "max_tokens must be between 1 and {}",
            model.context
        )));
    }
    if let Some(temperature) = request.get("temperature").filter(|t| !t.is_null())
        && !temperature
            .as_f64()
            .is_some_and(|temperature| (0.0..=2.0).contains(&temperature))
    {
        return Err(bad("temperature must be between 0 and 2"));
    }
    let length: usize = texts(request).iter().map(|text| tokens(text)).sum();
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
            request.get("response_format").is_some(),
            model.is_structured(),
        ),
        ("tools", request.get("tools").is_some(), model.has_tools()),
        (
            "tool_choice",
            request.get("tool_choice").is_some(),
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
fn check_format(request: &Value) -> Result<(), Answer> {
    let Some(format) = request.get("response_format") else {
        return Ok(());
    };
    let is_named = |name: &str| {
        (1..=64).contains(&name.len())
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    };
    let text = |path: &str| format.pointer(path).and_then(Value::as_str);
    let wrong = if text("/type") != Some("json_schema") {
        "type must be json_schema"
    } else if !text("/json_schema/name").is_some_and(is_named) {
        "json_schema.name is required"
    } else if text("/json_schema/schema/type") != Some("object") {
        "json_schema.schema must be an object schema"
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
    if request.get("transcript_id").is_some() && is_tagged() {
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
    if model.retired {
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
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table")]
    fn each_refusal_has_its_status_and_text() {
        let schema = json!({"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}});
        let cases = [
            (
                json!({"model": "gpt-5.2"}),
                400,
                "one of messages or prompt required",
            ),
            (
                json!({"messages": [], "model": "claude-haiku-4-5"}),
                400,
                "model claude-haiku-4-5 is not supported",
            ),
            (
                json!({"messages": [], "model": "claude-3-haiku-20240307"}),
                410,
                "deprecated",
            ),
            (
                json!({"messages": [], "model": "gemini-2.5-flash"}),
                400,
                "does not have access to this",
            ),
            (
                json!({"messages": [], "model": "claude-opus-4-8", "response_format": schema}),
                400,
                "model claude-opus-4-8 does not support response_format",
            ),
            (
                json!({"messages": [], "model": "gpt-oss-20b", "tools": []}),
                400,
                "does not support tools",
            ),
            (
                json!({"messages": [], "model": "gpt-oss-20b", "stream": true}),
                400,
                "does not support stream",
            ),
            (
                json!({"messages": [], "model": "gpt-5.2", "fallbacks": [{"model": "no"}]}),
                400,
                "model no is not supported",
            ),
            (
                json!({"messages": [], "model": "gpt-5.2", "fallback_config": {"depth": 3}}),
                400,
                "depth cannot be greater than 2",
            ),
            (
                json!({"messages": [], "model": "gpt-5.2", "model_region": "us"}),
                400,
                "model_region can only be set to global",
            ),
            (
                json!({"messages": [], "model": "gpt-5.2", "max_tokens": 0}),
                400,
                "max_tokens must be between 1 and 400000",
            ),
            (
                json!({"messages": [], "model": "gpt-5.2", "temperature": 3}),
                400,
                "temperature",
            ),
            (
                json!({"messages": [], "model": "gpt-5.2", "response_format": {"type": "json_object"}}),
                400,
                "response_format is invalid: ",
            ),
            (
                json!({"messages": [{"role": "user", "content": "{{ transcript }}"}], "model": "gpt-5.2", "transcript_id": "x"}),
                404,
                "transcript not found",
            ),
            (
                json!({"prompt": "x".repeat(200_000), "model": "qwen3.5-4b-32k-fast"}),
                400,
                "model context limit exceeded",
            ),
        ];
        let denied = ["gemini-2.5-flash".to_owned()];
        for (request, status, says) in cases {
            let answer = check(&request, &denied).unwrap_err();
            let body = String::from_utf8(answer.body.to_vec()).unwrap();
            assert!(
                answer.status == status && body.contains(says),
                "{request}: {body}"
            );
        }
        let fine = json!({"messages": [], "model": "gpt-5.2", "response_format": schema, "transcript_id": "x"});
        assert_eq!(check(&fine, &[]).unwrap().id, "gpt-5.2");
    }

    #[test]
    fn keys_come_raw_or_as_bearer() {
        for (key, only, is_fine) in [
            (Some("k"), None, true),
            (Some("Bearer k"), None, true),
            (Some("bad"), None, false),
            (Some("k"), Some("other"), false),
            (None, None, false),
        ] {
            assert_eq!(authorize(key, only).is_ok(), is_fine, "{key:?} {only:?}");
        }
    }
}
