//! What the service sends, in its own words (`streaming-stt.md` section 4).
//!
//! Every field but `type` is optional, every number may be written as an integer or not, and unknown fields are skipped:
//! a new field of the service must never end a session.

mod number;
mod scalar;
mod text;
mod words;

use std::ops::Range;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use therapy_scribe_core::Malformed;

pub(crate) use number::Number;
use scalar::Scalar;
pub(crate) use text::Text;
pub(crate) use words::{RawWords, transcript_words, words};

/// A message, taken apart as far as its type asks for.
#[derive(Debug)]
pub(crate) enum Message<'a> {
    Begin(Begin<'a>),
    Turn(TurnHead<'a>),
    SpeechStarted(SpeechStarted),
    SpeakerRevision(SpeakerRevision<'a>),
    Heartbeat(Heartbeat),
    Silence(Silence),
    Warning(Warning<'a>),
    Error(ServiceError<'a>),
    Termination(Termination),
    Unknown(Text<'a>),
    Malformed(Malformed),
}

/// Decodes one message. Turns are by far the most frequent, so one pass over the text finds out that it is one and what
/// it is about; everything else is read a second time.
pub(crate) fn decode(text: &str) -> Message<'_> {
    let head = match serde_json::from_str::<Head<'_>>(text) {
        Ok(head) => head,
        Err(error) => return malformed(text, error.line(), error.column()),
    };
    match head.kind.as_deref() {
        Some("Turn") => head.into_turn(),
        Some("Begin") => body(text, "Begin", Message::Begin),
        Some("SpeechStarted") => body(text, "SpeechStarted", Message::SpeechStarted),
        Some("SpeakerRevision") => body(text, "SpeakerRevision", Message::SpeakerRevision),
        Some("Heartbeat") => body(text, "Heartbeat", Message::Heartbeat),
        Some("Silence") => body(text, "Silence", Message::Silence),
        Some("Warning") => body(text, "Warning", Message::Warning),
        Some("Error") => body(text, "Error", Message::Error),
        Some("Termination") => body(text, "Termination", Message::Termination),
        // An object with `error` and without `type` is an error too: both official SDKs take it so.
        None if head.error.is_some() => body(text, "Error", Message::Error),
        None => Message::Malformed(Malformed::new("message without type", 1, 1)),
        Some(_) => Message::Unknown(head.kind.unwrap_or_default()),
    }
}

fn body<'a, T: Deserialize<'a>>(
    text: &'a str,
    name: &'static str,
    wrap: fn(T) -> Message<'a>,
) -> Message<'a> {
    match serde_json::from_str(text) {
        Ok(message) => wrap(message),
        Err(error) => Message::Malformed(Malformed::new(name, error.line(), error.column())),
    }
}

/// Names the type of a message whose shape is wrong, if the type can still be read.
fn malformed(text: &str, line: usize, column: usize) -> Message<'_> {
    #[derive(Deserialize)]
    struct Kind<'a> {
        #[serde(rename = "type", borrow)]
        kind: Text<'a>,
    }
    const KNOWN: [&str; 9] = [
        "Turn",
        "Begin",
        "SpeechStarted",
        "SpeakerRevision",
        "Heartbeat",
        "Silence",
        "Warning",
        "Error",
        "Termination",
    ];
    let kind = serde_json::from_str::<Kind<'_>>(text).map(|message| message.kind);
    match kind
        .as_deref()
        .map(|kind| KNOWN.iter().find(|known| **known == kind))
    {
        Ok(Some(known)) => Message::Malformed(Malformed::new(known, line, column)),
        // A type that nobody knows may have fields of any shape.
        Ok(None) => Message::Unknown(kind.unwrap_or_default()),
        Err(_) => Message::Malformed(Malformed::new("message", line, column)),
    }
}

/// What can be seen of any message in one pass.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Option<Text<'a>>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
    #[serde(default)]
    turn_order: Option<Number>,
    #[serde(default)]
    end_of_turn: Option<bool>,
    #[serde(borrow, default)]
    turn_is_formatted: Scalar<'a>,
    #[serde(borrow, default)]
    transcript: Option<&'a RawValue>,
    #[serde(borrow, default)]
    words: Option<&'a RawValue>,
    #[serde(borrow, default)]
    speaker_label: Scalar<'a>,
    #[serde(borrow, default)]
    language_code: Scalar<'a>,
}

impl<'a> Head<'a> {
    fn into_turn(self) -> Message<'a> {
        let Some(order) = self.turn_order.map(Number::to_u64) else {
            return Message::Malformed(Malformed::new("Turn", 1, 1));
        };
        Message::Turn(TurnHead {
            order,
            end_of_turn: self.end_of_turn.unwrap_or(false),
            is_formatted: self.turn_is_formatted.switch(),
            transcript: self.transcript.map(RawValue::get),
            words: self.words.map(RawValue::get),
            speaker_label: self.speaker_label.text(),
            language_code: self.language_code.text(),
        })
    }
}

