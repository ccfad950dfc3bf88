//! The tables of `pre-recorded.md` 4, 8.1 and 9.3 as code of their own: what may stand in a submit, of which type, and what
//! excludes what. It knows nothing of the client.

use serde_json::{Map, Value};

const POLICIES: &str = "account_number banking_information blood_type credit_card_cvv credit_card_expiration \
    credit_card_number date date_interval date_of_birth drivers_license drug duration email_address event filename \
    gender_sexuality healthcare_number injury ip_address language location marital_status medical_condition \
    medical_process money_amount nationality number_sequence occupation organization passport_number password \
    person_age person_name phone_number physical_attribute political_affiliation religion statistics time url \
    us_social_security_number username vehicle_id zodiac_sign location_address location_address_street location_city \
    location_coordinate location_country location_state location_zip gender sexuality organization_medical_facility \
    corporate_action day effect financial_metric medical_code month organization_id product project trend year";

pub(super) fn policies() -> Vec<&'static str> {
    POLICIES.split_whitespace().collect()
}

/// A type of the tables.
#[derive(Clone, Copy)]
enum Of {
    Text,
    Texts,
    Flag,
    Whole,
    Share,
    Object,
    Objects,
    One(&'static [&'static str]),
}

use Of::{Flag, Object, Objects, One, Share, Text, Texts, Whole};

const FIELDS: &[(&str, Of)] = &[
    ("audio_url", Text),
    ("speech_models", Texts),
    ("domain", One(&["medical-v1"])),
    ("language_code", Text),
    ("language_codes", Texts),
    ("language_detection", Flag),
    ("language_confidence_threshold", Share),
    ("language_detection_options", Object),
    ("punctuate", Flag),
    ("format_text", Flag),
    ("disfluencies", Flag),
    ("filter_profanity", Flag),
    ("prompt", Text),
    ("keyterms_prompt", Texts),
    ("keyterms_prompt_options", Object),
    ("temperature", Share),
    ("remove_audio_tags", One(&["all", "speaker"])),
    ("custom_spelling", Objects),
    ("audio_start_from", Whole),
    ("audio_end_at", Whole),
    ("speech_threshold", Share),
    ("multichannel", Flag),
    ("webhook_url", Text),
    ("webhook_auth_header_name", Text),
    ("webhook_auth_header_value", Text),
    ("speaker_labels", Flag),
    ("speakers_expected", Whole),
    ("speaker_options", Object),
    ("speech_understanding", Object),
    ("entity_detection", Flag),
    ("sentiment_analysis", Flag),
    ("redact_pii", Flag),
    ("redact_pii_policies", Texts),
    ("redact_pii_sub", One(&["hash", "entity_name"])),
    ("redact_pii_audio", Flag),
    ("redact_pii_audio_quality", One(&["mp3", "wav"])),
    ("redact_pii_audio_options", Object),
    ("redact_static_entities", Object),
];

/// Everything that is wrong with a submit.
#[expect(
    clippy::too_many_lines,
    reason = "one table, row by row as in the document"
)]
pub(super) fn complaints(body: &[u8]) -> Vec<String> {
    let Ok(Value::Object(body)) = serde_json::from_slice(body) else {
        return vec!["the body is no JSON object".to_owned()];
    };
    let mut all = fields("", &body, FIELDS);
    let has = |name: &str| body.contains_key(name);
    let on = |name: &str| body.get(name) == Some(&Value::Bool(true));
    let mut check = |holds: bool, what: &str| {
        if !holds {
            all.push(what.to_owned());
        }
    };
    check(has("audio_url"), "audio_url is required");
    check(
        !(has("speakers_expected") && has("speaker_options")),
        "Both speaker_options and speakers_expected can not be used in the same request.",
    );
    check(
        !has("speech_understanding") || on("speaker_labels") || on("multichannel"),
        "speaker_labels or multichannel required",
    );
    check(
        body.get("punctuate") != Some(&Value::Bool(false)),
        "punctuate must stay true",
    );
    check(
        body.get("format_text") != Some(&Value::Bool(false)),
        "format_text must stay true",
    );
    let count = |name: &str| body.get(name).and_then(Value::as_array).map(Vec::len);
    check(
        !on("redact_pii") || count("redact_pii_policies") > Some(0),
        "policies are empty",
    );
    for dependent in [
        "redact_pii_policies",
        "redact_pii_sub",
        "redact_pii_audio",
        "redact_static_entities",
    ] {
        check(!has(dependent) || on("redact_pii"), "needs redact_pii");
    }
    check(
        !has("language_codes") || texts(&body, "language_codes").contains(&"en"),
        "must contain en",
    );
    let known = policies();
    let spelled = texts(&body, "redact_pii_policies");
    check(
        spelled.iter().all(|name| known.contains(name)),
        "an unknown policy has no effect",
    );
    let words = |text: &str| text.split_whitespace().count();
    let prompt = body
        .get("prompt")
        .and_then(Value::as_str)
        .unwrap_or_default();
    check(words(prompt) <= 1500, "the prompt is too long");
    let terms = texts(&body, "keyterms_prompt");
    check(
        terms.len() <= 1000 && terms.iter().all(|term| words(term) <= 6),
        "key terms",
    );
    check(
        has("webhook_auth_header_name") == has("webhook_auth_header_value"),
        "name and value of the webhook's header",
    );
    all.extend(nested(&body));
    all
}

