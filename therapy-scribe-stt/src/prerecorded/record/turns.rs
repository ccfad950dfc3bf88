//! Turns from words. The service sends all words in a row, and its utterances, whose own words may be left out.

use std::collections::BTreeMap;

use serde_json::Value;
use therapy_scribe_core::{
    Confidence, ConnectionId, Finality, MediaTime, SpeakerId, Turn, TurnId, Word,
};

use super::voices::{Voices, number};
use crate::prerecorded::wire::{self, RawSpan, RawWord, read};

/// The turns of a transcript, each of one speaker and one channel.
pub(super) fn of(value: &Value, voices: &Voices) -> Vec<Turn> {
    let language = read::text(value, "language_code").map(str::to_owned);
    let spans = wire::spans(value, "utterances");
    let mut words = wire::words(value);
    if words.is_empty() {
        words = spans.iter().flat_map(words_of).collect();
    }
    if words.is_empty() {
        words = bare_text(value);
    }
    let mut channels: BTreeMap<Option<u16>, Vec<RawWord>> = BTreeMap::new();
    for word in words {
        let channel = word.channel.as_deref().and_then(number);
        channels.entry(channel).or_default().push(word);
    }
    let end = read::seconds(value, "audio_duration").map(|seconds| seconds * 1000);
    let mut turns = Vec::new();
    for (channel, mut words) in channels {
        place_untimed(&mut words, end);
        let on_channel = |span: &&RawSpan| span.channel.as_deref().and_then(number) == channel;
        let spans: Vec<_> = spans.iter().filter(on_channel).collect();
        let connection = ConnectionId::new(channel.unwrap_or(0));
        for (order, words) in cut(words, &spans, voices).into_iter().enumerate() {
            let id = TurnId::new(connection, u64::try_from(order).unwrap_or(u64::MAX));
            let speaker = words.first().and_then(Word::speaker);
            let turn = Turn::new(id, Finality::Final, speaker, words);
            turns.push(turn.language(language.clone()));
        }
    }
    turns
}

/// Words without a time stand between those around them, evenly: one after the other, and none on top of another.
fn place_untimed(words: &mut [RawWord], audio_end: Option<u64>) {
    let mut until = 0;
    let mut rest = words;
    while !rest.is_empty() {
        let timed = rest.iter().take_while(|word| word.start.is_some()).count();
        let (before, after) = rest.split_at_mut(timed);
        let ends = before.iter().map(|word| word.end.max(word.start));
        until = ends.flatten().fold(until, u64::max);
        let untimed = after.iter().take_while(|word| word.start.is_none()).count();
        let next = after.get(untimed).and_then(|word| word.start);
        let (run, after) = after.split_at_mut(untimed);
        let until_next = next.or(audio_end).unwrap_or(until).max(until);
        let count = u64::try_from(untimed).unwrap_or(u64::MAX).max(1);
        let at = |index: u64| until + (until_next - until).saturating_mul(index) / count;
        for (index, word) in (0..).zip(run) {
            let start = at(index);
            word.start = Some(start);
            word.end = word.end.filter(|end| *end >= start).or(Some(at(index + 1)));
        }
        rest = after;
    }
}

/// The words of one channel as rows of one speaker each.
fn cut(words: Vec<RawWord>, spans: &[&RawSpan], voices: &Voices) -> Vec<Vec<Word>> {
    let mut rows: Vec<Vec<Word>> = Vec::new();
    let (mut until, mut span) = (0, 0);
    for raw in words {
        let start = raw.start.unwrap_or(until);
        let before = span;
        while let Some(next) = spans.get(span + 1)
            && next.start.is_some_and(|begins| begins <= start)
        {
            span += 1;
        }
        let inside = spans.get(span).filter(|span| covers(span, start));
        let label = raw.speaker.as_deref();
        let label = label.or_else(|| inside.and_then(|span| span.speaker.as_deref()));
        let speaker = voices.speaker(label, raw.channel.as_deref());
        let word = finish(&raw, start, speaker);
        until = word.end().as_millis();
        let goes_on = rows.last().and_then(|row| row.last()).is_some_and(|last| {
            last.speaker() == speaker
                && before == span
                && (speaker.is_some() || !closes_sentence(last.text()))
        });
        match rows.last_mut() {
            Some(row) if goes_on => row.push(word),
            _ => rows.push(vec![word]),
        }
    }
    rows
}

fn covers(span: &RawSpan, time: u64) -> bool {
    span.start.is_none_or(|start| start <= time) && span.end.is_none_or(|end| time <= end)
}

fn finish(raw: &RawWord, start: u64, speaker: Option<SpeakerId>) -> Word {
    let end = raw.end.unwrap_or(start);
    let time = MediaTime::from_millis;
    Word::new(&raw.text, time(start), time(end))
        .confidence(raw.confidence.map_or(Confidence::new(0.0), Confidence::new))
        .spoken_by(speaker, raw.speaker_confidence.map(Confidence::new))
}

/// An utterance's own words; where they were left out, its text, spread evenly over its time.
fn words_of(span: &RawSpan) -> Vec<RawWord> {
    if span.words.is_empty() {
        return spread(span);
    }
    let words = span.words.iter().cloned();
    words
        .map(|mut word| {
            word.speaker = word.speaker.or_else(|| span.speaker.clone());
            word.channel = word.channel.or_else(|| span.channel.clone());
            word
        })
        .collect()
}

fn spread(span: &RawSpan) -> Vec<RawWord> {
    let texts: Vec<_> = span.text.split_whitespace().collect();
    let count = u64::try_from(texts.len()).unwrap_or(u64::MAX).max(1);
    let start = span.start.unwrap_or(0);
    let length = span.end.map_or(0, |end| end.saturating_sub(start));
    let word = |(index, text): (u64, &str)| RawWord {
        text: text.to_owned(),
        start: span.start.map(|start| start + length * index / count),
        end: span.start.map(|start| start + length * (index + 1) / count),
        confidence: span.confidence,
        speaker: span.speaker.clone(),
        speaker_confidence: None,
        channel: span.channel.clone(),
    };
    (0..).zip(texts).map(word).collect()
}

/// A transcript of which the text alone is left: better without times than without words.
fn bare_text(value: &Value) -> Vec<RawWord> {
    let seconds = read::seconds(value, "audio_duration").unwrap_or(0);
    let text = read::text(value, "text").unwrap_or_default();
    spread(&RawSpan {
        text: text.to_owned(),
        start: Some(0),
        end: Some(seconds * 1000),
        confidence: read::share(value, "confidence"),
        speaker: None,
        channel: None,
        words: Vec::new(),
    })
}

fn closes_sentence(word: &str) -> bool {
    word.trim_end_matches(['"', '\'', ')', '”', '’', '»'])
        .ends_with(['.', '?', '!', '。', '？', '！'])
}
