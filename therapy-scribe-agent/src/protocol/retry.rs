//! Connections that failed or were lost: when another is tried, and when that is the last word (`voice-agent.md` 6, 7).

use std::time::Duration;

use therapy_scribe_transport::Outgoing;

use super::{
    Action, Conversation,
    link::{Link, Purpose},
};
use crate::{AgentEvent, error::Error, wire::ServiceError};

/// Waits before the tries to resume, each a quarter more or less.
const RESUME_WAITS: [Duration; 5] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];
/// A session can be resumed for 30 s after the loss; the last try must arrive before that.
pub(super) const RESUME_LIMIT: Duration = Duration::from_secs(25);
/// How often one session is resumed. A line that is lost more often is no line.
const RESUMES: u32 = 5;
/// Waits before further tries to open a session.
const CROWDED_WAITS: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];
const FAILED_WAITS: [Duration; 1] = [Duration::from_millis(500)];

impl Conversation {
    /// A session that was ready has lost its connection; it waits at the service for half a minute.
    pub(super) fn dropped(&mut self, now: Duration) {
        let is_message = |action: &Action| matches!(action, Action::Send(Outgoing::Text(_)));
        self.session.missed |= self.actions.iter().any(is_message);
        self.hang_up();
        self.replies.lost(now, &mut self.items);
        self.user.quiet(now);
        self.purpose = Purpose::Resume {
            lost_at: now,
            tries: 0,
        };
        if self.session.resumes >= RESUMES || self.session.id.is_empty() {
            self.resume_failed(now, None);
        } else {
            self.wait_to_resume(now, None);
        }
    }

    pub(super) fn wait_to_resume(&mut self, now: Duration, error: Option<Error>) {
        let Purpose::Resume { lost_at, tries } = self.purpose else {
            return;
        };
        let wait = RESUME_WAITS.get(tries).map(|wait| self.jittered(*wait));
        match wait {
            Some(_) if self.ending.is_some() => self.dial(),
            Some(wait) if now + wait < lost_at + RESUME_LIMIT => {
                self.link = Link::Waiting {
                    dial_at: now + wait,
                };
                self.items.push(AgentEvent::Lost { retry_after: wait });
            }
            _ => return self.resume_failed(now, error),
        }
        self.purpose = Purpose::Resume {
            lost_at,
            tries: tries + 1,
        };
    }

    /// The session is gone for good: another one goes on where it was, if there is a recap.
    pub(super) fn resume_failed(&mut self, now: Duration, error: Option<Error>) {
        if self.can_hand_over() {
            self.hand_over(now);
        } else if self.ending.is_some() {
            self.finish(now, Ok(()));
        } else {
            self.finish(now, Err(Error::Lost(error.map(Box::new))));
        }
    }

    pub(super) fn opening_failed(&mut self, now: Duration, error: Error) {
        self.hang_up();
        let waits: &[Duration] = match (&error, self.purpose) {
            (_, Purpose::Resume { .. }) if is_terminal(&error) => {
                return self.resume_failed(now, Some(error));
            }
            (_, Purpose::Resume { .. }) => return self.wait_to_resume(now, Some(error)),
            (Error::Busy { code }, _) if code == "at_capacity" => &CROWDED_WAITS,
            (Error::Service { .. } | Error::NoAnswer { .. }, _) => &FAILED_WAITS,
            (Error::Auth, _) if self.renews_credential => &FAILED_WAITS,
            (Error::Transport(error), Purpose::HandOver { .. }) if error.is_retryable() => {
                &CROWDED_WAITS
            }
            _ => &[],
        };
        let (Purpose::New { tries } | Purpose::HandOver { tries }) = &mut self.purpose else {
            return;
        };
        let wait = waits.get(*tries).copied();
        *tries += 1;
        match wait {
            _ if self.ending.is_some() => self.finish(now, Ok(())),
            Some(wait) => {
                let wait = self.jittered(wait);
                self.link = Link::Waiting {
                    dial_at: now + wait,
                };
            }
            None => self.finish(now, Err(error)),
        }
    }

    /// A refusal to resume is a last word; of other complaints only the close says whether they are fatal.
    pub(super) fn on_error_while_opening(&mut self, now: Duration) {
        let resumes = matches!(self.purpose, Purpose::Resume { .. });
        if !resumes || !matches!(self.link, Link::Opening { .. }) {
            return;
        }
        let terminal = self
            .last_error
            .as_ref()
            .is_some_and(|(error, _)| is_refusal(&error.code));
        if terminal {
            let error = classify(self.take_error(now), 1008);
            self.hang_up();
            self.resume_failed(now, Some(error));
        }
    }

    /// A wait, a quarter more or less (`SplitMix64`).
    pub(super) fn jittered(&mut self, wait: Duration) -> Duration {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let part = u32::try_from((z ^ (z >> 31)) % 1000).unwrap_or(0);
        wait * 3 / 4 + wait / 2 * part / 1000
    }
}

/// Codes that no further try to resume can change.
fn is_refusal(code: &str) -> bool {
    matches!(
        code,
        "session_not_found"
            | "session_forbidden"
            | "session_expired"
            | "unauthorized"
            | "forbidden"
    )
}

fn is_terminal(error: &Error) -> bool {
    matches!(error, Error::Auth | Error::Expired | Error::Refused { .. })
}

/// What a complaint and the close after it mean (7.1).
pub(super) fn classify(error: Option<ServiceError>, close: u16) -> Error {
    let Some(ServiceError {
        code,
        param,
        message,
    }) = error
    else {
        return if close == 1008 {
            Error::Refused {
                code: "1008".to_owned(),
                parameter: None,
                detail: String::new().into(),
            }
        } else {
            Error::Service {
                code: close.to_string(),
            }
        };
    };
    match code.as_str() {
        "unauthorized" | "forbidden" => Error::Auth,
        "at_capacity" | "concurrency_exceeded" => Error::Busy { code },
        "server_error" | "internal_error" | "agent_timeout" | "agent_init_failed" | "unknown" => {
            Error::Service { code }
        }
        "session_expired" => Error::Expired,
        _ => Error::Refused {
            code,
            parameter: param,
            detail: message.into(),
        },
    }
}
