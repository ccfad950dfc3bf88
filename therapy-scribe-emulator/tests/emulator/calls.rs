//! `llm-gateway.md` 7: calls of tools, by each vendor's word, whole and streamed.

use serde_json::{Value, json};
use therapy_scribe_emulator::ChatReply;

use crate::clients::{chat, quick};

fn asked(model: &str, line: &str) -> Value {
    let section = json!({"type": "object", "required": ["section"], "properties": {"section": {"type": "string"}}});
    json!({"model": model, "messages": [{"role": "user", "content": line}], "tools": [
        {"type": "function", "function": {"name": "read_note", "description": "Reads a section.", "parameters": section}}]})
}

#[tokio::test]
async fn each_vendor_ends_a_call_with_its_own_word() {
    let emulator = quick().start().await.unwrap();
    for (model, word) in [
        ("claude-sonnet-4-6", "tool_use"),
        ("gemini-2.5-pro", "STOP"),
        ("gpt-5.2", "tool_calls"),
    ] {
        let reply = chat(&emulator, &asked(model, "Read me the plan section."))
            .await
            .json();
        let choice = &reply["choices"][0];
        assert_eq!(choice["finish_reason"], word);
        assert_eq!(choice["message"]["content"], Value::Null);
        let call = &choice["message"]["tool_calls"][0];
        assert_eq!(call["type"], "function");
        assert_eq!(call["function"]["name"], "read_note");
        assert_eq!(call["function"]["arguments"], "{\"section\":\"plan\"}");
        // 6.1: the echo has the tools, and no messages.
        assert!(reply["request"]["tools"].is_array() && reply["request"]["messages"].is_null());
    }
    let without = chat(
        &emulator,
        &asked("gpt-oss-20b", "Read me the plan section."),
    )
    .await;
    assert_eq!(without.status, 400);
    assert!(
        without.text.contains("does not support tools"),
        "{}",
        without.text
    );
    emulator.stop().await;
}

#[tokio::test]
async fn calls_are_streamed_and_can_be_ordered() {
    let two = vec![
        ("a".to_owned(), json!({"x": 1})),
        ("b".to_owned(), Value::Null),
    ];
    let emulator = quick()
        .chat_replies([ChatReply::Usual, ChatReply::Calls(two)])
        .start()
        .await
        .unwrap();
    let mut body = asked("gpt-5.2", "Read me the plan section.");
    body["stream"] = true.into();
    let reply = chat(&emulator, &body).await;
    let text = &reply.text;
    assert!(
        text.contains(r#""tool_calls":[{"#) && text.contains(r#""finish_reason":"tool_calls""#)
    );
    assert!(text.trim_end().ends_with("data: [DONE]"), "{text}");
    body["stream"] = false.into();
    let reply = chat(&emulator, &body).await.json();
    let calls = reply["choices"][0]["message"]["tool_calls"]
        .as_array()
        .unwrap();
    let names: Vec<_> = calls.iter().map(|call| &call["function"]["name"]).collect();
    assert_eq!(names, ["a", "b"]);
    assert_ne!(calls[0]["id"], calls[1]["id"]);
    emulator.stop().await;
}
