//! `streaming-stt.md` section 11: what is heard, and who is said to speak.

use serde_json::{Value, json};
use therapy_scribe_emulator::SpeakerLetters;

use crate::clients::{PAUSES, Socket, Speech, quick, script};

const THERAPY: &str = "min_turn_silence=800&max_turn_silence=3600";
const AGENT: &str = "min_turn_silence=128&max_turn_silence=1280";

// 11.4
#[tokio::test]
async fn begin_may_be_late_and_audio_before_it_counts() {
    let emulator = quick()
        .begin_delay_ms(12_000..=12_000)
        .script(script(PAUSES))
        .start()
        .await
        .unwrap();
    let mut socket = Socket::open(&emulator, THERAPY).await;
    socket.speak(PAUSES, 20_000).await;
    let ended = socket.terminate().await;
    assert_eq!(ended.transcripts()[0], "I just stood there.");
    let end = ended.messages.last().unwrap();
    assert_eq!(end["audio_duration_seconds"], 20);
    assert!(end["session_duration_seconds"].as_u64().unwrap() >= 12);
}

// 11.8, 5.1: the point of it all.
#[tokio::test]
async fn turn_settings_decide_what_a_pause_does() {
    let emulator = quick().script(script(PAUSES)).start().await.unwrap();
    for labels in ["", "&speaker_labels=true"] {
        let mut socket = Socket::open(&emulator, &format!("{THERAPY}{labels}")).await;
        socket.speak(PAUSES, 20_000).await;
        let ended = socket.terminate().await;
        assert_eq!(
            ended.transcripts(),
            [
                "I just stood there.",
                "And then?",
                "Nobody said anything. But",
                "I felt ashamed."
            ]
        );
        assert_eq!((ended.code, ended.reason.as_str()), (1000, "Session Ended"));
        let mut socket = Socket::open(&emulator, &format!("{AGENT}{labels}")).await;
        socket.speak(PAUSES, 20_000).await;
        assert_eq!(
            socket.terminate().await.transcripts()[..2],
            ["I just", "stood there."]
        );
    }
}

// 11.8: without a script, and where the script speaks over silence, nothing is heard.
#[tokio::test]
async fn it_hears_and_does_not_read_from_the_script() {
    let deaf = quick().start().await.unwrap();
    let mut socket = Socket::open(&deaf, "").await;
    socket.speak(PAUSES, 20_000).await;
    assert_eq!(socket.terminate().await.types(), ["Begin", "Termination"]);
    let emulator = quick().script(script(PAUSES)).start().await.unwrap();
    let mut socket = Socket::open(&emulator, "").await;
    socket.speak(&[], 20_000).await;
    assert_eq!(socket.terminate().await.types(), ["Begin", "Termination"]);
}

/// Two minutes and more of two people, a turn every two seconds.
fn dialogue() -> Vec<(&'static str, String, u64, u64)> {
    (0..65)
        .map(|n| {
            let speaker = if n % 2 == 0 { "client" } else { "therapist" };
            let text = format!("Word{n} and a few more words here.");
            (speaker, text, n * 2000 + 200, n * 2000 + 1900)
        })
        .collect()
}

/// How many words have the right label, by a client's rule: a word's own, else its turn's.
fn right(turns: &[Value], truth: &[&str]) -> usize {
    let labels = turns.iter().flat_map(|turn| {
        let fallback = turn["speaker_label"].as_str().unwrap_or_default();
        let words = turn["words"].as_array().unwrap();
        words
            .iter()
            .map(move |word| word["speaker"].as_str().unwrap_or(fallback))
    });
    labels
        .zip(truth)
        .filter(|(label, truth)| label == *truth)
        .count()
}

// 11.9, 11.11: labels by a client's rule, before and after the revisions.
#[tokio::test]
async fn live_labels_are_partly_wrong_and_the_revisions_correct_all() {
    let lines = dialogue();
    let speech: Vec<_> = lines
        .iter()
        .map(|(s, t, a, b)| (*s, t.as_str(), *a, *b))
        .collect();
    let speech: Speech = &speech;
    let emulator = quick().script(script(speech)).start().await.unwrap();
    let mut socket = Socket::open(
        &emulator,
        "speaker_labels=true&speaker_labels_revision_interval_ms=120000",
    )
    .await;
    socket.speak(speech, 131_000).await;
    let ended = socket.terminate().await;
    let said: Vec<&str> = lines
        .iter()
        .flat_map(|(_, text, ..)| text.split(' '))
        .collect();
    assert_eq!(
        ended.transcripts().join(" "),
        said.join(" "),
        "every word in exactly one final"
    );
    assert_eq!(
        ended.of("SpeakerRevision").len(),
        2,
        "in the middle and at the end"
    );
    let truth: Vec<&str> = lines
        .iter()
        .flat_map(|(speaker, text, ..)| {
            text.split(' ')
                .map(move |_| if *speaker == "client" { "A" } else { "B" })
        })
        .collect();
    let mut turns: Vec<Value> = ended.finals().into_iter().cloned().collect();
    let live = right(&turns, &truth) * 100 / truth.len();
    assert!((70..=96).contains(&live), "{live} % right live");
    for revision in ended.of("SpeakerRevision") {
        for revised in revision["revisions"].as_array().unwrap() {
            let turn = turns
                .iter_mut()
                .find(|turn| turn["turn_order"] == revised["turn_order"])
                .unwrap();
            turn["words"] = revised["words"].clone();
            turn["speaker_label"] = revised["speaker_label"].clone();
        }
    }
    assert_eq!(right(&turns, &truth), truth.len());
    let labelled =
        |turn: &&&Value| turn["end_of_turn"] == false && turn.get("speaker_label").is_some();
    assert_eq!(
        ended.of("Turn").iter().filter(labelled).count(),
        0,
        "partials carry none"
    );
}

