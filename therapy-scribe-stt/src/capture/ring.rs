//! Audio that may have to be sent again.

use std::{collections::VecDeque, time::Duration};

use therapy_scribe_core::{AudioFrame, MediaTime};

/// How much more a connection that opens or catches up may have waiting.
const SLACK: Duration = Duration::from_secs(60);

/// The frames from the last final turn on, and a little before it; the next to send is among them.
#[derive(Debug)]
pub(super) struct Ring {
    frames: VecDeque<AudioFrame>,
    /// How many of them have been sent on the current connection.
    sent: usize,
    held: Duration,
    waiting: Duration,
    limit: Duration,
    captured_until: MediaTime,
}

impl Ring {
    pub(super) fn new(limit: Duration) -> Self {
        Self {
            frames: VecDeque::new(),
            sent: 0,
            held: Duration::ZERO,
            waiting: Duration::ZERO,
            limit,
            captured_until: MediaTime::ZERO,
        }
    }

    /// Takes a frame. Beyond the limit the oldest go. Where a connection is there or on its way, what it was not sent yet
    /// stays a little longer; returns whether even that had to go, so that the connection's audio has a hole.
    pub(super) fn push(&mut self, frame: AudioFrame, has_connection: bool) -> bool {
        self.captured_until = frame.end();
        self.held += frame.duration();
        self.waiting += frame.duration();
        self.frames.push_back(frame);
        let mut hole = false;
        while self.held > self.limit && self.frames.len() > 1 {
            let is_needed = has_connection && self.sent == 0;
            if is_needed && self.held <= self.limit + SLACK {
                break;
            }
            hole |= is_needed;
            self.drop_oldest();
        }
        hole
    }

    /// The next frame to send.
    pub(super) fn next(&self) -> Option<&AudioFrame> {
        self.frames.get(self.sent)
    }

    /// Where the next frame begins.
    pub(super) fn next_start(&self) -> Option<MediaTime> {
        self.next().map(AudioFrame::start)
    }

    /// How long the next frame is.
    pub(super) fn next_length(&self) -> Option<Duration> {
        self.next().map(AudioFrame::duration)
    }

    /// Hands it over; it stays here until it is let go.
    pub(super) fn take_next(&mut self) -> Option<AudioFrame> {
        let frame = self.frames.get(self.sent)?.clone();
        self.sent += 1;
        self.waiting = self.waiting.saturating_sub(frame.duration());
        Some(frame)
    }

    /// Lets go of what was sent and ends before `time`.
    pub(super) fn release(&mut self, time: MediaTime) {
        while self.sent > 0 && self.frames.front().is_some_and(|frame| frame.end() <= time) {
            self.drop_oldest();
        }
    }

    /// Where audio that holds `time` begins, or the oldest after it.
    pub(super) fn start_of(&self, time: MediaTime) -> MediaTime {
        let first = self.frames.partition_point(|frame| frame.end() <= time);
        let frame = self.frames.get(first);
        frame.map_or(self.captured_until, AudioFrame::start)
    }

    /// Begins to send anew from `time`, or from the oldest audio there is after it. Returns where that is.
    pub(super) fn rewind(&mut self, time: MediaTime) -> MediaTime {
        self.sent = self.frames.partition_point(|frame| frame.end() <= time);
        self.waiting = self
            .frames
            .iter()
            .skip(self.sent)
            .map(AudioFrame::duration)
            .sum();
        self.next().map_or(self.captured_until, AudioFrame::start)
    }

    /// How much waits to be sent.
    pub(super) const fn waiting(&self) -> Duration {
        self.waiting
    }

    pub(super) const fn captured_until(&self) -> MediaTime {
        self.captured_until
    }

    fn drop_oldest(&mut self) {
        if let Some(frame) = self.frames.pop_front() {
            self.held = self.held.saturating_sub(frame.duration());
            if self.sent == 0 {
                self.waiting = self.waiting.saturating_sub(frame.duration());
            }
            self.sent = self.sent.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use therapy_scribe_core::{AudioFormat, SampleRate};

    use super::*;

    fn second(number: u64) -> AudioFrame {
        let format = AudioFormat::mono(SampleRate::HZ_8000);
        AudioFrame::new(format, MediaTime::from_millis(number * 1000), vec![0; 8000])
    }

    #[test]
    fn what_was_sent_is_sent_again_from_where_it_is_needed() {
        let mut ring = Ring::new(Duration::from_secs(10));
        (0..5).for_each(|number| assert!(!ring.push(second(number), true)));
        while ring.take_next().is_some() {}
        ring.release(MediaTime::from_millis(2500));
        assert_eq!(ring.rewind(MediaTime::from_millis(3200)).as_millis(), 3000);
        assert_eq!(ring.waiting(), Duration::from_secs(2));
        assert_eq!(ring.rewind(MediaTime::ZERO).as_millis(), 2000);
        assert_eq!(ring.rewind(MediaTime::from_millis(9000)).as_millis(), 5000);
        assert!(ring.next().is_none());
    }

    #[test]
    fn beyond_the_limit_the_oldest_go_and_a_hole_is_told() {
        let mut ring = Ring::new(Duration::from_secs(3));
        (0..3).for_each(|number| assert!(!ring.push(second(number), true)));
        assert!(ring.take_next().is_some());
        assert!(!ring.push(second(3), true), "that one was sent");
        // Nothing else was sent: it stays a minute longer, and then it is a hole.
        (4..64).for_each(|number| assert!(!ring.push(second(number), true)));
        assert!(ring.push(second(64), true));
        // Without a connection nobody misses it.
        assert!(!ring.push(second(65), false));
        assert_eq!(ring.waiting(), Duration::from_secs(3));
    }
}
