//! When to try again, and how fast to send (`streaming-stt.md` 8.4, 9.3). Times are counted from the capture's begin.

use std::time::Duration;

/// Waits between tries, each with up to a fifth more or less, so that clients do not come back in step.
const WAITS: [Duration; 7] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(20),
    Duration::from_secs(30),
];
/// A connection that held so long was healthy: the next drop begins with the shortest wait.
const HEALTHY: Duration = Duration::from_secs(60);

/// Says when the next connection should be opened.
#[derive(Debug)]
pub(super) struct Patience {
    failures: usize,
    random: u64,
}

impl Patience {
    pub(super) const fn new(seed: u64) -> Self {
        Self {
            failures: 0,
            random: seed,
        }
    }

    /// A connection is gone, which had streamed for `healthy`. Returns when the next one should be opened; never before
    /// `asked` is over, if the service asked for that.
    pub(super) fn next_try(
        &mut self,
        now: Duration,
        healthy: Duration,
        asked: Duration,
    ) -> Duration {
        if healthy >= HEALTHY {
            self.failures = 0;
        }
        let wait = WAITS
            .get(self.failures)
            .or(WAITS.last())
            .copied()
            .unwrap_or(HEALTHY);
        self.failures += 1;
        now + self.jittered(wait).max(asked)
    }

    /// How many connections in a row have failed.
    pub(super) const fn failures(&self) -> usize {
        self.failures
    }

    /// 0.8 to 1.2 of a wait; the same for the same seed (`SplitMix64`).
    fn jittered(&mut self, wait: Duration) -> Duration {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let thousandths = 800 + u32::try_from((z ^ (z >> 31)) % 401).unwrap_or(200);
        wait * thousandths / 1000
    }
}

/// Faster than life, so that a backlog shrinks, and within what the service bears.
const REPLAY: f64 = 1.15;
/// What may be sent at once after a wait.
const BURST: Duration = Duration::from_secs(1);

/// Meters audio: 1.15 seconds a second at most, and no more than life while the service says that it is too much.
#[derive(Debug)]
pub(super) struct Pace {
    credit: Duration,
    counted: Duration,
    rate: f64,
}

impl Pace {
    /// For a connection that opens now.
    pub(super) const fn new(now: Duration) -> Self {
        Self {
            credit: BURST,
            counted: now,
            rate: REPLAY,
        }
    }

    /// The service says how many seconds of audio it gets in one.
    pub(super) fn told(&mut self, factor: f64) {
        self.rate = if factor > REPLAY { 1.0 } else { REPLAY };
    }

    /// Whether so much audio may be sent now; it is then counted as sent.
    pub(super) fn take(&mut self, now: Duration, audio: Duration) -> bool {
        let passed = now.saturating_sub(self.counted);
        self.counted = now;
        self.credit = (self.credit + passed.mul_f64(self.rate)).min(BURST.max(audio));
        let enough = self.credit >= audio;
        if enough {
            self.credit -= audio;
        }
        enough
    }

    /// When so much audio may be sent.
    pub(super) fn ready_at(&self, audio: Duration) -> Duration {
        let missing = audio.saturating_sub(self.credit);
        // A little later rather than a little earlier, whatever rounding does.
        self.counted + missing.div_f64(self.rate) + Duration::from_micros(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Duration = Duration::from_millis(100);

    #[test]
    fn a_backlog_is_sent_a_little_faster_than_life_and_slower_when_told() {
        for (factor, expected) in [(1.0, 11.5), (1.4, 10.0)] {
            let mut pace = Pace::new(Duration::ZERO);
            pace.told(factor);
            let mut now = Duration::ZERO;
            let mut sent = Duration::ZERO;
            while now < Duration::from_secs(10) {
                if pace.take(now, FRAME) {
                    sent += FRAME;
                } else {
                    now = pace.ready_at(FRAME);
                }
            }
            let sent = sent.as_secs_f64() - BURST.as_secs_f64();
            assert!((sent - expected).abs() < 0.2, "{factor}: {sent}");
        }
    }

    #[test]
    fn tries_come_further_and_further_apart_until_a_connection_held() {
        let mut patience = Patience::new(1);
        let mut now = Duration::ZERO;
        let mut waits = Vec::new();
        for _ in 0..12 {
            let next = patience.next_try(now, Duration::ZERO, Duration::ZERO);
            waits.push(next.saturating_sub(now).as_millis());
            now = next;
        }
        assert!((400..=600).contains(&waits[0]));
        assert!((24_000..=36_000).contains(&waits[11]), "{waits:?}");
        assert_eq!(patience.failures(), 12);
        let now = now + Duration::from_secs(300);
        let again = patience.next_try(now, HEALTHY, Duration::ZERO);
        assert!(
            again < now + Duration::from_millis(601),
            "a healthy minute counts"
        );
        let asked = patience.next_try(now, HEALTHY, Duration::from_secs(30));
        assert_eq!(asked, now + Duration::from_secs(30));
    }
}
