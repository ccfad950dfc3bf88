//! Everything that can be sent, field by field, before a validator that knows only the document.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};
use therapy_scribe_core::ApiKey;

use super::{
    machine::Machine,
    validator::{complaints, definition_complaints},
};
use crate::{
    AgentEvent, AgentUpdate, CallId, ContextRole, OwnModel, ToolOutcome, VoiceAgentConfig,
    VoiceTool,
    config::{
        Encoding, ExecutionMode, TranscriptionMode, Tuning, TurnDetection, VoiceFocus, Webhook,
        WebhookEvent,
    },
    protocol::Command,
    wire,
};

fn tuning() -> Tuning {
    let turns = TurnDetection::dictation()
        .interrupts(true)
        .interruption_delay(Duration::from_millis(300));
    Tuning::new()
        .keyterms(["EMDR", "sertraline"])
        .transcription_mode(TranscriptionMode::MaxAccuracy)
        .transcription_prompt("A therapist dictates.")
        .languages(["en", "de"])
        .voice_focus(VoiceFocus::Far)
        .voice_focus_threshold(0.5)
        .continuous_partials(true)
        .turn_detection(turns)
        .volume(90)
}

fn webhook() -> Webhook {
    let events = [WebhookEvent::SessionStarted, WebhookEvent::SessionCompleted];
    Webhook::new("https://clinic.example/talks", events)
        .secret(ApiKey::new("k".repeat(32)).unwrap())
}

fn everything() -> VoiceAgentConfig {
    let topic = json!({"type": "object", "required": ["topic"], "properties": {"topic": {
        "type": "string", "description": "What about.", "enum": ["sleep", "work"], "examples": ["sleep"]}}});
    let tool = VoiceTool::new("search", "Search the session.", topic)
        .timeout(Duration::from_secs(10))
        .execution_mode(ExecutionMode::Hold)
        .on_success("Say how many.")
        .on_error("Say that it failed.");
    let config = VoiceAgentConfig::builder("Be brief.")
        .greeting("Hello.")
        .tools([tool])
        .input(Encoding::MuLaw)
        .output(Encoding::ALaw)
        .tuning(tuning())
        .webhook(webhook());
    config.build().unwrap()
}

/// Every message that the client has, and whether it is the first of its session.
fn all() -> Vec<(String, bool)> {
    let config = everything();
    let stored = VoiceAgentConfig::stored("agent_1").build().unwrap();
    let recap = "So far: nothing.".to_owned().into();
    let id = || CallId::new("call_1");
    let update = AgentUpdate::new()
        .prompt("Be briefer.")
        .tools(config.tools().to_vec());
    vec![
        (wire::first_update(&config.fields, None), true),
        (wire::first_update(&config.fields, Some(&recap)), true),
        (wire::first_update(&stored.fields, None), true),
        (wire::resume("sess_1"), true),
        (wire::update(&update), false),
        (wire::update(&AgentUpdate::new().tools([])), false),
        (wire::tuning(&tuning()), false),
        (wire::audio(&[0; 2400]), false),
        (
            wire::tool_result(&ToolOutcome::returned(id(), json!({"hits": 2}))),
            false,
        ),
        (
            wire::tool_result(&ToolOutcome::failed(id(), json!({"error": "none"}))),
            false,
        ),
        (wire::reply_create("Say that it is ready."), false),
        (wire::reply_create(" "), false),
        (wire::reply_cancel("resp_1"), false),
        (
            wire::conversation_message(ContextRole::User, "Sleep."),
            false,
        ),
        (
            wire::conversation_message(ContextRole::System, "Friday."),
            false,
        ),
        (wire::end(), false),
    ]
}

#[test]
fn every_message_with_every_field_is_as_the_document_has_it() {
    let mut kinds = BTreeSet::new();
    for (text, is_first) in all() {
        assert_eq!(complaints(&text, is_first), [""; 0], "{text}");
        let message: Value = serde_json::from_str(&text).unwrap();
        kinds.insert(message["type"].as_str().unwrap().to_owned());
    }
    // The document's table of what a client may send (2).
    let table = [
        "conversation.message",
        "input.audio",
        "reply.cancel",
        "reply.create",
        "session.end",
        "session.resume",
        "session.update",
        "tool.result",
    ];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), table);
}

