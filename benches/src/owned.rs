//! What everybody writes first: structs that own their text, and `serde_json::from_str`.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[expect(
    dead_code,
    clippy::struct_field_names,
    reason = "decoding is measured, not reading; the names are the service's"
)]
struct Turn {
    #[serde(rename = "type")]
    kind: String,
    turn_order: u64,
    end_of_turn: bool,
    turn_is_formatted: bool,
    transcript: String,
    end_of_turn_confidence: f64,
    utterance: String,
    words: Vec<Word>,
    speaker_label: Option<String>,
    speaker_confidence: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[expect(
    dead_code,
    clippy::struct_field_names,
    reason = "decoding is measured, not reading; the names are the service's"
)]
struct Word {
    text: String,
    start: u64,
    end: u64,
    confidence: f64,
    word_is_final: bool,
    speaker: Option<String>,
    speaker_confidence: Option<f64>,
}

/// Decodes a `Turn` into owned structs and returns how many words it had; `None` when it is none.
#[must_use]
pub fn decode_owned(message: &str) -> Option<usize> {
    let turn: Turn = serde_json::from_str(message).ok()?;
    Some(std::hint::black_box(turn).words.len())
}
