//! Answers that are slow, huge, or to less than was asked.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use therapy_scribe_core::ApiKey;
use therapy_scribe_notes::{
    ChatModel, Error, Gateway, GatewayConfig, GatewayConfigBuilder, OpenAiCompatible,
};
use therapy_scribe_transport::{self as transport, Connector, Origin};
use tokio::io::AsyncWriteExt;

use crate::{
    misbehaving::{ONE, dap, draft},
    openai, raw,
};

/// A gateway at an origin.
pub(crate) fn at(origin: &str, config: GatewayConfigBuilder) -> Gateway {
    let connector = Connector::new().unwrap();
    let (origin, key) = (Origin::parse(origin).unwrap(), ApiKey::new("key").unwrap());
    Gateway::at(&connector, &origin, key, config.build().unwrap()).unwrap()
}

/// Both clients of a server of which they are asked once, with this deadline.
fn clients(origin: &str, timeout: Duration) -> [Arc<dyn ChatModel>; 2] {
    let config = GatewayConfig::builder().models(ONE.iter().copied());
    let gateway = at(origin, config.waits(&[]).timeout(timeout));
    let config = openai::config(&format!("{origin}/v1"), "m");
    let config = config.waits(&[]).timeout(timeout).build().unwrap();
    [
        Arc::new(gateway),
        Arc::new(OpenAiCompatible::new(config).unwrap()),
    ]
}

/// An answer as a service gives it.
fn answer(input_tokens: u32) -> String {
    let note = dap(&json!("Client slept badly.")).to_string();
    json!({"choices": [{"message": {"content": note}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": input_tokens, "completion_tokens": 40}})
    .to_string()
}

#[tokio::test]
async fn a_slow_body_is_read_and_one_without_end_is_given_up() {
    let origin = raw::serve(|mut stream| async move {
        raw::write_in_pieces(&mut stream, &answer(4000), 7).await;
    })
    .await;
    for client in clients(&origin, Duration::from_secs(60)) {
        let drafted = draft(client).await.unwrap();
        assert_eq!(drafted.section("data"), Some("Client slept badly."));
    }
    let origin = raw::serve(|mut stream| async move {
        let begin = raw::head(1000) + "{\"choices\":";
        stream.write_all(begin.as_bytes()).await.unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    for client in clients(&origin, Duration::from_millis(50)) {
        let drafted = draft(client).await;
        assert!(
            matches!(
                drafted,
                Err(Error::Transport(transport::Error::Timeout { .. }))
            ),
            "{drafted:?}"
        );
    }
}

#[tokio::test]
async fn a_huge_body_is_refused_while_it_comes() {
    const HUGE: usize = 50 << 20;
    /// What may lie in buffers between server and client.
    const ON_THE_WAY: usize = 16 << 20;
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let origin = raw::serve(move |mut stream| {
        let sent = Arc::clone(&counted);
        async move {
            let piece = vec![b' '; 64 << 10];
            let _ = stream.write_all(raw::head(HUGE).as_bytes()).await;
            for _ in 0..HUGE / piece.len() {
                if stream.write_all(&piece).await.is_err() {
                    return;
                }
                sent.fetch_add(piece.len(), Ordering::Relaxed);
            }
        }
    })
    .await;
    for client in clients(&origin, Duration::from_secs(60)) {
        sent.store(0, Ordering::Relaxed);
        let drafted = draft(client).await;
        assert!(
            matches!(
                drafted,
                Err(Error::Transport(transport::Error::TooLarge { .. }))
            ),
            "{drafted:?}"
        );
        let sent = sent.load(Ordering::Relaxed);
        assert!(sent < ON_THE_WAY, "{sent} bytes were taken");
    }
}

#[tokio::test]
async fn a_prompt_that_was_cut_is_no_basis_for_a_note() {
    let origin = raw::serve(|mut stream| async move {
        raw::write_in_pieces(&mut stream, &answer(50), 4096).await;
    })
    .await;
    let [_, server] = clients(&origin, Duration::from_secs(60));
    let drafted = draft(server).await;
    assert!(matches!(drafted, Err(Error::TooLong { .. })), "{drafted:?}");
}
