//! The LLM Gateway: `/v1/chat/completions` and `/v1/models` (`llm-gateway.md`; `15.n` cites its checklist for a
//! stand-in).

mod answer;
mod chat;
mod extract;
mod fill;
mod models;
mod reply;

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use serde_json::Value;

pub(crate) use answer::Answer;
pub use reply::ChatReply;

/// The state of the gateway.
#[derive(Debug)]
pub(crate) struct Gateway {
    replies: Mutex<VecDeque<ChatReply>>,
    down: Vec<String>,
    name_model: bool,
    requests: Mutex<Vec<Value>>,
    /// When each model was asked, in protocol milliseconds.
    asked: Mutex<HashMap<String, Vec<u64>>>,
}

impl Gateway {
    pub(crate) fn new(replies: Vec<ChatReply>, down: Vec<String>, name_model: bool) -> Self {
        let replies = Mutex::new(replies.into());
        Self {
            replies,
            down,
            name_model,
            requests: Mutex::default(),
            asked: Mutex::default(),
        }
    }

    pub(crate) fn requests(&self) -> Vec<Value> {
        self.requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// 15.2: no key is needed.
    pub(crate) fn models(&self) -> Answer {
        let _ = self;
        Answer::json(200, &models::catalogue())
    }
}
