//! What an update may say.

use serde_json::{Map, Value};

use super::{Encoding, Invalid, Stage, tools};

const FIELDS: [&str; 9] = [
    "agent_id",
    "system_prompt",
    "greeting",
    "tools",
    "input",
    "output",
    "llm",
    "pre_connect_requests",
    "webhook",
];

/// 2.4, from the server's own error text.
const VOICES: [&str; 18] = [
    "alba", "anna", "charles", "estelle", "eve", "george", "giovanni", "iris", "jane", "jean",
    "juergen", "lola", "mary", "michael", "paul", "rafael", "reid", "vera",
];

/// 2.3.
const LANGUAGES: [&str; 18] = [
    "en", "es", "de", "fr", "pt", "it", "tr", "nl", "sv", "no", "da", "fi", "hi", "vi", "ar", "he",
    "ja", "zh",
];

/// 2.1 to 2.4: what does not change after the first update.
const IMMUTABLE: [&str; 6] = [
    "/greeting",
    "/input/type",
    "/input/format",
    "/output/type",
    "/output/voice",
    "/output/format",
];

type Fields = Map<String, Value>;

pub(super) fn check(update: &Fields, stage: Stage) -> Result<(), Invalid> {
    if let Some(name) = update.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        // The message would name what a client might have put there by mistake.
        let message = "Extra inputs are not permitted";
        return Err(Invalid::new("invalid_format", message, name.clone()));
    }
    check_agent_id(update, stage)?;
    if stage == Stage::Later {
        check_immutable(update)?;
    }
    for name in ["system_prompt", "greeting"] {
        if update.get(name).is_some_and(|value| !value.is_string()) {
            let message = format!("{name} must be a string");
            return Err(Invalid::new("invalid_format", message, name));
        }
    }
    // 2.1: only a stored agent has its own model.
    if update.get("llm").is_some() {
        return Err(Invalid::value("'llm' is not accepted inline", "llm"));
    }
    let requests = update.get("pre_connect_requests");
    if requests.is_some_and(|r| r.as_array().is_none_or(|all| all.len() > 2)) {
        let message = "at most 2 requests";
        return Err(Invalid::value(message, "pre_connect_requests"));
    }
    update.get("webhook").map_or(Ok(()), check_webhook)?;
    update.get("tools").map_or(Ok(()), tools::check)?;
    part(update, "input").map_or(Ok(()), |input| check_input(input?))?;
    part(update, "output").map_or(Ok(()), |output| check_output(output?))
}

/// 2.1: alone, and in the first update.
fn check_agent_id(update: &Fields, stage: Stage) -> Result<(), Invalid> {
    if !update.contains_key("agent_id") {
        return Ok(());
    }
    let (code, message) = match stage {
        Stage::Later => (
            "agent_id_not_first",
            "agent_id is only valid in the first session.update",
        ),
        Stage::First if update.len() > 1 => (
            "invalid_value",
            "agent_id and inline configuration are mutually exclusive",
        ),
        // One that is stored never comes here.
        Stage::First => ("agent_not_found", "Agent not found"),
    };
    Err(Invalid::new(code, message, "agent_id"))
}

fn check_immutable(update: &Fields) -> Result<(), Invalid> {
    let field = IMMUTABLE.iter().find(|field| {
        let mut names = field.split('/').skip(1);
        let first = names.next().and_then(|name| update.get(name));
        match names.next() {
            None => first.is_some(),
            Some(name) => first.is_some_and(|value| value.get(name).is_some()),
        }
    });
    let Some(field) = field else {
        return Ok(());
    };
    let name = field.trim_start_matches('/').replace('/', ".");
    let message = format!("'{name}' cannot be changed after the first session.update");
    Err(Invalid::new("immutable_field", message, name))
}

fn part<'a>(update: &'a Fields, name: &str) -> Option<Result<&'a Fields, Invalid>> {
    let value = update.get(name)?;
    let refusal = || Invalid::new("invalid_format", format!("{name} must be an object"), name);
    Some(value.as_object().ok_or_else(refusal))
}

fn check_webhook(webhook: &Value) -> Result<(), Invalid> {
    let fields = webhook.as_object();
    let is_good = fields.is_some_and(|fields| {
        let mut names = fields.keys();
        fields.get("url").is_some_and(Value::is_string)
            && fields.get("events").is_some_and(Value::is_array)
            && names.all(|name| ["url", "events", "secret"].contains(&name.as_str()))
    });
    if is_good {
        return Ok(());
    }
    Err(Invalid::new(
        "invalid_webhook",
        "webhook is invalid",
        "webhook",
    ))
}

