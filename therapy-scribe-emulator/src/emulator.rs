//! Starting and stopping the emulator.

mod builder;

use std::{
    collections::VecDeque,
    fmt, io,
    net::SocketAddr,
    ops::RangeInclusive,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::Value;
use tokio::{sync::watch, task::JoinHandle};

use crate::{
    agent::{AgentLog, Agents},
    faults::Plan,
    gateway::Gateway,
    prerecorded::{Prerecorded, TranscriptLog},
    streaming::{Recordings, SessionLog, Tokens},
};

pub use builder::Builder;

/// A running emulator. Dropping it stops it.
#[derive(Debug)]
pub struct Emulator {
    address: SocketAddr,
    state: Arc<State>,
    stop: watch::Sender<bool>,
    server: Option<JoinHandle<()>>,
}

/// Everything that connections share.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) recordings: Arc<Recordings>,
    pub(crate) language: String,
    pub(crate) plan: Plan,
    pub(crate) tokens: Tokens,
    pub(crate) gateway: Gateway,
    pub(crate) agents: Agents,
    pub(crate) prerecorded: Prerecorded,
    pub(crate) sessions: Mutex<Sessions>,
    pub(crate) opens: Mutex<Vec<u64>>,
    pub(crate) began: tokio::time::Instant,
}

impl State {
    /// Protocol milliseconds since the emulator started.
    pub(crate) fn now_ms(&self) -> u64 {
        let scaled = self.began.elapsed().as_secs_f64() * self.settings.speed * 1000.0;
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the cast saturates"
        )]
        let millis = scaled as u64;
        millis
    }

    /// 11.12: the network is out for so long.
    pub(crate) fn cut(&self, length_ms: u64) {
        self.plan.cut(self.now_ms().saturating_add(length_ms));
    }
}

/// The logs of sessions, and how many were opened.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    pub(crate) kept: VecDeque<Arc<Mutex<SessionLog>>>,
    pub(crate) opened: u64,
}

/// How many logs of each kind are kept.
pub(crate) const KEPT: usize = 1000;

impl Sessions {
    pub(crate) fn keep(&mut self, log: Arc<Mutex<SessionLog>>) {
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(log);
    }
}

/// How the speakers of a session get their letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpeakerLetters {
    /// In order of discovery: the first to be heard is A.
    Discovery,
    /// As before, but in every second session the first is B and the second A, to catch clients that take letters for
    /// people.
    SwappedEverySecondSession,
}

pub(crate) struct Settings {
    pub(crate) speed: f64,
    pub(crate) seed: u64,
    pub(crate) key: Option<String>,
    pub(crate) begin_delay_ms: RangeInclusive<u64>,
    pub(crate) termination_delay_ms: Option<RangeInclusive<u64>>,
    pub(crate) redacted_names: Arc<[String]>,
    pub(crate) letters: SpeakerLetters,
    pub(crate) refused_models: Vec<String>,
    pub(crate) opens_per_minute: Option<usize>,
    pub(crate) throttle: f64,
    pub(crate) lose_word_at_cut: bool,
    pub(crate) rewords: bool,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("speed", &self.speed)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl Emulator {
    /// Starts from the defaults: a free port, real time, no script, any key that does not begin with `bad`.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Origin of the streaming service: `ws://127.0.0.1:PORT`.
    #[must_use]
    pub fn streaming_url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Origin of the HTTP interface, pre-recorded transcription with it: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Origin of the LLM Gateway; the same port.
    #[must_use]
    pub fn llm_gateway_url(&self) -> String {
        self.api_url()
    }

    /// Address of a server of language models that speaks as OpenAI does, with its path: `http://127.0.0.1:PORT/local/v1`.
    /// Its one model is `local-8b`, and its replies are ordered like the gateway's.
    #[must_use]
    pub fn local_llm_url(&self) -> String {
        format!("{}/local/v1", self.api_url())
    }

    /// Origin of the voice agent service; the same port. Its socket is at `/v1/ws`.
    #[must_use]
    pub fn agents_url(&self) -> String {
        self.api_url()
    }

    /// What happened in each streaming session, in the order of opening; the last 1000.
    #[must_use]
    pub fn sessions(&self) -> Vec<SessionLog> {
        let sessions = self
            .state
            .sessions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        sessions
            .kept
            .iter()
            .map(|log| log.lock().unwrap_or_else(PoisonError::into_inner).clone())
            .collect()
    }

    /// What happened in each session with the voice agent, in the order of opening; the last 1000.
    #[must_use]
    pub fn agent_sessions(&self) -> Vec<AgentLog> {
        self.state.agents.logs()
    }

    /// The bodies of the chat requests, in the order of arrival; the last 1000.
    #[must_use]
    pub fn chat_requests(&self) -> Vec<Value> {
        self.state.gateway.requests()
    }

    /// What was uploaded to be transcribed, and what was asked for.
    #[must_use]
    pub fn transcripts(&self) -> TranscriptLog {
        self.state.prerecorded.logs()
    }

    /// Ends every connection and the server.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if let Some(server) = self.server.take() {
            let _ = tokio::time::timeout(Duration::from_secs(5), server).await;
        }
    }

    /// Waits until the server ends by itself, which it never does: for programs that run until they are stopped.
    pub async fn run(mut self) {
        if let Some(server) = self.server.take() {
            let _ = server.await;
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

/// The port could not be had.
#[derive(Debug, thiserror::Error)]
#[error("the emulator can't listen on port {port}: {source}; choose another, or 0 for a free one")]
#[non_exhaustive]
pub struct StartError {
    /// The port.
    pub port: u16,
    /// Why.
    pub source: io::Error,
}
