//! `streaming-stt.md` section 11.

use serde_json::{Value, json};
use therapy_scribe_emulator::{Emulator, SpeakerLetters};

use crate::clients::{PAUSES, Socket, Speech, audio, get, http, quick, script};

const THERAPY: &str = "min_turn_silence=800&max_turn_silence=3600";
const AGENT: &str = "min_turn_silence=128&max_turn_silence=1280";

// 11.1, 1.2
#[tokio::test]
async fn every_upgrade_is_accepted_and_bad_keys_are_told_afterwards() {
    let emulator = quick().api_key("right").start().await.unwrap();
    for (key, says) in [
        (
            None,
            "Unauthorized Connection: Missing Authorization header",
        ),
        (Some("wrong"), "Unauthorized Connection: Invalid API key"),
        (
            Some("Bearer right"),
            "Unauthorized Connection: Invalid API key",
        ),
    ] {
        let ended = Socket::open_as(&emulator, "", key).await.end().await;
        assert_eq!(ended.error(), (1008, says));
        assert_eq!(ended.messages.len(), 1);
    }
    let ended = Socket::open_as(&emulator, "token=made-up", None)
        .await
        .end()
        .await;
    assert_eq!(ended.error().1, "Unauthorized Connection: Invalid API key");
    let mut socket = Socket::open_as(&emulator, "", Some("right")).await;
    assert_eq!(socket.next().await["type"], "Begin");
    emulator.stop().await;
}

// 11.1: without a configured key anything that looks like one.
#[tokio::test]
async fn without_a_key_any_raw_key_is_accepted() {
    let emulator = quick().start().await.unwrap();
    for (key, code) in [("anything", 1000), ("bad-key", 1008), ("Bearer x", 1008)] {
        let ended = Socket::open_as(&emulator, "", Some(key))
            .await
            .terminate_or_end(code)
            .await;
        assert_eq!(ended, code, "{key}");
    }
}

impl Socket {
    async fn terminate_or_end(self, expected: u16) -> u16 {
        if expected == 1000 {
            self.terminate().await.code
        } else {
            self.end().await.code
        }
    }
}

// 11.2, 1.3
#[tokio::test]
async fn tokens_are_minted_checked_reused_and_expire() {
    let emulator = quick().start().await.unwrap();
    let missing = get(&emulator, "/v3/token?expires_in_seconds=60", None).await;
    assert_eq!(missing.status, 422);
    assert_eq!(
        missing.json()["detail"][0]["loc"],
        json!(["header", "authorization"])
    );
    for (query, name, kind) in [
        (
            "expires_in_seconds=0",
            "expires_in_seconds",
            "greater_than_equal",
        ),
        (
            "expires_in_seconds=601",
            "expires_in_seconds",
            "less_than_equal",
        ),
        ("", "expires_in_seconds", "missing"),
        (
            "expires_in_seconds=9&max_session_duration_seconds=59",
            "max_session_duration_seconds",
            "greater_than_equal",
        ),
    ] {
        let refused = get(&emulator, &format!("/v3/token?{query}"), Some("key")).await;
        let detail = &refused.json()["detail"][0];
        assert_eq!(
            (refused.status, &detail["type"], &detail["loc"][1]),
            (422, &json!(kind), &json!(name))
        );
    }
    let path = "/v3/token?expires_in_seconds=30&max_session_duration_seconds=60";
    let token = get(&emulator, path, Some("Bearer key")).await.json();
    assert_eq!(token["expires_in_seconds"], 30);
    let token = token["token"].as_str().unwrap().to_owned();
    let query = format!("token={token}");
    let first = Socket::open_as(&emulator, &query, None).await;
    let mut second = Socket::open_as(&emulator, "", Some(&token)).await;
    assert_eq!(
        second.next().await["type"],
        "Begin",
        "in the header, and again"
    );
    // 60 protocol seconds later the sessions expire, and by then the token has too.
    assert_eq!(
        first.end().await.error(),
        (3008, "Session Expired: Maximum session duration exceeded")
    );
    let late = Socket::open_as(&emulator, &query, None).await.end().await;
    assert_eq!(
        late.error(),
        (1008, "Unauthorized Connection: Signature has expired")
    );
    assert!(
        emulator.sessions()[0].query.is_empty(),
        "tokens are in no log"
    );
}

