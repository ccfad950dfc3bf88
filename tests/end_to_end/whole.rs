//! From audio to the signed note, and what can go wrong on the way.

use std::time::Duration;

use therapy_scribe::{
    Scribe,
    audio::WavSource,
    notes::{self, Clinician, GatewayConfig, KeySigner, SignedNote, Signer, Verifier, WallTime},
    stt::{CaptureError, CaptureEvent, Session, StreamingConfig, TurnDetection},
};
use therapy_scribe_emulator::{Builder, ChatReply, Emulator};

use crate::demo::{self, AUDIO, script_words, transcript_words};

const SPEED: f64 = 25.0;

async fn emulator(change: impl FnOnce(Builder) -> Builder) -> Emulator {
    change(demo::emulator(SPEED)).start().await.unwrap()
}

fn scribe(emulator: &Emulator, key: &str, config: StreamingConfig) -> Scribe {
    let gateway = GatewayConfig::builder()
        .waits(&[Duration::ZERO, Duration::ZERO])
        .build()
        .unwrap();
    demo::scribe(emulator, key, SPEED)
        .streaming(config)
        .gateway(gateway)
        .build()
        .unwrap()
}

async fn capture(scribe: &Scribe) -> Result<Session, CaptureError> {
    let mut capture = scribe.capture(WavSource::open(AUDIO).unwrap()).await?;
    while let Some(event) = capture.next().await {
        event?;
    }
    capture.finish().await
}

#[tokio::test]
async fn the_transcript_is_the_script_with_every_role_right_and_the_note_is_signed_and_opens() {
    let emulator = emulator(|builder| builder).await;
    let scribe = scribe(&emulator, "key", StreamingConfig::one_room(2).unwrap());
    let session = capture(&scribe).await.unwrap();
    assert!(session.is_complete() && session.transcript.gaps().is_empty());
    assert_eq!(transcript_words(&session.transcript), script_words());

    let clinician = Clinician::new("c-17", "Dr. Jane Roe", "PhD");
    let at = WallTime::from_unix_millis(1_790_000_000_000);
    let mut draft = scribe.draft(&session.transcript, "dap").await.unwrap();
    assert!(
        draft
            .findings()
            .iter()
            .any(|finding| finding.text.expose().contains("wake up"))
    );
    assert_eq!(
        draft.provenance().model.as_deref(),
        Some("claude-sonnet-4-6")
    );
    draft
        .edit("plan", "Thought record twice a week.", &clinician, at)
        .unwrap();
    let signer = KeySigner::generate(clinician).unwrap();
    let bytes = draft.sign(&signer, at).unwrap().to_bytes();
    let opened = SignedNote::open(&bytes, &Verifier::trusting([signer.public_key()])).unwrap();
    assert_eq!(opened.section("plan"), Some("Thought record twice a week."));
    assert!(
        SignedNote::open(&bytes, &Verifier::default()).is_err(),
        "an unknown key is not believed"
    );
    for at in (0..bytes.len()).step_by(97) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(
            SignedNote::open(&changed, &Verifier::trusting([signer.public_key()])).is_err(),
            "byte {at}"
        );
    }
    emulator.stop().await;
}

/// The texts of the turns that hold these words.
async fn turns_with(config: StreamingConfig, first: &str, second: &str) -> (bool, bool) {
    let emulator = emulator(|builder| builder).await;
    let session = capture(&scribe(&emulator, "key", config)).await.unwrap();
    assert!(session.is_complete(), "a pause ends no session");
    let together = |text: &str| text.contains(first) && text.contains(second);
    let turn = session
        .transcript
        .turns()
        .any(|turn| together(&turn.text()));
    let utterance = session
        .transcript
        .utterances()
        .any(|utterance| together(&utterance.text()));
    emulator.stop().await;
    (turn, utterance)
}

fn config(turns: TurnDetection, labels: bool) -> StreamingConfig {
    let builder = if labels {
        StreamingConfig::one_room(2)
    } else {
        StreamingConfig::telehealth()
    };
    builder.unwrap().to_builder().turns(turns).build().unwrap()
}

#[tokio::test]
async fn a_pause_of_two_and_a_half_seconds_splits_no_turn_at_therapy_settings_and_one_at_voice_agent_settings()
 {
    for labels in [false, true] {
        let (turn, _) = turns_with(
            config(TurnDetection::therapy(), labels),
            "I just",
            "stood there",
        )
        .await;
        assert!(turn, "therapy, labels {labels}");
        let (turn, utterance) = turns_with(
            config(TurnDetection::voice_agent(), labels),
            "I just",
            "stood there",
        )
        .await;
        assert!(!turn && utterance, "voice agent, labels {labels}");
    }
}

#[tokio::test]
async fn a_pause_of_six_seconds_ends_a_turn_but_neither_session_nor_utterance() {
    for labels in [false, true] {
        let (turn, utterance) = turns_with(
            config(TurnDetection::therapy(), labels),
            "to me. But",
            "I still felt",
        )
        .await;
        assert!(!turn && utterance, "labels {labels}");
    }
}

