//! A server that speaks as OpenAI does, over a socket.

use std::{sync::Arc, time::Duration};

use therapy_scribe_core::{ApiKey, Privacy};
use therapy_scribe_emulator::{Emulator, LocalServer};
use therapy_scribe_notes::{
    ChatModel, Error, Formats, NoteWriter, OpenAiCompatible, OpenAiConfig, OpenAiConfigBuilder,
    WallTime,
};

use crate::{emulator, transcript};

/// For a server of this machine that does not wait between its tries.
pub(crate) fn config(base: &str, model: &str) -> OpenAiConfigBuilder {
    OpenAiConfig::builder(base, model, Privacy::local())
        .context_window(32_768)
        .waits(&[Duration::ZERO, Duration::ZERO])
}

/// A client of the emulator's local server.
pub(crate) fn local(
    emulator: &Emulator,
    with: impl FnOnce(OpenAiConfigBuilder) -> OpenAiConfigBuilder,
) -> OpenAiCompatible {
    let config = config(&emulator.local_llm_url(), "local-8b");
    OpenAiCompatible::new(with(config).build().unwrap()).unwrap()
}

#[tokio::test]
async fn every_built_in_format_is_drafted_with_its_schema_in_the_prompt() {
    let formats = Formats::new();
    let emulator = emulator([]).await;
    let writer = NoteWriter::new(Arc::new(local(&emulator, |config| config)));
    for id in formats.ids() {
        let format = formats.get(id).unwrap();
        let draft = writer.draft(&transcript(), Arc::clone(&format)).await;
        let provenance = draft.unwrap().provenance().clone();
        assert_eq!(provenance.model.as_deref(), Some("local-8b"), "{id}");
        assert!(provenance.request_id.is_none() && provenance.output_tokens > 0);
        let asked = emulator.chat_requests();
        let asked = asked.last().unwrap();
        let system = asked["messages"][0]["content"].as_str().unwrap();
        assert!(system.contains(&format.schema().to_string()), "{id}");
        let form = &asked["response_format"]["json_schema"];
        assert_eq!(
            (&form["strict"], &form["schema"]),
            (&true.into(), format.schema())
        );
    }
    emulator.stop().await;
}

#[tokio::test]
async fn a_key_is_sent_as_bearer_and_a_wrong_one_is_told() {
    let emulator = Emulator::builder().api_key("right").start().await.unwrap();
    let ask = async |key: Option<&str>| {
        let client = local(&emulator, |config| match key {
            Some(key) => config.key(ApiKey::new(key).unwrap()),
            None => config,
        });
        assert!(!format!("{client:?}").contains("right"));
        let format = Formats::new().get("dap").unwrap();
        let writer = NoteWriter::new(Arc::new(client));
        writer.draft(&transcript(), format).await
    };
    assert!(ask(Some("right")).await.is_ok());
    for key in [Some("wrong"), None] {
        assert!(matches!(ask(key).await, Err(Error::Auth)));
    }
    emulator.stop().await;
}

#[tokio::test]
async fn the_budget_has_the_name_that_the_server_takes() {
    let kind = LocalServer::OnlyCompletionTokens;
    let emulator = Emulator::builder().local_server(kind);
    let emulator = emulator.start().await.unwrap();
    let writer = NoteWriter::new(Arc::new(local(&emulator, |config| config)));
    for requests in [2, 3] {
        let format = Formats::new().get("dap").unwrap();
        writer.draft(&transcript(), format).await.unwrap();
        let asked = emulator.chat_requests();
        let last = asked.last().unwrap();
        assert_eq!(asked.len(), requests);
        assert!(last["max_completion_tokens"].is_u64() && last["max_tokens"].is_null());
    }
    emulator.stop().await;
}

#[tokio::test]
async fn a_host_learns_at_its_start_whether_the_server_can_be_used() {
    let emulator = emulator([]).await;
    let now = WallTime::from_unix_millis(0);
    let fine = local(&emulator, |config| config);
    assert!(fine.check(now).await.is_ok());
    assert_eq!(fine.context_window(), Some(32_768));
    let small = local(&emulator, |config| config.context_window(100_000));
    let checked = small.check(now).await;
    assert!(matches!(checked, Err(Error::Model { .. })), "{checked:?}");
    emulator.stop().await;
    assert!(matches!(fine.check(now).await, Err(Error::Transport(_))));
}

#[tokio::test]
async fn a_model_that_the_server_does_not_have_is_named() {
    let emulator = emulator([]).await;
    let config = config(&emulator.local_llm_url(), "nobody").build().unwrap();
    let model = Arc::new(OpenAiCompatible::new(config).unwrap());
    let format = Formats::new().get("dap").unwrap();
    let error = NoteWriter::new(model).draft(&transcript(), format).await;
    assert!(
        matches!(&error, Err(Error::Model { model, .. }) if model == "nobody"),
        "{error:?}"
    );
    emulator.stop().await;
}
