//! The rules of a capture, without sockets and clocks: which connection gets which audio, and when it ends.
//!
//! It owns reconnecting: commands name a connection, since two can be alive at once. This version opens one and ends
//! with it; audio that no final covers yet is told as a gap.

use std::{collections::VecDeque, time::Duration};

use therapy_scribe_core::{
    AudioError, AudioFrame, ConnectionId, Gap, GapReason, MediaTime, SttControl, SttEvent,
    SttFailure, SttStats,
};

use super::{CaptureError, CaptureStats};

/// How much audio may wait for a connection. What is older than this is lost, and told.
const RING_LIMIT: Duration = Duration::from_secs(10 * 60);

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
    /// Apply an event to the transcript.
    Apply(SttEvent),
    /// It is over.
    End {
        stats: CaptureStats,
        error: Option<CaptureError>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Connecting,
    Streaming,
    /// No more audio comes; what waits is sent, then the service drains.
    Finishing,
    Draining,
    Ended,
}

#[derive(Debug)]
pub(super) struct Machine {
    phase: Phase,
    connection: ConnectionId,
    /// Frames that wait for the connection.
    ring: VecDeque<AudioFrame>,
    waiting: Duration,
    captured_until: MediaTime,
    final_until: MediaTime,
    source_ended: bool,
    /// Told after everything that came before it.
    source_error: Option<AudioError>,
    orders: VecDeque<Order>,
    stats: SttStats,
}

impl Machine {
    pub(super) fn new() -> Self {
        let connection = ConnectionId::default();
        let orders = VecDeque::from([Order::Connect {
            connection,
            base: MediaTime::ZERO,
        }]);
        Self {
            phase: Phase::Connecting,
            connection,
            ring: VecDeque::new(),
            waiting: Duration::ZERO,
            captured_until: MediaTime::ZERO,
            final_until: MediaTime::ZERO,
            source_ended: false,
            source_error: None,
            orders,
            stats: SttStats::default(),
        }
    }

    pub(super) fn wants_frames(&self) -> bool {
        !self.source_ended && matches!(self.phase, Phase::Connecting | Phase::Streaming)
    }

    /// Whether a frame waits for an open connection.
    pub(super) fn has_audio(&self) -> bool {
        matches!(self.phase, Phase::Streaming | Phase::Finishing) && !self.ring.is_empty()
    }

    pub(super) fn pop_audio(&mut self) -> Option<AudioFrame> {
        let frame = self.ring.pop_front()?;
        self.waiting = self.waiting.saturating_sub(frame.duration());
        self.settle();
        Some(frame)
    }

    pub(super) fn pop_order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    pub(super) const fn backlog(&self) -> Duration {
        self.waiting
    }

    pub(super) const fn is_ended(&self) -> bool {
        matches!(self.phase, Phase::Ended)
    }

    pub(super) fn on_frame(&mut self, frame: AudioFrame) {
        self.captured_until = frame.end();
        self.waiting += frame.duration();
        self.ring.push_back(frame);
        let mut lost: Option<(MediaTime, MediaTime)> = None;
        while self.waiting > RING_LIMIT
            && let Some(oldest) = self.ring.pop_front()
        {
            self.waiting = self.waiting.saturating_sub(oldest.duration());
            lost = Some((lost.map_or(oldest.start(), |(from, _)| from), oldest.end()));
        }
        if let Some((from, to)) = lost {
            self.gap(from, to, GapReason::ConnectionLost);
        }
    }

    /// The source has no more audio, or failed: what it gave is transcribed to its end.
    pub(super) fn on_source_end(&mut self, outcome: Result<(), AudioError>) {
        self.source_ended = true;
        self.source_error = outcome.err();
        self.on_finish();
    }

    /// The host wants the end.
    pub(super) fn on_finish(&mut self) {
        self.source_ended = true;
        if self.phase == Phase::Streaming {
            self.phase = Phase::Finishing;
        }
        self.settle();
    }

    /// The host is gone.
    pub(super) fn on_abort(&mut self) {
        if !self.is_ended() {
            self.orders.push_back(Order::Control {
                connection: self.connection,
                control: SttControl::Abort,
            });
            self.end(None);
        }
    }

    pub(super) fn on_connected(&mut self, connection: ConnectionId) {
        if self.phase == Phase::Connecting && connection == self.connection {
            self.phase = if self.source_ended {
                Phase::Finishing
            } else {
                Phase::Streaming
            };
            self.settle();
        }
    }

    pub(super) fn on_event(
        &mut self,
        connection: ConnectionId,
        item: Result<SttEvent, SttFailure>,
    ) {
        if connection != self.connection || self.is_ended() {
            return;
        }
        match item {
            Ok(SttEvent::Closed(stats)) => {
                self.stats = stats;
                let error = self.source_error.take().map(CaptureError::Source);
                if !stats.complete {
                    self.gap(self.final_until, self.captured_until, GapReason::EndedEarly);
                }
                self.end(error);
            }
            Ok(event) => {
                if let SttEvent::Final(turn) = &event {
                    self.final_until = self.final_until.max(turn.end());
                }
                self.orders.push_back(Order::Apply(event));
            }
            Err(failure) => self.on_failure(failure),
        }
    }

