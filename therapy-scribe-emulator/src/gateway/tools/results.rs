//! What a tool gave, read out.

use serde_json::Value;

/// Under which names results say what is to be read, and with what before it.
const SAID: [(&str, &str); 4] = [
    ("text", ""),
    ("say", ""),
    ("why", "That can't be done yet: "),
    ("error", "That did not work: "),
];

/// The message of a tool, in words.
pub(super) fn spoken(message: &Value) -> String {
    let content = message
        .get("content")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let Ok(given) = serde_json::from_str::<Value>(content) else {
        return content.to_owned();
    };
    let said = SAID.iter().find_map(|(name, before)| {
        let words = given.get(name)?.as_str()?;
        Some(format!("{before}{}", closed(words)))
    });
    let list = || {
        let lists = given.as_object()?.values().find_map(Value::as_array)?;
        let entries: Vec<_> = lists.iter().map(entry).collect();
        Some(closed(&entries.join("; ")))
    };
    let status = || {
        let status = given.get("status")?.as_str()?;
        Some(format!("The tool says: {}.", status.replace('_', " ")))
    };
    said.or_else(list)
        .or_else(status)
        .unwrap_or_else(|| given.to_string())
}

fn entry(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => {
            let texts = fields.values().filter_map(Value::as_str);
            texts.collect::<Vec<_>>().join(": ")
        }
        value => value.to_string(),
    }
}

fn closed(text: &str) -> String {
    if text.is_empty() {
        return "There is nothing.".to_owned();
    }
    let is_closed = text.ends_with(['.', '!', '?', '…', '"']);
    format!("{text}{}", if is_closed { "" } else { "." })
}
