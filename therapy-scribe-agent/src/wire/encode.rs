//! What is sent. A key is there with a value, or not there: the service refuses null.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use therapy_scribe_core::{ApiKey, Phi};

use crate::{
    AgentUpdate, ContextRole, OwnModel, ToolOutcome,
    config::{
        Encoding, ExecutionMode, Fields, TranscriptionMode, Tuning, TurnDetection, VoiceFocus,
        VoiceTool, Webhook,
    },
};

/// An object under construction; what is `None` leaves no key.
#[derive(Default)]
struct Object(Map<String, Value>);

impl Object {
    fn set(mut self, key: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.0.insert(key.to_owned(), value.into());
        }
        self
    }

    /// A child, unless it is empty.
    fn child(self, key: &str, child: Self) -> Self {
        let child = Some(child.0).filter(|child| !child.is_empty());
        self.set(key, child)
    }
}

/// The first message of a new session (2.1). `recap` is added to the prompt; with one, nothing is greeted again.
pub(crate) fn first_update(fields: &Fields, recap: Option<&Phi<String>>) -> String {
    if let Some(agent) = &fields.agent_id {
        return session(Object::default().set("agent_id", Some(agent.as_str())));
    }
    let prompt = fields.prompt.as_ref().map(Phi::expose);
    let prompt = match (prompt, recap.map(Phi::expose)) {
        (Some(prompt), Some(recap)) => Some(format!("{prompt}\n\n{recap}")),
        (prompt, recap) => prompt.or(recap).cloned(),
    };
    let greeting = fields.greeting.as_deref().filter(|_| recap.is_none());
    let input = input(&fields.tuning).set("format", Some(format(fields.input)));
    let output = Object::default()
        .set("voice", Some(fields.voice.as_str()))
        .set("format", Some(format(fields.output)))
        .set("volume", fields.tuning.volume);
    session(
        Object::default()
            .set("system_prompt", prompt)
            .set("greeting", greeting)
            .child("input", input)
            .child("output", output)
            .set("tools", Some(tools(&fields.tools)))
            .set("webhook", fields.webhook.as_ref().map(webhook)),
    )
}

/// 9: the definition of an agent. Its voice has a place of its own.
pub(crate) fn stored_agent(fields: &Fields, name: &str, model: Option<&OwnModel>) -> String {
    let model = model.map(|model| {
        json!([{"base_url": model.base_url, "model": model.model, "api_key": model.key.expose()}])
    });
    let input = input(&fields.tuning).set("format", Some(format(fields.input)));
    let output = Object::default()
        .set("format", Some(format(fields.output)))
        .set("volume", fields.tuning.volume);
    let prompt = fields
        .prompt
        .as_ref()
        .map(|prompt| prompt.expose().as_str());
    let definition = Object::default()
        .set("name", Some(name))
        .set("system_prompt", Some(prompt.unwrap_or_default()))
        .set("voice", Some(json!({"voice_id": fields.voice})))
        .set("greeting", fields.greeting.as_deref())
        .child("input", input)
        .child("output", output)
        .set("tools", Some(tools(&fields.tools)))
        .set("llm", model);
    Value::Object(definition.0).to_string()
}

/// A later update of prompt and tools: in one message, since one must not name what the other lacks.
pub(crate) fn update(update: &AgentUpdate) -> String {
    let prompt = update
        .prompt
        .as_ref()
        .map(|prompt| prompt.expose().as_str());
    session(
        Object::default()
            .set("system_prompt", prompt)
            .set("tools", update.tools.as_deref().map(tools)),
    )
}

/// A later update of what else may change.
pub(crate) fn tuning(tuning: &Tuning) -> String {
    let output = Object::default().set("volume", tuning.volume);
    session(
        Object::default()
            .child("input", input(tuning))
            .child("output", output),
    )
}

pub(crate) fn resume(session_id: &str) -> String {
    json!({"type": "session.resume", "session_id": session_id}).to_string()
}

