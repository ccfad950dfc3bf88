//! What is sent beside turns of Universal-3, and in place of them.

use super::*;

#[test]
fn silence_where_the_script_speaks_gives_no_words() {
    let mut run = Run::new(PAUSES, &[("acknowledge_silence", "true")]);
    run.stream(&[], 0, 8000);
    run.terminate();
    assert!(run.of("Turn").is_empty() && run.of("SpeechStarted").is_empty());
    assert_eq!(run.of("Silence").len(), 8);
}

#[test]
fn word_by_word_models_send_two_finals_and_an_empty_one() {
    let speech: Speech = &[("a", "I slept badly.", 500, 2000)];
    let query = [
        ("speech_model", "universal-streaming-english"),
        ("format_turns", "true"),
    ];
    let run = whole(speech, &query);
    assert!(run.of("SpeechStarted").is_empty());
    assert_eq!(run.finals(), ["i slept badly", "I slept badly.", ""]);
    let partial = run.of("Turn")[1];
    let is_final: Vec<_> = partial["words"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| &w["word_is_final"])
        .collect();
    assert_eq!(is_final, [true, false]);
    assert_eq!(partial["transcript"], "i");
    assert_eq!(run.of("Begin")[0]["configuration"]["mode"], Value::Null);
}

#[test]
fn heartbeats_tell_what_was_received_every_five_seconds() {
    let mut run = Run::new(&[], &[("session_heartbeat", "True")]);
    run.stream(&[], 0, 11_000);
    let beats = run.of("Heartbeat");
    assert_eq!(beats.len(), 2);
    assert_eq!(beats[1]["total_duration_ms"], 10_010);
    let received = beats[1]["total_audio_received_ms"].as_u64().unwrap();
    assert!((9900..=10_100).contains(&received));
}

#[test]
fn redaction_suppresses_partials_and_marks_finals() {
    let speech: Speech = &[("a", "My score was 14 today.", 500, 3000)];
    let run = whole(speech, &[("redact_pii", "true")]);
    assert_eq!(run.of("Turn").len(), 1);
    assert_eq!(run.of("SpeechStarted").len(), 1);
    assert_eq!(run.of("Turn")[0]["utterance"], "My score was ## today.");
}

#[test]
fn marks_of_redaction_are_the_same_word_by_word() {
    let speech: Speech = &[("a", "My damn score was 14 today.", 500, 3500)];
    let query = [
        ("speech_model", "universal-streaming-english"),
        ("redact_pii", "true"),
        ("filter_profanity", "true"),
        ("format_turns", "true"),
    ];
    let run = whole(speech, &query);
    assert_eq!(
        run.finals(),
        [
            "my *** score was ## today",
            "My *** score was ## today.",
            ""
        ]
    );
    let words = run.of("Turn")[0]["words"].as_array().unwrap();
    assert!(words[1]["text"] == "***" && words[4]["text"] == "##");
    assert_eq!(
        run.of("Turn")[0]["end_of_turn_confidence"],
        0.9,
        "the sentence is closed, shown or not"
    );
    let entity = [query[0], query[1], ("redact_pii_sub", "entity_name")];
    assert_eq!(
        whole(speech, &entity).finals()[0],
        "my damn score was [NUMBER_SEQUENCE] today"
    );
}

#[test]
fn silence_is_acknowledged_by_universal_3_alone_also_when_asked_for_later() {
    for (model, count) in [("universal-streaming-english", 0), ("universal-3-5-pro", 3)] {
        let mut run = Run::new(&[], &[("speech_model", model)]);
        run.wait(100);
        run.text(r#"{"type":"UpdateConfiguration","acknowledge_silence":true}"#);
        run.stream(&[], 0, 3000);
        run.terminate();
        assert_eq!(run.of("Silence").len(), count, "{model}");
    }
}

#[test]
fn what_is_nobodys_has_no_confidence() {
    // Words of half a second: turns too short for a label.
    let speech: Vec<_> = (0..6)
        .map(|n| ("a", "Yes.", n * 3000 + 500, n * 3000 + 1000))
        .collect();
    let run = whole(&speech, &[("speaker_labels", "true")]);
    let finals = run
        .of("Turn")
        .into_iter()
        .filter(|t| t["end_of_turn"] == true);
    let finals: Vec<_> = finals.collect();
    assert_eq!(finals.len(), 6);
    for turn in finals {
        assert_ne!(turn["speaker_label"], "A");
        assert_eq!(turn["speaker_confidence"], 0.0, "{turn}");
        assert!(turn["words"][0].get("speaker_confidence").is_none());
    }
}