/// 4.3, <https://www.assemblyai.com/docs/streaming/message-sequence.md>
#[derive(Debug)]
pub(crate) struct TurnHead<'a> {
    pub(crate) order: u64,
    pub(crate) end_of_turn: bool,
    /// Absent is not the same as false.
    pub(crate) is_formatted: Option<bool>,
    transcript: Option<&'a str>,
    words: Option<&'a str>,
    pub(crate) speaker_label: Option<Text<'a>>,
    pub(crate) language_code: Option<Text<'a>>,
}

impl TurnHead<'_> {
    /// Where words and transcript stand in the message, so that it can be kept whole and read later.
    pub(crate) fn places(&self, message: &str) -> RawWords {
        let place = |part: Option<&str>| -> Range<usize> {
            let Some(part) = part else { return 0..0 };
            let start = part.as_ptr().addr().saturating_sub(message.as_ptr().addr());
            start..start + part.len()
        };
        RawWords {
            words: place(self.words),
            transcript: place(self.transcript),
        }
    }
}

/// A field whose shape is wrong counts as absent, where the message means something without it: that a session began or
/// ended must never be missed for the sake of a number.
fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let raw = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str::<Option<T>>(raw.get()).unwrap_or_default())
}

/// 4.1
#[derive(Debug, Deserialize)]
pub(crate) struct Begin<'a> {
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub(crate) id: Option<Text<'a>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) expires_at: Option<Number>,
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub(crate) configuration: Option<Configuration<'a>>,
}

/// What the service says it runs. Eight keys on the live server; older servers omit it.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Configuration<'a> {
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub(crate) model: Option<Text<'a>>,
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub(crate) mode: Option<Text<'a>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) speaker_labels: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) redact_pii: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) filter_profanity: Option<bool>,
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub(crate) domain: Option<Text<'a>>,
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub(crate) voice_focus: Option<Text<'a>>,
}

/// 4.2
#[derive(Debug, Deserialize)]
pub(crate) struct SpeechStarted {
    #[serde(default)]
    pub(crate) timestamp: Option<Number>,
}

/// 4.4
#[derive(Debug, Deserialize)]
pub(crate) struct SpeakerRevision<'a> {
    #[serde(borrow, default)]
    revisions: Option<Vec<&'a RawValue>>,
}

impl<'a> SpeakerRevision<'a> {
    /// Each turn's, or that it could not be read.
    pub(crate) fn revisions(&self) -> impl Iterator<Item = Result<Revision<'a>, Malformed>> {
        let revisions = self.revisions.iter().flatten();
        revisions.map(|revision| {
            let malformed = |_| Malformed::new("SpeakerRevision", 1, 1);
            serde_json::from_str(revision.get()).map_err(malformed)
        })
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Revision<'a> {
    pub(crate) turn_order: Number,
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub(crate) speaker_label: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) words: Option<Vec<&'a RawValue>>,
}

impl<'a> Revision<'a> {
    /// The words that can be read: an odd one must not keep the labels of the others from being put right.
    pub(crate) fn words(&self) -> impl Iterator<Item = RevisedWord<'a>> {
        let words = self.words.iter().flatten();
        words.filter_map(|word| serde_json::from_str(word.get()).ok())
    }
}

/// Text is never taken from a revision: whether it is redacted is documented nowhere.
#[derive(Debug, Deserialize)]
pub(crate) struct RevisedWord<'a> {
    pub(crate) start: Number,
    pub(crate) end: Number,
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub(crate) speaker: Option<Text<'a>>,
}

/// 4.5
#[derive(Debug, Deserialize)]
pub(crate) struct Heartbeat {
    #[serde(default)]
    pub(crate) total_audio_received_ms: Option<Number>,
    #[serde(default)]
    pub(crate) realtime_factor: Option<Number>,
    #[serde(default)]
    pub(crate) max_speech_probability: Option<Number>,
}

/// 4.6
#[derive(Debug, Deserialize)]
pub(crate) struct Silence {
    pub(crate) start_ms: Number,
    pub(crate) end_ms: Number,
}

/// 4.7
#[derive(Debug, Deserialize)]
pub(crate) struct Warning<'a> {
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) warning_code: Option<Number>,
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub(crate) warning: Option<Text<'a>>,
}

/// 4.8; `error_code` may be absent.
#[derive(Debug, Deserialize)]
pub(crate) struct ServiceError<'a> {
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) error_code: Option<Number>,
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub(crate) error: Option<Text<'a>>,
}

/// 4.9
#[derive(Debug, Deserialize)]
pub(crate) struct Termination {
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) audio_duration_seconds: Option<Number>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) session_duration_seconds: Option<Number>,
}
