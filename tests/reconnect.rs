//! Connections that break, over real sockets.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use std::time::Duration;

use therapy_scribe::{
    ApiKey, ConnectionStatus, Region, Scribe, Transcript,
    audio::WavSource,
    stt::{CaptureEvent, Session, StreamingConfig},
    transport::Origin,
};
use therapy_scribe_emulator::{Emulator, Fault, FaultKind, Script};

const AUDIO: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/assets/demo-session/session.wav"
);
const SCRIPT: &str = include_str!("../assets/demo-session/session.json");
const SPEED: f64 = 20.0;

/// How the service writes what it hears a second time.
#[derive(Clone, Copy, PartialEq)]
enum Wording {
    Same,
    Other,
}

/// The demo session against an emulator with these faults, and what was told on the way.
async fn session(
    faults: impl IntoIterator<Item = Fault>,
    wording: Wording,
) -> (Session, Vec<ConnectionStatus>) {
    let emulator = Emulator::builder()
        .script(Script::from_json(SCRIPT).unwrap())
        .speed(SPEED)
        .faults(faults)
        .rewording(wording == Wording::Other)
        .start()
        .await
        .unwrap();
    let scribe = Scribe::builder(ApiKey::new("key").unwrap(), Region::Us)
        .streaming(StreamingConfig::one_room(2).unwrap())
        .streaming_origin(Origin::parse(&emulator.streaming_url()).unwrap())
        .speed(SPEED)
        .build()
        .unwrap();
    let mut capture = scribe
        .capture(WavSource::open(AUDIO).unwrap())
        .await
        .unwrap();
    let mut told = Vec::new();
    while let Some(event) = capture.next().await {
        if let CaptureEvent::Status(status) = event.unwrap() {
            told.push(status);
        }
    }
    let session = capture.finish().await.unwrap();
    emulator.stop().await;
    (session, told)
}

fn bare(text: &str) -> Vec<String> {
    let letters = |word: &str| {
        word.chars()
            .filter(|c| c.is_alphanumeric())
            .collect::<String>()
    };
    text.split_whitespace()
        .map(|word| letters(word).to_lowercase())
        .collect()
}

fn script_words() -> Vec<String> {
    let script: serde_json::Value = serde_json::from_str(SCRIPT).unwrap();
    let segments = script["segments"].as_array().unwrap().iter();
    segments
        .flat_map(|segment| bare(segment["text"].as_str().unwrap()))
        .collect()
}

fn transcript_words(transcript: &Transcript) -> Vec<String> {
    transcript
        .turns()
        .flat_map(|turn| bare(&turn.text()))
        .collect()
}

#[tokio::test]
async fn three_drops_cost_no_word_and_double_none_and_each_is_told() {
    let faults = [31_000, 62_500, 94_000].map(|at| Fault::at(at, FaultKind::Drop));
    let (session, told) = session(faults, Wording::Same).await;
    assert_eq!(transcript_words(&session.transcript), script_words());
    assert!(session.is_complete() && session.transcript.gaps().is_empty());
    assert_eq!(session.stats.reconnects, 3);
    let count = |is: fn(&ConnectionStatus) -> bool| told.iter().filter(|status| is(status)).count();
    assert_eq!(
        count(|status| matches!(status, ConnectionStatus::Lost { .. })),
        3
    );
    assert_eq!(
        count(|status| matches!(status, ConnectionStatus::Replaying { .. })),
        3
    );
    assert_eq!(
        count(|status| matches!(status, ConnectionStatus::Ready(_))),
        4
    );
}

#[tokio::test]
async fn every_way_to_break_is_made_up_for() {
    let kinds = [
        FaultKind::Reset,
        FaultKind::ServerError,
        FaultKind::CloseWithoutError(1011),
        FaultKind::ErrorWithoutClose,
        FaultKind::Expire,
        FaultKind::HalfOpen,
        FaultKind::RefuseConnect(Duration::from_secs(8)),
    ];
    let mut sessions = tokio::task::JoinSet::new();
    for kind in kinds {
        sessions.spawn(async {
            let name = format!("{kind:?}");
            let (session, _) = session([Fault::at(40_000, kind)], Wording::Same).await;
            assert_eq!(
                transcript_words(&session.transcript),
                script_words(),
                "{name}"
            );
            assert!(
                session.is_complete() && session.stats.reconnects >= 1,
                "{name}"
            );
        });
    }
    sessions.join_all().await;
}

#[tokio::test]
async fn a_connection_that_breaks_again_and_again_loses_nothing_either() {
    let faults = [20_000, 24_000, 60_000].map(|at| Fault::at(at, FaultKind::Drop));
    let unborn = [
        Fault::on_open(1, FaultKind::NeverBegin),
        Fault::on_open(2, FaultKind::BeginThenError),
    ];
    let faults = faults.into_iter().chain(unborn);
    let (session, _) = session(faults, Wording::Same).await;
    assert_eq!(transcript_words(&session.transcript), script_words());
}

#[tokio::test]
async fn what_comes_back_in_other_words_is_not_there_twice() {
    let faults = [25_000, 50_000, 75_000, 100_000].map(|at| Fault::at(at, FaultKind::Drop));
    let (session, _) = session(faults, Wording::Other).await;
    let (words, script) = (transcript_words(&session.transcript), script_words());
    assert_eq!(words.len(), script.len());
    let same = words
        .iter()
        .zip(&script)
        .filter(|(one, other)| one == other);
    assert!(same.count() * 100 > script.len() * 85);
}
