//! The service's calls back (`pre-recorded.md` 11 and 9.4, read 2026-11). A host mounts this in its own server: headers and
//! body in, an id to fetch out. What a call says is a hint and never a result.

use std::fmt;

use serde_json::Value;
use sha2::{Digest, Sha256};
use therapy_scribe_core::ApiKey;

use super::{TranscriptId, wire::read};

/// Checks and reads calls. The service calls from 44.238.19.20 (US) and 54.220.25.36 (EU), up to ten times, ten seconds
/// apart, until it is answered with 2xx within ten seconds; a 4xx ends it.
///
/// ```
/// use therapy_scribe_core::ApiKey;
/// use therapy_scribe_stt::prerecorded::{WebhookCall, WebhookReceiver};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let receiver = WebhookReceiver::new("X-Scribe-Secret", &ApiKey::new("s3cret")?);
/// let headers = [("x-scribe-secret", &b"s3cret"[..])];
/// let body = br#"{"transcript_id":"5551722e-f677","status":"completed"}"#;
/// match receiver.receive(headers, body) {
///     Ok(WebhookCall::Transcript { id, .. }) => println!("answer 200, then fetch {id}"),
///     Ok(_) => println!("answer 200, then fetch the redacted audio"),
///     Err(error) => println!("answer {}", error.http_status()),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct WebhookReceiver {
    header: String,
    secret: [u8; 32],
}

impl WebhookReceiver {
    /// For calls with this header, as the [`Webhook`](crate::config::Webhook) of the transcription has it.
    pub fn new(header: impl Into<String>, secret: &ApiKey) -> Self {
        Self {
            header: header.into(),
            secret: digest(secret.expose().as_bytes()),
        }
    }

    /// Checks the header and reads the body. The time of the check does not depend on the header's value.
    ///
    /// # Errors
    /// [`WebhookError::NotVerified`] where the header is missing, wrong or there twice; [`WebhookError::Unreadable`] for a
    /// body that is neither of the service's two.
    pub fn receive<'h>(
        &self,
        headers: impl IntoIterator<Item = (&'h str, &'h [u8])>,
        body: &[u8],
    ) -> Result<WebhookCall, WebhookError> {
        let named = |(name, _): &(&str, &[u8])| name.eq_ignore_ascii_case(&self.header);
        let mut values = headers.into_iter().filter(named).map(|(_, value)| value);
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(WebhookError::NotVerified);
        };
        // Digests are of one length, so that neither length nor content shows in the time.
        let pairs = self.secret.iter().zip(digest(value));
        let difference = pairs.fold(0, |all, (a, b)| all | (a ^ b));
        if std::hint::black_box(difference) == 0 {
            WebhookCall::read(body)
        } else {
            Err(WebhookError::NotVerified)
        }
    }
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

impl fmt::Debug for WebhookReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookReceiver")
    }
}

/// What a call is about. Anybody may have sent it where no header was agreed, so that it is a reason to look and nothing
/// more.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookCall {
    /// A transcript is done, or failed: fetch it, and believe what the service answers then.
    #[non_exhaustive]
    Transcript {
        /// The transcript to fetch. Check that it is one of yours.
        id: TranscriptId,
        /// What the call says of it.
        said: Said,
    },
    /// A redacted copy of some audio is ready. The call does not say of which: a parameter of your own in the webhook's
    /// address tells. Its address is not kept: it lives for half an hour, and the service gives a fresh one.
    RedactedAudio,
}

/// What a call says of a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Said {
    /// `completed`.
    Completed,
    /// `error`.
    Failed,
    /// Another word.
    Other,
}

impl WebhookCall {
    /// Reads a body without checking who sent it.
    ///
    /// # Errors
    /// [`WebhookError::Unreadable`] for a body that is neither of the service's two.
    pub fn read(body: &[u8]) -> Result<Self, WebhookError> {
        let call: Value = read::object(body).map_err(|_| WebhookError::Unreadable)?;
        let status = read::text(&call, "status");
        if status == Some("redacted_audio_ready") {
            return Ok(Self::RedactedAudio);
        }
        let id = read::text(&call, "transcript_id").and_then(|id| id.parse().ok());
        let said = match status {
            Some("completed") => Said::Completed,
            Some("error") => Said::Failed,
            _ => Said::Other,
        };
        id.map(|id| Self::Transcript { id, said })
            .ok_or(WebhookError::Unreadable)
    }
}

/// Why a call is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// The header that proves the sender is missing or wrong.
    #[error("the call is not from the transcription service: answer 401 and do nothing")]
    NotVerified,
    /// The body is none of the service's.
    #[error("the call's body can't be read: answer 400 and look at the job by polling")]
    Unreadable,
}

impl WebhookError {
    /// What to answer. Both end the service's further tries.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            Self::NotVerified => 401,
            Self::Unreadable => 400,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receive(headers: &[(&str, &[u8])], body: &str) -> Result<WebhookCall, WebhookError> {
        let receiver = WebhookReceiver::new("X-Secret", &ApiKey::new("s3cret").unwrap());
        receiver.receive(headers.iter().copied(), body.as_bytes())
    }

    #[test]
    fn only_the_agreed_header_is_believed() {
        let body = r#"{"transcript_id":"t-1","status":"completed"}"#;
        let good: (&str, &[u8]) = ("x-secret", b"s3cret");
        assert!(receive(&[("host", b"x"), good], body).is_ok());
        let wrong: [&[(&str, &[u8])]; 5] = [
            &[],
            &[("x-secret", b"s3cre")],
            &[("x-secret", b"s3crett")],
            &[("x-secret", b"")],
            &[good, good],
        ];
        for headers in wrong {
            assert_eq!(receive(headers, body), Err(WebhookError::NotVerified));
        }
        assert_eq!(WebhookError::NotVerified.http_status(), 401);
    }

    #[test]
    fn both_bodies_of_the_service_are_read_and_nothing_else() {
        let id = "t-1".parse().unwrap();
        let said = Said::Failed;
        let failed = WebhookCall::read(br#"{"transcript_id":"t-1","status":"error","new":1}"#);
        assert_eq!(failed, Ok(WebhookCall::Transcript { id, said }));
        let ready = br#"{"status":"redacted_audio_ready","redacted_audio_url":"https://CANARY"}"#;
        let ready = WebhookCall::read(ready).unwrap();
        assert!(!format!("{ready:?}").contains("CANARY"));
        for body in [
            "",
            "[]",
            "{}",
            r#"{"transcript_id":"../x","status":"completed"}"#,
        ] {
            assert_eq!(
                WebhookCall::read(body.as_bytes()),
                Err(WebhookError::Unreadable)
            );
        }
    }
}
