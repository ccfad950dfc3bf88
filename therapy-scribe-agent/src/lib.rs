//! A voice agent that a clinician talks to, and the tools that it may call.

mod call;

pub use call::{CallId, ToolCall, ToolOutcome};