#[tokio::test]
async fn a_model_that_the_service_lacks_gives_way_to_the_next() {
    let emulator = emulator(|builder| builder.refuse_models(["universal-3-6-pro"])).await;
    let scribe = scribe(&emulator, "key", StreamingConfig::one_room(2).unwrap());
    let session = capture(&scribe).await.unwrap();
    assert_eq!(
        session.service.and_then(|service| service.model).as_deref(),
        Some("universal-3-5-pro")
    );
    emulator.stop().await;
}

#[tokio::test]
async fn a_wrong_key_and_a_refused_connection_end_in_one_sentence() {
    let emulator = emulator(|builder| builder.api_key("right")).await;
    let failed = capture(&scribe(
        &emulator,
        "wrong-CANARY",
        StreamingConfig::one_room(2).unwrap(),
    ))
    .await
    .unwrap_err();
    let said = format!("{failed} {failed:?}");
    assert!(
        said.contains("refused the key") && !said.contains("CANARY"),
        "{said}"
    );
    let gone = scribe(&emulator, "right", StreamingConfig::one_room(2).unwrap());
    emulator.stop().await;
    let said = capture(&gone).await.unwrap_err().to_string();
    assert!(said.contains("could not connect"), "{said}");
}

type Expected = fn(&notes::Result<notes::Draft>) -> bool;

#[tokio::test]
async fn what_a_model_gets_wrong_is_put_right_or_told_and_the_reply_is_kept() {
    let usual = emulator(|builder| builder).await;
    let session = capture(&scribe(
        &usual,
        "key",
        StreamingConfig::one_room(2).unwrap(),
    ))
    .await
    .unwrap();
    usual.stop().await;
    let prose = || ChatReply::Content("CANARY prose".to_owned());
    let broken = || ChatReply::Content(r#"{"data":7,"CANARY":1}"#.to_owned());
    let cases: [(Vec<ChatReply>, Expected); 9] = [
        (vec![ChatReply::Fenced], Result::is_ok),
        (vec![prose()], Result::is_ok),
        (vec![broken()], Result::is_ok),
        (vec![ChatReply::Cut], Result::is_ok),
        (vec![ChatReply::TwoChoices], Result::is_ok),
        (vec![ChatReply::Status(500)], Result::is_ok),
        (vec![ChatReply::HtmlPage, ChatReply::HtmlPage], |draft| {
            draft
                .as_ref()
                .is_ok_and(|draft| draft.provenance().model.as_deref() == Some("gemini-2.5-pro"))
        }),
        (
            vec![prose(), prose(), prose()],
            |draft| matches!(draft, Err(notes::Error::NotANote { reply, .. }) if reply.expose().contains("CANARY")),
        ),
        (vec![broken(), broken(), broken()], |draft| {
            matches!(draft, Err(notes::Error::Malformed { .. }))
        }),
    ];
    for (replies, expected) in cases {
        let name = format!("{replies:?}");
        let emulator = emulator(|builder| builder.chat_replies(replies)).await;
        let draft = scribe(&emulator, "key", StreamingConfig::one_room(2).unwrap())
            .draft(&session.transcript, "dap")
            .await;
        assert!(expected(&draft), "{name}: {draft:?}");
        let shown = draft.as_ref().map_or_else(
            |error| format!("{error} {error:?}"),
            |draft| format!("{draft:?}"),
        );
        assert!(!shown.contains("CANARY"), "{name}: {shown}");
        emulator.stop().await;
    }
}

#[tokio::test]
async fn stopping_early_keeps_what_was_said_and_dropping_says_goodbye() {
    let emulator = emulator(|builder| builder).await;
    let scribe = scribe(&emulator, "key", StreamingConfig::one_room(2).unwrap());
    let mut early = scribe
        .capture(WavSource::open(AUDIO).unwrap())
        .await
        .unwrap();
    while !matches!(early.next().await, Some(Ok(CaptureEvent::Final(_)))) {}
    let session = early.finish().await.unwrap();
    assert!(session.is_complete() && !session.transcript.is_empty());
    assert!(session.stats.captured < Duration::from_secs(120));

    let mut dropped = scribe
        .capture(WavSource::open(AUDIO).unwrap())
        .await
        .unwrap();
    while !matches!(dropped.next().await, Some(Ok(CaptureEvent::Partial(_)))) {}
    drop(dropped);
    let said_goodbye = || {
        let sessions = emulator.sessions();
        sessions.iter().all(|session| {
            session
                .controls
                .iter()
                .any(|control| control["type"] == "Terminate")
        })
    };
    let waited = tokio::time::timeout(Duration::from_secs(5), async {
        while !said_goodbye() {
            tokio::task::yield_now().await;
        }
    });
    assert!(waited.await.is_ok(), "no goodbye within five seconds");
    emulator.stop().await;
}
