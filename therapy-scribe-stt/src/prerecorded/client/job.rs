//! Jobs: what is asked for, and what comes of it.

use std::{fmt, future::Future, sync::Arc, time::Duration};

use therapy_scribe_core::BoxError;

use super::{
    RecordClient,
    run::{Runner, no_save},
};
use crate::prerecorded::{
    AudioSave, AudioUpload, Deletion, Error, JobTicket, PollPlan, Record, TicketStore,
    TranscriptId, Transcription,
    job::{Machine, Plan},
};

/// A recording to transcribe. `Debug` shows its ticket's stage.
pub struct Job<'a> {
    pub(super) ticket: JobTicket,
    pub(super) config: &'a Transcription,
    pub(super) audio: Option<&'a dyn AudioUpload>,
    pub(super) redacted_audio: Option<&'a mut dyn AudioSave>,
    pub(super) progress: Option<Progress>,
    pub(super) plan: Plan,
    /// Whether the store may have a ticket of it that goes further.
    pub(super) is_new: bool,
}

/// Told how many bytes of an upload were handed to the connection so far; it must not block. A try that breaks off begins
/// again from zero.
pub type Progress = Arc<dyn Fn(u64) + Send + Sync>;

impl<'a> Job<'a> {
    /// A job whose audio is uploaded, 160 ms to 10 h of it. Where the store has a ticket of this key, the job goes on with that
    /// one: one key is of one recording.
    pub fn upload(
        key: impl Into<String>,
        audio: &'a dyn AudioUpload,
        config: &'a Transcription,
    ) -> Self {
        let mut job = Self::resume(JobTicket::new(key), config);
        job.audio = Some(audio);
        job.is_new = true;
        job
    }

    /// A job whose audio the service fetches from an address, up to 5 GB and 10 h. The address begins with `https://`; plain
    /// `http://` is taken for this machine alone. Where the store has a ticket of this key, the job goes on with that one. A lost submit is found again by this address, so
    /// no other job should have it: a parameter of its own, such as `?job=17`, is enough.
    pub fn from_url(
        key: impl Into<String>,
        audio_url: impl Into<String>,
        config: &'a Transcription,
    ) -> Self {
        let mut ticket = JobTicket::new(key);
        ticket.audio_url = Some(audio_url.into());
        let mut job = Self::resume(ticket, config);
        job.is_new = true;
        job
    }

    /// A job at the stage of its ticket, as the host has loaded it, with the configuration that it began with. What was submitted is not submitted
    /// again: it is looked for.
    #[must_use]
    pub fn resume(ticket: JobTicket, config: &'a Transcription) -> Self {
        Self {
            ticket,
            config,
            audio: None,
            redacted_audio: None,
            progress: None,
            plan: Plan::default(),
            is_new: false,
        }
    }

    /// The audio of a ticket that may not have been uploaded yet.
    #[must_use]
    pub fn audio(mut self, audio: &'a dyn AudioUpload) -> Self {
        self.audio = Some(audio);
        self
    }

    /// Told of an upload's progress.
    #[must_use]
    pub fn progress(mut self, progress: Progress) -> Self {
        self.progress = Some(progress);
        self
    }

    /// How often the job is asked for, and for how long.
    #[must_use]
    pub const fn polls(mut self, polls: PollPlan) -> Self {
        self.plan.poll = polls;
        self
    }

    /// How long the audio is: a job is waited for at least that long.
    #[must_use]
    pub const fn audio_length(mut self, length: Duration) -> Self {
        self.plan.audio_length = Some(length);
        self
    }

    /// Also fetches the redacted audio, before anything is deleted.
    #[must_use]
    pub fn redacted_audio(mut self, into: &'a mut dyn AudioSave) -> Self {
        self.redacted_audio = Some(into);
        self.plan.redacted_audio = true;
        self
    }
}

impl fmt::Debug for Job<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("ticket", &self.ticket)
            .finish_non_exhaustive()
    }
}

/// A job that is done; it is still at the service.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Finished {
    /// The transcript.
    pub record: Arc<Record>,
    /// The ticket as it was last stored.
    pub ticket: JobTicket,
}

/// A job that was saved, with what was deleted at the service.
#[derive(Debug)]
#[non_exhaustive]
pub struct Processed {
    /// The transcript; `None` where the job was resumed after it had been saved.
    pub record: Option<Arc<Record>>,
    /// The ticket as it was last stored. Where the deletion is not complete, resuming it tries again.
    pub ticket: JobTicket,
    /// What was deleted, and what was not.
    pub deletion: Deletion,
    /// Why there is no redacted audio, where it was asked for and the service no longer has it. The transcript was saved and
    /// deleted all the same.
    pub redacted_audio_failure: Option<Error>,
}

