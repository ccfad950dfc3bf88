//! What a status, and the service's words, mean (`pre-recorded.md` 10, read 2026-11).

use std::time::Duration;

use serde_json::Value;
use therapy_scribe_core::Phi;

use super::{Error, FailureReason};
use crate::prerecorded::{MOST_BYTES, TranscriptId};

/// Longer texts are cut: they may echo the request.
const LONGEST: usize = 300;

/// The error of a reply that is no answer.
pub(crate) fn refusal(status: u16, body: &[u8], retry_after: Option<Duration>) -> Error {
    let message = message(body);
    let says = |part: &str| message.to_ascii_lowercase().contains(part);
    let detail = || Phi::new(message.chars().take(LONGEST).collect());
    match status {
        402 => Error::Account { detail: detail() },
        403 if says("too many") => Error::RateLimited { retry_after },
        403 if says("uploaded file") => Error::OtherProject,
        401 | 403 => Error::Auth,
        404 => Error::NotFound,
        413 => Error::TooLarge { limit: MOST_BYTES },
        429 => Error::RateLimited { retry_after },
        408 | 500.. => Error::Service { status },
        400 if says("lookup error") || says("id not found") => Error::NotFound,
        400 if says("account balance") => Error::Account { detail: detail() },
        status => Error::Refused {
            status,
            detail: detail(),
        },
    }
}

/// The error of a job that failed, by the service's words.
pub(crate) fn failure(id: &TranscriptId, words: &str) -> Error {
    use FailureReason as Reason;
    let lower = words.to_ascii_lowercase();
    let starts = |with: &str| lower.starts_with(with);
    let reason = if starts("download error") {
        Reason::Download
    } else if starts("file does not appear to contain audio") {
        Reason::NoAudio
    } else if starts("transcoding failed") {
        Reason::Transcoding
    } else if starts("audio duration is too short") {
        Reason::TooShort
    } else if starts("audio speech threshold") {
        Reason::TooLittleSpeech
    } else if starts("server error") {
        Reason::Server
    } else if lower.contains("language") && lower.contains("confidence") {
        Reason::Language
    } else {
        Reason::Other
    };
    Error::Failed {
        id: id.clone(),
        reason,
        detail: Phi::new(words.chars().take(LONGEST).collect()),
        deletion: None,
    }
}

/// The service's words; empty when it has none, or a page for people.
fn message(body: &[u8]) -> String {
    let Ok(envelope) = serde_json::from_slice::<Value>(body) else {
        let text = std::str::from_utf8(body).unwrap_or_default().trim();
        let is_page = text.starts_with('<');
        return text
            .chars()
            .take(if is_page { 0 } else { LONGEST })
            .collect();
    };
    let places = ["/error", "/error/message", "/message", "/detail"];
    let text = |place: &&str| envelope.pointer(place).and_then(Value::as_str);
    let found = places.iter().find_map(text);
    found.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn every_row_of_the_document_is_understood() {
        let rows = [
            (
                400,
                "The following models are not available in this language: speaker_labels CANARY",
                ErrorKind::Configuration,
                false,
            ),
            (
                400,
                "Transcript lookup error, transcript id not found",
                ErrorKind::Configuration,
                false,
            ),
            (
                400,
                "Your current account balance is negative. Please top up CANARY",
                ErrorKind::Access,
                false,
            ),
            (
                400,
                "`keyterms_prompt` has an entry that is refused: work-life balance CANARY",
                ErrorKind::Configuration,
                false,
            ),
            (
                401,
                "Authentication error, API token missing/invalid",
                ErrorKind::Access,
                false,
            ),
            (402, "CANARY", ErrorKind::Access, false),
            (403, "Cannot access uploaded file", ErrorKind::Access, false),
            (403, "Too many requests", ErrorKind::Limit, true),
            (404, "Not found", ErrorKind::Configuration, false),
            (413, "CANARY", ErrorKind::Limit, false),
            (418, "CANARY", ErrorKind::Configuration, false),
            (429, "Too Many Requests", ErrorKind::Limit, true),
            (
                500,
                "Server error, developers have been alerted.",
                ErrorKind::Service,
                true,
            ),
            (503, "", ErrorKind::Service, true),
        ];
        for (status, words, kind, retryable) in rows {
            let body = serde_json::json!({"error": words}).to_string();
            for body in [body.as_bytes(), words.as_bytes()] {
                let error = refusal(status, body, None);
                let seen = (error.kind(), error.is_retryable());
                assert_eq!(seen, (kind, retryable), "{status} {words}: {error:?}");
                assert!(!format!("{error} {error:?}").contains("CANARY"), "{status}");
            }
        }
        let error = refusal(429, b"", Some(Duration::from_secs(7)));
        assert!(error.to_string().contains("7 seconds"), "{error}");
    }

    #[test]
    fn every_failure_of_the_document_has_its_advice() {
        use FailureReason as Reason;
        for (words, expected) in [
            (
                "Download error, unable to download URL https://x CANARY",
                Reason::Download,
            ),
            (
                "File does not appear to contain audio. File type is text/html",
                Reason::NoAudio,
            ),
            (
                "Transcoding failed. File type application/json",
                Reason::Transcoding,
            ),
            ("Audio duration is too short.", Reason::TooShort),
            (
                "Audio speech threshold 0.1 is below the requested 0.5",
                Reason::TooLittleSpeech,
            ),
            (
                "Language confidence 0.2 is below the threshold",
                Reason::Language,
            ),
            (
                "Server error, developers have been alerted.",
                Reason::Server,
            ),
            ("CANARY", Reason::Other),
        ] {
            let error = failure(&"t-1".parse().unwrap(), words);
            assert!(!format!("{error} {error:?}").contains("CANARY"));
            assert!(
                matches!(error, Error::Failed { reason, .. } if reason == expected),
                "{words}"
            );
        }
    }
}
