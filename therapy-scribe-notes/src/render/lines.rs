//! A note as Markdown and as plain text.

use std::fmt::Write as _;

use serde_json::Value;

use super::{Sheet, Standing, escape, facts};
use crate::{Later, format::heading};

/// How one differs from the other.
struct Style {
    label: fn(&str) -> String,
    text: fn(&str) -> String,
    empty: &'static str,
}

const MARKDOWN: Style = Style {
    label: |name| format!("**{name}:**"),
    text: escape::tags,
    empty: "*(empty)*",
};
const PLAIN: Style = Style {
    label: |name| format!("{name}:"),
    text: str::to_owned,
    empty: "(empty)",
};

pub(super) fn markdown(sheet: &Sheet<'_>) -> String {
    let banner = sheet.standing.banner();
    let banner = banner.map(|banner| format!("> {banner}\n\n"));
    let (banner, heading) = (banner.unwrap_or_default(), sheet.heading());
    // A draft's heading says what it is; how a record stands comes before all else.
    let mut out = match sheet.standing {
        Standing::Draft => format!("# {heading}\n\n{banner}"),
        _ => format!("{banner}# {heading}\n\n"),
    };
    let rows = rows(&sheet.facts, &MARKDOWN, escape::markdown);
    if !rows.is_empty() {
        let _ = write!(out, "## Session\n\n{rows}\n\n");
    }
    for section in sheet.sections {
        let body = or_empty(sheet.section(&section.key), &MARKDOWN);
        let _ = write!(out, "## {}\n\n{body}\n\n", section.title);
    }
    for (index, (label, value)) in sheet.signature().into_iter().enumerate() {
        let _ = match index {
            0 => write!(out, "---\n\n{label} {}\n", escape::tags(&value)),
            _ => write!(out, "\n{label}: `{}`\n", escape::tags(&value)),
        };
    }
    for later in sheet.later {
        let _ = write!(out, "\n#{}", self::later(later));
    }
    out
}

/// One statement as a document of its own.
pub(super) fn later(later: &Later) -> String {
    let (title, text, line) = super::later(later);
    let text = text.map(|text| format!("{}\n\n", escape::tags(text)));
    let text = text.unwrap_or_default();
    format!("# {title}\n\n{text}{}\n", escape::tags(&line))
}

pub(super) fn text(sheet: &Sheet<'_>) -> String {
    let mut out = format!("{}\n", sheet.heading());
    if let Some(banner) = sheet.standing.banner() {
        let _ = writeln!(out, "{banner}");
    }
    let rows = rows(&sheet.facts, &PLAIN, str::to_owned);
    if !rows.is_empty() {
        let _ = write!(out, "\nSESSION\n{rows}\n");
    }
    for section in sheet.sections {
        let body = or_empty(sheet.section(&section.key), &PLAIN);
        let _ = write!(out, "\n{}\n{body}\n", section.title.to_uppercase());
    }
    if sheet.note.is_some() {
        out.push_str("\nSIGNATURE\n");
    }
    for (label, value) in sheet.signature() {
        let _ = writeln!(out, "{label}: {value}");
    }
    for (title, text, line) in sheet.later.iter().map(super::later) {
        let text = text.map(|text| format!("{text}\n")).unwrap_or_default();
        let _ = write!(out, "\n{}\n{text}{line}\n", title.to_uppercase());
    }
    out
}

/// One section as plain text.
pub(crate) fn section_text(value: &Value) -> String {
    body(value, &PLAIN)
}

fn rows(facts: &Value, style: &Style, escape: fn(&str) -> String) -> String {
    let row = |row: facts::Row| {
        let label = (style.label)(row.label);
        match row.lines.as_slice() {
            [] => format!("{label} {}", row.none),
            [line] => format!("{label} {}", escape(line)),
            lines => {
                let lines = lines.iter().map(|line| escape(line));
                format!("{label}\n{}", list(lines))
            }
        }
    };
    let rows = facts::rows(facts);
    list(rows.into_iter().map(row))
}

fn or_empty(value: Option<&Value>, style: &Style) -> String {
    let body = value.map(|value| body(value, style)).unwrap_or_default();
    if body.is_empty() {
        style.empty.to_owned()
    } else {
        body
    }
}

fn body(value: &Value, style: &Style) -> String {
    match value {
        Value::Object(_) => list(parts(value, style)),
        Value::Array(items) => list(items.iter().map(|item| {
            // What an entry begins with stands on its line, the rest below it.
            let mut parts = parts(item, style).into_iter();
            let first = parts.next().unwrap_or_default();
            let rest = list(parts);
            if rest.is_empty() {
                first
            } else {
                format!("{first}\n{rest}")
            }
        })),
        Value::Null => String::new(),
        Value::String(text) => (style.text)(text.trim()),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
    }
}

/// The fields of an object with their names; anything else as it is.
fn parts(value: &Value, style: &Style) -> Vec<String> {
    let Value::Object(fields) = value else {
        return vec![body(value, style)];
    };
    let part = |(key, field): (&String, &Value)| {
        let text = body(field, style);
        let text = match field {
            _ if text.is_empty() => format!(" {}", style.empty),
            Value::Array(_) | Value::Object(_) => format!("\n{text}"),
            _ => format!(" {text}"),
        };
        format!("{}{text}", (style.label)(&heading(key)))
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
            body(&json!([goal]), &MARKDOWN),
            "- **Id:** G1\n  - **Objectives:**\n    - **Objective:** Sleep\n      - **Target date:** *(empty)*\n    - **Objective:** Walk\n      daily\n      - **Target date:** May"
        );
        assert_eq!(
            body(&json!([goal]), &PLAIN),
            "- Id: G1\n  - Objectives:\n    - Objective: Sleep\n      - Target date: (empty)\n    - Objective: Walk\n      daily\n      - Target date: May"
        );
        assert_eq!(body(&json!(["a", "b"]), &PLAIN), "- a\n- b");
        assert_eq!(
            body(&json!({"sud": 3, "done": true}), &MARKDOWN),
            "- **Sud:** 3\n- **Done:** yes"
        );
        assert_eq!(body(&json!([]), &PLAIN), "");
    }
}
