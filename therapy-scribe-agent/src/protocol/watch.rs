//! What is waited for, and how long (`voice-agent.md` 8.2).

use std::time::Duration;

/// How long an answer may be owed before it is asked for.
const ANSWER_LIMIT: Duration = Duration::from_secs(7);
/// How long a reply that was nothing has to become something.
const SILENT_LIMIT: Duration = Duration::from_millis(1500);
/// How long the service has to begin another reply by itself after its model failed.
const FAILED_LIMIT: Duration = Duration::from_secs(3);
/// Somebody who is said to speak and of whom nothing is heard for so long does not speak.
const SPEECH_LIMIT: Duration = Duration::from_secs(10);
/// Without a frame of any kind: when a sign of life is asked for, and when the line is given up.
pub(super) const PING_AFTER: Duration = Duration::from_secs(30);
pub(super) const DEAD_AFTER: Duration = Duration::from_secs(45);

/// The clinician, as the service hears them.
#[derive(Debug, Default)]
pub(super) struct User {
    /// Since when they speak, or were last heard doing so.
    speaking: Option<Duration>,
    quiet_since: Duration,
}

impl User {
    pub(super) const fn heard(&mut self, now: Duration) {
        self.speaking = Some(now);
    }

    /// A partial came: they still speak, if they did.
    pub(super) const fn still(&mut self, now: Duration) {
        if self.speaking.is_some() {
            self.speaking = Some(now);
        }
    }

    pub(super) const fn quiet(&mut self, now: Duration) {
        self.speaking = None;
        self.quiet_since = now;
    }

    pub(super) fn is_speaking(&self, now: Duration) -> bool {
        self.speaking
            .is_some_and(|heard| now < heard + SPEECH_LIMIT)
    }

    /// Since when they are quiet, or from when on they count as such.
    pub(super) fn quiet_from(&self) -> Duration {
        self.speaking
            .map_or(self.quiet_since, |heard| heard + SPEECH_LIMIT)
    }
}

#[derive(Debug, Default)]
pub(super) struct Watch {
    /// Since when an answer is owed for a result that was sent.
    owed: Option<Duration>,
    /// Since when a reply is awaited that was asked for.
    asked: Option<Duration>,
    /// When a reply that was nothing is told of.
    pub(super) silent: Option<Duration>,
    /// When a reply that failed is asked for once more.
    pub(super) failed: Option<Duration>,
    pub(super) last_heard: Duration,
    pub(super) pinged: bool,
}

impl Watch {
    pub(super) const fn owe(&mut self, now: Duration) {
        self.owed = Some(now);
    }

    pub(super) const fn asked(&mut self, now: Duration) {
        self.asked = Some(now);
    }

    pub(super) const fn reply_started(&mut self) {
        self.owed = None;
        self.asked = None;
        self.silent = None;
        self.failed = None;
    }

    pub(super) fn was_silent(&mut self, now: Duration) {
        self.silent = Some(now + SILENT_LIMIT);
    }

    pub(super) fn has_failed(&mut self, now: Duration) {
        self.failed = Some(now + FAILED_LIMIT);
    }

    /// Whether the agent is about to speak anyway.
    pub(super) fn expects_reply(&self, now: Duration) -> bool {
        let awaited = |since: Duration| now < since + ANSWER_LIMIT;
        self.owes() || self.asked.is_some_and(awaited)
    }

    /// Whether an answer is on its way that was not asked for.
    pub(super) const fn owes(&self) -> bool {
        self.owed.is_some() || self.failed.is_some()
    }

    /// When what was asked for is not awaited any longer.
    pub(super) fn asked_until(&self) -> Duration {
        self.asked
            .map_or(Duration::ZERO, |since| since + ANSWER_LIMIT)
    }

    /// When an owed answer is asked for, given since when nothing stands in its way.
    pub(super) fn owed_until(&self, free_since: Duration) -> Option<Duration> {
        self.owed.map(|since| since.max(free_since) + ANSWER_LIMIT)
    }

    pub(super) fn dead_at(&self) -> Duration {
        self.last_heard + if self.pinged { DEAD_AFTER } else { PING_AFTER }
    }
}
