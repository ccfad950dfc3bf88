//! The service's answers (`pre-recorded.md` 6, read 2026-11). Members that are missing, `null` or of another type count as
//! absent; unknown ones are passed over.

pub(crate) mod read;

use serde_json::Value;

use self::read::{Answer, list, millis, strings, text};
use super::TranscriptId;

/// What the service writes in place of a deleted transcript's text and address.
const DELETED_TEXT: &str = "Deleted by user.";
const DELETED_URL: &str = "http://deleted_by_user";

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// `queued`, `processing`, or a word that this version does not know.
    Waiting,
    Completed,
    Error,
}

/// A transcript as the service has it.
#[derive(Clone)]
pub(crate) struct Raw {
    pub(crate) id: TranscriptId,
    pub(crate) status: Status,
    pub(crate) value: Value,
}

impl Raw {
    pub(crate) fn error(&self) -> &str {
        text(&self.value, "error").unwrap_or_default()
    }

    pub(crate) fn is_throttled(&self) -> bool {
        read::flag(&self.value, "throttled").unwrap_or(false)
    }

    /// Seconds.
    pub(crate) fn duration(&self) -> Option<u64> {
        read::seconds(&self.value, "audio_duration")
    }

    /// By the address, or by the text of a transcript without words: somebody may have said it.
    pub(crate) fn is_deleted(&self) -> bool {
        let wordless = list(&self.value, "words").is_empty();
        text(&self.value, "audio_url") == Some(DELETED_URL)
            || (wordless && text(&self.value, "text") == Some(DELETED_TEXT))
    }
}

/// A word, with what of it could be read.
#[derive(Clone)]
pub(crate) struct RawWord {
    pub(crate) text: String,
    pub(crate) start: Option<u64>,
    pub(crate) end: Option<u64>,
    pub(crate) confidence: Option<f32>,
    pub(crate) speaker: Option<String>,
    pub(crate) speaker_confidence: Option<f32>,
    pub(crate) channel: Option<String>,
}

/// A stretch of text: an utterance, a sentence, a paragraph, an entity.
#[derive(Clone)]
pub(crate) struct RawSpan {
    pub(crate) text: String,
    pub(crate) start: Option<u64>,
    pub(crate) end: Option<u64>,
    pub(crate) confidence: Option<f32>,
    pub(crate) speaker: Option<String>,
    pub(crate) channel: Option<String>,
    pub(crate) words: Vec<RawWord>,
}

/// An entry of the list.
#[derive(Clone)]
pub(crate) struct RawEntry {
    pub(crate) id: TranscriptId,
    pub(crate) status: Status,
    pub(crate) audio_url: Option<String>,
    pub(crate) created: Option<String>,
    pub(crate) completed: Option<String>,
    pub(crate) error: Option<String>,
}

impl RawEntry {
    /// Whether it is blanked: a deleted one stays in the list without its address.
    pub(crate) fn is_deleted(&self) -> bool {
        self.audio_url
            .as_deref()
            .is_none_or(|url| url == DELETED_URL)
    }
}

/// The answer to a submit, a poll or a deletion.
pub(crate) fn transcript(body: &[u8]) -> Answer<Raw> {
    let value = read::object(body)?;
    let id = id(&value).ok_or_else(read::Flaw::absent)?;
    let status = status(&value);
    Ok(Raw { id, status, value })
}

fn status(value: &Value) -> Status {
    match text(value, "status") {
        Some("completed") => Status::Completed,
        Some("error") => Status::Error,
        _ => Status::Waiting,
    }
}

fn id(value: &Value) -> Option<TranscriptId> {
    text(value, "id")?.parse().ok()
}

/// The address of an upload.
pub(crate) fn upload_url(body: &[u8]) -> Answer<String> {
    let value = read::object(body)?;
    let url = text(&value, "upload_url").filter(|url| url.contains("://"));
    url.map(str::to_owned).ok_or_else(read::Flaw::absent)
}

/// A page of the list, newest first.
pub(crate) struct RawPage {
    pub(crate) entries: Vec<RawEntry>,
    /// Whether an entry could not be read.
    pub(crate) is_torn: bool,
    /// Whether there are older ones.
    pub(crate) has_older: bool,
}

/// The list after asking for `limit` entries. Where it does not say whether it goes on, a full page does.
pub(crate) fn page(body: &[u8], limit: usize) -> Answer<RawPage> {
    let value = read::object(body)?;
    let all = value.get("transcripts").and_then(Value::as_array);
    let all = all.ok_or_else(read::Flaw::absent)?;
    let owned = |value: &Value, name| text(value, name).map(str::to_owned);
    let entry = |value: &Value| {
        Some(RawEntry {
            id: id(value)?,
            status: status(value),
            audio_url: owned(value, "audio_url"),
            created: owned(value, "created"),
            completed: owned(value, "completed"),
            error: owned(value, "error"),
        })
    };
    let entries: Vec<_> = all.iter().filter_map(entry).collect();
    let older = value.pointer("/page_details/prev_url");
    Ok(RawPage {
        is_torn: entries.len() < all.len(),
        has_older: older.map_or(all.len() >= limit, |older| !older.is_null()),
        entries,
    })
}

/// The address of redacted audio; `None` while it is not ready.
pub(crate) fn redacted_audio(body: &[u8]) -> Answer<Option<String>> {
    let value = read::object(body)?;
    Ok(text(&value, "redacted_audio_url").map(str::to_owned))
}

