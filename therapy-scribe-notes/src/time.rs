//! Wall-clock time, given by the host.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Milliseconds since 1970-01-01 UTC. This crate has no clock: whoever edits or signs says when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WallTime(u64);

impl WallTime {
    /// From milliseconds since 1970.
    #[must_use]
    pub const fn from_unix_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// In milliseconds since 1970.
    #[must_use]
    pub const fn as_unix_millis(self) -> u64 {
        self.0
    }
}

/// `2026-11-25 17:31:04 UTC`.
impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 / 1000;
        let (year, month, day) = date(seconds / 86_400);
        let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC"
        )
    }
}

/// A time with the clock that hangs on the wall there: so many minutes ahead of UTC, behind it below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct LocalTime {
    at: WallTime,
    offset_minutes: i16,
}

impl LocalTime {
    /// From a time and what the host's clock is ahead of UTC by at that time, in minutes: 60 for UTC+01:00. It differs
    /// between start and end of a session that a clock change falls into.
    ///
    /// # Errors
    /// [`Error::Facts`] beyond 18 hours.
    pub const fn new(at: WallTime, offset_minutes: i16) -> Result<Self> {
        if offset_minutes.unsigned_abs() > 18 * 60 {
            return Err(Error::Facts("an offset from UTC is at most 18 hours"));
        }
        Ok(Self { at, offset_minutes })
    }

    /// The time.
    #[must_use]
    pub const fn at(self) -> WallTime {
        self.at
    }

    /// What the clock there is ahead of UTC by, in minutes.
    #[must_use]
    pub const fn offset_minutes(self) -> i16 {
        self.offset_minutes
    }

    /// `2026-11-25`.
    #[must_use]
    pub fn date(self) -> String {
        let (year, month, day) = date(self.local_minutes() / 1440);
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// `17:31:04`, in 24 hours.
    #[must_use]
    pub fn clock(self) -> String {
        let (minutes, second) = (self.local_minutes(), self.at.0 / 1000 % 60);
        format!("{:02}:{:02}:{second:02}", minutes / 60 % 24, minutes % 60)
    }

    /// `UTC+01:00`.
    #[must_use]
    pub fn zone(self) -> String {
        let sign = if self.offset_minutes < 0 { '-' } else { '+' };
        let offset = self.offset_minutes.unsigned_abs();
        format!("UTC{sign}{:02}:{:02}", offset / 60, offset % 60)
    }

    /// Minutes since 1970 by the clock there.
    fn local_minutes(self) -> u64 {
        let utc = self.at.0 / 60_000;
        utc.saturating_add_signed(self.offset_minutes.into())
    }
}

/// From a time of RFC 3339, such as `2026-11-25T17:31:04+01:00`; its seconds may be missing.
impl FromStr for LocalTime {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(text).unwrap_or(Err(Error::Facts(
            "a time is such as 2026-11-25T17:31:04+01:00",
        )))
    }
}

fn parse(text: &str) -> Option<Result<LocalTime>> {
    let number = |from: usize, to: usize| {
        let digits = text.get(from..to)?;
        let is_number = digits.bytes().all(|b| b.is_ascii_digit());
        digits.parse::<u64>().ok().filter(|_| is_number)
    };
    let is_at = |at: usize, any: &str| text.get(at..=at).is_some_and(|c| any.contains(c));
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute) = (number(11, 13)?, number(14, 16)?);
    let is_spaced = is_at(4, "-") && is_at(7, "-") && is_at(10, "Tt ") && is_at(13, ":");
    let (second, zone) = if is_at(16, ":") {
        (number(17, 19)?, 19)
    } else {
        (0, 16)
    };
    let rest = text.get(zone..)?;
    let ahead = match rest.bytes().next()? {
        b'Z' | b'z' if rest.len() == 1 => 0,
        sign @ (b'+' | b'-') if rest.len() == 6 && is_at(zone + 3, ":") => {
            let (hours, minutes) = (number(zone + 1, zone + 3)?, number(zone + 4, zone + 6)?);
            let minutes = i64::try_from(hours * 60 + minutes).ok()?;
            if sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let days = days(year, month, day).filter(|days| date(*days) == (year, month, day))?;
    let is_clock = is_spaced && hour < 24 && minute < 60 && second < 60;
    let local = days * 1440 + hour * 60 + minute;
    let utc = local.checked_add_signed(-ahead).filter(|_| is_clock)?;
    let at = WallTime::from_unix_millis((utc * 60 + second) * 1000);
    Some(LocalTime::new(at, i16::try_from(ahead).ok()?))
}

/// `2026-11-25 17:31:04 (UTC+01:00)`.
impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.date(), self.clock(), self.zone())
    }
}

