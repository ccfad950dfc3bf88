//! What users of other clients run into (`streaming-stt.md` 9.6), in the order of that table. Rows about browsers and
//! about other clients' own defaults are left out.

use std::{sync::Arc, time::Duration};

use therapy_scribe_core::{AudioSourceExt, SttEvent, audio::LevelMeter};
use therapy_scribe_emulator::{Fault, FaultKind, Unauthorized};
use therapy_scribe_stt::{
    Capture, CaptureEvent, CaptureOptions, Error, Keyterms, Session, StreamingConfig,
    TurnDetection, config::SpeechModel,
};

use crate::{
    client::{SPEED, client, connect, emulator, open, text, whole_session},
    speech,
};

fn room() -> StreamingConfig {
    StreamingConfig::one_room(2).unwrap()
}

/// The whole speech through a capture, against an emulator with these faults.
async fn captured(faults: Vec<Fault>) -> (Session, Vec<CaptureEvent>) {
    let emulator = emulator(|usual| usual.faults(faults).rewording(false)).await;
    let speech = Arc::new(client(&emulator, room()));
    let options = CaptureOptions::new().speed(SPEED);
    let mut capture = Capture::start(speech, speech::Source::default(), options)
        .await
        .unwrap();
    let mut events = Vec::new();
    while let Some(event) = capture.next().await {
        events.push(event.unwrap());
    }
    let session = capture.finish().await.unwrap();
    emulator.stop().await;
    (session, events)
}

fn words(session: &Session) -> String {
    let turns = session.transcript.turns();
    turns
        .map(therapy_scribe_core::Turn::text)
        .collect::<Vec<_>>()
        .join(" ")
}

const ALL: &str = "I slept badly. What kept you awake? Thoughts about work.";

#[tokio::test]
async fn a_socket_that_closes_before_begin_ends_the_attempt() {
    let faults = [Fault::on_open(0, FaultKind::CloseWithoutError(1011))];
    let emulator = emulator(|usual| usual.faults(faults).begin_delay_ms(3000..=3000)).await;
    let refused = client(&emulator, room()).connect(open()).await;
    assert!(matches!(
        refused,
        Err(Error::Service { .. } | Error::ClosedEarly)
    ));
    emulator.stop().await;
}

#[tokio::test]
async fn an_aborted_connect_leaves_no_session_behind() {
    let emulator = emulator(|usual| usual.begin_delay_ms(5000..=5000)).await;
    let client = client(&emulator, room());
    let attempt = client.connect(open());
    assert!(
        tokio::time::timeout(Duration::from_millis(20), attempt)
            .await
            .is_err()
    );
    let closed = async {
        while emulator
            .sessions()
            .iter()
            .any(|session| session.closed.is_none())
        {
            tokio::task::yield_now().await;
        }
    };
    assert!(
        tokio::time::timeout(Duration::from_secs(5), closed)
            .await
            .is_ok()
    );
    emulator.stop().await;
}

#[tokio::test]
async fn incorrect_padding_on_a_valid_key_is_tried_again() {
    let padding = FaultKind::Refuse(Unauthorized::IncorrectPadding);
    let (session, _) = captured(vec![Fault::on_open(0, padding)]).await;
    assert_eq!(words(&session), ALL);
}

#[tokio::test]
async fn the_last_turn_is_there_when_the_session_is_closed_in_the_middle_of_it() {
    let emulator = emulator(|usual| usual).await;
    let (handle, events) = connect(&emulator, room()).await;
    let sending = async {
        // Up to the last word of the last sentence, and not a moment of silence after it.
        let mut source = speech::Source::until(7_000).paced(SPEED);
        speech::send(&handle, &mut source).await;
        handle.finish().await.unwrap();
    };
    let ((), events) = tokio::join!(sending, speech::all(events));
    assert_eq!(text(&events), ALL);
    assert!(matches!(events.last(), Some(SttEvent::Closed(stats)) if stats.complete));
    emulator.stop().await;
}

#[tokio::test]
async fn turns_are_never_forced() {
    let emulator = emulator(|usual| usual).await;
    let (handle, events) = connect(&emulator, room()).await;
    let _ = whole_session(&handle, events).await;
    let controls = emulator.sessions().remove(0).controls;
    assert!(
        controls
            .iter()
            .all(|control| control["type"] != "ForceEndpoint")
    );
    emulator.stop().await;
}

