//! A typed conversation: what the model calls, what the clinician types, and that neither saves.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::{Value, json};
use therapy_scribe_agent::{
    Accept, PromptBudget, SaveOutcome, StillAnswering, TypedEvent, TypedRefused, TypedTalk,
};
use therapy_scribe_core::Privacy;
use therapy_scribe_notes::{
    ChatMessage, ChatModel, ChatReply, ChatRequest, ChatToolCall, Error, Finish, Speaker,
};
use tokio::time::timeout;

use crate::{injected::SAID, talk::Talk};

/// Gives these answers, a second each, and says "Well." after them.
#[derive(Debug, Default)]
struct Chat {
    replies: Mutex<VecDeque<Result<ChatReply, Error>>>,
    asked: Mutex<Vec<ChatRequest>>,
    without_tools: bool,
}

#[async_trait]
impl ChatModel for Chat {
    fn name(&self) -> &'static str {
        "the scripted model"
    }

    fn privacy(&self) -> Privacy {
        Privacy::local()
    }

    fn takes_tools(&self) -> bool {
        !self.without_tools
    }

    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply, Error> {
        self.asked.lock().unwrap().push(request.clone());
        tokio::time::sleep(Duration::from_secs(1)).await;
        let reply = self.replies.lock().unwrap().pop_front();
        reply.unwrap_or_else(|| Ok(ChatReply::new("Well.", Finish::Complete)))
    }
}

impl Chat {
    fn answers(&self, reply: ChatReply) {
        self.replies.lock().unwrap().push_back(Ok(reply));
    }

    fn calls(&self, calls: &[(&str, &str, Value)]) {
        let calls = calls
            .iter()
            .map(|(id, name, args)| ChatToolCall::new(*id, *name, args.clone()));
        self.answers(ChatReply::new("", Finish::ToolCall).calls(calls));
    }

    fn last_asked(&self) -> Vec<ChatMessage> {
        self.asked.lock().unwrap().last().unwrap().messages.clone()
    }
}

/// Every call is answered once, right after the message that asked for it.
fn assert_in_order(messages: &[ChatMessage]) {
    let mut open: Vec<&str> = Vec::new();
    for message in messages {
        if let Some(id) = message.answers.as_deref() {
            assert_eq!(open.remove(0), id);
        } else {
            assert!(open.is_empty(), "{messages:?}");
        }
        open.extend(message.calls.iter().map(|call| call.id.as_str()));
    }
    assert!(open.is_empty(), "{messages:?}");
}

struct Typed {
    talk: Talk,
    chat: Arc<Chat>,
    line: TypedTalk,
}

impl Typed {
    fn new() -> Self {
        Self::about(Talk::new(Accept::Host))
    }

    fn about(talk: Talk) -> Self {
        let chat = Arc::new(Chat::default());
        let model = Arc::<Chat>::clone(&chat);
        let line = TypedTalk::new(talk.desk.clone(), model, PromptBudget::default()).unwrap();
        Self { talk, chat, line }
    }

    /// All that happens until nothing does.
    async fn rest(&mut self) -> Vec<TypedEvent> {
        let mut events = Vec::new();
        while let Ok(event) = timeout(Duration::from_secs(5), self.line.next()).await {
            events.push(event);
        }
        assert!(self.line.is_idle());
        assert_in_order(&self.chat.last_asked());
        events
    }

    async fn say(&mut self, line: &str) -> Vec<TypedEvent> {
        self.line.say(line).unwrap();
        self.rest().await
    }
}

/// In short.
fn told(events: &[TypedEvent]) -> Vec<String> {
    let short = |event: &TypedEvent| match event {
        TypedEvent::Called(call) => format!("call {}", call.name),
        TypedEvent::Settled(settled) => {
            let result = settled.outcome.result.expose();
            let status = result.get("status").and_then(Value::as_str);
            format!("done {}", status.unwrap_or("-"))
        }
        TypedEvent::Said(text) => format!("said {}", text.expose()),
        TypedEvent::Announced(_) => "announced".to_owned(),
        TypedEvent::Pending(_) => "pending".to_owned(),
        TypedEvent::Failed(error) => format!("failed {error}"),
        _ => "stopped".to_owned(),
    };
    events.iter().map(short).collect()
}

