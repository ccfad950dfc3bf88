//! `voice-agent.md`: chains of calls, time limits, holds, back-channels and created replies.

use serde_json::json;

use crate::talking::{Talk, agent, between, of, talk, tool};

// 4.4
#[tokio::test]
async fn a_chain_of_calls_is_a_chain_of_silent_replies() {
    let replies = json!([{"calls": [{"name": "a"}], "results": [
        {"tool": "a", "calls": [{"name": "b"}], "results": [{"says": "Both are done."}]}]}]);
    let emulator = talk(&["Do both."], replies).await;
    let mut talk = Talk::begin(&emulator, json!({"tools": [tool("a"), tool("b")]})).await;
    talk.say().await;
    for name in ["a", "b"] {
        let call = talk.until("tool.call").await;
        assert_eq!(call["name"], name);
        talk.result(&call, json!({})).await;
    }
    assert_eq!(
        (talk.reply().await, talk.reply().await),
        (String::new(), "Both are done.".to_owned())
    );
}

// 4.5
#[tokio::test]
async fn a_tool_that_takes_too_long_is_apologised_for_and_its_result_is_not_heard() {
    let replies = json!([{"calls": [{"name": "slow"}],
        "results": [{"given": {"status": "timed_out"}, "says": "That took too long."}]}]);
    let emulator = talk(&["Go."], replies).await;
    let mut slow = tool("slow");
    slow["timeout_seconds"] = json!(5);
    let mut talk = Talk::begin(&emulator, json!({"tools": [slow]})).await;
    talk.say().await;
    let call = talk.until("tool.call").await;
    talk.until("reply.done").await;
    let apology = talk.until("reply.started").await;
    assert!(
        (between(&call, &apology) - 5050.0).abs() <= 30.0,
        "{}",
        between(&call, &apology)
    );
    assert_eq!(talk.reply().await, "That took too long.");
    talk.result(&call, json!({})).await;
    talk.audio(&[5000]).await;
    let ended = talk.hang_up().await;
    assert_eq!(of(&ended.events, "reply.started").len(), 2);
    assert!(of(&ended.events, "session.error").is_empty());
}

// 4.3, O13
#[tokio::test]
async fn in_a_hold_nothing_is_said_but_instructions_and_transcripts_wait() {
    let replies =
        json!([{"heard": ["save"], "calls": [{"name": "save"}], "results": [{"says": "Saved."}]}]);
    let emulator = talk(&["Save it.", "And one more thing."], replies).await;
    let mut save = tool("save");
    save["execution_mode"] = json!("hold");
    let mut talk = Talk::begin(&emulator, json!({"tools": [save]})).await;
    talk.say().await;
    let call = talk.until("tool.call").await;
    assert!(
        of(&talk.events, "reply.started").is_empty(),
        "no reply of its own"
    );
    talk.send(json!({"type": "reply.create", "instructions": "One moment."}))
        .await;
    assert_eq!(talk.reply().await, "One moment.");
    talk.say().await;
    talk.until("input.speech.stopped").await;
    assert_eq!(of(&talk.events, "transcript.user").len(), 1);
    talk.result(&call, json!({})).await;
    assert_eq!(talk.reply().await, "Saved.");
    let said = of(&talk.events, "transcript.user");
    assert_eq!(
        (said.len(), &said[1]["text"]),
        (2, &json!("And one more thing."))
    );
}

// Section 5, caveat: "mm-hm" makes no events, and 2.3: the agent may be told not to stop.
#[tokio::test]
async fn a_back_channel_and_an_agent_that_may_not_be_interrupted_go_on() {
    let long = "This is an answer that takes a while to say and that nobody interrupts at all.";
    let dialogue = json!({"utterances": [{"text": "Read it."}, {"text": "Mm-hm.", "back_channel": true}],
        "replies": [{"says": long}]});
    let emulator = agent(&dialogue).start().await.unwrap();
    let mut talk = Talk::begin(&emulator, json!({})).await;
    talk.audio(&[100, 1500, 3100, 500, 3000]).await;
    talk.until("reply.started").await;
    assert_eq!(talk.reply().await, long);
    assert_eq!(of(&talk.events, "input.speech.started").len(), 1);

    let emulator = crate::talking::talk(
        &["Read it.", "Stop."],
        json!([{"says": long}, {"says": "Fine."}]),
    )
    .await;
    let detection = json!({"interrupt_response": false, "min_silence": 1900, "max_silence": 2000});
    let mut talk = Talk::begin(&emulator, json!({"input": {"turn_detection": detection}})).await;
    talk.audio(&[100, 1500, 3100, 500, 2500]).await;
    talk.until("reply.started").await;
    assert_eq!(
        (talk.reply().await.as_str(), talk.reply().await.as_str()),
        (long, "Fine.")
    );
}

// 2.5
#[tokio::test]
async fn a_created_reply_takes_the_place_of_the_greeting() {
    let emulator = agent(&json!({})).speed(10.0).start().await.unwrap();
    let mut talk = Talk::begin(
        &emulator,
        json!({"greeting": "Hello and welcome to this session of yours."}),
    )
    .await;
    talk.until("reply.audio").await;
    talk.send(json!({"type": "reply.create", "instructions": "The note is ready."}))
        .await;
    let done = talk.until("reply.done").await;
    assert_eq!(done["status"], "interrupted");
    let next = talk.until("reply.started").await;
    assert!((between(&done, &next) - 180.0).abs() <= 30.0);
    assert_eq!(talk.reply().await, "The note is ready.");
}

#[tokio::test]
async fn the_service_can_lead_a_client_that_streams_silence() {
    let dialogue = json!({"utterances": [
        {"text": "Read it.", "between_ms": [1000, 2000], "unvoiced": true},
        {"text": "Thanks.", "between_ms": [8000, 8500], "unvoiced": true}],
        "replies": [{"says": "It is short."}, {"says": "Gladly."}]});
    let emulator = agent(&dialogue).start().await.unwrap();
    let mut talk = Talk::begin(&emulator, json!({})).await;
    talk.audio(&[12_000]).await;
    assert_eq!(talk.reply().await, "It is short.");
    assert_eq!(talk.reply().await, "Gladly.");
    let said = of(&talk.events, "transcript.user");
    assert_eq!(
        (&said[0]["text"], &said[1]["text"]),
        (&json!("Read it."), &json!("Thanks."))
    );
}