/// As JSON: date and clock for readers, the rest is read back.
#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(skip_deserializing)]
    date: String,
    #[serde(skip_deserializing)]
    time: String,
    utc_offset_minutes: i16,
    unix_ms: WallTime,
}

impl From<LocalTime> for Stored {
    fn from(local: LocalTime) -> Self {
        Self {
            date: local.date(),
            time: local.clock(),
            utc_offset_minutes: local.offset_minutes,
            unix_ms: local.at,
        }
    }
}

impl TryFrom<Stored> for LocalTime {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Self> {
        Self::new(stored.unix_ms, stored.utc_offset_minutes)
    }
}

/// The date of a day counted from 1970-01-01, in the Gregorian calendar. Years are counted from March, so that a leap
/// day is the last of its year.
const fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

/// What [`date`] is made of, if that is a date from 1970 on.
const fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    if month == 0 || month > 12 || day == 0 {
        return None;
    }
    let (year, march_month) = match month {
        1 | 2 => (year.saturating_sub(1), month + 9),
        _ => (year, month - 3),
    };
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era).checked_sub(719_468)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        let shown = |seconds: u64| WallTime::from_unix_millis(seconds * 1000).to_string();
        assert_eq!(shown(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(shown(951_782_400), "2000-02-29 00:00:00 UTC");
        assert_eq!(shown(1_795_627_864), "2026-11-25 17:31:04 UTC");
        assert_eq!(shown(4_107_542_399), "2100-02-28 23:59:59 UTC");
        assert_eq!(shown(4_107_542_400), "2100-03-01 00:00:00 UTC");
    }

    #[test]
    fn the_clock_on_the_wall_is_ahead_of_utc_or_behind() {
        let at = WallTime::from_unix_millis(1_795_627_864_000);
        let shown = |offset| LocalTime::new(at, offset).unwrap().to_string();
        assert_eq!(shown(0), "2026-11-25 17:31:04 (UTC+00:00)");
        assert_eq!(shown(9 * 60), "2026-11-26 02:31:04 (UTC+09:00)");
        assert_eq!(shown(-(3 * 60 + 30)), "2026-11-25 14:01:04 (UTC-03:30)");
        assert!(LocalTime::new(at, 1081).is_err());
        assert!(LocalTime::new(at, i16::MIN).is_err());
    }

    #[test]
    fn a_time_is_read_as_people_write_it() {
        let read = |text: &str| text.parse::<LocalTime>().map(|time| time.to_string());
        let shown = "2026-11-25 17:31:04 (UTC+01:00)";
        assert_eq!(read("2026-11-25T17:31:04+01:00").unwrap(), shown);
        assert_eq!(
            read("2026-02-28 00:10-08:00").unwrap(),
            "2026-02-28 00:10:00 (UTC-08:00)"
        );
        assert_eq!(
            read("2024-02-29T23:59:59Z").unwrap(),
            "2024-02-29 23:59:59 (UTC+00:00)"
        );
        for wrong in [
            "",
            "2026-11-25",
            "2026-11-25T17:31",
            "2026-02-29T17:31Z",
            "2026-13-01T17:31Z",
            "2026-11-25T24:00Z",
            "2026-11-25T17:31+25:00",
            "2026-11-25T17:31:04.5Z",
            "1969-12-31T23:59Z",
            "2026-11-25T17:31+1:00",
            "２026-11-25T17:31Z",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_date_reads_back(minutes in 0u64..100_000_000, offset in -720i16..=720) {
            let at = WallTime::from_unix_millis((minutes + 1440) * 60_000);
            let local = LocalTime::new(at, offset).unwrap();
            let text = format!("{}T{}{}", local.date(), local.clock(), local.zone().replace("UTC", ""));
            prop_assert_eq!(text.parse::<LocalTime>().unwrap(), local);
        }

        #[test]
        fn whatever_is_read_nothing_panics(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}[T0-9:+Zé.-]{0,18}") {
            let _ = text.parse::<LocalTime>();
        }
    }
}
