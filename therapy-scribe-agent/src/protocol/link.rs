//! Connections and sessions: how one comes about, is lost, resumed, handed over and ended (`voice-agent.md` 6, 7).

use std::time::Duration;

use therapy_scribe_transport::{self as transport, Outgoing};

use super::{
    Action, Conversation, GOODBYE_LIMIT,
    retry::{RESUME_LIMIT, classify},
};
use crate::{
    AgentEvent, AgentSession, AgentUpdate, SessionOrigin,
    config::Tuning,
    error::Error,
    wire::{self, Ready, ServiceError},
};

/// How long the service may take until it is ready.
pub(crate) const READY_LIMIT: Duration = Duration::from_secs(12);
/// How long a session lasts that does not say: an hour was seen.
const USUAL_LENGTH: Duration = Duration::from_secs(55 * 60);
const LONGEST: Duration = Duration::from_secs(3 * 3600);
/// How long a complaint may be a close's reason.
const REASON_AGE: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// A connection is opened at this time.
    Waiting {
        dial_at: Duration,
    },
    /// A connection is being opened.
    Dialing,
    /// The first message was sent; the service should be ready by then.
    Opening {
        ready_by: Duration,
    },
    Live,
    /// The goodbye was sent, and is waited for until then.
    Leaving {
        by: Duration,
    },
    Done,
}

/// What a connection is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    New { tries: usize },
    Resume { lost_at: Duration, tries: usize },
    HandOver { tries: usize },
}

#[derive(Debug, Default)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) expires: Option<Duration>,
    pub(super) warned: bool,
    pub(super) resumes: u32,
    pub(super) opened_at: Duration,
    /// Since when its present line is ready.
    pub(super) live_since: Duration,
    /// When to see next whether it is time to hand over.
    pub(super) look_at: Option<Duration>,
    /// Something that was to be sent was lost with the line.
    pub(super) missed: bool,
}

impl Conversation {
    /// The connection is open.
    pub(crate) fn on_opened(&mut self, now: Duration) {
        self.now = now;
        if self.link != Link::Dialing {
            return;
        }
        self.watch.last_heard = now;
        self.watch.pinged = false;
        self.last_error = None;
        let first = match self.purpose {
            Purpose::New { .. } => wire::first_update(&self.fields, None),
            Purpose::HandOver { .. } => wire::first_update(&self.fields, self.recap.as_ref()),
            Purpose::Resume { lost_at, .. } if lost_at + RESUME_LIMIT <= now => {
                self.actions.push_back(Action::HangUp);
                self.resume_failed(now, None);
                return self.settle(now);
            }
            Purpose::Resume { .. } => wire::resume(&self.session.id),
        };
        self.link = Link::Opening {
            ready_by: now + READY_LIMIT,
        };
        self.actions.push_back(Action::Send(Outgoing::Text(first)));
    }

    /// No connection came about.
    pub(crate) fn on_unopened(&mut self, now: Duration, error: Error) {
        self.now = now;
        if self.link == Link::Dialing {
            self.opening_failed(now, error);
            self.settle(now);
        }
    }

    /// The connection broke.
    pub(crate) fn on_lost(&mut self, now: Duration, error: transport::Error) {
        self.now = now;
        match self.link {
            Link::Opening { .. } => self.opening_failed(now, super::lost(error)),
            Link::Live => self.dropped(now),
            Link::Leaving { .. } => self.left(now),
            Link::Waiting { .. } | Link::Dialing | Link::Done => {}
        }
        self.settle(now);
    }

    pub(super) fn on_close(&mut self, now: Duration, code: u16) {
        let error = self.take_error(now);
        match self.link {
            Link::Opening { .. } => self.opening_failed(now, classify(error, code)),
            Link::Live if code == 1008 => {
                self.hang_up();
                match classify(error, code) {
                    Error::Expired => self.expired(now),
                    error => self.finish(now, Err(error)),
                }
            }
            Link::Live => self.dropped(now),
            Link::Leaving { .. } => self.left(now),
            Link::Waiting { .. } | Link::Dialing | Link::Done => {}
        }
    }

    pub(super) fn on_ready(&mut self, now: Duration, ready: &Ready) {
        // Whatever the service names has a record, also while it is being left.
        if !self.sessions.contains(&ready.session_id) && !ready.session_id.is_empty() {
            self.sessions.push(ready.session_id.clone());
        }
        if !matches!(self.link, Link::Opening { .. } | Link::Live) {
            return;
        }
        let length = ready
            .expires_at
            .zip(ready.timestamp)
            .and_then(|(expires, now)| Duration::try_from_secs_f64((expires - now).max(0.0)).ok());
        let expires = match (length, self.session.expires, self.purpose) {
            (Some(length), ..) => now + length.min(LONGEST),
            (None, Some(known), Purpose::Resume { .. }) => known,
            (None, ..) => now + USUAL_LENGTH,
        };
        self.session.expires = Some(expires);
        self.session.id.clone_from(&ready.session_id);
        if self.link == Link::Live {
            return;
        }
        self.link = Link::Live;
        self.go_live(now, expires.saturating_sub(now));
    }

