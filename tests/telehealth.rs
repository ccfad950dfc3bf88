//! A call in which each participant has a channel.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use therapy_scribe::{
    ApiKey, AudioFormat, AudioFrame, AudioSource, AudioSourceExt, Region, Role, Scribe, Transcript,
    audio::{AudioRecorder, WavRecorder, WavSource},
    stt::{Channel, Session},
    transport::Origin,
};
use therapy_scribe_emulator::{Emulator, Fault, FaultKind, Script};

const AUDIO: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/assets/demo-session/session.wav"
);
const SCRIPT: &str = include_str!("../assets/demo-session/session.json");
const SPEED: f64 = 20.0;

fn segments() -> Vec<serde_json::Value> {
    let script: serde_json::Value = serde_json::from_str(SCRIPT).unwrap();
    script["segments"].as_array().unwrap().clone()
}

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
    let emulator = Emulator::builder()
        .script(Script::from_json(SCRIPT).unwrap())
        .speed(SPEED)
        .faults(faults)
        .rewording(false)
        .start()
        .await
        .unwrap();
    let scribe = Scribe::builder(ApiKey::new("key").unwrap(), Region::Us)
        .streaming_origin(Origin::parse(&emulator.streaming_url()).unwrap())
        .speed(SPEED)
        .build()
        .unwrap();
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

type Spoken = Vec<(String, Option<Role>)>;

fn spoken(text: &str, role: Option<Role>) -> Spoken {
    let letters = |word: &str| {
        word.chars()
            .filter(|c| c.is_alphanumeric())
            .collect::<String>()
    };
    text.split_whitespace()
        .map(|word| (letters(word).to_lowercase(), role))
        .collect()
}

fn script_words() -> Spoken {
    let role = |segment: &serde_json::Value| match segment["speaker"].as_str() {
        Some("therapist") => Role::Therapist,
        _ => Role::Client,
    };
    let segments = segments();
    let words = segments
        .iter()
        .flat_map(|segment| spoken(segment["text"].as_str().unwrap(), Some(role(segment))));
    words.collect()
}

fn transcript_words(transcript: &Transcript) -> Spoken {
    let utterances = transcript.utterances();
    utterances
        .flat_map(|utterance| spoken(&utterance.text(), transcript.role_of(utterance.speaker())))
        .collect()
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
