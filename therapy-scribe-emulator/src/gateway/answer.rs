//! HTTP answers, and the three envelopes of errors (`llm-gateway.md` 11.1).

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

/// An answer that waits to be sent.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
    /// Until the first byte, in protocol time.
    pub(crate) delay: Option<Duration>,
    /// It comes from what stands before the gateway, which neither retries nor falls back on it.
    from_edge: bool,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    pub(crate) fn text(status: u16, kind: &str, body: String) -> Self {
        Self {
            status,
            headers: vec![("content-type", kind.to_owned())],
            body: body.into(),
            delay: None,
            from_edge: false,
        }
    }

    pub(crate) fn by_edge(mut self) -> Self {
        self.from_edge = true;
        self
    }

    /// Nothing is sent before this.
    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    /// 5.2: what the gateway repeats, and falls back on.
    pub(crate) fn is_vendor_failure(&self) -> bool {
        self.status >= 500 && !self.from_edge
    }

    /// The flat envelope, in use since June 2026.
    pub(crate) fn error(status: u16, message: &str) -> Self {
        Self::json(
            status,
            &json!({"code": status, "message": message, "request_id": REQUEST_ID, "metadata": {"errors": []}}),
        )
    }

    /// The envelope of the layer that checks keys.
    pub(crate) fn unauthorized(message: &str) -> Self {
        Self::json(
            401,
            &json!({"error": message, "status": "error", "request_id": REQUEST_ID}),
        )
    }

    /// The older, nested envelope.
    pub(crate) fn nested(status: u16, message: &str) -> Self {
        Self::json(
            status,
            &json!({"error": {"code": status, "message": message, "metadata": {}}}),
        )
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.headers.push((name, format!("{value}")));
        self
    }
}

pub(crate) const REQUEST_ID: &str = "00000000-0000-4000-8000-00000000c4a7";
