//! The rules of a job, without sockets and clocks: upload, submit, find a lost submit again, poll, redacted audio, save,
//! delete, verify. [`Machine::step`] says what to do next, [`Machine::on`] is told how it went.

mod erase;
mod patience;
mod poll;
#[cfg(test)]
mod simulation;
mod submit;
#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;
use therapy_scribe_core::BoxError;
use therapy_scribe_transport as transport;

pub use self::erase::{Deletion, Leftover};
pub(crate) use self::patience::{LONGEST, Patience, Verdict, judge};
use self::{erase::Erase, poll::Poll, submit::Search};
use super::{
    Error, JobTicket, PollPlan, Stage, TranscriptId,
    wire::{Raw, read::Flaw},
};

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Store the ticket.
    Keep,
    /// Upload the audio.
    Upload,
    /// Make a call.
    Call(Call),
    /// Wait until this time since the job began.
    Wait(Duration),
    /// Fetch redacted audio from this address.
    Download(String),
    /// Give the result to the host.
    Save,
    /// Nothing: take the end with [`Machine::take_end`].
    Done,
}

/// A call of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Call {
    /// The newest transcripts, older than one.
    List {
        limit: usize,
        before: Option<TranscriptId>,
    },
    Submit,
    Get(TranscriptId),
    RedactedAudio(TranscriptId),
    Delete(TranscriptId),
}

/// How a step went.
pub(crate) enum Event {
    Kept(Result<(), BoxError>),
    Uploaded(Result<Uploaded, Error>),
    Answered(Outcome),
    Woke,
    Downloaded(Result<(), Error>),
    Saved(Result<(), BoxError>),
}

/// What an upload gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Uploaded {
    pub(crate) url: String,
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
}

/// An answer, or what kept it from coming.
pub(crate) type Outcome = Result<Reply, transport::Error>;

/// An answer of any status.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Bytes,
}

/// What a job is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Plan {
    /// End when the service has it: somebody else waits, such as a webhook.
    pub(crate) submit_only: bool,
    /// Fetch the redacted audio.
    pub(crate) redacted_audio: bool,
    /// Let the host save, then delete at the service.
    pub(crate) erase: bool,
    pub(crate) poll: PollPlan,
    /// How long the audio is, where the host knows.
    pub(crate) audio_length: Option<Duration>,
    /// Makes the random part of waits reproducible.
    pub(crate) seed: u64,
}

/// How a job ended.
pub(crate) struct End {
    pub(crate) raw: Option<Raw>,
    pub(crate) deletion: Option<Deletion>,
    pub(crate) audio_failure: Option<Error>,
}

/// One job.
pub(crate) struct Machine {
    plan: Plan,
    ticket: JobTicket,
    state: State,
    /// Nothing is done before this.
    wait: Option<Duration>,
    patience: Patience,
    /// How often it was submitted by this machine.
    submits: u8,
    raw: Option<Raw>,
    /// Transcripts that this account has shown in this run.
    seen: Vec<TranscriptId>,
    deletion: Option<Deletion>,
    /// Why there is no redacted audio, where the job went on without.
    audio_failure: Option<Error>,
    /// Why the job failed, while what it left is deleted.
    failed: Option<Error>,
    end: Option<Result<(), Error>>,
}

/// What is being done.
enum State {
    Upload,
    /// Storing where the audio is: a large file is not uploaded twice.
    KeepUploaded,
    /// Looking what is newest before the submit.
    Anchor,
    /// Storing that a submit may be under way.
    KeepSubmitting,
    Submit,
    Search(Search),
    KeepSubmitted,
    Poll(Poll),
    /// The server's fault failed the job; storing that it is submitted again.
    KeepAgain,
    Audio(Poll),
    Download(String, Poll),
    Save,
    KeepSaved,
    Erase(Erase),
    KeepErased,
}

impl Machine {
    /// A job at the stage of its ticket.
    pub(crate) fn new(plan: Plan, ticket: JobTicket, now: Duration) -> Self {
        let mut end = None;
        let state = match (ticket.stage, &ticket.transcript) {
            (Stage::New, _) if ticket.audio_url.is_some() => State::Anchor,
            (Stage::New, _) => State::Upload,
            (Stage::Submitted, Some(_)) => State::Poll(Poll::new(now)),
            // Who does not ask for a deletion gets none: what was saved can be fetched once more.
            (Stage::Saved, Some(_)) if !plan.erase => State::Poll(Poll::new(now)),
            (Stage::Saved | Stage::Erased, Some(_)) => {
                if !plan.erase {
                    end = Some(Err(Error::Deleted));
                }
                State::Erase(Erase::new(&ticket))
            }
            (Stage::Submitting | Stage::Submitted, _) if ticket.audio_url.is_some() => {
                State::Search(Search::default())
            }
            // Half a ticket: what can't be looked for must not be billed again.
            (stage, _) => {
                let was_submitted = matches!(stage, Stage::Submitting | Stage::Submitted);
                end = Some(Err(if was_submitted {
                    Error::SubmitUnclear
                } else {
                    Error::NotFound
                }));
                State::Save
            }
        };
        if plan.submit_only && matches!(state, State::Poll(_) | State::Erase(_)) {
            end = Some(Ok(()));
        }
        Self {
            plan,
            ticket,
            state,
            wait: None,
            patience: Patience::new(plan.seed),
            submits: 0,
            raw: None,
            seen: Vec::new(),
            deletion: None,
            audio_failure: None,
            failed: None,
            end,
        }
    }

