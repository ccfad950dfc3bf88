//! `voice-agent.md`, appendix A: the scenarios of turns, tools and interruptions.

use serde_json::json;
use therapy_scribe_emulator::{AgentFault, AgentFaultKind, Emulator};

use crate::talking::{Talk, agent, between, broken, loudest, of, talk, tool, types};

async fn plain_turn() -> (Talk, Emulator) {
    let emulator = talk(&["What is next?"], json!([{"says": "The plan is next."}])).await;
    let mut talk = Talk::begin(&emulator, json!({})).await;
    talk.say().await;
    talk.until("reply.done").await;
    (talk, emulator)
}

#[tokio::test]
async fn s1_a_plain_turn() {
    let (talk, _emulator) = plain_turn().await;
    let kinds = [
        "session.updated",
        "session.ready",
        "input.speech.started",
        "input.speech.stopped",
        "transcript.user",
        "reply.started",
        "transcript.agent",
        "reply.done",
    ];
    assert_eq!(talk.types(), kinds);
    let first = |kind| of(&talk.events, kind)[0];
    let ready = first("session.ready");
    assert_eq!(ready["session_id"].as_str().unwrap().len(), 37);
    assert_eq!(ready["config"]["output"]["voice"], "alba");
    // 600 ms after the onset; and 1900 after the end of a voice of 1500.
    let started = first("input.speech.started");
    let stopped = first("input.speech.stopped");
    let length = between(started, stopped);
    assert!((length - 2800.0).abs() <= 30.0, "{length}");
    assert!(between(stopped, first("reply.started")) <= 10.0);
    assert_eq!(first("transcript.user")["text"], "What is next?");
    let said = first("transcript.agent");
    assert_eq!(said["text"], "The plan is next.");
    assert_eq!(said["interrupted"], false);
    assert_eq!(first("reply.done")["status"], "completed");
    assert_eq!(talk.hang_up().await.code, Some(1000));
}

#[tokio::test]
async fn s1_the_words_and_the_audio_of_a_plain_turn() {
    let (talk, _emulator) = plain_turn().await;
    let texts = |kind, field: &str| -> Vec<String> {
        let all = of(&talk.events, kind).into_iter();
        all.map(|e| e[field].as_str().unwrap().to_owned()).collect()
    };
    let partials = texts("transcript.user.delta", "text");
    assert_eq!(partials.last().unwrap(), "What is next?");
    let grows = |pair: &[String]| pair[1].starts_with(&pair[0]);
    assert!(partials.windows(2).all(grows), "whole texts: {partials:?}");
    let words = texts("transcript.agent.delta", "delta");
    assert_eq!(words, ["The ", "plan ", "is ", "next. "], "increments");
    let audio = texts("reply.audio", "data");
    assert!(audio.iter().all(|data| data.len() == 640), "10 ms each");
    let frames = of(&talk.events, "reply.audio");
    let begun = of(&talk.events, "reply.started")[0];
    let pace = between(begun, frames.last().unwrap());
    let length = f64::from(u32::try_from(frames.len()).unwrap()) * 10.0;
    assert!((pace - length).abs() <= 20.0, "at the pace of speech");
    let frames: Vec<_> = frames.into_iter().cloned().collect();
    assert_eq!(loudest(&frames[..69]), 0, "700 ms of silence lead");
    assert!(loudest(&frames) > 1000, "well above -50 dBFS");
}

#[tokio::test]
async fn s2_a_greeting_then_silence() {
    let emulator = talk(&[], json!([])).await;
    let mut talk = Talk::begin(&emulator, json!({"greeting": "I am ready."})).await;
    assert_eq!(talk.reply().await, "I am ready.");
    let deltas: Vec<_> = of(&talk.events, "transcript.agent.delta")
        .iter()
        .map(|w| w["delta"].clone())
        .collect();
    assert_eq!(deltas, ["I", "am", "ready."], "without spaces");
    let audio: Vec<_> = of(&talk.events, "reply.audio")
        .into_iter()
        .cloned()
        .collect();
    assert_eq!(
        (loudest(&audio[..24]), loudest(&audio[..30]) > 0),
        (0, true),
        "250 ms lead"
    );
    talk.audio(&[20_000]).await;
    let ended = talk.hang_up().await;
    assert_eq!(types(&ended.events).len(), 6, "{:?}", types(&ended.events));
    let end = ended.events.last().unwrap();
    assert_eq!(
        (&end["type"], &end["audio_duration_seconds"]),
        (&json!("session.ended"), &json!(null))
    );
    assert!(end["session_duration_seconds"].as_f64().unwrap() > 1.0);
}

