//! The list of transcripts (6.6).

use serde_json::{Value, json};

use super::{check::error, job::Job};
use crate::{gateway::Answer, streaming::Query, wall::iso};

/// Of the jobs of one account, oldest first.
pub(super) fn list(jobs: &[&Job], query: &Query, origin: &str) -> Answer {
    let limit: usize = match query.get("limit").map(|text| text.parse()) {
        None => 10,
        Some(Ok(limit @ 1..=200)) => limit,
        Some(_) => return error(400, "limit must be between 1 and 200"),
    };
    let given = |name: &str| query.get(name).map(String::as_str);
    let place = |id: &str| jobs.iter().position(|job| job.id == id);
    // `before` is older, `after` is newer.
    let until = given("before_id").map_or(Some(jobs.len()), place);
    let from = given("after_id").map_or(Some(0), |id| place(id).map(|at| at + 1));
    let (Some(from), Some(until)) = (from, until) else {
        return error(400, "Transcript lookup error, transcript id not found");
    };
    let fits = |job: &&&Job| {
        let entry = entry(job, origin);
        let created = entry
            .get("created")
            .and_then(Value::as_str)
            .unwrap_or_default();
        given("status").is_none_or(|status| job.status() == status)
            && given("created_on").is_none_or(|day| created.starts_with(day))
            && (given("throttled_only") != Some("true") || job.is_throttled())
    };
    let all: Vec<&&Job> = jobs
        .get(from..until)
        .unwrap_or_default()
        .iter()
        .filter(fits)
        .collect();
    let page: Vec<&&&Job> = if query.contains_key("after_id") {
        all.iter().take(limit).rev().collect()
    } else {
        all.iter().rev().take(limit).collect()
    };
    let filters: String = ["status", "created_on", "throttled_only"]
        .iter()
        .filter_map(|name| Some(format!("&{name}={}", given(name)?)))
        .collect();
    let this = format!("{origin}/v2/transcript?limit={limit}{filters}");
    let link = |side: &str, id: &str| format!("{this}&{side}={id}");
    let is_oldest = |job: &&&&Job| jobs.first().is_some_and(|first| first.id == job.id);
    let is_newest = |job: &&&&Job| jobs.last().is_some_and(|last| last.id == job.id);
    let older = page
        .last()
        .filter(|job| !is_oldest(job))
        .map(|job| link("before_id", &job.id));
    let newer = page
        .first()
        .filter(|job| !is_newest(job))
        .map(|job| link("after_id", &job.id));
    let transcripts: Vec<Value> = page.iter().map(|job| entry(job, origin)).collect();
    Answer::json(
        200,
        json!({"page_details": {"limit": limit, "result_count": transcripts.len(),
            "current_url": this, "prev_url": older, "next_url": newer},
            "transcripts": transcripts}),
    )
}

/// 6.6: an entry of the list.
fn entry(job: &Job, origin: &str) -> Value {
    let id = &job.id;
    // Time stamps have no zone mark.
    let stamp = |ms: u64| iso(ms).trim_end_matches('Z').to_owned() + "000";
    let completed = job.ended_ms.map(stamp);
    json!({"id": id, "resource_url": format!("{origin}/v2/transcript/{id}"), "status": job.status(),
        "created": stamp(job.created_ms), "completed": completed, "audio_url": job.audio_url(),
        "error": job.error()})
}