    /// Only the redacted audio of a transcript.
    pub(crate) fn of_audio(plan: Plan, id: TranscriptId, now: Duration) -> Self {
        let mut ticket = JobTicket::new("");
        ticket.stage = Stage::Submitted;
        ticket.transcript = Some(id);
        let mut machine = Self::new(plan, ticket, now);
        machine.state = State::Audio(Poll::new(now));
        machine
    }

    /// Told of a transcript that this account has shown: when it is not found later, it is gone.
    pub(crate) fn has_seen(mut self, id: TranscriptId) -> Self {
        self.seen.push(id);
        self
    }

    pub(crate) const fn ticket(&self) -> &JobTicket {
        &self.ticket
    }

    /// The finished transcript, once it is fetched. It is large, and is not kept beside what is made of it.
    pub(crate) const fn take_raw(&mut self) -> Option<Raw> {
        self.raw.take()
    }

    pub(crate) fn step(&self) -> Step {
        if self.end.is_some() {
            return Step::Done;
        }
        if let Some(until) = self.wait {
            return Step::Wait(until);
        }
        match &self.state {
            State::Upload => Step::Upload,
            State::Anchor => Step::Call(Call::List {
                limit: 1,
                before: None,
            }),
            State::KeepUploaded
            | State::KeepSubmitting
            | State::KeepSubmitted
            | State::KeepAgain
            | State::KeepSaved
            | State::KeepErased => Step::Keep,
            State::Submit => Step::Call(Call::Submit),
            State::Search(search) => Step::Call(search.call()),
            State::Poll(_) => self.about(Call::Get),
            State::Audio(_) => self.about(Call::RedactedAudio),
            State::Download(url, _) => Step::Download(url.clone()),
            State::Save => Step::Save,
            State::Erase(erase) => erase.call().map_or(Step::Keep, Step::Call),
        }
    }

    /// A call about the transcript; a ticket without one never gets here.
    fn about(&self, call: impl FnOnce(TranscriptId) -> Call) -> Step {
        let id = self.ticket.transcript.clone();
        id.map_or(Step::Done, |id| Step::Call(call(id)))
    }

    /// Takes how the last step went. What does not belong to it is passed over.
    pub(crate) fn on(&mut self, event: Event, now: Duration) {
        match event {
            Event::Woke => self.wait = None,
            Event::Kept(Ok(())) => self.kept(now),
            Event::Kept(Err(error)) => self.fail(Error::Ticket(error)),
            Event::Uploaded(Ok(uploaded)) => self.uploaded(uploaded),
            Event::Uploaded(Err(error)) => self.fail(error),
            Event::Answered(outcome) => self.answered(outcome, now),
            Event::Downloaded(outcome) => self.downloaded(outcome),
            Event::Saved(Ok(())) => {
                self.ticket.stage = Stage::Saved;
                self.go(State::KeepSaved);
            }
            Event::Saved(Err(error)) => self.fail(Error::Save(error)),
        }
    }

    /// The end of a job whose step is [`Step::Done`].
    pub(crate) fn take_end(&mut self) -> Result<End, Error> {
        self.end.take().unwrap_or(Ok(()))?;
        Ok(End {
            raw: self.raw.take(),
            deletion: self.deletion.take(),
            audio_failure: self.audio_failure.take(),
        })
    }

    fn kept(&mut self, now: Duration) {
        match self.state {
            State::KeepUploaded => self.go(State::Anchor),
            State::KeepSubmitting | State::KeepAgain => self.go(State::Submit),
            State::KeepSubmitted if self.plan.submit_only => self.end = Some(Ok(())),
            State::KeepSubmitted => {
                self.go(State::Poll(Poll::new(now)));
                self.wait = Some(now + self.plan.poll.wait(0));
            }
            State::KeepSaved => self.go(State::Erase(Erase::new(&self.ticket))),
            // Nothing to delete is deleted.
            State::KeepErased | State::Erase(_) => self.end = Some(Ok(())),
            _ => {}
        }
    }

    fn uploaded(&mut self, uploaded: Uploaded) {
        self.ticket.audio_url = Some(uploaded.url);
        self.ticket.sha256 = Some(uploaded.sha256);
        self.ticket.bytes = Some(uploaded.bytes);
        self.go(State::KeepUploaded);
    }

    fn answered(&mut self, outcome: Outcome, now: Duration) {
        match self.state {
            State::Anchor => self.anchored(outcome, now),
            State::Submit => self.submitted(outcome, now),
            State::Search(_) => self.searched(outcome, now),
            State::Poll(_) => self.polled(outcome, now),
            State::Audio(_) => self.audio(outcome, now),
            State::Erase(_) => self.erased(outcome, now),
            _ => {}
        }
    }

    /// The next thing, with new patience.
    fn go(&mut self, state: State) {
        self.state = state;
        self.patience.renew();
    }

    fn fail(&mut self, error: Error) {
        self.end = Some(Err(error));
    }

    /// Waits before the same call is made again, or gives up.
    fn again(&mut self, verdict: Verdict, now: Duration) {
        match self.patience.next(&verdict) {
            Some(wait) => self.wait = Some(now + wait),
            None => self.fail(verdict.into_error()),
        }
    }

    /// The same for an answer that can't be read.
    fn unreadable(&mut self, call: &'static str, flaw: Flaw, now: Duration) {
        let Flaw { line, column } = flaw;
        let error = Error::Malformed { call, line, column };
        self.again(Verdict::Passing(error), now);
    }
}
