//! Chat completions as OpenAI shaped them and everybody after it: what the gateway and local servers have in common
//! (`llm-gateway.md` 6, `other-providers.md` 2.1). Everything in an answer is optional, and lists may be null.

mod tools;

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use therapy_scribe_core::Phi;

pub(crate) use tools::offers;

use crate::{ChatReply, ChatRequest, ChatToolCall, Finish, Usage};

/// The conversation, with what holds for all of it first.
pub(crate) fn messages(system: &str, request: &ChatRequest) -> Vec<Value> {
    let said = request.messages.iter().map(tools::message);
    let system = json!({"role": "system", "content": system});
    std::iter::once(system).chain(said).collect()
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Reply {
    #[serde(default, deserialize_with = "lenient")]
    request_id: Option<String>,
    /// What others call it.
    #[serde(default, deserialize_with = "lenient")]
    id: Option<String>,
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
    /// The older place (7).
    #[serde(default, deserialize_with = "lenient")]
    tool_calls: Option<Vec<Value>>,
    #[serde(default, deserialize_with = "lenient")]
    finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Message {
    /// A string; null beside tool calls.
    #[serde(default, deserialize_with = "lenient")]
    content: Option<Value>,
    #[serde(default, deserialize_with = "lenient")]
    tool_calls: Option<Vec<Value>>,
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
pub(crate) enum Asked<'a> {
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
    pub(crate) fn into_reply(self, asked: Asked<'_>, duration: Duration) -> ChatReply {
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
        let answer = without_thinking(reply.content.expose()).map(str::to_owned);
        if answer.is_none() {
            reply.finish = Finish::OutOfBudget;
        }
        reply.content = Phi::new(answer.unwrap_or_default());
        reply.calls = choices.iter().flat_map(Choice::calls).collect();
        // Some vendors say "stop" all the same. Calls that were cut are none.
        if !reply.calls.is_empty() {
            match reply.finish {
                Finish::OutOfBudget | Finish::Declined => reply.calls.clear(),
                _ => reply.finish = Finish::ToolCall,
            }
        }
        // Nothing at all is a refusal that was not called one; the next model may do better.
        if reply.content.expose().trim().is_empty()
            && matches!(reply.finish, Finish::Complete | Finish::Unknown)
        {
            reply.finish = Finish::Declined;
        }
        reply.model = asked.author(self.model.or(echoed));
        reply.request_id = self.request_id.or(self.id);
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

    fn calls(&self) -> impl Iterator<Item = ChatToolCall> {
        let newer = self.message.as_ref().and_then(|m| m.tool_calls.as_ref());
        let newer = newer.filter(|calls| !calls.is_empty());
        let entries = newer.or(self.tool_calls.as_ref());
        entries.into_iter().flatten().filter_map(tools::call)
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

/// What a model wrote after it had thought aloud (`other-providers.md` 2.3); `None` where it did nothing else. Some servers
/// open the thinking by themselves, so that only its end is in the text.
fn without_thinking(text: &str) -> Option<&str> {
    if text.trim_start().starts_with('{') {
        return Some(text);
    }
    match text.split_once("</think>") {
        Some((_, answer)) => Some(answer),
        None if text.trim_start().starts_with("<think>") => None,
        None => Some(text),
    }
}

/// Vendors have words of their own (6.2); case does not matter.
pub(crate) fn finish(word: Option<&str>) -> Finish {
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

/// A field whose shape is wrong counts as absent: an answer that was paid for is not thrown away for a number.
pub(crate) fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value::<Option<T>>(value).unwrap_or_default())
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn thinking_aloud_is_no_part_of_the_answer() {
        let rows = [
            ("<think>Hm. {</think>\n{\"a\":1}", Some("\n{\"a\":1}")),
            ("Hm.</think>{\"a\":1}", Some("{\"a\":1}")),
            ("{\"a\":\"</think>\"}", Some("{\"a\":\"</think>\"}")),
            ("<think>Hm", None),
            ("Hm", Some("Hm")),
        ];
        for (text, answer) in rows {
            assert_eq!(without_thinking(text), answer, "{text}");
        }
        let endless = r#"{"choices":[{"message":{"content":"<think>Hm"},"finish_reason":"stop"}]}"#;
        assert_eq!(reply(endless).finish, Finish::OutOfBudget);
    }
}
