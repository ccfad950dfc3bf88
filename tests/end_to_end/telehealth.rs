//! A call in which each participant has a channel.

use therapy_scribe::{
    AudioFormat, AudioFrame, AudioSource, AudioSourceExt, Role,
    audio::{AudioRecorder, WavRecorder, WavSource},
    stt::{Channel, Session},
};
use therapy_scribe_emulator::{Fault, FaultKind};

use crate::demo::{self, AUDIO, Spoken, script_words, segments, transcript_words};

const SPEED: f64 = 20.0;

/// The demo session as a call: the therapist left, the client right.
async fn stereo(path: &std::path::Path) {
    let mut source = WavSource::open(AUDIO).unwrap();
    let rate = source.format().rate();
    let turns: Vec<_> = segments()
        .iter()
        .map(|segment| {
            let at = |key: &str| segment[key].as_u64().unwrap();
            let is_therapist = segment["speaker"] == "therapist";
            (
                at("start_ms").saturating_sub(150),
                at("end_ms") + 150,
                is_therapist,
            )
        })
        .collect();
    let mut recorder = WavRecorder::create(path).unwrap();
    let mut index = 0u64;
    while let Some(frame) = source.next_frame().await.unwrap() {
        let start = frame.start();
        let mut samples = Vec::with_capacity(frame.samples().len() * 2);
        for sample in frame.samples() {
            let millis = index * 1000 / u64::from(rate.hertz());
            let turn = turns
                .iter()
                .find(|(from, to, _)| (*from..*to).contains(&millis));
            let is_therapist = turn.is_some_and(|(_, _, is_therapist)| *is_therapist);
            samples.extend(if is_therapist {
                [*sample, 0]
            } else {
                [0, *sample]
            });
            index += 1;
        }
        let format = AudioFormat::new(rate, 2).unwrap();
        recorder
            .record(&AudioFrame::new(format, start, samples))
            .await
            .unwrap();
    }
    recorder.finish().await.unwrap();
}

async fn call(faults: Vec<Fault>) -> (Session, usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("call.wav");
    stereo(&path).await;
    let emulator = demo::emulator(SPEED)
        .faults(faults)
        .rewording(false)
        .start()
        .await
        .unwrap();
    let scribe = demo::scribe(&emulator, "key", SPEED).build().unwrap();
    let channel = |index, role| {
        let source = WavSource::open(&path).unwrap().channel(index).unwrap();
        Channel::new(role, source)
    };
    let channels = vec![channel(0, Role::Therapist), channel(1, Role::Client)];
    let mut capture = scribe.capture_channels(channels).await.unwrap();
    while let Some(event) = capture.next().await {
        event.unwrap();
    }
    let session = capture.finish().await.unwrap();
    let opened = emulator.sessions().len();
    emulator.stop().await;
    (session, opened)
}

/// Two channels merge at the edges of turns, so words are compared by participant.
fn of(words: &Spoken, role: Role) -> Vec<&str> {
    let own = words.iter().filter(|(_, whose)| *whose == Some(role));
    own.map(|(word, _)| &**word).collect()
}

#[tokio::test]
async fn each_participant_is_who_their_channel_says() {
    let (session, opened) = call(Vec::new()).await;
    let (words, script) = (transcript_words(&session.transcript), script_words());
    assert_eq!(words.len(), script.len());
    for role in [Role::Therapist, Role::Client] {
        assert_eq!(of(&words, role), of(&script, role), "{role:?}");
    }
    assert!(session.is_complete() && opened == 2);
}

#[tokio::test]
async fn what_one_participant_loses_does_not_stop_the_other() {
    let (session, opened) = call(vec![Fault::at(50_000, FaultKind::Drop)]).await;
    let (words, script) = (transcript_words(&session.transcript), script_words());
    for role in [Role::Therapist, Role::Client] {
        assert_eq!(of(&words, role), of(&script, role), "{role:?}");
    }
    assert!(session.is_complete() && session.transcript.gaps().is_empty());
    assert_eq!((session.stats.reconnects, opened), (1, 3));
}
