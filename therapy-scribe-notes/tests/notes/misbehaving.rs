//! Models and services that misbehave: the gateway, and a server that speaks as OpenAI does, with the same answers.
//!
//! | what goes wrong | the test |
//! | --- | --- |
//! | prose | `prose_is_asked_about_and_then_kept_in_the_error` |
//! | fenced JSON, thinking aloud | `a_fence_and_thoughts_are_taken_off` |
//! | truncated JSON | `json_that_breaks_off_is_asked_for_with_twice_the_budget` |
//! | `length` | `a_budget_that_is_used_up_twice_is_an_error` |
//! | wrong types, extra fields | `a_broken_form_is_repaired_once_with_its_place_and_without_its_content` |
//! | a form that stays broken | `what_stays_broken_is_an_error_that_keeps_the_answer` |
//! | empty strings | `an_empty_note_is_asked_about_once_and_then_believed` |
//! | refusal, content filter, nothing at all | `a_refusal_in_any_shape_is_a_refusal` |
//! | 429 with `Retry-After` | `a_limit_with_a_time_is_waited_for_if_that_is_short` |
//! | 429 without | `a_limit_without_a_time_gets_ten_seconds` |
//! | 5xx | `a_fault_is_tried_again_and_three_are_enough` |
//! | no structured output | `a_model_without_structured_output_is_refused_or_asked_in_another_way` |
//! | structured output in name only | `a_server_that_fails_open_is_not_believed` |
//! | a slow body | `bodies::a_slow_body_is_read_and_one_without_end_is_given_up` |
//! | a body of 50 MB | `bodies::a_huge_body_is_refused_while_it_comes` |
//! | a prompt that the server cuts | `bodies::a_prompt_that_was_cut_is_no_basis_for_a_note` |

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use therapy_scribe_emulator::{ChatReply, Emulator, LocalServer};
use therapy_scribe_notes::{
    ChatModel, Draft, Error, Formats, GatewayConfig, JsonMode, NoteWriter, Result,
};

use crate::{bodies::at, emulator, gateway, openai::local, transcript};

pub(crate) const ONE: &[&str] = &["claude-sonnet-4-6"];

pub(crate) async fn draft(model: Arc<dyn ChatModel>) -> Result<Draft> {
    let format = Formats::default().get("dap").unwrap();
    NoteWriter::new(model).draft(&transcript(), format).await
}

/// What came of it, and what was asked: with the gateway, then with a local server.
async fn outcomes(replies: &[ChatReply]) -> [(Result<Draft>, Vec<Value>); 2] {
    let (remote, near) = (
        emulator(replies.to_vec()).await,
        emulator(replies.to_vec()).await,
    );
    let by_gateway = draft(Arc::new(gateway(&remote, ONE))).await;
    let by_server = draft(Arc::new(local(&near, |config| config))).await;
    let asked = [remote.chat_requests(), near.chat_requests()];
    let [first, second] = asked;
    remote.stop().await;
    near.stop().await;
    [(by_gateway, first), (by_server, second)]
}

pub(crate) fn dap(data: &Value) -> Value {
    json!({"data": data, "assessment": "", "plan": "", "risk_flags": [], "themes": []})
}

fn content(value: &Value) -> ChatReply {
    ChatReply::Content(value.to_string())
}

fn last_message(request: &Value) -> &str {
    let messages = request["messages"].as_array().unwrap();
    messages.last().unwrap()["content"].as_str().unwrap()
}

#[tokio::test]
async fn prose_is_asked_about_and_then_kept_in_the_error() {
    for (drafted, asked) in outcomes(&[ChatReply::Prose]).await {
        assert!(drafted.is_ok() && asked.len() == 2);
        assert!(last_message(&asked[1]).contains("must be one JSON object"));
    }
    let prose = || ChatReply::Prose;
    for (drafted, asked) in outcomes(&[prose(), prose(), prose()]).await {
        assert!(
            matches!(&drafted, Err(Error::NotANote { reply, .. }) if reply.expose().contains("productive")),
            "{drafted:?}"
        );
        assert_eq!(asked.len(), 3);
    }
}