    /// The connection did not come about, or ended. Reconnecting begins here.
    pub(super) fn on_failure(&mut self, failure: SttFailure) {
        if self.is_ended() {
            return;
        }
        self.gap(
            self.final_until,
            self.captured_until,
            GapReason::ConnectionLost,
        );
        self.end(Some(CaptureError::Speech(failure)));
    }

    /// Asks the service to drain once all audio is on its way.
    fn settle(&mut self) {
        if self.phase == Phase::Finishing && self.ring.is_empty() {
            self.phase = Phase::Draining;
            self.orders.push_back(Order::Control {
                connection: self.connection,
                control: SttControl::Finish,
            });
        }
    }

    fn gap(&mut self, from: MediaTime, to: MediaTime, reason: GapReason) {
        if to > from {
            self.orders
                .push_back(Order::Apply(SttEvent::Gap(Gap::new(from, to, reason))));
        }
    }

    fn end(&mut self, error: Option<CaptureError>) {
        self.phase = Phase::Ended;
        self.ring.clear();
        let captured = self.captured_until.since(MediaTime::ZERO);
        self.orders.push_back(Order::End {
            stats: CaptureStats {
                captured,
                connection: self.stats,
            },
            error,
        });
    }
}

#[cfg(test)]
mod tests {
    use therapy_scribe_core::{AudioFormat, Finality, RetryAdvice, SampleRate, Turn, TurnId, Word};

    use super::*;

    const FIRST: ConnectionId = ConnectionId::new(0);

    fn frame(at_ms: u64, millis: usize) -> AudioFrame {
        let format = AudioFormat::mono(SampleRate::HZ_8000);
        AudioFrame::new(format, MediaTime::from_millis(at_ms), vec![1; millis * 8])
    }

    fn orders(machine: &mut Machine) -> Vec<Order> {
        std::iter::from_fn(|| machine.pop_order()).collect()
    }

    #[test]
    fn audio_waits_for_the_connection_and_the_end_waits_for_the_audio() {
        let mut machine = Machine::new();
        assert!(matches!(&orders(&mut machine)[..], [Order::Connect { .. }]));
        machine.on_frame(frame(0, 100));
        machine.on_frame(frame(100, 100));
        machine.on_finish();
        assert!(!machine.has_audio() && orders(&mut machine).is_empty());
        machine.on_connected(FIRST);
        assert_eq!(machine.pop_audio(), Some(frame(0, 100)));
        assert!(orders(&mut machine).is_empty());
        assert_eq!(machine.pop_audio(), Some(frame(100, 100)));
        assert!(matches!(
            &orders(&mut machine)[..],
            [Order::Control {
                control: SttControl::Finish,
                ..
            }]
        ));
    }

    #[test]
    fn a_failure_tells_what_no_final_covers() {
        let mut machine = Machine::new();
        machine.on_connected(FIRST);
        for second in 0..5 {
            machine.on_frame(frame(second * 1000, 1000));
        }
        let until = MediaTime::from_millis(2000);
        let turn = Turn::new(
            TurnId::new(FIRST, 0),
            Finality::Final,
            None,
            vec![Word::new("so", MediaTime::ZERO, until)],
        );
        machine.on_event(FIRST, Ok(SttEvent::Final(turn)));
        let _ = orders(&mut machine);
        machine.on_event(
            FIRST,
            Err(SttFailure::new("broke", RetryAdvice::Never, None)),
        );
        let orders = orders(&mut machine);
        let [
            Order::Apply(SttEvent::Gap(gap)),
            Order::End {
                error: Some(CaptureError::Speech(_)),
                ..
            },
        ] = &orders[..]
        else {
            panic!("{orders:?}")
        };
        assert_eq!((gap.from, gap.to), (until, MediaTime::from_millis(5000)));
    }

    #[test]
    fn audio_beyond_the_ring_is_a_gap_and_never_silence() {
        let mut machine = Machine::new();
        for minute in 0..12 {
            machine.on_frame(frame(minute * 60_000, 60_000));
        }
        assert_eq!(machine.backlog(), RING_LIMIT);
        let lost: Vec<_> = orders(&mut machine)
            .into_iter()
            .filter_map(|order| match order {
                Order::Apply(SttEvent::Gap(gap)) => {
                    Some((gap.from.as_millis(), gap.to.as_millis()))
                }
                _ => None,
            })
            .collect();
        assert_eq!(lost, [(0, 60_000), (60_000, 120_000)]);
    }

    #[test]
    fn a_source_that_fails_is_told_after_its_audio_was_transcribed() {
        let mut machine = Machine::new();
        machine.on_connected(FIRST);
        machine.on_source_end(Err(AudioError::Empty));
        let _ = orders(&mut machine);
        let stats = SttStats::default();
        machine.on_event(FIRST, Ok(SttEvent::Closed(stats)));
        assert!(matches!(
            &orders(&mut machine)[..],
            [Order::End {
                error: Some(CaptureError::Source(_)),
                ..
            }]
        ));
    }
}