impl RecordClient {
    /// Uploads and submits, and leaves the waiting to a webhook or to a later call. Returns the ticket with the transcript's
    /// id.
    ///
    /// When the webhook has called, [`process_and_delete`](Self::process_and_delete) with [`Job::resume`] of this ticket fetches,
    /// saves and deletes.
    ///
    /// When the future is dropped during the upload, nothing is stored, and it begins again; after it, the stored ticket can be
    /// resumed.
    ///
    /// # Errors
    /// As [`transcribe`](Self::transcribe), but for what comes after the submit.
    pub async fn submit(
        &self,
        mut job: Job<'_>,
        store: &dyn TicketStore,
    ) -> Result<JobTicket, Error> {
        job.plan.submit_only = true;
        job.plan.redacted_audio = false;
        let mut runner = Runner::new(self, job, store).await?;
        runner.run(no_save).await?;
        Ok(runner.machine.ticket().clone())
    }

    /// Uploads, submits, waits and fetches. Before the submit the ticket is stored, and after it the transcript's id. Where
    /// the answer to the submit is lost, the list of transcripts is looked through before anything is sent again.
    ///
    /// When the future is dropped during the upload, nothing is stored, and it begins again. After it the ticket is stored and
    /// can be resumed; a job that was submitted goes on at the service. A ticket that was saved before is fetched once more;
    /// nothing is deleted.
    ///
    /// # Errors
    /// [`Error::Failed`] for audio that can't be transcribed; [`Error::StillRunning`] and [`Error::SubmitUnknown`], after
    /// which the ticket can be resumed; [`Error::SubmitUnclear`], after which somebody has to look; [`Error::Ticket`] when it can't be stored; else what keeps an answer from coming.
    pub async fn transcribe(
        &self,
        job: Job<'_>,
        store: &dyn TicketStore,
    ) -> Result<Finished, Error> {
        let mut runner = Runner::new(self, job, store).await?;
        let end = runner.run(no_save).await?;
        // A job that was saved and deleted has no text any more.
        let raw = end.raw.ok_or(Error::Deleted)?;
        Ok(Finished {
            record: Arc::new(Record::of(&raw, &runner.names)),
            ticket: runner.machine.ticket().clone(),
        })
    }

    /// The same, then has the host save the transcript, deletes it at the service, and makes sure that it is gone. Nothing is
    /// deleted before `save` returned `Ok`. What could not be deleted is in the report.
    ///
    /// When the future is dropped during the upload, nothing is stored, and it begins again. After it the stored ticket can be
    /// resumed; `save` may then be called a second time.
    ///
    /// # Errors
    /// As [`transcribe`](Self::transcribe), and [`Error::Save`].
    pub async fn process_and_delete<F, Fut>(
        &self,
        mut job: Job<'_>,
        store: &dyn TicketStore,
        save: F,
    ) -> Result<Processed, Error>
    where
        F: FnOnce(Arc<Record>) -> Fut + Send,
        Fut: Future<Output = Result<(), BoxError>> + Send,
    {
        job.plan.erase = true;
        let mut runner = Runner::new(self, job, store).await?;
        let end = runner.run(save).await?;
        Ok(Processed {
            record: runner.record.take(),
            deletion: end
                .deletion
                .unwrap_or_else(|| Deletion::unseen(runner.machine.ticket())),
            ticket: runner.machine.ticket().clone(),
            redacted_audio_failure: end.audio_failure,
        })
    }

    /// Fetches the redacted audio of a finished transcript: waits up to two minutes until it is ready, and downloads it at
    /// once, since its address lives for half an hour.
    ///
    /// Cancel safe but for what was written so far.
    ///
    /// # Errors
    /// [`Error::RedactedAudioNotReady`], [`Error::RedactedAudioGone`], [`Error::Sink`], or what keeps it from coming.
    pub async fn redacted_audio(
        &self,
        id: &TranscriptId,
        into: &mut dyn AudioSave,
    ) -> Result<(), Error> {
        let plan = Plan {
            seed: self.seed(),
            ..Plan::default()
        };
        let machine = Machine::of_audio(plan, id.clone(), Duration::ZERO);
        let mut runner = Runner::of(self, machine, Some(into));
        runner.run(no_save).await.map(|_| ())
    }
}
