//! What is refused, and what is not.

use serde_json::json;

use super::*;

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn each_refusal_has_its_status_and_text() {
    let schema =
        json!({"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}});
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
        (
            json!({"messages": [{"role": "system", "content": "x".repeat(200_000)}], "model": "qwen3.5-4b-32k-fast"}),
            400,
            "model context limit exceeded",
        ),
    ];
    let denied = ["gemini-2.5-flash".to_owned()];
    for (request, status, says) in cases {
        let answer = check(&request, &denied).unwrap_err();
        let body = String::from_utf8(answer.bytes().to_vec()).unwrap();
        assert!(
            answer.status == status && body.contains(says),
            "{request}: {body}"
        );
    }
    let fine = json!({"messages": [], "model": "gpt-5.2", "response_format": schema, "transcript_id": "x",
        "max_tokens": null, "temperature": null, "tools": null, "fallbacks": null});
    assert_eq!(check(&fine, &[]).unwrap().id, "gpt-5.2");
}

#[test]
fn a_fallback_is_checked_as_the_request_that_it_would_be() {
    let schema =
        json!({"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}});
    let refused = |fallback: Value| {
        let request = json!({"messages": [], "model": "claude-sonnet-4-6", "max_tokens": 100_000,
            "response_format": schema, "fallbacks": [{"model": "gemini-2.5-pro"}, fallback]});
        check(&request, &[])
            .err()
            .map(|answer| String::from_utf8(answer.bytes().to_vec()).unwrap())
    };
    assert_eq!(refused(json!({"model": "gpt-5.2"})), None);
    for (fallback, says) in [
        (
            json!({"model": "claude-opus-4-8"}),
            "does not support response_format",
        ),
        (
            json!({"model": "gpt-5.2", "max_tokens": 0}),
            "max_tokens must be between",
        ),
        (
            json!({"model": "qwen3.5-4b-32k-fast", "response_format": null}),
            "max_tokens must be between 1 and 32000",
        ),
        (
            json!({"model": "gpt-5.2", "temperature": 9}),
            "temperature must be",
        ),
        (
            json!({"model": "gpt-5.2", "model_region": "us"}),
            "model_region can only",
        ),
        (
            json!({"model": "gpt-5.2", "response_format": {"type": "json_object"}}),
            "response_format is invalid",
        ),
        (json!({"max_tokens": 100}), "is not supported"),
    ] {
        let body = refused(fallback.clone()).unwrap_or_default();
        assert!(body.contains(says), "{fallback}: {body}");
    }
}

#[test]
fn a_strict_schema_has_to_keep_the_limits_of_each_vendor_in_the_chain() {
    let status = |strict: bool, model: &str, fallback: &str| {
        let schema = json!({"type": "object", "properties": {"x": {"type": "string"}}});
        let request = json!({"messages": [], "model": model, "fallbacks": [{"model": fallback}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "n", "strict": strict, "schema": schema}}});
        let answer = check(&request, &[]).err()?;
        let body = String::from_utf8(answer.bytes().to_vec()).unwrap();
        assert!(body.contains("response_format is invalid: "), "{body}");
        Some(answer.status)
    };
    assert_eq!(status(false, "gpt-5.2", "claude-sonnet-4-6"), None);
    assert_eq!(status(true, "gpt-5.2", "gemini-2.5-pro"), Some(400));
    assert_eq!(status(true, "gemini-2.5-pro", "gpt-5.2"), Some(400));
    assert_eq!(status(true, "gemini-2.5-pro", "gemini-2.5-flash"), None);
}

#[test]
fn messages_have_the_documented_roles_and_hold_texts() {
    let fine = json!([{"role": "system", "content": "x"}, {"role": "user", "content": [{"type": "text", "text": "x"}]},
        {"role": "assistant", "content": null, "tool_calls": [{"id": "c"}]}, {"role": "tool", "tool_call_id": "c", "content": "x"}]);
    let status = |messages: &Value| {
        let request = json!({"model": "gpt-5.2", "messages": messages});
        check(&request, &[]).err().map(|answer| answer.status)
    };
    assert_eq!(status(&fine), None);
    for wrong in [
        json!({"role": "wizard", "content": "x"}),
        json!({"content": "x"}),
        json!({"role": "user", "content": 7}),
        json!({"role": "user", "content": null}),
        json!({"role": "user", "content": [{"type": "image_url", "image_url": {}}]}),
        json!({"role": "tool", "content": "x"}),
    ] {
        assert_eq!(status(&json!([wrong])), Some(400), "{wrong}");
    }
    assert_eq!(status(&json!("x")), Some(400));
}

#[test]
fn each_call_has_its_answer_before_anything_else_is_said() {
    let call = |ids: &[&str]| {
        let calls: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
        json!({"role": "assistant", "content": null, "tool_calls": calls})
    };
    let answer = |id: &str| json!({"role": "tool", "tool_call_id": id, "content": "{}"});
    let user = json!({"role": "user", "content": "x"});
    for (messages, is_fine) in [
        (
            vec![call(&["a", "b"]), answer("b"), answer("a"), user.clone()],
            true,
        ),
        (
            vec![call(&["a"]), answer("a"), call(&["a"]), answer("a")],
            true,
        ),
        (vec![call(&["a"]), user.clone()], false),
        (vec![call(&["a", "b"]), answer("a")], false),
        (vec![call(&["a"]), answer("a"), answer("a")], false),
        (vec![answer("a")], false),
    ] {
        let request = json!({"model": "gpt-5.2", "messages": messages});
        assert_eq!(check(&request, &[]).is_ok(), is_fine, "{request}");
    }
}

#[test]
fn tools_have_the_documented_form() {
    let offer = |name: Value| json!({"type": "function", "function": {"name": name, "parameters": {"type": "object"}}});
    let is_fine = |tools: Value, choice: Value| {
        check(
            &json!({"model": "gpt-5.2", "messages": [], "tools": tools, "tool_choice": choice}),
            &[],
        )
        .is_ok()
    };
    assert!(is_fine(json!([offer(json!("a-b_1"))]), json!("auto")));
    let forced = json!({"type": "function", "function": {"name": "a"}});
    assert!(is_fine(json!([offer(json!("a"))]), forced));
    assert!(!is_fine(json!([offer(json!("a"))]), json!("required")));
    for wrong in [
        json!({}),
        json!([{}]),
        json!([offer(json!("a b"))]),
        json!([offer(json!(1))]),
        json!([{"type": "function", "function": {"name": "a"}}]),
        json!([{"type": "function", "name": "a"}]),
    ] {
        assert!(!is_fine(wrong.clone(), Value::Null), "{wrong}");
    }
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
