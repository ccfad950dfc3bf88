//! A voice agent that a clinician talks to, and the tools that it may call.
//!
//! A tool:
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

mod agent;
mod announce;
mod call;
mod client;
pub mod config;
mod confirm;
mod driver;
mod error;
mod event;
mod g711;
mod line;
mod protocol;
#[cfg(feature = "scribe")]
mod scribe;
mod service;
mod session;
mod tool;
mod wire;

pub use schemars;

pub use agent::{
    AgentAbilities, AgentBrief, AgentCommand, AgentConnection, AgentFailure, AgentLine,
    AgentStream, AgentUpdate, VoiceAgent,
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
#[cfg(feature = "scribe")]
pub use scribe::{HeardAs, PendingSave, PromptBudget, SaveOutcome, ScribeDesk, ScribeDeskBuilder};
pub use service::TokenProvider;
pub use session::{AgentEvents, AgentHandle};
pub use tool::{
    Delivery, Dispatcher, Effect, Epoch, NoArgs, Settled, Stage, Started, Tool, ToolError,
    ToolErrorKind, ToolRefused, ToolSet, ToolSpec,
};
