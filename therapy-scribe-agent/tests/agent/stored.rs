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