#[tokio::test(start_paused = true)]
async fn a_line_is_answered_with_tools_and_long_work_announces_itself() {
    let mut it = Typed::new();
    it.chat.calls(&[("a", "generate_dap_note", json!({}))]);
    it.line.say("Generate the DAP note.").unwrap();
    assert_eq!(it.line.say("And?"), Err(StillAnswering));
    let events = told(&it.rest().await);
    assert_eq!(
        events,
        [
            "call generate_dap_note",
            "done started",
            "said Well.",
            "announced",
            "said Well."
        ]
    );
    let messages = it.chat.last_asked();
    let notice = &messages[messages.len() - 1].text;
    assert!(
        notice.starts_with("[Notice: The DAP") && notice.contains("ready"),
        "{notice}"
    );
    it.chat.calls(&[
        ("a", "read_note", json!({"section": "plan"})),
        ("a", "list_themes", json!("{}")),
        ("", "read_note", json!({})),
    ]);
    let events = it.say("Read me the plan and the themes.").await;
    assert_eq!(events.len(), 7, "{:?}", told(&events));
    let messages = it.chat.last_asked();
    let answers = &messages[messages.len() - 3..];
    assert!(answers[0].text.contains("Sleep diary."));
    assert!(answers[1].text.contains("work"));
    assert!(answers[2].text.contains("`section` is missing"));
    assert!(
        it.chat.asked.lock().unwrap()[0]
            .system
            .contains("<session_transcript>")
    );
}

#[tokio::test(start_paused = true)]
async fn twenty_calls_and_any_words_save_nothing_and_the_hosts_yes_saves_once() {
    let mut it = Typed::about(Talk::with_note(Accept::Host).await);
    let save = ("s", "save_to_ehr", json!({"confirmation": "yes, save it"}));
    it.chat.calls(&vec![save.clone(); 20]);
    let mut pending = Vec::new();
    let mut lines: Vec<&str> = vec!["save", "Yes, save it.", "yes", "y", "I confirm."];
    lines.extend(SAID);
    for line in lines {
        it.chat.calls(std::slice::from_ref(&save));
        it.chat.answers(ChatReply::new(line, Finish::Complete));
        let events = it.say(line).await;
        pending.extend(events.into_iter().filter_map(|event| match event {
            TypedEvent::Pending(pending) => Some(pending),
            _ => None,
        }));
        assert_eq!(it.talk.record.count(), 0, "{line}");
        assert!(it.talk.desk.signed().is_none(), "{line}");
    }
    let pending = pending.last().unwrap();
    let open = it.talk.desk.pending().unwrap();
    assert_eq!(*pending, open);
    let confirmed = it.talk.desk.confirm(open.request, &open.content).await;
    assert_eq!(confirmed, Ok(SaveOutcome::Saved));
    it.chat.calls(&vec![save; 20]);
    let events = told(&it.say("Push it to the EHR.").await);
    assert!(events.contains(&"announced".to_owned()) || events.contains(&"done saved".to_owned()));
    assert_eq!(it.talk.record.count(), 1);
    assert!(it.talk.desk.is_saved());
}

