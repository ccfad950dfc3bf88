//! HTTP answers, and the three envelopes of errors (`llm-gateway.md` 11.1).

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

/// An answer that waits to be sent.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    body: Body,
    /// Until the first byte, in protocol time.
    pub(crate) delay: Option<Duration>,
    origin: Origin,
}

/// Who gave up, where an answer is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// The vendor, or the account's limit: the gateway may try on.
    Vendor,
    /// The gateway, which does not try again.
    Gateway,
    /// What stands before the gateway, which does not even hear of it.
    Edge,
}

/// JSON stays a value until it is sent: its id is given last.
#[derive(Debug)]
enum Body {
    Json(Value),
    Text(String),
    Bytes(Bytes),
}

impl Answer {
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self::new(status, "application/json", Body::Json(body))
    }

    pub(crate) fn text(status: u16, kind: &str, body: String) -> Self {
        Self::new(status, kind, Body::Text(body))
    }

    pub(crate) fn bytes_of(status: u16, kind: &str, body: Bytes) -> Self {
        Self::new(status, kind, Body::Bytes(body))
    }

    fn new(status: u16, kind: &str, body: Body) -> Self {
        Self {
            status,
            headers: vec![("content-type", kind.to_owned())],
            body,
            delay: None,
            origin: Origin::Vendor,
        }
    }

    /// What is sent.
    pub(crate) fn bytes(&self) -> Bytes {
        match &self.body {
            Body::Json(body) => body.to_string().into(),
            Body::Text(body) => body.clone().into(),
            Body::Bytes(body) => body.clone(),
        }
    }

    /// 6.1: each answer that has an id has its own.
    pub(crate) fn identified(mut self, number: u64) -> Self {
        if let Body::Json(Value::Object(fields)) = &mut self.body
            && let Some(id) = fields.get_mut("request_id")
        {
            *id = format!("00000000-0000-4000-8000-{number:012x}").into();
        }
        self
    }

    pub(crate) fn by_edge(mut self) -> Self {
        self.origin = Origin::Edge;
        self
    }

    pub(crate) fn by_gateway(mut self) -> Self {
        self.origin = Origin::Gateway;
        self
    }

    /// Nothing is sent before this.
    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    pub(crate) fn is_from_edge(&self) -> bool {
        self.origin == Origin::Edge
    }

    /// 5.1: what the gateway repeats.
    pub(crate) fn is_vendor_failure(&self) -> bool {
        self.status >= 500 && self.origin == Origin::Vendor
    }

    /// 5.2: what it falls back on. A limit that is reached is not repeated, and another model may relieve it.
    pub(crate) fn falls_back(&self) -> bool {
        self.is_vendor_failure() || (self.status == 429 && self.origin == Origin::Vendor)
    }

    /// The flat envelope, in use since June 2026.
    pub(crate) fn error(status: u16, message: &str) -> Self {
        Self::json(
            status,
            json!({"code": status, "message": message, "request_id": NO_ID, "metadata": {"errors": []}}),
        )
    }

    /// The envelope of the layer that checks keys.
    pub(crate) fn unauthorized(message: &str) -> Self {
        Self::json(
            401,
            json!({"error": message, "status": "error", "request_id": NO_ID}),
        )
    }

    /// The older, nested envelope.
    pub(crate) fn nested(status: u16, message: &str) -> Self {
        Self::json(
            status,
            json!({"error": {"code": status, "message": message, "metadata": {}}}),
        )
    }

    /// As a server answers that is not the gateway: only what OpenAI has, and errors in the nested envelope.
    pub(crate) fn of_local_server(mut self) -> Self {
        let Body::Json(Value::Object(fields)) = &mut self.body else {
            return self;
        };
        if let Some(message) = fields.remove("message") {
            fields.clear();
            let error = json!({"message": message, "type": "invalid_request_error", "param": null, "code": null});
            fields.insert("error".to_owned(), error);
        }
        let ours = [
            "request",
            "request_id",
            "response_time",
            "http_status_code",
            "llm_status_code",
        ];
        fields.retain(|name, _| !ours.contains(&name.as_str()));
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.headers.push((name, format!("{value}")));
        self
    }
}

/// Where an id will stand.
pub(crate) const NO_ID: &str = "";
