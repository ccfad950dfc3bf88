//! Answers of the service as transcripts.

use serde_json::{Value, json};
use therapy_scribe_core::Utterance;

use super::*;

fn record(mut value: Value) -> Record {
    value["id"] = json!("t-1");
    value["status"] = json!("completed");
    let raw = wire::transcript(value.to_string().as_bytes()).unwrap();
    Record::of(&raw, &RoleNames::default())
}

fn word(text: &str, start: u64, speaker: &str) -> Value {
    json!({"text": text, "start": start, "end": start + 200, "confidence": 0.9, "speaker": speaker, "channel": null})
}

fn identified(mapping: &Value, status: &str) -> Value {
    json!({
        "request": {"speaker_identification": {"speaker_type": "role"}},
        "response": {"speaker_identification": {"mapping": mapping, "status": status}}
    })
}

fn spoken(record: &Record) -> Vec<(Option<Role>, String)> {
    let transcript = &record.transcript;
    let said = |utterance: Utterance| (transcript.role_of(utterance.speaker()), utterance.text());
    transcript.utterances().map(said).collect()
}

#[test]
fn roles_stand_beside_the_labels_that_they_took_the_place_of() {
    let record = record(json!({
        "words": [word("Slept?", 100, "Therapist"), word("Badly.", 900, "Client"), word("Why?", 1500, "Therapist")],
        "utterances": [
            {"speaker": "Therapist", "text": "Slept?", "start": 100, "end": 300, "words": []},
            {"speaker": "Client", "text": "Badly.", "start": 900, "end": 1100, "words": []},
            {"speaker": "Therapist", "text": "Why?", "start": 1500, "end": 1700, "words": []}
        ],
        "speech_understanding": identified(&json!({"A": "Therapist", "B": "Client"}), "success"),
        "domain": "medical-v1", "metadata": {"domain_used": "medical-v1"},
        "language_code": "en_us", "speech_model_used": "universal-3-5-pro", "audio_duration": 15
    }));
    let (therapist, client) = (Some(Role::Therapist), Some(Role::Client));
    assert_eq!(
        spoken(&record),
        [
            (therapist, "Slept?".to_owned()),
            (client, "Badly.".to_owned()),
            (therapist, "Why?".to_owned())
        ]
    );
    let speaker = record.speaker("Client").unwrap();
    assert_eq!(
        (speaker.labels.as_slice(), speaker.role),
        (&["B".to_owned()][..], client)
    );
    assert_eq!(speaker.speaker.to_string(), "B");
    assert_eq!(record.speaker("B"), Some(speaker));
    let assigned = record.transcript.roles().get(speaker.speaker).unwrap();
    assert_eq!(assigned.by, therapy_scribe_core::roles::Assigned::Mapper);
    let first = record.transcript.turns().next().unwrap();
    assert_eq!(
        (first.start().as_millis(), first.end().as_millis()),
        (100, 300)
    );
    assert!((first.words()[0].text_confidence().get() - 0.9).abs() < 1e-6);
    assert_eq!(first.language_code(), Some("en_us"));
    assert_eq!(record.medical_mode, MedicalMode::Used);
    assert_eq!(record.identification, Identification::Done);
    assert_eq!(record.model.as_deref(), Some("universal-3-5-pro"));
    assert_eq!(record.duration, Some(Duration::from_secs(15)));
}

#[test]
fn two_labels_with_one_value_are_one_person() {
    let record = record(json!({
        "words": [word("So", 0, "Therapist"), word("tell", 300, "Therapist"), word("Well", 900, "Client")],
        "speech_understanding": identified(&json!({"A": "Therapist", "B": "Client", "C": "Therapist"}), "completed")
    }));
    assert_eq!(record.speakers.len(), 2);
    assert_eq!(record.speaker("C").unwrap().labels, ["A", "C"]);
}

#[test]
fn an_identification_that_did_not_work_leaves_the_letters() {
    let record = record(json!({
        "words": [word("Hi", 0, "A"), word("Hello", 900, "B")],
        "speech_understanding": identified(&json!({"A": "Therapist"}), "failed")
    }));
    assert_eq!(record.identification, Identification::Missing);
    assert!(record.transcript.roles().is_empty());
    assert_eq!(record.speaker("A").unwrap().value, None);
}

#[test]
fn channels_are_connections_and_each_keeps_its_own_order() {
    let on = |text: &str, start: u64, speaker: &str, channel: &str| {
        let mut word = word(text, start, speaker);
        word["channel"] = json!(channel);
        word
    };
    let record = record(json!({"words": [
        on("How", 0, "1", "1"), on("mhm", 100, "2", "2"), on("are", 200, "1", "1"),
        on("Fine.", 900, "2", "2"), on("I", 1200, "2B", "2")
    ]}));
    let shown: Vec<_> = record
        .speakers
        .iter()
        .map(|voice| voice.speaker.to_string())
        .collect();
    assert_eq!(shown, ["A", "A2", "B2"]);
    let connections: Vec<_> = record
        .transcript
        .turns()
        .map(|turn| (turn.id().connection().number(), turn.text()))
        .collect();
    let turn = |connection, text: &str| (connection, text.to_owned());
    assert_eq!(
        connections,
        [turn(0, "How are"), turn(1, "mhm Fine."), turn(1, "I")]
    );
}

