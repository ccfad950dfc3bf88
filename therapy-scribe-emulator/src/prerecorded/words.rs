//! What was said in a recording: the script's words where its audio has a voice, with speakers, channels and marks.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    entity::{Redaction, entity},
    sound::Sound,
};
use crate::{
    script::{ScriptWord, Segment},
    streaming::{FRAME_MS, Hearing, core_of, keep_punctuation},
};

const FILLERS: [&str; 9] = ["um", "uh", "hmm", "mhm", "uh-huh", "ah", "huh", "hm", "m"];
const PROFANITIES: [&str; 5] = ["damn", "shit", "fuck", "fucking", "bullshit"];

/// A word of the result.
#[derive(Clone)]
pub(super) struct Word {
    /// As it is sent.
    pub(super) text: String,
    /// As it was said.
    pub(super) said: String,
    pub(super) start_ms: u64,
    pub(super) end_ms: u64,
    /// `A`, or `1`, or `1A`; none without labels.
    pub(super) label: Option<String>,
    pub(super) channel: Option<String>,
    /// Whoever spoke, by the script.
    pub(super) speaker: String,
    pub(super) entity: Option<&'static str>,
    /// Its text is a mark.
    pub(super) is_redacted: bool,
}

impl Word {
    /// 0.90 to 0.99, by the word and its time.
    fn confidence(&self) -> f64 {
        let sum: u64 = self.said.bytes().map(u64::from).sum();
        let hundredths = u32::try_from((sum + self.start_ms) % 10).unwrap_or(0);
        f64::from(90 + hundredths) / 100.0
    }

    pub(super) fn json(&self, speaker: impl Fn(&str) -> String) -> Value {
        json!({"text": self.text, "start": self.start_ms, "end": self.end_ms, "confidence": self.confidence(),
            "speaker": self.label.as_deref().map(speaker), "channel": self.channel})
    }
}

/// Words to a text.
pub(super) fn text(words: &[Word]) -> String {
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    words.join(" ")
}

/// The mean of the words.
pub(super) fn confidence(words: &[Word]) -> Option<f64> {
    let count = u32::try_from(words.len()).ok().filter(|count| *count > 0)?;
    let sum: f64 = words.iter().map(Word::confidence).sum();
    Some((sum / f64::from(count) * 1000.0).round() / 1000.0)
}

/// What a request hears in a recording.
pub(super) fn transcribe(
    request: &Value,
    sound: Option<&Sound>,
    script: &Arc<[Segment]>,
    names: &[String],
) -> Vec<Word> {
    let on = |field: &str, default: bool| request.get(field).map_or(default, |v| *v == true);
    let redaction = Redaction::of(request);
    let window = window(request);
    let heard = heard(sound, script).into_iter();
    let heard: Vec<ScriptWord> = heard
        .filter(|word| window.contains(&word.start_ms))
        .filter(|word| {
            on("disfluencies", false) || !FILLERS.contains(&core_of(&word.text).as_str())
        })
        .collect();
    let cores: Vec<String> = heard.iter().map(|word| core_of(&word.text)).collect();
    let terms = redaction
        .as_ref()
        .map(|redaction| redaction.terms_in(&cores));
    let terms = terms.unwrap_or_else(|| vec![None; heard.len()]);
    let mut words: Vec<Word> = heard
        .into_iter()
        .zip(terms)
        .map(|(word, term)| {
            let entity = entity(&word.text, names);
            let said = if on("punctuate", true) && on("format_text", true) {
                word.text
            } else {
                core_of(&word.text)
            };
            let mark = redaction
                .as_ref()
                .and_then(|redaction| redaction.mark(&said, term, entity));
            let is_profane =
                on("filter_profanity", false) && PROFANITIES.contains(&core_of(&said).as_str());
            let mark = mark.or_else(|| is_profane.then(|| "***".to_owned()));
            Word {
                text: mark
                    .as_ref()
                    .map_or_else(|| said.clone(), |mark| keep_punctuation(&said, mark)),
                is_redacted: mark.is_some() && !is_profane,
                said,
                start_ms: word.start_ms,
                end_ms: word.end_ms,
                label: None,
                channel: None,
                speaker: word.speaker,
                entity,
            }
        })
        .collect();
    label(&mut words, request, sound);
    words
}

