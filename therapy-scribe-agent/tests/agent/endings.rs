//! Every way out, and what is left at the service.

use std::{sync::Arc, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use therapy_scribe_agent::{AgentEvent, RecordFate, VoiceAgentClient, config::Records};
use therapy_scribe_core::ApiKey;
use therapy_scribe_transport::{Connector, Origin};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    time::Instant,
};
use tokio_tungstenite::{accept_async, tungstenite::Message};

use crate::peer::{client, config, talk};

#[tokio::test(start_paused = true)]
async fn i16_whoever_drops_the_handle_or_the_stream_has_said_goodbye() {
    let (handle, events, _peer, mut service) = talk().await;
    drop(handle);
    assert_eq!(service.hears().await, json!({"type": "session.end"}));
    service
        .says(json!({"type": "session.ended", "session_duration_seconds": 1.0}))
        .await;
    assert_eq!(service.hears().await, Value::Null);
    let last = events.collect::<Vec<_>>().await.pop();
    assert!(matches!(last, Some(Ok(AgentEvent::Closed(stats))) if stats.confirmed));

    let (_handle, events, _peer, mut service) = talk().await;
    let began = Instant::now();
    drop(events);
    assert_eq!(service.hears().await, json!({"type": "session.end"}));
    assert_eq!(service.hears().await, Value::Null);
    assert!(
        began.elapsed() <= Duration::from_millis(3500),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_connect_that_is_dropped_says_goodbye_once_it_can() {
    let (client, mut peer) = client(config());
    let mut connecting = Box::pin(client.connect());
    let mut service = tokio::select! {
        _ = &mut connecting => panic!("nobody was ready"),
        service = peer.accept() => service,
    };
    drop(connecting);
    let first = service.hears().await;
    if first != Value::Null {
        assert_eq!(first["type"], "session.update");
        service.is_ready().await;
        assert_eq!(service.hears().await, json!({"type": "session.end"}));
    }
}

/// A service on loopback: one session, and then requests over HTTP, answered with these statuses.
async fn serve(listener: TcpListener, statuses: Vec<u16>) -> Vec<String> {
    let (stream, _) = listener.accept().await.unwrap();
    let mut socket = accept_async(stream).await.unwrap();
    let mut texts = Vec::new();
    while let Some(Ok(Message::Text(text))) = socket.next().await {
        let answer = match serde_json::from_str::<Value>(&text).unwrap()["type"]
            .as_str()
            .unwrap()
        {
            "session.update" => json!({"type": "session.ready", "session_id": "sess_1"}),
            _ => json!({"type": "session.ended", "session_duration_seconds": 1.0}),
        };
        socket
            .send(Message::text(answer.to_string()))
            .await
            .unwrap();
    }
    for status in statuses {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let read = stream.read(&mut request).await.unwrap();
        texts.push(String::from_utf8_lossy(&request[..read]).to_lowercase());
        let answer =
            format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
    texts
}

async fn record(records: Records, statuses: Vec<u16>) -> (RecordFate, Vec<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(serve(listener, statuses));
    let config = config().records(records).build().unwrap();
    let key = ApiKey::new("s3cret").unwrap();
    let client = VoiceAgentClient::at(
        Connector::new().unwrap(),
        &Origin::parse(&address).unwrap(),
        key,
        config,
    );
    let (handle, events) = client.connect().await.unwrap();
    handle.end().await.unwrap();
    let items: Vec<_> = events.map(Result::unwrap).collect().await;
    let fates: Vec<_> = items
        .iter()
        .filter_map(|event| match event {
            AgentEvent::Record(record) => Some(record.fate),
            _ => None,
        })
        .collect();
    assert!(matches!(items.last(), Some(AgentEvent::Closed(_))));
    assert_eq!(fates.len(), 1);
    (fates[0], serving.await.unwrap())
}

#[tokio::test]
async fn the_record_is_deleted_after_the_session_and_reported_as_what_it_is() {
    let (fate, requests) = record(Records::Delete, vec![204]).await;
    assert_eq!(fate, RecordFate::SoftDeleted);
    assert!(
        requests[0].starts_with("delete /v1/sessions/sess_1 "),
        "{requests:?}"
    );
    assert!(requests[0].contains("authorization: bearer s3cret"));

    let (fate, _) = record(Records::Delete, vec![403]).await;
    assert!(matches!(
        fate,
        RecordFate::NotDeleted {
            status: Some(403),
            ..
        }
    ));

    assert_eq!(record(Records::Keep, vec![]).await.0, RecordFate::Kept);
}

#[test]
fn what_hosts_hold_can_cross_threads() {
    fn crosses<T: Send + Sync>() {}
    crosses::<VoiceAgentClient>();
    crosses::<therapy_scribe_agent::AgentHandle>();
    crosses::<Arc<dyn therapy_scribe_agent::VoiceAgent>>();
    crosses::<therapy_scribe_agent::AgentEvent>();
    crosses::<therapy_scribe_agent::Error>();
}
