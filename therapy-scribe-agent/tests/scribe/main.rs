//! The scribe's tools, and that no model saves by itself.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod hostile;
mod injected;
mod notes;
mod prompt;
mod random;
mod saving;
mod talk;
mod typed;
