//! A note as one HTML file: no script, nothing from elsewhere, for screens and for paper.

use std::fmt::Write as _;

use serde_json::Value;

use super::{Sheet, escape::html, facts, later};
use crate::format::heading;

const STYLE: &str = include_str!("note.css");
/// The browser is told as well that nothing in here runs or is fetched.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

pub(super) fn page(sheet: &Sheet<'_>) -> String {
    let heading = html(&sheet.heading());
    let date = sheet.facts.get("date").and_then(Value::as_str);
    let date = date.map(|date| format!(", {}", html(date)));
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
        <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
        <meta name=\"robots\" content=\"noindex\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
        <title>{heading}{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body class=\"{}\">\n",
        date.unwrap_or_default(),
        sheet.standing.name()
    );
    if let Some(mark) = sheet.standing.mark() {
        let _ = writeln!(out, "<div class=\"mark\" aria-hidden=\"true\">{mark}</div>");
    }
    let _ = writeln!(out, "<main>\n<h1>{heading}</h1>");
    if let Some(banner) = sheet.standing.banner() {
        let _ = writeln!(out, "<p class=\"banner\" role=\"note\">{banner}</p>");
    }
    session(sheet, &mut out);
    for section in sheet.sections {
        let body = sheet.section(&section.key).unwrap_or(&Value::Null);
        let (title, body) = (html(&section.title), value(body, 3));
        let _ = write!(out, "<section>\n<h2>{title}</h2>\n{body}</section>\n");
    }
    signature(sheet, &mut out);
    for (title, text, line) in sheet.later.iter().map(later) {
        let text = text.map(paragraphs).unwrap_or_default();
        let line = html(&line);
        let _ = write!(
            out,
            "<section class=\"later\">\n<h2>{title}</h2>\n{text}<p class=\"signed\">{line}</p>\n</section>\n"
        );
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn session(sheet: &Sheet<'_>, out: &mut String) {
    let rows = facts::rows(&sheet.facts);
    if rows.is_empty() {
        return;
    }
    out.push_str("<section class=\"facts\">\n<h2>Session</h2>\n<dl>\n");
    for row in rows {
        let body = match row.lines.as_slice() {
            [] => format!("<span class=\"empty\">{}</span>", row.none),
            [line] => html(line),
            lines => list(lines.iter().map(|line| html(line))),
        };
        entry(row.label, &body, out);
    }
    out.push_str("</dl>\n</section>\n");
}

fn signature(sheet: &Sheet<'_>, out: &mut String) {
    if sheet.note.is_none() {
        return;
    }
    out.push_str("<section class=\"signature\">\n<h2>Signature</h2>\n<dl>\n");
    for (label, text) in sheet.signature() {
        entry(label, &html(&text), out);
    }
    out.push_str("</dl>\n</section>\n");
}

fn entry(label: &str, body: &str, out: &mut String) {
    let _ = writeln!(out, "<div><dt>{label}</dt><dd>{body}</dd></div>");
}

/// What a section or a part of it holds, with headings from this level on.
fn value(of: &Value, level: usize) -> String {
    match of {
        Value::String(text) if !text.trim().is_empty() => paragraphs(text),
        Value::Bool(true) => paragraphs("yes"),
        Value::Bool(false) => paragraphs("no"),
        Value::Number(number) => paragraphs(&number.to_string()),
        Value::Object(fields) => fields_of(fields.iter(), level),
        Value::Array(items) if items.iter().any(Value::is_object) => {
            items.iter().map(|item| part(item, level)).collect()
        }
        Value::Array(items) if !items.is_empty() => list(items.iter().map(inline)),
        _ => "<p class=\"empty\">(empty)</p>\n".to_owned(),
    }
}

/// One of several parts, such as a member's entry: its first field is its heading.
fn part(item: &Value, level: usize) -> String {
    let Some(fields) = item.as_object() else {
        return value(item, level);
    };
    let mut rest = fields.iter();
    let title = rest.next().map(|(key, first)| title(key, first));
    let (title, tag) = (title.unwrap_or_default(), format!("h{}", level.min(6)));
    let rest = fields_of(rest, level + 1);
    format!("<div class=\"part\">\n<{tag}>{title}</{tag}>\n{rest}</div>\n")
}

fn title(key: &str, first: &Value) -> String {
    let text = inline(first);
    let text = if text.is_empty() {
        "(empty)".to_owned()
    } else {
        text
    };
    format!("{}: {text}", html(&heading(key)))
}

fn fields_of<'a>(fields: impl Iterator<Item = (&'a String, &'a Value)>, level: usize) -> String {
    let mut out = String::from("<dl>\n");
    for (key, field) in fields {
        entry(&html(&heading(key)), &value(field, level), &mut out);
    }
    out.push_str("</dl>\n");
    out
}

/// A text in one line.
fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => html(text.trim()),
        Value::Null => String::new(),
        other => html(&other.to_string()),
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    let mut out = String::from("<ul>\n");
    for item in items {
        let _ = writeln!(out, "<li>{item}</li>");
    }
    out.push_str("</ul>\n");
    out
}

/// Blank lines part them; other line ends are kept.
fn paragraphs(text: &str) -> String {
    let mut out = String::new();
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().chain([""]) {
        if !line.trim().is_empty() {
            lines.push(html(line.trim_end()));
        } else if !lines.is_empty() {
            let _ = writeln!(out, "<p>{}</p>", lines.join("<br>\n"));
            lines.clear();
        }
    }
    out
}