// 11.3
#[tokio::test]
async fn bad_parameters_are_told_by_name_before_begin() {
    let emulator = quick()
        .refuse_models(["universal-3-6-pro"])
        .start()
        .await
        .unwrap();
    for (query, says) in [
        (
            "",
            "Invalid 'speech_model': Input should be 'universal-streaming-english', ",
        ),
        ("speech_model=universal-3-6-pro", "Invalid 'speech_model'"),
        (
            "speech_model=universal-3-5-pro&encoding=flac",
            "'flac' is not a valid Encoding",
        ),
        (
            "speech_model=universal-3-5-pro&sample_rate=7999",
            "sample_rate must be at least 8,000 Hz",
        ),
        (
            "speech_model=universal-3-5-pro&keyterms_prompt=a&keyterms_prompt=b",
            "Invalid 'keyterms_prompt': Value error, Invalid JSON array",
        ),
        (
            "speech_model=universal-3-5-pro&language_codes=%5B%22en%22,%22pl%22%5D",
            "Invalid 'language_codes.1'",
        ),
        (
            "speech_model=universal-3-5-pro&max_speakers=0",
            "Invalid 'max_speakers'",
        ),
        (
            "speech_model=universal-3-5-pro&inactivity_timeout=4",
            "Invalid 'inactivity_timeout'",
        ),
        (
            "speech_model=universal-streaming-english&mode=balanced",
            "Invalid 'mode'",
        ),
    ] {
        let ended = Socket::open(&emulator, query).await.end().await;
        let (code, error) = ended.error();
        assert!(
            code == 3006
                && error.starts_with("User Input Validation Error: ")
                && error.contains(says),
            "{query}: {error}"
        );
        assert_eq!(ended.types(), ["Error"]);
    }
}

// 11.3, 4.1, 7
#[tokio::test]
async fn good_parameters_are_echoed_and_unknown_ones_ignored() {
    let emulator = quick().start().await.unwrap();
    let query = "speech_model=universal-3-5-pro&speaker_labels=True&surprise=1&domain=medical-v1&min_turn_silence=1";
    let begin = Socket::open(&emulator, query).await.next().await;
    assert_eq!(
        begin["configuration"],
        json!({"model": "universal-3-5-pro", "mode": "balanced", "api_version": "2025-05-12",
        "speaker_labels": true, "redact_pii": false, "filter_profanity": false, "domain": "medical-v1", "voice_focus": null})
    );
    let mut socket = Socket::open(
        &emulator,
        "speech_model=universal-3-5-pro&domain=medical-v1&language_codes=%5B%22hi%22%5D",
    )
    .await;
    assert_eq!(socket.next().await["configuration"]["domain"], Value::Null);
    assert!(
        socket.next().await["warning"]
            .as_str()
            .unwrap()
            .contains("medical-v1")
    );
}

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

// 11.5
#[tokio::test]
async fn audio_far_ahead_of_time_ends_the_session() {
    let emulator = quick().start().await.unwrap();
    let mut socket = Socket::open(&emulator, "sample_rate=8000&encoding=pcm_mulaw").await;
    let mut sent = 0;
    while sent < 2000 && socket.bytes(vec![0xff; 8000]).await {
        sent += 1;
    }
    let ended = socket.end().await;
    let (code, error) = ended.error();
    assert!(
        code == 3007 && error.starts_with("Audio Transmission Rate Exceeded: Received "),
        "{error}"
    );
}

