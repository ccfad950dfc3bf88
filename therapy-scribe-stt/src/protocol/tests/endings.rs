//! How sessions end, and what may follow what.

use super::*;

#[test]
fn finishing_pads_the_tail_drains_and_ends_complete() {
    let mut machine = begun();
    machine.on_audio(NOW, vec![1; 3300].into());
    machine.on_control(NOW, Control::Session(SttControl::Finish));
    assert_eq!(
        sent(&mut machine),
        ["3200 bytes", "1600 bytes", r#"{"type":"Terminate"}"#]
    );
    hear(&mut machine, &turn(0, true, &word("Last.", 0, 50, "A")));
    hear(
        &mut machine,
        r#"{"type":"SpeakerRevision","revisions":[{"turn_order":0,"speaker_label":"B"}]}"#,
    );
    hear(
        &mut machine,
        r#"{"type":"Termination","audio_duration_seconds":1,"session_duration_seconds":2}"#,
    );
    machine.on_incoming(NOW, Incoming::close(1000, "Session Ended"));
    let seen = events(&mut machine);
    let [
        SttEvent::Final(_),
        SttEvent::Revised(_),
        SttEvent::Closed(stats),
    ] = &seen[..]
    else {
        panic!("{seen:?}")
    };
    assert!(stats.complete && machine.is_done());
    assert_eq!(
        (stats.billed, stats.audio_heard, stats.audio_sent),
        (
            Some(Duration::from_secs(2)),
            Some(Duration::from_secs(1)),
            Duration::from_millis(150)
        )
    );
}

#[test]
fn a_finish_before_begin_is_kept() {
    let mut machine = machine();
    machine.on_control(NOW, Control::Session(SttControl::Finish));
    assert_eq!(sent(&mut machine), Vec::<String>::new());
    hear(&mut machine, BEGIN);
    assert_eq!(sent(&mut machine), [r#"{"type":"Terminate"}"#]);
}

#[test]
fn every_wait_is_bounded() {
    type Wait = (fn() -> Streaming, fn(&Error) -> bool);
    let waits: [Wait; 2] = [
        (machine, |error| matches!(error, Error::NoAnswer { .. })),
        (begun, |error| matches!(error, Error::Stalled { .. })),
    ];
    for (make, expected) in waits {
        let mut machine = make();
        let mut deadlines = 0;
        while let Some(deadline) = machine.deadline() {
            machine.on_deadline(deadline);
            deadlines += 1;
            assert!(deadlines < 20, "deadlines must end");
        }
        let last = items(&mut machine).pop().unwrap();
        assert!(last.as_ref().is_err_and(expected), "{last:?}");
    }
    let mut draining = begun();
    draining.on_control(NOW, Control::Session(SttControl::Finish));
    while let Some(deadline) = draining.deadline() {
        assert!(deadline <= NOW + DRAIN_LIMIT);
        draining.on_deadline(deadline);
    }
    assert!(
        matches!(items(&mut draining).pop(), Some(Ok(SttEvent::Closed(stats))) if !stats.complete)
    );
}

#[test]
fn an_error_ends_the_session_with_or_without_type_and_close() {
    for text in [
        r#"{"type":"Error","error_code":3005,"error":"Session Cancelled"}"#,
        r#"{"error":"Session Cancelled"}"#,
        r#"{"type":"Error","error_code":{},"error":"Session Cancelled"}"#,
        r#"{"error":{"message":"of another shape"}}"#,
    ] {
        let mut machine = begun();
        hear(&mut machine, text);
        machine.on_deadline(machine.deadline().unwrap());
        assert!(
            matches!(&items(&mut machine)[..], [Err(Error::Service { .. })]),
            "{text}"
        );
    }
    let mut machine = begun();
    machine.on_incoming(NOW, Incoming::close(1011, ""));
    assert!(matches!(
        &items(&mut machine)[..],
        [Err(Error::Service { code: 1011 })]
    ));
}

#[test]
fn an_abandoned_session_says_goodbye() {
    let mut machine = begun();
    machine.on_abandoned(NOW, HostEnd::Handles);
    assert_eq!(sent(&mut machine), [r#"{"type":"Terminate"}"#]);
    assert!(machine.deadline().unwrap() <= NOW + GOODBYE_LIMIT);
    let mut draining = begun();
    draining.on_control(NOW, Control::Session(SttControl::Finish));
    draining.on_abandoned(NOW, HostEnd::Handles);
    assert_eq!(draining.phase, Phase::Draining);
}

#[test]
fn an_error_without_a_code_has_the_code_of_the_close() {
    let cases = [
        ("Unauthorized Connection: Invalid API key", 1008),
        ("Invalid 'speech_model': Input should be 'x'", 3006),
        ("Input Duration Error: 20.0 ms", 3007),
    ];
    for (text, code) in cases {
        for with_close in [true, false] {
            let mut machine = begun();
            hear(&mut machine, &format!(r#"{{"error":"{text}"}}"#));
            if with_close {
                machine.on_incoming(NOW, Incoming::close(code, "See Error message for details"));
            } else {
                machine.on_deadline(machine.deadline().unwrap());
            }
            let seen = items(&mut machine);
            assert!(
                matches!(&seen[..], [Err(error)] if !error.is_retryable()),
                "{text} {with_close}: {seen:?}"
            );
        }
    }
}

#[test]
fn a_begin_with_odd_fields_is_a_begin() {
    let mut machine = machine();
    hear(
        &mut machine,
        r#"{"type":"Begin","expires_at":"2026-11-25","configuration":7}"#,
    );
    assert!(matches!(
        &events(&mut machine)[..],
        [SttEvent::Status(ConnectionStatus::Ready(_))]
    ));
}

#[test]
fn draining_is_waited_for_from_the_goodbye_on_however_quiet_it_was_before() {
    let config = StreamingConfig::tutorial(Keyterms::default()).unwrap();
    let mut machine = machine_with(&config);
    hear(&mut machine, BEGIN);
    let quiet = NOW + Duration::from_secs(18);
    machine.on_control(quiet, Control::Session(SttControl::Finish));
    assert!(machine.deadline().unwrap() > quiet);
    machine.on_deadline(quiet + Duration::from_secs(14));
    assert!(!machine.is_done());
}

#[test]
fn a_session_that_is_given_up_is_said_goodbye_to() {
    for make in [machine, begun] {
        let mut machine = make();
        machine.on_audio(NOW, vec![0; 3200].into());
        while let Some(deadline) = machine.deadline() {
            machine.on_deadline(deadline);
        }
        let sent = sent(&mut machine);
        let goodbye = sent.iter().rev().take(2).rev().collect::<Vec<_>>();
        assert_eq!(goodbye, [r#"{"type":"Terminate"}"#, "Close"]);
    }
}

#[test]
fn a_service_without_heartbeats_is_not_taken_for_stalled_so_soon() {
    let beat = r#"{"type":"Heartbeat","total_audio_received_ms":5000}"#;
    let stalled = |machine: &mut Streaming| {
        let start = NOW + Duration::from_secs(16);
        machine.on_deadline(start);
        machine.is_done()
    };
    assert!(!stalled(&mut begun()));
    let mut beating = begun();
    hear(&mut beating, beat);
    assert!(stalled(&mut beating));
    let mut switched_off = begun();
    hear(&mut switched_off, beat);
    let update = ConfigUpdate::new().session_heartbeat(false);
    switched_off.on_control(NOW, Control::Update(update));
    hear(&mut switched_off, beat);
    assert!(!stalled(&mut switched_off));
    // Off, a long silence, and on again: the silence before counts for nothing.
    let mut on_again = begun();
    hear(&mut on_again, beat);
    for on in [false, true] {
        let update = ConfigUpdate::new().session_heartbeat(on);
        on_again.on_control(NOW + Duration::from_secs(16), Control::Update(update));
    }
    assert!(!stalled(&mut on_again));
}

#[test]
fn nothing_follows_the_goodbye() {
    let mut machine = begun();
    machine.on_control(NOW, Control::Session(SttControl::Finish));
    let _ = sent(&mut machine);
    machine.on_control(NOW, Control::KeepAlive);
    machine.on_control(NOW, Control::Session(SttControl::Finalize));
    machine.on_control(NOW, Control::Update(ConfigUpdate::new().vad_threshold(0.3)));
    machine.on_control(NOW, Control::Encoded(vec![1].into()));
    assert_eq!(sent(&mut machine), Vec::<String>::new());
}

#[test]
fn a_forced_end_comes_after_the_audio_before_it() {
    let mut machine = begun();
    machine.on_audio(NOW, vec![1; 3200 + 1600].into());
    machine.on_control(NOW, Control::Session(SttControl::Finalize));
    assert_eq!(
        sent(&mut machine),
        ["3200 bytes", "1600 bytes", r#"{"type":"ForceEndpoint"}"#]
    );
}

#[test]
fn a_warning_is_told_once() {
    let mut machine = begun();
    for text in ["one", "one", "another"] {
        hear(
            &mut machine,
            &format!(r#"{{"type":"Warning","warning":"{text}"}}"#),
        );
    }
    assert_eq!(events(&mut machine).len(), 2);
}
