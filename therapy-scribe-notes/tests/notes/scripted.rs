//! A model that says what it is told: the second implementation of the seam.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use therapy_scribe_core::Privacy;
use therapy_scribe_notes::{ChatModel, ChatReply, ChatRequest, Error, Finish, Result};

#[derive(Debug)]
pub(crate) struct Scripted {
    replies: Mutex<VecDeque<(usize, String)>>,
    asked: Mutex<Vec<ChatRequest>>,
}

impl Scripted {
    /// Answers with these texts, each of which took so many calls.
    pub(crate) fn new(replies: impl IntoIterator<Item = (usize, String)>) -> Self {
        Self {
            replies: Mutex::new(replies.into_iter().collect()),
            asked: Mutex::default(),
        }
    }

    pub(crate) fn asked(&self) -> Vec<ChatRequest> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[async_trait]
impl ChatModel for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn privacy(&self) -> Privacy {
        Privacy::local()
    }

    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply> {
        self.asked.lock().unwrap().push(request.clone());
        let next = self.replies.lock().unwrap().pop_front();
        let (tries, text) = next.ok_or(Error::Declined)?;
        let mut reply = ChatReply::new(text, Finish::Complete);
        reply.tries = tries;
        Ok(reply)
    }
}
