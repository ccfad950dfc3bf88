//! When a call is made again.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use crate::{Error, HttpReply, error::is_passing};

/// Whether a call is made again, by its outcome.
///
/// ```
/// use std::time::Duration;
/// use therapy_scribe_transport::{Again, Error, HttpReply};
///
/// /// As always, but a crowded service that names no time gets ten seconds.
/// fn judge(outcome: &Result<HttpReply, Error>) -> Again {
///     match outcome {
///         Ok(reply) if reply.status() == 429 => {
///             Again::After(reply.retry_after().unwrap_or(Duration::from_secs(10)))
///         }
///         outcome => Again::if_it_passes(outcome),
///     }
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Again {
    /// This outcome is the last.
    Never,
    /// After the next wait of the plan, if there is one.
    AsPlanned,
    /// After the next wait of the plan, but not before this.
    After(Duration),
}

impl Again {
    /// Yes for what passes: network failures, and HTTP 408, 429 and 5xx.
    #[must_use]
    pub fn if_it_passes(outcome: &Result<HttpReply, Error>) -> Self {
        match outcome {
            Ok(reply) if is_passing(reply.status()) => {
                reply.retry_after().map_or(Self::AsPlanned, Self::After)
            }
            Err(error) if error.is_retryable() => Self::AsPlanned,
            _ => Self::Never,
        }
    }
}

/// How often and when a failed call is made again. Waits get up to a quarter of random extra time, so that many clients
/// do not come back at once. A server that asks for more than 60 s is not waited for.
#[derive(Debug)]
pub struct Retry {
    waits: Vec<Duration>,
    longest: Duration,
    seed: AtomicU64,
}

impl Retry {
    /// One further try after each of these waits. `seed` makes the random extra reproducible.
    #[must_use]
    pub fn new(waits: &[Duration], seed: u64) -> Self {
        Self {
            waits: waits.to_vec(),
            longest: Duration::from_secs(60),
            seed: AtomicU64::new(seed),
        }
    }

    /// No further try.
    #[must_use]
    pub fn never() -> Self {
        Self::new(&[], 0)
    }

    pub(crate) fn start(&self) -> Tries<'_> {
        Tries {
            retry: self,
            next: 0,
        }
    }

    /// `wait` and up to a quarter more.
    fn jittered(&self, wait: Duration) -> Duration {
        // A step of SplitMix64: enough for spreading, and the same for the same seed.
        let mut z = self
            .seed
            .fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let part = u32::try_from((z ^ (z >> 31)) % 1000).unwrap_or(0);
        wait + wait / 4 * part / 1000
    }
}

pub(crate) struct Tries<'a> {
    retry: &'a Retry,
    next: usize,
}

impl Tries<'_> {
    /// How long to wait before the next try; `None` when there is none, or when the server asks for more patience than
    /// a caller has.
    pub(crate) fn next(&mut self, asked: Option<Duration>) -> Option<Duration> {
        let planned = *self.retry.waits.get(self.next)?;
        self.next += 1;
        let wait = asked.map_or(planned, |asked| asked.max(planned));
        (wait <= self.retry.longest).then(|| self.retry.jittered(wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_follow_the_plan_and_the_server_may_ask_for_more() {
        let retry = Retry::new(
            &[
                Duration::from_secs(1),
                Duration::from_secs(4),
                Duration::from_secs(4),
            ],
            7,
        );
        let mut tries = retry.start();
        let first = tries.next(None).unwrap();
        assert!((1000..=1250).contains(&first.as_millis()), "{first:?}");
        let second = tries.next(Some(Duration::from_secs(12))).unwrap();
        assert!(
            (12_000..=15_000).contains(&second.as_millis()),
            "{second:?}"
        );
        assert_eq!(tries.next(Some(Duration::from_secs(3600))), None);
        assert_eq!(tries.next(None), None);
    }

    #[test]
    fn the_same_seed_gives_the_same_waits() {
        let waits = |seed| {
            Retry::new(&[Duration::from_secs(1)], seed)
                .start()
                .next(None)
        };
        assert_eq!(waits(3), waits(3));
        assert_ne!(waits(3), waits(4));
    }
}
