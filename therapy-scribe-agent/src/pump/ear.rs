//! Whether the agent may hear.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

/// What microphone and loudspeaker have to know of each other.
#[derive(Debug)]
pub(super) struct Ear {
    /// For how long after the agent was heard nothing is; `None`: the agent hears all the time.
    tail: Option<Duration>,
    muted: AtomicBool,
    /// Until when the agent is heard, as far as is known.
    heard_until: Mutex<Option<Instant>>,
}

impl Ear {
    pub(super) const fn new(tail: Option<Duration>) -> Self {
        Self {
            tail,
            muted: AtomicBool::new(false),
            heard_until: Mutex::new(None),
        }
    }

    pub(super) fn mute(&self) {
        self.muted.store(true, Ordering::Release);
    }

    pub(super) fn unmute(&self) {
        self.muted.store(false, Ordering::Release);
    }

    pub(super) fn is_deaf(&self) -> bool {
        self.muted.load(Ordering::Acquire) || self.is_echoing()
    }

    /// Speech is with the sink, that will have been heard after so long.
    pub(super) fn speaks(&self, rest: Duration) {
        *self.heard_until() = Some(Instant::now() + rest);
    }

    /// Nothing of what was to be heard is any more.
    pub(super) fn hushes(&self) {
        let now = Instant::now();
        let mut until = self.heard_until();
        *until = until.map(|until| until.min(now));
    }

    fn is_echoing(&self) -> bool {
        self.tail
            .zip(*self.heard_until())
            .is_some_and(|(tail, until)| Instant::now() < until + tail)
    }

    fn heard_until(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.heard_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