pub(crate) fn end() -> String {
    json!({"type": "session.end"}).to_string()
}

pub(crate) fn audio(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 48);
    text.push_str(r#"{"type":"input.audio","audio":""#);
    STANDARD.encode_string(bytes, &mut text);
    text.push_str(r#""}"#);
    text
}

/// The result is a text that holds JSON (2.5).
pub(crate) fn tool_result(outcome: &ToolOutcome) -> String {
    json!({
        "type": "tool.result",
        "call_id": outcome.id.as_str(),
        "result": outcome.result.expose().to_string(),
        "is_error": outcome.is_error,
    })
    .to_string()
}

/// Without instructions the model answers what was said so far.
pub(crate) fn reply_create(instructions: &str) -> String {
    let instructions = Some(instructions).filter(|text| !text.trim().is_empty());
    let message = Object::default()
        .set("type", Some("reply.create"))
        .set("instructions", instructions);
    Value::Object(message.0).to_string()
}

pub(crate) fn reply_cancel(reply: &str) -> String {
    json!({"type": "reply.cancel", "reply_id": reply}).to_string()
}

pub(crate) fn conversation_message(role: ContextRole, content: &str) -> String {
    let role = match role {
        ContextRole::User => "user",
        ContextRole::System => "system",
    };
    json!({"type": "conversation.message", "role": role, "content": content}).to_string()
}

fn session(session: Object) -> String {
    let session = Value::Object(session.0);
    json!({"type": "session.update", "session": session}).to_string()
}

fn format(encoding: Encoding) -> Value {
    json!({"encoding": encoding.name()})
}

fn input(tuning: &Tuning) -> Object {
    Object::default()
        .set("keyterms", tuning.keyterms.clone())
        .set(
            "transcription_mode",
            tuning.mode.map(TranscriptionMode::name),
        )
        .set("transcription_prompt", tuning.scene.as_deref())
        .set("language_codes", tuning.languages.clone())
        .set("voice_focus", tuning.focus.map(VoiceFocus::name))
        .set("voice_focus_threshold", tuning.focus_threshold)
        .set("continuous_partials", tuning.partials)
        .child("turn_detection", turns(tuning.turns.unwrap_or_default()))
}

fn turns(turns: TurnDetection) -> Object {
    let millis = |duration: Option<std::time::Duration>| {
        duration.and_then(|duration| u64::try_from(duration.as_millis()).ok())
    };
    Object::default()
        .set("vad_threshold", turns.vad_threshold)
        .set("min_silence", millis(turns.min_silence))
        .set("max_silence", millis(turns.max_silence))
        .set("interrupt_response", turns.interrupts)
        .set("interruption_delay", millis(turns.interruption_delay))
}

fn webhook(webhook: &Webhook) -> Value {
    let events: Vec<&str> = webhook.events.iter().map(|event| event.name()).collect();
    Object::default()
        .set("url", Some(webhook.url.as_str()))
        .set("events", Some(events))
        .set("secret", webhook.secret.as_ref().map(ApiKey::expose))
        .0
        .into()
}

fn tools(tools: &[VoiceTool]) -> Value {
    tools.iter().map(tool).collect()
}

fn tool(tool: &VoiceTool) -> Value {
    let mode = match tool.mode {
        ExecutionMode::Interactive => "interactive",
        ExecutionMode::Hold => "hold",
    };
    let instructions = Object::default()
        .set("success", tool.on_success.as_deref())
        .set("error", tool.on_error.as_deref());
    Object::default()
        .set("type", Some("function"))
        .set("name", Some(tool.name.as_str()))
        .set("description", Some(tool.description.as_str()))
        .set("parameters", Some(tool.parameters.clone()))
        .set("execution_mode", Some(mode))
        .set("timeout_seconds", Some(tool.timeout.as_secs()))
        .child("response_instructions", instructions)
        .0
        .into()
}