#[expect(
    clippy::too_many_lines,
    reason = "one table, row by row as in the document"
)]
fn nested(body: &Map<String, Value>) -> Vec<String> {
    let mut all = Vec::new();
    let mut inside = |name: &str, known: &[(&str, Of)]| {
        if let Some(Value::Object(object)) = body.get(name) {
            all.extend(fields(name, object, known));
        }
    };
    inside(
        "speaker_options",
        &[
            ("min_speakers_expected", Whole),
            ("max_speakers_expected", Whole),
            ("include_speaker_confidence", Flag),
        ],
    );
    inside(
        "keyterms_prompt_options",
        &[("keyterms_match_strength", One(&["standard", "high"]))],
    );
    inside(
        "language_detection_options",
        &[
            ("expected_languages", Texts),
            ("fallback_language", Text),
            ("code_switching", Flag),
            ("code_switching_confidence_threshold", Share),
            ("on_low_language_confidence", One(&["error", "fallback"])),
            ("on_no_speech_detected", One(&["error", "fallback"])),
        ],
    );
    inside(
        "redact_pii_audio_options",
        &[
            ("override_audio_redaction_method", One(&["silence"])),
            ("return_redacted_no_speech_audio", Flag),
        ],
    );
    inside("speech_understanding", &[("request", Object)]);
    for spelling in body
        .get("custom_spelling")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        if let Value::Object(spelling) = spelling {
            all.extend(fields(
                "custom_spelling",
                spelling,
                &[("from", Texts), ("to", Text)],
            ));
        }
    }
    let place = body.get("speech_understanding");
    if let Some(identification) =
        place.and_then(|place| place.pointer("/request/speaker_identification"))
    {
        all.extend(identification_complaints(identification));
    }
    for terms in body
        .get("redact_static_entities")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        if !is(terms.1, Texts) {
            all.push("redact_static_entities holds lists of texts".to_owned());
        }
    }
    all
}

/// Everything that is wrong with a speaker identification.
pub(super) fn identification_complaints(identification: &Value) -> Vec<String> {
    let Value::Object(object) = identification else {
        return vec!["speaker_identification is no object".to_owned()];
    };
    let known = [
        ("speaker_type", One(&["name", "role"])),
        ("known_values", Texts),
        ("speakers", Objects),
        ("effort", One(&["low", "medium"])),
    ];
    let mut all = fields("speaker_identification", object, &known);
    let kind = object.get("speaker_type").and_then(Value::as_str);
    let (values, speakers) = (
        object.contains_key("known_values"),
        object.contains_key("speakers"),
    );
    if values && speakers {
        all.push("known_values and speakers exclude each other".to_owned());
    }
    if kind == Some("role") && !values && !speakers {
        all.push("roles need values".to_owned());
    }
    let mut named = texts(object, "known_values");
    for speaker in object
        .get("speakers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        match kind
            .and_then(|kind| speaker.get(kind))
            .and_then(Value::as_str)
        {
            Some(value) => named.push(value),
            None => all.push("a speaker without its value".to_owned()),
        }
    }
    if named
        .iter()
        .any(|value| value.is_empty() || value.chars().count() > 35)
    {
        all.push("a value of more than 35 characters".to_owned());
    }
    all
}

fn fields(place: &str, object: &Map<String, Value>, known: &[(&str, Of)]) -> Vec<String> {
    let complaint = |(name, value): (&String, &Value)| {
        let Some((_, of)) = known.iter().find(|(known, _)| known == name) else {
            return Some(format!("{place}.{name} is not in the document"));
        };
        (!is(value, *of)).then(|| format!("{place}.{name} has another type"))
    };
    object.iter().filter_map(complaint).collect()
}

fn is(value: &Value, of: Of) -> bool {
    match of {
        Text => value.as_str().is_some_and(|text| !text.is_empty()),
        Texts => all(value, Value::is_string),
        Flag => value.is_boolean(),
        Whole => value.is_u64(),
        Share => value
            .as_f64()
            .is_some_and(|share| (0.0..=1.0).contains(&share)),
        Object => value.is_object(),
        Objects => all(value, Value::is_object),
        One(names) => value.as_str().is_some_and(|name| names.contains(&name)),
    }
}

fn all(value: &Value, fits: impl Fn(&Value) -> bool) -> bool {
    value
        .as_array()
        .is_some_and(|all| !all.is_empty() && all.iter().all(fits))
}

fn texts<'a>(object: &'a Map<String, Value>, name: &str) -> Vec<&'a str> {
    let array = object.get(name).and_then(Value::as_array);
    array
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

#[test]
fn the_validator_can_complain() {
    let complaints = |body: &str| complaints(body.as_bytes());
    assert!(complaints(r#"{"audio_url":"https://x"}"#).is_empty());
    for bad in [
        "{}",
        "[]",
        r#"{"audio_url":"x","surprise":1}"#,
        r#"{"audio_url":"x","speaker_labels":"yes"}"#,
        r#"{"audio_url":"x","speaker_labels":true,"speakers_expected":2,"speaker_options":{"min_speakers_expected":1}}"#,
        r#"{"audio_url":"x","redact_pii":true}"#,
        r#"{"audio_url":"x","redact_pii":true,"redact_pii_policies":["person_nmae"]}"#,
        r#"{"audio_url":"x","redact_pii":true,"redact_pii_policies":["drug"],"redact_pii_return_unredacted":true}"#,
        r#"{"audio_url":"x","speech_understanding":{"request":{}}}"#,
        r#"{"audio_url":"x","speaker_labels":true,"speech_understanding":{"request":{"speaker_identification":{"speaker_type":"role"}}}}"#,
    ] {
        assert!(!complaints(bad).is_empty(), "{bad}");
    }
    assert_eq!(policies().len(), 65);
}
