//! `voice-agent.md`, appendix A: the scenarios of connections, refusals, expiry and odd replies.

use std::time::Duration;

use serde_json::{Value, json};
use therapy_scribe_emulator::{AgentFault, AgentFaultKind, AgentQuirk, AgentRefusal, Emulator};
use tokio::time::sleep;

use crate::{
    clients::SPEED,
    talking::{Talk, agent, base64, between, broken, of, talk, tool},
};

const LONG: &str =
    "This is a long answer that goes on and on until the connection is gone in the middle.";

async fn resume(emulator: &Emulator, id: &Value) -> Talk {
    let mut talk = Talk::connect(emulator).await;
    talk.send(json!({"type": "session.resume", "session_id": id}))
        .await;
    talk
}

/// The talk until the connection is gone, and the session's id.
async fn lost(talk: Talk) -> (Vec<Value>, Value) {
    let id = of(&talk.events, "session.ready")[0]["session_id"].clone();
    let ended = talk.end().await;
    assert_eq!(ended.code, None);
    (ended.events, id)
}

#[tokio::test]
async fn s10_a_drop_in_a_reply_and_a_resume() {
    let drop = AgentFault::after("reply.audio", 100, AgentFaultKind::Drop);
    let emulator = broken(
        &["Read it.", "Go on."],
        json!([{"says": LONG}, {"says": "Gladly."}]),
        [drop],
    )
    .await;
    let mut first = Talk::begin(&emulator, json!({})).await;
    first.say().await;
    let (events, id) = lost(first).await;
    assert_eq!(
        (
            of(&events, "reply.audio").len(),
            of(&events, "reply.done").len()
        ),
        (100, 0)
    );
    let mut second = resume(&emulator, &id).await;
    let ready = second.until("session.ready").await;
    assert_eq!(ready["session_id"], id);
    let tokens = [
        &of(&events, "session.ready")[0]["resume_token"],
        &ready["resume_token"],
    ];
    assert_ne!(tokens[0], tokens[1]);
    assert_eq!(second.types(), ["session.ready"], "nothing is repeated");
    second.say().await;
    assert_eq!(second.reply().await, "Gladly.");
    let log = &emulator.agent_sessions()[0];
    assert_eq!((log.resumes, log.closed.as_slice()), (1, &[1006][..]));
}

