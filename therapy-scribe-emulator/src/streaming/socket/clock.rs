//! Protocol time of one session.

use std::time::Duration;

use tokio::time::Instant;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    began: Instant,
    speed: f64,
}

impl Clock {
    /// `speed` is how many protocol seconds a real one has.
    pub(crate) fn new(speed: f64) -> Self {
        Self {
            began: Instant::now(),
            speed,
        }
    }

    /// With a beginning that is past.
    pub(crate) const fn since(began: Instant, speed: f64) -> Self {
        Self { began, speed }
    }

    pub(crate) fn now_ms(self) -> u64 {
        let scaled = self.began.elapsed().as_secs_f64() * self.speed * 1000.0;
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the cast saturates"
        )]
        let millis = scaled as u64;
        millis
    }

    pub(crate) fn at(self, protocol_ms: u64) -> Instant {
        #[expect(
            clippy::as_conversions,
            clippy::cast_precision_loss,
            reason = "milliseconds of one session"
        )]
        let seconds = (protocol_ms as f64 / 1000.0 / self.speed).min(86_400.0);
        // A hair late, so that what is due is due.
        self.began + Duration::from_secs_f64(seconds) + Duration::from_micros(200)
    }
}
