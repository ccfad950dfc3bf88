//! What the service takes, from the document's field tables (`voice-agent.md` 2), sharing nothing with the client's types.

use serde_json::Value;

/// The messages of section 2: what each may have, and what it must have.
const MESSAGES: [(&str, &[&str], &[&str]); 8] = [
    ("session.update", &["session"], &["session"]),
    ("session.resume", &["session_id"], &["session_id"]),
    ("session.end", &[], &[]),
    ("input.audio", &["audio"], &["audio"]),
    (
        "tool.result",
        &["call_id", "result", "is_error"],
        &["call_id", "result"],
    ),
    ("reply.create", &["instructions"], &[]),
    ("reply.cancel", &["reply_id"], &["reply_id"]),
    (
        "conversation.message",
        &["role", "content"],
        &["role", "content"],
    ),
];

/// What of a message is wrong; empty when nothing is. `is_first` says whether it is the first of its session.
pub(crate) fn complaints(text: &str, is_first: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    let Ok(message @ Value::Object(_)) = serde_json::from_str::<Value>(text) else {
        return vec!["no object".to_owned()];
    };
    nulls(&message, "", &mut wrong);
    let kind = message["type"].as_str().unwrap_or_default();
    let Some((_, may, must)) = MESSAGES.iter().find(|(name, ..)| *name == kind) else {
        wrong.push(format!("{kind} is no type"));
        return wrong;
    };
    keys(&message, &[&["type"], *may].concat(), kind, &mut wrong);
    for key in *must {
        check(message.get(key).is_some(), key, &mut wrong);
    }
    for key in [
        "session_id",
        "call_id",
        "reply_id",
        "content",
        "instructions",
    ] {
        check(
            message.get(key).is_none_or(Value::is_string),
            key,
            &mut wrong,
        );
    }
    match kind {
        "session.update" => update(&message["session"], is_first, &mut wrong),
        "input.audio" => {
            let audio = message["audio"].as_str().unwrap_or_default();
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
            let is_base64 = audio.len() % 4 == 0 && audio.bytes().all(plain);
            check(!audio.is_empty() && is_base64, "audio", &mut wrong);
        }
        "tool.result" => result(&message, &mut wrong),
        "conversation.message" => {
            let role = message["role"].as_str().unwrap_or_default();
            check(["user", "system"].contains(&role), "role", &mut wrong);
        }
        _ => {}
    }
    wrong
}

/// What of an agent's definition is wrong (9).
pub(crate) fn definition_complaints(text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let agent: Value = serde_json::from_str(text).unwrap_or_default();
    nulls(&agent, "", &mut wrong);
    for key in ["name", "system_prompt"] {
        check(agent[key].is_string(), key, &mut wrong);
    }
    check(agent["voice"]["voice_id"].is_string(), "voice", &mut wrong);
    let model = agent.get("llm").and_then(Value::as_array);
    for model in model.into_iter().flatten() {
        keys(model, &["base_url", "model", "api_key"], "llm", &mut wrong);
        let url = model["base_url"].as_str().unwrap_or_default();
        let is_whole = model["model"].is_string() && model["api_key"].is_string();
        check(url.starts_with("https://") && is_whole, "llm", &mut wrong);
    }
    check(model.is_none_or(|all| all.len() <= 1), "llm", &mut wrong);
    check(agent.get("webhook").is_none(), "webhook", &mut wrong);
    // The rest is as it is in a session's first message.
    let mut session = agent;
    if let Some(fields) = session.as_object_mut() {
        fields.retain(|key, _| !["name", "voice", "llm"].contains(&key.as_str()));
    }
    update(&session, true, &mut wrong);
    wrong
}

/// 2.5; the ceiling is the one that the service has for its own calls.
fn result(message: &Value, wrong: &mut Vec<String>) {
    let result = message["result"].as_str();
    let json = result.map(serde_json::from_str::<Value>);
    check(matches!(json, Some(Ok(_))), "result", wrong);
    let fits = result.is_some_and(|text| text.len() <= 8192);
    check(fits, "result size", wrong);
    let is_error = message.get("is_error");
    check(is_error.is_none_or(Value::is_boolean), "is_error", wrong);
}

