//! Losing a connection, and what comes after (`streaming-stt.md` 9.3).

use std::time::Duration;

use therapy_scribe_core::{
    ConnectionId, ConnectionStatus, Gap, GapReason, MediaTime, RetryAdvice, SttEvent, SttFailure,
};

use super::{CaptureError, FIRST_TRIES, Link, Machine, Order};

impl Machine {
    pub(super) fn lose(&mut self, now: Duration, failure: SttFailure) {
        let healthy = match self.link {
            Link::Open { since, .. } => now.saturating_sub(since),
            _ => Duration::ZERO,
        };
        self.close_partial();
        // Whatever it said of itself, it has not said everything.
        self.stats.connection.complete = false;
        if let Some((next, base)) = self.rotation.take_next() {
            if self.ring.start_of(base) == base {
                return self.go_on_with(next, base, failure);
            }
            self.orders.push_back(Order::Drop(next));
            self.connection = next;
        }
        self.retry(now, healthy, failure);
        if !self.is_ended() {
            self.connection = self.connection_after();
        }
    }

    /// The next connection is on its way already.
    fn go_on_with(&mut self, next: ConnectionId, base: MediaTime, failure: SttFailure) {
        let lost = ConnectionStatus::lost(self.connection, failure.message, Duration::ZERO);
        self.apply(SttEvent::Status(lost));
        self.feed_from(next, base);
        self.link = Link::Opening;
    }

    /// From here on audio goes to this connection, beginning with `base`.
    pub(super) fn feed_from(&mut self, connection: ConnectionId, base: MediaTime) {
        self.connection = connection;
        self.base = self.ring.rewind(base);
        self.seams.open(connection, self.base);
    }

    pub(super) fn retry(&mut self, now: Duration, healthy: Duration, failure: SttFailure) {
        let RetryAdvice::After(asked) = failure.advice else {
            return self.fail(failure);
        };
        // It has its place in the queue once it wants to open, not while it waits for its own reasons.
        self.gate.leave();
        let until = self.patience.next_try(now, healthy, asked);
        if self.patience.failures() >= FIRST_TRIES {
            self.gate.spent();
        }
        let expected = until.max(self.gate.expected(now));
        if self.gate.is_hopeless() || self.finish_until.is_some_and(|end| end <= expected) {
            return self.fail(failure);
        }
        self.link = Link::Waiting { until };
        let wait = expected.saturating_sub(now);
        let lost = ConnectionStatus::lost(self.connection, failure.message.clone(), wait);
        self.failure = Some(failure);
        self.apply(SttEvent::Status(lost));
    }

    /// Opens a connection that hears again what the last may have missed, and a little more; or waits until it may.
    pub(super) fn open(&mut self, now: Duration) {
        // The other parts may have had no answer either, since this one began to wait.
        if self.gate.is_hopeless()
            && let Some(failure) = self.failure.take()
        {
            return self.fail(failure);
        }
        if let Err(until) = self.gate.ask(now) {
            self.link = Link::Waiting { until };
            return;
        }
        self.feed_from(self.connection, self.replay_from());
        let known = self.known_until();
        if self.base > known {
            self.gap(known, self.base, GapReason::ConnectionLost);
            self.final_until = self.base;
        }
        self.link = Link::Opening;
        self.connect(self.connection, self.base);
    }

    pub(super) fn connect(&mut self, connection: ConnectionId, base: MediaTime) {
        self.orders.push_back(Order::Connect { connection, base });
    }

    fn gap(&mut self, from: MediaTime, to: MediaTime, reason: GapReason) {
        if to > from {
            let speaker = self.limits.part.speaker;
            self.apply(SttEvent::Gap(Gap::new(from, to, reason).of(speaker)));
        }
    }

    pub(super) fn gap_to_end(&mut self, reason: GapReason) {
        self.gap(self.known_until(), self.ring.captured_until(), reason);
    }

    fn fail(&mut self, failure: SttFailure) {
        self.gap_to_end(GapReason::ConnectionLost);
        self.end(Some(CaptureError::Speech(failure)));
    }
}
