//! `llm-gateway.md` section 15, points 1 to 5: requests, the catalogue, and usual answers.

use serde_json::{Value, json};

use crate::clients::{chat, get, http, quick};

const TALK: &str = "[U0001 0:01 Client] I almost did not come today.\n[U0002 0:09 Therapist] For homework, keep a thought record.\n[U0003 0:20 Client] It would be easier if I just didn't wake up.";

pub(crate) fn note(model: &str) -> Value {
    let text = json!({"type": "string"});
    let list = json!({"type": "array", "items": text});
    json!({"model": model, "max_tokens": 4000, "messages": [{"role": "system", "content": "Draft a note."}, {"role": "user", "content": TALK}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "dap", "strict": true, "schema": {
            "type": "object", "additionalProperties": false, "required": ["data", "assessment", "plan", "risk_flags", "themes"],
            "properties": {"data": text, "assessment": text, "plan": text, "risk_flags": list, "themes": list}}}}})
}

pub(crate) fn with(mut body: Value, fields: &Value) -> Value {
    body.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    body
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
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    let ends_in = |model: &&Value, days: std::ops::Range<i64>| {
        let at = model["retirement_date"].as_i64().unwrap();
        let left = at - i64::try_from(now.as_secs()).unwrap();
        at != 0 && days.contains(&(left / 86_400))
    };
    let retired = models.iter().find(|m| ends_in(m, -1000..0)).unwrap();
    let body = json!({"model": retired["id"], "messages": []});
    assert_eq!(chat(&emulator, &body).await.status, 410);
    // 10.1, 16: what a client has to look at before it begins with a model.
    let soon = models.iter().find(|m| ends_in(m, 0..30)).unwrap();
    assert!(lists(&soon));
    assert!(models.iter().any(|m| m["available_regions"].is_null()));
    let reasons = models.iter().find(|m| {
        let parameters = m["supported_parameters"].as_array();
        parameters.is_some_and(|list| !list.contains(&json!("temperature")))
    });
    let reasons = reasons.unwrap();
    assert!(lists(&reasons) && reasons["default_parameters"]["temperature"].is_null());
    for model in [soon, reasons] {
        let reply = chat(&emulator, &note(model["id"].as_str().unwrap())).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
    assert_eq!(reply.header("x-ratelimit-service"), Some("llmgw"));
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
    let schema = &mut body["response_format"]["json_schema"]["schema"];
    schema["properties"]["quotes"] = list;
    schema["required"]
        .as_array_mut()
        .unwrap()
        .push(json!("quotes"));
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
        (
            with(
                note("gpt-5.2"),
                &json!({"fallbacks": [{"model": "gemini-2.5-flash"}, {"model": "claude-opus-4-8"}]}),
            ),
            "model claude-opus-4-8 does not support response_format",
        ),
    ] {
        let reply = chat(&emulator, &body).await;
        let body = reply.json();
        assert_eq!(
            (reply.status, &body["code"], &body["message"]),
            (400, &json!(400), &json!(says))
        );
    }
    assert_eq!(emulator.chat_requests().len(), 4);
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

// 6.1, 2
#[tokio::test]
async fn every_answer_has_an_id_of_its_own_and_names_the_service() {
    let emulator = quick().start().await.unwrap();
    let mut ids = std::collections::HashSet::new();
    for (body, key) in [
        (note("gpt-5.2"), Some("key")),
        (note("gpt-5.2"), Some("key")),
        (note("no-model"), Some("key")),
        (note("gpt-5.2"), Some("bad")),
    ] {
        let path = "/v1/chat/completions";
        let reply = http(&emulator, "POST", path, key, &body.to_string()).await;
        assert_eq!(reply.header("x-ratelimit-service"), Some("llmgw"));
        let id = reply.json()["request_id"].as_str().unwrap().to_owned();
        assert_eq!(id.len(), 36);
        assert!(ids.insert(id), "an id twice");
    }
}

// 6.2
#[tokio::test]
async fn the_word_for_a_complete_answer_can_be_set_for_a_model() {
    let emulator = quick()
        .finish_word("gpt-5.2", "completed")
        .start()
        .await
        .unwrap();
    for (model, word) in [("gpt-5.2", "completed"), ("gpt-5.5", "stop")] {
        assert_eq!(chat(&emulator, &note(model)).await.finish(), word);
    }
    let short = with(note("gpt-5.2"), &json!({"max_tokens": 10}));
    assert_eq!(chat(&emulator, &short).await.finish(), "length");
}
