//! The service at the other end of a pipe, played by the test.

use std::{io, time::Duration};

use async_trait::async_trait;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use therapy_scribe_agent::{
    AgentEvent, AgentEvents, AgentHandle, VoiceAgentClient, VoiceAgentConfig, VoiceTool,
    config::{Records, VoiceAgentConfigBuilder},
};
use therapy_scribe_core::ApiKey;
use therapy_scribe_transport::{ByteStream, Connector, Dial, Origin};
use tokio::{
    io::{DuplexStream, duplex},
    sync::mpsc,
    time::timeout,
};
use tokio_tungstenite::{WebSocketStream, accept_async, tungstenite::Message};

/// Hands the other end of every pipe to the test.
#[derive(Debug)]
struct Pipes(mpsc::Sender<DuplexStream>);

#[async_trait]
impl Dial for Pipes {
    async fn dial(&self, _host: &str, _port: u16) -> io::Result<Box<dyn ByteStream>> {
        let (near, far) = duplex(1 << 16);
        self.0
            .try_send(far)
            .map_err(|_| io::ErrorKind::ConnectionRefused)?;
        Ok(Box::new(near))
    }
}

/// Where the client's connections arrive.
pub(crate) struct Peer(mpsc::Receiver<DuplexStream>);

impl Peer {
    /// The next connection, taken.
    pub(crate) async fn accept(&mut self) -> Service {
        let stream = self.0.recv().await.unwrap();
        Service(accept_async(stream).await.unwrap())
    }
}

/// One connection, as the service has it.
pub(crate) struct Service(WebSocketStream<DuplexStream>);

impl Service {
    pub(crate) async fn says(&mut self, event: Value) {
        self.0.send(Message::text(event.to_string())).await.unwrap();
    }

    pub(crate) async fn is_ready(&mut self) {
        self.says(json!({"type": "session.updated", "config": {}}))
            .await;
        self.says(json!({"type": "session.ready", "session_id": "sess_1", "expires_at": 4600, "timestamp": 1000})).await;
    }

    /// The next message that is no audio; `Null` for the end.
    pub(crate) async fn hears(&mut self) -> Value {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => {
                    let message: Value = serde_json::from_str(&text).unwrap();
                    if message["type"] != "input.audio" {
                        return message;
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Value::Null,
                Some(Ok(_)) => {}
            }
        }
    }

    /// The next messages of audio, as many.
    pub(crate) async fn hears_audio(&mut self, messages: usize) {
        let mut heard = 0;
        while heard < messages {
            let Some(Ok(Message::Text(text))) = self.0.next().await else {
                panic!("no more audio")
            };
            heard += usize::from(text.contains("input.audio"));
        }
    }
}

pub(crate) fn config() -> VoiceAgentConfigBuilder {
    let none = json!({"type": "object", "properties": {}, "required": []});
    VoiceAgentConfig::builder("Be brief.")
        .tools([VoiceTool::new("search", "Search the session.", none)])
        .records(Records::Keep)
}

pub(crate) fn client(config: VoiceAgentConfigBuilder) -> (VoiceAgentClient, Peer) {
    let (ends, far) = mpsc::channel(8);
    let connector = Connector::builder()
        .dial(std::sync::Arc::new(Pipes(ends)))
        .build()
        .unwrap();
    let origin = Origin::parse("ws://localhost:9").unwrap();
    let key = ApiKey::new("k3y").unwrap();
    (
        VoiceAgentClient::at(connector, &origin, key, config.build().unwrap()),
        Peer(far),
    )
}

/// A conversation that has begun, and the service at its other end.
pub(crate) async fn talk() -> (AgentHandle, AgentEvents, Peer, Service) {
    let (client, mut peer) = client(config());
    let answering = async {
        let mut service = peer.accept().await;
        assert_eq!(service.hears().await["type"], "session.update");
        service.is_ready().await;
        (peer, service)
    };
    let (opened, (peer, service)) = tokio::join!(client.connect(), answering);
    let (handle, events) = opened.unwrap();
    (handle, events, peer, service)
}

/// The next event that is of this kind.
pub(crate) async fn until(
    events: &mut AgentEvents,
    is: impl Fn(&AgentEvent) -> bool + Send + Sync,
) -> AgentEvent {
    let searching = async {
        loop {
            let event = events
                .next()
                .await
                .expect("more events")
                .expect("no failure");
            if is(&event) {
                return event;
            }
        }
    };
    timeout(Duration::from_secs(600), searching)
        .await
        .expect("the event comes")
}

impl Service {
    pub(crate) async fn closes(&mut self, code: u16) {
        use tokio_tungstenite::tungstenite::protocol::CloseFrame;
        let frame = CloseFrame {
            code: code.into(),
            reason: "".into(),
        };
        self.0.close(Some(frame)).await.unwrap();
    }
}
