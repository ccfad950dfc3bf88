//! Changing the connection before the service ends it (`streaming-stt.md` 9.4): the next one opens while this one still
//! hears, takes over from a little before, and only then this one says the rest and goodbye.

use std::time::Duration;

use therapy_scribe_core::{ConnectionId, MediaTime, SttControl, SttEvent, SttFailure};

use super::{Link, Machine, Order};

/// So long before the end of a session the change begins; how long it may wait for a pause.
const BEFORE_END: Duration = Duration::from_secs(120);
const PATIENCE: Duration = Duration::from_secs(60);
/// After a try that failed.
const AGAIN: Duration = Duration::from_secs(20);

/// Where a change of connection stands.
#[derive(Debug, Default)]
pub(super) struct Rotation {
    /// The connection that is being opened, and where its audio begins.
    next: Option<(ConnectionId, MediaTime)>,
    not_before: Duration,
    /// The connection that says the rest.
    retiring: Option<ConnectionId>,
}

impl Rotation {
    /// Audio from here on must be kept for the next connection.
    pub(super) fn keeps_from(&self) -> Option<MediaTime> {
        self.next.map(|(_, base)| base)
    }

    pub(super) fn is_next(&self, connection: ConnectionId) -> bool {
        self.next.is_some_and(|(next, _)| next == connection)
    }

    pub(super) fn is_retiring(&self, connection: ConnectionId) -> bool {
        self.retiring == Some(connection)
    }

    /// Takes the attempt that is under way.
    pub(super) fn take_next(&mut self) -> Option<(ConnectionId, MediaTime)> {
        self.next.take()
    }
}

impl Machine {
    /// When a change should begin at the latest.
    pub(super) fn rotation_at(&self) -> Option<Duration> {
        let Link::Open {
            since,
            draining: false,
        } = self.link
        else {
            return None;
        };
        let is_free = self.rotation.next.is_none() && self.rotation.retiring.is_none();
        let before = BEFORE_END.min(self.limits.session / 4);
        let at = since.saturating_add(self.limits.session.saturating_sub(before));
        let in_pause = if self.is_mid_turn() {
            at.saturating_add(PATIENCE.min(before / 2))
        } else {
            at
        };
        (is_free && !self.source_ended).then(|| in_pause.max(self.rotation.not_before))
    }

    pub(super) fn begin_rotation(&mut self, now: Duration) {
        if let Err(until) = self.gate.ask(now) {
            self.rotation.not_before = until;
            return;
        }
        let next = self.connection_after();
        let base = self.ring.start_of(self.replay_from());
        self.rotation.next = Some((next, base));
        self.connect(next, base);
    }

    /// The next connection is open: from here on it hears.
    pub(super) fn rotate(&mut self, now: Duration) {
        let Some((next, base)) = self.rotation.take_next() else {
            return;
        };
        if self.ring.start_of(base) != base {
            // What it was opened for is gone; every time that it tells would be wrong.
            self.orders.push_back(Order::Drop(next));
            self.rotation.not_before = now + AGAIN;
            return;
        }
        self.close_partial();
        self.orders.push_back(Order::Control {
            connection: self.connection,
            control: SttControl::Finish,
        });
        self.rotation.retiring = Some(self.connection);
        self.stats.rotations += 1;
        self.feed_from(next, base);
        self.stream(now);
    }

    pub(super) fn rotation_refused(&mut self, now: Duration, failure: &SttFailure) {
        tracing::debug!(%failure, "the next connection did not come about");
        self.rotation.next = None;
        self.rotation.not_before = now + AGAIN;
    }

    /// No change any more: the end has come.
    pub(super) fn cancel_rotation(&mut self) {
        if matches!(self.link, Link::Open { .. }) {
            self.gate.leave();
        }
        if let Some((next, _)) = self.rotation.take_next() {
            self.orders.push_back(Order::Drop(next));
        }
    }

    pub(super) fn on_retiring(&mut self, item: Result<SttEvent, SttFailure>) {
        match item {
            Ok(SttEvent::Final(turn)) => {
                let turn = self.attributed(turn);
                self.note_final(&turn);
                let joined = self.seams.late(turn);
                self.find(joined.found);
                self.apply_all(joined.turn.map(SttEvent::Final));
            }
            Ok(SttEvent::Closed(_)) | Err(_) => self.rotation.retiring = None,
            Ok(SttEvent::Revised(relabels)) => self.on_revised(relabels),
            // What else it has to say is about nothing that anybody waits for.
            Ok(_) => {}
        }
    }

    /// Lets go of every connection but the current one.
    pub(super) fn drop_others(&mut self) {
        self.cancel_rotation();
        if let Some(retiring) = self.rotation.retiring.take() {
            self.orders.push_back(Order::Drop(retiring));
        }
    }
}
