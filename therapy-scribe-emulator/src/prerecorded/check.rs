//! What the service refuses (4, 8.1, 9, 10).

use serde_json::{Value, json};

use super::entity::strings;
use crate::gateway::Answer;

const MODELS: [&str; 3] = ["universal-3-5-pro", "universal-3-pro", "universal-2"];
/// 13.
const LONGEST_VALUE: usize = 35;

pub(super) fn error(status: u16, message: &str) -> Answer {
    Answer::json(status, json!({"error": message}))
}

/// A request that is accepted, or what is said of it.
pub(super) fn check(request: &Value) -> Result<(), Answer> {
    let refuse = |message: &str| Err(error(400, message));
    let on = |field: &str| request.get(field) == Some(&Value::Bool(true));
    let off = |field: &str| request.get(field) == Some(&Value::Bool(false));
    let has = |field: &str| request.get(field).is_some_and(|value| !value.is_null());
    if !request.get("audio_url").is_some_and(Value::is_string) {
        return refuse("audio_url should be a string");
    }
    if let Some(wrong) = wrong_type(request) {
        return refuse(&wrong);
    }
    let single = request.get("speech_model").and_then(Value::as_str);
    if single.is_some_and(|model| model.starts_with("universal-3")) {
        return refuse("speech_model is deprecated, use speech_models");
    }
    if let Some(unknown) = strings(request.get("speech_models")).find(|m| !MODELS.contains(m)) {
        return refuse(&format!("Invalid speech_models value: {unknown}"));
    }
    if has("speakers_expected") && has("speaker_options") {
        return refuse(
            "Both speaker_options and speakers_expected can not be used in the same request.",
        );
    }
    let option = |name: &str| request.pointer(&format!("/speaker_options/{name}"));
    let number = |name: &str| option(name).and_then(Value::as_u64);
    if let (Some(least), Some(most)) = (
        number("min_speakers_expected"),
        number("max_speakers_expected"),
    ) && least > most
    {
        return refuse("max_speakers_expected must not be below min_speakers_expected");
    }
    if on("speaker_labels") && off("punctuate") {
        return refuse("punctuate must be true when speaker_labels is true");
    }
    redaction(request)?;
    keyterms(request)?;
    request
        .pointer("/speech_understanding/request/speaker_identification")
        .map_or(Ok(()), |asked| {
            if !on("speaker_labels") && !on("multichannel") {
                return refuse("speaker_labels or multichannel required");
            }
            identification(asked)
        })
}

/// 9.
fn redaction(request: &Value) -> Result<(), Answer> {
    let refuse = |message: &str| Err(error(400, message));
    let on = |field: &str| request.get(field) == Some(&Value::Bool(true));
    if !on("redact_pii") {
        for (field, message) in [
            (
                "redact_pii_return_unredacted",
                "`redact_pii_return_unredacted` can only be set to True if `redact_pii` is True",
            ),
            ("redact_pii_audio", "redact_pii_audio requires redact_pii"),
        ] {
            if on(field) {
                return refuse(message);
            }
        }
        if request.get("redact_static_entities").is_some() {
            return refuse("redact_static_entities requires redact_pii");
        }
        return Ok(());
    }
    if strings(request.get("redact_pii_policies")).next().is_none() {
        return refuse("redact_pii_policies must have at least one policy");
    }
    if request.get("format_text") == Some(&Value::Bool(false)) {
        return refuse("format_text must be true when redact_pii is true");
    }
    let one_of = |field: &str, values: &[&str]| {
        let value = request.get(field).and_then(Value::as_str);
        value.is_none_or(|value| values.contains(&value))
    };
    if !one_of("redact_pii_sub", &["hash", "entity_name"]) {
        return refuse("redact_pii_sub must be one of hash, entity_name");
    }
    if !one_of("redact_pii_audio_quality", &["mp3", "wav"]) {
        return refuse("redact_pii_audio_quality must be one of mp3, wav");
    }
    Ok(())
}

