//! What a service says when it refuses: every envelope that was met (`other-providers.md` 4.2, 4.3).

use std::time::Duration;

use serde_json::Value;
use therapy_scribe_core::Phi;

use crate::Error;

/// Longer texts are cut: they may echo the request.
const LONGEST: usize = 300;

/// How long a crowded service that names no time is left alone.
pub(crate) const CROWDED: Duration = Duration::from_secs(10);

/// The service's words; empty when it has none, or a page for people.
pub(crate) fn message(body: &[u8]) -> String {
    let Ok(envelope) = serde_json::from_slice::<Value>(body) else {
        return plain(body);
    };
    let places = [
        "/error/message",
        "/message",
        "/error",
        "/err_msg",
        "/detail/0/msg",
        "/detail",
    ];
    let text = |place: &&str| envelope.pointer(place).and_then(Value::as_str);
    let found = places.iter().find_map(text);
    found.unwrap_or_default().to_owned()
}

/// What is no JSON may still be words, if it is no page.
fn plain(body: &[u8]) -> String {
    let text = std::str::from_utf8(body).unwrap_or_default().trim();
    let is_page = text.starts_with('<');
    text.chars()
        .take(if is_page { 0 } else { LONGEST })
        .collect()
}

/// The error of a refusal that nothing more is known of.
pub(crate) fn refused(status: u16, message: &str) -> Error {
    Error::Refused {
        status,
        detail: Phi::new(message.chars().take(LONGEST).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_envelope_is_opened() {
        for body in [
            r#"{"error":"no"}"#,
            r#"{"code":400,"message":"no","request_id":"x","metadata":{"errors":[]}}"#,
            r#"{"error":{"message":"no","type":"invalid_request_error","param":null,"code":"x"}}"#,
            r#"{"err_code":"X","err_msg":"no"}"#,
            r#"{"detail":[{"loc":["body","response_format"],"msg":"no","type":"x"}]}"#,
            r#"{"detail":"no"}"#,
            " no\n",
        ] {
            assert_eq!(message(body.as_bytes()), "no", "{body}");
        }
        for body in ["", "<html>no</html>", "[]", "{}", r#"{"error":null}"#] {
            assert_eq!(message(body.as_bytes()), "", "{body}");
        }
    }

    #[test]
    fn long_words_are_cut_and_not_shown() {
        let error = refused(400, &"CANARY ".repeat(1000));
        assert!(!format!("{error} {error:?}").contains("CANARY"));
        assert!(matches!(error, Error::Refused { detail, .. } if detail.expose().len() == LONGEST));
    }
}