#[test]
fn channels_can_be_identified() {
    let mut one = word("Hi", 0, "Therapist");
    one["channel"] = json!("1");
    let mut two = word("Hello", 500, "Client");
    two["channel"] = json!("2");
    let record = record(json!({
        "words": [one, two],
        "speech_understanding": identified(&json!({"1": "Therapist", "2": "Client"}), "success")
    }));
    assert_eq!(record.speaker("Client").unwrap().speaker.to_string(), "A2");
    assert_eq!(spoken(&record)[1].0, Some(Role::Client));
}

#[test]
fn names_are_voices_without_a_role_and_are_not_shown() {
    let record = record(json!({
        "words": [word("Hi", 0, "CANARY Keller"), word("Hello", 900, "Ana CANARY")],
        "speech_understanding": identified(&json!({"A": "CANARY Keller", "B": "Ana CANARY"}), "success")
    }));
    assert_eq!(
        record.speakers[1].value.as_ref().unwrap().expose(),
        "Ana CANARY"
    );
    assert_eq!(record.speakers[1].speaker.to_string(), "B");
    assert!(!format!("{record:?}").contains("CANARY"));
    assert!(!record.transcript.to_json().contains("CANARY"));
    // Without a mapping a value is still a voice of its own.
    let record = self::record(json!({"words": [word("Hi", 0, "Ana"), word("Hello", 900, "B")]}));
    assert_eq!(record.speakers.len(), 2);
}

#[test]
fn times_that_are_null_or_of_another_type_keep_their_order() {
    let record = record(json!({
        "words": [
            {"text": "I", "start": 100, "end": 200}, {"text": "was", "start": null, "end": "x"},
            {"text": "there.", "start": "300", "end": 400.4, "surprise": [1]}, null, 7
        ]
    }));
    let turn = record.transcript.turns().next().unwrap();
    let times: Vec<_> = turn
        .words()
        .iter()
        .map(|word| word.start().as_millis())
        .collect();
    assert_eq!(
        (times.as_slice(), turn.text().as_str()),
        (&[100, 200, 300][..], "I was there.")
    );
}

#[test]
fn nothing_is_lost_where_words_or_utterances_are_missing() {
    let by_utterance = record(json!({"words": null, "utterances": [
        {"speaker": "A", "text": "How are you?", "start": 0, "end": 900, "words": []},
        {"speaker": "B", "text": "Fine.", "start": 1000, "end": 1300,
         "words": [{"text": "Fine.", "start": 1000, "end": 1300}]}
    ]}));
    let texts: Vec<_> = spoken(&by_utterance)
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    assert_eq!(texts, ["How are you?", "Fine."]);
    let by_text = record(json!({"words": [], "text": "Only text.", "audio_duration": 4}));
    assert_eq!(spoken(&by_text)[0].1, "Only text.");
    let silent = record(json!({"text": null, "words": null, "utterances": null}));
    assert!(silent.transcript.is_empty() && silent.speakers.is_empty());
}

#[test]
fn a_word_without_a_speaker_follows_its_utterance() {
    let mut nobody = word("mhm", 400, "A");
    nobody["speaker"] = Value::Null;
    let record = record(json!({
        "words": [word("So", 100, "A"), nobody],
        "utterances": [{"speaker": "A", "text": "So mhm", "start": 100, "end": 700, "words": []}]
    }));
    let utterances: Vec<_> = record.transcript.utterances().collect();
    assert_eq!(utterances.len(), 1);
}

#[test]
fn medical_mode_that_was_skipped_says_so() {
    let warning = "Skipped medical-v1 domain correction because the language is not supported";
    let skipped = record(json!({
        "domain": "medical-v1", "metadata": {"warnings": [{"message": warning}]}
    }));
    assert_eq!(skipped.medical_mode, MedicalMode::NotUsed);
    assert_eq!(skipped.warnings[0].expose(), warning);
    assert_eq!(
        record(json!({"domain": null})).medical_mode,
        MedicalMode::NotAsked
    );
}

