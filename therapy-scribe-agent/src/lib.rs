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
//! A tool is a type of arguments and what it does with them; a [`ToolSet`] gives exactly one outcome for each call:
//!
//! ```
//! use therapy_scribe_agent::{schemars, *};
//!
//! #[derive(serde::Deserialize, schemars::JsonSchema)]
//! struct Asked {
//!     /// The day, as the clinician said it.
//!     day: String,
//! }
//! struct FreeSlots;
//!
//! #[async_trait::async_trait]
//! impl Tool for FreeSlots {
//!     type Args = Asked;
//!     type Output = Vec<&'static str>;
//!     fn spec(&self) -> ToolSpec {
//!         ToolSpec::read("free_slots", "Call this when the clinician asks which appointments are free on a day.")
//!     }
//!     async fn call(&self, asked: Asked) -> Result<Self::Output, ToolError> {
//!         Ok(if asked.day == "Friday" { vec!["10:00"] } else { vec![] })
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), ToolRefused> {
//! let tools = ToolSet::new().with(FreeSlots)?;
//! let call = ToolCall::new(CallId::new("call_1"), "free_slots", serde_json::json!({"day": "Friday"}));
//! let outcomes = tools.run([call]).await;
//! assert_eq!(*outcomes[0].result.expose(), serde_json::json!(["10:00"]));
//! # Ok(()) }
//! ```
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `tls-ring` (default) | TLS with `ring` |
//! | `tls-aws-lc` | TLS with `aws-lc-rs` |
//! | `resample` | sources of any sample rate in an [`AudioPump`] |
//! | `scribe` | the scribe's own tools, and a typed conversation with a chat model |
//!
//! An [`AudioPump`] carries the audio between a microphone, the conversation and a loudspeaker. A [`ConversationLog`] keeps what
//! was said, what of the agent's words was heard, and what was called.
//!
//! What it does not do: cancel echo (use headphones, [`config::Duplex::Half`] or [`AudioPump::half_duplex`]), keep audio, or keep the service from
//! recording. The service records every session; its record is deleted afterwards unless [`config::Records::Keep`] is
//! chosen, and the service's deletion is a soft one.

mod agent;
mod announce;
mod call;
mod client;
pub mod config;
mod confirm;
mod driver;
mod error;
mod event;
mod line;
mod log;
mod protocol;
mod pump;
#[cfg(feature = "scribe")]
mod scribe;
mod service;
mod session;
mod stored;
mod tool;
mod wire;

pub use schemars;

pub use agent::{
    AgentAbilities, AgentBrief, AgentCommand, AgentConnection, AgentFailure, AgentLine,
    AgentStream, AgentUpdate, ContextRole, VoiceAgent,
};
pub use announce::{Announcement, Announcements};
pub use call::{CallId, ToolCall, ToolOutcome};
pub use client::VoiceAgentClient;
pub use config::{ConfigError, VoiceAgentConfig, VoiceTool};
pub use confirm::{
    Accept, Answer, Confirmation, Confirmations, ConfirmedBy, ContentHash, Doubt, Heard,
    NotConfirmed, RequestId, Said, YesNo, yes_or_no,
};
pub use error::{Error, ErrorKind};
pub use event::{
    AgentEvent, AgentNotice, AgentSession, AgentStats, AgentText, CallFate, Caption, RecordFate,
    ReplyEnd, ReplyId, SessionOrigin, SessionRecord, Spoken, UserText,
};
pub use log::{CallResult, ConversationLog, HeardOf, LogEntry, Logged, LoggedAnswer};
pub use pump::{AudioNotice, AudioPump, PumpEvent, PumpEvents};
#[cfg(feature = "scribe")]
pub use scribe::{
    HeardAs, PendingSave, PromptBudget, SaveOutcome, ScribeDesk, ScribeDeskBuilder, StillAnswering,
    TypedEvent, TypedRefused, TypedTalk,
};
pub use service::TokenProvider;
pub use session::{AgentEvents, AgentHandle};
pub use stored::OwnModel;
pub use tool::{
    Delivery, Dispatcher, Effect, Epoch, NoArgs, Settled, Stage, Started, Tool, ToolError,
    ToolErrorKind, ToolRefused, ToolSet, ToolSpec,
};