fn search() -> serde_json::Value {
    json!([{"heard": ["sleep goals"],
        "calls": [{"name": "search_session", "arguments": {"topic": "sleep goals"}}],
        "results": [{"given": {"hits": 2}, "says": "Two mentions: {summary}"}]}])
}

#[tokio::test]
async fn s3_a_tool_turn_with_a_fast_result() {
    let dialogue =
        json!({"utterances": [{"text": "Search for sleep goals."}], "replies": search()});
    // A client of a busy machine has some time for its answer.
    let emulator = agent(&dialogue).speed(10.0).start().await.unwrap();
    let mut talk = Talk::begin(&emulator, json!({"tools": [tool("search_session")]})).await;
    talk.say().await;
    let call = talk.until("tool.call").await;
    assert_eq!(
        (&call["name"], &call["arguments"]),
        (&json!("search_session"), &json!({"topic": "sleep goals"}))
    );
    assert!(
        call["call_id"]
            .as_str()
            .unwrap()
            .starts_with("chatcmpl-tool-")
    );
    talk.result(&call, json!({"hits": 2, "summary": "diary, bedtime."}))
        .await;
    let done = talk.until("reply.done").await;
    let begun = of(&talk.events, "reply.started")[0].clone();
    assert!((between(&begun, &call) - 750.0).abs() <= 20.0);
    assert!(between(&call, &done) < 2300.0, "soon after the result");
    assert!(of(&talk.events, "transcript.agent").is_empty() && loudest(&talk.events) == 0);
    assert_eq!(done["status"], "completed");
    let next = talk.until("reply.started").await;
    assert!(
        (between(&done, &next) - 50.0).abs() <= 20.0,
        "{}",
        between(&done, &next)
    );
    assert_eq!(talk.reply().await, "Two mentions: diary, bedtime.");
}

#[tokio::test]
async fn s4_a_tool_that_is_slower_than_the_silent_reply() {
    let emulator = talk(&["Search for sleep goals."], search()).await;
    let mut talk = Talk::begin(&emulator, json!({"tools": [tool("search_session")]})).await;
    talk.say().await;
    let call = talk.until("tool.call").await;
    let done = talk.until("reply.done").await;
    assert!(
        (between(&call, &done) - 2300.0).abs() <= 20.0,
        "{}",
        between(&call, &done)
    );
    talk.result(&call, json!({"hits": 2, "summary": "diary."}))
        .await;
    assert_eq!(talk.reply().await, "Two mentions: diary.");
}

#[tokio::test]
async fn s5_two_parallel_tools_of_which_one_fails() {
    let replies = json!([{"calls": [{"name": "read_note"}, {"name": "list_themes"}],
        "results": [{"tool": "read_note", "says": "Here it is."}, {"failed": true, "says": "No themes: {error}."}]}]);
    let emulator = talk(&["Read both."], replies).await;
    let tools = json!([tool("read_note"), tool("list_themes")]);
    let mut talk = Talk::begin(&emulator, json!({"tools": tools})).await;
    talk.say().await;
    let (first, second) = (talk.until("tool.call").await, talk.until("tool.call").await);
    assert_ne!(first["call_id"], second["call_id"]);
    talk.answer(&second, json!({"error": "none yet"}), true)
        .await;
    talk.result(&first, json!({"status": "ok"})).await;
    assert_eq!(talk.reply().await, "", "the silent one");
    assert_eq!(talk.reply().await, "Here it is. No themes: none yet.");
}

