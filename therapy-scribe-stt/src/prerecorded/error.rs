//! What can go wrong with a recording. The service's own texts may quote the request, so they are read, never shown.

mod classify;

use std::{io, time::Duration};

use therapy_scribe_core::{BoxError, Phi, RetryAdvice};
use therapy_scribe_transport as transport;

pub(crate) use classify::{failure, refusal};

use super::{Deletion, TranscriptId};
use crate::{ErrorKind, config::ConfigError};

/// Why a transcription did not come about. Each says what to do. Where a job was submitted, its ticket holds its id: it can
/// be resumed and is not billed again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration or an argument can't work.
    #[error(transparent)]
    Config(ConfigError),
    /// The service could not be reached.
    #[error(transparent)]
    Transport(transport::Error),
    /// The service refused the key.
    #[error(
        "the transcription service refused the key: check ASSEMBLYAI_API_KEY, and that the key is of this region"
    )]
    Auth,
    /// The account can't pay.
    #[error(
        "the transcription service refused the account: check its balance in the dashboard, then resume the job"
    )]
    #[non_exhaustive]
    Account {
        /// The service's words.
        detail: Phi<String>,
    },
    /// The upload is of another project.
    #[error(
        "the uploaded file belongs to another project: upload and submit with the same project's key"
    )]
    OtherProject,
    /// The service does not know the transcript.
    #[error(
        "the service does not know this transcript: check the id, and the project and region of the key"
    )]
    NotFound,
    /// The transcript was deleted at the service.
    #[error(
        "the transcript was deleted at the service: use the copy that was saved, or submit the audio again"
    )]
    Deleted,
    /// The audio is larger than the service takes.
    #[error(
        "the audio is larger than the {limit} bytes that the service takes: send FLAC, or cut it into parts"
    )]
    #[non_exhaustive]
    TooLarge {
        /// The most that is taken, in bytes.
        limit: u64,
    },
    /// What should be uploaded is no audio.
    #[error("this is no audio but {0}: upload the bytes of the recording and nothing else")]
    NotAudio(&'static str),
    /// Too many requests.
    #[error("the account makes too many requests: wait {} seconds, then resume", seconds(*.retry_after))]
    #[non_exhaustive]
    RateLimited {
        /// How long to wait, where the service says.
        retry_after: Option<Duration>,
    },
    /// The service refused the request.
    #[error(
        "the transcription service refused the request (status {status}): check the configuration"
    )]
    #[non_exhaustive]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The service's words; they may quote the request.
        detail: Phi<String>,
    },
    /// A fault at the service.
    #[error("the transcription service failed (status {status}): try again later")]
    #[non_exhaustive]
    Service {
        /// The HTTP status.
        status: u16,
    },
    /// An answer that can't be read.
    #[error(
        "the service's answer to `{call}` could not be read (line {line}, column {column}): try again, and check the address of the service"
    )]
    #[non_exhaustive]
    Malformed {
        /// What was asked.
        call: &'static str,
        /// The line, from 1; 0 where the JSON is sound but has not what it must have.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// The service could not transcribe the audio. The ticket is at its end: another try needs a new one. The failed transcript
    /// stays at the service until it is deleted, which
    /// [`process_and_delete`](super::RecordClient::process_and_delete) has tried: where that was not complete, the ticket is
    /// still needed, and resuming it tries again.
    #[error("the audio could not be transcribed (transcript {id}): {reason}")]
    #[non_exhaustive]
    Failed {
        /// The transcript that failed.
        id: TranscriptId,
        /// Why, and what to do.
        reason: FailureReason,
        /// The service's words.
        detail: Phi<String>,
        /// What was deleted of the job; `None` where no deletion was asked for.
        deletion: Option<Box<Deletion>>,
    },
    /// The job takes longer than was waited.
    #[error(
        "the job is not done after {} seconds: it goes on at the service; resume its ticket later", waited.as_secs()
    )]
    #[non_exhaustive]
    StillRunning {
        /// The job.
        id: TranscriptId,
        /// How long was waited.
        waited: Duration,
        /// Whether the account's limit of jobs at a time holds it back.
        throttled: bool,
    },
    /// The answer to the submit was lost, and nothing shows whether it was received.
    #[error(
        "nothing shows whether the job was received: resume its ticket later, which looks again before anything is billed"
    )]
    SubmitUnknown,
    /// The answer to the submit was lost, and the account's list can't show whether it was received: it has newer transcripts
    /// that do not say what they are of, or the ticket does not say what to look for. Looking again is not likely to help.
    #[error(
        "the account's list can't show whether the job was received: look for it in the dashboard; if it is not there, JobTicket::submit_anyway lets it be sent again, and maybe billed twice"
    )]
    SubmitUnclear,
    /// The ticket's audio is not at the service yet, and no audio was given.
    #[error("the audio of this ticket is not uploaded yet: resume it with the audio")]
    AudioNeeded,
    /// The audio to upload could not be read.
    #[error("the audio could not be read: check the file, then start again")]
    Source(#[source] io::Error),
    /// The host's store did not take the ticket.
    #[error("the ticket of the job could not be stored, so that the job was not taken further")]
    Ticket(#[source] BoxError),
    /// The host did not save the result, so that nothing was deleted at the service.
    #[error(
        "the transcript was not saved, and nothing was deleted at the service: resume the ticket when saving works"
    )]
    Save(#[source] BoxError),
    /// The redacted audio could not be written.
    #[error(
        "the redacted audio could not be written: check the place, then resume, or resume without redacted_audio() to have the transcript alone"
    )]
    Sink(#[source] io::Error),
    /// The redacted audio is not ready.
    #[error(
        "the redacted audio is not ready yet: resume in a few minutes, or resume without redacted_audio() to have the transcript alone"
    )]
    RedactedAudioNotReady,
    /// The signed address of the redacted audio was refused, three times over: it lives for half an hour.
    #[error(
        "the address of the redacted audio was refused (status {status}), as one that has expired is: resume, which asks for a new one"
    )]
    #[non_exhaustive]
    RedactedAudioRefused {
        /// The HTTP status.
        status: u16,
    },
    /// There is no redacted audio.
    #[error(
        "there is no redacted audio: it was not asked for, or its 24 hours are over; resume without redacted_audio() to have the transcript alone"
    )]
    RedactedAudioGone,
}