fn check_format(side: &str, fields: &Fields) -> Result<(), Invalid> {
    let Some(format) = fields.get("format") else {
        return Ok(());
    };
    let param = format!("{side}.format");
    let encoding = format.get("encoding").and_then(Value::as_str);
    let Some(encoding) = encoding.and_then(Encoding::named) else {
        let message =
            "format must be an object whose encoding is 'audio/pcm', 'audio/pcmu' or 'audio/pcma'";
        return Err(Invalid::value(message, param));
    };
    let rate = format.get("sample_rate");
    if rate.is_some_and(|rate| *rate != encoding.rate()) {
        let message = format!("sample_rate must be {}", encoding.rate());
        return Err(Invalid::value(message, format!("{param}.sample_rate")));
    }
    Ok(())
}

/// A field that is there, and not null, must be good.
fn must(
    fields: &Fields,
    side: &str,
    name: &str,
    says: &str,
    is_good: impl Fn(&Value) -> bool,
) -> Result<(), Invalid> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(()),
        Some(value) if is_good(value) => Ok(()),
        Some(_) => Err(Invalid::value(says, format!("{side}.{name}"))),
    }
}

fn one_of(value: &Value, names: &[&str]) -> bool {
    value.as_str().is_some_and(|value| names.contains(&value))
}

fn within(value: &Value, least: f64, most: f64) -> bool {
    value.as_f64().is_some_and(|n| (least..=most).contains(&n))
}

fn all(value: &Value, is_good: impl Fn(&Value) -> bool) -> bool {
    value
        .as_array()
        .is_some_and(|list| list.iter().all(is_good))
}

fn check_input(input: &Fields) -> Result<(), Invalid> {
    let must =
        |name, says, is_good: &dyn Fn(&Value) -> bool| must(input, "input", name, says, is_good);
    check_format("input", input)?;
    must("type", "must be 'audio' or 'text'", &|v| {
        one_of(v, &["audio", "text"])
    })?;
    let few = |v: &Value| v.as_array().is_some_and(|list| list.len() <= 100);
    must("keyterms", "at most 100 strings", &|v| {
        few(v) && all(v, Value::is_string)
    })?;
    let modes = ["min_latency", "balanced", "max_accuracy"];
    must("transcription_mode", "unknown mode", &|v| one_of(v, &modes))?;
    let short = |v: &Value| v.as_str().is_some_and(|text| text.chars().count() <= 1750);
    must("transcription_prompt", "at most 1750 characters", &short)?;
    let known = |v: &Value| all(v, |code| one_of(code, &LANGUAGES));
    must("language_codes", "unknown language", &known)?;
    let focus = ["near-field", "far-field"];
    must("voice_focus", "must be 'near-field' or 'far-field'", &|v| {
        one_of(v, &focus)
    })?;
    must("voice_focus_threshold", "must be between 0 and 1", &|v| {
        within(v, 0.0, 1.0)
    })?;
    must(
        "continuous_partials",
        "must be a boolean",
        &Value::is_boolean,
    )?;
    must("turn_detection", "must be an object", &Value::is_object)?;
    match input.get("turn_detection") {
        Some(Value::Object(detection)) => check_detection(detection),
        _ => Ok(()),
    }
}

fn check_detection(detection: &Fields) -> Result<(), Invalid> {
    let must = |name, says, is_good: &dyn Fn(&Value) -> bool| {
        must(detection, "input.turn_detection", name, says, is_good)
    };
    let silence = |v: &Value| v.is_u64() && within(v, 50.0, 10_000.0);
    must("vad_threshold", "must be between 0 and 1", &|v| {
        within(v, 0.0, 1.0)
    })?;
    must("min_silence", "must be between 50 and 10000", &silence)?;
    must("max_silence", "must be between 50 and 10000", &silence)?;
    must(
        "interrupt_response",
        "must be a boolean",
        &Value::is_boolean,
    )?;
    let delay = |v: &Value| v.is_u64() && within(v, 0.0, 1000.0);
    must("interruption_delay", "must be between 0 and 1000", &delay)
}

/// 1.5: the shorter silence is the shorter one.
pub(super) fn check_silences(input: Option<&Value>) -> Result<(), Invalid> {
    let number = |name: &str| input?.get("turn_detection")?.get(name)?.as_u64();
    match (number("min_silence"), number("max_silence")) {
        (Some(least), Some(most)) if least >= most => Err(Invalid::value(
            "min_silence must be less than max_silence",
            "input.turn_detection.min_silence",
        )),
        _ => Ok(()),
    }
}

fn check_output(output: &Fields) -> Result<(), Invalid> {
    let must = |name, says: &str, is_good: &dyn Fn(&Value) -> bool| {
        must(output, "output", name, says, is_good)
    };
    check_format("output", output)?;
    must("type", "must be 'audio' or 'text'", &|v| {
        one_of(v, &["audio", "text"])
    })?;
    must("volume", "must be between 0 and 100", &|v| {
        within(v, 0.0, 100.0)
    })?;
    let says = format!("Unknown voice; available: {}", VOICES.join(", "));
    must("voice", &says, &|v| one_of(v, &VOICES))
}