#[tokio::test]
async fn s6_a_barge_in_while_the_agent_speaks() {
    let long = "This is a long answer that goes on and on until somebody has had enough of it and says so aloud.";
    let emulator = talk(
        &["Read it.", "Stop."],
        json!([{"says": long}, {"says": "Fine."}]),
    )
    .await;
    let mut talk = Talk::begin(&emulator, json!({})).await;
    // The turn ends at 3500, and there the reply begins.
    talk.audio(&[100, 1500, 3100, 3000, 2000]).await;
    talk.until("reply.started").await;
    let from = talk.events.len();
    let started = talk.until("input.speech.started").await;
    talk.until("input.speech.stopped").await;
    let cut: Vec<_> = talk.events[from..].to_vec();
    let (said, done) = (of(&cut, "transcript.agent")[0], of(&cut, "reply.done")[0]);
    assert_eq!(
        (&said["interrupted"], &done["status"]),
        (&json!(true), &json!("interrupted"))
    );
    for event in [said, done] {
        assert!(between(&started, event).abs() <= 2.0);
    }
    let text = said["text"].as_str().unwrap();
    assert!(
        long.starts_with(text) && text.len() < long.len() && text.len() > 3,
        "{text}"
    );
    let after = cut.iter().position(|event| event == done).unwrap();
    assert!(of(&cut[after..], "reply.audio").is_empty());
    // 1100 to 2200 ms from the onset, which was 1200 ms after the reply's begin.
    let begun = of(&talk.events, "reply.started")[0].clone();
    let since = between(&begun, &started);
    assert!((2270.0..3430.0).contains(&since), "{since}");
    assert_eq!(talk.reply().await, "Fine.");
}

#[tokio::test]
async fn s7_a_barge_in_while_a_tool_that_reads_is_pending() {
    let replies = json!([{"heard": ["search"], "calls": [{"name": "search_session"}],
        "results": [{"says": "Found: {summary}"}]}, {"heard": ["never mind"], "says": "All right."}]);
    let emulator = talk(&["Search for sleep.", "Never mind."], replies).await;
    let mut talk = Talk::begin(&emulator, json!({"tools": [tool("search_session")]})).await;
    // The call is made at 4250, and its reply would end at 6550.
    talk.audio(&[100, 1500, 2900, 1500, 2400]).await;
    let call = talk.until("tool.call").await;
    let from = talk.events.len();
    talk.until("input.speech.stopped").await;
    let cut = &talk.events[from..];
    let started = of(cut, "input.speech.started")[0];
    let done = of(cut, "reply.done")[0];
    assert_eq!(done["status"], "interrupted");
    assert!(between(started, done).abs() <= 2.0);
    assert!(
        of(&talk.events, "transcript.agent").is_empty(),
        "nothing was said"
    );
    assert_eq!(talk.reply().await, "All right.");
    // A client that sends it all the same gets an answer to a question that nobody asks any more.
    talk.result(&call, json!({"summary": "late"})).await;
    assert_eq!(talk.reply().await, "Found: late");
}

#[tokio::test]
async fn s8_a_barge_in_after_a_note_was_already_saved() {
    let replies = json!([{"heard": ["save"], "calls": [{"name": "save_to_ehr", "arguments": {"confirmation": "yes"}}]},
        {"heard": ["wait"], "says": "I am waiting."}]);
    let emulator = talk(&["Yes, save it.", "Wait."], replies).await;
    let mut talk = Talk::begin(&emulator, json!({"tools": [tool("save_to_ehr")]})).await;
    talk.audio(&[100, 1500, 2900, 1500, 2400]).await;
    assert_eq!(talk.until("tool.call").await["name"], "save_to_ehr");
    assert_eq!(talk.reply().await, "", "cut before the result came");
    assert_eq!(talk.reply().await, "I am waiting.");
    // The client reports what it did in words.
    talk.send(json!({"type": "reply.create", "instructions": "The note was saved."}))
        .await;
    assert_eq!(talk.reply().await, "The note was saved.");
    let log = &emulator.agent_sessions()[0];
    assert_eq!(
        log.received.last().unwrap().0["instructions"],
        "The note was saved."
    );
}

#[tokio::test]
async fn s9_a_cough_after_the_silent_reply_with_the_result_ready() {
    let cough = AgentFault::after("reply.done", 1, AgentFaultKind::Cough);
    let emulator = broken(&["Search for sleep goals."], search(), [cough]).await;
    let mut talk = Talk::begin(&emulator, json!({"tools": [tool("search_session")]})).await;
    talk.say().await;
    let call = talk.until("tool.call").await;
    talk.until("reply.done").await;
    assert_eq!(
        talk.next().await.unwrap()["type"],
        "input.speech.started",
        "and nothing follows it"
    );
    talk.result(&call, json!({"hits": 2, "summary": "diary."}))
        .await;
    assert_eq!(talk.next().await.unwrap()["type"], "reply.started");
    assert_eq!(emulator.agent_sessions()[0].faults, [AgentFaultKind::Cough]);
}
