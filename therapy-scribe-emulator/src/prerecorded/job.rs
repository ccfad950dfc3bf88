//! A transcript: what it was asked for, how far it is, what came of it (sections 5, 6 and 12).

use std::{fmt, sync::Arc};

use serde_json::{Map, Value, json};

use super::{
    shape::{empty, spoil},
    sound::Sound,
    speakers::Identified,
    words::{Word, confidence, passage, sentences, text, turns},
};
use crate::wall::unix_millis;

/// 12.
const DELETED_TEXT: &str = "Deleted by user.";
const DELETED_URL: &str = "http://deleted_by_user";
/// 4.1: the languages of Medical Mode.
const MEDICAL: [&str; 4] = ["en", "es", "de", "fr"];

/// A transcript. Its `Debug` shows no content.
pub(super) struct Job {
    pub(super) id: String,
    pub(super) account: String,
    pub(super) request: Value,
    pub(super) created_ms: u64,
    pub(super) sound: Option<Arc<Sound>>,
    pub(super) outcome: Result<Outcome, String>,
    /// How often its status can be asked for before it is done; `None` where it never is.
    pub(super) left: Option<u32>,
    pub(super) polls: u32,
    pub(super) presence: Presence,
    pub(super) has_wrong_types: bool,
    /// The account's limit holds it back for a poll more.
    pub(super) waits_for_account: bool,
    /// What its webhook answered last.
    pub(super) webhook_status: Option<u16>,
    /// When it was done, by the time of day and in protocol milliseconds.
    pub(super) ended_ms: Option<u64>,
    pub(super) done_ms: Option<u64>,
    /// How often its redacted audio was asked for.
    pub(super) audio_polls: u32,
}

/// What is still there of a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    All,
    /// 12: its id, without content.
    Blank,
    /// Nobody knows it.
    Nothing,
}

/// What came of a transcript.
pub(super) struct Outcome {
    pub(super) words: Vec<Word>,
    pub(super) speakers: Identified,
    pub(super) duration_ms: u64,
    pub(super) language: String,
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Job({}, {})", self.id, self.status())
    }
}

impl Job {
    pub(super) fn is_done(&self) -> bool {
        self.left == Some(0)
    }

