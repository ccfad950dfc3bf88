//! Deleting at the service, and making sure (`pre-recorded.md` 12): the answer and later `GET`s keep the status
//! `completed`, so that only the blanked text or address tells.

use std::{collections::VecDeque, time::Duration};

use super::{
    Call, Machine, Outcome, State, Verdict, judge,
    submit::{MOST_PAGES, PAGE},
};
use crate::prerecorded::{
    Error, JobTicket, Stage, TranscriptId,
    wire::{self, read::Flaw},
};

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
    /// Why; `None` where the service said yes and the transcript is there all the same. [`Error::NotFound`] where this key
    /// finds neither the transcript nor a trace of it: the key may be of another project or region.
    pub why: Option<Error>,
}

impl Deletion {
    /// Whether everything that the job left at the service is gone, as far as the service shows. Ids stay in its list; redacted
    /// audio, and uploads that broke off, go by themselves within two days.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        // A report of nothing proves nothing.
        self.unconfirmed.is_empty() && !self.confirmed.is_empty()
    }

    /// Nothing is known of what the ticket left.
    pub(crate) fn unseen(ticket: &JobTicket) -> Self {
        let leftover = |id| Leftover { id, why: None };
        Self {
            confirmed: Vec::new(),
            unconfirmed: ids(ticket).map(leftover).collect(),
        }
    }
}

/// How a deletion ended.
enum Settled {
    Gone,
    Left(Option<Error>),
}

/// What is asked of one transcript.
enum Ask {
    Delete,
    /// Whether it is gone.
    Verify,
    /// Whether it was this account's: a wrong key or region finds nothing either. Deleted ones stay in the list.
    List {
        before: Option<TranscriptId>,
        pages: u8,
    },
}

/// One deletion after the other.
pub(crate) struct Erase {
    left: VecDeque<TranscriptId>,
    ask: Ask,
    /// Whether this account is known to have had the transcript that is deleted now.
    known: bool,
    /// Whether that holds for all.
    all_known: bool,
    tries: u8,
    report: Deletion,
}

impl Erase {
    /// The transcript last: until it is gone, a ticket that is resumed knows what it is of.
    pub(super) fn new(ticket: &JobTicket) -> Self {
        let verified = ticket.stage == Stage::Erased;
        Self {
            left: ids(ticket).collect(),
            ask: Ask::Delete,
            known: verified,
            all_known: verified,
            tries: 0,
            report: Deletion::default(),
        }
    }

    /// `None` when all is done.
    pub(super) fn call(&self) -> Option<Call> {
        let id = self.left.front()?.clone();
        Some(match &self.ask {
            Ask::Delete => Call::Delete(id),
            Ask::Verify => Call::Get(id),
            Ask::List { before, .. } => Call::List {
                limit: PAGE,
                before: before.clone(),
            },
        })
    }

    fn settle(&mut self, settled: Settled) {
        if let Some(id) = self.left.pop_front() {
            match settled {
                Settled::Gone => self.report.confirmed.push(id),
                Settled::Left(why) => self.report.unconfirmed.push(Leftover { id, why }),
            }
        }
        self.ask = Ask::Delete;
        self.known = self.all_known;
        self.tries = 0;
    }
}

fn ids(ticket: &JobTicket) -> impl Iterator<Item = TranscriptId> {
    ticket.others.iter().chain(&ticket.transcript).cloned()
}

impl Machine {
    pub(super) fn erased(&mut self, outcome: Outcome, now: Duration) {
        let State::Erase(erase) = &mut self.state else {
            return;
        };
        let verdict = judge(outcome);
        let known = erase.known || erase.left.front().is_some_and(|id| self.seen.contains(id));
        match (&erase.ask, verdict) {
            (Ask::Delete, Verdict::Good(_)) => {
                erase.known = true;
                self.verify();
            }
            (Ask::Delete, Verdict::Final(Error::NotFound | Error::Refused { status: 400, .. })) => {
                self.verify();
            }
            (Ask::Verify, Verdict::Good(reply)) => self.verified(&reply.body, now),
            // Gone before.
            (Ask::Verify, Verdict::Final(Error::NotFound)) if known => self.settle(Settled::Gone),
            (Ask::Verify, Verdict::Final(Error::NotFound)) => {
                erase.ask = Ask::List {
                    before: None,
                    pages: 0,
                };
                self.patience.renew();
            }
            (Ask::List { .. }, Verdict::Good(reply)) => self.listed(&reply.body, now),
            (_, verdict) => self.delete_again(verdict, now),
        }
    }

    fn verify(&mut self) {
        if let State::Erase(erase) = &mut self.state {
            erase.ask = Ask::Verify;
        }
        self.patience.renew();
    }

    fn verified(&mut self, body: &[u8], now: Duration) {
        let State::Erase(erase) = &self.state else {
            return;
        };
        match wire::transcript(body) {
            Ok(raw) if Some(&raw.id) != erase.left.front() => {
                self.erase_unreadable("transcript", Flaw::absent(), now);
            }
            Ok(raw) if raw.is_deleted() => self.settle(Settled::Gone),
            Ok(_) => self.still_there(now),
            Err(flaw) => self.erase_unreadable("transcript", flaw, now),
        }
    }

    /// A page of the list, in which a transcript that is not found may stand as deleted.
    fn listed(&mut self, body: &[u8], now: Duration) {
        let page = match wire::page(body, PAGE) {
            Ok(page) => page,
            Err(flaw) => return self.erase_unreadable("list", flaw, now),
        };
        let State::Erase(erase) = &mut self.state else {
            return;
        };
        let Ask::List { before, pages } = &mut erase.ask else {
            return;
        };
        let ours = erase.left.front();
        if let Some(entry) = page.entries.iter().find(|entry| Some(&entry.id) == ours) {
            return self.settle(if entry.is_deleted() {
                Settled::Gone
            } else {
                Settled::Left(Some(Error::NotFound))
            });
        }
        let last = page.entries.last().map(|entry| entry.id.clone());
        *pages += 1;
        if page.has_older && *pages < MOST_PAGES && last.is_some() && last != *before {
            *before = last;
            return self.patience.renew();
        }
        self.settle(Settled::Left(Some(Error::NotFound)));
    }

    fn erase_unreadable(&mut self, call: &'static str, flaw: Flaw, now: Duration) {
        let Flaw { line, column } = flaw;
        let error = Error::Malformed { call, line, column };
        self.delete_again(Verdict::Passing(error), now);
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
        erase.ask = Ask::Delete;
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
            if let Some(Error::Failed {
                id, reason, detail, ..
            }) = self.failed.take()
            {
                // The stage stays: there was nothing to save, and a ticket that is resumed must not look saved.
                let deletion = Some(Box::new(report));
                return self.fail(Error::Failed {
                    id,
                    reason,
                    detail,
                    deletion,
                });
            }
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
