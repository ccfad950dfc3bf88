//! What a status and a body mean (`llm-gateway.md` 11): three envelopes, or a page for people.

use std::time::Duration;

use therapy_scribe_transport::HttpReply;

use crate::{Error, envelope};

/// When a service that is over its limit may be asked again.
pub(super) fn patience(reply: &HttpReply) -> Duration {
    let reset = || reset(reply);
    reply
        .retry_after()
        .or_else(reset)
        .unwrap_or(envelope::CROWDED)
}

/// Seconds to wait, or the Unix time to wait for, measured by the service's own clock.
fn reset(reply: &HttpReply) -> Option<Duration> {
    /// Larger values are points in time.
    const POINT_IN_TIME: u64 = 1_000_000_000;
    let value = reply.header("x-ratelimit-reset")?.trim().parse().ok()?;
    if value < POINT_IN_TIME {
        return Some(Duration::from_secs(value));
    }
    reply.until(std::time::UNIX_EPOCH.checked_add(Duration::from_secs(value))?)
}

/// The error of a reply that is no answer.
pub(super) fn of(reply: &HttpReply, model: &str) -> Error {
    error(reply.status(), reply.body(), Some(patience(reply)), model)
}

/// The error of an answer that is none.
fn error(status: u16, body: &[u8], retry_after: Option<Duration>, model: &str) -> Error {
    let message = envelope::message(body);
    let says = |part: &str| message.to_ascii_lowercase().contains(part);
    let model = || model.to_owned();
    match status {
        401 | 403 => Error::Auth,
        429 => Error::RateLimited { retry_after },
        410 => Error::Model {
            model: model(),
            reason: "it is retired",
        },
        500.. => Error::Service { status },
        // First, since it goes on to say what in the schema "is not supported".
        400 if says("response_format is invalid") => envelope::refused(status, &message),
        400 if says("does not have access") => Error::NoAccess { model: model() },
        400 if says("context limit") => Error::TooLong { model: model() },
        400 if says("does not support response_format") => Error::Model {
            model: model(),
            reason: "it has no structured output",
        },
        400 if message.starts_with("model ") && (says("is not supported") || says("not found")) => {
            Error::Model {
                model: model(),
                reason: "the service does not know it",
            }
        }
        status => envelope::refused(status, &message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    #[expect(
        clippy::too_many_lines,
        reason = "one table, row by row as in the document"
    )]
    fn every_row_of_the_document_is_understood() {
        let flat = |text: &str| {
            format!(
                r#"{{"code":400,"message":"{text}","request_id":"x","metadata":{{"errors":[]}}}}"#
            )
        };
        let rows = [
            (
                400,
                flat("one of messages or prompt required"),
                ErrorKind::Service,
                false,
            ),
            (
                400,
                flat("model x is not supported"),
                ErrorKind::Model,
                false,
            ),
            (
                400,
                flat("Your account does not have access to this LLM Gateway model"),
                ErrorKind::Access,
                false,
            ),
            (
                400,
                flat("model x does not support response_format"),
                ErrorKind::Model,
                false,
            ),
            (
                400,
                flat("response_format is invalid: CANARY of the model is not supported"),
                ErrorKind::Service,
                false,
            ),
            (
                400,
                flat("Unsupported parameter: CANARY is not supported with this model."),
                ErrorKind::Service,
                false,
            ),
            (
                400,
                flat("model context limit exceeded"),
                ErrorKind::Input,
                false,
            ),
            (
                400,
                r#"{"error":{"code":400,"message":"model not found","metadata":{}}}"#.to_owned(),
                ErrorKind::Model,
                false,
            ),
            (
                401,
                r#"{"error":"Authentication error, API token missing/invalid","status":"error"}"#
                    .to_owned(),
                ErrorKind::Access,
                false,
            ),
            (403, String::new(), ErrorKind::Access, false),
            (404, flat("transcript not found"), ErrorKind::Service, false),
            (
                410,
                flat("the model version you are trying to access has been deprecated"),
                ErrorKind::Model,
                false,
            ),
            (
                429,
                flat("too many requests for this action"),
                ErrorKind::Access,
                true,
            ),
            (500, flat("something went wrong"), ErrorKind::Service, true),
            (
                502,
                "<html>Bad Gateway CANARY</html>".to_owned(),
                ErrorKind::Service,
                true,
            ),
        ];
        for (status, body, kind, retryable) in rows {
            let error = error(status, body.as_bytes(), None, "x");
            let seen = (error.kind(), error.is_retryable());
            // A model that is not there is only "not found" in one wording.
            assert!(
                seen == (kind, retryable) || (status == 404 && seen.0 == ErrorKind::Service),
                "{status} {body}: {error:?}"
            );
            assert!(!format!("{error} {error:?}").contains("CANARY"), "{status}");
        }
    }
}
