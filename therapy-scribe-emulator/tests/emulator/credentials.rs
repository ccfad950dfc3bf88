//! `voice-agent.md`: credentials, tokens, and the history over HTTP.

use std::time::Duration;

use serde_json::{Value, json};
use therapy_scribe_emulator::AgentQuirk;
use tokio::time::sleep;
use tokio_tungstenite::{
    client_async,
    tungstenite::{Error, client::IntoClientRequest},
};

use crate::{
    clients::{SPEED, connect, get, http},
    talking::{Talk, agent},
};

// 1.2
#[tokio::test]
async fn a_credential_is_a_key_in_the_header_or_a_token() {
    let emulator = agent(&json!({})).api_key("right").start().await.unwrap();
    let path =
        "/v1/token?expires_in_seconds=60&max_session_duration_seconds=60&product=voice_agent";
    let minted = get(&emulator, path, Some("Bearer right")).await.json();
    assert_eq!(minted["expires_in_seconds"], 60);
    let token = minted["token"].as_str().unwrap();
    assert!(token.len() > 2500);
    let in_query = format!("token={token}");
    let in_header = format!("Bearer {token}");
    for (query, key) in [
        ("", Some("Bearer right")),
        ("", Some("right")),
        (in_query.as_str(), None),
        // One token opens several sessions.
        (in_query.as_str(), None),
        ("", Some(in_header.as_str())),
    ] {
        let mut talk = Talk::connect_with(&emulator, query, key).await;
        talk.update(json!({})).await;
        talk.until("session.ready").await;
    }
    for (query, key) in [
        ("", None),
        ("", Some("Bearer wrong")),
        ("token=made-up", None),
        ("token=right", None),
    ] {
        let refused = Talk::connect_with(&emulator, query, key).await.end().await;
        assert_eq!(refused.refusal(), "unauthorized");
        let error = &refused.events[0];
        assert_eq!(error["message"], "Authentication failed");
        assert_eq!(
            (&error["session_id"], &error["param"]),
            (&Value::Null, &Value::Null)
        );
    }
}

// 1.2, appendix A
#[tokio::test]
async fn a_bad_credential_may_be_told_by_a_status_or_not_at_all() {
    let emulator = agent(&json!({}))
        .agent_quirks([AgentQuirk::RefusesSilently])
        .start()
        .await
        .unwrap();
    assert_eq!(
        Talk::connect_with(&emulator, "", None)
            .await
            .end()
            .await
            .code,
        None
    );
    let emulator = agent(&json!({}))
        .agent_quirks([AgentQuirk::RefusesByStatus])
        .start()
        .await
        .unwrap();
    let url = format!(
        "{}/v1/ws",
        emulator.agents_url().replace("http://", "ws://")
    );
    let refused = client_async(url.into_client_request().unwrap(), connect(&emulator).await).await;
    assert!(matches!(refused, Err(Error::Http(response)) if response.status() == 401));
}

// 1.3
#[tokio::test]
async fn tokens_are_refused_as_measured() {
    let emulator = agent(&json!({})).api_key("right").start().await.unwrap();
    let good = "/v1/token?expires_in_seconds=60";
    let missing = get(&emulator, good, None).await;
    assert_eq!(
        (missing.status, &missing.json()["detail"][0]["type"]),
        (422, &json!("missing"))
    );
    let wrong = get(&emulator, good, Some("Bearer wrong")).await;
    assert_eq!(
        (wrong.status, wrong.json()),
        (404, json!({"detail": "Invalid API key"}))
    );
    let short = "/v1/token?expires_in_seconds=60&max_session_duration_seconds=30";
    let short = get(&emulator, short, Some("right")).await;
    let detail = &short.json()["detail"][0];
    assert_eq!(
        (short.status, &detail["ctx"], &detail["input"]),
        (422, &json!({"ge": 60}), &json!("30"))
    );
    let post = http(
        &emulator,
        "POST",
        "/v1/tokens",
        Some("right"),
        r#"{"expires_in_seconds":30}"#,
    )
    .await;
    assert!(post.json()["expires_at"].as_str().unwrap().ends_with('Z'));
    let post = http(
        &emulator,
        "POST",
        "/v1/tokens",
        Some("right"),
        r#"{"expires_in_seconds":601}"#,
    )
    .await;
    assert_eq!(post.status, 422);
}

// 1.3
#[tokio::test]
async fn a_token_expires() {
    let emulator = agent(&json!({})).start().await.unwrap();
    let minted = get(&emulator, "/v1/token?expires_in_seconds=1", Some("key"))
        .await
        .json();
    sleep(Duration::from_secs(2).div_f64(SPEED)).await;
    let query = format!("token={}", minted["token"].as_str().unwrap());
    assert_eq!(
        Talk::connect_with(&emulator, &query, None)
            .await
            .end()
            .await
            .refusal(),
        "unauthorized"
    );
}

// 9, 7.3
#[tokio::test]
async fn the_history_is_listed_read_and_deleted_by_its_owner() {
    let emulator = agent(&json!({}))
        .agent_quirks([AgentQuirk::Busy(1)])
        .start()
        .await
        .unwrap();
    let mut ids = Vec::new();
    for _ in 0..3 {
        let talk = Talk::begin(&emulator, json!({"system_prompt": "P"})).await;
        ids.push(talk.events[1]["session_id"].as_str().unwrap().to_owned());
        talk.hang_up().await;
    }
    let busy = get(&emulator, "/v1/sessions", Some("key")).await;
    assert_eq!((busy.status, busy.header("retry-after")), (429, Some("1")));
    let page = get(&emulator, "/v1/sessions?limit=2", Some("Bearer key"))
        .await
        .json();
    let newest = &page["sessions"][0];
    assert_eq!(
        (newest["id"].as_str(), &newest["status"]),
        (Some(ids[2].as_str()), &json!("completed"))
    );
    assert_eq!(newest["public_close_reason"], "client_end");
    assert!(newest["duration_seconds"].as_f64().unwrap() > 0.5);
    assert_eq!(page["has_more"], true);
    let next = page["response_metadata"]["next_cursor"].as_str().unwrap();
    let page = get(
        &emulator,
        &format!("/v1/sessions?limit=2&cursor={next}"),
        Some("key"),
    )
    .await
    .json();
    assert_eq!(
        (page["sessions"][0]["id"].as_str(), &page["has_more"]),
        (Some(ids[0].as_str()), &json!(false))
    );
    let path = format!("/v1/sessions/{}", ids[1]);
    let read = get(&emulator, &path, Some("key")).await.json();
    assert_eq!(
        (&read["config"]["system_prompt"], &read["artifacts"]),
        (&json!("P"), &json!([]))
    );
    for (method, key, status) in [
        ("GET", None, 401),
        ("GET", Some("another"), 404),
        ("DELETE", Some("another"), 404),
        ("DELETE", Some("key"), 204),
        ("GET", Some("key"), 404),
        ("DELETE", Some("key"), 404),
    ] {
        let answer = http(&emulator, method, &path, key, "").await;
        assert_eq!(answer.status, status, "{method} {key:?}");
        assert_eq!(answer.text.is_empty(), status == 204);
    }
    let refused = get(&emulator, "/v1/sessions?limit=201", Some("key")).await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (422, &json!("validation_error"))
    );
}
