//! A voice agent that a clinician talks to, and the tools that it may call.

mod agent;
mod call;
mod client;
pub mod config;
mod driver;
mod error;
mod event;
mod g711;
mod line;
mod protocol;
mod service;
mod session;
mod wire;

pub use agent::{
    AgentAbilities, AgentBrief, AgentCommand, AgentConnection, AgentFailure, AgentLine,
    AgentStream, AgentUpdate, VoiceAgent,
};
pub use call::{CallId, ToolCall, ToolOutcome};
pub use client::VoiceAgentClient;
pub use config::{ConfigError, VoiceAgentConfig, VoiceTool};
pub use error::{Error, ErrorKind};
pub use event::{
    AgentEvent, AgentNotice, AgentSession, AgentStats, AgentText, CallFate, Caption, RecordFate,
    ReplyEnd, ReplyId, SessionOrigin, SessionRecord, Spoken, UserText,
};
pub use service::TokenProvider;
pub use session::{AgentEvents, AgentHandle};
