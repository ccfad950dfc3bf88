//! `voice-agent.md`: the start of sessions, and errors.

use std::time::Duration;

use serde_json::json;
use therapy_scribe_emulator::{AgentFault, AgentFaultKind, AgentQuirk, AgentRefusal};
use tokio::time::sleep;

use crate::{
    clients::SPEED,
    talking::{End, Talk, agent, between, of, types},
};

// Appendix A, start
#[tokio::test]
async fn a_session_starts_in_its_order_and_the_orders_that_are_told_of() {
    for (quirk, kinds) in [
        (None, ["session.updated", "session.ready", "reply.started"]),
        (
            Some(AgentQuirk::ReadyOnly),
            ["session.ready", "reply.started", "transcript.agent"],
        ),
        (
            Some(AgentQuirk::ReadyBeforeUpdated),
            ["session.ready", "reply.started", "session.updated"],
        ),
        (
            Some(AgentQuirk::StartsAfter(Duration::from_secs(12))),
            ["session.updated", "session.ready", "reply.started"],
        ),
    ] {
        let emulator = agent(&json!({})).agent_quirks(quirk).start().await.unwrap();
        let mut talk = Talk::connect(&emulator).await;
        talk.update(json!({"greeting": "Hi."})).await;
        talk.until("reply.done").await;
        assert_eq!(talk.types()[..3], kinds);
    }
}

// 1.4, 7.1
#[tokio::test]
async fn what_goes_wrong_at_the_start_is_told_by_its_code() {
    for (refusal, code) in [
        (AgentRefusal::Forbidden, "forbidden"),
        (AgentRefusal::AtCapacity, "at_capacity"),
        (AgentRefusal::InitFailed, "agent_init_failed"),
        (AgentRefusal::Timeout, "agent_timeout"),
    ] {
        let fault = AgentFault::on_open(0, AgentFaultKind::Refuse(refusal));
        let emulator = agent(&json!({}))
            .agent_faults([fault])
            .start()
            .await
            .unwrap();
        let mut talk = Talk::connect(&emulator).await;
        talk.update(json!({})).await;
        assert_eq!(talk.end().await.refusal(), code);
        Talk::begin(&emulator, json!({})).await;
    }
}

// 1.5: a connection that is gone without `session.end` counts for 30 s.
#[tokio::test]
async fn sessions_are_counted_and_one_that_waits_to_be_resumed_counts() {
    let emulator = agent(&json!({}))
        .agent_quirks([AgentQuirk::AtMost(1)])
        .start()
        .await
        .unwrap();
    drop(Talk::begin(&emulator, json!({})).await);
    let mut second = Talk::connect(&emulator).await;
    second.update(json!({})).await;
    assert_eq!(second.end().await.refusal(), "concurrency_exceeded");
    sleep(Duration::from_secs(40).div_f64(SPEED)).await;
    assert_eq!(
        Talk::begin(&emulator, json!({})).await.hang_up().await.code,
        Some(1000)
    );
    Talk::begin(&emulator, json!({})).await;
}

// 1.4
#[tokio::test]
async fn nothing_is_taken_before_the_session_is_ready() {
    let slow = AgentQuirk::StartsAfter(Duration::from_secs(20));
    let emulator = agent(&json!({}))
        .agent_quirks([slow])
        .start()
        .await
        .unwrap();
    let mut talk = Talk::connect(&emulator).await;
    talk.send(json!({"type": "input.audio", "audio": "AAAA"}))
        .await;
    talk.send(json!({"type": "reply.create"})).await;
    assert_eq!(
        talk.next().await.unwrap()["code"],
        "invalid_format",
        "not the first message"
    );
    talk.update(json!({})).await;
    talk.send(json!({"type": "input.audio", "audio": "AAAA"}))
        .await;
    talk.until("session.ready").await;
    assert_eq!(emulator.agent_sessions()[0].untimely_audio, 1);
}

// 2, 7.1: what is wrong with a message ends nothing.
#[tokio::test]
async fn wrong_messages_are_told_and_the_session_stays() {
    let slow = AgentQuirk::StartsAfter(Duration::from_secs(20));
    let emulator = agent(&json!({}))
        .agent_quirks([slow])
        .start()
        .await
        .unwrap();
    let mut talk = Talk::begin(&emulator, json!({})).await;
    for (message, code) in [
        (json!({"type": "Terminate"}), "invalid_format"),
        (json!({"no": "type"}), "invalid_format"),
        (json!({"type": "input.audio"}), "invalid_format"),
        (
            json!({"type": "input.audio", "audio": "A*=="}),
            "invalid_audio",
        ),
        (
            json!({"type": "tool.result", "call_id": "x", "result": {}}),
            "invalid_format",
        ),
        (
            json!({"type": "conversation.message", "role": "agent", "content": "x"}),
            "invalid_format",
        ),
        (
            json!({"type": "conversation.message", "role": "user", "content": []}),
            "invalid_format",
        ),
        (json!({"type": "reply.cancel"}), "invalid_format"),
        (
            json!({"type": "session.update", "session": {"agent_id": "agent_1"}}),
            "agent_id_not_first",
        ),
    ] {
        talk.send(message.clone()).await;
        let error = talk.next().await.unwrap();
        assert_eq!(
            (&error["type"], &error["code"]),
            (&json!("session.error"), &json!(code)),
            "{message}"
        );
    }
    talk.send(json!({"type": "conversation.message", "role": "system", "content": "x"}))
        .await;
    let ended = talk.hang_up().await;
    assert_eq!(
        types(&ended.events).len(),
        12,
        "and no event for the message"
    );
}

