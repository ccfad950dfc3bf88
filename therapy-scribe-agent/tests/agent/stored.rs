//! Agents that are stored at the service: kept there, talked to by their id, deleted.

use futures_util::StreamExt as _;
use serde_json::json;
use therapy_scribe_agent::{
    AgentEvent, Error, OwnModel, VoiceAgentClient, VoiceAgentConfig, VoiceTool,
    config::{ExecutionMode, Webhook, WebhookEvent},
};
use therapy_scribe_core::ApiKey;
use therapy_scribe_emulator::Emulator;
use therapy_scribe_transport::{Connector, Origin};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::peer::{config, until};

async fn service(key: &str) -> (Emulator, VoiceAgentClient) {
    let emulator = Emulator::builder().speed(20.0).start().await.unwrap();
    let origin = Origin::parse(&emulator.agents_url()).unwrap();
    let (connector, key) = (Connector::new().unwrap(), ApiKey::new(key).unwrap());
    let config = config().greeting("Hello.").build().unwrap();
    let client = VoiceAgentClient::at(connector, &origin, key, config);
    (emulator, client)
}

fn model(url: &str) -> OwnModel {
    OwnModel::new(url, "clinic-1", ApiKey::new("CANARY").unwrap())
}

#[tokio::test]
async fn an_agent_is_stored_talked_to_by_its_id_and_deleted() {
    let (emulator, client) = service("key").await;
    let own = model("https://llm.clinic.example/v1");
    assert!(!format!("{own:?}").contains("CANARY"));
    let id = client.store_agent("Desk", Some(own)).await.unwrap();

    let stored = VoiceAgentConfig::stored(&id).build().unwrap();
    let (handle, mut events) = client
        .clone()
        .config(stored.clone())
        .connect()
        .await
        .unwrap();
    let said = until(&mut events, |event| {
        matches!(event, AgentEvent::AgentSaid(_))
    })
    .await;
    let AgentEvent::AgentSaid(said) = said else {
        unreachable!()
    };
    assert_eq!(said.text.expose(), "Hello.");
    handle.end().await.unwrap();
    let last = events.collect::<Vec<_>>().await.pop();
    assert!(matches!(last, Some(Ok(AgentEvent::Closed(stats))) if stats.confirmed));

    client.delete_agent(&id).await.unwrap();
    let again = client.delete_agent(&id).await.unwrap_err();
    assert!(again.to_string().contains("agent_not_found"), "{again}");
    let gone = client.config(stored).connect().await.unwrap_err();
    assert!(gone.to_string().contains("agent_not_found"), "{gone}");
    emulator.stop().await;
}

#[tokio::test]
async fn what_the_service_would_not_store_is_refused_before_it_is_asked() {
    let (emulator, client) = service("bad-key").await;
    let none = json!({"type": "object", "properties": {}, "required": []});
    let holds = VoiceTool::new("save", "Save it.", none).execution_mode(ExecutionMode::Hold);
    let events = [WebhookEvent::SessionCompleted];
    let webhook = Webhook::new("https://clinic.example", events);
    for (config, name, own, said) in [
        (config(), " ", None, "`name`"),
        (
            config(),
            "Desk",
            Some(model("http://llm.example")),
            "llm.base_url",
        ),
        (config().tools([holds]), "Desk", None, "hold"),
        (config().webhook(webhook), "Desk", None, "webhook"),
        (VoiceAgentConfig::stored("agent_1"), "Desk", None, "stored"),
    ] {
        let client = client.clone().config(config.build().unwrap());
        let error = client.store_agent(name, own).await.unwrap_err();
        assert!(matches!(error, Error::Config(_)), "{error}");
        assert!(error.to_string().contains(said), "{error}");
    }
    // What it refuses itself, beginning with a key that it does not know.
    let error = client.store_agent("Desk", None).await.unwrap_err();
    assert!(matches!(error, Error::Auth), "{error}");
    emulator.stop().await;
}

#[tokio::test]
async fn what_the_service_refuses_is_told_with_its_field() {
    let (emulator, client) = service("key").await;
    let client = client.config(config().voice("ivy").build().unwrap());
    let error = client.store_agent("Desk", None).await.unwrap_err();
    assert!(error.to_string().contains("output.voice"), "{error}");
    emulator.stop().await;
}

/// What is posted to an address of this machine: the signature and the body of each.
async fn posted(listener: TcpListener, count: usize) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    while all.len() < count {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut text = String::new();
        while !text.contains("\r\n\r\n") || !text.ends_with('}') {
            let mut piece = [0; 4096];
            let read = stream.read(&mut piece).await.unwrap();
            text.push_str(std::str::from_utf8(&piece[..read]).unwrap());
        }
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            .await
            .unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        let (_, signature) = lines.find(|(name, _)| *name == "x-aai-signature").unwrap();
        all.push((signature.to_owned(), body.as_bytes().to_vec()));
    }
    all
}

#[tokio::test]
async fn a_webhook_is_told_of_begin_and_end_and_what_it_is_told_is_genuine() {
    let (emulator, client) = service("key").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/talks", listener.local_addr().unwrap());
    let secret = ApiKey::new("s".repeat(32)).unwrap();
    let events = [WebhookEvent::SessionStarted, WebhookEvent::SessionCompleted];
    let webhook = Webhook::new(url, events).secret(secret.clone());
    let client = client.config(config().webhook(webhook).build().unwrap());
    let (handle, events) = client.connect().await.unwrap();
    let ending = async {
        handle.end().await.unwrap();
        events.collect::<Vec<_>>().await
    };
    let (posted, _) = tokio::join!(posted(listener, 2), ending);
    for ((signature, body), event) in posted.iter().zip(["session.started", "session.completed"]) {
        let time: u64 = signature[2..].split(',').next().unwrap().parse().unwrap();
        assert_eq!(Webhook::verify(&secret, signature, body, time), Ok(()));
        let told: serde_json::Value = serde_json::from_slice(body).unwrap();
        assert_eq!(told["event"], event);
        let other = ApiKey::new("t".repeat(32)).unwrap();
        assert!(Webhook::verify(&other, signature, body, time).is_err());
    }
    emulator.stop().await;
}