fn seconds(wait: Option<Duration>) -> u64 {
    wait.map_or(30, |wait| wait.as_secs())
}

/// Why audio could not be transcribed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum FailureReason {
    /// The service could not fetch the address.
    #[error("the service could not fetch its address; check that it is public and still valid")]
    Download,
    /// There is no audio in it.
    #[error("there is no audio in the file; check what was sent")]
    NoAudio,
    /// The upload was JSON or a form.
    #[error("the upload was no audio file; upload the raw bytes")]
    Transcoding,
    /// Under 160 ms.
    #[error("it is shorter than 160 ms; record again")]
    TooShort,
    /// Less speech than was asked for.
    #[error("it holds too little speech; check the microphone")]
    TooLittleSpeech,
    /// The language was not recognised with enough confidence.
    #[error("its language was not recognised; say which language is spoken")]
    Language,
    /// A fault at the service, twice.
    #[error("the service had a fault, twice; try again later")]
    Server,
    /// Another reason.
    #[error("the service gave a reason that this version does not know")]
    Other,
}

impl Error {
    /// What kind of failure it is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Config(_)
            | Self::Refused { .. }
            | Self::NotFound
            | Self::NotAudio(_)
            | Self::AudioNeeded
            | Self::Source(_)
            | Self::Ticket(_)
            | Self::Save(_)
            | Self::Sink(_)
            | Self::Failed { .. } => ErrorKind::Configuration,
            Self::Auth | Self::Account { .. } | Self::OtherProject => ErrorKind::Access,
            Self::TooLarge { .. } | Self::RateLimited { .. } => ErrorKind::Limit,
            Self::Transport(_) => ErrorKind::Network,
            Self::Service { .. }
            | Self::Malformed { .. }
            | Self::Deleted
            | Self::StillRunning { .. }
            | Self::SubmitUnknown
            | Self::SubmitUnclear
            | Self::RedactedAudioNotReady
            | Self::RedactedAudioRefused { .. }
            | Self::RedactedAudioGone => ErrorKind::Service,
        }
    }

    /// Whether the same call, or resuming the ticket, can help, and after how long.
    #[must_use]
    pub fn advice(&self) -> RetryAdvice {
        match self {
            Self::RateLimited { retry_after } => {
                RetryAdvice::After(retry_after.unwrap_or(Duration::from_secs(30)))
            }
            Self::StillRunning { .. } | Self::SubmitUnknown | Self::RedactedAudioNotReady => {
                RetryAdvice::After(Duration::from_secs(60))
            }
            Self::Service { .. } | Self::Malformed { .. } | Self::RedactedAudioRefused { .. } => {
                RetryAdvice::After(Duration::from_secs(30))
            }
            Self::Transport(error) if error.is_retryable() => {
                RetryAdvice::After(Duration::from_secs(5))
            }
            _ => RetryAdvice::Never,
        }
    }

    /// Whether the same call, or resuming the ticket, can help.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self.advice(), RetryAdvice::After(_))
    }
}
