//! What goes over the wire, in the gateway's own words (`llm-gateway.md` 3, 6, 10). Everything in an answer is optional,
//! and lists may be null.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Fallbacks, GatewayConfig, Vendor};
use crate::{ChatReply, ChatRequest, Finish, Speaker, Usage};

/// The body of a request for one model.
pub(super) fn request(
    request: &ChatRequest,
    config: &GatewayConfig,
    model: &str,
    others: &[String],
) -> Value {
    let mut messages = vec![json!({"role": "system", "content": request.system})];
    messages.extend(request.messages.iter().map(|message| {
        let role = match message.speaker {
            Speaker::User => "user",
            Speaker::Assistant => "assistant",
        };
        json!({"role": role, "content": message.text})
    }));
    let mut body = Map::new();
    body.insert("model".to_owned(), model.into());
    body.insert("messages".to_owned(), messages.into());
    body.insert(
        "max_tokens".to_owned(),
        budget(model, request.max_tokens).into(),
    );
    if let Some(temperature) = config.temperature {
        body.insert("temperature".to_owned(), json!(temperature));
    }
    if let Some(schema) = &request.schema {
        let strict = json!({"name": schema.name, "strict": true, "schema": schema.schema});
        body.insert(
            "response_format".to_owned(),
            json!({"type": "json_schema", "json_schema": strict}),
        );
    }
    // The gateway repeats a failed try by itself unless told not to; this client counts its own tries.
    let fallback_config = match config.fallbacks {
        Fallbacks::Client => json!({"retry": false}),
        Fallbacks::Gateway { depth } => {
            let models: Vec<_> = others.iter().map(|model| json!({"model": model})).collect();
            body.insert("fallbacks".to_owned(), models.into());
            json!({"retry": true, "depth": depth})
        }
    };
    body.insert("fallback_config".to_owned(), fallback_config);
    Value::Object(body)
}

