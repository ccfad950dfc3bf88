//! The rules of a capture, without sockets and clocks: which connection gets which audio, what is sent again after a
//! loss, and when it ends (`streaming-stt.md` 9.1 to 9.3). Its orders name a connection; times are counted from its begin.

mod heard;
mod loss;
mod rotation;
#[cfg(test)]
mod tests;

use std::{collections::VecDeque, time::Duration};

use therapy_scribe_core::{
    AudioError, AudioFormat, AudioFrame, ConnectionId, ConnectionStatus, Finality, GapReason,
    MediaTime, RetryAdvice, SpeakerId, SttControl, SttEvent, SttFailure, Turn, TurnId,
};

use super::{
    CaptureError, CaptureStats,
    intake::Intake,
    opens::Gate,
    patience::{Pace, Patience},
    ring::Ring,
    seam::Seams,
};
use rotation::Rotation;

/// The end of a final turn may stand so much after its last word.
const PADDING: Duration = Duration::from_millis(1300);
/// Confirmed silence beyond this is not heard again, though the words before it would help to match voices.
const LONG_SILENCE: Duration = Duration::from_secs(45);
/// A service that has never answered is tried so often by each part.
const FIRST_TRIES: usize = 3;
/// At the end, what is still to be made up for may take as long as it is, and this much more.
const FINISH_LIMIT: Duration = Duration::from_secs(300);

/// What a capture may be told about its limits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// How much audio is kept for a connection that is gone.
    pub(super) keep: Duration,
    pub(super) format: AudioFormat,
    /// What a new connection hears again.
    pub(super) overlap: Duration,
    /// How long the service lets a session last.
    pub(super) session: Duration,
    /// Without a frame for so long the source is starved.
    pub(super) starved_after: Duration,
    /// What chance depends on.
    pub(super) seed: u64,
    pub(super) part: Part,
}

/// Which of several captures of one session this is: each participant of a call has their own connections.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// From 0.
    pub(super) index: u16,
    /// How many there are.
    pub(super) of: u16,
    /// Who speaks on this channel; `None` where several do, and the service tells them apart.
    pub(super) speaker: Option<SpeakerId>,
}

impl Part {
    /// The only one.
    pub(super) const WHOLE: Self = Self {
        index: 0,
        of: 1,
        speaker: None,
    };
}

/// What the engine is to do.
#[derive(Debug)]
pub(super) enum Order {
    /// Open a connection for audio from `base` on.
    Connect {
        connection: ConnectionId,
        base: MediaTime,
    },
    /// Give a connection a command.
    Control {
        connection: ConnectionId,
        control: SttControl,
    },
    /// Let go of a connection that is of no use any more.
    Drop(ConnectionId),
    /// Keep a frame as it was captured.
    Record(AudioFrame),
    /// Apply an event to the transcript.
    Apply(SttEvent),
    /// A label of a connection stands for this speaker, or for nobody known.
    Find(SpeakerId, Option<SpeakerId>),
    /// It is over.
    End {
        stats: CaptureStats,
        error: Option<CaptureError>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    Opening,
    Open {
        since: Duration,
        /// Everything was sent; the service says the rest.
        draining: bool,
    },
    Waiting {
        until: Duration,
    },
    Ended,
}

#[derive(Debug)]
pub(super) struct Machine {
    limits: Limits,
    link: Link,
    /// The current connection, or the next.
    connection: ConnectionId,
    base: MediaTime,
    intake: Intake,
    ring: Ring,
    seams: Seams,
    gate: Gate,
    patience: Patience,
    pace: Pace,
    rotation: Rotation,
    has_streamed: bool,
    final_until: MediaTime,
    /// Until when the service says that nothing else was said.
    quiet_until: MediaTime,
    /// The turn that is open, as the transcript shows it.
    partial: Option<TurnId>,
    source_ended: bool,
    /// Told after everything that came before it.
    source_error: Option<AudioError>,
    finish_until: Option<Duration>,
    /// Why there is no connection.
    failure: Option<SttFailure>,
    /// How far the finals were when a connection last came back for the rest.
    resumed_at: Option<MediaTime>,
    orders: VecDeque<Order>,
    stats: CaptureStats,
}

impl Machine {
    pub(super) fn new(now: Duration, limits: Limits, gate: Gate) -> Self {
        let mut machine = Self {
            limits,
            link: Link::Opening,
            connection: ConnectionId::new(limits.part.index),
            base: MediaTime::ZERO,
            intake: Intake::new(limits.format, limits.starved_after),
            ring: Ring::new(limits.keep),
            seams: Seams::default(),
            gate,
            patience: Patience::new(limits.seed),
            pace: Pace::new(now),
            rotation: Rotation::default(),
            has_streamed: false,
            final_until: MediaTime::ZERO,
            quiet_until: MediaTime::ZERO,
            partial: None,
            source_ended: false,
            source_error: None,
            finish_until: None,
            failure: None,
            resumed_at: None,
            orders: VecDeque::new(),
            stats: CaptureStats::default(),
        };
        machine.open(now);
        machine
    }