fn check(holds: bool, what: &str, wrong: &mut Vec<String>) {
    if !holds {
        wrong.push(format!("{what} is wrong"));
    }
}

fn nulls(value: &Value, path: &str, wrong: &mut Vec<String>) {
    match value {
        Value::Null => wrong.push(format!("{path} is null")),
        Value::Array(items) => items.iter().for_each(|item| nulls(item, path, wrong)),
        Value::Object(fields) => {
            for (key, value) in fields {
                nulls(value, &format!("{path}.{key}"), wrong);
            }
        }
        _ => {}
    }
}

fn keys(object: &Value, allowed: &[&str], what: &str, wrong: &mut Vec<String>) {
    let Some(fields) = object.as_object() else {
        wrong.push(format!("{what} is no object"));
        return;
    };
    wrong.extend(
        fields
            .keys()
            .filter(|key| !allowed.contains(&key.as_str()))
            .map(|key| format!("{what}.{key} is not allowed")),
    );
}

fn within(
    object: &Value,
    key: &str,
    range: std::ops::RangeInclusive<f64>,
    wrong: &mut Vec<String>,
) {
    let holds = object
        .get(key)
        .is_none_or(|value| value.as_f64().is_some_and(|value| range.contains(&value)));
    check(holds, key, wrong);
}

/// 2.1; after the first update a part of it is immutable.
fn update(session: &Value, is_first: bool, wrong: &mut Vec<String>) {
    if session.get("agent_id").is_some() {
        check(is_first, "late agent_id", wrong);
        keys(session, &["agent_id"], "session", wrong);
        return;
    }
    let all = [
        "system_prompt",
        "greeting",
        "tools",
        "input",
        "output",
        "webhook",
    ];
    let later = ["system_prompt", "tools", "input", "output"];
    keys(
        session,
        if is_first { &all } else { &later },
        "session",
        wrong,
    );
    check(
        session.get("system_prompt").is_none_or(Value::is_string),
        "system_prompt",
        wrong,
    );
    check(
        session.get("greeting").is_none_or(Value::is_string),
        "greeting",
        wrong,
    );
    if let Some(webhook) = session.get("webhook") {
        self::webhook(webhook, wrong);
    }
    if let Some(input) = session.get("input") {
        self::input(input, is_first, wrong);
    }
    if let Some(output) = session.get("output") {
        let all = ["voice", "format", "volume"];
        keys(
            output,
            if is_first { &all } else { &["volume"] },
            "output",
            wrong,
        );
        within(output, "volume", 0.0..=100.0, wrong);
        format(output, wrong);
    }
    match session.get("tools") {
        None => {}
        Some(Value::Array(tools)) => tools.iter().for_each(|tool| self::tool(tool, wrong)),
        Some(_) => wrong.push("tools is no array".to_owned()),
    }
}

/// 2.1 and 9.
fn webhook(webhook: &Value, wrong: &mut Vec<String>) {
    keys(webhook, &["url", "events", "secret"], "webhook", wrong);
    let url = webhook["url"].as_str().unwrap_or_default();
    check(url.starts_with("https://"), "webhook url", wrong);
    let known = [
        "session.started",
        "session.completed",
        "call.connected",
        "call.ended",
        "call.failed",
    ];
    let is_known = |event: &Value| event.as_str().is_some_and(|event| known.contains(&event));
    let events = webhook["events"].as_array();
    let all_known = events.is_some_and(|events| !events.is_empty() && events.iter().all(is_known));
    check(all_known, "webhook events", wrong);
    let secret = webhook.get("secret").map(|secret| secret.as_str());
    let is_long = secret.is_none_or(|text| text.is_some_and(|text| text.len() >= 32));
    check(is_long, "webhook secret", wrong);
}

fn format(part: &Value, wrong: &mut Vec<String>) {
    if let Some(format) = part.get("format") {
        let encodings = ["audio/pcm", "audio/pcmu", "audio/pcma"];
        let encoding = format["encoding"].as_str().unwrap_or_default();
        check(encodings.contains(&encoding), "encoding", wrong);
        keys(format, &["encoding", "sample_rate"], "format", wrong);
    }
}

