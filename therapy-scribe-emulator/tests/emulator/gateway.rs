//! `llm-gateway.md` section 15.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use therapy_scribe_emulator::{ChatReply, Emulator};

use crate::clients::{chat, get, http, quick};

const TALK: &str = "[U0001 0:01 Client] I almost did not come today.\n[U0002 0:09 Therapist] For homework, keep a thought record.\n[U0003 0:20 Client] It would be easier if I just didn't wake up.";

fn note(model: &str) -> Value {
    let text = json!({"type": "string"});
    let list = json!({"type": "array", "items": text});
    json!({"model": model, "max_tokens": 4000, "messages": [{"role": "system", "content": "Draft a note."}, {"role": "user", "content": TALK}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "dap", "strict": true, "schema": {
            "type": "object", "additionalProperties": false, "required": ["data", "assessment", "plan", "risk_flags", "themes"],
            "properties": {"data": text, "assessment": text, "plan": text, "risk_flags": list, "themes": list}}}}})
}

fn with(mut body: Value, fields: &Value) -> Value {
    body.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    body
}

async fn answering(replies: impl IntoIterator<Item = ChatReply>) -> Emulator {
    quick().chat_replies(replies).start().await.unwrap()
}

// 15.1
#[tokio::test]
async fn keys_are_raw_or_bearer_and_refusals_are_the_services() {
    let emulator = quick().api_key("right").start().await.unwrap();
    let body = note("claude-sonnet-4-6").to_string();
    let path = "/v1/chat/completions";
    for (key, status, says) in [
        (Some("right"), 200, "request_id"),
        (Some("Bearer right"), 200, "request_id"),
        (
            Some("wrong"),
            401,
            "Authentication error, API token missing/invalid",
        ),
        (
            None,
            401,
            "Your account does not have access to LLM Gateway. Please upgrade",
        ),
    ] {
        let reply = http(&emulator, "POST", path, key, &body).await;
        assert_eq!(reply.status, status);
        assert!(reply.text.contains(says), "{}", reply.text);
        assert!(status == 200 || reply.json()["status"] == "error");
    }
}

// 15.2
#[tokio::test]
async fn the_catalogue_needs_no_key_and_has_every_kind() {
    let emulator = quick().start().await.unwrap();
    let reply = get(&emulator, "/v1/models", None).await;
    let body = reply.json();
    let models = body["data"].as_array().unwrap();
    let lists = |model: &&Value| {
        let parameters = model["supported_parameters"].as_array();
        parameters.is_some_and(|list| list.contains(&json!("response_format")))
    };
    for vendor in ["claude", "gemini", "gpt"] {
        let of_vendor = |model: &&Value| model["id"].as_str().unwrap().starts_with(vendor);
        assert!(
            models.iter().filter(of_vendor).any(|model| lists(&model)),
            "{vendor}"
        );
    }
    assert!(
        models
            .iter()
            .any(|m| m["id"].as_str().unwrap().starts_with("claude") && !lists(&m))
    );
    assert!(models.iter().any(|m| m["supported_parameters"].is_null()));
    let retired = models.iter().find(|m| m["retirement_date"] != 0).unwrap();
    let body = json!({"model": retired["id"], "messages": []});
    assert_eq!(chat(&emulator, &body).await.status, 410);
}

// 15.3, 15.5
#[tokio::test]
async fn a_small_budget_cuts_with_the_vendors_word() {
    let emulator = quick().start().await.unwrap();
    for (model, cut, complete) in [
        ("claude-sonnet-4-6", "max_tokens", "end_turn"),
        ("gemini-2.5-pro", "MAX_TOKENS", "STOP"),
        ("gpt-5.2", "length", "stop"),
    ] {
        let short = chat(&emulator, &with(note(model), &json!({"max_tokens": 10}))).await;
        assert_eq!(
            (short.finish().as_str(), short.content().chars().count()),
            (cut, 40)
        );
        let whole = chat(&emulator, &note(model)).await;
        assert_eq!(whole.finish(), complete);
        assert!(whole.json()["response_time"].as_u64().unwrap() > 1_000_000);
        assert_eq!(whole.json()["request"]["model"], model);
        assert!(whole.json()["request"].get("messages").is_none());
    }
    let long = "Client: I said a very long sentence about my week.\n".repeat(200);
    let list = json!({"type": "array", "minItems": 100, "items": {"type": "string"}});
    let mut body = note("gpt-5.2");
    body["messages"][1]["content"] = long.into();
    body["response_format"]["json_schema"]["schema"]["properties"]["quotes"] = list;
    body.as_object_mut().unwrap().remove("max_tokens");
    let reply = chat(&emulator, &body).await;
    assert_eq!(
        (reply.finish().as_str(), reply.content().len()),
        ("length", 4000),
        "1000 tokens by default"
    );
}

