//! Arguments out of a line: what stands after a colon, what a tool knows by name, or what is left of the line.

use serde_json::{Map, Value};

use super::{Tool, plain, words};

/// Beside the empty words, none of what somebody asks for.
const FRAME: [&str; 12] = [
    "section", "note", "session", "about", "what", "said", "did", "she", "he", "they", "write",
    "make",
];

/// All that a tool requires; `None` where the line does not have it.
pub(super) fn fill(tool: &Tool<'_>, line: &str) -> Option<Value> {
    let required = tool.parameters.get("required").and_then(Value::as_array);
    let mut arguments = Map::new();
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        let schema = tool.parameters.pointer(&format!("/properties/{name}"))?;
        arguments.insert(name.to_owned(), value(tool, name, schema, line)?);
    }
    Some(Value::Object(arguments))
}

fn value(tool: &Tool<'_>, name: &str, schema: &Value, line: &str) -> Option<Value> {
    match schema.get("type").and_then(Value::as_str)? {
        "string" => text(tool, name, schema, line).map(Value::from),
        "integer" | "number" => {
            let mut numbers = line.split(|c: char| !c.is_ascii_digit());
            numbers
                .find_map(|word| word.parse::<u64>().ok())
                .map(Value::from)
        }
        "boolean" => Some(true.into()),
        _ => None,
    }
}

fn text(tool: &Tool<'_>, name: &str, schema: &Value, line: &str) -> Option<String> {
    let (head, tail) = line.split_once(':').unwrap_or((line, ""));
    let description = schema
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let is_dictated = ["dictated", "their words"]
        .iter()
        .any(|word| description.contains(word));
    if is_dictated && !tail.trim().is_empty() {
        return Some(tail.trim().to_owned());
    }
    let asked: Vec<String> = words(head).collect();
    let listed = ["enum", "examples"]
        .into_iter()
        .filter_map(|key| schema.get(key)?.as_array());
    let mut listed = listed.flatten().filter_map(Value::as_str);
    let known = listed.find(|known| words(known).all(|word| asked.contains(&word)));
    if let Some(known) = known {
        return Some(known.to_owned());
    }
    if schema.get("enum").is_some() {
        return None;
    }
    let called: Vec<String> = words(tool.name).chain(words(name)).collect();
    let is_left = |word: &&str| {
        plain(word).is_some_and(|word| !called.contains(&word) && !FRAME.contains(&word.as_str()))
    };
    let bare = |c: char| !c.is_alphanumeric();
    let left = head
        .split_whitespace()
        .filter(is_left)
        .map(|word| word.trim_matches(bare));
    let left = left.collect::<Vec<_>>().join(" ");
    (!left.is_empty()).then_some(left)
}