fn window(request: &Value) -> std::ops::Range<u64> {
    let number = |field: &str| request.get(field).and_then(Value::as_u64);
    number("audio_start_from").unwrap_or(0)..number("audio_end_at").unwrap_or(u64::MAX)
}

/// The words, in order of time.
fn heard(sound: Option<&Sound>, script: &Arc<[Segment]>) -> Vec<ScriptWord> {
    let scripted = script.iter().map(|segment| segment.end_ms).max();
    let length_ms = sound.and_then(Sound::duration_ms).or(scripted).unwrap_or(0);
    let mut hearing = Hearing::new(Arc::clone(script));
    let mut words = Vec::new();
    for frame in 0..length_ms / FRAME_MS {
        let index = usize::try_from(frame).unwrap_or(usize::MAX);
        let is_voiced = sound.is_none_or(|sound| sound.is_voiced(index));
        words.extend(hearing.advance((frame + 1) * FRAME_MS, is_voiced).words);
    }
    words.extend(hearing.finish(length_ms));
    words.sort_by_key(|word| (word.start_ms, word.end_ms));
    words
}

/// 7.1, 7.3.
fn label(words: &mut [Word], request: &Value, sound: Option<&Sound>) {
    let on = |field: &str| request.get(field) == Some(&Value::Bool(true));
    let (labels, multichannel) = (on("speaker_labels"), on("multichannel"));
    let mut known: Vec<(usize, String)> = Vec::new();
    let mut people: Vec<String> = Vec::new();
    for word in words {
        let channel = match sound.filter(|sound| sound.is_heard()) {
            _ if !multichannel => 0,
            Some(sound) => sound.loudest(word.start_ms, word.end_ms),
            // Where nothing can be heard, everybody has a microphone.
            None => {
                let known = people.iter().position(|name| *name == word.speaker);
                known.unwrap_or_else(|| {
                    people.push(word.speaker.clone());
                    people.len() - 1
                })
            }
        };
        let who = (channel, word.speaker.clone());
        if !known.contains(&who) {
            known.push(who.clone());
        }
        // Letters are counted for each channel.
        let number = known
            .iter()
            .filter(|(on, _)| *on == channel)
            .position(|(_, speaker)| *speaker == word.speaker);
        let letter = letter(number.unwrap_or(0));
        let number = (channel + 1).to_string();
        word.label = match (labels, multichannel) {
            (true, true) => Some(format!("{number}{letter}")),
            (false, true) => Some(number.clone()),
            (true, false) => Some(letter.to_string()),
            (false, false) => None,
        };
        word.channel = multichannel.then_some(number);
    }
}

fn letter(number: usize) -> char {
    let number = u8::try_from(number % 26).unwrap_or(0);
    char::from(b'A' + number)
}

/// Uninterrupted turns: words of one label after each other.
pub(super) fn turns(words: &[Word]) -> impl Iterator<Item = &[Word]> {
    words.chunk_by(|a, b| a.label == b.label)
}

/// Sentences: they end with their mark, and with their speaker's turn.
pub(super) fn sentences(words: &[Word]) -> impl Iterator<Item = &[Word]> {
    turns(words).flat_map(|turn| turn.split_inclusive(|word| word.text.ends_with(['.', '?', '!'])))
}

/// Words that stand together, as the service tells them.
pub(super) fn passage(words: &[Word], speaker: impl Fn(&str) -> String + Copy) -> Value {
    let first = words.first();
    json!({"text": text(words), "start": first.map(|word| word.start_ms), "end": words.last().map(|word| word.end_ms),
        "confidence": confidence(words), "words": words.iter().map(|word| word.json(speaker)).collect::<Vec<_>>(),
        "speaker": first.and_then(|word| word.label.as_deref()).map(speaker),
        "channel": first.and_then(|word| word.channel.as_deref())})
}