#[test]
fn an_agents_definition_is_as_the_document_has_it() {
    let key = ApiKey::new("k3y").unwrap();
    let model = OwnModel::new("https://llm.clinic.example/v1", "clinic-1", key);
    for model in [None, Some(&model)] {
        let text = wire::stored_agent(&everything().fields, "Desk", model);
        assert_eq!(definition_complaints(&text), [""; 0], "{text}");
        let agent: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(agent["voice"], json!({"voice_id": "alba"}));
        assert_eq!(agent.get("llm").is_some(), model.is_some());
    }
    let wrong = json!({"name": "Desk", "voice": "alba", "llm": [{"model": "m"}], "webhook": {}});
    assert!(definition_complaints(&wrong.to_string()).len() >= 4);
}

#[test]
fn the_first_update_has_every_field_that_was_set() {
    let sent: Value =
        serde_json::from_str(&wire::first_update(&everything().fields, None)).unwrap();
    let session = &sent["session"];
    assert_eq!(
        session["webhook"],
        json!({"url": "https://clinic.example/talks", "events": ["session.started", "session.completed"],
               "secret": "k".repeat(32)})
    );
    let input: BTreeSet<_> = session["input"].as_object().unwrap().keys().collect();
    assert_eq!(input.len(), 9, "{input:?}");
    assert_eq!(
        session["input"]["turn_detection"]
            .as_object()
            .unwrap()
            .len(),
        5
    );
    assert_eq!(session["output"].as_object().unwrap().len(), 3);
    assert_eq!(session["tools"][0].as_object().unwrap().len(), 7);
}

/// Takes fields of messages away, and gives them others; the validator misses none of it.
#[test]
fn the_validator_sees_what_is_wrong() {
    let first = wire::first_update(&everything().fields, None);
    for (pointer, value) in [
        ("/type", json!("session.updated")),
        ("/session/system_prompt", Value::Null),
        ("/session/greeting", json!(7)),
        ("/session/webhook/url", json!("http://clinic.example")),
        ("/session/webhook/events", json!([])),
        ("/session/webhook/secret", json!("short")),
        ("/session/input/format", json!("audio/pcm")),
        ("/session/input/continuous_partials", json!("yes")),
        ("/session/input/language_codes", json!("en")),
        ("/session/input/keyterms", json!(vec!["x"; 101])),
        ("/session/input/turn_detection/min_silence", json!(4000)),
        ("/session/output/volume", json!(101)),
        ("/session/tools/0/type", json!("http")),
        ("/session/tools/0/timeout_seconds", json!(0)),
        ("/session/tools/0/parameters/properties", json!([])),
        (
            "/session/tools/0/response_instructions/error",
            json!("x".repeat(501)),
        ),
    ] {
        let mut message: Value = serde_json::from_str(&first).unwrap();
        *message.pointer_mut(pointer).unwrap() = value;
        assert!(
            !complaints(&message.to_string(), true).is_empty(),
            "{pointer}"
        );
    }
    for wrong in [
        r#"{"type":"session.update","session":{"agent_id":"a","greeting":"Hello."}}"#,
        r#"{"type":"session.update","session":{"llm":[]}}"#,
        r#"{"type":"conversation.message","role":"assistant","content":"x"}"#,
        r#"{"type":"conversation.message","role":"user","content":[]}"#,
        r#"{"type":"reply.cancel"}"#,
        r#"{"type":"tool.result","call_id":"c","result":{"hits":2}}"#,
        r#"{"type":"input.audio","audio":"?"}"#,
        r#"{"type":"Terminate"}"#,
    ] {
        assert!(!complaints(wrong, true).is_empty(), "{wrong}");
    }
    assert!(
        !complaints(&first, false).is_empty(),
        "a later update changes less"
    );
}

