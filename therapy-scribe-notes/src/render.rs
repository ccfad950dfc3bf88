//! A note as Markdown.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{Section, format::heading};

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

/// One section.
pub(crate) fn body(value: &Value) -> String {
    match value {
        Value::Object(_) => list(parts(value)),
        Value::Array(items) => list(items.iter().map(|item| {
            // What an entry begins with stands on its line, the rest below it.
            let mut parts = parts(item).into_iter();
            let first = parts.next().unwrap_or_default();
            let rest = list(parts);
            if rest.is_empty() {
                first
            } else {
                format!("{first}\n{rest}")
            }
        })),
        Value::Null => String::new(),
        Value::String(text) => text.trim().to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
    }
}

/// The fields of an object with their names; anything else as it is.
fn parts(value: &Value) -> Vec<String> {
    let Value::Object(fields) = value else {
        return vec![body(value)];
    };
    let part = |(key, field): (&String, &Value)| {
        let text = body(field);
        let text = match field {
            _ if text.is_empty() => " *(empty)*".to_owned(),
            Value::Array(_) | Value::Object(_) => format!("\n{text}"),
            _ => format!(" {text}"),
        };
        format!("**{}:**{text}", heading(key))
    };
    fields.iter().map(part).collect()
}

/// Lines of an entry stay in it.
fn list(entries: impl IntoIterator<Item = String>) -> String {
    let entry = |text: String| format!("- {}", text.replace('\n', "\n  "));
    let entries: Vec<_> = entries.into_iter().map(entry).collect();
    entries.join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_in_lists_are_indented_and_name_what_is_empty() {
        let goal = json!({"id": "G1", "objectives": [
            {"objective": "Sleep", "target_date": ""}, {"objective": "Walk\ndaily", "target_date": "May"}]});
        assert_eq!(
            body(&json!([goal])),
            "- **Id:** G1\n  - **Objectives:**\n    - **Objective:** Sleep\n      - **Target date:** *(empty)*\n    - **Objective:** Walk\n      daily\n      - **Target date:** May"
        );
        assert_eq!(body(&json!(["a", "b"])), "- a\n- b");
        assert_eq!(
            body(&json!({"sud": 3, "done": true})),
            "- **Sud:** 3\n- **Done:** yes"
        );
        assert_eq!(body(&json!([])), "");
    }
}
