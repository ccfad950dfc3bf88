//! What tests can see of a session with the agent.

use std::fmt;

use serde_json::Value;

use super::AgentFaultKind;

/// What happened in a session with the voice agent, for tests to look at. Its `Debug` shows no content.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct AgentLog {
    /// The session's id.
    pub id: String,
    /// What the client sent but audio, in its order, over all connections, and when, in milliseconds since the emulator
    /// started; the first 10 000.
    pub received: Vec<(Value, u64)>,
    /// The events that were sent but `reply.audio`, without their content: the type, and when, in milliseconds since the
    /// emulator started; the first 10 000.
    pub sent: Vec<(String, u64)>,
    /// The audio that was taken, in milliseconds.
    pub audio_ms: u64,
    /// Messages with audio that came before `session.ready` or after `session.end`.
    pub untimely_audio: u64,
    /// The audio that was dropped because it came too fast, in milliseconds.
    pub surplus_ms: u64,
    /// How often the session was resumed.
    pub resumes: u64,
    /// With which code each connection was closed: 1006 where it was gone.
    pub closed: Vec<u16>,
    /// The faults that have hit the session.
    pub faults: Vec<AgentFaultKind>,
}

const MOST: usize = 10_000;

impl AgentLog {
    pub(crate) fn receive(&mut self, message: &Value, at_ms: u64) {
        if self.received.len() < MOST {
            self.received.push((message.clone(), at_ms));
        }
    }

    pub(crate) fn send(&mut self, event: &str, at_ms: u64) {
        if self.sent.len() < MOST && event != "reply.audio" {
            self.sent.push((event.to_owned(), at_ms));
        }
    }
}

impl fmt::Debug for AgentLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentLog")
            .field("id", &self.id)
            .field("received", &self.received.len())
            .field("sent", &self.sent.len())
            .field("audio_ms", &self.audio_ms)
            .field("resumes", &self.resumes)
            .field("closed", &self.closed)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}