#[test]
fn an_interruption_by_the_host_is_silence_at_once_whatever_the_service_does() {
    let mut machine = Machine::live();
    machine.command(Command::Interrupt);
    assert!(
        machine.sent.is_empty() && machine.events.is_empty(),
        "nothing is to be interrupted"
    );
    machine.reply("r1");
    machine.speech("r1");
    machine.command(Command::Say("Wait.".to_owned().into()));
    machine.command(Command::Interrupt);
    assert_eq!(
        machine.sent,
        [json!({"type": "reply.cancel", "reply_id": "r1"})]
    );
    assert_eq!(machine.events.last(), Some(&AgentEvent::Flush));
    machine.events.clear();
    machine.speech("r1");
    machine.done("r1", "cancelled");
    assert!(!machine.has(|event| matches!(event, AgentEvent::Audio { .. })));
    machine.wait(Duration::from_secs(10));
    assert_eq!(
        machine.count("reply.create"),
        0,
        "what waited to be said is not said"
    );
    machine.reply("r2");
    machine.speech("r2");
    assert!(machine.has(|event| matches!(event, AgentEvent::Audio { .. })));
    // A reply that is whole and still plays is flushed, and there is nothing to cancel.
    machine.done("r2", "completed");
    machine.command(Command::Interrupt);
    assert_eq!(machine.events.last(), Some(&AgentEvent::Flush));
    assert_eq!(machine.count("reply.cancel"), 1);
}

#[test]
fn what_the_agent_is_told_while_the_line_is_made_again_is_told_afterwards() {
    let mut machine = Machine::live();
    machine.lose();
    machine.command(Command::Context(
        ContextRole::System,
        "Friday.".to_owned().into(),
    ));
    machine.command(Command::Interrupt);
    machine.wait(Duration::from_secs(1));
    machine.open();
    machine.ready("sess_1");
    assert_eq!(
        machine.sent[1..],
        [json!({"type": "conversation.message", "role": "system", "content": "Friday."})]
    );
}

#[test]
fn a_webhook_that_the_service_would_refuse_is_refused_with_the_field() {
    let with = |webhook| VoiceAgentConfig::builder("p").webhook(webhook).build();
    let events = [WebhookEvent::SessionCompleted];
    for url in [
        "http://clinic.example",
        "https://",
        "https://me:pw@clinic.example",
        "http://127.0.0.1.example",
        "https://a b",
        "",
    ] {
        let error = with(Webhook::new(url, events)).unwrap_err().to_string();
        assert!(error.contains("webhook.url"), "{url}: {error}");
    }
    let url = "https://clinic.example/talks";
    assert!(
        with(Webhook::new(url, []))
            .unwrap_err()
            .to_string()
            .contains("webhook.events")
    );
    let short = Webhook::new(url, events).secret(ApiKey::new("CANARY").unwrap());
    assert!(!format!("{short:?}").contains("CANARY"));
    assert!(
        with(short)
            .unwrap_err()
            .to_string()
            .contains("webhook.secret")
    );
    let stored = VoiceAgentConfig::stored("agent_1").webhook(Webhook::new(url, events));
    assert!(stored.build().unwrap_err().to_string().contains("stored"));
}

#[test]
fn an_interruption_by_the_host_takes_back_what_it_asked_for_and_no_report_of_what_was_done() {
    let mut machine = Machine::live();
    machine.reply("r1");
    machine.call("c1", "revise");
    machine.done("r1", "interrupted");
    machine.reply("r2");
    machine.command(Command::Say("Never mind.".to_owned().into()));
    machine.outcome("c1", json!({"status": "saved"}));
    machine.command(Command::Interrupt);
    machine.done("r2", "completed");
    machine.wait(Duration::from_secs(1));
    let said: Vec<_> = machine
        .sent
        .iter()
        .filter(|sent| sent["type"] == "reply.create")
        .collect();
    let [report] = said.as_slice() else {
        panic!("{said:?}")
    };
    assert!(report["instructions"].as_str().unwrap().contains("saved"));
}
