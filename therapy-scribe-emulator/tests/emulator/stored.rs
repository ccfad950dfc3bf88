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

#[tokio::test]
async fn what_is_kept_of_a_session_tells_its_turns_calls_and_times() {
    let replies = json!([
        {"heard": ["search"], "calls": [{"name": "search", "arguments": {"topic": "sleep"}}, {"name": "flags"}],
         "results": [{"says": "Two places, and one flag, and a good deal more than that to be told of."}]}]);
    let emulator = talk(&["Search for sleep.", "Stop."], replies).await;
    let config = json!({"greeting": "Hello.", "tools": [tool("search"), tool("flags")]});
    let mut session = Talk::begin(&emulator, config).await;
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
    let path = format!("/v1/sessions/{id}");
    let none = get(&emulator, &path, Some("key")).await.json();
    assert_eq!(none["artifacts"], json!([]), "it is not over");
    session.hang_up().await;
    sleep(Duration::from_secs(8).div_f64(SPEED)).await;
    let read = get(&emulator, &path, Some("key")).await.json();
    let kinds: Vec<_> = read["artifacts"].as_array().unwrap().iter().collect();
    assert_eq!(
        (&kinds[0]["type"], &kinds[1]["type"]),
        (&json!("timeline"), &json!("metadata"))
    );
    let origin = emulator.agents_url();
    let local = |artifact: &Value| {
        let url = artifact["url"].as_str().unwrap().to_owned();
        url.strip_prefix(&origin).unwrap().to_owned()
    };
    // 9: without a key.
    let timeline = get(&emulator, &local(kinds[0]), None).await.json();
    let turns = timeline["turns"].as_array().unwrap();
    let triggers: Vec<_> = turns
        .iter()
        .map(|turn| turn["trigger"].as_str().unwrap())
        .collect();
    assert_eq!(triggers, ["greeting", "user_speech", "tool_result"]);
    let [greeting, tools, answer] = turns.as_slice() else {
        panic!()
    };
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
    let calls = tools["tool_calls"].as_array().unwrap();
    assert_eq!(
        (&calls[0]["arguments"], &calls[0]["result"]),
        (&json!({"topic": "sleep"}), &json!({"hits": 2}))
    );
    assert_eq!(
        (&calls[0]["is_error"], &calls[1]["is_error"]),
        (&json!(false), &json!(true))
    );
    assert!(
        calls[0]["parallel_call_id"].is_string()
            && calls[0]["parallel_call_id"] == calls[1]["parallel_call_id"]
    );
    assert_eq!(answer["status"], "interrupted");
    assert!(answer["agent_text"].as_str().unwrap().starts_with("Two"));
    assert_eq!(
        timeline["config_changes"][0]["session"],
        json!({"system_prompt": "Be briefer."})
    );
    assert_eq!(timeline["ended"]["public_reason"], "client_end");
    let metadata = get(&emulator, &local(kinds[1]), None).await.json();
    assert_eq!(metadata["session_id"], json!(id));

    http(&emulator, "DELETE", &path, Some("key"), "").await;
    assert_eq!(get(&emulator, &local(kinds[0]), None).await.status, 404);
}
