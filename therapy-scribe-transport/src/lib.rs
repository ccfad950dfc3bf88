//! One WebSocket loop and one HTTP call for the therapy-scribe crates.
