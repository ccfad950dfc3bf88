//! `voice-agent.md`: what is odd about the service's events, replies and calls.

use std::time::Duration;

use serde_json::{Value, json};
use therapy_scribe_emulator::{AgentFault, AgentFaultKind, AgentQuirk};

use crate::talking::{Talk, agent, base64, between, broken, loudest, of, types, unbase64};

#[tokio::test]
async fn s14_unknown_events_and_all_that_is_odd_about_events() {
    let dialogue = json!({"utterances": [{"text": "Go."}], "replies": [{"says": "Gone."}]});
    let quirks = [
        AgentQuirk::UnknownEvents,
        AgentQuirk::ExtraFields,
        AgentQuirk::NoItemIds,
        AgentQuirk::NoReplyIds,
        AgentQuirk::IsoTimestamps,
        AgentQuirk::ErrorAlias,
        AgentQuirk::UpperCaseCodes,
        AgentQuirk::FinalAfterReply,
        AgentQuirk::NoStatus,
        AgentQuirk::NoResumeTokens,
        AgentQuirk::OddTail,
        AgentQuirk::FrameBytes(2400),
    ];
    let emulator = agent(&dialogue).agent_quirks(quirks).start().await.unwrap();
    let mut talk = Talk::begin(&emulator, json!({})).await;
    talk.send(json!({"type": "Terminate"})).await;
    let error = talk.until("error").await;
    assert_eq!(
        (&error["error_code"], &error["code"]),
        (&json!("INVALID_FORMAT"), &Value::Null)
    );
    talk.say().await;
    talk.until("reply.done").await;
    let kinds = [
        "input.speech.stopped",
        "session.health",
        "reply.started",
        "transcript.user",
    ];
    let seen = talk.types();
    assert!(seen.windows(4).any(|four| four == kinds), "{seen:?}");
    for event in &talk.events {
        assert!(event.get("item_id").is_none() && event["trace"].is_object());
        assert!(event["timestamp"].as_str().unwrap().ends_with('Z'));
    }
    assert_eq!(of(&talk.events, "session.ready")[0]["resume_token"], "");
    assert!(of(&talk.events, "reply.done")[0].get("status").is_none());
    let audio = of(&talk.events, "reply.audio");
    assert!(audio.iter().all(|a| a.get("reply_id").is_none()));
    assert_eq!(audio[0]["data"].as_str().unwrap().len(), 3200);
    assert_eq!(
        audio.last().unwrap()["data"].as_str().unwrap().len(),
        324,
        "241 bytes"
    );
}

// O12: too early an end of turn, a text that nobody heard, and one turn of both halves.
#[tokio::test]
async fn s16_a_transcript_that_was_not_spoken() {
    let dialogue = json!({
        "utterances": [{"text": "Draft a note and", "silence_ms": 800}, {"text": "mention the diary.", "continues": true}],
        "replies": [{"heard": ["diary"], "says": "With the diary."},
            {"says": "What should be in it?", "manner": "unspoken"}]});
    let emulator = agent(&dialogue).start().await.unwrap();
    let mut talk = Talk::begin(&emulator, json!({})).await;
    talk.audio(&[100, 1500, 1100, 1500, 2400]).await;
    assert_eq!(talk.reply().await, "What should be in it?");
    assert_eq!(loudest(&talk.events), 0);
    assert_eq!(
        of(&talk.events, "transcript.agent")[0]["interrupted"],
        false
    );
    assert_eq!(talk.reply().await, "With the diary.");
    let said = of(&talk.events, "transcript.user");
    assert_eq!(said[1]["text"], "Draft a note and mention the diary.");
}

#[tokio::test]
async fn s17_a_silent_reply_and_one_that_fails() {
    let faults = [
        AgentFault::on_open(0, AgentFaultKind::SilentReply),
        AgentFault::after("reply.done", 1, AgentFaultKind::ReplyError),
    ];
    let replies = json!([{"says": "One."}, {"says": "Two."}, {"says": "Three.", "manner": "retryable_error"}]);
    let emulator = broken(&["a.", "b.", "c."], replies, faults).await;
    let mut talk = Talk::begin(&emulator, json!({})).await;
    talk.say().await;
    let done = talk.until("reply.done").await;
    assert_eq!(
        (&done["status"], loudest(&talk.events)),
        (&json!("completed"), 0)
    );
    assert!(
        of(&talk.events, "transcript.agent").is_empty()
            && !of(&talk.events, "reply.audio").is_empty()
    );
    talk.say().await;
    assert_eq!(talk.until("reply.error").await["retryable"], false);
    talk.say().await;
    assert_eq!(talk.until("reply.error").await["retryable"], true);
    assert_eq!(talk.until("reply.done").await["status"], "failed");
    assert_eq!(
        of(&talk.events, "reply.done").len(),
        2,
        "nothing came after the first error"
    );
}

// 2.5, appendix A, end.
#[tokio::test]
async fn a_hang_up_that_is_not_answered_as_it_should_be() {
    let emulator = agent(&json!({}))
        .agent_quirks([AgentQuirk::EndsUnsaid])
        .start()
        .await
        .unwrap();
    let ended = Talk::begin(&emulator, json!({})).await.hang_up().await;
    assert_eq!((ended.code, types(&ended.events).len()), (Some(1000), 2));
    let emulator = agent(&json!({}))
        .agent_quirks([AgentQuirk::NeverEnds])
        .start()
        .await
        .unwrap();
    let mut talk = Talk::begin(&emulator, json!({})).await;
    talk.send(json!({"type": "session.end"})).await;
    let silence = tokio::time::timeout(Duration::from_millis(50), talk.next()).await;
    assert!(silence.is_err(), "five seconds, and nothing");
}

