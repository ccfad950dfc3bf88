//! The demo session, what is said in it, and who listens.

use therapy_scribe::{
    ApiKey, Region, Role, Scribe, ScribeBuilder, Transcript, stt::StreamingConfig,
    transport::Origin,
};
use therapy_scribe_emulator::{Builder, Emulator, Script};

pub(crate) const AUDIO: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/assets/demo-session/session.wav"
);
const SCRIPT: &str = include_str!("../../assets/demo-session/session.json");

pub(crate) fn emulator(speed: f64) -> Builder {
    let script = Script::from_json(SCRIPT).unwrap();
    Emulator::builder().script(script).speed(speed)
}

/// A scribe that talks to the emulator about two people in one room.
pub(crate) fn scribe(emulator: &Emulator, key: &str, speed: f64) -> ScribeBuilder {
    Scribe::builder(ApiKey::new(key).unwrap(), Region::Us)
        .streaming(StreamingConfig::one_room(2).unwrap())
        .streaming_origin(Origin::parse(&emulator.streaming_url()).unwrap())
        .gateway_origin(Origin::parse(&emulator.llm_gateway_url()).unwrap())
        .speed(speed)
}

pub(crate) fn segments() -> Vec<serde_json::Value> {
    let script: serde_json::Value = serde_json::from_str(SCRIPT).unwrap();
    script["segments"].as_array().unwrap().clone()
}

/// Words without punctuation and case, with who says them.
pub(crate) type Spoken = Vec<(String, Option<Role>)>;

pub(crate) fn spoken(text: &str, role: Option<Role>) -> Spoken {
    let letters = |word: &str| {
        word.chars()
            .filter(|c| c.is_alphanumeric())
            .collect::<String>()
    };
    text.split_whitespace()
        .map(|word| (letters(word).to_lowercase(), role))
        .collect()
}

pub(crate) fn script_words() -> Spoken {
    let role = |segment: &serde_json::Value| match segment["speaker"].as_str() {
        Some("therapist") => Role::Therapist,
        _ => Role::Client,
    };
    let said = |segment: &serde_json::Value| {
        let text = segment["text"].as_str().unwrap();
        spoken(text, Some(role(segment)))
    };
    segments().iter().flat_map(said).collect()
}

pub(crate) fn transcript_words(transcript: &Transcript) -> Spoken {
    let utterances = transcript.utterances();
    utterances
        .flat_map(|utterance| spoken(&utterance.text(), transcript.role_of(utterance.speaker())))
        .collect()
}
