//! A model that remembers what it has read.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use therapy_scribe_core::Privacy;
use therapy_scribe_notes::{ChatModel, ChatReply, ChatRequest, Finish, Result};

/// What it says to a request, and to how many it has answered before.
type Answer = dyn Fn(&ChatRequest, usize) -> String + Send + Sync;

/// A model that keeps what it was asked, and answers by it and by how often it was asked before.
pub(crate) struct Spy {
    asked: Mutex<Vec<ChatRequest>>,
    answer: Box<Answer>,
}

impl Spy {
    pub(crate) fn new(
        answer: impl Fn(&ChatRequest, usize) -> String + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            asked: Mutex::default(),
            answer: Box::new(answer),
        })
    }

    pub(crate) fn asked(&self) -> Vec<ChatRequest> {
        self.asked.lock().unwrap().clone()
    }

    /// Everything that it has read, request by request.
    pub(crate) fn read(&self) -> Vec<String> {
        let asked = self.asked();
        let text = |request: &ChatRequest| {
            let messages = request.messages.iter().map(|message| message.text.clone());
            let schema = request
                .schema
                .iter()
                .map(|schema| schema.schema.to_string());
            std::iter::once(request.system.clone())
                .chain(messages)
                .chain(schema)
                .collect::<Vec<_>>()
                .join("\n\n")
        };
        asked.iter().map(text).collect()
    }
}

impl std::fmt::Debug for Spy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Spy")
    }
}

#[async_trait]
impl ChatModel for Spy {
    fn name(&self) -> &'static str {
        "spy"
    }

    fn privacy(&self) -> Privacy {
        Privacy::local()
    }

    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply> {
        let before = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(request.clone());
            asked.len() - 1
        };
        Ok(ChatReply::new(
            (self.answer)(request, before),
            Finish::Complete,
        ))
    }
}
