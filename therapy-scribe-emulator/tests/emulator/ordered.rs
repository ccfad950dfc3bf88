//! `llm-gateway.md` section 15, points 6 to 8: faults, fallbacks and limits.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use therapy_scribe_emulator::{ChatReply, Emulator};

use crate::{
    clients::{Reply, chat, quick},
    gateway::{note, with},
};

async fn answering(replies: impl IntoIterator<Item = ChatReply>) -> Emulator {
    quick().chat_replies(replies).start().await.unwrap()
}

// 15.6
#[tokio::test]
async fn it_answers_with_each_error_that_is_ordered() {
    let emulator = answering([
        ChatReply::RateLimited(12),
        ChatReply::RateLimitedUntil(1_790_000_000),
        ChatReply::Status(429),
        ChatReply::HtmlPage,
        ChatReply::Nested(400),
        ChatReply::Unauthorized,
    ])
    .await;
    let body = note("claude-sonnet-4-6");
    let limited = chat(&emulator, &body).await;
    let times = |reply: &Reply| {
        let names = ["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset"];
        names.map(|name| reply.header(name).map(str::to_owned))
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(limited.status, 429);
    assert_eq!(times(&limited), [some("12"), some("0"), some("12")]);
    let until = chat(&emulator, &body).await;
    assert_eq!(until.status, 429);
    assert_eq!(times(&until), [None, some("0"), some("1790000000")]);
    let bare = chat(&emulator, &body).await;
    assert_eq!(bare.status, 429);
    assert_eq!(times(&bare), [None, some("0"), None]);
    let page = chat(&emulator, &body).await;
    assert!(page.status == 502 && page.text.starts_with("<html>"));
    assert_eq!(page.header("x-ratelimit-service"), None);
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

// 6.2, 6.3
#[tokio::test]
async fn it_declines_in_words_says_nothing_or_ends_with_a_word_that_nobody_knows() {
    let emulator = answering([
        ChatReply::RefusalText("I can't help with that.".to_owned()),
        ChatReply::NullContent,
        ChatReply::Finish(Some("content_filtered".to_owned())),
        ChatReply::Finish(None),
    ])
    .await;
    let body = note("claude-sonnet-4-6");
    for refusal in [json!("I can't help with that."), Value::Null] {
        let choice = &chat(&emulator, &body).await.json()["choices"][0];
        assert!(choice["message"]["content"].is_null());
        assert_eq!(choice["message"]["refusal"], refusal);
        assert_eq!(choice["finish_reason"], "end_turn");
    }
    for word in [json!("content_filtered"), Value::Null] {
        let whole = chat(&emulator, &body).await;
        assert_eq!(whole.json()["choices"][0]["finish_reason"], word);
        assert!(serde_json::from_str::<Value>(&whole.content()).is_ok());
    }
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

// 5.2
#[tokio::test]
async fn a_model_that_is_at_its_limit_gives_way_to_a_fallback() {
    let body = with(
        note("claude-sonnet-4-6"),
        &json!({"fallbacks": [{"model": "gemini-2.5-pro"}]}),
    );
    let emulator = quick()
        .speed(1.0)
        .chats_per_minute(1)
        .chat_replies([ChatReply::RateLimited(12)])
        .start()
        .await
        .unwrap();
    // The ordered limit, then the model's own, by which time the fallback has reached its own too.
    let relieved = chat(&emulator, &body).await;
    assert_eq!(relieved.json()["model"], "gemini-2.5-pro");
    assert_eq!(
        (
            relieved.header("x-ratelimit-model"),
            relieved.header("x-ratelimit-remaining")
        ),
        (Some("gemini-2.5-pro"), Some("0")),
        "charged is who answered"
    );
    let refused = chat(&emulator, &body).await;
    assert_eq!(
        (refused.status, refused.header("x-ratelimit-model")),
        (429, Some("gemini-2.5-pro"))
    );
    let other = with(body, &json!({"fallbacks": [{"model": "gpt-5.2"}]}));
    assert_eq!(chat(&emulator, &other).await.json()["model"], "gpt-5.2");
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
    assert_eq!(refused.status, 429);
    let wait = refused.header("retry-after");
    assert_eq!(refused.header("x-ratelimit-reset"), wait);
    assert!((58..=60).contains(&wait.unwrap().parse::<u64>().unwrap()));
    assert_eq!(
        refused.json()["message"],
        "too many requests for this action"
    );
    assert_eq!(chat(&emulator, &note("gpt-5.2")).await.status, 200);
}
