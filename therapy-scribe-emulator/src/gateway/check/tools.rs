//! Tools in a request: offered, chosen, called and answered (3.1, 7).

use serde_json::Value;

/// What is wrong with what is offered, if anything is.
pub(super) fn offered(request: &Value) -> Option<String> {
    let tools = super::field(request, "tools");
    if tools.is_some_and(|tools| !tools.is_array()) {
        return Some("tools must be an array".to_owned());
    }
    let tools = tools.and_then(Value::as_array).into_iter().flatten();
    for (index, tool) in tools.enumerate() {
        let text = |path: &str| tool.pointer(path).and_then(Value::as_str);
        let has_parameters = tool
            .pointer("/function/parameters")
            .is_some_and(Value::is_object);
        let wrong = if text("/type") != Some("function") {
            "type must be function"
        } else if !text("/function/name").is_some_and(is_name) {
            "function.name is required"
        } else if !has_parameters {
            "function.parameters must be an object"
        } else {
            continue;
        };
        return Some(format!("tools[{index}]: {wrong}"));
    }
    let choice = super::field(request, "tool_choice")?;
    let named = choice.pointer("/function/name").and_then(Value::as_str);
    let is_known = *choice == "none" || *choice == "auto" || named.is_some();
    (!is_known).then(|| "tool_choice must be none, auto or a function".to_owned())
}

/// What the vendors refuse: a call without its answer, or an answer without its call.
pub(super) fn answered(messages: &[Value]) -> Option<String> {
    let mut open: Vec<&str> = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        if message.get("role").is_some_and(|role| role == "tool") {
            let id = message.get("tool_call_id").and_then(Value::as_str);
            match open.iter().position(|open| Some(*open) == id) {
                Some(place) => {
                    open.remove(place);
                    continue;
                }
                None => return Some(format!("messages[{index}]: no call has this tool_call_id")),
            }
        }
        if !open.is_empty() {
            return Some(format!(
                "messages[{index}]: tool calls before it have no answer"
            ));
        }
        let calls = message.get("tool_calls").and_then(Value::as_array);
        let ids = calls
            .into_iter()
            .flatten()
            .map(|call| call.get("id").and_then(Value::as_str));
        open = ids.map(Option::unwrap_or_default).collect();
    }
    (!open.is_empty()).then(|| "the last tool calls have no answer".to_owned())
}

fn is_name(name: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    (1..=64).contains(&name.len()) && name.bytes().all(is_plain)
}
