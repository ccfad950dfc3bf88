//! Nothing that is said, and no key, reaches a log.

use std::{
    fmt::{self, Write as _},
    sync::{Arc, Mutex},
};

use futures_util::StreamExt;
use serde_json::json;
use therapy_scribe_agent::{AgentUpdate, CallId, ToolOutcome};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use crate::peer::talk;

/// Writes down all that is logged, at every level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        attributes.record(&mut self.clone());
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = writeln!(self.0.lock().unwrap(), "{}={value:?}", field.name());
    }
}

#[tokio::test(start_paused = true)]
async fn i20_no_word_and_no_key_is_logged() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let (handle, events, _peer, mut service) = talk().await;
    for event in [
        json!({"type": "transcript.user", "item_id": "m1", "text": "CANARY"}),
        json!({"type": "reply.started", "reply_id": "r1"}),
        json!({"type": "transcript.agent", "reply_id": "r1", "text": "CANARY"}),
        json!({"type": "tool.call", "call_id": "c1", "name": "search", "arguments": {"topic": "CANARY"}}),
        json!({"type": "tool.call", "call_id": "c1", "name": "search", "arguments": {"topic": "CANARY"}}),
        json!({"type": "session.error", "code": "invalid_value", "message": "CANARY"}),
        json!({"type": "reply.audio", "text": "CANARY"}),
        json!({"type": "CANARY", "text": "CANARY"}),
        json!({"type": "reply.done", "reply_id": "r1", "status": "completed"}),
    ] {
        service.says(event).await;
    }
    handle
        .update(AgentUpdate::new().prompt("CANARY"))
        .await
        .unwrap();
    handle.recap("CANARY").await.unwrap();
    let outcome = ToolOutcome::returned(CallId::new("c1"), json!("CANARY"));
    handle.outcome(outcome).await.unwrap();
    handle.end().await.unwrap();
    while service.hears().await["type"] != "session.end" {}
    service.says(json!({"type": "session.ended"})).await;
    events.collect::<Vec<_>>().await;
    let logged = log.0.lock().unwrap().clone();
    assert!(
        logged.contains("invalid_value"),
        "codes are logged: {logged}"
    );
    assert!(
        !logged.contains("CANARY") && !logged.contains("k3y"),
        "{logged}"
    );
}
