//! The LLM Gateway: `/v1/chat/completions` and `/v1/models` (`llm-gateway.md`; `15.n` cites its checklist for a
//! stand-in). And a server that speaks as OpenAI does, for clients of both.

mod answer;
mod chat;
mod check;
mod choose;
mod fill;
mod local;
mod models;
mod ordered;
mod reply;
mod schema;
mod tools;
mod transcript;
mod write;

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Mutex, PoisonError, atomic::AtomicU64},
};

use serde_json::Value;

pub(crate) use answer::Answer;
pub use local::LocalServer;
pub use reply::ChatReply;

use crate::{emulator::KEPT, wall::unix_seconds};

/// The state of the gateway.
pub(crate) struct Gateway {
    settings: Settings,
    replies: Mutex<VecDeque<ChatReply>>,
    requests: Mutex<VecDeque<Value>>,
    /// When each model was asked, in protocol milliseconds.
    asked: Mutex<HashMap<String, Vec<u64>>>,
    /// How many answers have an id.
    answers: AtomicU64,
}

/// How the gateway behaves.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) replies: Vec<ChatReply>,
    /// Models whose vendor is down.
    pub(crate) down: Vec<String>,
    /// Models that the account may not use.
    pub(crate) denied: Vec<String>,
    pub(crate) local: LocalServer,
    pub(crate) names_model: bool,
    pub(crate) requests_per_minute: usize,
    /// With which word each model ends, where it is not its vendor's.
    pub(crate) finish_words: HashMap<String, String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            replies: Vec::new(),
            down: Vec::new(),
            denied: Vec::new(),
            local: LocalServer::default(),
            names_model: true,
            // 12: a paid account.
            requests_per_minute: 30,
            finish_words: HashMap::new(),
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
            answers: AtomicU64::new(1),
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
        chat::of_service(Answer::json(200, models::catalogue(unix_seconds())))
    }
}
