//! Parts of a result: sentences, paragraphs, word search, subtitles (6.5).

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{
    check::error,
    job::{Job, Outcome},
    words::{Word, confidence, passage, sentences, text},
};
use crate::{
    gateway::Answer,
    streaming::{Query, core_of},
};

/// A paragraph ends with the first sentence after so many words.
const PARAGRAPH: usize = 40;
/// So many characters has a subtitle.
const CAPTION: usize = 32;

pub(super) fn part(job: &Job, outcome: &Outcome, name: &str, query: &Query) -> Option<Answer> {
    let words = &outcome.words;
    let head = || {
        json!({"id": job.id, "confidence": confidence(words),
            "audio_duration": outcome.duration_ms.div_ceil(1000)})
    };
    let with = |name: &str, list: Vec<Value>| {
        let mut body = head();
        if let Some(fields) = body.as_object_mut() {
            fields.insert(name.to_owned(), list.into());
        }
        Answer::json(200, body)
    };
    let speaker = |label: &str| outcome.speakers.name(label);
    Some(match name {
        "sentences" => with(
            name,
            sentences(words).map(|s| passage(s, speaker)).collect(),
        ),
        "paragraphs" => with(name, paragraphs(words, speaker)),
        "word-search" => match query.get("words").filter(|words| !words.is_empty()) {
            Some(asked) => Answer::json(200, search(&job.id, words, asked)),
            None => error(400, "words is required"),
        },
        "srt" | "vtt" => match captions(words, query) {
            Some(captions) => subtitles(&captions, name),
            None => error(400, "chars_per_caption should be a number"),
        },
        _ => return None,
    })
}

/// Without a speaker of its own: one may span two.
fn paragraphs(words: &[Word], speaker: impl Fn(&str) -> String + Copy) -> Vec<Value> {
    let mut paragraphs = Vec::new();
    let mut rest = words;
    while !rest.is_empty() {
        let end = rest
            .iter()
            .skip(PARAGRAPH)
            .position(|word| word.text.ends_with(['.', '?', '!']))
            .map_or(rest.len(), |at| at + PARAGRAPH + 1);
        let (paragraph, after) = rest.split_at(end);
        rest = after;
        let mut passage = passage(paragraph, speaker);
        if let Some(fields) = passage.as_object_mut() {
            fields.retain(|name, _| !matches!(name.as_str(), "speaker" | "channel"));
        }
        paragraphs.push(passage);
    }
    paragraphs
}

fn search(id: &str, words: &[Word], asked: &str) -> Value {
    let cores: Vec<String> = words.iter().map(|word| core_of(&word.text)).collect();
    let mut total = 0;
    let mut matches = Vec::new();
    for phrase in asked.split(',').map(str::trim) {
        let sought: Vec<String> = phrase.split_whitespace().map(core_of).collect();
        if sought.is_empty() || sought.len() > 5 {
            continue;
        }
        let found = cores.windows(sought.len()).enumerate();
        let at: Vec<usize> = found
            .filter(|(_, w)| *w == sought)
            .map(|(at, _)| at)
            .collect();
        let times: Vec<Value> = at
            .iter()
            .filter_map(|at| {
                let (first, last) = (words.get(*at)?, words.get(at + sought.len() - 1)?);
                Some(json!([first.start_ms, last.end_ms]))
            })
            .collect();
        total += at.len();
        if !at.is_empty() {
            matches.push(
                json!({"text": phrase, "count": at.len(), "timestamps": times, "indexes": at}),
            );
        }
    }
    json!({"id": id, "total_count": total, "matches": matches})
}

fn captions<'a>(words: &'a [Word], query: &Query) -> Option<Vec<&'a [Word]>> {
    let most = match query.get("chars_per_caption") {
        None => CAPTION,
        Some(text) => text.parse().ok()?,
    };
    let mut captions = Vec::new();
    for mut rest in sentences(words) {
        while !rest.is_empty() {
            let mut length = 0;
            let fitting = rest.iter().take_while(|word| {
                length += word.text.chars().count() + 1;
                length <= most.saturating_add(1)
            });
            let (caption, after) = rest.split_at(fitting.count().max(1));
            captions.push(caption);
            rest = after;
        }
    }
    Some(captions)
}

fn subtitles(captions: &[&[Word]], kind: &str) -> Answer {
    let is_srt = kind == "srt";
    let comma = if is_srt { ',' } else { '.' };
    let time = |ms: u64| {
        let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
        let hours = if is_srt || hours > 0 {
            format!("{hours:02}:")
        } else {
            String::new()
        };
        format!("{hours}{minutes:02}:{seconds:02}{comma}{:03}", ms % 1000)
    };
    let mut body = String::from(if is_srt { "" } else { "WEBVTT\n\n" });
    for (number, caption) in (1..).zip(captions) {
        let (Some(first), Some(last)) = (caption.first(), caption.last()) else {
            continue;
        };
        if is_srt {
            let _ = writeln!(body, "{number}");
        }
        let (from, to) = (time(first.start_ms), time(last.end_ms));
        // Writing to a string does not fail.
        let _ = write!(
            body,
            "{from} --> {to}
{}

",
            text(caption)
        );
    }
    Answer::text(200, "text/plain; charset=utf-8", body)
}
