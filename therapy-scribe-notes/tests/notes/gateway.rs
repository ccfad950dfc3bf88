//! The gateway's answers, refusals and failures, over a socket.

use std::sync::Arc;

use therapy_scribe_core::ApiKey;
use therapy_scribe_emulator::ChatReply;
use therapy_scribe_notes::{
    ChatModel, ChatRequest, Draft, Error, Fallbacks, FindingKind, Formats, Gateway, GatewayConfig,
    NoteWriter, Result, WallTime,
};
use therapy_scribe_transport::{Connector, Origin};

use crate::{emulator, gateway, transcript};

const TWO: &[&str] = &["claude-sonnet-4-6", "gemini-2.5-pro"];

async fn draft(gateway: Gateway) -> Result<Draft> {
    let format = Formats::default().get("dap").unwrap();
    NoteWriter::new(Arc::new(gateway))
        .draft(&transcript(), format)
        .await
}

/// What came of it, and which models were asked.
async fn outcome(replies: Vec<ChatReply>, models: &[&str]) -> (Result<Draft>, Vec<String>) {
    let emulator = emulator(replies).await;
    let drafted = draft(gateway(&emulator, models)).await;
    let asked = emulator.chat_requests();
    let asked = asked
        .iter()
        .map(|request| request["model"].as_str().unwrap().to_owned())
        .collect();
    emulator.stop().await;
    (drafted, asked)
}

#[tokio::test]
async fn no_draft_costs_more_than_three_calls_whatever_fails() {
    let down = || ChatReply::Status(500);
    let prose = || ChatReply::Prose;
    let cases = [
        vec![down(), down(), down(), down(), down()],
        vec![down(), down(), prose(), prose(), prose()],
        vec![prose(), prose(), prose(), prose()],
        vec![ChatReply::Refusal, ChatReply::Refusal, ChatReply::Refusal],
        vec![down(), ChatReply::Cut, ChatReply::Cut, ChatReply::Cut],
    ];
    for replies in cases {
        let name = format!("{replies:?}");
        for models in [TWO, &["claude-sonnet-4-6"], FIVE] {
            let (drafted, asked) = outcome(replies.clone(), models).await;
            assert!(asked.len() <= 3, "{name}: {asked:?}");
            assert!(drafted.is_err() || asked.len() > 1, "{name}: {asked:?}");
        }
    }
}

const FIVE: &[&str] = &[
    "claude-sonnet-4-6",
    "gemini-2.5-pro",
    "claude-opus-4-8",
    "gemini-2.5-flash",
    "claude-haiku-4-5-20251001",
];

#[tokio::test]
async fn a_model_that_says_nothing_has_declined_and_the_next_is_asked() {
    for reply in [ChatReply::Empty, ChatReply::Refusal, ChatReply::NoChoices] {
        let name = format!("{reply:?}");
        let (drafted, asked) = outcome(vec![reply], TWO).await;
        assert_eq!(asked, TWO, "{name}");
        assert_eq!(
            drafted.unwrap().provenance().model.as_deref(),
            Some(TWO[1]),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_sentence_that_is_cut_by_the_vendor_is_noticed() {
    let (drafted, asked) = outcome(vec![ChatReply::CutSentence], TWO).await;
    assert_eq!((drafted.unwrap().findings().len(), asked.len()), (0, 2));
    // Cut twice: the second model has its turn. Cut by both: a draft with a finding.
    let cut = || ChatReply::CutSentence;
    let (drafted, asked) = outcome(vec![cut(), cut()], TWO).await;
    assert_eq!(asked, [TWO[0], TWO[0], TWO[1]]);
    assert_eq!(drafted.unwrap().findings().len(), 0);
    let (drafted, _) = outcome(vec![cut(), cut(), cut()], TWO).await;
    let drafted = drafted.unwrap();
    let kinds = drafted.findings().iter().map(|finding| finding.kind);
    assert!(
        kinds
            .into_iter()
            .any(|kind| kind == FindingKind::Unfinished)
    );
}

#[tokio::test]
async fn a_repair_goes_to_the_model_that_wrote_it_and_prose_to_the_next() {
    let (drafted, asked) = outcome(vec![ChatReply::Refusal, ChatReply::BreaksSchema], TWO).await;
    assert_eq!(asked, [TWO[0], TWO[1], TWO[1]]);
    assert_eq!(drafted.unwrap().provenance().model.as_deref(), Some(TWO[1]));
    let (drafted, asked) = outcome(vec![ChatReply::Prose], TWO).await;
    assert_eq!(asked, TWO);
    assert_eq!(drafted.unwrap().provenance().model.as_deref(), Some(TWO[1]));
    let (drafted, asked) = outcome(vec![ChatReply::Prose, ChatReply::Status(500)], TWO).await;
    assert!(asked.len() == 3 && drafted.is_ok(), "{asked:?}");
}

#[tokio::test]
async fn a_crowded_service_is_left_alone_for_as_long_as_it_asks() {
    let (drafted, asked) = outcome(vec![ChatReply::RateLimited(0)], TWO).await;
    assert!(drafted.is_ok() && asked == [TWO[0], TWO[0]], "{asked:?}");
    // Longer than anybody waits in front of a screen: the next model, at once.
    let (drafted, asked) = outcome(vec![ChatReply::RateLimited(3600)], TWO).await;
    assert!(drafted.is_ok() && asked == TWO, "{asked:?}");
}

#[tokio::test]
async fn the_gateways_own_fallback_is_asked_once_and_names_no_author_it_cannot_know() {
    let emulator = emulator([]).await;
    let config = GatewayConfig::builder()
        .models(TWO.iter().copied())
        .fallbacks(Fallbacks::Gateway { depth: 1 })
        .build()
        .unwrap();
    let gateway = Gateway::at(
        &Connector::new().unwrap(),
        &Origin::parse(&emulator.llm_gateway_url()).unwrap(),
        ApiKey::new("key").unwrap(),
        config,
    )
    .unwrap();
    let reply = gateway
        .complete(&ChatRequest::new("Be brief.", "How are you?"))
        .await
        .unwrap();
    assert_eq!(reply.model, None);
    assert_eq!(emulator.chat_requests().len(), 1);
    emulator.stop().await;
}

#[tokio::test]
async fn a_host_learns_at_its_start_which_model_it_can_not_use() {
    let emulator = emulator([]).await;
    let now = WallTime::from_unix_millis(1_795_000_000_000);
    assert!(gateway(&emulator, TWO).check(now).await.is_ok());
    for model in ["claude-nobody-1", "claude-opus-4-8"] {
        let checked = gateway(&emulator, &[model]).check(now).await;
        assert!(matches!(checked, Err(Error::Model { .. })), "{model}");
    }
    emulator.stop().await;
}
