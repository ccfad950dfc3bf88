//! The LLM Gateway: `/v1/chat/completions` and `/v1/models` (`llm-gateway.md`; `15.n` cites its checklist for a
//! stand-in).

mod answer;
mod chat;
mod check;
mod choose;
mod fill;
mod models;
mod reply;
mod transcript;
mod write;

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Mutex, PoisonError},
};

use serde_json::Value;

pub(crate) use answer::Answer;
pub use reply::ChatReply;

use crate::emulator::KEPT;

/// The state of the gateway.
pub(crate) struct Gateway {
    settings: Settings,
    replies: Mutex<VecDeque<ChatReply>>,
    requests: Mutex<VecDeque<Value>>,
    /// When each model was asked, in protocol milliseconds.
    asked: Mutex<HashMap<String, Vec<u64>>>,
}

/// How the gateway behaves.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) replies: Vec<ChatReply>,
    /// Models whose vendor is down.
    pub(crate) down: Vec<String>,
    /// Models that the account may not use.
    pub(crate) denied: Vec<String>,
    pub(crate) names_model: bool,
    pub(crate) requests_per_minute: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            replies: Vec::new(),
            down: Vec::new(),
            denied: Vec::new(),
            names_model: true,
            // 12: a paid account.
            requests_per_minute: 30,
        }
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").finish_non_exhaustive()
    }
}

impl Gateway {
    pub(crate) fn new(mut settings: Settings) -> Self {
        Self {
            replies: Mutex::new(std::mem::take(&mut settings.replies).into()),
            settings,
            requests: Mutex::default(),
            asked: Mutex::default(),
        }
    }

    fn keep(&self, request: &Value) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if requests.len() >= KEPT {
            requests.pop_front();
        }
        requests.push_back(request.clone());
    }

    pub(crate) fn requests(&self) -> Vec<Value> {
        self.requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }

    /// 15.2: no key is needed.
    pub(crate) fn models(&self) -> Answer {
        let _ = self;
        Answer::json(200, &models::catalogue())
    }
}
