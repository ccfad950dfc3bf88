//! The one clock of a transcript.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

/// Whole milliseconds since the recording's first audio sample. Not wall-clock time, not seconds.
///
/// A provider's session clock restarts with every connection; clients translate it before anything leaves them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct MediaTime(u64);

impl MediaTime {
    /// The recording's first sample.
    pub const ZERO: Self = Self(0);

    /// From milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// In milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// How long after `earlier` this is; zero when it is not after it.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// Later by `duration`, at most the end of time.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_add(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)),
        )
    }

    /// Earlier by `duration`, at least the first sample.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)),
        )
    }
}

/// `m:ss` below an hour, `h:mm:ss` from then on: what people read beside a line.
impl fmt::Display for MediaTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 / 1000;
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        if hours == 0 {
            write!(f, "{minutes}:{seconds:02}")
        } else {
            write!(f, "{hours}:{minutes:02}:{seconds:02}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_as_people_read_it() {
        assert_eq!(MediaTime::from_millis(65_432).to_string(), "1:05");
        assert_eq!(MediaTime::from_millis(3_600_000).to_string(), "1:00:00");
    }

    #[test]
    fn arithmetic_stays_inside_the_recording() {
        let time = MediaTime::from_millis(500);
        assert_eq!(time.minus(Duration::from_secs(1)), MediaTime::ZERO);
        assert_eq!(MediaTime::ZERO.since(time), Duration::ZERO);
        assert_eq!(
            MediaTime::from_millis(u64::MAX)
                .plus(Duration::MAX)
                .as_millis(),
            u64::MAX
        );
    }
}
