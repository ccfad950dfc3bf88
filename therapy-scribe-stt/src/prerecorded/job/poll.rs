//! Waiting for a job, and for its redacted audio (`pre-recorded.md` 5 and 9.4).

use std::time::Duration;

use super::{Machine, Outcome, State, Verdict, erase::Erase, judge};
use crate::prerecorded::{
    Error, FailureReason, PollPlan, Stage,
    error::failure,
    wire::{self, Raw, Status, read::Flaw},
};

/// How long redacted audio is waited for, and the longest wait before it is asked for again.
const AUDIO_LIMIT: Duration = Duration::from_secs(120);
const AUDIO_INTERVAL: Duration = Duration::from_secs(3);
/// How many addresses of redacted audio are tried.
const MOST_ADDRESSES: u32 = 3;

/// Asking again and again.
#[derive(Debug, Clone)]
pub(crate) struct Poll {
    began: Duration,
    asked: u32,
    /// How many addresses of redacted audio were tried.
    addresses: u32,
    throttled: bool,
}

impl Poll {
    pub(super) const fn new(now: Duration) -> Self {
        Self {
            began: now,
            asked: 0,
            addresses: 0,
            throttled: false,
        }
    }
}

impl Machine {
    pub(super) fn polled(&mut self, outcome: Outcome, now: Duration) {
        let reply = match judge(outcome) {
            Verdict::Good(reply) => reply,
            verdict => return self.poll_failed(verdict, now),
        };
        let raw = match wire::transcript(&reply.body) {
            Ok(raw) => raw,
            Err(flaw) => return self.unreadable("transcript", flaw, now),
        };
        if Some(&raw.id) != self.ticket.transcript.as_ref() {
            return self.unreadable("transcript", Flaw::absent(), now);
        }
        self.patience.renew();
        if !self.seen.contains(&raw.id) {
            self.seen.push(raw.id.clone());
        }
        if raw.is_deleted() {
            return self.fail(Error::Deleted);
        }
        match raw.status {
            Status::Completed => self.completed(raw, now),
            Status::Error => self.job_failed(&raw),
            Status::Waiting => self.poll_later(&raw, now),
        }
    }

    fn completed(&mut self, raw: Raw, now: Duration) {
        self.raw = Some(raw);
        if self.plan.redacted_audio {
            self.go(State::Audio(Poll::new(now)));
        } else {
            self.fetched();
        }
    }

    fn fetched(&mut self) {
        if self.plan.erase {
            self.go(State::Save);
        } else {
            self.end = Some(Ok(()));
        }
    }

    /// A fault of theirs is submitted again once, under a new id; it is stored before.
    fn job_failed(&mut self, raw: &Raw) {
        let error = failure(&raw.id, raw.error());
        let theirs = matches!(
            error,
            Error::Failed {
                reason: FailureReason::Server,
                ..
            }
        );
        if !theirs || self.ticket.others.contains(&raw.id) || self.has_failed_before() {
            if !self.plan.erase {
                return self.fail(error);
            }
            self.failed = Some(error);
            return self.go(State::Erase(Erase::new(&self.ticket)));
        }
        self.ticket.others.push(raw.id.clone());
        self.ticket.transcript = None;
        self.ticket.stage = Stage::Submitting;
        self.submits = 0;
        self.go(State::KeepAgain);
    }

    fn has_failed_before(&self) -> bool {
        !self.ticket.others.is_empty()
    }

    fn poll_failed(&mut self, verdict: Verdict, now: Duration) {
        let State::Poll(poll) = &self.state else {
            return;
        };
        let over = now.saturating_sub(poll.began) >= self.limit(None);
        match self.patience.next_without_end(&verdict).filter(|_| !over) {
            Some(wait) => self.wait = Some(now + wait),
            None => self.fail(verdict.into_error()),
        }
    }

    fn poll_later(&mut self, raw: &Raw, now: Duration) {
        let limit = self.limit(raw.duration());
        let interval = self.plan.poll;
        let Some(id) = self.ticket.transcript.clone() else {
            return;
        };
        let State::Poll(poll) = &mut self.state else {
            return;
        };
        poll.throttled = raw.is_throttled();
        let waited = now.saturating_sub(poll.began);
        if waited >= limit {
            let throttled = poll.throttled;
            return self.fail(Error::StillRunning {
                id,
                waited,
                throttled,
            });
        }
        poll.asked = poll.asked.saturating_add(1);
        // The last look is at the limit itself.
        let wait = interval.wait(poll.asked).min(limit.saturating_sub(waited));
        self.wait = Some(now + wait);
    }

    /// How long the job is waited for: ten minutes, or the length of the audio where that is more.
    fn limit(&self, seconds: Option<u64>) -> Duration {
        let by_service = seconds.map(Duration::from_secs);
        let length = by_service.max(self.plan.audio_length).unwrap_or_default();
        let limit = self.plan.poll.limit;
        limit.unwrap_or_else(|| PollPlan::SHORTEST_LIMIT.max(length))
    }

    /// Whether the redacted audio is there.
    pub(super) fn audio(&mut self, outcome: Outcome, now: Duration) {
        let reply = match judge(outcome) {
            Verdict::Good(reply) => reply,
            Verdict::Final(Error::Refused { status: 400, .. } | Error::NotFound) => {
                // It never comes: the transcript is worth saving all the same.
                if self.plan.erase {
                    self.audio_failure = Some(Error::RedactedAudioGone);
                    return self.fetched();
                }
                return self.fail(Error::RedactedAudioGone);
            }
            verdict => return self.again(verdict, now),
        };
        let url = match wire::redacted_audio(&reply.body) {
            Ok(url) => url,
            // 202 may come without a body.
            Err(_) if reply.status == 202 => None,
            Err(flaw) => return self.unreadable("redacted-audio", flaw, now),
        };
        self.patience.renew();
        let interval = self.plan.poll;
        let State::Audio(poll) = &mut self.state else {
            return;
        };
        if let (Some(url), 200) = (url, reply.status) {
            let poll = poll.clone();
            self.state = State::Download(url, poll);
        } else if now.saturating_sub(poll.began) >= AUDIO_LIMIT {
            self.fail(Error::RedactedAudioNotReady);
        } else {
            let wait = interval.wait(poll.asked).min(AUDIO_INTERVAL);
            poll.asked = poll.asked.saturating_add(1);
            self.wait = Some(now + wait);
        }
    }

    /// An address lives for half an hour and may have been refused; the next `GET` gives a fresh one.
    pub(super) fn downloaded(&mut self, outcome: Result<(), Error>) {
        let State::Download(_, poll) = &mut self.state else {
            return;
        };
        poll.addresses += 1;
        match outcome {
            Ok(()) => self.fetched(),
            Err(error @ Error::Sink(_)) => self.fail(error),
            Err(error) if poll.addresses >= MOST_ADDRESSES => self.fail(error),
            Err(_) => {
                let poll = poll.clone();
                self.state = State::Audio(poll);
            }
        }
    }
}