// 15.4: the refusals themselves are in the unit tests.
#[tokio::test]
async fn what_a_model_lacks_is_refused_flat() {
    let emulator = quick()
        .deny_models(["gemini-2.5-pro"])
        .start()
        .await
        .unwrap();
    for (body, says) in [
        (
            note("claude-opus-4-8"),
            "model claude-opus-4-8 does not support response_format",
        ),
        (
            note("gemini-2.5-pro"),
            "Your account does not have access to this LLM Gateway model",
        ),
        (
            with(note("gpt-5.2"), &json!({"fallbacks": [{"model": "gpt-9"}]})),
            "model gpt-9 is not supported",
        ),
    ] {
        let reply = chat(&emulator, &body).await;
        let body = reply.json();
        assert_eq!(
            (reply.status, &body["code"], &body["message"]),
            (400, &json!(400), &json!(says))
        );
    }
    assert_eq!(emulator.chat_requests().len(), 3);
}

// 15.5: the note.
#[tokio::test]
async fn the_note_quotes_the_transcript() {
    let emulator = quick().start().await.unwrap();
    let content = chat(&emulator, &note("claude-sonnet-4-6")).await.content();
    let note: Value = serde_json::from_str(&content).unwrap();
    assert_eq!(
        note["plan"],
        "Therapist: \"For homework, keep a thought record.\""
    );
    assert_eq!(
        note["risk_flags"],
        json!(["Client: \"It would be easier if I just didn't wake up.\""])
    );
    for theme in note["themes"].as_array().unwrap() {
        assert!(TALK.contains(theme.as_str().unwrap()));
    }
}

// 15.6
#[tokio::test]
async fn it_answers_with_each_error_that_is_ordered() {
    let emulator = answering([
        ChatReply::RateLimited(12),
        ChatReply::HtmlPage,
        ChatReply::Nested(400),
        ChatReply::Unauthorized,
    ])
    .await;
    let body = note("claude-sonnet-4-6");
    let limited = chat(&emulator, &body).await;
    assert_eq!(
        (limited.status, limited.header("retry-after")),
        (429, Some("12"))
    );
    let page = chat(&emulator, &body).await;
    assert!(page.status == 502 && page.text.starts_with("<html>"));
    assert_eq!(chat(&emulator, &body).await.json()["error"]["code"], 400);
    assert_eq!(chat(&emulator, &body).await.json()["status"], "error");
}

// 15.6
#[tokio::test]
async fn it_writes_badly_in_each_way_that_is_ordered() {
    let emulator = answering([
        ChatReply::Fenced,
        ChatReply::Prose,
        ChatReply::BreaksSchema,
        ChatReply::CutSentence,
        ChatReply::Cut,
        ChatReply::Empty,
        ChatReply::Refusal,
        ChatReply::TwoChoices,
        ChatReply::Content("{\"data\":\"canned\"}".to_owned()),
    ])
    .await;
    let body = note("claude-sonnet-4-6");
    assert!(
        chat(&emulator, &body)
            .await
            .content()
            .contains("```json\n{")
    );
    let parsed = |text: String| serde_json::from_str::<Value>(&text);
    assert!(parsed(chat(&emulator, &body).await.content()).is_err());
    let broken = parsed(chat(&emulator, &body).await.content()).unwrap();
    assert!(broken.get("unexpected").is_some());
    let cut = chat(&emulator, &body).await;
    assert_eq!(cut.finish(), "end_turn");
    let cut = parsed(cut.content()).unwrap();
    assert!(
        cut.as_object()
            .unwrap()
            .values()
            .filter_map(Value::as_str)
            .any(|text| !text.is_empty() && !text.ends_with('"'))
    );
    let half = chat(&emulator, &body).await;
    assert!(half.finish() == "max_tokens" && parsed(half.content()).is_err());
    assert_eq!(chat(&emulator, &body).await.content(), "");
    assert_eq!(chat(&emulator, &body).await.finish(), "refusal");
    let two = chat(&emulator, &body).await.json();
    assert!(
        two["choices"][0]["message"]["content"].is_null()
            && two["choices"][1]["message"]["content"].is_string()
    );
    assert_eq!(
        chat(&emulator, &body).await.content(),
        "{\"data\":\"canned\"}"
    );
    assert!(
        parsed(chat(&emulator, &body).await.content()).is_ok(),
        "then as usual"
    );
}

// 15.6: a 500 once, with and without the gateway's own repeat.
#[tokio::test]
async fn the_gateway_repeats_a_vendors_failure_once() {
    let body = note("claude-sonnet-4-6");
    let no_retry = with(body.clone(), &json!({"fallback_config": {"retry": false}}));
    let emulator = answering([
        ChatReply::Status(500),
        ChatReply::Usual,
        ChatReply::Status(500),
    ])
    .await;
    assert_eq!(chat(&emulator, &body).await.status, 200);
    assert_eq!(chat(&emulator, &no_retry).await.status, 500);
    assert_eq!(chat(&emulator, &no_retry).await.status, 200);
    let emulator = answering([ChatReply::Status(500), ChatReply::Status(503)]).await;
    assert_eq!(chat(&emulator, &body).await.status, 503);
}