    pub(super) fn status(&self) -> &'static str {
        match (self.left, &self.outcome) {
            (Some(0), Ok(_)) => "completed",
            (Some(0), Err(_)) => "error",
            _ if self.polls <= 1 => "queued",
            _ => "processing",
        }
    }

    /// 14.3: it goes on each time it is looked at.
    pub(super) fn poll(&mut self, now_ms: u64) {
        if self.is_done() {
            return;
        }
        self.polls += 1;
        if !self.is_throttled() {
            self.left = self.left.map(|left| left.saturating_sub(1));
        }
        if self.is_done() {
            self.end(now_ms);
        }
    }

    /// It is done, from now on if it was not before.
    pub(super) fn end(&mut self, now_ms: u64) {
        self.left = Some(0);
        self.done_ms.get_or_insert(now_ms);
        self.ended_ms.get_or_insert_with(unix_millis);
    }

    pub(super) fn is_throttled(&self) -> bool {
        self.waits_for_account && self.polls <= 1 && !self.is_done()
    }

    pub(super) fn is_deleted(&self) -> bool {
        self.presence == Presence::Blank
    }

    pub(super) fn is_gone(&self) -> bool {
        self.presence == Presence::Nothing
    }

    pub(super) fn on(&self, field: &str) -> bool {
        self.request.get(field) == Some(&Value::Bool(true))
    }

    /// What is there to be fetched: nothing before it is done, and nothing after deletion.
    pub(super) fn result(&self) -> Option<&Outcome> {
        let outcome = self.outcome.as_ref().ok();
        outcome.filter(|_| self.is_done() && !self.is_deleted())
    }

    pub(super) fn audio_url(&self) -> Value {
        if self.is_deleted() {
            DELETED_URL.into()
        } else {
            self.request.get("audio_url").cloned().unwrap_or_default()
        }
    }

    pub(super) fn error(&self) -> Option<&str> {
        let error = self.outcome.as_ref().err();
        error.filter(|_| self.is_done()).map(String::as_str)
    }

    /// 6.1.
    pub(super) fn view(&self) -> Value {
        let mut view = empty();
        self.echo(&mut view);
        let mut set = |name: &str, value: Value| view.insert(name.to_owned(), value);
        set("id", self.id.clone().into());
        set("status", self.status().into());
        set("error", self.error().into());
        set("audio_url", self.audio_url());
        set("throttled", self.is_throttled().into());
        set("webhook_status_code", self.webhook_status.into());
        if self.on("language_detection") {
            set("language_code", Value::Null);
        }
        set(
            "webhook_auth",
            self.request
                .get("webhook_auth_header_name")
                .is_some()
                .into(),
        );
        if let Ok(outcome) = self.outcome.as_ref()
            && self.is_done()
        {
            set("audio_duration", outcome.duration_ms.div_ceil(1000).into());
        }
        if self.is_deleted() {
            set("text", DELETED_TEXT.into());
            if self.request.get("webhook_url").is_some() {
                set("webhook_url", DELETED_URL.into());
            }
            for echoed in ["prompt", "keyterms_prompt", "redact_static_entities"] {
                set(echoed, Value::Null);
            }
        } else if let Some(outcome) = self.result() {
            view.extend(self.results(outcome));
        }
        if self.has_wrong_types {
            spoil(&mut view);
        }
        Value::Object(view)
    }

    /// 14.4: the request, with `en` by its full name. A webhook's secret is not told.
    fn echo(&self, view: &mut Map<String, Value>) {
        let hidden = ["webhook_auth_header_value", "audio_url"];
        let fields = self.request.as_object().into_iter().flatten();
        for (name, value) in fields.filter(|(name, _)| !hidden.contains(&name.as_str())) {
            let value = match (name.as_str(), value.as_str()) {
                ("language_code", Some("en")) => "en_us".into(),
                _ => value.clone(),
            };
            view.insert(name.clone(), value);
        }
    }

    fn results(&self, outcome: &Outcome) -> Map<String, Value> {
        let words = &outcome.words;
        let name = |label: &str| outcome.speakers.name(label);
        let mut results = Map::new();
        let mut set = |name: &str, value: Value| results.insert(name.to_owned(), value);
        set("text", text(words).into());
        set("confidence", confidence(words).into());
        set("words", words.iter().map(|word| word.json(name)).collect());
        set("language_code", outcome.language.clone().into());
        let model = self.request.pointer("/speech_models/0").cloned();
        set(
            "speech_model_used",
            model.unwrap_or_else(|| "universal-3-5-pro".into()),
        );
        let with_turns = self.on("speaker_labels") || self.on("multichannel");
        if with_turns {
            set(
                "utterances",
                turns(words).map(|turn| passage(turn, name)).collect(),
            );
        }
        if self.on("multichannel") {
            let channels = words.iter().filter_map(|word| word.channel.as_ref());
            let channels: std::collections::BTreeSet<_> = channels.collect();
            let heard = self.sound.as_ref().map_or(1, |sound| sound.channels());
            set("audio_channels", heard.max(channels.len()).into());
        }
        if self.on("entity_detection") {
            set("entities", self.entities(words, name));
        }
        // 4.3: English only, else null.
        if self.on("sentiment_analysis") && outcome.language.starts_with("en") {
            set("sentiment_analysis_results", sentiment(words));
        }
        if let Some(response) = &outcome.speakers.response {
            let request = self.request.pointer("/speech_understanding/request");
            set(
                "speech_understanding",
                json!({"request": request, "response": response}),
            );
        }
        if self.on("redact_pii_return_unredacted") {
            unredacted(words, with_turns, &mut results);
        }
        if let Some(metadata) = self.metadata(outcome) {
            results.insert("metadata".to_owned(), metadata);
        }
        results
    }

    /// 9.5: as it was said, whatever is redacted.
    fn entities(&self, words: &[Word], name: impl Fn(&str) -> String + Copy) -> Value {
        let found = words.iter().filter_map(|word| {
            let mut entity = json!({"entity_type": word.entity?, "text": bare(&word.said), "start": word.start_ms,
                "end": word.end_ms});
            if let (Some(label), Some(fields), true) =
                (&word.label, entity.as_object_mut(), self.on("speaker_labels"))
            {
                fields.insert("speaker".to_owned(), name(label).into());
            }
            Some(entity)
        });
        found.collect()
    }

    /// 4.1: whether Medical Mode was used.
    fn metadata(&self, outcome: &Outcome) -> Option<Value> {
        let domain = self.request.get("domain")?.as_str()?;
        let language = outcome.language.get(..2).unwrap_or_default();
        Some(if domain != "medical-v1" {
            let message = format!("Unknown domain {domain} was ignored");
            json!({"domain_used": null, "warnings": [{"message": message}]})
        } else if MEDICAL.contains(&language) {
            json!({"domain_used": domain})
        } else {
            let message =
                format!("Skipped {domain} domain correction because the language is not supported");
            json!({"domain_used": null, "warnings": [{"message": message}]})
        })
    }
}

/// Without the punctuation around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// 6.4, with all that is odd about it: unredacted, tags in the text, a start that is null.
fn sentiment(words: &[Word]) -> Value {
    let rated = sentences(words).enumerate().map(|(number, sentence)| {
        let said: Vec<&str> = sentence.iter().map(|word| word.said.as_str()).collect();
        let first = sentence.first();
        let start = first.map(|word| word.start_ms).filter(|_| number > 0);
        json!({"text": format!("[Speaker:1] {}", said.join(" ")), "start": start,
            "end": sentence.last().map(|word| word.end_ms), "sentiment": "NEUTRAL", "confidence": 0.7,
            "speaker": first.and_then(|word| word.label.as_ref()).map(|_| "A"), "channel": first.and_then(|word| word.channel.as_deref())})
    });
    rated.collect()
}

/// 8.3: with letters.
fn unredacted(words: &[Word], with_turns: bool, results: &mut Map<String, Value>) {
    let said: Vec<Word> = words
        .iter()
        .map(|word| Word {
            text: word.said.clone(),
            ..word.clone()
        })
        .collect();
    let name = |label: &str| label.to_owned();
    let mut set = |name: &str, value: Value| results.insert(name.to_owned(), value);
    set("unredacted_text", text(&said).into());
    set(
        "unredacted_words",
        said.iter().map(|word| word.json(name)).collect(),
    );
    if with_turns {
        set(
            "unredacted_utterances",
            turns(&said).map(|turn| passage(turn, name)).collect(),
        );
    }
}