// Section 6, open tool calls.
#[tokio::test]
async fn a_call_stays_answerable_over_a_drop() {
    let replies =
        json!([{"calls": [{"name": "draft"}], "results": [{"says": "It is on screen."}]}]);
    let drop = AgentFault::after("tool.call", 1, AgentFaultKind::Drop);
    let emulator = broken(&["Draft it."], replies, [drop]).await;
    let mut first = Talk::begin(&emulator, json!({"tools": [tool("draft")]})).await;
    first.say().await;
    let (events, id) = lost(first).await;
    let call = of(&events, "tool.call")[0].clone();
    let token = of(&events, "session.ready")[0]["resume_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut second = Talk::connect_with(&emulator, "", Some(&format!("Bearer {token}"))).await;
    second
        .send(json!({"type": "session.resume", "session_id": id}))
        .await;
    second.until("session.ready").await;
    second.result(&call, json!({"status": "ok"})).await;
    assert_eq!(second.reply().await, "It is on screen.");
}

#[tokio::test]
async fn s11_a_drop_of_more_than_thirty_seconds() {
    let drop = AgentFault::on_open(0, AgentFaultKind::Drop);
    let emulator = broken(&[], json!([]), [drop]).await;
    let (_, id) = lost(Talk::begin(&emulator, json!({})).await).await;
    sleep(Duration::from_secs(31).div_f64(SPEED)).await;
    assert_eq!(
        resume(&emulator, &id).await.end().await.refusal(),
        "session_not_found"
    );
    let fresh = Talk::begin(&emulator, json!({})).await;
    assert_ne!(fresh.events.last().unwrap()["session_id"], id);
}

#[tokio::test]
async fn what_may_not_be_resumed_is_told() {
    let drops = AgentFault::on_open(0, AgentFaultKind::Drop);
    let refusal = AgentFaultKind::Refuse(AgentRefusal::SessionExpired);
    let emulator = broken(&[], json!([]), [drops, AgentFault::on_open(1, refusal)]).await;
    let (_, id) = lost(Talk::begin(&emulator, json!({})).await).await;
    assert_eq!(
        resume(&emulator, &id).await.end().await.refusal(),
        "session_expired",
        "by order"
    );
    let mut other = Talk::connect_with(&emulator, "", Some("another")).await;
    other
        .send(json!({"type": "session.resume", "session_id": id}))
        .await;
    assert_eq!(other.end().await.refusal(), "session_forbidden");
    let made_up = json!("sess_0123456789abcdef0123456789abcdef");
    assert_eq!(
        resume(&emulator, &made_up).await.end().await.refusal(),
        "session_not_found"
    );
    let mut again = resume(&emulator, &id).await;
    again.until("session.ready").await;
    assert_eq!(again.hang_up().await.code, Some(1000));
    assert_eq!(
        resume(&emulator, &id).await.end().await.refusal(),
        "session_not_found",
        "ended is ended"
    );
}

#[tokio::test]
async fn s12_a_first_update_that_is_fatal() {
    let emulator = talk(&[], json!([])).await;
    for (session, code, param) in [
        (
            json!({"output": {"voice": "ivy"}}),
            "invalid_value",
            "output.voice",
        ),
        (
            json!({"agent_id": "agent_1"}),
            "agent_not_found",
            "agent_id",
        ),
        (json!({"llm": [{"model": "m"}]}), "invalid_value", "llm"),
        (json!({"greeting": null}), "invalid_format", "greeting"),
        (json!({"colour": "red"}), "invalid_format", "colour"),
    ] {
        let mut talk = Talk::connect(&emulator).await;
        talk.update(session).await;
        let ended = talk.end().await;
        assert_eq!(
            (ended.refusal(), &ended.events[0]["param"]),
            (code, &json!(param))
        );
    }
    assert!(emulator.agent_sessions().is_empty());
}

#[tokio::test]
async fn s13_a_field_that_may_not_change() {
    let emulator = talk(&[], json!([])).await;
    let mut talk = Talk::begin(&emulator, json!({"system_prompt": "One."})).await;
    talk.update(json!({"system_prompt": "Two.", "output": {"voice": "jane"}}))
        .await;
    let error = talk.until("session.error").await;
    assert_eq!(
        (&error["code"], &error["param"]),
        (&json!("immutable_field"), &json!("output.voice"))
    );
    talk.update(json!({"tools": [tool("x")], "system_prompt": "Three."}))
        .await;
    let config = talk.until("session.updated").await["config"].clone();
    assert_eq!(
        (&config["system_prompt"], &config["output"]["voice"]),
        (&json!("Three."), &json!("alba"))
    );
    assert_eq!(config["tools"][0]["timeout_seconds"], 120);
    assert_eq!(talk.hang_up().await.code, Some(1000));
}

#[tokio::test]
async fn s15_expiry_in_both_ways() {
    for (quirk, code, last) in [
        (None, 1008, "session.error"),
        (Some(AgentQuirk::EndsAtExpiry), 1000, "session.ended"),
    ] {
        let expires = AgentQuirk::ExpiresAfter(Duration::from_secs(60));
        let builder = agent(&json!({}))
            .agent_quirks([expires])
            .agent_quirks(quirk);
        let emulator = builder.start().await.unwrap();
        let talk = Talk::begin(&emulator, json!({})).await;
        let ready = talk.events.last().unwrap();
        let (at, id) = (
            ready["expires_at"].as_f64().unwrap(),
            ready["session_id"].clone(),
        );
        assert!((58.0..60.0).contains(&(at - ready["timestamp"].as_f64().unwrap())));
        let ended = talk.end().await;
        let end = ended.events.last().unwrap();
        assert_eq!((ended.code, &end["type"]), (Some(code), &json!(last)));
        assert!(between(&ended.events[1], end) > 59_000.0);
        assert_eq!(
            resume(&emulator, &id).await.end().await.refusal(),
            "session_expired"
        );
    }
}

#[tokio::test]
async fn s18_a_hang_up_while_a_result_is_ready() {
    let dialogue =
        json!({"utterances": [{"text": "Go."}], "replies": [{"calls": [{"name": "x"}]}]});
    // 100 ms for what comes after the end.
    let emulator = agent(&dialogue).speed(5.0).start().await.unwrap();
    let mut talk = Talk::begin(&emulator, json!({"tools": [tool("x")]})).await;
    talk.say().await;
    let call = talk.until("tool.call").await;
    talk.send(json!({"type": "session.end"})).await;
    talk.result(&call, json!({})).await;
    talk.send(json!({"type": "input.audio", "audio": ""})).await;
    let from = talk.events.len();
    let ended = talk.end().await;
    assert_eq!(
        (ended.code, ended.events.last().unwrap()["type"].as_str()),
        (Some(1000), Some("session.ended"))
    );
    assert!(
        of(&ended.events[from..], "reply.started").is_empty(),
        "no answer to the result"
    );
    assert_eq!(emulator.agent_sessions()[0].untimely_audio, 1);
}

#[tokio::test]
async fn s19_a_call_that_comes_twice() {
    let replies = json!([{"calls": [{"name": "x"}]}]);
    let emulator = broken(
        &["Go."],
        replies,
        [AgentFault::at(0, AgentFaultKind::DuplicateCall)],
    )
    .await;
    let mut talk = Talk::begin(&emulator, json!({"tools": [tool("x")]})).await;
    talk.say().await;
    let (first, second) = (talk.until("tool.call").await, talk.until("tool.call").await);
    assert_eq!(first["call_id"], second["call_id"]);
    talk.result(&first, json!({})).await;
    talk.result(&first, json!({})).await;
    talk.until("reply.done").await;
    assert_eq!(talk.reply().await, "Done.");
    let ended = talk.hang_up().await;
    assert!(
        of(&ended.events, "session.error").is_empty(),
        "the second result is not heard"
    );
}

// 1.5, I6
#[tokio::test]
async fn s20_a_burst_after_a_stall() {
    let emulator = Emulator::builder().speed(10.0).start().await.unwrap();
    let mut talk = Talk::begin(&emulator, json!({})).await;
    let zeros = base64(&vec![0; 48_000]);
    let second = json!({"type": "input.audio", "audio": zeros});
    sleep(Duration::from_millis(300)).await;
    let began = std::time::Instant::now();
    for _ in 0..30 {
        talk.send(second.clone()).await;
    }
    let error = talk.until("session.error").await;
    assert_eq!(error["code"], "audio_rate_violation");
    assert_eq!(talk.hang_up().await.code, Some(1000));
    let log = &emulator.agent_sessions()[0];
    assert_eq!(log.audio_ms + log.surplus_ms, 30_000);
    // A second ahead, another as machines are late, and the time of the burst: the stall before it counts for nothing.
    let most = 2000 + began.elapsed().as_millis() * 10;
    assert!(u128::from(log.audio_ms) <= most, "{log:?}");
}
