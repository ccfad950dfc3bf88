//! A note as Markdown.

use std::fmt::Write as _;

use serde_json::Value;

use crate::Section;

/// A heading and a text or list for each section.
pub(crate) fn sections(sections: &[Section], value: &Value) -> String {
    let mut text = String::new();
    for section in sections {
        let body = value.get(&section.key).map(body).unwrap_or_default();
        let body = if body.is_empty() {
            "*(empty)*".to_owned()
        } else {
            body
        };
        let _ = write!(text, "## {}\n\n{body}\n\n", section.title);
    }
    text
}

fn body(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.trim().to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => items
            .iter()
            .map(|item| format!("- {}", body(item)))
            .collect::<Vec<_>>()
            .join("\n"),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| format!("{key}: {}", body(value)))
            .collect::<Vec<_>>()
            .join("; "),
    }
}
