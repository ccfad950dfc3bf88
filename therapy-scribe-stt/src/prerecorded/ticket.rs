//! What a host keeps of a job, so that no crash and no lost answer bills it twice.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use therapy_scribe_core::BoxError;

use super::TranscriptId;

/// A job as the host keeps it. It serializes, and holds no text of the session; the address of the audio may give access to
/// it, so it belongs where the session's data is. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobTicket {
    /// The host's own name of the job, such as its session's id. Never sent.
    pub key: String,
    /// How far it is.
    #[serde(default)]
    pub stage: Stage,
    /// Where the service finds the audio: what a job is found again by.
    #[serde(default)]
    pub audio_url: Option<String>,
    /// SHA-256 of the uploaded bytes, in hexadecimal. For hosts that want to know whether a file was sent before.
    #[serde(default)]
    pub sha256: Option<String>,
    /// How many bytes were uploaded.
    #[serde(default)]
    pub bytes: Option<u64>,
    /// The newest transcript of the account before the submit: the job can only be newer.
    #[serde(default)]
    pub newest_before: Option<TranscriptId>,
    /// The transcript, once it is known.
    #[serde(default)]
    pub transcript: Option<TranscriptId>,
    /// Transcripts of this job that failed at the service, or that were found beside the one above.
    #[serde(default)]
    pub others: Vec<TranscriptId>,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// Nothing was submitted.
    #[default]
    New,
    /// A submit was or is about to be sent; its answer is not known.
    Submitting,
    /// The service has it.
    Submitted,
    /// The host has saved the result; it is still at the service.
    Saved,
    /// It is deleted at the service, and that was verified.
    Erased,
}

impl JobTicket {
    /// A job under the host's own name.
    pub fn new(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            stage: Stage::New,
            audio_url: None,
            sha256: None,
            bytes: None,
            newest_before: None,
            transcript: None,
            others: Vec::new(),
        }
    }

    /// The same job as if it had never been submitted: for the host that has made sure, in the service's dashboard, that a
    /// submit of unknown fate was not received. If it was, the recording is billed twice, and the first transcript stays at
    /// the service. The audio that was uploaded is used again. A ticket whose transcript is known stays as it is.
    #[must_use]
    pub fn submit_anyway(mut self) -> Self {
        if self.stage == Stage::Submitting && self.transcript.is_none() {
            self.stage = Stage::New;
            self.newest_before = None;
        }
        self
    }
}

impl fmt::Debug for JobTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobTicket")
            .field("stage", &self.stage)
            .field("bytes", &self.bytes)
            .field("transcript", &self.transcript)
            .finish_non_exhaustive()
    }
}

/// Where tickets are kept. A job is not taken further before its ticket is.
///
/// - One process works on a ticket at a time: two of them would both submit.
/// - A key is of one recording. Once a ticket is at its end, forgetting it lets the key be used again; where the deletion was
///   not complete, it is still needed.
/// - Nothing is stored before the upload has ended, so that a crash during the upload uploads again; nothing is billed by then.
///
/// ```
/// use std::{collections::HashMap, sync::Mutex};
/// use therapy_scribe_core::BoxError;
/// use therapy_scribe_stt::prerecorded::{JobTicket, TicketStore};
///
/// /// Keeps tickets until the process ends; a host keeps them in its database.
/// #[derive(Debug, Default)]
/// struct Memory(Mutex<HashMap<String, JobTicket>>);
///
/// #[async_trait::async_trait]
/// impl TicketStore for Memory {
///     async fn keep(&self, ticket: &JobTicket) -> Result<(), BoxError> {
///         let mut tickets = self.0.lock().map_err(|_| "a writer panicked")?;
///         tickets.insert(ticket.key.clone(), ticket.clone());
///         Ok(())
///     }
///
///     async fn load(&self, key: &str) -> Result<Option<JobTicket>, BoxError> {
///         let tickets = self.0.lock().map_err(|_| "a writer panicked")?;
///         Ok(tickets.get(key).cloned())
///     }
/// }
/// # let _ = Memory::default();
/// ```
#[async_trait]
pub trait TicketStore: Send + Sync {
    /// Stores a ticket in place of the one with the same key. When it returns, the ticket outlives a crash.
    ///
    /// # Errors
    /// Whatever kept it from being stored.
    async fn keep(&self, ticket: &JobTicket) -> Result<(), BoxError>;

    /// The ticket that was last stored under a key; `None` where there is none. A job that begins asks for it first, and goes
    /// on with it: a host that begins the same job again after a crash is not billed twice.
    ///
    /// # Errors
    /// Whatever kept it from being read. The job is not begun then.
    async fn load(&self, key: &str) -> Result<Option<JobTicket>, BoxError>;
}