// 11.6, 11.7
#[tokio::test]
async fn odd_frames_end_the_session() {
    let emulator = quick().start().await.unwrap();
    let mut socket = Socket::open(&emulator, "").await;
    socket.bytes(audio(&[], 0, 1000)).await;
    socket.bytes(audio(&[], 0, 1001)).await;
    let ended = socket.end().await;
    assert_eq!(
        ended.error(),
        (
            3007,
            "Input Duration Error: Input Duration Violation: 1001.0 ms. Expected between 50 and 1000 ms"
        )
    );
    let mut socket = Socket::open(&emulator, "").await;
    for _ in 0..49 {
        socket.bytes(audio(&[], 0, 20)).await;
    }
    assert!(socket.end().await.error().1.contains("Violation: 20.0 ms"));
    for size in [128 * 1024 + 1, 2 << 20] {
        let mut socket = Socket::open(&emulator, "sample_rate=96000").await;
        socket.bytes(vec![0; size]).await;
        let ended = socket.end().await;
        assert!(ended.code == 1009 && ended.of("Error").is_empty(), "{size}");
    }
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
    assert!(ended.of("Heartbeat").len() >= 6);
    assert_eq!(
        ended.of("Silence")[0],
        &json!({"type": "Silence", "start_ms": 0, "end_ms": 1000})
    );
    // A slow machine may still be sending at the first of them.
    let last = ended.of("Heartbeat").pop().unwrap();
    assert_eq!(last["total_audio_received_ms"], 3000);
}

// 8.1
#[tokio::test]
async fn opening_too_often_is_refused() {
    let emulator = quick().opens_per_minute(2).start().await.unwrap();
    let (mut first, mut second) = (
        Socket::open(&emulator, "").await,
        Socket::open(&emulator, "").await,
    );
    assert_eq!(
        (&first.next().await["type"], &second.next().await["type"]),
        (&json!("Begin"), &json!("Begin"))
    );
    let ended = Socket::open(&emulator, "").await.end().await;
    assert_eq!(
        ended.error(),
        (
            1008,
            "Unauthorized Connection: Too many concurrent sessions"
        )
    );
}

#[tokio::test]
async fn unknown_paths_and_plain_requests_get_json() {
    let emulator = quick().start().await.unwrap();
    for (method, path) in [
        ("GET", "/v3/ws"),
        ("POST", "/v1/understanding"),
        ("GET", "/v2/transcript"),
    ] {
        let reply = http(&emulator, method, path, Some("key"), "").await;
        assert!(reply.status == 404 && reply.json().is_object(), "{path}");
    }
}

#[tokio::test]
async fn a_stop_closes_every_session_and_frees_the_port() {
    let emulator = quick().start().await.unwrap();
    let mut socket = Socket::open(&emulator, "").await;
    assert_eq!(socket.next().await["type"], "Begin");
    let url = emulator.streaming_url();
    let port: u16 = url.rsplit(':').next().unwrap().parse().unwrap();
    let (ended, ()) = tokio::join!(socket.end(), emulator.stop());
    assert_eq!(ended.code, 1001);
    let again = Emulator::builder().port(port).start().await.unwrap();
    assert_eq!(again.streaming_url(), url);
}

#[tokio::test]
async fn what_prints_shows_no_content() {
    let emulator = quick()
        .api_key("CANARY")
        .script(script(&[("CANARY", "CANARY.", 0, 900)]))
        .start()
        .await
        .unwrap();
    let mut socket = Socket::open_as(
        &emulator,
        "keyterms_prompt=%5B%22CANARY%22%5D",
        Some("CANARY"),
    )
    .await;
    socket
        .send(r#"{"type":"UpdateConfiguration","prompt":"CANARY"}"#)
        .await;
    socket.terminate().await;
    let printed = format!(
        "{emulator:?} {:?} {:?}",
        emulator.sessions(),
        quick()
            .api_key("CANARY")
            .script(script(&[("CANARY", "x", 0, 1)]))
    );
    assert!(!printed.contains("CANARY"), "{printed}");
    assert_eq!(
        emulator.sessions()[0].controls[0]["prompt"],
        "CANARY",
        "tests can look"
    );
}
