//! The client against the emulator, and the capture on a speech service of another make.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod client;
mod complaints;
#[cfg(test)]
#[cfg(feature = "prerecorded")]
mod prerecorded;
mod scripted;
mod speech;