#[test]
fn what_is_not_masked_is_kept_apart_from_what_is_exported() {
    let record = record(json!({
        "text": "I told [PERSON_NAME].", "redact_pii": true, "redact_pii_policies": ["person_name"],
        "words": [word("I", 0, "A"), word("told", 300, "A"), word("[PERSON_NAME].", 600, "A")],
        "entities": [{"entity_type": "person_name", "text": "CANARY", "start": 600, "end": null, "speaker": "A"},
                     {"entity_type": "new_kind", "text": "CANARY"}],
        "sentiment_analysis_results": [{"text": "[Speaker:1] I told CANARY.", "start": null, "end": 900,
            "sentiment": "NEUTRAL", "confidence": 0.5, "speaker": "B", "channel": null}]
    }));
    let unredacted = record.unredacted.as_ref().unwrap();
    assert_eq!(unredacted.entities().len(), 2);
    assert_eq!(unredacted.entities()[0].text.expose(), "CANARY");
    assert_eq!(unredacted.sentiment()[0].start, None);
    assert!(!format!("{record:?} {:?}", unredacted.entities()).contains("CANARY"));
    let export = record.redacted().unwrap();
    let exported = format!(
        "{} {} {export:?}",
        export.transcript().to_json(),
        export.transcript().to_text()
    );
    assert!(exported.contains("[PERSON_NAME]") && !exported.contains("CANARY"));
    assert_eq!(export.policies()[0].as_str(), "person_name");
    let plain = self::record(json!({"words": [word("I", 0, "A")], "redact_pii": false}));
    assert_eq!(plain.redacted(), None);
}

#[test]
fn words_without_a_time_stand_in_a_row_between_their_neighbours() {
    let untimed = |text: &str| json!({"text": text, "start": null, "end": null, "speaker": "A"});
    let times = |value: Value| -> Vec<(u64, u64)> {
        let record = record(value);
        let words: Vec<_> = record
            .transcript
            .turns()
            .flat_map(|turn| turn.words().to_vec())
            .collect();
        let time =
            |word: &therapy_scribe_core::Word| (word.start().as_millis(), word.end().as_millis());
        words.iter().map(time).collect()
    };
    let between = json!({"words": [word("I", 0, "A"), untimed("was"), untimed("not"), word("there.", 600, "A")]});
    assert_eq!(
        times(between),
        [(0, 200), (200, 400), (400, 600), (600, 800)]
    );
    let around = json!({"words": [untimed("I"), untimed("was"), word("there", 600, "A"), untimed("too.")],
        "audio_duration": 1});
    assert_eq!(
        times(around),
        [(0, 300), (300, 600), (600, 800), (800, 1000)]
    );
    let alone = json!({"words": [word("So", 0, "A"), untimed("mhm")]});
    assert_eq!(times(alone), [(0, 200), (200, 200)]);
}

#[test]
fn a_length_beyond_all_reason_is_capped() {
    let record = record(json!({"text": "One two three.", "audio_duration": 1e30}));
    assert_eq!(
        record.duration,
        Some(Duration::from_secs(366 * 24 * 60 * 60))
    );
    assert_eq!(record.transcript.turn_count(), 1);
}

#[test]
fn an_export_needs_a_known_policy_and_words_that_agree_with_the_text() {
    let export = |text: Value, policy: &str| {
        record(json!({
            "text": text, "redact_pii": true, "redact_pii_policies": [policy],
            "words": [word("I", 0, "A"), word("told", 300, "A"), word("Ana.", 600, "A")]
        }))
        .redacted()
    };
    assert!(export(json!("I told Ana."), "person_name").is_some());
    assert!(
        export(json!("I told [PERSON_NAME]."), "person_name").is_none(),
        "unmasked words"
    );
    assert!(export(Value::Null, "person_name").is_none());
    assert!(
        export(json!("I told Ana."), "person_nmae").is_none(),
        "masks nothing"
    );
}

#[test]
fn a_later_identification_re_attributes_everything_at_once() {
    let before = record(json!({"words": [word("Hi", 0, "A"), word("Hello", 900, "B")]}));
    assert_eq!(spoken(&before)[0].0, None);
    let answer = json!({
        "request_id": "r-1", "utterances": [],
        "speech_understanding": identified(&json!({"A": "Counsellor", "B": "Supervisee"}), "success")
    });
    let names = RoleNames::default().with([("Supervisee", Role::Client)]);
    let after = before.identified(&Identified::of(&answer, names));
    assert_eq!(spoken(&after)[0].0, Some(Role::Therapist));
    assert_eq!(spoken(&after)[1].0, Some(Role::Client));
    assert_eq!(after.speaker("A").unwrap().labels, ["A"]);
}

mod random {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            prop::sample::select(vec![
                "A",
                "B",
                "1",
                "2A",
                "Therapist",
                "success",
                "",
                "🙂",
                "7"
            ])
            .prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 60, 8, |inner| {
            let names = prop::sample::select(vec![
                "words",
                "utterances",
                "text",
                "start",
                "end",
                "speaker",
                "channel",
                "confidence",
                "speech_understanding",
                "response",
                "speaker_identification",
                "mapping",
                "status",
                "entities",
                "metadata",
                "warnings",
                "audio_duration",
                "redact_pii",
            ]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(names, inner, 0..8).prop_map(|members| {
                    let owned = members
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value));
                    Value::Object(owned.collect())
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_answer_of_any_shape_panics(value in value()) {
            if value.is_object() {
                let record = record(value);
                let _ = (record.transcript.to_text(), record.redacted());
            }
        }
    }
}
