//! What a refusal means (`other-providers.md` 2.1, 4.2). Servers differ in words, and agree on few codes.

use serde_json::Value;
use therapy_scribe_transport::HttpReply;

use super::learned::Objection;
use crate::{Error, envelope};

/// What is wrong with the manner of the request, if that is it. Only what names the field counts: any other refusal is
/// none of the form, and must not end in prose (2.3, rule 4).
pub(super) fn objection(status: u16, body: &[u8]) -> Option<Objection> {
    if !matches!(status, 400 | 422) {
        return None;
    }
    let said = told(body);
    let names = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if names(&["max_completion_tokens"]) {
        return Some(Objection::Limit);
    }
    let form = ["response_format", "json_schema", "schema", "grammar"];
    names(&form).then_some(Objection::Json)
}

/// The error of a reply that is no answer.
pub(super) fn of(reply: &HttpReply, model: &str) -> Error {
    let error = error(reply.status(), reply.body(), model);
    match error {
        Error::RateLimited { .. } => Error::RateLimited {
            retry_after: Some(reply.retry_after().unwrap_or(envelope::CROWDED)),
        },
        error => error,
    }
}

fn error(status: u16, body: &[u8], model: &str) -> Error {
    let said = told(body);
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let too_long = ["length", "size", "window", "exceed"];
    let model = || model.to_owned();
    match status {
        401 | 403 => Error::Auth,
        429 => Error::RateLimited { retry_after: None },
        500.. => Error::Service { status },
        413 => Error::TooLong { model: model() },
        404 if says(&["model"]) => Error::Model {
            model: model(),
            reason: "the server does not have it",
        },
        400 | 422 if says(&["content_filter", "content management policy"]) => Error::Declined,
        400 | 422 if says(&["context"]) && says(&too_long) => Error::TooLong { model: model() },
        400 | 422 if objection(status, body) == Some(Objection::Json) => Error::Model {
            model: model(),
            reason: "the server takes no form for its answer",
        },
        status => envelope::refused(status, &envelope::message(body)),
    }
}

/// The message, and the parameter and code that it is about, in lower case.
fn told(body: &[u8]) -> String {
    let mut told = envelope::message(body);
    let envelope = serde_json::from_slice::<Value>(body).unwrap_or_default();
    for place in [
        "/error/param",
        "/error/code",
        "/error/type",
        "/detail/0/loc",
    ] {
        if let Some(value) = envelope.pointer(place) {
            told.push('\n');
            told.push_str(&value.to_string());
        }
    }
    told.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    const UNKNOWN_FORM: [&str; 5] = [
        r#"{"error":{"message":"'response_format.type' must be 'json_schema' or 'text'"}}"#,
        r#"{"error":{"message":"The provided JSON schema contains features not supported by xgrammar","type":"BadRequestError","code":400}}"#,
        r#"{"error":{"code":400,"message":"failed to parse grammar","type":"invalid_request_error"}}"#,
        r#"{"detail":[{"loc":["body","response_format"],"msg":"extra fields not permitted","type":"value_error"}]}"#,
        r#"{"error":{"message":"Invalid parameter","type":"invalid_request_error","param":"response_format","code":null}}"#,
    ];

    #[test]
    fn only_a_refusal_that_names_the_form_is_one_of_the_form() {
        for body in UNKNOWN_FORM {
            for (status, expected) in [(400, true), (422, true), (404, false), (500, false)] {
                let is_form = objection(status, body.as_bytes()) == Some(Objection::Json);
                assert_eq!(is_form, expected, "{status} {body}");
            }
        }
        let renamed = r#"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","param":"max_tokens"}}"#;
        assert_eq!(objection(400, renamed.as_bytes()), Some(Objection::Limit));
        for other in [
            r#"{"error":{"message":"temperature must be positive"}}"#,
            r#"{"error":{"message":"messages must not be empty"}}"#,
            "<html>schema</html>",
            "",
        ] {
            assert_eq!(objection(400, other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn refusals_are_understood_and_not_quoted() {
        let nested =
            |text: &str| format!(r#"{{"error":{{"message":"{text}","type":"x","code":null}}}}"#);
        let rows = [
            (401, String::new(), ErrorKind::Access),
            (
                404,
                nested("model \\\"CANARY\\\" not found, try pulling it first"),
                ErrorKind::Model,
            ),
            (404, "404 page not found".to_owned(), ErrorKind::Service),
            (
                400,
                nested("This model's maximum context length is 8192 tokens. CANARY"),
                ErrorKind::Input,
            ),
            (
                400,
                nested("the request exceeds the available context size"),
                ErrorKind::Input,
            ),
            (
                400,
                r#"{"error":{"message":"CANARY","code":"context_length_exceeded"}}"#.to_owned(),
                ErrorKind::Input,
            ),
            (413, String::new(), ErrorKind::Input),
            (
                400,
                r#"{"error":{"message":"CANARY","code":"content_filter"}}"#.to_owned(),
                ErrorKind::Model,
            ),
            (400, UNKNOWN_FORM[0].to_owned(), ErrorKind::Model),
            (400, nested("CANARY"), ErrorKind::Service),
            (429, nested("slow down"), ErrorKind::Access),
            (503, nested("Loading model"), ErrorKind::Service),
        ];
        for (status, body, kind) in rows {
            let error = error(status, body.as_bytes(), "m");
            assert_eq!(error.kind(), kind, "{status} {body}: {error:?}");
            assert!(!format!("{error} {error:?}").contains("CANARY"), "{body}");
        }
    }
}
