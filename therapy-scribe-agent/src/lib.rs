//! A voice agent that a clinician talks to, and the tools that it may call.
//!
//! [`VoiceAgentClient::connect`] begins a conversation as an [`AgentHandle`] and [`AgentEvents`]. What it is to be is a
//! [`VoiceAgentConfig`], checked when it is built. Hosts that do not care whose agent it is hold a [`VoiceAgent`].
//!
//! ```no_run
//! # async fn talk() -> Result<(), Box<dyn std::error::Error>> {
//! use futures_util::StreamExt;
//! use serde_json::json;
//! use therapy_scribe_agent::{AgentEvent, ToolOutcome, VoiceAgentClient, VoiceAgentConfig, VoiceTool};
//! use therapy_scribe_core::{ApiKey, Region};
//!
//! let flags = VoiceTool::new(
//!     "list_risk_flags",
//!     "List the open risk flags of the session. Call when the clinician asks for risks.",
//!     json!({"type": "object", "properties": {}, "required": []}),
//! );
//! let config = VoiceAgentConfig::builder("You help a therapist between sessions. Be brief.")
//!     .greeting("I'm ready.")
//!     .tools([flags])
//!     .build()?;
//! let client = VoiceAgentClient::new(Region::Us, ApiKey::new("key")?, config)?;
//! let (handle, mut events) = client.connect().await?; // `handle.send(&frame)` takes the microphone's audio
//! while let Some(event) = events.next().await {
//!     match event? {
//!         AgentEvent::Audio { frame, .. } => println!("play {frame:?}"),
//!         AgentEvent::Flush => println!("forget what is not played yet"),
//!         AgentEvent::ToolCall(call) => {
//!             handle.outcome(ToolOutcome::returned(call.id, json!({"flags": []}))).await?;
//!         }
//!         AgentEvent::Record(record) => println!("the service's record: {:?}", record.fate),
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! ```text
//!  host                       this crate's task of a conversation                    one task a connection
//! ┌─────────┐ audio, commands ┌───────────────────────────────────┐ messages ┌──────┐          ┌────────────┐
//! │ handle  │────────────────▶│ driver ⇄ machine                  │─────────▶│ line │─────────▶│ wss://…/ws │
//! │ events  │◀────────────────│ turns, tools, barge-in, pace,     │◀─────────│      │◀─────────│            │
//! └─────────┘   AgentEvent    │ resume, hand-over, goodbye        │          └──────┘          └────────────┘
//!                             └───────────────────────────────────┘──── DELETE /v1/sessions/… after the end
//! ```
//!
//! The machine alone decides when a line is made again. A conversation ends with `session.end` on every way out, also when
//! the handle or the stream is dropped; it waits for the answer for 3 s at most.
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `tls-ring` (default) | TLS with `ring` |
//! | `tls-aws-lc` | TLS with `aws-lc-rs` |
//! | `scribe` | the scribe's own tools |
//!
//! What it does not do: cancel echo (use headphones, or [`config::Duplex::Half`]), keep audio, or keep the service from
//! recording. The service records every session; its record is deleted afterwards unless [`config::Records::Keep`] is
//! chosen, and the service's deletion is a soft one.

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