#[tokio::test]
async fn a_longer_partial_replaces_the_shorter_one() {
    let emulator = emulator(|usual| usual).await;
    let (handle, events) = connect(&emulator, StreamingConfig::telehealth().unwrap()).await;
    let events = whole_session(&handle, events).await;
    let mut assembler = therapy_scribe_core::TranscriptAssembler::default();
    for event in &events {
        assembler.apply(event);
        assert!(assembler.snapshot().partials().len() <= 1);
    }
    assert_eq!(text(&events), ALL);
    emulator.stop().await;
}

#[tokio::test]
async fn an_empty_final_after_the_goodbye_makes_no_line() {
    let emulator = emulator(|usual| usual).await;
    let config = StreamingConfig::builder()
        .models([SpeechModel::UniversalStreamingMultilingual])
        .turns(TurnDetection::therapy())
        .build()
        .unwrap();
    let (handle, events) = connect(&emulator, config).await;
    let events = whole_session(&handle, events).await;
    let empty =
        |event: &&SttEvent| matches!(event, SttEvent::Final(turn) if turn.words().is_empty());
    assert_eq!(events.iter().filter(empty).count(), 0);
    emulator.stop().await;
}

#[test]
fn a_prompt_goes_only_to_a_model_that_has_one_and_together_with_key_terms() {
    let with = |model| {
        StreamingConfig::builder()
            .models([model])
            .prompt("outpatient psychotherapy session")
            .keyterms(Keyterms::cbt())
            .build()
    };
    assert!(with(SpeechModel::WhisperRt).is_err());
    assert!(with(SpeechModel::Universal36Pro).is_ok());
}

#[tokio::test]
async fn a_send_that_fails_is_a_reconnect_and_not_the_end() {
    for kind in [FaultKind::Reset, FaultKind::Drop] {
        let name = format!("{kind:?}");
        let (session, _) = captured(vec![Fault::at(4_000, kind)]).await;
        assert_eq!(words(&session), ALL, "{name}");
        assert_eq!(session.stats.reconnects, 1, "{name}");
    }
}

#[tokio::test]
async fn audio_that_gets_nowhere_is_seen() {
    // The service confirms what it has, and the level is there without it.
    let meter = Arc::new(LevelMeter::default());
    let mut source = speech::Source::until(1_000).metered(Arc::clone(&meter));
    while let Ok(Some(_)) = therapy_scribe_core::AudioSource::next_frame(&mut source).await {}
    assert!(meter.level().peak > 0);
    let (session, events) = captured(Vec::new()).await;
    let confirmed = |event: &CaptureEvent| {
        matches!(
            event,
            CaptureEvent::Status(therapy_scribe_core::ConnectionStatus::Received(_))
        )
    };
    assert!(events.iter().any(confirmed) && session.is_complete());
}

#[tokio::test]
async fn presets_say_when_idle_sessions_end_and_nothing_that_they_do_not_mean() {
    let emulator = emulator(|usual| usual).await;
    let (handle, events) = connect(&emulator, room()).await;
    let _ = whole_session(&handle, events).await;
    let query = emulator.sessions().remove(0).query;
    let has = |name: &str| query.iter().any(|(parameter, _)| parameter == name);
    assert!(has("inactivity_timeout"));
    assert!(!has("mode") && !has("continuous_partials") && !has("vad_threshold"));
    emulator.stop().await;
}

#[tokio::test]
async fn speaker_labels_come_through_to_the_transcript() {
    let (session, _) = captured(Vec::new()).await;
    let speakers: std::collections::BTreeSet<_> = session
        .transcript
        .turns()
        .flat_map(therapy_scribe_core::Turn::words)
        .filter_map(therapy_scribe_core::Word::speaker)
        .collect();
    assert_eq!(speakers.len(), 2);
}

#[tokio::test]
async fn a_refusal_for_too_many_sessions_is_read_by_its_text() {
    let rate = FaultKind::Refuse(Unauthorized::OpenRate);
    let key = FaultKind::Refuse(Unauthorized::Key);
    let emulator =
        emulator(|usual| usual.faults([Fault::on_open(0, rate), Fault::on_open(1, key)])).await;
    let client = client(&emulator, room());
    let rate = client.connect(open()).await.unwrap_err();
    assert!(matches!(rate, Error::TooManySessions));
    assert_eq!(rate.retry_after(), Some(Duration::from_secs(30)));
    let key = client.connect(open()).await.unwrap_err();
    assert!(matches!(key, Error::Auth) && !key.is_retryable());
    emulator.stop().await;
}
