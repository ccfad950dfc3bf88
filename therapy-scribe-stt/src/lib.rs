//! Streaming medical speech-to-text with AssemblyAI, and the capture of whole therapy sessions.
//!
//! A [`Capture`] takes an `AudioSource` to its end and keeps the transcript; most hosts need nothing else. Below it,
//! [`SttClient::connect`] opens one session with the service as an [`SttHandle`] and [`SttEvents`], for hosts with a loop
//! of their own. What a session is asked for is a [`StreamingConfig`], checked when it is built.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::{sync::Arc, time::Duration};
//! use therapy_scribe_core::{ApiKey, AudioFormat, SampleRate, audio::ChannelSource};
//! use therapy_scribe_emulator::Emulator;
//! use therapy_scribe_stt::{Capture, CaptureEvent, CaptureOptions, StreamingConfig, SttClient};
//! use therapy_scribe_transport::{Connector, Origin};
//!
//! // The emulator stands for the service: with a key, `SttClient::new(Region::Us, key, config)`.
//! let emulator = Emulator::builder().speed(100.0).start().await?;
//! let origin = Origin::parse(&emulator.streaming_url())?;
//! let config = StreamingConfig::one_room(2)?; // Medical Mode, diarization, therapy turn settings
//! let client = SttClient::at(Connector::new()?, &origin, ApiKey::new("key")?, config);
//!
//! // An audio callback pushes samples from its own thread; here it is two seconds of silence.
//! let format = AudioFormat::mono(SampleRate::HZ_16000);
//! let (mut pusher, source) = ChannelSource::new(format, Duration::from_secs(5));
//! pusher.push(&[0; 32_000])?;
//! drop(pusher); // the source ends
//!
//! let options = CaptureOptions::new().speed(100.0);
//! let mut capture = Capture::start(Arc::new(client), source, options).await?;
//! while let Some(event) = capture.next().await {
//!     if let CaptureEvent::Final(turn) = event? {
//!         println!("{turn:?} is in {} turns", capture.snapshot().turn_count());
//!     }
//! }
//! let session = capture.finish().await?;
//! assert!(session.is_complete() && session.transcript.is_empty());
//! # emulator.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! ```text
//!  host            this crate's tasks                                                    service
//! ┌──────┐ frames ┌───────────────┐ frames ┌──────────────┐ messages ┌────────────┐
//! │source│───────▶│ capture engine│───────▶│ session loop │─────────▶│ wss://…/ws │
//! │      │◀───────│ + transcript  │◀───────│ + protocol   │◀─────────│            │
//! └──────┘ events └───────────────┘ events └──────────────┘          └────────────┘
//! ```
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `tls-ring` (default) | TLS with `ring` |
//! | `tls-aws-lc` | TLS with `aws-lc-rs` |
//! | `resample` | sources of any sample rate |
//! | `prerecorded` | `prerecorded`: recordings, from upload to deletion |
//!
//! It does not recognise speech itself, keeps no audio, and writes no file.

#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod bench;
mod capture;
mod client;
mod clock;
pub mod config;
mod error;
#[cfg(feature = "prerecorded")]
pub mod prerecorded;
mod protocol;
mod session;
mod wire;

pub use capture::{
    Capture, CaptureError, CaptureEvent, CaptureOptions, CaptureStats, Channel, FailedChannel,
    Session,
};
pub use client::{SttClient, TokenProvider};
pub use config::{ConfigError, ConfigUpdate, Keyterms, StreamingConfig, TurnDetection};
pub use error::{Error, ErrorKind};
pub use session::{SttEvents, SttHandle};
