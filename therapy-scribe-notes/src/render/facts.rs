//! Facts of a session as rows. They are read from what is signed, so that a note shows what was signed whatever became of
//! the rules since.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use therapy_scribe_core::{MediaTime, Role};

use crate::format::heading;

/// A label and what belongs to it; nothing where it is not known.
pub(super) struct Row {
    pub(super) label: &'static str,
    pub(super) lines: Vec<String>,
    /// Said where there are no lines.
    pub(super) none: &'static str,
}

/// All of them, of facts that are there.
pub(super) fn rows(facts: &Value) -> Vec<Row> {
    if facts.is_null() {
        return Vec::new();
    }
    let text = |pointer: &str| {
        facts
            .pointer(pointer)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let list = |key: &str, line: fn(&Value) -> String| -> Vec<String> {
        let entries = facts.get(key).and_then(Value::as_array);
        entries.into_iter().flatten().map(line).collect()
    };
    let mut rows = vec![
        row("Date", text("/date"), "not stated"),
        row("Start", clock(facts, "/start"), "not stated"),
        row("End", clock(facts, "/end"), "not stated"),
        row("Service time", service_time(facts), "not stated"),
        row("Delivery", delivery(facts), "not stated"),
        row(
            "Participants",
            list("participants", participant),
            "not stated",
        ),
        row("Scores as said", list("scores", score), "none"),
        row("Recorder pauses", list("pauses", pause), "none"),
    ];
    if text("/service").as_deref() == Some("individual_psychotherapy") {
        let code = text("/cpt_suggestion");
        let code = code.map(|code| format!("{code}, by time, for individual psychotherapy"));
        rows.insert(4, row("CPT suggestion", code, "none by time"));
    }
    rows
}

fn row(label: &'static str, lines: impl IntoIterator<Item = String>, none: &'static str) -> Row {
    let lines = lines.into_iter().collect();
    Row { label, lines, none }
}

/// With the date where it is another than the session's.
fn clock(facts: &Value, at: &str) -> Option<String> {
    let of = |key: &str| facts.pointer(at)?.get(key)?.as_str();
    let offset = facts.pointer(at)?.get("utc_offset_minutes")?.as_i64()?;
    let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
    let sign = if offset < 0 { '-' } else { '+' };
    let date = of("date").filter(|date| facts.get("date").and_then(Value::as_str) != Some(date));
    let date = date.map(|date| format!("{date} ")).unwrap_or_default();
    Some(format!(
        "{date}{} (UTC{sign}{hours:02}:{minutes:02})",
        of("time")?
    ))
}

fn service_time(facts: &Value) -> Option<String> {
    let minutes = facts.get("minutes")?.as_u64()?;
    let elapsed = facts.get("elapsed_minutes").and_then(Value::as_u64);
    let pauses = facts.get("pauses").and_then(Value::as_array);
    let together = span(pauses.into_iter().flatten().map(length).sum());
    let mut line = format!(
        "{minutes} {}",
        if minutes == 1 { "minute" } else { "minutes" }
    );
    let service = facts.get("service_time")?;
    match service.get("rule")?.as_str()? {
        "set" => {
            let by = service
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default();
            line = format!("{line}, set by {by}");
            if let Some(elapsed) = elapsed {
                line = format!("{line}; {elapsed} from start to end");
            }
        }
        "without_pauses" => {
            line = format!("{line} without recorder pauses of {together}");
            if let Some(elapsed) = elapsed {
                line = format!("{line}; {elapsed} from start to end");
            }
        }
        _ if together == "0:00" => line.push_str(" from start to end"),
        _ => line = format!("{line} from start to end; recorder pauses of {together} are counted"),
    }
    Some(line)
}

fn delivery(facts: &Value) -> Option<String> {
    match facts.get("delivery")? {
        Value::String(known) => Some(heading(known)),
        other => Some(other.get("other")?.as_str()?.to_owned()),
    }
}

fn participant(entry: &Value) -> String {
    let text = |key: &str| entry.get(key).and_then(Value::as_str);
    let role = role(entry.get("role"));
    match (text("name"), role, text("speaker")) {
        (Some(name), Some(role), _) => format!("{name} ({role})"),
        (Some(name), None, _) => name.to_owned(),
        (None, Some(role), _) => role,
        (None, None, Some(speaker)) => format!("Speaker {speaker}, role not known"),
        (None, None, None) => "Role not known".to_owned(),
    }
}

fn role(value: Option<&Value>) -> Option<String> {
    let value = value?;
    let known = Role::deserialize(value).map(|role| role.to_string());
    known.ok().or_else(|| Some(heading(value.as_str()?)))
}

fn score(entry: &Value) -> String {
    let text = |key: &str| entry.get(key).and_then(Value::as_str);
    let (instrument, score) = (text("instrument"), text("score"));
    let mut line = format!(
        "{}: {}",
        instrument.unwrap_or_default(),
        score.unwrap_or_default()
    );
    if let Some(or) = text("or") {
        line = format!("{line} or {or}");
    }
    if let Some(most) = entry.get("out_of").and_then(Value::as_u64) {
        line = format!("{line} out of {most}");
    }
    if let Some(range) = text("outside_range") {
        line = format!("{line} [CHECK: outside its range, {range}]");
    }
    let by = role(entry.get("said_by")).map(|role| format!(", said by {role}"));
    let at = time(entry.get("at_ms")).map(|at| format!(" at {at}"));
    let quote = text("quote").map(|quote| format!(": “{quote}”"));
    for part in [by, at, quote].into_iter().flatten() {
        line.push_str(&part);
    }
    line
}

fn pause(entry: &Value) -> String {
    let at = |key: &str| time(entry.get(key)).unwrap_or_default();
    let (from, to, length) = (at("from_ms"), at("to_ms"), span(length(entry)));
    format!("{from} to {to} of the recording ({length})")
}

fn time(value: Option<&Value>) -> Option<String> {
    let millis = value?.as_u64()?;
    Some(MediaTime::from_millis(millis).to_string())
}

fn length(pause: &Value) -> Duration {
    let at = |key: &str| pause.get(key).and_then(Value::as_u64).unwrap_or(0);
    Duration::from_millis(at("to_ms").saturating_sub(at("from_ms")))
}

fn span(time: Duration) -> String {
    MediaTime::ZERO.plus(time).to_string()
}
