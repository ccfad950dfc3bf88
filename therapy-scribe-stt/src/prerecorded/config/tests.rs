//! What is refused, and what is not. That requests are as the document says is shown where they are sent, by a validator of
//! its own.

use serde_json::json;
use therapy_scribe_core::{ApiKey, Role};

use super::*;
use crate::config::{ConfigError, RedactionPolicy, Webhook};

fn refusal(builder: TranscriptionBuilder) -> String {
    builder.build().unwrap_err().to_string()
}

fn redaction() -> RecordRedaction {
    RecordRedaction::new(RedactionPolicies::tutorial())
}

#[test]
fn presets_are_accepted_and_are_what_they_say() {
    for (preset, people) in [
        (Transcription::individual(), (1, 2)),
        (Transcription::couple(), (2, 3)),
        (Transcription::group(8), (2, 8)),
    ] {
        let body = preset.build().unwrap().body("https://x");
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["domain"], "medical-v1");
        let options = &body["speaker_options"];
        assert_eq!(
            (
                options["min_speakers_expected"].as_u64(),
                options["max_speakers_expected"].as_u64()
            ),
            (Some(people.0), Some(people.1))
        );
    }
}

#[test]
fn numbers_of_speakers_exclude_each_other_and_need_labels() {
    let base = || Transcription::builder().speaker_labels();
    let between = SpeakerOptions::between;
    assert!(
        refusal(base().speakers_expected(2).speaker_options(between(1, 2))).contains("exclude")
    );
    assert!(refusal(Transcription::builder().speakers_expected(2)).contains("speaker_labels"));
    assert!(refusal(base().speaker_options(between(3, 2))).contains("max_speakers_expected"));
    assert!(refusal(base().speaker_options(between(0, 2))).contains("min_speakers_expected"));
    assert!(refusal(base().speakers_expected(0)).contains("speakers_expected"));
    assert!(base().speakers_expected(2).build().is_ok());
}

#[test]
fn identification_needs_labels_or_channels_and_values_that_fit() {
    let roles = SpeakerIdentification::therapist_and_client;
    assert!(refusal(Transcription::builder().identify(roles())).contains("multichannel"));
    assert!(
        Transcription::builder()
            .multichannel()
            .identify(roles())
            .build()
            .is_ok()
    );
    let names = |names: &[&str]| {
        let names = SpeakerIdentification::names(names.iter().copied());
        Transcription::builder().speaker_labels().identify(names)
    };
    assert!(names(&[&"x".repeat(35)]).build().is_ok());
    assert!(
        names(&[]).build().is_ok(),
        "names are taken from the conversation"
    );
    for bad in [&["x".repeat(36).as_str()][..], &[" "], &["Ana", "Ana "]] {
        assert!(
            refusal(names(bad)).contains("speaker_identification"),
            "{bad:?}"
        );
    }
    let none = SpeakerIdentification::roles(Vec::<(Role, String)>::new());
    assert!(refusal(Transcription::builder().speaker_labels().identify(none)).contains("one role"));
}

#[test]
fn known_values_and_speakers_are_never_both_sent() {
    let plain = SpeakerIdentification::roles([(Role::Therapist, ""), (Role::Client, "")]).to_json();
    assert_eq!(plain["known_values"], json!(["Therapist", "Client"]));
    assert_eq!(plain.get("speakers"), None);
    let described = SpeakerIdentification::therapist_and_client()
        .and("Supervisee", Some(Role::Client), None)
        .effort(Effort::Medium)
        .to_json();
    assert_eq!(described.get("known_values"), None);
    assert_eq!(described["speakers"][2], json!({"role": "Supervisee"}));
    assert_eq!(described["effort"], "medium");
    let spaced = SpeakerIdentification::names([" Ana "]).to_json();
    assert_eq!(spaced["known_values"], json!(["Ana"]));
}

#[test]
fn what_would_leak_beside_redaction_is_refused() {
    let base = || {
        Transcription::builder()
            .speaker_labels()
            .redaction(redaction())
    };
    assert!(refusal(base().entity_detection()).contains("unredacted"));
    assert!(refusal(base().sentiment_analysis()).contains("unredacted"));
    let names = SpeakerIdentification::names(["Ana"]);
    assert!(refusal(base().identify(names)).contains("by role"));
    let roles = SpeakerIdentification::therapist_and_client();
    assert!(base().identify(roles).build().is_ok());
    let apart = base()
        .entity_detection()
        .unredacted_analysis(UnredactedAnalysis::KeptApart)
        .build()
        .unwrap();
    assert!(
        apart
            .warnings()
            .iter()
            .any(|warning| warning.contains("apart"))
    );
    let switch = base().extra("redact_pii_return_unredacted", json!(true));
    assert!(refusal(switch).contains("redact_pii_return_unredacted"));
}

