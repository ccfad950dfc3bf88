//! Tools over a socket: offered to the gateway and to a server that speaks as OpenAI does, called, and answered.

use std::sync::Arc;

use serde_json::json;
use therapy_scribe_core::Privacy;
use therapy_scribe_emulator::ChatReply as Ordered;
use therapy_scribe_notes::{
    ChatMessage, ChatModel, ChatReply, ChatRequest, ChatTool, Error, Finish, NameKind,
    OpenAiCompatible, OpenAiConfig, Pseudonymised, Pseudonyms, Speaker,
};

use crate::{emulator, gateway, spy::Spy};

fn tools() -> Vec<ChatTool> {
    let section = json!({"type": "object", "required": ["section"],
        "properties": {"section": {"type": "string", "examples": ["plan"]}}});
    let none = json!({"type": "object", "properties": {}, "required": []});
    vec![
        ChatTool::new("read_note", "To hear a section of the note.", section),
        ChatTool::new(
            "save_to_ehr",
            "To save the note, or push it to the EHR.",
            none,
        ),
    ]
}

fn asks(messages: Vec<ChatMessage>) -> ChatRequest {
    ChatRequest::conversation("You are a scribe.", messages).tools(tools())
}

/// A line is answered with a call, and the call's outcome with words.
async fn round_trip(model: &dyn ChatModel) {
    assert!(model.takes_tools());
    let mut said = vec![ChatMessage::new(Speaker::User, "Read me the plan section.")];
    let reply = model.complete(&asks(said.clone())).await.unwrap();
    assert_eq!(reply.finish, Finish::ToolCall);
    assert_eq!(reply.content.expose(), "");
    let [call] = reply.calls.as_slice() else {
        panic!("{:?}", reply.calls);
    };
    assert_eq!(call.name, "read_note");
    assert_eq!(*call.arguments.expose(), json!({"section": "plan"}));
    assert!(!call.id.is_empty());
    said.push(ChatMessage::calling(
        reply.content.into_inner(),
        reply.calls.clone(),
    ));
    said.push(ChatMessage::outcome(
        &call.id,
        json!({"text": "Sleep diary."}).to_string(),
    ));
    let reply = model.complete(&asks(said.clone())).await.unwrap();
    assert_eq!(
        (reply.content.expose().as_str(), reply.finish),
        ("Sleep diary.", Finish::Complete)
    );
    assert!(reply.calls.is_empty());
    // A call without its answer is refused, so that such a history is noticed.
    said.pop();
    assert!(matches!(
        model.complete(&asks(said)).await,
        Err(Error::Refused { status: 400, .. })
    ));
}

#[tokio::test]
async fn both_clients_offer_tools_and_answer_calls() {
    let emulator = emulator(Vec::new()).await;
    for vendor in ["claude-sonnet-4-6", "gemini-2.5-pro"] {
        round_trip(&gateway(&emulator, &[vendor])).await;
    }
    let config = OpenAiConfig::builder(emulator.local_llm_url(), "local-8b", Privacy::local());
    let local = OpenAiCompatible::new(config.build().unwrap()).unwrap();
    round_trip(&local).await;
    emulator.stop().await;
}

#[tokio::test]
async fn the_catalogue_says_who_takes_tools_and_unasked_calls_are_handed_on() {
    let emulator = emulator(vec![Ordered::Calls(vec![(
        "x".to_owned(),
        json!({"a": 1}),
    )])])
    .await;
    let model = gateway(&emulator, &["claude-sonnet-4-6"]);
    let catalogue = model.models().await.unwrap();
    let takes = |id: &str| catalogue.iter().find(|model| model.id == id).unwrap().tools;
    assert!(takes("claude-opus-4-8") && !takes("gpt-oss-20b"));
    // What was not offered may be called all the same; who asked decides.
    let request = ChatRequest::new("", "Hello");
    let reply: ChatReply = model.complete(&request).await.unwrap();
    assert_eq!(reply.calls[0].name, "x");
    emulator.stop().await;
}

#[tokio::test]
async fn names_are_exchanged_in_arguments_and_outcomes_too() {
    let spy = Spy::new(|request, _| {
        assert!(!format!("{:?}", request.messages[0].text).contains("Konstantin"));
        request.messages[2].text.clone()
    });
    let names = Pseudonyms::new([(NameKind::Person, "Konstantin")]);
    let inner: Arc<dyn ChatModel> = Arc::<Spy>::clone(&spy);
    let model = Pseudonymised::new(inner, names);
    let call = therapy_scribe_notes::ChatToolCall::new(
        "c",
        "search",
        json!({"topic": ["Konstantin", 1], "deep": {"er": "for Konstantin"}}),
    );
    let said = vec![
        ChatMessage::new(Speaker::User, "What about Konstantin?"),
        ChatMessage::calling("", vec![call]),
        ChatMessage::outcome("c", "{\"said\":\"Konstantin slept.\"}"),
    ];
    let reply = model.complete(&asks(said)).await.unwrap();
    assert_eq!(reply.content.expose(), "{\"said\":\"Konstantin slept.\"}");
    let asked = &spy.asked()[0];
    let sent = asked.messages[1].calls[0].arguments.expose();
    assert_eq!(
        *sent,
        json!({"topic": ["[PERSON_1]", 1], "deep": {"er": "for [PERSON_1]"}})
    );
    let tool = ChatTool::new("find", "Finds Konstantin.", json!({}));
    let request = ChatRequest::new("", "Hello").tools([tool]);
    assert!(matches!(
        model.complete(&request).await,
        Err(Error::NameLeft { .. })
    ));
}