    pub(super) fn go_live(&mut self, now: Duration, expires_in: Duration) {
        let origin = match self.purpose {
            Purpose::New { .. } => SessionOrigin::New,
            Purpose::Resume { .. } => SessionOrigin::Resumed,
            Purpose::HandOver { .. } => SessionOrigin::HandedOver,
        };
        match origin {
            SessionOrigin::Resumed => {
                self.session.resumes += 1;
                self.stats.resumes += 1;
            }
            SessionOrigin::New | SessionOrigin::HandedOver => {
                self.stats.sessions += 1;
                self.session.opened_at = now;
                self.session.resumes = 0;
                self.session.warned = false;
            }
        }
        self.session.live_since = now;
        self.last_error = None;
        let session = AgentSession::new(self.session.id.as_str(), origin, expires_in);
        self.items.push(AgentEvent::Ready(session));
        if let Some(by) = self.ending {
            self.leave(by);
        } else {
            let carried = self.carried.drain(..).map(Action::Send);
            self.actions.extend(carried);
            if std::mem::take(&mut self.session.missed) && origin == SessionOrigin::Resumed {
                self.repeat_configuration();
            }
        }
    }

    /// Some change of the configuration may not have been sent before the line broke.
    fn repeat_configuration(&mut self) {
        if self.fields.agent_id.is_none() {
            let tools = self.fields.tools.clone();
            let mut update = AgentUpdate::new().tools(tools);
            update.prompt.clone_from(&self.fields.prompt);
            self.send(wire::update(&update));
            if self.fields.tuning != Tuning::default() {
                self.send(wire::tuning(&self.fields.tuning));
            }
        }
    }

    /// The host wants the end: the service is told, whatever state the line is in.
    pub(super) fn end(&mut self, now: Duration) {
        if self.ending.is_some() || self.link == Link::Done {
            return;
        }
        let by = now + GOODBYE_LIMIT;
        self.ending = Some(by);
        drop(self.calls.interrupt());
        match (self.link, self.purpose) {
            (Link::Live, _) => self.leave(by),
            // A session that was lost still bills: it is resumed at once, to be ended.
            (Link::Waiting { .. }, Purpose::Resume { .. }) => self.dial(),
            (
                Link::Waiting { .. } | Link::Dialing,
                Purpose::New { .. } | Purpose::HandOver { .. },
            ) => {
                self.hang_up();
                self.finish(now, Ok(()));
            }
            // Nothing may be said before the service is ready; then the goodbye is the first thing.
            (Link::Opening { .. } | Link::Dialing | Link::Leaving { .. } | Link::Done, _) => {}
        }
    }

    pub(super) fn leave(&mut self, by: Duration) {
        self.actions
            .push_back(Action::Send(Outgoing::Text(wire::end())));
        self.link = Link::Leaving { by };
    }

    pub(super) fn on_ended(&mut self, now: Duration, seconds: Option<f64>) {
        let billed = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        if let Some(billed) = billed {
            self.stats.billed = Some(self.stats.billed.unwrap_or_default() + billed);
        }
        self.stats.confirmed = true;
        if matches!(self.link, Link::Leaving { .. }) {
            self.left(now);
            return;
        }
        self.hang_up();
        if self.session.warned {
            self.expired(now);
        } else {
            self.stats.by_provider = true;
            self.finish(now, Ok(()));
        }
    }

    /// The goodbye is through, or is not waited for any longer.
    pub(super) fn left(&mut self, now: Duration) {
        self.hang_up();
        if self.ending.is_some() {
            self.finish(now, Ok(()));
        } else if self.can_hand_over() {
            self.hand_over(now);
        } else {
            self.finish(now, Err(Error::Expired));
        }
    }

    pub(crate) fn on_deadline(&mut self, now: Duration) {
        self.now = now;
        if self.ending.is_some_and(|by| by <= now) {
            self.hang_up();
            self.finish(now, Ok(()));
        }
        match self.link {
            Link::Waiting { dial_at } if dial_at <= now => self.dial(),
            Link::Opening { ready_by } if ready_by <= now => {
                let error = match self.last_error.take() {
                    Some((error, _)) => classify(Some(error), 1008),
                    None => Error::NoAnswer { after: READY_LIMIT },
                };
                self.opening_failed(now, error);
            }
            Link::Leaving { by } if by <= now => self.left(now),
            Link::Live => self.on_live_deadline(now),
            _ => {}
        }
        self.settle(now);
    }

    pub(super) fn dial(&mut self) {
        self.link = Link::Dialing;
        self.actions.push_back(Action::Dial);
    }

    /// Whatever waited to be sent has no line any more.
    pub(super) fn hang_up(&mut self) {
        if self.link == Link::Done {
            return;
        }
        self.actions.clear();
        self.actions.push_back(Action::HangUp);
    }

    /// The last of everything.
    pub(super) fn finish(&mut self, now: Duration, how: Result<(), Error>) {
        if self.link == Link::Done {
            return;
        }
        self.replies.lost(now, &mut self.items);
        drop(self.calls.interrupt());
        self.link = Link::Done;
        self.stats.audio_sent = self.uplink.sent;
        self.stats.audio_lost = self.uplink.lost;
        self.stats.audio_heard = self.replies.heard;
        self.last = Some(how.map(|()| self.stats));
    }

    pub(super) fn take_error(&mut self, now: Duration) -> Option<ServiceError> {
        let (error, at) = self.last_error.take()?;
        (now.saturating_sub(at) <= REASON_AGE).then_some(error)
    }
}
