//! What ends a session, and how fast it goes.

use super::*;

#[test]
fn frames_of_the_wrong_length_end_the_session() {
    let mut run = Run::new(&[], &[]);
    run.session.on_binary(&audio(&[], 0, 1000), 0);
    run.session.on_binary(&audio(&[], 0, 1200), 10);
    run.wait(100);
    assert_eq!(run.closed.unwrap().1, 3007);
    assert!(
        run.of("Error")[0]["error"]
            .as_str()
            .unwrap()
            .contains("Input Duration Violation: 1200.0 ms. Expected between 50 and 1000 ms")
    );
    let mut run = Run::new(&[], &[]);
    let mut taken = 0;
    while run.closed.is_none() {
        run.session.on_binary(&audio(&[], 0, 20), run.now_ms);
        run.wait(run.now_ms + 20);
        taken += 1;
    }
    assert_eq!((taken, run.closed.unwrap().1), (49, 3007));
}

#[test]
fn a_burst_is_worked_off_at_the_throttle_and_a_flood_ends_the_session() {
    let speech: Speech = &[("a", "Hello there.", 6000, 7000)];
    let mut run = Run::new(speech, &[]);
    for at in (0..8000).step_by(1000) {
        run.session.on_binary(&audio(speech, at, 1000), 0);
    }
    run.wait(20_000);
    let (at, _) = run
        .sent
        .iter()
        .find(|(_, m)| m["end_of_turn"] == true)
        .unwrap();
    assert!((5700..6300).contains(at), "{at}");
    let mut run = Run::new(&[], &[]);
    for _ in 0..305 {
        run.session.on_binary(&vec![0; 32_000], 100);
    }
    run.wait(200);
    assert_eq!(run.closed.unwrap().1, 3007);
    assert!(
        run.of("Error")[0]["error"]
            .as_str()
            .unwrap()
            .starts_with("Audio Transmission Rate Exceeded: Received 301 sec.")
    );
}

#[test]
fn a_stall_gives_no_credit_for_what_is_sent_after_it() {
    let speech: Speech = &[("a", "Hello there.", 56_000, 57_000)];
    let mut run = Run::new(speech, &[("session_heartbeat", "true")]);
    run.wait(60_000);
    for at in (0..58_000).step_by(1000) {
        run.session.on_binary(&audio(speech, at, 1000), run.now_ms);
    }
    run.wait(120_000);
    let (at, _) = run
        .sent
        .iter()
        .find(|(_, m)| m["end_of_turn"] == true)
        .unwrap();
    // 57 s at 1.25 times the speed, less the second that idle time is worth.
    assert!((104_500..106_500).contains(at), "{at}");
}

#[test]
fn the_wait_for_begin_gives_no_credit_either() {
    let speech: Speech = &[("a", "Hello there.", 8000, 9000)];
    let mut run = Run::with(speech, &[], |setup| setup.begin_delay_ms = 12_000);
    run.wait(11_900);
    for at in (0..10_000).step_by(1000) {
        run.session.on_binary(&audio(speech, at, 1000), run.now_ms);
    }
    run.wait(30_000);
    let (at, _) = run
        .sent
        .iter()
        .find(|(_, m)| m["end_of_turn"] == true)
        .unwrap();
    assert!((18_000..20_000).contains(at), "{at}");
}

#[test]
fn audio_that_comes_faster_than_it_is_worked_off_piles_up_until_the_session_ends() {
    let mut run = Run::new(&[], &[]);
    let mut sent = 0;
    // Five seconds a second, after a stall.
    run.wait(60_000);
    while run.closed.is_none() && sent < 1000 {
        run.session.on_binary(&vec![0; 32_000], run.now_ms);
        run.wait(run.now_ms + 200);
        sent += 1;
    }
    assert_eq!(run.closed.unwrap().1, 3007);
    assert!((390..410).contains(&sent), "{sent} s were taken");
}

