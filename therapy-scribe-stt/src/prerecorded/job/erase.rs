//! Deleting at the service, and making sure (`pre-recorded.md` 12): the answer and later `GET`s keep the status
//! `completed`, so that only the blanked text or address tells.

use std::{collections::VecDeque, time::Duration};

use super::{Call, Machine, Outcome, State, Verdict, judge};
use crate::prerecorded::{Error, JobTicket, Stage, TranscriptId, wire};

/// How often a deletion that did not show is asked for.
const MOST_TRIES: u8 = 3;

/// What was deleted, and what was not.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Deletion {
    /// Transcripts whose deletion was seen: text, words, the audio that was uploaded for them.
    pub confirmed: Vec<TranscriptId>,
    /// Transcripts that are, or may be, still there. Resuming the ticket tries again.
    pub unconfirmed: Vec<Leftover>,
}

/// A transcript that may still be at the service.
#[derive(Debug)]
#[non_exhaustive]
pub struct Leftover {
    /// The transcript.
    pub id: TranscriptId,
    /// Why; `None` where the service said yes and the transcript is there all the same.
    pub why: Option<Error>,
}

impl Deletion {
    /// Whether everything that the job left at the service is gone, as far as the service shows. Ids stay in its list; redacted
    /// audio, and uploads that broke off, go by themselves within two days.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.unconfirmed.is_empty()
    }
}

/// How a deletion ended.
enum Settled {
    Gone,
    Left(Option<Error>),
}

/// One deletion after the other.
pub(crate) struct Erase {
    left: VecDeque<TranscriptId>,
    verifying: bool,
    tries: u8,
    report: Deletion,
}

impl Erase {
    pub(super) fn new(ticket: &JobTicket) -> Self {
        Self::of(ticket.transcript.iter().chain(&ticket.others).cloned())
    }

    pub(crate) fn of(ids: impl IntoIterator<Item = TranscriptId>) -> Self {
        Self {
            left: ids.into_iter().collect(),
            verifying: false,
            tries: 0,
            report: Deletion::default(),
        }
    }

    /// `None` when all is done.
    pub(super) fn call(&self) -> Option<Call> {
        let id = self.left.front()?.clone();
        Some(if self.verifying {
            Call::Get(id)
        } else {
            Call::Delete(id)
        })
    }

    fn settle(&mut self, settled: Settled) {
        if let Some(id) = self.left.pop_front() {
            match settled {
                Settled::Gone => self.report.confirmed.push(id),
                Settled::Left(why) => self.report.unconfirmed.push(Leftover { id, why }),
            }
        }
        self.verifying = false;
        self.tries = 0;
    }
}

impl Machine {
    pub(super) fn erased(&mut self, outcome: Outcome, now: Duration) {
        let State::Erase(erase) = &mut self.state else {
            return;
        };
        let deleting = !erase.verifying;
        match judge(outcome) {
            Verdict::Good(_) if deleting => {
                erase.verifying = true;
                self.patience.renew();
            }
            Verdict::Good(reply) => match wire::transcript(&reply.body) {
                Ok(raw) if raw.is_deleted() => self.settle(Settled::Gone),
                Ok(_) => self.still_there(now),
                Err(flaw) => {
                    let error = Error::Malformed {
                        call: "transcript",
                        line: flaw.line,
                        column: flaw.column,
                    };
                    self.delete_again(Verdict::Passing(error), now);
                }
            },
            // Gone before.
            Verdict::Final(Error::NotFound) if !deleting => self.settle(Settled::Gone),
            Verdict::Final(Error::NotFound | Error::Refused { status: 400, .. }) if deleting => {
                erase.verifying = true;
                self.patience.renew();
            }
            verdict => self.delete_again(verdict, now),
        }
    }

    fn delete_again(&mut self, verdict: Verdict, now: Duration) {
        match self.patience.next(&verdict) {
            Some(wait) => self.wait = Some(now + wait),
            None => self.settle(Settled::Left(Some(verdict.into_error()))),
        }
    }

    fn still_there(&mut self, now: Duration) {
        let State::Erase(erase) = &mut self.state else {
            return;
        };
        erase.tries += 1;
        erase.verifying = false;
        if erase.tries >= MOST_TRIES {
            return self.settle(Settled::Left(None));
        }
        self.wait = Some(now + Duration::from_secs(2));
    }

    fn settle(&mut self, settled: Settled) {
        let State::Erase(erase) = &mut self.state else {
            return;
        };
        erase.settle(settled);
        self.patience.renew();
        if erase.left.is_empty() {
            let report = std::mem::take(&mut erase.report);
            if report.is_complete() {
                self.ticket.stage = Stage::Erased;
                self.state = State::KeepErased;
            } else {
                self.end = Some(Ok(()));
            }
            self.deletion = Some(report);
        }
    }
}
