//! Tools on the wire (`llm-gateway.md` 3.2, 7): offered, called, answered.

use serde_json::{Map, Value, json};

use crate::{ChatMessage, ChatRequest, ChatTool, ChatToolCall, Speaker};

/// What is offered; `None` where nothing is, since some models take no such field at all.
pub(crate) fn offers(request: &ChatRequest) -> Option<Value> {
    let offer = |tool: &ChatTool| {
        let function = json!({
            "name": tool.name, "description": tool.description, "parameters": tool.parameters,
        });
        json!({"type": "function", "function": function})
    };
    (!request.tools.is_empty()).then(|| request.tools.iter().map(offer).collect())
}

pub(super) fn message(message: &ChatMessage) -> Value {
    let role = match message.speaker {
        Speaker::User => "user",
        Speaker::Assistant => "assistant",
        Speaker::Tool => "tool",
    };
    let mut fields = Map::new();
    fields.insert("role".to_owned(), role.into());
    // 7: null beside calls, where the model said nothing.
    let is_silent = message.text.is_empty() && !message.calls.is_empty();
    let content = if is_silent {
        Value::Null
    } else {
        message.text.clone().into()
    };
    fields.insert("content".to_owned(), content);
    if !message.calls.is_empty() {
        fields.insert(
            "tool_calls".to_owned(),
            message.calls.iter().map(entry).collect(),
        );
    }
    if let Some(call) = &message.answers {
        fields.insert("tool_call_id".to_owned(), call.clone().into());
    }
    Value::Object(fields)
}

/// Arguments are a text with JSON on the wire.
fn entry(call: &ChatToolCall) -> Value {
    let arguments = match call.arguments.expose() {
        Value::String(text) => text.clone(),
        Value::Null => "{}".to_owned(),
        value => value.to_string(),
    };
    json!({"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}})
}

/// One entry of `tool_calls`; `None` without a name. Some servers give no id, and some write the arguments as an object.
pub(super) fn call(entry: &Value) -> Option<ChatToolCall> {
    let function = entry.get("function")?;
    let name = function.get("name")?.as_str()?;
    let id = entry.get("id").and_then(Value::as_str).unwrap_or_default();
    let arguments = match function.get("arguments").cloned().unwrap_or_default() {
        Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        value => value,
    };
    Some(ChatToolCall::new(id, name, arguments))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        ChatReply, Finish,
        completion::{Asked, Reply, messages},
    };

    fn reply(body: &Value) -> ChatReply {
        serde_json::from_value::<Reply>(body.clone())
            .unwrap()
            .into_reply(Asked::Alone("m"), Duration::ZERO)
    }

    #[test]
    fn calls_are_read_from_both_places_and_in_both_forms() {
        let text = json!([{"id": "c1", "type": "function", "function": {"name": "read_note", "arguments": "{\"section\":\"plan\"}"}}]);
        let object = json!([{"function": {"name": "read_note", "arguments": {"section": "plan"}}}]);
        for (calls, id) in [(text, "c1"), (object, "")] {
            for word in ["tool_calls", "tool_use", "STOP"] {
                for choice in [
                    json!({"message": {"content": null, "tool_calls": calls}, "finish_reason": word}),
                    json!({"message": {"content": null, "tool_calls": []}, "tool_calls": calls, "finish_reason": word}),
                ] {
                    let reply = reply(&json!({"choices": [choice]}));
                    assert_eq!(reply.finish, Finish::ToolCall, "{choice}");
                    let expected = ChatToolCall::new(id, "read_note", json!({"section": "plan"}));
                    assert_eq!(reply.calls, [expected], "{choice}");
                }
            }
        }
    }

    #[test]
    fn text_and_calls_of_two_choices_come_together_and_cut_calls_are_none() {
        let calls = json!([{"id": "c", "function": {"name": "x", "arguments": "{\"a\":"}}]);
        let two = reply(&json!({"choices": [
            {"message": {"content": "One moment."}, "finish_reason": "end_turn"},
            {"message": {"tool_calls": calls}, "finish_reason": "tool_use"}]}));
        assert_eq!(two.content.expose(), "One moment.");
        assert_eq!(two.finish, Finish::ToolCall);
        assert_eq!(*two.calls[0].arguments.expose(), json!("{\"a\":"));
        for word in ["length", "refusal"] {
            let cut = reply(
                &json!({"choices": [{"message": {"tool_calls": calls}, "finish_reason": word}]}),
            );
            assert!(cut.calls.is_empty(), "{word}");
            assert_ne!(cut.finish, Finish::ToolCall, "{word}");
        }
        let odd = json!({"choices": [{"message": {"content": "x", "tool_calls": [1, {"id": "a"}, {"function": {}}]}}]});
        assert!(reply(&odd).calls.is_empty());
    }

    #[test]
    fn a_conversation_with_calls_has_the_documented_form() {
        let call = ChatToolCall::new("c1", "list_themes", Value::Null);
        let said = vec![
            ChatMessage::new(Speaker::User, "Themes?"),
            ChatMessage::calling("", vec![call]),
            ChatMessage::outcome("c1", "{\"themes\":[]}"),
        ];
        let tool = ChatTool::new("list_themes", "Lists them.", json!({"type": "object"}));
        let request = ChatRequest::conversation("Rules.", said).tools([tool]);
        assert_eq!(
            Value::from(messages(&request.system, &request)),
            json!([
                {"role": "system", "content": "Rules."},
                {"role": "user", "content": "Themes?"},
                {"role": "assistant", "content": null, "tool_calls": [
                    {"id": "c1", "type": "function", "function": {"name": "list_themes", "arguments": "{}"}}]},
                {"role": "tool", "content": "{\"themes\":[]}", "tool_call_id": "c1"},
            ])
        );
        assert_eq!(
            offers(&request),
            Some(
                json!([{"type": "function", "function": {"name": "list_themes", "description": "Lists them.", "parameters": {"type": "object"}}}])
            )
        );
        assert_eq!(offers(&ChatRequest::new("", "")), None);
        let shown = format!("{request:?} {:?}", request.messages);
        assert!(
            !shown.contains("Themes?") && !shown.contains("themes\\"),
            "{shown}"
        );
    }
}