// 15.6, 8: streams.
#[tokio::test]
async fn streams_end_with_done_break_off_or_hide_a_reason() {
    let emulator = answering([
        ChatReply::Usual,
        ChatReply::StreamCut,
        ChatReply::VendorRefuses,
        ChatReply::VendorRefuses,
    ])
    .await;
    let body = note("gpt-5.2");
    let streamed = with(
        body.clone(),
        &json!({"stream": true, "stream_options": {"include_usage": true}}),
    );
    let whole = chat(&emulator, &streamed).await;
    assert_eq!(whole.header("content-type"), Some("text/event-stream"));
    assert!(whole.text.ends_with("data: [DONE]\n\n"));
    let events: Vec<Value> = whole
        .text
        .lines()
        .filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok())
        .collect();
    let content: String = events
        .iter()
        .filter_map(|event| event["choices"][0]["delta"]["content"].as_str())
        .collect();
    assert!(serde_json::from_str::<Value>(&content).is_ok());
    assert_eq!(
        events[events.len() - 2]["choices"][0]["finish_reason"],
        "stop"
    );
    assert!(events[events.len() - 1]["usage"]["total_tokens"].is_u64());
    let cut = chat(&emulator, &streamed).await;
    assert!(
        cut.text.starts_with("data: {")
            && !cut.text.contains("[DONE]")
            && !cut.text.contains("\"stop\"")
    );
    let hidden = chat(&emulator, &streamed).await;
    assert_eq!(
        (hidden.status, &hidden.json()["message"]),
        (500, &json!("something went wrong"))
    );
    assert_eq!(chat(&emulator, &body).await.status, 400);
}

// 15.6: slow, and never.
#[tokio::test]
async fn slow_answers_come_and_others_do_not() {
    let emulator = answering([ChatReply::Slow(Duration::from_secs(20)), ChatReply::Never]).await;
    let body = note("gpt-5.2");
    let asked = Instant::now();
    assert_eq!(chat(&emulator, &body).await.status, 200);
    assert!(
        asked.elapsed() >= Duration::from_millis(200),
        "20 s at 100 times the speed"
    );
    let never = tokio::time::timeout(Duration::from_millis(300), chat(&emulator, &body)).await;
    assert!(never.is_err());
    let asked = Instant::now();
    emulator.stop().await;
    assert!(
        asked.elapsed() < Duration::from_secs(2),
        "a stop does not wait for it"
    );
}

// 15.7
#[tokio::test]
async fn fallbacks_answer_for_models_that_are_down() {
    let fallbacks =
        json!({"fallbacks": [{"model": "gemini-2.5-pro"}, {"model": "gpt-5.2", "max_tokens": 10}]});
    let body = with(note("claude-sonnet-4-6"), &fallbacks);
    let emulator = quick()
        .models_down(["claude-sonnet-4-6"])
        .start()
        .await
        .unwrap();
    let reply = chat(&emulator, &body).await.json();
    assert_eq!(
        (&reply["model"], &reply["request"]["model"]),
        (&json!("gemini-2.5-pro"), &json!("gemini-2.5-pro"))
    );
    assert_eq!(
        chat(&emulator, &note("claude-sonnet-4-6")).await.status,
        503
    );
    let emulator = quick()
        .models_down(["claude-sonnet-4-6", "gemini-2.5-pro"])
        .name_model(false)
        .start()
        .await
        .unwrap();
    assert_eq!(
        chat(&emulator, &body).await.status,
        503,
        "one fallback unless a depth is given"
    );
    let deep = with(body, &json!({"fallback_config": {"depth": 2}}));
    let reply = chat(&emulator, &deep).await;
    assert_eq!(reply.finish(), "length", "fields of the fallback win");
    assert!(reply.json().get("model").is_none());
}

// 15.8
#[tokio::test]
async fn requests_are_counted_per_model() {
    let emulator = quick()
        .speed(1.0)
        .chats_per_minute(2)
        .start()
        .await
        .unwrap();
    let body = note("claude-sonnet-4-6");
    for left in ["1", "0"] {
        let reply = chat(&emulator, &body).await;
        assert_eq!(
            (
                reply.header("x-ratelimit-limit"),
                reply.header("x-ratelimit-remaining")
            ),
            (Some("2"), Some(left))
        );
        assert_eq!(
            (
                reply.header("x-ratelimit-model"),
                reply.header("x-ratelimit-service")
            ),
            (Some("claude-sonnet-4-6"), Some("llmgw"))
        );
    }
    let refused = chat(&emulator, &body).await;
    assert_eq!(
        (refused.status, refused.header("retry-after")),
        (429, Some("60"))
    );
    assert_eq!(
        refused.json()["message"],
        "too many requests for this action"
    );
    assert_eq!(chat(&emulator, &note("gpt-5.2")).await.status, 200);
}
