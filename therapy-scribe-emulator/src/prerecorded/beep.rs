//! A redacted copy of a recording: a tone, or silence, where a word was replaced.

use std::sync::Arc;

use serde_json::Value;

use super::{job::Job, sound::Sound, words::Word};

/// Of the tone.
const HERTZ: u64 = 1000;
const LOUDNESS: i16 = 3000;

/// What a copy is made of, apart from the job that it is of.
pub(super) struct Copy {
    sound: Arc<Sound>,
    words: Vec<Word>,
    is_silent: bool,
}

impl Copy {
    /// `None` where the upload was no WAV file, or too long to keep.
    pub(super) fn of(job: &Job) -> Option<Self> {
        let sound = job.sound.as_ref().filter(|sound| sound.wav().is_some())?;
        let method = job
            .request
            .pointer("/redact_pii_audio_options/override_audio_redaction_method");
        let is_redacted = |word: &&Word| word.is_redacted;
        Some(Self {
            sound: Arc::clone(sound),
            words: job
                .result()?
                .words
                .iter()
                .filter(is_redacted)
                .cloned()
                .collect(),
            is_silent: method.and_then(Value::as_str) == Some("silence"),
        })
    }

    /// A WAV file, whatever was asked for: there is no encoder here.
    pub(super) fn made(&self) -> Option<Vec<u8>> {
        let (file, data, rate) = self.sound.wav()?;
        let channels = self.sound.channels();
        let mut copy = file.to_vec();
        for word in &self.words {
            for (number, byte) in span(word, data, rate, channels) {
                let sample = u64::try_from(number / channels).unwrap_or(0);
                let is_high = (sample * 2 * HERTZ / u64::from(rate)).is_multiple_of(2);
                let tone = match (self.is_silent, is_high) {
                    (true, _) => 0,
                    (false, true) => LOUDNESS,
                    (false, false) => -LOUDNESS,
                };
                if let Some(place) = copy.get_mut(byte..byte + 2) {
                    place.copy_from_slice(&tone.to_le_bytes());
                }
            }
        }
        Some(copy)
    }
}

/// The samples of a word, and where they stand in the file.
fn span(
    word: &Word,
    data: usize,
    rate: u32,
    channels: usize,
) -> impl Iterator<Item = (usize, usize)> {
    let at = move |ms: u64| usize::try_from(ms * u64::from(rate) / 1000).unwrap_or(usize::MAX);
    let samples = at(word.start_ms) * channels..at(word.end_ms) * channels;
    samples.map(move |sample| (sample, data + 2 * sample))
}
