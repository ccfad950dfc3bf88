//! `streaming-stt.md` section 11: opening a session, its parameters, and its limits.

use serde_json::{Value, json};
use therapy_scribe_emulator::Emulator;

use crate::clients::{Socket, audio, get, http, quick, script};

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
async fn tokens_are_refused_in_the_words_of_the_validation_library() {
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
            "expires_in_seconds=-1",
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
}

// 11.2, 1.3
#[tokio::test]
async fn tokens_are_minted_reused_and_expire() {
    let emulator = quick().start().await.unwrap();
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

// 1.4
#[tokio::test]
async fn the_version_that_a_client_pins_is_echoed() {
    let emulator = quick().start().await.unwrap();
    for (header, echoed) in [(None, "2025-05-12"), (Some("2026-01-01"), "2026-01-01")] {
        let version = header.map(|version| ("assemblyai-version", version));
        let headers = [("authorization", "key")].into_iter().chain(version);
        let mut socket = Socket::open_with(&emulator, "", headers).await;
        let begin = socket.next().await;
        assert_eq!(begin["configuration"]["api_version"], echoed);
    }
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

// 8.1
#[tokio::test]
async fn opening_too_often_is_refused() {
    let emulator = quick().open_limit(2).start().await.unwrap();
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
        ("POST", "/v1/realtime"),
        ("GET", "/v4/transcript"),
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