/// Words under `words`.
pub(crate) fn words(value: &Value) -> Vec<RawWord> {
    let word = |value: &Value| {
        let said = text(value, "text").filter(|said| !said.trim().is_empty())?;
        Some(RawWord {
            text: said.trim().to_owned(),
            start: millis(value, "start"),
            end: millis(value, "end"),
            confidence: read::share(value, "confidence"),
            speaker: read::label(value, "speaker"),
            speaker_confidence: read::share(value, "speaker_confidence"),
            channel: read::label(value, "channel"),
        })
    };
    list(value, "words").iter().filter_map(word).collect()
}

/// Stretches under a name.
pub(crate) fn spans(value: &Value, name: &str) -> Vec<RawSpan> {
    let span = |value: &Value| {
        Some(RawSpan {
            text: text(value, "text")?.to_owned(),
            start: millis(value, "start"),
            end: millis(value, "end"),
            confidence: read::share(value, "confidence"),
            speaker: read::label(value, "speaker"),
            channel: read::label(value, "channel"),
            words: words(value),
        })
    };
    list(value, name).iter().filter_map(span).collect()
}

/// What speaker identification found: each label's value, where it succeeded.
pub(crate) fn mapping(value: &Value) -> Option<Vec<(String, String)>> {
    let place = "/speech_understanding/response/speaker_identification";
    let found = value.pointer(place)?;
    if !matches!(text(found, "status"), Some("success" | "completed")) {
        return None;
    }
    let mapping = found.get("mapping")?.as_object()?;
    let pair =
        |(label, value): (&String, &Value)| Some((label.clone(), value.as_str()?.to_owned()));
    Some(mapping.iter().filter_map(pair).collect())
}

/// What the service warns of: `metadata.warnings` and `metadata.warning`.
pub(crate) fn warnings(value: &Value) -> Vec<String> {
    let Some(metadata) = value.get("metadata") else {
        return Vec::new();
    };
    let one = text(metadata, "warning").map(str::to_owned);
    let many = list(metadata, "warnings").iter().filter_map(|warning| {
        let said = warning.as_str().or_else(|| text(warning, "message"));
        said.map(str::to_owned)
    });
    let mut all: Vec<String> = one.into_iter().chain(many).collect();
    all.dedup();
    all
}

/// Names under a name.
pub(crate) fn names(value: &Value, name: &str) -> Vec<String> {
    strings(value, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_types_and_unknown_members_are_borne() {
        let body = br#"{"id":"a-1","status":"completed","error":null,"throttled":"x","audio_duration":15.0,
            "surprise":{"deep":[1,2]},"words":[{"text":"How","start":null,"end":"480","confidence":"high",
            "speaker":1,"channel":2},7,null,{"text":null},{"text":"   "}],"utterances":"none"}"#;
        let raw = transcript(body).unwrap();
        assert_eq!((raw.status, raw.duration()), (Status::Completed, Some(15)));
        let words = words(&raw.value);
        assert_eq!(words.len(), 1);
        let word = &words[0];
        assert_eq!(
            (word.start, word.end, word.confidence),
            (None, Some(480), None)
        );
        assert_eq!(word.speaker.as_deref(), Some("1"));
        assert!(spans(&raw.value, "utterances").is_empty());
        assert!(mapping(&raw.value).is_none() && warnings(&raw.value).is_empty());
    }

    #[test]
    fn a_status_that_is_new_is_waited_for() {
        let raw = transcript(br#"{"id":"x","status":"resting"}"#).unwrap();
        assert_eq!(raw.status, Status::Waiting);
    }

    #[test]
    fn an_answer_without_its_id_is_none() {
        for body in [
            "",
            "[]",
            "{}",
            "{\"id\":\"../x\"}",
            "{\"id\":7}",
            "<html>",
            "{\"id\":\"x\"",
        ] {
            assert!(transcript(body.as_bytes()).is_err(), "{body}");
        }
        assert!(page(b"{}", 1).is_err());
        assert!(upload_url(br#"{"upload_url":null}"#).is_err());
    }

    #[test]
    fn deleted_is_told_by_the_address_and_not_by_what_somebody_said() {
        let is_deleted = |body: &str| transcript(body.as_bytes()).unwrap().is_deleted();
        assert!(is_deleted(
            r#"{"id":"x","status":"completed","audio_url":"http://deleted_by_user"}"#
        ));
        assert!(is_deleted(
            r#"{"id":"x","status":"completed","text":"Deleted by user.","words":null}"#
        ));
        assert!(!is_deleted(
            r#"{"id":"x","status":"completed","text":"Deleted by user.","words":[{"text":"Deleted"}]}"#
        ));
    }

    #[test]
    fn a_page_says_whether_the_list_goes_on_or_its_length_does() {
        let has_older = |details: &str| {
            let entries = r#"[{"id":"t-1"},{"id":"t-2"}]"#;
            let body = format!(r#"{{"transcripts":{entries}{details}}}"#);
            let page = page(body.as_bytes(), 2).unwrap();
            assert!(!page.is_torn && page.entries.len() == 2);
            page.has_older
        };
        assert!(has_older(""));
        assert!(has_older(r#","page_details":{"prev_url":"https://x"}"#));
        assert!(!has_older(r#","page_details":{"prev_url":null}"#));
        let torn = page(br#"{"transcripts":[{"id":7},{"id":"t-1"}]}"#, 20).unwrap();
        assert!(torn.is_torn && !torn.has_older && torn.entries.len() == 1);
    }
}
