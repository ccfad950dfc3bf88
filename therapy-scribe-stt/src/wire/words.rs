//! The words of a turn.

use std::ops::Range;

use serde::Deserialize;
use therapy_scribe_core::{Confidence, Finality, Malformed, MediaTime, SpeakerId, Word};

use super::{Number, Text};
use crate::clock::SessionClock;

/// Where a message has its words, before anybody has read them.
#[derive(Debug, Clone, Default)]
pub(crate) struct RawWords {
    pub(super) words: Range<usize>,
    pub(super) transcript: Range<usize>,
}

/// One word on the wire.
#[derive(Deserialize)]
struct WireWord<'a> {
    #[serde(borrow, default)]
    text: Option<Text<'a>>,
    #[serde(default)]
    start: Option<Number>,
    #[serde(default)]
    end: Option<Number>,
    #[serde(default)]
    confidence: Option<f32>,
    #[serde(default)]
    word_is_final: Option<bool>,
    #[serde(borrow, default)]
    speaker: Option<Text<'a>>,
    #[serde(default)]
    speaker_confidence: Option<f32>,
}

/// The words of a turn in recording time. Where a service sends a transcript and no words, the words of the transcript
/// are taken: nothing that was said may be lost for want of a time.
pub(crate) fn words(
    message: &str,
    raw: &RawWords,
    finality: Finality,
    clock: SessionClock,
    known_until: MediaTime,
) -> Result<Vec<Word>, Malformed> {
    let wire: Vec<WireWord<'_>> = parse(message, &raw.words)?.unwrap_or_default();
    let mut words = Vec::with_capacity(wire.len());
    let mut last_end = known_until;
    for word in wire {
        let start = word
            .start
            .map_or(last_end, |start| clock.media(start.to_u64()));
        let end = word.end.map_or(start, |end| clock.media(end.to_u64()));
        last_end = end;
        // A service may send a word without text; nothing was said then.
        let Some(text) = word.text.filter(|text| !text.trim().is_empty()) else {
            continue;
        };
        // A word that is said to be nobody's yet (`PENDING`) reads as its turn's speaker's until the revision: most are,
        // and a line that breaks at every such word can't be read.
        let speaker = word
            .speaker
            .and_then(|letters| SpeakerId::from_letters(clock.connection, &letters));
        // Zero means "no score", not "certainly wrong".
        let score = word
            .speaker_confidence
            .filter(|score| *score > 0.0)
            .map(Confidence::new);
        let confidence = Confidence::new(word.confidence.unwrap_or(1.0));
        // Universal-Streaming settles word by word, inside a turn that is still open.
        let finality = match word.word_is_final {
            Some(true) => Finality::Final,
            _ => finality,
        };
        words.push(
            Word::new(&*text, start, end)
                .confidence(confidence)
                .finality(finality)
                .spoken_by(speaker, score),
        );
    }
    if words.is_empty() {
        return transcript_words(message, raw, finality, known_until);
    }
    Ok(words)
}

/// The words of the transcript, at the end of what is known.
pub(crate) fn transcript_words(
    message: &str,
    raw: &RawWords,
    finality: Finality,
    known_until: MediaTime,
) -> Result<Vec<Word>, Malformed> {
    let transcript: Option<Text<'_>> = parse(message, &raw.transcript)?;
    let word = |text| Word::new(text, known_until, known_until).finality(finality);
    let spoken = transcript.unwrap_or_default();
    Ok(spoken.split_whitespace().map(word).collect())
}

/// Reads a part of a message; `None` where it is absent or null.
fn parse<'a, T: Deserialize<'a>>(
    message: &'a str,
    place: &Range<usize>,
) -> Result<Option<T>, Malformed> {
    let Some(part) = message.get(place.clone()).filter(|part| !part.is_empty()) else {
        return Ok(None);
    };
    serde_json::from_str(part).map_err(|error| {
        let before = if error.line() == 1 { place.start } else { 0 };
        Malformed::new("Turn", error.line(), before + error.column())
    })
}
