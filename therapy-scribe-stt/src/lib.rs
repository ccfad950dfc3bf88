//! Streaming medical speech-to-text with AssemblyAI, and the capture of whole therapy sessions.
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod bench;
mod capture;
mod client;
mod clock;
pub mod config;
mod error;
mod mulaw;
mod protocol;
mod session;
mod wire;

pub use capture::{Capture, CaptureError, CaptureEvent, CaptureOptions, CaptureStats, Session};
pub use client::{SttClient, TokenProvider};
pub use config::{ConfigError, ConfigUpdate, Keyterms, StreamingConfig, TurnDetection};
pub use error::{Error, ErrorKind};
pub use session::{SttEvents, SttHandle};