// I19, 4.4, 4.7, O2
#[tokio::test]
async fn calls_come_in_every_shape_that_is_told_of() {
    let replies = json!([{"calls": [
        {"name": "a", "arguments": "{\"topic\":\"sleep\"}"},
        {"name": "b", "arguments": null},
        {"name": "c", "manner": "bare"},
        {"name": "d", "arguments": {"x": 1}, "manner": "args"},
        {"name": "e", "manner": "twice"}]}]);
    let emulator = broken(&["Go."], replies, []).await;
    let mut talk = Talk::begin(&emulator, json!({})).await;
    talk.say().await;
    let mut calls = Vec::new();
    for _ in 0..6 {
        calls.push(talk.until("tool.call").await);
    }
    assert_eq!(calls[0]["arguments"], r#"{"topic":"sleep"}"#);
    assert_eq!(
        (calls[1].get("arguments"), calls[2].get("arguments")),
        (Some(&Value::Null), None)
    );
    assert_eq!(
        (&calls[3]["args"], calls[3].get("arguments")),
        (&json!({"x": 1}), None)
    );
    assert_eq!(calls[4]["call_id"], calls[5]["call_id"]);
    for call in &calls[..5] {
        talk.result(call, json!({})).await;
    }
    talk.until("reply.done").await;
    assert_eq!(talk.reply().await, "Done. Done. Done. Done. Done.");
}

#[tokio::test]
async fn a_call_comes_after_its_reply_and_one_of_the_platforms_own_needs_no_result() {
    let replies = json!([
        {"calls": [{"name": "late", "manner": "after_done"}], "results": [{"says": "Late."}]},
        {"calls": [{"name": "web", "manner": "informational"}], "results": [{"says": "From the web."}]}]);
    let dialogue = json!({"utterances": [{"text": "a."}, {"text": "b."}], "replies": replies});
    let emulator = agent(&dialogue)
        .agent_quirks([AgentQuirk::RefusesResults])
        .start()
        .await
        .unwrap();
    let mut talk = Talk::begin(&emulator, json!({})).await;
    let web = of(&talk.events, "session.ready")[0]["config"]["tools"][0].clone();
    assert!(web["name"] == "web" && web["http"].is_object());
    talk.say().await;
    talk.until("reply.done").await;
    let call = talk.until("tool.call").await;
    talk.result(&call, json!({})).await;
    assert_eq!(talk.reply().await, "Late.");
    talk.result(&call, json!({})).await;
    assert_eq!(
        talk.until("session.error").await["code"],
        "invalid_value",
        "answered before"
    );
    talk.say().await;
    talk.until("tool.call").await;
    talk.until("reply.done").await;
    assert_eq!(talk.reply().await, "From the web.");
}

// 4.2: in late September the silent reply was shorter.
#[tokio::test]
async fn the_silent_reply_may_be_short_and_a_reply_may_be_cancelled() {
    let dialogue =
        json!({"utterances": [{"text": "Go."}], "replies": [{"calls": [{"name": "x"}]}]});
    let quirks = [
        AgentQuirk::PreambleOf(Duration::from_millis(400)),
        AgentQuirk::Cancels,
        AgentQuirk::LeadingSilence(Duration::from_secs(20)),
    ];
    let emulator = agent(&dialogue)
        .speed(10.0)
        .agent_quirks(quirks)
        .start()
        .await
        .unwrap();
    let mut talk = Talk::begin(&emulator, json!({})).await;
    talk.say().await;
    let call = talk.until("tool.call").await;
    let done = talk.until("reply.done").await;
    assert!((between(&call, &done) - 400.0).abs() <= 20.0);
    talk.result(&call, json!({})).await;
    let id = talk.until("reply.started").await["reply_id"].clone();
    talk.send(json!({"type": "reply.cancel", "reply_id": id}))
        .await;
    assert_eq!(talk.until("reply.done").await["status"], "cancelled");
}

// Section 5: telephone audio.
#[tokio::test]
async fn telephone_audio_is_heard_and_spoken() {
    for (encoding, voice, silence) in [("audio/pcmu", 0x20, 0xff), ("audio/pcma", 0x20, 0xd5)] {
        let emulator = broken(&["Go."], json!([{"says": "Gone."}]), []).await;
        let format = json!({"encoding": encoding});
        let session = json!({"input": {"format": format}, "output": {"format": format}});
        let mut talk = Talk::begin(&emulator, session).await;
        let mut audio = vec![silence; 800];
        audio.extend(std::iter::repeat_n([voice, voice ^ 0x80], 4000).flatten());
        audio.extend(std::iter::repeat_n(silence, 20_000));
        talk.send(json!({"type": "input.audio", "audio": base64(&audio)}))
            .await;
        assert_eq!(talk.reply().await, "Gone.");
        let frames = of(&talk.events, "reply.audio");
        assert_eq!(
            unbase64(frames[0]["data"].as_str().unwrap()),
            vec![silence; 300]
        );
    }
}

#[test]
fn faults_by_chance_are_the_seeds() {
    let faults = AgentFault::random(7, 20, 600_000);
    assert_eq!(faults, AgentFault::random(7, 20, 600_000));
    assert_ne!(faults, AgentFault::random(8, 20, 600_000));
    assert_eq!(faults.len(), 20);
}
