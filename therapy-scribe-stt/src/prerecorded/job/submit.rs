//! Submitting once. There is no idempotency on the wire: where the answer is lost, the list of transcripts tells whether the
//! submit was received (`pre-recorded.md` 5).

use std::time::Duration;

use super::{Call, Machine, Outcome, State, Verdict, judge};
use crate::prerecorded::{
    Error, Stage, TranscriptId,
    wire::{self, RawEntry, RawPage, read::Flaw},
};

/// How many entries of the list are asked for at once.
pub(crate) const PAGE: usize = 100;
/// An account that submits more in a minute is beyond this search.
pub(crate) const MOST_PAGES: u8 = 20;
/// When the list is looked through after a loss: a submit may still be on its way while its answer is given up.
const ROUNDS: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_secs(5),
    Duration::from_secs(15),
    Duration::from_secs(30),
];
/// How often a submit that was not received is sent.
const MOST_SUBMITS: u8 = 3;

/// Looking for a submit whose answer was lost.
#[derive(Default)]
pub(crate) struct Search {
    round: usize,
    pages: u8,
    before: Option<TranscriptId>,
    found: Vec<TranscriptId>,
    /// A newer transcript could not be read, or does not say where its audio is: it may be the one.
    unclear: bool,
}

impl Search {
    pub(super) fn call(&self) -> Call {
        Call::List {
            limit: PAGE,
            before: self.before.clone(),
        }
    }
}

impl Machine {
    /// What is newest before the submit.
    pub(super) fn anchored(&mut self, outcome: Outcome, now: Duration) {
        let reply = match judge(outcome) {
            Verdict::Good(reply) => reply,
            verdict => return self.again(verdict, now),
        };
        match wire::page(&reply.body, 1) {
            // Without the newest, an earlier job of the same address would pass for this one.
            Ok(page) if page.is_torn => self.unreadable("list", Flaw::absent(), now),
            Ok(page) => {
                self.ticket.newest_before = page.entries.into_iter().next().map(|entry| entry.id);
                self.ticket.stage = Stage::Submitting;
                self.go(State::KeepSubmitting);
            }
            Err(flaw) => self.unreadable("list", flaw, now),
        }
    }

    pub(super) fn submitted(&mut self, outcome: Outcome, now: Duration) {
        match judge(outcome) {
            Verdict::Good(reply) => match wire::transcript(&reply.body) {
                Ok(raw) => self.found(raw.id),
                // The job is there, and its id is in the list.
                Err(_) => self.lost(),
            },
            Verdict::Passing(_) => self.lost(),
            verdict => self.again(verdict, now),
        }
    }

    fn lost(&mut self) {
        self.submits = self.submits.saturating_add(1);
        self.go(State::Search(Search::default()));
    }

    fn found(&mut self, id: TranscriptId) {
        self.ticket.transcript = Some(id);
        self.ticket.stage = Stage::Submitted;
        self.go(State::KeepSubmitted);
    }

    /// One page of the list.
    pub(super) fn searched(&mut self, outcome: Outcome, now: Duration) {
        let reply = match judge(outcome) {
            Verdict::Good(reply) => reply,
            verdict => return self.search_again(verdict, now),
        };
        let page = match wire::page(&reply.body, PAGE) {
            Ok(page) => page,
            Err(flaw) => {
                let error = Error::Malformed {
                    call: "list",
                    line: flaw.line,
                    column: flaw.column,
                };
                return self.search_again(Verdict::Passing(error), now);
            }
        };
        self.patience.renew();
        self.look_through(&page, now);
    }

    /// A list that can't be had proves nothing. What is said then is that nothing is known, but for a refusal of the key.
    fn search_again(&mut self, verdict: Verdict, now: Duration) {
        match self.patience.next(&verdict) {
            Some(wait) => self.wait = Some(now + wait),
            None => self.fail(match verdict {
                Verdict::Final(error) => error,
                _ => Error::SubmitUnknown,
            }),
        }
    }

    fn look_through(&mut self, page: &RawPage, now: Duration) {
        let entries = &page.entries;
        let State::Search(search) = &mut self.state else {
            return;
        };
        let ticket = &self.ticket;
        let older = |entry: &&RawEntry| Some(&entry.id) != ticket.newest_before.as_ref();
        let newer = entries.iter().take_while(older);
        let is_ours = |entry: &&RawEntry| {
            entry.audio_url.is_some()
                && entry.audio_url == ticket.audio_url
                && !ticket.others.contains(&entry.id)
        };
        search.unclear |= page.is_torn;
        search.unclear |= newer.clone().any(|entry| entry.audio_url.is_none());
        let ours = newer.clone().filter(is_ours);
        search.found.extend(ours.map(|entry| entry.id.clone()));
        search.pages = search.pages.saturating_add(1);
        let is_whole = newer.count() < entries.len() || !page.has_older;
        let last = entries.last().map(|entry| entry.id.clone());
        if !is_whole {
            if search.pages < MOST_PAGES && last.is_some() && last != search.before {
                search.before = last;
                return;
            }
            // It does not come to its end.
            search.unclear = true;
        }
        let mut found = std::mem::take(&mut search.found);
        found.dedup();
        // The list is newest first: the job that was submitted is the oldest.
        match found.pop() {
            Some(id) => {
                // An upload's address is this ticket's alone; another one may be somebody else's too.
                if self.ticket.sha256.is_some() {
                    self.ticket.others.extend(found);
                }
                self.found(id);
            }
            None => self.absent(now),
        }
    }

    /// The list does not have it. It is looked for a few times before that counts as proof.
    fn absent(&mut self, now: Duration) {
        let State::Search(search) = &self.state else {
            return;
        };
        let (round, unclear) = (search.round + 1, search.unclear);
        if let Some(wait) = ROUNDS.get(round) {
            self.go(State::Search(Search {
                round,
                ..Search::default()
            }));
            self.wait = Some(now + *wait);
        } else if self.submits < MOST_SUBMITS && !unclear {
            self.go(State::Submit);
        } else {
            self.fail(if unclear {
                Error::SubmitUnclear
            } else {
                Error::SubmitUnknown
            });
        }
    }
}