    pub(super) const fn wants_frames(&self) -> bool {
        !self.source_ended && !self.is_ended()
    }

    /// The next frame to send, if one may be sent now.
    pub(super) fn pop_audio(&mut self, now: Duration) -> Option<AudioFrame> {
        let Link::Open {
            draining: false, ..
        } = self.link
        else {
            return None;
        };
        let length = self.ring.next()?.duration();
        if !self.pace.take(now, length) {
            return None;
        }
        let frame = self.ring.take_next();
        self.settle();
        frame
    }

    /// Whether audio waits for its time to be sent.
    pub(super) fn has_audio(&self, now: Duration) -> bool {
        self.audio_at().is_some_and(|at| at <= now)
    }

    pub(super) fn pop_order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// When to call [`on_deadline`](Self::on_deadline).
    pub(super) fn deadline(&self) -> Option<Duration> {
        let link = match self.link {
            Link::Waiting { until } => Some(until),
            _ => None,
        };
        let finish = self.finish_until.filter(|_| !self.is_ended());
        let intake = self.wants_frames().then(|| self.intake.deadline());
        let all = [link, finish, intake, self.rotation_at()];
        all.into_iter().flatten().min()
    }

    pub(super) const fn backlog(&self) -> Duration {
        self.ring.waiting()
    }

    pub(super) const fn is_ended(&self) -> bool {
        matches!(self.link, Link::Ended)
    }

    pub(super) fn on_frame(&mut self, now: Duration, frame: &AudioFrame) {
        let (frame, told) = self.intake.on_frame(now, frame);
        self.apply_all(told);
        self.take(now, frame);
    }

    fn take(&mut self, now: Duration, frame: AudioFrame) {
        self.orders.push_back(Order::Record(frame.clone()));
        let has_connection = matches!(self.link, Link::Opening | Link::Open { .. });
        let hole = self.ring.push(frame, has_connection);
        // Audio with a hole in it would have every later word at a wrong time.
        if hole && matches!(self.link, Link::Open { .. }) {
            self.orders.push_back(Order::Drop(self.connection));
            let late = "the speech service took audio too slowly";
            let soon = RetryAdvice::After(Duration::ZERO);
            self.lose(now, SttFailure::new(late, soon, None));
        }
    }

    /// What is said from here on is not for the record.
    pub(super) fn on_pause(&mut self) {
        self.intake.pause();
    }

    pub(super) fn on_resume(&mut self) {
        let told = self.intake.resume();
        self.apply_all(told);
    }

    /// The source has no more audio, or failed: what it gave is transcribed to its end.
    pub(super) fn on_source_end(&mut self, now: Duration, outcome: Result<(), AudioError>) {
        self.source_error = outcome.err();
        self.on_finish(now);
    }

    /// The host wants the end.
    pub(super) fn on_finish(&mut self, now: Duration) {
        if !self.is_ended() && self.finish_until.is_none() {
            self.source_ended = true;
            self.cancel_rotation();
            let told = self.intake.finish();
            self.apply_all(told);
            self.allow_finishing(now);
            self.settle();
        }
    }

    /// The host says that two speakers are one.
    pub(super) fn on_merge(&mut self, from: SpeakerId, to: SpeakerId) {
        self.seams.merge(from, to);
    }

    /// The host is gone.
    pub(super) fn on_abort(&mut self) {
        if !self.is_ended() {
            self.drop_others();
            self.orders.push_back(Order::Drop(self.connection));
            self.end(None);
        }
    }

    pub(super) fn on_connected(&mut self, now: Duration, connection: ConnectionId) {
        self.gate.answered();
        if self.rotation.is_next(connection) {
            return self.rotate(now);
        }
        if self.link != Link::Opening || connection != self.connection {
            return;
        }
        if self
            .ring
            .next_start()
            .is_some_and(|start| start != self.base)
        {
            // While it opened, audio that it was opened for had to go; every time that it tells would be wrong.
            self.orders.push_back(Order::Drop(connection));
            let late = "the connection came about too late";
            let soon = RetryAdvice::After(Duration::ZERO);
            return self.retry(now, Duration::ZERO, SttFailure::new(late, soon, None));
        }
        self.stream(now);
        if self.has_streamed {
            self.stats.reconnects += 1;
            let replaying = ConnectionStatus::replaying(self.base, self.ring.captured_until());
            self.apply(SttEvent::Status(replaying));
        }
        self.has_streamed = true;
        // Back at last; but a service that only opens and breaks does not hold the end up for ever.
        if self.finish_until.is_some() && self.resumed_at.is_none_or(|at| self.final_until > at) {
            self.resumed_at = Some(self.final_until);
            self.allow_finishing(now);
        }
        self.settle();
    }

    fn stream(&mut self, now: Duration) {
        self.link = Link::Open {
            since: now,
            draining: false,
        };
        self.pace = Pace::new(now);
        self.failure = None;
    }