/// Google's models think within the budget for the answer (3.1, 3.3).
fn budget(model: &str, max_tokens: u32) -> u32 {
    match Vendor::of(model) {
        Vendor::Google => max_tokens.saturating_add(max_tokens / 2),
        _ => max_tokens,
    }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Reply {
    #[serde(default, deserialize_with = "lenient")]
    request_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    model: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    request: Option<Echo>,
    #[serde(default, deserialize_with = "lenient")]
    choices: Option<Vec<Choice>>,
    #[serde(default, deserialize_with = "lenient")]
    usage: Option<WireUsage>,
}

#[derive(Debug, Default, Deserialize)]
struct Echo {
    #[serde(default, deserialize_with = "lenient")]
    model: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Choice {
    #[serde(default, deserialize_with = "lenient")]
    message: Option<Message>,
    #[serde(default, deserialize_with = "lenient")]
    finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Message {
    /// A string; null beside tool calls.
    #[serde(default, deserialize_with = "lenient")]
    content: Option<Value>,
    #[serde(default, deserialize_with = "lenient")]
    refusal: Option<String>,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the wire's own names")]
struct WireUsage {
    #[serde(default, deserialize_with = "lenient")]
    input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    prompt_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    output_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    completion_tokens: Option<u64>,
}

/// Which model a request named, and whether another one may have answered.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asked<'a> {
    Alone(&'a str),
    /// The gateway may have fallen back. An answer may repeat the name that was asked for all the same.
    First(&'a str),
}

impl Asked<'_> {
    /// Who wrote the answer, as far as it can be known.
    fn author(self, named: Option<String>) -> Option<String> {
        match self {
            Self::Alone(model) => named.or_else(|| Some(model.to_owned())),
            Self::First(model) => named.filter(|named| named != model),
        }
    }
}

impl Reply {
    pub(super) fn into_reply(self, asked: Asked<'_>, duration: std::time::Duration) -> ChatReply {
        let usage = self.usage.unwrap_or_default();
        let choices = self.choices.unwrap_or_default();
        // A text may stand in a later choice than a tool call.
        let choice = choices
            .iter()
            .find(|choice| !choice.text().is_empty())
            .or_else(|| choices.first());
        let mut reply = ChatReply::new(
            choice.map(Choice::text).unwrap_or_default(),
            choice.map_or(Finish::Unknown, Choice::finish),
        );
        let echoed = self.request.and_then(|request| request.model);
        // Nothing at all is a refusal that was not called one; the next model may do better.
        if reply.content.expose().trim().is_empty()
            && matches!(reply.finish, Finish::Complete | Finish::Unknown)
        {
            reply.finish = Finish::Declined;
        }
        reply.model = asked.author(self.model.or(echoed));
        reply.request_id = self.request_id;
        reply.usage = Usage {
            input_tokens: usage.input_tokens.or(usage.prompt_tokens).unwrap_or(0),
            output_tokens: usage.output_tokens.or(usage.completion_tokens).unwrap_or(0),
            duration,
        };
        reply
    }
}

impl Choice {
    fn text(&self) -> String {
        match self
            .message
            .as_ref()
            .and_then(|message| message.content.as_ref())
        {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(parts)) => parts
                .iter()
                .filter_map(|part| part.get("text")?.as_str())
                .collect(),
            _ => String::new(),
        }
    }

    fn finish(&self) -> Finish {
        let refused = self
            .message
            .as_ref()
            .and_then(|message| message.refusal.as_deref());
        if refused.is_some_and(|refusal| !refusal.trim().is_empty()) {
            return Finish::Declined;
        }
        finish(self.finish_reason.as_deref())
    }
}

/// Vendors have words of their own (6.2); case does not matter.
pub(super) fn finish(word: Option<&str>) -> Finish {
    match word.map(str::to_ascii_lowercase).as_deref() {
        Some("stop" | "end_turn" | "stop_sequence") => Finish::Complete,
        Some("length" | "max_tokens" | "model_context_window_exceeded") => Finish::OutOfBudget,
        Some("tool_calls" | "function_call" | "tool_use") => Finish::ToolCall,
        Some(
            "content_filter" | "refusal" | "safety" | "recitation" | "prohibited_content"
            | "blocklist" | "spii",
        ) => Finish::Declined,
        _ => Finish::Unknown,
    }
}

/// The catalogue. Entries that can't be read are left out: one odd model must not hide the others.
#[derive(Debug, Deserialize)]
pub(super) struct Catalogue {
    #[serde(default)]
    data: Option<Vec<Value>>,
}

impl Catalogue {
    pub(super) fn models(self) -> impl Iterator<Item = Model> {
        let entries = self.data.unwrap_or_default().into_iter();
        entries.filter_map(|entry| Model::deserialize(entry).ok())
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Model {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) context_length: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) supported_parameters: Option<Vec<String>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) retirement_date: Option<f64>,
}

/// A field whose shape is wrong counts as absent: an answer that was paid for is not thrown away for a number.
fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value::<Option<T>>(value).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_vendors_word_is_normalised() {
        let rows = [
            (
                Finish::Complete,
                &["stop", "end_turn", "stop_sequence", "STOP"][..],
            ),
            (
                Finish::OutOfBudget,
                &[
                    "length",
                    "max_tokens",
                    "model_context_window_exceeded",
                    "MAX_TOKENS",
                ],
            ),
            (
                Finish::ToolCall,
                &["tool_calls", "function_call", "tool_use"],
            ),
            (
                Finish::Declined,
                &[
                    "content_filter",
                    "refusal",
                    "SAFETY",
                    "RECITATION",
                    "PROHIBITED_CONTENT",
                    "BLOCKLIST",
                    "SPII",
                ],
            ),
            (Finish::Unknown, &["something_new"]),
        ];
        for (expected, words) in rows {
            for word in words {
                assert_eq!(finish(Some(word)), expected, "{word}");
            }
        }
        assert_eq!(finish(None), Finish::Unknown);
    }

    fn reply(json: &str) -> ChatReply {
        serde_json::from_str::<Reply>(json)
            .unwrap()
            .into_reply(Asked::Alone("asked"), Duration::ZERO)
    }

    #[test]
    fn answers_are_read_in_every_documented_shape() {
        assert_eq!(reply("{}").finish, Finish::Declined);
        let blank = r#"{"choices":[{"message":{"content":" "},"finish_reason":"stop"}]}"#;
        assert_eq!(reply(blank).finish, Finish::Declined);
        let spent = blank.replace("stop", "max_tokens");
        assert_eq!(reply(&spent).finish, Finish::OutOfBudget);
        assert_eq!(
            reply(r#"{"choices":null,"usage":null}"#).content.expose(),
            ""
        );
        let two = reply(
            r#"{"choices":[{"message":{"content":null,"tool_calls":[]}},{"message":{"content":"x"},"finish_reason":"STOP"}]}"#,
        );
        assert_eq!(
            (two.content.expose().as_str(), two.finish),
            ("x", Finish::Complete)
        );
        assert_eq!(
            reply(
                r#"{"choices":[{"message":{"content":"","refusal":"no"},"finish_reason":"stop"}]}"#
            )
            .finish,
            Finish::Declined
        );
        assert_eq!(
            reply(r#"{"usage":{"prompt_tokens":3,"completion_tokens":4}}"#)
                .usage
                .output_tokens,
            4
        );
        assert_eq!(
            reply(r#"{"usage":{"input_tokens":3,"output_tokens":5}}"#)
                .usage
                .output_tokens,
            5
        );
        assert_eq!(
            reply(r#"{"request":{"model":"echoed"}}"#).model.as_deref(),
            Some("echoed")
        );
        assert_eq!(reply("{}").model.as_deref(), Some("asked"));
    }
}
