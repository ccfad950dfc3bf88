//! The service's addresses: sessions, tokens, records (`voice-agent.md` 1, 9).

use std::{
    fmt::{self, Write as _},
    future::Future,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use async_trait::async_trait;
use serde::Deserialize;
use therapy_scribe_core::{ApiKey, BoxError};
use therapy_scribe_transport::{
    self as transport, Again, Connector, HttpClient, HttpReply, HttpRequest, Origin, Queues, Retry,
    WsRequest, connect,
};
use tokio::time::timeout;

use crate::{
    RecordFate, SessionRecord,
    config::{ConfigError, Records},
    driver::Connection,
    error::Error,
    line::Line,
};

const USER_AGENT: &str = concat!(
    "AssemblyAI/1.0 (integration=TherapyScribe/",
    env!("CARGO_PKG_VERSION"),
    ")"
);
/// A record can be missing for some seconds after its session's end.
const RECORD_WAITS: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(6),
];
/// How long the deletion of all records may take.
const RECORD_LIMIT: Duration = Duration::from_secs(20);

/// Provides temporary tokens, such as a host's own server that keeps the key. Called anew for every connection.
#[async_trait]
pub trait TokenProvider: Send + Sync + fmt::Debug {
    /// A fresh token.
    ///
    /// # Errors
    /// Whatever kept it from getting one.
    async fn token(&self) -> Result<ApiKey, BoxError>;
}

/// What opens sessions.
#[derive(Debug, Clone)]
pub(crate) enum Access {
    Key(ApiKey),
    Tokens(Arc<dyn TokenProvider>),
}

#[derive(Debug, Clone)]
pub(crate) struct Service {
    pub(crate) connector: Connector,
    pub(crate) origin: Origin,
    pub(crate) access: Access,
    pub(crate) records: Records,
}

impl Service {
    pub(crate) const fn renews_credential(&self) -> bool {
        matches!(self.access, Access::Tokens(_))
    }

    /// Opens a connection.
    pub(crate) fn dial(&self) -> impl Future<Output = Result<Connection, Error>> + Send + use<> {
        let service = self.clone();
        async move {
            let request = match &service.access {
                Access::Key(key) => WsRequest::new(&service.origin, "/v1/ws")
                    .header("authorization", format!("Bearer {}", key.expose())),
                Access::Tokens(_) => {
                    let token = encoded(service.credential().await?.expose());
                    WsRequest::new(&service.origin, format!("/v1/ws?token={token}"))
                }
            };
            let request = request.header("user-agent", USER_AGENT);
            let released = Arc::new(AtomicBool::new(false));
            let line = Line::new(Arc::clone(&released));
            // One message waits at most: audio that waited would come in a burst.
            let queues = Queues::default().control(1);
            let opened = connect(&service.connector, request, line, queues).await;
            let (handle, events) = opened.map_err(refused)?;
            Ok(Connection::new(handle, events, released))
        }
    }

    /// Has the service make a temporary token.
    pub(crate) async fn mint(&self, valid: Duration, longest: Duration) -> Result<ApiKey, Error> {
        let range = |holds: bool, parameter, allowed| {
            let error = ConfigError::Range { parameter, allowed };
            if holds {
                Ok(())
            } else {
                Err(Error::Config(error))
            }
        };
        let (valid, longest) = (valid.as_secs(), longest.as_secs());
        range(
            (1..=600).contains(&valid),
            "expires_in_seconds",
            "1 to 600 seconds",
        )?;
        range(
            (60..=10_800).contains(&longest),
            "max_session_duration_seconds",
            "60 to 10800 seconds",
        )?;
        let path =
            format!("/v1/token?expires_in_seconds={valid}&max_session_duration_seconds={longest}");
        let request = self.request(HttpRequest::get(&self.origin, path)).await?;
        let client = HttpClient::new(&self.connector).map_err(Error::Transport)?;
        let reply = client.send(&request).await.map_err(Error::Transport)?;
        token(reply.status(), reply.body())
    }