#[tokio::test(start_paused = true)]
async fn a_request_is_told_once_and_a_change_voids_it() {
    let mut it = Typed::about(Talk::with_note(Accept::Host).await);
    let save = [("s", "save_to_ehr", json!({}))];
    it.chat.calls(&save);
    it.chat.calls(&save);
    let events = told(&it.say("Push it.").await);
    assert_eq!(events.iter().filter(|event| *event == "pending").count(), 1);
    let asked = it.talk.desk.pending().unwrap();
    it.chat
        .calls(&[("a", "add_addendum", json!({"text": "Called back."}))]);
    it.say("Add an addendum: called back.").await;
    assert!(it.talk.desk.pending().is_none());
    let late = it.talk.desk.confirm(asked.request, &asked.content).await;
    assert!(late.is_err());
    assert_eq!(it.talk.record.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_model_that_never_stops_calling_is_stopped_and_the_talk_goes_on() {
    let mut it = Typed::new();
    for _ in 0..50 {
        it.chat.calls(&[("same", "list_themes", json!({}))]);
    }
    let events = told(&it.say("Themes?").await);
    assert_eq!(events.last().unwrap(), "stopped");
    assert_eq!(
        events
            .iter()
            .filter(|event| event.starts_with("call"))
            .count(),
        10
    );
    it.chat.replies.lock().unwrap().clear();
    assert_eq!(told(&it.say("Thanks.").await), ["said Well."]);
}

#[tokio::test(start_paused = true)]
async fn an_announcement_gives_no_more_calls_than_the_line_did() {
    let mut it = Typed::new();
    // A model that writes the note anew whenever it hears that it is written.
    for _ in 0..200 {
        it.chat.calls(&[("g", "generate_dap_note", json!({}))]);
        it.chat.answers(ChatReply::new("Again.", Finish::Complete));
    }
    let events = told(&it.say("Generate the DAP note.").await);
    let drafted = events.iter().filter(|event| *event == "done started");
    assert!(drafted.count() <= 10, "{events:?}");
}

#[tokio::test(start_paused = true)]
async fn a_failure_ends_the_turn_and_not_the_talk() {
    let mut it = Typed::new();
    it.chat.calls(&[("a", "list_themes", json!({}))]);
    it.chat
        .replies
        .lock()
        .unwrap()
        .push_back(Err(Error::Declined));
    let events = told(&it.say("Themes?").await);
    assert!(
        events
            .last()
            .unwrap()
            .starts_with("failed the model declined"),
        "{events:?}"
    );
    let blank = ChatReply::new(" ", Finish::Complete);
    it.chat.answers(blank);
    assert!(told(&it.say("Hello?").await)[0].starts_with("failed"));
    assert_eq!(told(&it.say("Hello?").await), ["said Well."]);
    let speakers = it.chat.last_asked();
    let users = speakers.iter().filter(|m| m.speaker == Speaker::User);
    assert_eq!(users.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_next_that_is_dropped_has_lost_nothing() {
    let mut it = Typed::new();
    it.chat.calls(&[
        ("a", "generate_dap_note", json!({})),
        ("b", "list_themes", json!({})),
    ]);
    it.line.say("Generate the DAP note.").unwrap();
    let mut events = Vec::new();
    for _ in 0..400 {
        if let Ok(event) = timeout(Duration::from_millis(20), it.line.next()).await {
            events.push(event);
        }
    }
    let events = told(&events);
    let count = |what: &str| {
        events
            .iter()
            .filter(|event| event.starts_with(what))
            .count()
    };
    assert_eq!(
        (
            count("call"),
            count("done"),
            count("said"),
            count("announced")
        ),
        (2, 2, 2, 1)
    );
    assert_eq!(it.chat.asked.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn who_calls_no_tools_or_takes_a_yes_by_voice_is_refused() {
    let refused = |accept, without_tools| {
        let model = Arc::new(Chat {
            without_tools,
            ..Chat::default()
        });
        TypedTalk::new(Talk::new(accept).desk, model, PromptBudget::default()).err()
    };
    assert!(matches!(
        refused(Accept::Host, true),
        Some(TypedRefused::NoTools { .. })
    ));
    assert_eq!(
        refused(Accept::HostOrVoice, false),
        Some(TypedRefused::AcceptsVoice)
    );
    assert_eq!(refused(Accept::Host, false), None);
}
