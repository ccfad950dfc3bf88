//! Notes of therapy sessions: formats, drafting with a language model, review, signature.
//!
//! A [`NoteFormat`] says what a note has; [`Formats`] lists those that are built in, and a practice adds its own as a
//! struct or as a JSON Schema. A [`NoteWriter`] has a [`ChatModel`] fill it from a transcript, checks what came back, and
//! gives a [`Draft`]. A clinician edits and signs it: the only way to a [`SignedNote`], which is the only thing that an
//! [`EhrSink`] takes.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use therapy_scribe_core::*;
//! use therapy_scribe_notes::*;
//!
//! /// A model that always writes the same.
//! #[derive(Debug)]
//! struct Scripted;
//!
//! #[async_trait::async_trait]
//! impl ChatModel for Scripted {
//!     fn name(&self) -> &str { "scripted" }
//!     fn privacy(&self) -> Privacy { Privacy::local() }
//!     async fn complete(&self, _request: &ChatRequest) -> Result<ChatReply> {
//!         let note = r#"{"data":"Client slept badly.","assessment":"","plan":"","risk_flags":[],"themes":[]}"#;
//!         Ok(ChatReply::new(note, Finish::Complete))
//!     }
//! }
//!
//! let speaker = SpeakerId::from_letters(ConnectionId::default(), "A");
//! let word = Word::new("Badly.", MediaTime::ZERO, MediaTime::from_millis(400));
//! let turn = Turn::new(TurnId::new(ConnectionId::default(), 0), Finality::Final, speaker, vec![word]);
//! let transcript = Transcript::from_turns([turn], RoleMap::default());
//!
//! let writer = NoteWriter::new(Arc::new(Scripted));
//! let mut draft = writer.draft(&transcript, Formats::new().get("dap")?).await?;
//! let clinician = Clinician::new("c-17", "Dr. Jane Roe", "PhD");
//! draft.edit("plan", "Sleep diary.", &clinician, WallTime::from_unix_millis(1_790_000_000_000))?;
//!
//! let signer = KeySigner::generate(clinician)?;
//! let signed = draft.sign(&signer, WallTime::from_unix_millis(1_790_000_060_000))?;
//! let opened = SignedNote::open(&signed.to_bytes(), &Verifier::trusting([signer.public_key()]))?;
//! assert_eq!(opened.section("plan"), Some("Sleep diary."));
//! # Ok(())
//! # }
//! ```
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `tls-ring` (default) | TLS with `ring` |
//! | `tls-aws-lc` | TLS with `aws-lc-rs` |

mod canonical;
mod chat;
mod completion;
mod dap;
mod directory;
mod draft;
mod drafting;
mod ehr;
mod envelope;
mod error;
mod extractive;
mod facts;
mod format;
mod formats;
mod gateway;
mod merge;
mod openai;
mod part;
mod problem;
mod prompt;
mod pseudonyms;
mod render;
mod reply;
mod request;
mod retrieval;
mod risk;
mod sign;
mod split;
mod time;
mod tokens;
mod unfinished;
mod validate;
mod writer;
mod writing;

pub use schemars;

pub use chat::{
    ChatMessage, ChatModel, ChatReply, ChatRequest, ChatTool, ChatToolCall, Finish, ResponseSchema,
    Speaker, Usage,
};
pub use dap::Dap;
pub use directory::DirectorySink;
pub use draft::{
    Change, ChangeKind, Dismissal, Draft, Finding, FindingId, FindingKind, Piece, PieceFate,
    Provenance, SectionDiff, Severity, Source, Version,
};
pub use ehr::EhrSink;
pub use error::{Error, ErrorKind, Result};
pub use extractive::ExtractiveWriter;
pub use facts::{
    Delivery, Instrument, InstrumentScore, NoPoints, Participant, Pause, Points, Service,
    ServiceTime, SessionFacts,
};
pub use format::{Formats, NoteFormat, SchemaFormat, Section, TypedFormat, WithGoals};
pub use formats::{
    Birp, Couple, Emdr, EmdrPhase, Family, Girp, Goal, Group, Intake, Member, Objective, Partner,
    Pirp, Relative, Soap, TreatmentPlan,
};
pub use gateway::{Fallbacks, Gateway, GatewayConfig, GatewayConfigBuilder, ModelInfo, Vendor};
pub use openai::{JsonMode, OpenAiCompatible, OpenAiConfig, OpenAiConfigBuilder};
pub use problem::{Problem, check_note};
pub use prompt::PROMPT_VERSION;
pub use pseudonyms::{NameKind, Pseudonymised, Pseudonyms};
pub use request::{NoteRequest, Progress};
pub use retrieval::{Quote, SessionIndex};
pub use sign::{
    Addendum, Clinician, Cosignature, KeySigner, Later, NoteRecord, NoteStatus, PublicKey,
    Retraction, SignedNote, Signer, Verifier,
};
pub use time::{LocalTime, WallTime};
pub use writer::NoteWriter;
