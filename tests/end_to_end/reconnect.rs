//! Connections that break, over real sockets.

use std::time::Duration;

use therapy_scribe::{
    ConnectionStatus, Transcript,
    audio::WavSource,
    stt::{CaptureEvent, Session},
};
use therapy_scribe_emulator::{Fault, FaultKind};

use crate::demo::{self, AUDIO};

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
    let emulator = demo::emulator(SPEED)
        .faults(faults)
        .rewording(wording == Wording::Other)
        .start()
        .await
        .unwrap();
    let scribe = demo::scribe(&emulator, "key", SPEED).build().unwrap();
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

fn script_words() -> Vec<String> {
    let words = demo::script_words().into_iter();
    words.map(|(word, _)| word).collect()
}

fn transcript_words(transcript: &Transcript) -> Vec<String> {
    let turns = transcript.turns();
    let words = turns.flat_map(|turn| demo::spoken(&turn.text(), None));
    words.map(|(word, _)| word).collect()
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
                "{name}, with gaps {:?}",
                session.transcript.gaps()
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
