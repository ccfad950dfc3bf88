//! What tests can see of pre-recorded transcription.

use std::fmt;

use serde_json::Value;

use super::job::Job;

/// What was uploaded and asked for, for tests to look at. Its `Debug` shows no content.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct TranscriptLog {
    /// How many uploads came to their end.
    pub uploads: u64,
    /// Their bytes.
    pub uploaded_bytes: u64,
    /// The transcripts that were asked for, in their order.
    pub jobs: Vec<LoggedJob>,
}

/// A transcript.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct LoggedJob {
    /// Its id.
    pub id: String,
    /// What was asked for.
    pub request: Value,
    /// How often its status was asked for until it was done, the answer that said so included.
    pub polls: u32,
    /// Whether it was deleted.
    pub is_deleted: bool,
}

#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) uploads: u64,
    pub(super) bytes: u64,
}

impl TranscriptLog {
    pub(super) fn of(counts: &Counts, jobs: &[Job]) -> Self {
        let logged = |job: &Job| LoggedJob {
            id: job.id.clone(),
            request: job.request.clone(),
            polls: job.polls,
            is_deleted: job.is_deleted(),
        };
        Self {
            uploads: counts.uploads,
            uploaded_bytes: counts.bytes,
            jobs: jobs.iter().map(logged).collect(),
        }
    }
}

impl fmt::Debug for TranscriptLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TranscriptLog")
            .field("uploads", &self.uploads)
            .field("uploaded_bytes", &self.uploaded_bytes)
            .field("jobs", &self.jobs)
            .finish()
    }
}

impl fmt::Debug for LoggedJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoggedJob")
            .field("id", &self.id)
            .field("polls", &self.polls)
            .field("is_deleted", &self.is_deleted)
            .finish_non_exhaustive()
    }
}
