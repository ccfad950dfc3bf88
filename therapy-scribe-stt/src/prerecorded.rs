//! Transcription of whole recordings by AssemblyAI, from upload to deletion (feature `prerecorded`).
//!
//! A [`RecordClient`] runs a [`Job`]: it uploads the audio while reading it, submits it as a [`Transcription`] says, waits, and
//! returns a [`Record`] with the same `Transcript` that a capture ends with, roles included.
//! [`process_and_delete`](RecordClient::process_and_delete) has the host save it, deletes it at the service, and makes sure.
//!
//! The service has no idempotency: a submit whose answer is lost may be billed. So the host's [`TicketStore`] gets a
//! [`JobTicket`] before the submit and after it. A job that begins asks the store for the ticket of its key and goes on with it,
//! and a ticket whose submit is of unknown fate looks for its job before it sends anything. One process works on a ticket at a
//! time.
//!
//! ```no_run
//! # async fn record(store: &dyn therapy_scribe_stt::prerecorded::TicketStore) -> Result<(), Box<dyn std::error::Error>> {
//! use therapy_scribe_core::{ApiKey, Region};
//! use therapy_scribe_stt::prerecorded::{FileUpload, Job, RecordClient, Transcription};
//!
//! let client = RecordClient::new(Region::Us, ApiKey::new("…")?)?;
//! let config = Transcription::individual().keyterms(["sertraline", "GAD-7"]).build()?;
//! let audio = FileUpload::new("session.flac");
//! // After a crash the same lines go on with the stored ticket.
//! let job = Job::upload("session-17", &audio, &config);
//! let done = client
//!     .process_and_delete(job, store, |record| async move {
//!         println!("{}", record.transcript.turn_count()); // a host writes it to its encrypted store
//!         Ok(())
//!     })
//!     .await?;
//! assert!(done.deletion.is_complete());
//! # Ok(())
//! # }
//! ```
//!
//! ```text
//!  upload ─▶ newest id ─▶ ticket ─▶ submit ─▶ ticket ─▶ poll ─▶ redacted audio ─▶ save ─▶ ticket ─▶ delete ─▶ verify
//!                                    │  ▲ not in the list                          (host)
//!                              answer lost
//!                                    ▼  │
//!                                   list ──▶ found: its id
//! ```
//!
//! It does not recognise speech itself, keeps no audio, and writes no file that the host did not name.

mod client;
pub mod config;
mod download;
mod error;
mod id;
mod job;
mod poll_plan;
mod record;
mod ticket;
mod unredacted;
mod upload;
mod webhook;
mod wire;

pub use client::{
    Finished, Job, ListEntry, ListPage, ListQuery, ListedStatus, Passage, Processed, Progress,
    RecordClient, SubtitleFormat, WordMatch,
};
pub use config::{
    EntityName, RecordRedaction, RedactedAudio, RedactedFormat, RedactionPolicies,
    SpeakerIdentification, SpeakerOptions, Transcription, TranscriptionBuilder,
};
pub use download::{AudioSave, FileSave};
pub use error::{Error, FailureReason};
pub use id::{InvalidTranscriptId, TranscriptId};
pub use job::{Deletion, Leftover};
pub use poll_plan::PollPlan;
pub use record::{Identification, Identified, MedicalMode, Record, RecordSpeaker, RoleNames};
pub use ticket::{JobTicket, Stage, TicketStore};
pub use unredacted::{Entity, RedactedExport, Sentiment, Tone, Unredacted};
pub use upload::{AudioUpload, FileUpload, MOST_BYTES, OpenAudio, ReaderUpload};
pub use webhook::{Said, WebhookCall, WebhookError, WebhookReceiver};