// 7.2
#[tokio::test]
async fn faults_of_the_service_end_connections_in_their_ways() {
    let stall = AgentFaultKind::Stall(Duration::from_secs(20));
    for (kind, code, last) in [
        (AgentFaultKind::Close(1011), Some(1011), "session.ready"),
        (AgentFaultKind::InternalError, Some(1011), "session.error"),
        (AgentFaultKind::Expire, Some(1008), "session.error"),
        (AgentFaultKind::Reset, None, "session.ready"),
    ] {
        let fault = AgentFault::on_open(0, kind);
        let emulator = agent(&json!({}))
            .agent_faults([fault])
            .start()
            .await
            .unwrap();
        let End {
            events,
            code: found,
        } = Talk::begin(&emulator, json!({})).await.end().await;
        assert_eq!(
            (found, types(&events).last()),
            (code, Some(&last)),
            "{kind:?}"
        );
        assert_eq!(emulator.agent_sessions()[0].faults, [kind]);
    }
    let later = AgentFault::on_open(0, stall).delayed(Duration::from_secs(1));
    let surprise =
        AgentFault::on_open(0, AgentFaultKind::UnknownEvent).delayed(Duration::from_secs(2));
    let emulator = agent(&json!({}))
        .agent_faults([later, surprise])
        .start()
        .await
        .unwrap();
    let mut talk = Talk::begin(&emulator, json!({})).await;
    let began = std::time::Instant::now();
    let event = talk.until("session.health").await;
    assert!(
        began.elapsed() > Duration::from_secs(15).div_f64(SPEED),
        "held back"
    );
    assert!(
        between(&talk.events[1], &event) < 2100.0,
        "and was due before"
    );
}

#[tokio::test]
async fn a_connection_that_only_the_client_knows_to_be_dead_is_taken_over() {
    let fault = AgentFault::on_open(0, AgentFaultKind::HalfOpen);
    let emulator = agent(&json!({}))
        .agent_faults([fault])
        .start()
        .await
        .unwrap();
    let mut dead = Talk::begin(&emulator, json!({})).await;
    let id = dead.events[1]["session_id"].clone();
    let silence = tokio::time::timeout(Duration::from_millis(50), dead.next()).await;
    assert!(silence.is_err());
    let mut second = Talk::connect(&emulator).await;
    second
        .send(json!({"type": "session.resume", "session_id": id}))
        .await;
    second.until("session.ready").await;
    let mut third = Talk::connect(&emulator).await;
    third
        .send(json!({"type": "session.resume", "session_id": id}))
        .await;
    third.until("session.ready").await;
    assert_eq!(second.end().await.code, None, "the last one has it");
}

#[tokio::test]
async fn what_prints_of_a_talk_shows_no_content() {
    let dialogue = json!({"utterances": [{"text": "CANARY"}], "replies": [{"heard": ["canary"], "says": "CANARY",
        "calls": [{"name": "x", "arguments": {"a": "CANARY"}}]}]});
    let emulator = agent(&dialogue).start().await.unwrap();
    let mut talk = Talk::begin(
        &emulator,
        json!({"system_prompt": "CANARY", "greeting": "CANARY"}),
    )
    .await;
    talk.say().await;
    let call = talk.until("tool.call").await;
    talk.result(&call, json!("CANARY")).await;
    let log = emulator.agent_sessions().remove(0);
    let printed = format!("{emulator:?} {log:?} {:?}", agent(&dialogue));
    assert!(!printed.contains("CANARY"), "{printed}");
    assert_eq!(
        log.received[0].0["session"]["system_prompt"], "CANARY",
        "tests can look"
    );
    assert!(!of(&talk.events, "reply.audio").is_empty() && log.audio_ms == 4000);
}

#[tokio::test]
async fn a_stop_ends_talks_too() {
    let emulator = agent(&json!({})).start().await.unwrap();
    let talk = Talk::begin(&emulator, json!({})).await;
    let (ended, ()) = tokio::join!(talk.end(), emulator.stop());
    assert_eq!(ended.code, Some(1001));
}
