//! What is refused, and what is sent.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::wire;

fn tool(name: &str, parameters: Value) -> VoiceTool {
    VoiceTool::new(name, "Draft a note.", parameters)
}

fn none() -> Value {
    json!({"type": "object", "properties": {}, "required": []})
}

fn refusal(builder: VoiceAgentConfigBuilder) -> String {
    builder.build().unwrap_err().to_string()
}

#[test]
fn i05_what_is_not_set_is_not_sent() {
    let config = VoiceAgentConfig::builder("Be brief.").build().unwrap();
    let sent: Value = serde_json::from_str(&wire::first_update(&config.fields, None)).unwrap();
    assert_eq!(
        sent,
        json!({"type": "session.update", "session": {
            "system_prompt": "Be brief.",
            "input": {"format": {"encoding": "audio/pcm"}},
            "output": {"voice": "alba", "format": {"encoding": "audio/pcm"}},
            "tools": [],
        }})
    );
}

#[test]
fn i03_an_agent_id_travels_alone() {
    let stored = VoiceAgentConfig::stored("agent_1").build().unwrap();
    let sent = wire::first_update(&stored.fields, None);
    assert_eq!(
        serde_json::from_str::<Value>(&sent).unwrap(),
        json!({"type": "session.update", "session": {"agent_id": "agent_1"}})
    );
    assert!(refusal(VoiceAgentConfig::stored("agent_1").greeting("Hello.")).contains("stored"));
    assert!(refusal(VoiceAgentConfig::stored(" ")).contains("agent_id"));
}

#[test]
fn what_the_service_would_drop_or_end_a_session_for_is_refused() {
    let tuned = |tuning| VoiceAgentConfig::builder("p").tuning(tuning);
    let millis = Duration::from_millis;
    for (builder, named) in [
        (tuned(Tuning::new().volume(101)), "volume"),
        (tuned(Tuning::new().keyterms(vec!["x"; 101])), "keyterms"),
        (tuned(Tuning::new().keyterms(["x".repeat(51)])), "keyterms"),
        (
            tuned(Tuning::new().transcription_prompt("x".repeat(1751))),
            "transcription_prompt",
        ),
        (
            tuned(Tuning::new().voice_focus_threshold(1.1)),
            "voice_focus_threshold",
        ),
        (
            tuned(Tuning::new().turn_detection(TurnDetection::new().vad_threshold(f64::NAN))),
            "vad_threshold",
        ),
        (
            tuned(Tuning::new().turn_detection(TurnDetection::new().min_silence(millis(3000)))),
            "min_silence",
        ),
        (
            tuned(Tuning::new().turn_detection(TurnDetection::new().max_silence(millis(900)))),
            "min_silence",
        ),
        (
            tuned(
                Tuning::new().turn_detection(TurnDetection::new().interruption_delay(millis(1001))),
            ),
            "interruption_delay",
        ),
        (VoiceAgentConfig::builder("p").greeting(" "), "greeting"),
        (VoiceAgentConfig::builder("p").voice(""), "voice"),
    ] {
        assert!(refusal(builder).contains(named), "{named}");
    }
    let dictation = Tuning::new().turn_detection(TurnDetection::dictation());
    assert!(tuned(dictation).build().is_ok());
}

#[test]
fn tools_that_would_never_be_called_rightly_are_refused() {
    let with = |tool: VoiceTool| refusal(VoiceAgentConfig::builder("p").tools([tool]));
    assert!(with(tool("Draft", none())).contains("a-z"));
    assert!(with(tool("aai_x", none())).contains("aai_"));
    assert!(with(VoiceTool::new("draft", "", none())).contains("description"));
    assert!(with(tool("draft", none()).timeout(Duration::from_secs(301))).contains("300"));
    assert!(with(tool("draft", none()).on_error("x".repeat(501))).contains("500"));
    let two = [tool("draft", none()), tool("draft", none())];
    assert!(refusal(VoiceAgentConfig::builder("p").tools(two)).contains("two"));
    let many = (0..11).map(|index| tool(&format!("draft_{index}"), none()));
    let config = VoiceAgentConfig::builder("p").tools(many).build().unwrap();
    assert_eq!(config.warnings().len(), 1);
}

#[test]
fn a_schema_that_is_not_flat_is_refused_with_its_place() {
    for (parameters, place) in [
        (json!([]), "`parameters`"),
        (json!({"type": "object"}), "`parameters.properties`"),
        (
            json!({"type": "object", "properties": []}),
            "`parameters.properties`",
        ),
        (
            json!({"type": "object", "properties": {"a": {"$ref": "#/x"}}}),
            "`parameters.properties.a.$ref`",
        ),
        (
            json!({"type": "object", "properties": {"a": {"anyOf": []}}}),
            "`parameters.properties.a.anyOf`",
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": ["string", "null"]}}}),
            "`parameters.properties.a.type`",
        ),
        (
            json!({"type": "object", "properties": {"a": {"default": null}}}),
            "`parameters.properties.a.default`",
        ),
        (
            json!({"type": "object", "properties": {}, "required": ["a"]}),
            "`parameters.required`",
        ),
    ] {
        let error = refusal(VoiceAgentConfig::builder("p").tools([tool("draft", parameters)]));
        assert!(error.contains(place), "{error}");
    }
    // An argument may have any name.
    let odd = json!({"type": "object", "properties": {"type": {"type": "string"}, "oneOf": {"type": "string"}}});
    assert!(
        VoiceAgentConfig::builder("p")
            .tools([tool("draft", odd)])
            .build()
            .is_ok()
    );
}

#[test]
fn debug_shows_no_word() {
    let config = VoiceAgentConfig::builder("CANARY prompt")
        .greeting("CANARY greeting")
        .tuning(
            Tuning::new()
                .keyterms(["CANARY"])
                .transcription_prompt("CANARY"),
        )
        .tools([VoiceTool::new("draft", "CANARY", none()).on_error("CANARY")])
        .build()
        .unwrap();
    let shown = format!("{config:?} {:?} {:?}", config.tools(), config.to_builder());
    assert!(!shown.contains("CANARY"), "{shown}");
}
