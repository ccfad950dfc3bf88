//! The whole path on real audio over real sockets, against the emulator.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod demo;
mod reconnect;
mod record;
mod soak;
mod telehealth;
mod typed;
mod whole;