    /// Deletes what the service keeps of these sessions, as far as it deletes.
    pub(crate) async fn delete_records(&self, sessions: &[String]) -> Vec<SessionRecord> {
        let mut fates = Vec::new();
        let mut left = RECORD_LIMIT;
        for session in sessions {
            let began = tokio::time::Instant::now();
            let fate = match self.records {
                Records::Keep => RecordFate::Kept,
                Records::Delete => timeout(left, self.delete(session))
                    .await
                    .unwrap_or(RecordFate::NotDeleted { status: None }),
            };
            left = left.saturating_sub(began.elapsed());
            fates.push(SessionRecord::new(session.as_str(), fate));
        }
        fates
    }

    async fn delete(&self, session: &str) -> RecordFate {
        let path = format!("/v1/sessions/{}", encoded(session));
        let status = match self.try_delete(&path).await {
            Ok(reply) => Some(reply.status()),
            Err(_) => None,
        };
        match status {
            Some(200..=299) => RecordFate::SoftDeleted,
            status => RecordFate::NotDeleted { status },
        }
    }

    async fn try_delete(&self, path: &str) -> Result<HttpReply, Error> {
        let request = self
            .request(HttpRequest::delete(&self.origin, path))
            .await?;
        let client = HttpClient::new(&self.connector).map_err(Error::Transport)?;
        let judge = |outcome: &Result<HttpReply, transport::Error>| match outcome {
            Ok(reply) if matches!(reply.status(), 404 | 409) => Again::AsPlanned,
            outcome => Again::if_it_passes(outcome),
        };
        let retry = Retry::new(&RECORD_WAITS, 0);
        let reply = client.send_while(&request, &retry, judge).await;
        reply.map_err(Error::Transport)
    }

    pub(crate) async fn request(&self, request: HttpRequest) -> Result<HttpRequest, Error> {
        let key = self.credential().await?;
        Ok(request
            .header("authorization", format!("Bearer {}", key.expose()))
            .header("user-agent", USER_AGENT))
    }

    async fn credential(&self) -> Result<ApiKey, Error> {
        match &self.access {
            Access::Key(key) => Ok(key.clone()),
            Access::Tokens(tokens) => tokens.token().await.map_err(Error::Token),
        }
    }
}

/// The service opens the socket for bad keys too, and refuses there; a proxy before it may not.
fn refused(error: transport::Error) -> Error {
    match error {
        transport::Error::Refused {
            status: 401 | 403, ..
        } => Error::Auth,
        error => Error::Transport(error),
    }
}

/// `{"token":…}`; a wrong key is 401 by the documents and 404 in truth, a missing one 422 (1.3).
fn token(status: u16, body: &[u8]) -> Result<ApiKey, Error> {
    #[derive(Deserialize)]
    struct Minted {
        token: String,
    }
    match status {
        200..=299 => {
            let minted = serde_json::from_slice::<Minted>(body).map_err(|_| Error::NoToken)?;
            ApiKey::new(minted.token).map_err(|_| Error::NoToken)
        }
        401 | 403 | 404 | 422 => Err(Error::Auth),
        429 => Err(Error::Busy {
            code: "429".to_owned(),
        }),
        408 | 500.. => Err(Error::Service {
            code: status.to_string(),
        }),
        _ => Err(Error::NoToken),
    }
}

/// A text as it can stand in a path or a query.
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // A text takes whatever is written to it.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_and_its_refusals_are_told_apart() {
        assert!(token(200, br#"{"token":"t","expires_in_seconds":60}"#).is_ok());
        assert!(matches!(token(200, b"<html>"), Err(Error::NoToken)));
        assert!(matches!(
            token(404, br#"{"detail":"Invalid API key"}"#),
            Err(Error::Auth)
        ));
        assert!(token(503, b"").unwrap_err().is_retryable());
    }

    #[test]
    fn nothing_in_an_id_can_lead_elsewhere() {
        assert_eq!(encoded("sess_0-9.~"), "sess_0-9.~");
        assert_eq!(encoded("../v1/agents?x#y"), "..%2Fv1%2Fagents%3Fx%23y");
    }
}
