//! `voice-agent.md`, section 9: agents that are stored, and what is kept of a session.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    clients::{Reply, SPEED, get, http},
    talking::{Talk, agent, talk, tool},
};
use therapy_scribe_emulator::Emulator;

fn definition() -> Value {
    let mut lookup = tool("lookup");
    lookup["http"] = json!({"url": "https://tools.example.com/lookup", "http_method": "POST",
        "headers": [{"name": "x-key", "value": "CANARY"}]});
    json!({
        "name": "Desk", "system_prompt": "Be brief.", "voice": {"voice_id": "jane"}, "greeting": "Hello.",
        "tools": [tool("search"), lookup],
        "llm": [{"base_url": "https://llm.example.com/v1", "model": "m", "api_key": "CANARY"}],
    })
}

async fn create(emulator: &Emulator, body: &Value) -> Reply {
    let body = body.to_string();
    http(emulator, "POST", "/v1/agents", Some("key"), &body).await
}

#[tokio::test]
async fn agents_are_stored_read_replaced_and_deleted_and_their_secrets_are_never_shown() {
    let emulator = agent(&json!({})).start().await.unwrap();
    let made = create(&emulator, &definition()).await;
    assert_eq!(made.status, 201);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("agent_") && id.len() == 38, "{id}");
    let path = format!("/v1/agents/{id}");
    let read = get(&emulator, &path, Some("key")).await;
    assert!(!read.text.contains("CANARY") && !made.text.contains("CANARY"));
    let header = &read.json()["tools"][1]["http"]["headers"][0];
    assert!(header["name"] == "x-key" && header["last_set_at"].is_string());

    let second = create(&emulator, &definition()).await.json();
    let page = get(&emulator, "/v1/agents?limit=1", Some("key"))
        .await
        .json();
    assert_eq!(
        (&page["agents"][0]["id"], &page["has_more"]),
        (&second["id"], &json!(true))
    );
    assert_eq!(page["agents"][0].as_object().unwrap().len(), 4);

    let mut other = definition();
    other["name"] = json!("Another");
    other.as_object_mut().unwrap().remove("greeting");
    let other = other.to_string();
    let put = http(&emulator, "PUT", &path, Some("key"), &other).await;
    assert_eq!((put.status, &put.json()["name"]), (200, &json!("Another")));
    assert!(
        put.json().get("greeting").is_none(),
        "it takes the old one's place"
    );

    for (method, key, status) in [
        ("GET", None, 401),
        ("GET", Some("another"), 404),
        ("PUT", Some("another"), 404),
        ("DELETE", Some("another"), 404),
        ("DELETE", Some("key"), 204),
        ("GET", Some("key"), 404),
    ] {
        let answer = http(&emulator, method, &path, key, &other).await;
        assert_eq!(answer.status, status, "{method} {key:?}");
    }
}

#[tokio::test]
async fn a_definition_that_is_wrong_is_refused_with_its_field() {
    let emulator = agent(&json!({})).start().await.unwrap();
    for (field, value) in [
        ("name", Value::Null),
        ("system_prompt", json!(7)),
        ("voice", json!({})),
        ("voice", json!({"voice_id": "ivy"})),
        ("tools", json!([{"type": "function"}])),
        ("llm", json!([{}])),
        (
            "llm",
            json!([definition()["llm"][0], definition()["llm"][0]]),
        ),
        ("colour", json!("blue")),
    ] {
        let mut body = definition();
        body[field] = value;
        let refused = create(&emulator, &body).await;
        assert_eq!(refused.status, 422, "{field}");
        assert_eq!(refused.json()["code"], "validation_error", "{field}");
    }
    let mut body = definition();
    body.as_object_mut().unwrap().remove("voice");
    let refused = create(&emulator, &body).await.json();
    assert_eq!(
        (&refused["param"], &refused["errors"][0]["param"]),
        (&json!("voice"), &json!("voice"))
    );
    assert_eq!(create(&emulator, &json!("x")).await.status, 422);
}

// 2.1, 4.7
#[tokio::test]
async fn a_session_with_a_stored_agent_is_configured_by_it_and_serves_its_own_tools() {
    let replies = json!([{"heard": ["look"], "calls": [{"name": "lookup"}], "results": [{"says": "Found."}]}]);
    let emulator = talk(&["Look it up."], replies).await;
    let made = create(&emulator, &definition()).await.json();
    let mut session = Talk::connect(&emulator).await;
    session.update(json!({"agent_id": made["id"]})).await;
    let ready = session.until("session.ready").await;
    let config = &ready["config"];
    assert_eq!(
        (
            &config["system_prompt"],
            &config["output"]["voice"],
            &config["llm"][0]["model"]
        ),
        (&json!("Be brief."), &json!("jane"), &json!("m"))
    );
    assert!(config["tools"][1]["http"]["url"].is_string());
    assert_eq!(session.reply().await, "Hello.");
    session.say().await;
    session.until("tool.call").await;
    session.until("reply.done").await;
    assert_eq!(session.reply().await, "Found.", "nobody gave a result");
    session.hang_up().await;
    let id = made["id"].as_str().unwrap();
    let page = get(
        &emulator,
        &format!("/v1/sessions?agent_id={id}"),
        Some("key"),
    )
    .await
    .json();
    assert_eq!(page["sessions"][0]["agent_id"], made["id"]);
    let none = get(&emulator, "/v1/sessions?agent_id=agent_0", Some("key"))
        .await
        .json();
    assert_eq!(none["sessions"], json!([]));

    for (update, code) in [
        (json!({"agent_id": "agent_0"}), "agent_not_found"),
        (json!({"agent_id": id, "greeting": "Hi."}), "invalid_value"),
    ] {
        let mut refused = Talk::connect(&emulator).await;
        refused.update(update).await;
        assert_eq!(refused.end().await.refusal(), code);
    }
}