#[tokio::test]
async fn a_fence_and_thoughts_are_taken_off() {
    for reply in [ChatReply::Fenced, ChatReply::Thinking] {
        for (drafted, asked) in outcomes(std::slice::from_ref(&reply)).await {
            assert!(
                drafted.is_ok() && asked.len() == 1,
                "{reply:?}: {drafted:?}"
            );
        }
    }
}

#[tokio::test]
async fn json_that_breaks_off_is_asked_for_with_twice_the_budget() {
    let broken_off = ChatReply::Content(r#"{"data":"Client sle"#.to_owned());
    for (drafted, asked) in outcomes(&[broken_off]).await {
        assert!(drafted.is_ok());
        let budgets: Vec<_> = asked
            .iter()
            .map(|request| request["max_tokens"].as_u64())
            .collect();
        assert_eq!(budgets[1], budgets[0].map(|budget| budget * 2));
    }
}

#[tokio::test]
async fn a_budget_that_is_used_up_twice_is_an_error() {
    let cut = || ChatReply::Cut;
    for (drafted, asked) in outcomes(&[cut()]).await {
        assert!(drafted.is_ok() && asked.len() == 2);
    }
    for (drafted, _) in outcomes(&[cut(), cut(), cut()]).await {
        assert!(
            matches!(drafted, Err(Error::OutOfBudget { .. })),
            "{drafted:?}"
        );
    }
}

#[tokio::test]
async fn a_broken_form_is_repaired_once_with_its_place_and_without_its_content() {
    let mut extra = dap(&json!("Client slept badly."));
    extra["CANARY"] = json!(1);
    let wrong_type = dap(&json!({"CANARY": 7}));
    for (value, told) in [
        (wrong_type, "`/data` must be of type \"string\""),
        (extra, "has a property that does not belong there"),
    ] {
        for (drafted, asked) in outcomes(&[content(&value)]).await {
            assert!(drafted.is_ok() && asked.len() == 2, "{told}: {drafted:?}");
            let last = last_message(&asked[1]);
            assert!(last.contains(told) && !last.contains("CANARY"), "{last}");
        }
    }
}

#[tokio::test]
async fn what_stays_broken_is_an_error_that_keeps_the_answer() {
    let wrong = content(&dap(&json!(7)));
    for (drafted, asked) in outcomes(&[wrong.clone(), wrong.clone(), wrong]).await {
        let Err(Error::Malformed {
            reply, problems, ..
        }) = drafted
        else {
            panic!("{drafted:?}")
        };
        assert!(reply.expose().contains("\"data\":7"));
        assert_eq!((problems, asked.len()), (1, 3));
    }
}

#[tokio::test]
async fn an_empty_note_is_asked_about_once_and_then_believed() {
    let empty = content(&dap(&json!("")));
    for (drafted, asked) in outcomes(std::slice::from_ref(&empty)).await {
        assert!(!drafted.unwrap().section("data").unwrap().is_empty());
        assert!(last_message(&asked[1]).contains("says nothing at all"));
    }
    for (drafted, _) in outcomes(&[empty.clone(), empty.clone(), empty]).await {
        assert_eq!(drafted.unwrap().section("data"), Some(""));
    }
    // One section may be empty: nothing is filled up.
    for (drafted, asked) in outcomes(&[content(&dap(&json!("Client slept badly.")))]).await {
        assert_eq!(
            (drafted.unwrap().section("plan"), asked.len()),
            (Some(""), 1)
        );
    }
}

#[tokio::test]
async fn a_refusal_in_any_shape_is_a_refusal() {
    let refusals = [
        ChatReply::Refusal,
        ChatReply::RefusalText("CANARY".to_owned()),
        ChatReply::NullContent,
        ChatReply::NoChoices,
        ChatReply::Empty,
        ChatReply::Finish(Some("content_filter".to_owned())),
        ChatReply::Finish(Some("SAFETY".to_owned())),
    ];
    for reply in refusals {
        for (drafted, asked) in outcomes(std::slice::from_ref(&reply)).await {
            assert!(
                matches!(drafted, Err(Error::Declined)),
                "{reply:?}: {drafted:?}"
            );
            assert_eq!(asked.len(), 1, "{reply:?}");
        }
    }
}

#[tokio::test]
async fn a_limit_with_a_time_is_waited_for_if_that_is_short() {
    for (drafted, asked) in outcomes(&[ChatReply::RateLimited(0)]).await {
        assert!(drafted.is_ok() && asked.len() == 2, "{drafted:?}");
    }
    for (drafted, asked) in outcomes(&[ChatReply::RateLimited(3600)]).await {
        let hour = Some(Duration::from_secs(3600));
        assert!(
            matches!(drafted, Err(Error::RateLimited { retry_after, .. }) if retry_after == hour),
            "{drafted:?}"
        );
        assert_eq!(asked.len(), 1);
    }
}

#[tokio::test]
async fn a_limit_without_a_time_gets_ten_seconds() {
    // With nothing left to wait, so that the test need not.
    let near = emulator([ChatReply::Status(429)]).await;
    let drafted = draft(Arc::new(local(&near, |config| config.waits(&[])))).await;
    let config = GatewayConfig::builder().models(ONE.iter().copied());
    let remote = emulator([ChatReply::Status(429)]).await;
    let by_gateway = draft(Arc::new(at(&remote.llm_gateway_url(), config.waits(&[])))).await;
    let ten = Some(Duration::from_secs(10));
    for drafted in [drafted, by_gateway] {
        assert!(
            matches!(drafted, Err(Error::RateLimited { retry_after, .. }) if retry_after == ten),
            "{drafted:?}"
        );
    }
    near.stop().await;
    remote.stop().await;
}

#[tokio::test]
async fn a_fault_is_tried_again_and_three_are_enough() {
    let faults = [
        ChatReply::Status(500),
        ChatReply::Nested(503),
        ChatReply::HtmlPage,
    ];
    for (drafted, asked) in outcomes(&faults[..2]).await {
        assert!(drafted.is_ok() && asked.len() == 3, "{drafted:?}");
    }
    for (drafted, asked) in outcomes(&faults).await {
        assert!(
            matches!(drafted, Err(Error::Service { status: 502, .. })),
            "{drafted:?}"
        );
        assert_eq!(asked.len(), 3);
    }
}

async fn server(kind: LocalServer) -> Emulator {
    let emulator = Emulator::builder().local_server(kind);
    emulator.start().await.unwrap()
}

#[tokio::test]
async fn a_model_without_structured_output_is_refused_or_asked_in_another_way() {
    let remote = emulator([]).await;
    let drafted = draft(Arc::new(gateway(&remote, &["claude-opus-4-8"]))).await;
    assert!(matches!(drafted, Err(Error::Model { .. })), "{drafted:?}");
    remote.stop().await;
    for (kind, requests) in [
        (LocalServer::Schema, 1),
        (LocalServer::Object, 2),
        (LocalServer::Plain, 3),
    ] {
        let near = server(kind).await;
        let client = local(&near, |config| config);
        assert!(draft(Arc::new(client.clone())).await.is_ok(), "{kind:?}");
        assert_eq!(near.chat_requests().len(), requests, "{kind:?}");
        // It is remembered, by clones too.
        assert!(draft(Arc::new(client)).await.is_ok(), "{kind:?}");
        assert_eq!(near.chat_requests().len(), requests + 1, "{kind:?}");
        let strict = local(&near, |config| config.least(JsonMode::Schema));
        let is_allowed = kind == LocalServer::Schema;
        let drafted = draft(Arc::new(strict)).await;
        assert_eq!(drafted.is_ok(), is_allowed, "{kind:?}: {drafted:?}");
        assert!(is_allowed || matches!(drafted, Err(Error::Model { .. })));
        near.stop().await;
    }
}

#[tokio::test]
async fn a_request_that_was_refused_for_its_form_costs_no_try() {
    let builder = Emulator::builder().local_server(LocalServer::Plain);
    let faults = [ChatReply::Status(500), ChatReply::Status(500)];
    let near = builder.chat_replies(faults).start().await.unwrap();
    let drafted = draft(Arc::new(local(&near, |config| config))).await;
    assert!(drafted.is_ok(), "{drafted:?}");
    assert_eq!(near.chat_requests().len(), 5);
    near.stop().await;
}

#[tokio::test]
async fn a_server_that_fails_open_is_not_believed() {
    let near = server(LocalServer::FailsOpen).await;
    let drafted = draft(Arc::new(local(&near, |config| config))).await;
    assert!(
        matches!(drafted, Err(Error::NotANote { .. })),
        "{drafted:?}"
    );
    near.stop().await;
}
