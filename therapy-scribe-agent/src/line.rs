//! One connection, as the machine of the conversation uses it: messages pass through, and nothing is decided here.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use therapy_scribe_transport::{Error, HostEnd, Incoming, Outgoing, Protocol};

use crate::{protocol::GOODBYE_LIMIT, wire};

/// What a connection brings.
#[derive(Debug)]
pub(crate) enum Heard {
    Message(Incoming),
    Lost(Error),
}

/// Passes messages on. Should the conversation's own task be gone without having let go of it, it says goodbye to the
/// service: a session that only loses its socket is billed on.
#[derive(Debug)]
pub(crate) struct Line {
    /// The conversation has no further use for it.
    released: Arc<AtomicBool>,
    heard: VecDeque<Heard>,
    outgoing: VecDeque<Outgoing>,
    has_spoken: bool,
    ends: Option<Duration>,
    done: bool,
}

impl Line {
    pub(crate) const fn new(released: Arc<AtomicBool>) -> Self {
        Self {
            released,
            heard: VecDeque::new(),
            outgoing: VecDeque::new(),
            has_spoken: false,
            ends: None,
            done: false,
        }
    }

    fn close(&mut self) {
        self.outgoing.push_back(Outgoing::Close);
        self.done = true;
    }
}

impl Protocol for Line {
    type Control = Outgoing;
    type Item = Heard;

    fn on_control(&mut self, _now: Duration, message: Outgoing) {
        self.has_spoken = true;
        self.outgoing.push_back(message);
    }

    fn on_audio(&mut self, _now: Duration, _audio: Bytes) {}

    fn on_incoming(&mut self, _now: Duration, message: Incoming) {
        self.done |= matches!(message, Incoming::Close { .. });
        self.heard.push_back(Heard::Message(message));
    }

    fn on_lost(&mut self, _now: Duration, error: Error) {
        self.done = true;
        self.heard.push_back(Heard::Lost(error));
    }

    fn on_abandoned(&mut self, now: Duration, _end: HostEnd) {
        if self.released.load(Ordering::Acquire) || !self.has_spoken {
            self.close();
        } else if self.ends.is_none() {
            self.outgoing.push_back(Outgoing::Text(wire::end()));
            self.ends = Some(now + GOODBYE_LIMIT);
        }
    }

    fn on_deadline(&mut self, now: Duration) {
        if self.ends.is_some_and(|ends| ends <= now) {
            self.close();
        }
    }

    fn deadline(&self) -> Option<Duration> {
        self.ends.filter(|_| !self.done)
    }

    fn wants_audio(&self) -> bool {
        false
    }

    fn wants_control(&self) -> bool {
        !self.done
    }

    fn pop_outgoing(&mut self) -> Option<Outgoing> {
        self.outgoing.pop_front()
    }

    fn has_item(&self) -> bool {
        !self.heard.is_empty()
    }

    fn pop_item(&mut self) -> Option<Heard> {
        self.heard.pop_front()
    }

    fn is_done(&self) -> bool {
        self.done
    }

    fn driver_lost() -> Heard {
        Heard::Lost(Error::Protocol("the voice agent's protocol"))
    }

    fn is_last(item: &Heard) -> bool {
        matches!(
            item,
            Heard::Lost(_) | Heard::Message(Incoming::Close { .. })
        )
    }
}
