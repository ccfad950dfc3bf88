//! How much redaction finds, on labelled sentences, and what it holds whatever it is given.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests that print figures"
)]

mod always;
mod conversation;
mod labelled;
mod loose;
mod own;
mod sets;