// 11.10
#[tokio::test]
async fn word_by_word_models_differ() {
    let emulator = quick().script(script(PAUSES)).start().await.unwrap();
    let multi = "language_codes=%5B%22multi%22%5D&format_turns=true";
    let mut socket = Socket::open(&emulator, multi).await;
    socket.speak(PAUSES, 5500).await;
    let ended = socket.terminate().await;
    assert_eq!(
        ended.messages[0]["configuration"]["model"],
        "universal-streaming-multilingual"
    );
    assert_eq!(ended.transcripts()[..2], ["i just", "I just"]);
    let last: Vec<_> = ended.of("Turn").into_iter().rev().take(5).rev().collect();
    let shape: Vec<_> = last
        .iter()
        .map(|turn| {
            (
                turn["end_of_turn"].as_bool().unwrap(),
                turn["words"].as_array().unwrap().len(),
            )
        })
        .collect();
    assert_eq!(
        shape,
        [(false, 1), (false, 2), (true, 2), (true, 2), (true, 0)]
    );
    assert!(ended.of("SpeechStarted").is_empty());
}

// 11.11
#[tokio::test]
async fn terminate_flushes_revises_and_says_goodbye() {
    let emulator = quick()
        .script(script(PAUSES))
        .termination_delay_ms(12_000..=12_000)
        .start()
        .await
        .unwrap();
    let mut socket = Socket::open(&emulator, THERAPY).await;
    socket.speak(PAUSES, 2000).await;
    let ended = socket.terminate().await;
    assert_eq!(ended.transcripts(), ["I just"]);
    let end = ended.messages.last().unwrap();
    assert_eq!(
        (&end["type"], &end["audio_duration_seconds"]),
        (&json!("Termination"), &json!(2))
    );
    assert!(end["session_duration_seconds"].as_u64().unwrap() >= 12);
    let log = &emulator.sessions()[0];
    assert_eq!(
        (log.audio_ms, log.audio_bytes, log.closed),
        (2000, 64_000, Some(1000))
    );
    assert_eq!(log.controls, [json!({"type": "Terminate"})]);
    assert!(
        log.query
            .contains(&("max_turn_silence".to_owned(), "3600".to_owned()))
    );
}

// 11.13
#[tokio::test]
async fn letters_mean_nothing_beyond_their_session() {
    let speech: Speech = &[("client", "I slept a little better this week.", 0, 3000)];
    let emulator = quick()
        .script(script(speech))
        .speaker_letters(SpeakerLetters::SwappedEverySecondSession)
        .start()
        .await
        .unwrap();
    let mut letters = Vec::new();
    for _ in 0..2 {
        let mut socket = Socket::open(&emulator, "speaker_labels=true").await;
        socket.speak(speech, 5000).await;
        let ended = socket.terminate().await;
        assert_eq!(ended.finals()[0]["turn_order"], 0);
        letters.push(ended.finals()[0]["speaker_label"].clone());
    }
    assert_eq!(letters, ["A", "B"]);
}

// 4.5, 4.6, 3.3, 2.3
#[tokio::test]
async fn idle_sessions_beat_acknowledge_and_time_out() {
    let emulator = quick().start().await.unwrap();
    let mut socket = Socket::open(
        &emulator,
        "session_heartbeat=true&acknowledge_silence=true&inactivity_timeout=30",
    )
    .await;
    socket.speak(&[], 3000).await;
    let ended = socket.end().await;
    assert_eq!(
        ended.error(),
        (
            3006,
            "Session terminated due to inactivity: No messages received for 30 seconds"
        )
    );
    // The sixth comes 30 s after `Begin`, and the audio may have come before that.
    assert!(ended.of("Heartbeat").len() >= 5);
    assert_eq!(
        ended.of("Silence")[0],
        &json!({"type": "Silence", "start_ms": 0, "end_ms": 1000})
    );
    // A slow machine may still be sending at the first of them.
    let last = ended.of("Heartbeat").pop().unwrap();
    assert_eq!(last["total_audio_received_ms"], 3000);
}
