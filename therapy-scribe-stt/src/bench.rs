//! The decoder of a connection by itself, for the benchmarks. No part of the API.

use std::time::Duration;

use therapy_scribe_core::{ConnectionId, MediaTime, SttEvent};
use therapy_scribe_transport::{Incoming, Protocol};

use crate::{clock::SessionClock, config::StreamingConfig, error::Error, protocol::Streaming};

/// Messages in, events out: the state machine of a connection, without a socket.
#[derive(Debug)]
pub struct Decoder(Streaming);

impl Decoder {
    /// A connection that has just opened.
    #[must_use]
    pub fn new(config: &StreamingConfig) -> Self {
        let clock = SessionClock::new(ConnectionId::default(), MediaTime::ZERO);
        Self(Streaming::new(config, "bench", 16_000, clock))
    }

    /// Takes a message of the service.
    pub fn take(&mut self, message: Incoming) {
        self.0.on_incoming(Duration::ZERO, message);
    }

    /// The next event that waits.
    pub fn next_event(&mut self) -> Option<Result<SttEvent, Error>> {
        self.0.pop_item()
    }
}