#[test]
fn switches_that_must_stay_and_those_that_are_gone_are_refused() {
    for (name, value) in [
        ("punctuate", json!(false)),
        ("format_text", json!(false)),
        ("filter_profanity", json!(true)),
        ("redact_pii", json!(true)),
        ("speech_model", json!("best")),
        ("word_boost", json!(["x"])),
    ] {
        assert!(
            Transcription::builder().extra(name, value).build().is_err(),
            "{name}"
        );
    }
    assert!(
        Transcription::builder()
            .extra("iab_categories", json!(false))
            .build()
            .is_ok()
    );
}

#[test]
fn prompts_and_key_terms_have_their_limits() {
    let base = Transcription::builder;
    let words = |count: usize| vec!["word"; count].join(" ");
    assert!(base().prompt(words(1500)).build().is_ok());
    assert!(refusal(base().prompt(words(1501))).contains("1500"));
    assert!(refusal(base().prompt(" ")).contains("prompt"));
    assert!(base().keyterms(vec!["GAD-7"; 1000]).build().is_ok());
    assert!(refusal(base().keyterms(vec!["GAD-7"; 1001])).contains("1000"));
    assert!(refusal(base().keyterms([words(7)])).contains("6 words"));
    let universal_2 = || base().models([RecordModel::Universal2]);
    assert!(refusal(universal_2().keyterms(vec!["GAD-7"; 201])).contains("200"));
    assert!(refusal(universal_2().prompt("x")).contains("universal-2"));
    let short = base().keyterms(["SUD"]).build().unwrap();
    assert!(
        short
            .warnings()
            .iter()
            .any(|warning| warning.contains("universal-2"))
    );
    assert!(refusal(base().spelling(["ser traline"], "two words")).contains("custom_spelling"));
    assert!(refusal(base().strong_keyterms()).contains("key terms"));
}

#[test]
fn languages_are_codes_and_medical_mode_knows_four() {
    let medical = || Transcription::builder().domain(Domain::MedicalV1);
    let one = |code: &str| Languages::One(code.to_owned());
    for code in ["en", "en_us", "es", "de", "fr"] {
        assert!(medical().languages(one(code)).build().is_ok(), "{code}");
    }
    assert!(refusal(medical().languages(one("pt"))).contains("Medical Mode"));
    assert!(
        medical()
            .without_domain()
            .languages(one("pt"))
            .build()
            .is_ok()
    );
    for code in ["", "English", "en-US", "e", "en_"] {
        assert!(
            Transcription::builder()
                .languages(one(code))
                .build()
                .is_err(),
            "{code}"
        );
    }
    let switching = |codes: &[&str]| {
        let codes = codes.iter().map(|code| (*code).to_owned()).collect();
        Transcription::builder().languages(Languages::Switching(codes))
    };
    assert!(switching(&["es", "en"]).build().is_ok());
    assert!(refusal(switching(&["es", "de"])).contains("`en`"));
    let silent = LanguageDetection {
        silence_is_empty: true,
        ..LanguageDetection::default()
    };
    let silent = Transcription::builder().languages(Languages::Detected(silent));
    assert!(refusal(silent).contains("fallback"));
}

#[test]
fn models_audio_and_terms_are_checked() {
    let base = Transcription::builder;
    assert!(base().models([]).build().is_err());
    for name in ["universal-3-pro", "", "a b"] {
        let model = RecordModel::Other(name.to_owned());
        assert!(base().models([model]).build().is_err(), "{name}");
    }
    let second = |n| Some(Duration::from_secs(n));
    assert!(base().window(second(2), second(1)).build().is_err());
    assert!(base().speech_threshold(1.1).build().is_err());
    let name = RedactionPolicy::PersonName.into();
    let empty = redaction().terms(&name, Vec::<String>::new());
    assert!(refusal(base().redaction(empty)).contains("redact_static_entities"));
}

#[test]
fn nothing_private_is_shown() {
    let webhook = Webhook::new(
        "https://host.example/hook",
        Some(("X-Secret".to_owned(), ApiKey::new("CANARY").unwrap())),
    );
    let config = Transcription::individual()
        .prompt("CANARY")
        .keyterms(["CANARY"])
        .webhook(webhook.unwrap())
        .identify(SpeakerIdentification::names(["CANARY"]))
        .build()
        .unwrap();
    assert!(!format!("{config:?}").contains("CANARY"));
    let error = refusal(
        Transcription::builder().keyterms(["CANARY CANARY CANARY CANARY CANARY CANARY CANARY"]),
    );
    assert!(!error.contains("CANARY"));
    assert!(!matches!(
        Transcription::builder().models([]).build(),
        Err(ConfigError::Keyterms(_))
    ));
}