fn input(input: &Value, is_first: bool, wrong: &mut Vec<String>) {
    let mut allowed = vec![
        "keyterms",
        "transcription_mode",
        "transcription_prompt",
        "language_codes",
        "voice_focus",
        "voice_focus_threshold",
        "continuous_partials",
        "turn_detection",
    ];
    if is_first {
        allowed.push("format");
    }
    keys(input, &allowed, "input", wrong);
    format(input, wrong);
    let mode = input.get("transcription_mode").and_then(Value::as_str);
    check(
        mode.is_none_or(|mode| ["min_latency", "balanced", "max_accuracy"].contains(&mode)),
        "transcription_mode",
        wrong,
    );
    let focus = input.get("voice_focus").and_then(Value::as_str);
    check(
        focus.is_none_or(|focus| ["near-field", "far-field"].contains(&focus)),
        "voice_focus",
        wrong,
    );
    within(input, "voice_focus_threshold", 0.0..=1.0, wrong);
    let partials = input.get("continuous_partials");
    check(
        partials.is_none_or(Value::is_boolean),
        "continuous_partials",
        wrong,
    );
    if let Some(codes) = input.get("language_codes") {
        let is_code = |code: &Value| code.as_str().is_some_and(|code| code.len() == 2);
        let codes = codes.as_array();
        let all_codes = codes.is_some_and(|codes| codes.iter().all(is_code));
        check(all_codes, "language_codes", wrong);
    }
    let terms = input
        .get("keyterms")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let fits = |term: &Value| term.as_str().is_some_and(|term| term.chars().count() <= 50);
    check(
        terms.len() <= 100 && terms.iter().all(fits),
        "keyterms",
        wrong,
    );
    let scene = input
        .get("transcription_prompt")
        .and_then(Value::as_str)
        .unwrap_or_default();
    check(scene.chars().count() <= 1750, "transcription_prompt", wrong);
    if let Some(turns) = input.get("turn_detection") {
        self::turns(turns, wrong);
    }
}

fn turns(turns: &Value, wrong: &mut Vec<String>) {
    keys(
        turns,
        &[
            "vad_threshold",
            "min_silence",
            "max_silence",
            "interrupt_response",
            "interruption_delay",
        ],
        "turn_detection",
        wrong,
    );
    let interrupts = turns.get("interrupt_response");
    check(
        interrupts.is_none_or(Value::is_boolean),
        "interrupt_response",
        wrong,
    );
    let silence = |key: &str, usual: f64| turns.get(key).and_then(Value::as_f64).unwrap_or(usual);
    let (least, most) = (
        silence("min_silence", 1000.0),
        silence("max_silence", 3000.0),
    );
    check(least < most, "order of silences", wrong);
    within(turns, "vad_threshold", 0.0..=1.0, wrong);
    within(turns, "min_silence", 50.0..=10_000.0, wrong);
    within(turns, "max_silence", 50.0..=10_000.0, wrong);
    within(turns, "interruption_delay", 0.0..=1000.0, wrong);
}

/// 2.2 and 4.6
fn tool(tool: &Value, wrong: &mut Vec<String>) {
    keys(
        tool,
        &[
            "type",
            "name",
            "description",
            "parameters",
            "execution_mode",
            "timeout_seconds",
            "response_instructions",
        ],
        "tool",
        wrong,
    );
    check(tool["type"] == "function", "tool type", wrong);
    check(
        tool["name"].is_string() && tool["description"].is_string(),
        "tool name",
        wrong,
    );
    check(
        tool["parameters"]["type"] == "object" && tool["parameters"]["properties"].is_object(),
        "parameters",
        wrong,
    );
    within(tool, "timeout_seconds", 1.0..=300.0, wrong);
    let mode = tool.get("execution_mode").and_then(Value::as_str);
    check(
        mode.is_none_or(|mode| ["interactive", "hold"].contains(&mode)),
        "execution_mode",
        wrong,
    );
    if let Some(instructions) = tool.get("response_instructions") {
        keys(
            instructions,
            &["success", "error"],
            "response_instructions",
            wrong,
        );
        for text in instructions
            .as_object()
            .into_iter()
            .flat_map(|all| all.values())
        {
            let fits = text
                .as_str()
                .is_some_and(|text| text.chars().count() <= 500);
            check(fits, "response instructions", wrong);
        }
    }
}
