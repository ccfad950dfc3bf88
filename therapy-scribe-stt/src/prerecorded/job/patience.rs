//! When a failed call is made again (`pre-recorded.md` 10).

use std::time::Duration;

use therapy_scribe_transport as transport;

use super::{Outcome, Reply};
use crate::prerecorded::{Error, error::refusal};

/// What an outcome means.
pub(crate) enum Verdict {
    /// An answer.
    Good(Reply),
    /// Too many requests: the call was not acted on.
    Crowded(Error),
    /// It passes. The call may have been acted on.
    Passing(Error),
    /// It passes, and the call never reached the service.
    Unsent(Error),
    /// It stays.
    Final(Error),
}

impl Verdict {
    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Crowded(error)
            | Self::Passing(error)
            | Self::Unsent(error)
            | Self::Final(error) => error,
            Self::Good(reply) => refusal(reply.status, &reply.body, reply.retry_after),
        }
    }
}

pub(crate) fn judge(outcome: Outcome) -> Verdict {
    match outcome {
        Ok(reply) if matches!(reply.status, 200..=299) => Verdict::Good(reply),
        Ok(reply) => match refusal(reply.status, &reply.body, reply.retry_after) {
            error @ Error::RateLimited { .. } => Verdict::Crowded(error),
            error @ Error::Service { .. } => Verdict::Passing(error),
            error => Verdict::Final(error),
        },
        Err(error) => unanswered(error),
    }
}

fn unanswered(error: transport::Error) -> Verdict {
    use transport::Error as E;
    let unsent = match &error {
        E::Connect { .. } | E::Tls { .. } | E::ProxyRefused { .. } => true,
        E::Timeout { doing, .. } => *doing == "connecting",
        _ => false,
    };
    let passes = error.is_retryable();
    // An answer that was too large or no HTTP still says that the call was received.
    let received = matches!(error, E::TooLarge { .. } | E::Protocol(_));
    let error = Error::Transport(error);
    match (passes, unsent, received) {
        (true, true, _) => Verdict::Unsent(error),
        (true, false, _) | (_, _, true) => Verdict::Passing(error),
        _ => Verdict::Final(error),
    }
}

/// The call was received, and the next answer is as large.
const fn is_too_large(verdict: &Verdict) -> bool {
    matches!(
        verdict,
        Verdict::Passing(Error::Transport(transport::Error::TooLarge { .. }))
    )
}

/// Waits after failures that pass.
const PLAN: [Duration; 3] = [
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];
/// A crowded service that names no time.
const CROWDED: Duration = Duration::from_secs(30);
/// A service that asks for more is not waited for.
pub(crate) const LONGEST: Duration = Duration::from_secs(300);
/// How often a crowded service is asked.
const MOST_CROWDED: u8 = 8;

/// How often one call was made in vain.
pub(crate) struct Patience {
    passing: usize,
    crowded: u8,
    seed: u64,
}

impl Patience {
    pub(crate) const fn new(seed: u64) -> Self {
        Self {
            passing: 0,
            crowded: 0,
            seed,
        }
    }

    /// Another call, or the same after it went well.
    pub(crate) const fn renew(&mut self) {
        self.passing = 0;
        self.crowded = 0;
    }

    /// How long to wait before the call is made again; `None`: no more.
    pub(crate) fn next(&mut self, verdict: &Verdict) -> Option<Duration> {
        if is_too_large(verdict) {
            return None;
        }
        match verdict {
            Verdict::Crowded(error) => {
                self.crowded += 1;
                let wait = match error {
                    Error::RateLimited { retry_after } => retry_after.unwrap_or(CROWDED),
                    _ => CROWDED,
                };
                (self.crowded <= MOST_CROWDED && wait <= LONGEST).then(|| self.jittered(wait))
            }
            Verdict::Passing(_) | Verdict::Unsent(_) => {
                let wait = PLAN.get(self.passing).copied()?;
                self.passing += 1;
                Some(self.jittered(wait))
            }
            Verdict::Final(_) | Verdict::Good(_) => None,
        }
    }

    /// The same for calls that cost nothing and whose end is somebody else's: the last wait is repeated.
    pub(crate) fn next_without_end(&mut self, verdict: &Verdict) -> Option<Duration> {
        let wait = self.next(verdict);
        match verdict {
            _ if is_too_large(verdict) => None,
            Verdict::Passing(Error::Transport(_)) | Verdict::Unsent(_) => {
                Some(wait.unwrap_or(Duration::from_secs(8)))
            }
            _ => wait,
        }
    }

    /// `wait` and up to a quarter more, so that many clients do not come back at once.
    fn jittered(&mut self, wait: Duration) -> Duration {
        // A step of SplitMix64: enough for spreading, and the same for the same seed.
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let part = u32::try_from((z ^ (z >> 31)) % 1000).unwrap_or(0);
        wait + wait / 4 * part / 1000
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn reply(status: u16, retry_after: Option<u64>) -> Verdict {
        judge(Ok(Reply {
            status,
            retry_after: retry_after.map(Duration::from_secs),
            body: Bytes::new(),
        }))
    }

    fn waits(verdict: impl Fn() -> Verdict) -> Vec<u64> {
        let mut patience = Patience::new(7);
        let next = || patience.next(&verdict()).map(|wait| wait.as_secs());
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn faults_of_the_service_are_borne_three_times() {
        let waits = waits(|| reply(503, None));
        assert_eq!(waits.len(), 3);
        assert!(
            waits
                .iter()
                .zip([2, 4, 8])
                .all(|(wait, plan)| (plan..=plan * 5 / 4).contains(wait))
        );
        assert!(super::tests::waits(|| reply(400, None)).is_empty());
    }

    #[test]
    fn a_crowded_service_names_its_time_or_gets_half_a_minute() {
        assert!(
            waits(|| reply(429, Some(7)))
                .iter()
                .all(|wait| (7..=8).contains(wait))
        );
        assert!(
            waits(|| reply(429, None))
                .iter()
                .all(|wait| (30..=37).contains(wait))
        );
        assert!(
            waits(|| reply(429, Some(3600))).is_empty(),
            "an hour is not waited for"
        );
    }

    #[test]
    fn only_a_call_that_never_left_is_unsent() {
        let refused = || std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let lost = judge(Err(transport::Error::Lost(refused())));
        assert!(matches!(lost, Verdict::Passing(_)));
    }
}