/// 4.1, 13.
fn keyterms(request: &Value) -> Result<(), Answer> {
    let terms = strings(request.get("keyterms_prompt"));
    let first = strings(request.get("speech_models")).next();
    let most = if first == Some("universal-2") {
        200
    } else {
        1000
    };
    let mut count = 0;
    for term in terms {
        count += 1;
        if term.split_whitespace().count() > 6 {
            return Err(error(
                400,
                "keyterms_prompt entries may have at most 6 words",
            ));
        }
    }
    if count > most {
        return Err(error(400, "keyterms_prompt has too many entries"));
    }
    let words = request.get("prompt").and_then(Value::as_str);
    if words.is_some_and(|prompt| prompt.split_whitespace().count() > 1500) {
        return Err(error(400, "prompt may have at most 1500 words"));
    }
    Ok(())
}

/// 8.1.
pub(super) fn identification(asked: &Value) -> Result<(), Answer> {
    let refuse = |message: &str| Err(error(400, message));
    let kind = asked.get("speaker_type").and_then(Value::as_str);
    let Some(kind @ ("name" | "role")) = kind else {
        return refuse("speaker_type must be one of name, role");
    };
    let values: Vec<&str> = values(asked).collect();
    let both =
        ["known_values", "speakers"].map(|field| asked.get(field).is_some_and(|v| !v.is_null()));
    if both == [true, true] {
        return refuse("known_values and speakers can not be used together");
    }
    if kind == "role" && values.is_empty() {
        return refuse("known_values or speakers required for speaker_type role");
    }
    if values
        .iter()
        .any(|value| value.chars().count() > LONGEST_VALUE)
    {
        return refuse("speaker values may have at most 35 characters");
    }
    let effort = asked.get("effort").and_then(Value::as_str);
    if effort.is_some_and(|effort| !matches!(effort, "low" | "medium")) {
        return refuse("effort must be one of low, medium");
    }
    Ok(())
}

/// The roles or names that may be given.
pub(super) fn values(asked: &Value) -> impl Iterator<Item = &str> {
    let speakers = asked.get("speakers").and_then(Value::as_array);
    let speakers = speakers.into_iter().flatten();
    let named = speakers.filter_map(|speaker| {
        let value = speaker.get("role").or_else(|| speaker.get("name"))?;
        value.as_str()
    });
    strings(asked.get("known_values")).chain(named)
}

/// 4: what each field may be.
fn wrong_type(request: &Value) -> Option<String> {
    const BOOLEANS: [&str; 14] = [
        "language_detection",
        "punctuate",
        "format_text",
        "disfluencies",
        "filter_profanity",
        "multichannel",
        "speaker_labels",
        "entity_detection",
        "sentiment_analysis",
        "redact_pii",
        "redact_pii_audio",
        "redact_pii_return_unredacted",
        "auto_highlights",
        "content_safety",
    ];
    const LISTS: [&str; 5] = [
        "speech_models",
        "language_codes",
        "keyterms_prompt",
        "redact_pii_policies",
        "custom_spelling",
    ];
    const NUMBERS: [&str; 6] = [
        "speakers_expected",
        "audio_start_from",
        "audio_end_at",
        "speech_threshold",
        "temperature",
        "language_confidence_threshold",
    ];
    const TEXTS: [&str; 9] = [
        "domain",
        "language_code",
        "prompt",
        "remove_audio_tags",
        "webhook_url",
        "webhook_auth_header_name",
        "webhook_auth_header_value",
        "redact_pii_sub",
        "redact_pii_audio_quality",
    ];
    const OBJECTS: [&str; 5] = [
        "speaker_options",
        "speech_understanding",
        "redact_pii_audio_options",
        "redact_static_entities",
        "language_detection_options",
    ];
    let wrong = |names: &[&str], is: fn(&Value) -> bool, what: &str| {
        let is_wrong = |name: &&&str| request.get(**name).is_some_and(|v| !v.is_null() && !is(v));
        let name = names.iter().find(is_wrong)?;
        Some(format!("{name} should be {what}"))
    };
    wrong(&BOOLEANS, Value::is_boolean, "a boolean")
        .or_else(|| wrong(&LISTS, Value::is_array, "a list"))
        .or_else(|| wrong(&NUMBERS, Value::is_number, "a number"))
        .or_else(|| wrong(&TEXTS, Value::is_string, "a string"))
        .or_else(|| wrong(&OBJECTS, Value::is_object, "an object"))
}