/// A talk with a greeting, two calls at once, an answer that is interrupted, and another prompt.
async fn kept(emulator: &Emulator) -> String {
    let config = json!({"greeting": "Hello.", "tools": [tool("search"), tool("flags")]});
    let mut session = Talk::begin(emulator, config).await;
    let id = session.events[1]["session_id"].as_str().unwrap().to_owned();
    session.until("reply.done").await;
    session.say().await;
    for _ in 0..2 {
        let call = session.until("tool.call").await;
        let failed = call["name"] == "flags";
        session.answer(&call, json!({"hits": 2}), failed).await;
    }
    session.until("reply.done").await;
    session.until("reply.started").await;
    session.audio(&[1500, 2500, 100]).await;
    session.until("reply.done").await;
    session
        .update(json!({"system_prompt": "Be briefer."}))
        .await;
    session.until("session.updated").await;
    let read = get(emulator, &format!("/v1/sessions/{id}"), Some("key")).await;
    assert_eq!(read.json()["artifacts"], json!([]), "it is not over");
    session.hang_up().await;
    sleep(Duration::from_secs(8).div_f64(SPEED)).await;
    id
}

/// The artifacts of a session, each fetched without a key (9).
async fn artifacts(emulator: &Emulator, id: &str) -> Vec<(String, Reply)> {
    let read = get(emulator, &format!("/v1/sessions/{id}"), Some("key"))
        .await
        .json();
    let mut all = Vec::new();
    for artifact in read["artifacts"].as_array().unwrap() {
        let url = artifact["url"].as_str().unwrap();
        let path = url.strip_prefix(&emulator.agents_url()).unwrap();
        all.push((path.to_owned(), get(emulator, path, None).await));
    }
    all
}

#[tokio::test]
async fn what_is_kept_of_a_session_tells_its_turns_calls_and_times() {
    // Long enough to be interrupted on a machine that is busy.
    let long = "and a good deal more than that, ".repeat(40);
    let replies = json!([
        {"heard": ["search"], "calls": [{"name": "search", "arguments": {"topic": "sleep"}}, {"name": "flags"}],
         "results": [{"says": format!("Two places, {long}.")}]}]);
    let emulator = talk(&["Search for sleep.", "Stop."], replies).await;
    let id = kept(&emulator).await;
    let all = artifacts(&emulator, &id).await;
    let [(path, timeline), (_, metadata)] = all.as_slice() else {
        panic!("two artifacts")
    };
    assert_eq!(metadata.json()["session_id"], json!(id));
    let timeline = timeline.json();
    let change = json!({"system_prompt": "Be briefer."});
    assert_eq!(timeline["config_changes"][0]["session"], change);
    assert_eq!(timeline["ended"]["public_reason"], "client_end");
    let turns = timeline["turns"].as_array().unwrap();
    let triggers: Vec<_> = turns.iter().map(|turn| &turn["trigger"]).collect();
    assert_eq!(triggers, ["greeting", "user_speech", "tool_result"]);
    check_turns(&turns[0], &turns[1], &turns[2]);

    let deleted = format!("/v1/sessions/{id}");
    http(&emulator, "DELETE", &deleted, Some("key"), "").await;
    assert_eq!(get(&emulator, path, None).await.status, 404);
}

fn check_turns(greeting: &Value, tools: &Value, answer: &Value) {
    assert_eq!(
        (&greeting["agent_text"], &greeting["status"]),
        (&json!("Hello."), &json!("completed"))
    );
    assert_eq!(greeting["time_to_first_audio_ms"], 250);
    assert!(greeting.get("tool_calls").is_none());
    assert_eq!(tools["user_transcript"], "Search for sleep.");
    let spoke = |name: &str| tools[name].as_u64().unwrap();
    let length = spoke("user_speech_ended_at_ms") - spoke("user_speech_started_at_ms");
    assert!((1300..1700).contains(&length), "{length}");
    assert_eq!(tools["time_to_first_audio_ms"], Value::Null);
    let [search, flags] = tools["tool_calls"].as_array().unwrap().as_slice() else {
        panic!("two calls")
    };
    assert_eq!(search["arguments"], json!({"topic": "sleep"}));
    assert_eq!(search["result"], json!({"hits": 2}));
    assert!(search["is_error"] == false && flags["is_error"] == true);
    assert!(search["parallel_call_id"].is_string());
    assert_eq!(search["parallel_call_id"], flags["parallel_call_id"]);
    assert_eq!(answer["status"], "interrupted");
    assert!(answer["agent_text"].as_str().unwrap().starts_with("Two"));
}
