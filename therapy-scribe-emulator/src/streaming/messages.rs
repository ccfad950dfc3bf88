//! The messages of `streaming-stt.md` section 4, as they stand on the wire.

use serde_json::{Map, Value, json};

use super::{
    Fatal, Setup,
    labels::{Label, Labelled},
    params::Params,
    profile::Family,
    reword::Slack,
};
use crate::script::ScriptWord;

/// Earlier turns have no confidence of their speakers.
const SURE_FROM: u64 = 2;

pub(crate) fn begin(setup: &Setup, params: &Params) -> Value {
    json!({"type": "Begin", "id": setup.id, "expires_at": setup.expires_at, "configuration": {
        "model": params.model,
        "mode": (params.family == Family::Universal3).then(|| params.mode.as_deref().unwrap_or("balanced")),
        "api_version": setup.api_version,
        "speaker_labels": params.speaker_labels,
        "redact_pii": params.redact_pii,
        "filter_profanity": params.filter_profanity,
        "domain": params.domain,
        "voice_focus": params.voice_focus,
    }})
}

/// 4.8.
pub(crate) fn error(fatal: &Fatal) -> Value {
    json!({"type": "Error", "error_code": fatal.code, "error": fatal.text})
}

pub(crate) fn speech_started(onset_ms: u64) -> Value {
    json!({"type": "SpeechStarted", "timestamp": onset_ms, "confidence": 0.93})
}

/// Where the silence lies that the edges of a turn absorb.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edges {
    /// The end of the turn before it, as it was sent.
    pub(crate) from_ms: u64,
    /// How far the audio has been heard.
    pub(crate) until_ms: u64,
    /// The first word begins up to so much early, the last ends so much late.
    pub(crate) slack: Slack,
}

/// 11.8: the times of a turn's words; the first begins early and the last ends late, as far as there is room.
pub(crate) fn times(words: &[ScriptWord], edges: Edges) -> Vec<(u64, u64)> {
    let mut times: Vec<(u64, u64)> = words
        .iter()
        .map(|word| (word.start_ms, word.end_ms))
        .collect();
    if let Some((start, _)) = times.first_mut() {
        *start = start
            .saturating_sub(edges.slack.early_ms)
            .max(edges.from_ms.min(*start));
    }
    if let Some((_, end)) = times.last_mut() {
        *end = (*end + edges.slack.late_ms).min(edges.until_ms.max(*end));
    }
    times
}

/// A whole-turn partial: 11.8.
pub(crate) fn partial(order: u64, words: &[ScriptWord], edges: Edges, formatted: bool) -> Value {
    let listed = words
        .iter()
        .zip(times(words, edges))
        .map(|(word, time)| listed(&word.text, time, false));
    turn(
        order,
        Turn {
            formatted,
            end: false,
            transcript: &join(words),
            utterance: "",
            confidence: 0.0,
        },
        &listed.collect::<Vec<_>>(),
    )
}

/// A whole-turn final.
pub(crate) fn finished(order: u64, words: &[ScriptWord], times: &[(u64, u64)]) -> Value {
    let text = join(words);
    let listed = words
        .iter()
        .zip(times)
        .map(|(word, time)| listed(&word.text, *time, true));
    let shape = Turn {
        formatted: true,
        end: true,
        transcript: &text,
        utterance: &text,
        confidence: 1.0,
    };
    turn(order, shape, &listed.collect::<Vec<_>>())
}

/// 11.9: labels and confidences on a final. The first turns of a session have no confidences yet, and what nobody is known
/// to have said has none at all.
pub(crate) fn label(message: &mut Value, labels: &Labelled) {
    let sure = |label: Label| labels.order >= SURE_FROM && label.speaker().is_some();
    let words = message.get_mut("words").and_then(Value::as_array_mut);
    for (word, label) in words.into_iter().flatten().zip(labels.words()) {
        if let (Some(said), Value::Object(fields)) = (label.said(), word) {
            fields.insert("speaker".to_owned(), said);
            if sure(label) {
                fields.insert("speaker_confidence".to_owned(), json!(0.82));
            }
        }
    }
    let turn = labels.turn();
    if let Some(said) = turn.said() {
        put_before_type(message, "speaker_label", said);
    }
    let confidence = if sure(turn) { 0.82 } else { 0.0 };
    put_before_type(message, "speaker_confidence", json!(confidence));
}

/// What a word-by-word message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Partial,
    PlainFinal,
    FormattedFinal,
}

/// 11.10: word by word; the words are as they are shown. The last word of a partial is not final.
pub(crate) fn word_by_word(order: u64, words: &[ScriptWord], form: Form, confidence: f64) -> Value {
    let end = form != Form::Partial;
    let open = usize::from(!end);
    let settled = words.get(..words.len().saturating_sub(open));
    let settled = settled.unwrap_or_default();
    let listed = words.iter().enumerate().map(|(index, word)| {
        listed(
            &word.text,
            (word.start_ms, word.end_ms),
            index < settled.len(),
        )
    });
    let transcript = join(settled);
    let shape = Turn {
        formatted: form == Form::FormattedFinal,
        end,
        transcript: &transcript,
        utterance: if end { &transcript } else { "" },
        confidence,
    };
    turn(order, shape, &listed.collect::<Vec<_>>())
}

#[derive(Clone, Copy)]
struct Turn<'a> {
    formatted: bool,
    end: bool,
    transcript: &'a str,
    utterance: &'a str,
    confidence: f64,
}

/// `type` stands last, as on the live service.
fn turn(order: u64, turn: Turn<'_>, words: &[Map<String, Value>]) -> Value {
    json!({"turn_order": order, "turn_is_formatted": turn.formatted, "end_of_turn": turn.end,
        "transcript": turn.transcript, "end_of_turn_confidence": turn.confidence, "words": words,
        "utterance": turn.utterance, "type": "Turn"})
}

pub(crate) fn put_before_type(message: &mut Value, key: &str, value: Value) {
    if let Value::Object(fields) = message {
        let kind = fields.shift_remove("type");
        fields.insert(key.to_owned(), value);
        fields.extend(kind.map(|kind| ("type".to_owned(), kind)));
    }
}

fn listed(text: &str, (start, end): (u64, u64), is_final: bool) -> Map<String, Value> {
    let mut word = Map::new();
    word.insert("start".to_owned(), start.into());
    word.insert("end".to_owned(), end.into());
    word.insert("text".to_owned(), text.into());
    word.insert("confidence".to_owned(), json!(0.97));
    word.insert("word_is_final".to_owned(), is_final.into());
    word
}

fn join(words: &[ScriptWord]) -> String {
    words
        .iter()
        .map(|word| word.text.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}
