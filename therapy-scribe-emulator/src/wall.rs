//! The time of day, which the services tell clients.

/// Seconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "a stand-in for a server says what the time is"
)]
pub(crate) fn unix_seconds() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
