//! How often a job is asked for, and for how long.

use std::time::Duration;

use crate::config::{ConfigError, require};

/// When a job is asked for: after 1, 2, 3 and then every 5 seconds, for ten minutes or the length of the audio, whichever is
/// more. After that the job goes on at the service, and its ticket can be resumed. A poll costs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PollPlan {
    first: Duration,
    longest: Duration,
    pub(super) limit: Option<Duration>,
}

impl Default for PollPlan {
    fn default() -> Self {
        Self::DEFAULT
    }
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl PollPlan {
    pub(super) const DEFAULT: Self = Self {
        first: Duration::from_secs(1),
        longest: Duration::from_secs(5),
        limit: None,
    };

    /// A job is waited for so long at least, unless a limit is set.
    pub(super) const SHORTEST_LIMIT: Duration = Duration::from_secs(600);

    /// With other waits: the first, its double, its triple, and then the longest. A day is the most.
    ///
    /// # Errors
    /// [`ConfigError::Range`] for a first wait of zero, or one that is longer than the longest.
    pub fn waits(mut self, first: Duration, longest: Duration) -> Result<Self, ConfigError> {
        let in_order = !first.is_zero() && first <= longest;
        require(in_order, "poll waits", "above zero and in order")?;
        (self.first, self.longest) = (first.min(DAY), longest.min(DAY));
        Ok(self)
    }

    /// With another limit of the whole.
    #[must_use]
    pub const fn limit(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// The wait before the look of this number, from zero.
    pub(super) fn wait(&self, number: u32) -> Duration {
        if number < 3 {
            self.longest.min(self.first * (number + 1))
        } else {
            self.longest
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_longest() {
        let waits = |plan: PollPlan| -> Vec<u64> {
            (0..5).map(|number| plan.wait(number).as_secs()).collect()
        };
        assert_eq!(waits(PollPlan::default()), [1, 2, 3, 5, 5]);
        let (one, two) = (Duration::from_secs(1), Duration::from_secs(2));
        assert_eq!(
            waits(PollPlan::default().waits(one, two).unwrap()),
            [1, 2, 2, 2, 2]
        );
        let day = 24 * 60 * 60;
        let endless = PollPlan::default().waits(one, Duration::MAX).unwrap();
        assert_eq!(waits(endless), [1, 2, 3, day, day]);
        let slow = PollPlan::default().waits(Duration::MAX, Duration::MAX);
        assert_eq!(waits(slow.unwrap()), [day; 5]);
        assert!(PollPlan::default().waits(two, one).is_err());
        assert!(PollPlan::default().waits(Duration::ZERO, one).is_err());
    }
}