#[test]
fn a_message_of_more_than_128_kb_ends_the_session_whatever_its_kind() {
    let mut run = Run::new(&[], &[]);
    run.session.on_binary(&vec![0; 128 * 1024 + 1], 0);
    run.wait(100);
    assert_eq!((run.closed.unwrap().1, run.of("Error").len()), (1009, 0));
    for (padding, code) in [(128 * 1024, Some(1009)), (100_000, None)] {
        let mut run = Run::new(&[], &[]);
        run.text(&format!(
            r#"{{"type":"KeepAlive","padding":"{}"}}"#,
            "x".repeat(padding)
        ));
        run.wait(100);
        assert_eq!(run.closed.map(|(_, code)| code), code, "{padding}");
        assert!(run.of("Error").is_empty());
    }
}

#[test]
fn the_session_expires_while_it_drains_and_before_it_begins() {
    let mut run = Run::with(&[], &[], |setup| setup.longest_ms = 60_000);
    for _ in 0..200 {
        run.session.on_binary(&vec![0; 32_000], run.now_ms);
        run.wait(run.now_ms + 10);
    }
    run.terminate();
    let (at, code) = run.closed.unwrap();
    assert!(code == 3008 && (60_000..60_100).contains(&at), "{at}");
    assert!(run.of("Termination").is_empty());
    let mut late = Run::with(&[], &[], |setup| {
        (setup.longest_ms, setup.begin_delay_ms) = (60_000, 90_000);
    });
    late.wait(61_000);
    assert_eq!(late.closed.unwrap().1, 3008);
    assert!(late.of("Begin").is_empty());
}

#[test]
fn inactivity_ends_the_session_and_keep_alive_holds_it() {
    let mut run = Run::new(&[], &[("inactivity_timeout", "5")]);
    run.wait(4000);
    run.text(r#"{"type":"KeepAlive"}"#);
    run.wait(8000);
    assert_eq!(run.closed, None);
    run.wait(10_000);
    let (at, code) = run.closed.unwrap();
    assert!(code == 3006 && (9000..9100).contains(&at));
    assert!(
        run.of("Error")[0]["error"]
            .as_str()
            .unwrap()
            .contains("No messages received for 5 seconds")
    );
}

#[test]
fn the_session_expires_without_a_termination() {
    let mut run = Run::with(&[], &[], |setup| setup.longest_ms = 60_000);
    run.wait(61_000);
    assert_eq!(run.closed.unwrap().1, 3008);
    assert!(run.of("Termination").is_empty());
}

#[test]
fn bad_messages_end_the_session_about_a_second_later() {
    for (text, says) in [
        ("{", "Invalid JSON"),
        ("[1]", "Invalid Message: "),
        (r#"{"type":"Ping"}"#, "Invalid Message Type: Ping"),
        (
            r#"{"type":"UpdateConfiguration","vad_threshold":2}"#,
            "Invalid 'vad_threshold'",
        ),
        (
            r#"{"type":"UpdateConfiguration","max_turn_silence":-5}"#,
            "Invalid 'max_turn_silence': Input should be greater than or equal to 0",
        ),
        (
            r#"{"type":"UpdateConfiguration","keyterms_prompt":"[]"}"#,
            "Invalid 'keyterms_prompt'",
        ),
    ] {
        let mut run = Run::new(&[], &[]);
        run.wait(100);
        run.text(text);
        run.wait(3000);
        let (at, code) = run.closed.unwrap();
        assert!(code == 3006 && (1000..1300).contains(&at), "{text}: {at}");
        assert!(
            run.of("Error")[0]["error"].as_str().unwrap().contains(says),
            "{text}"
        );
    }
}

#[test]
fn no_bytes_and_no_text_make_it_panic() {
    let mut run = Run::new(
        PAUSES,
        &[("speaker_labels", "true"), ("encoding", "pcm_mulaw")],
    );
    for length in [0, 1, 3, 799, 16_000, 16_001] {
        run.session.on_binary(&vec![0x55; length], run.now_ms);
        run.wait(run.now_ms + 50);
    }
    for text in [
        "",
        "null",
        "{\"type\":3}",
        "{\"type\":\"Terminate\"}",
        "\u{0}",
    ] {
        run.text(text);
    }
    run.wait(10_000);
}

#[test]
fn a_minimum_of_silence_below_zero_is_clamped_in_the_middle_too() {
    let mut run = Run::new(&[], &[]);
    run.wait(100);
    run.text(r#"{"type":"UpdateConfiguration","min_turn_silence":-5}"#);
    run.wait(3000);
    assert_eq!(run.closed, None);
    assert_eq!(run.session.detector.profile.min_silence, 50);
}