    /// The connection did not come about.
    pub(super) fn on_refused(
        &mut self,
        now: Duration,
        connection: ConnectionId,
        failure: SttFailure,
    ) {
        if self.rotation.is_next(connection) {
            self.rotation_refused(now, &failure);
        } else if self.link == Link::Opening && connection == self.connection {
            self.retry(now, Duration::ZERO, failure);
        }
    }

    pub(super) fn on_event(
        &mut self,
        now: Duration,
        connection: ConnectionId,
        item: Result<SttEvent, SttFailure>,
    ) {
        if self.rotation.is_retiring(connection) {
            return self.on_retiring(item);
        }
        let Link::Open { draining, .. } = self.link else {
            return;
        };
        if connection != self.connection {
            return;
        }
        match item {
            Ok(SttEvent::Closed(stats)) => {
                self.stats.connection = stats;
                if draining && stats.complete {
                    self.end(None);
                } else {
                    let early = "the speech service ended the session early";
                    let soon = RetryAdvice::After(Duration::from_millis(500));
                    self.lose(now, SttFailure::new(early, soon, None));
                }
            }
            Ok(event) => self.on_heard(event),
            Err(failure) => self.lose(now, failure),
        }
    }

    pub(super) fn on_deadline(&mut self, now: Duration) {
        if self.finish_until.is_some_and(|until| until <= now) && !self.is_ended() {
            self.orders.push_back(Order::Drop(self.connection));
            self.gap_to_end(GapReason::EndedEarly);
            let failure = self.failure.take().map(CaptureError::Speech);
            self.end(failure);
            return;
        }
        while self.wants_frames()
            && let Some((silence, told)) = self.intake.on_deadline(now)
        {
            self.apply_all(told);
            self.take(now, silence);
        }
        if let Link::Waiting { until } = self.link
            && until <= now
        {
            self.open(now);
        }
        if self.rotation_at().is_some_and(|at| at <= now) {
            self.begin_rotation(now);
        }
    }

    /// Asks the service to drain once all audio is on its way.
    fn settle(&mut self) {
        if let Link::Open { draining, .. } = &mut self.link
            && !*draining
            && self.source_ended
            && self.ring.next().is_none()
        {
            *draining = true;
            self.orders.push_back(Order::Control {
                connection: self.connection,
                control: SttControl::Finish,
            });
        }
    }

    /// The end may take as long as what is still missing, and some time beyond it.
    fn allow_finishing(&mut self, now: Duration) {
        let behind = self.ring.captured_until().since(self.final_until);
        self.finish_until = Some(now + behind + FINISH_LIMIT);
    }

    /// When to call [`pop_audio`](Self::pop_audio).
    pub(super) fn audio_at(&self) -> Option<Duration> {
        let Link::Open {
            draining: false, ..
        } = self.link
        else {
            return None;
        };
        Some(self.pace.ready_at(self.ring.next_length()?))
    }

    /// The number of the next connection; parts take turns, so that none has another's.
    fn connection_after(&self) -> ConnectionId {
        let number = self.connection.number().saturating_add(self.limits.part.of);
        ConnectionId::new(number)
    }

    const fn is_mid_turn(&self) -> bool {
        self.partial.is_some()
    }

    /// What is shown of an open turn will not become final.
    fn close_partial(&mut self) {
        if let Some(id) = self.partial.take() {
            let nothing = Turn::new(id, Finality::Partial, None, Vec::new());
            self.apply(SttEvent::Partial(nothing));
        }
    }

    fn replay_from(&self) -> MediaTime {
        let known = self.known_until();
        let is_long = known.since(self.final_until) > LONG_SILENCE;
        // Hearing minutes of silence again would keep the live text behind for as many quarters of an hour.
        let from = if is_long { known } else { self.final_until };
        from.minus(PADDING + self.limits.overlap)
    }

    fn known_until(&self) -> MediaTime {
        self.final_until.max(self.quiet_until)
    }

    fn apply(&mut self, event: SttEvent) {
        self.orders.push_back(Order::Apply(event));
    }

    fn apply_all(&mut self, events: impl IntoIterator<Item = SttEvent>) {
        let speaker = self.limits.part.speaker;
        let own = |event| match event {
            SttEvent::Gap(gap) => SttEvent::Gap(gap.of(speaker)),
            other => other,
        };
        let orders = events.into_iter().map(own).map(Order::Apply);
        self.orders.extend(orders);
    }

    fn end(&mut self, error: Option<CaptureError>) {
        self.drop_others();
        self.close_partial();
        let error = self.source_error.take().map(CaptureError::Source).or(error);
        self.link = Link::Ended;
        self.gate.leave();
        self.gate.spent();
        self.stats.captured = self.ring.captured_until().since(MediaTime::ZERO);
        self.orders.push_back(Order::End {
            stats: self.stats,
            error,
        });
    }
}
