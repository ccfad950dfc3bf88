//! A small protocol: it echoes nothing, and tells everything it hears.

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;
use therapy_scribe_transport::{Error, HostEnd, Incoming, Outgoing, Protocol};

/// What the reader is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    Text(String),
    Pong,
    Tick,
    /// Always the last: how it ended.
    Ended(String),
}

#[derive(Debug)]
pub(crate) enum Command {
    Say(&'static str),
    /// Ends the session from this side, with the items that nobody has read yet.
    Finish,
    Panic,
}

/// How long it waits for the answer to its goodbye.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Default)]
pub(crate) struct Talk {
    heard: VecDeque<Heard>,
    outgoing: VecDeque<Outgoing>,
    ends: Option<Duration>,
    ticks: Option<(Duration, Duration)>,
    never_ends: bool,
    heard_goodbye: bool,
    done: bool,
}

impl Talk {
    /// One that sends a ping and tells of it, as often as this.
    pub(crate) fn ticking(every: Duration) -> Self {
        Self {
            ticks: Some((every, every)),
            ..Self::default()
        }
    }

    /// One that does not stop when it is left.
    pub(crate) fn stubborn() -> Self {
        Self {
            never_ends: true,
            ..Self::default()
        }
    }

    fn end(&mut self, how: impl Into<String>) {
        if !self.done {
            self.done = true;
            self.heard.push_back(Heard::Ended(how.into()));
        }
    }

    /// A text that begins with `~` takes the place of one before it that nobody has read.
    fn hear(&mut self, text: &str) {
        let is_partial =
            |heard: &Heard| matches!(heard, Heard::Text(text) if text.starts_with('~'));
        if self.heard.back().is_some_and(is_partial) {
            self.heard.pop_back();
        }
        self.heard.push_back(Heard::Text(text.to_owned()));
    }
}

impl Protocol for Talk {
    type Control = Command;
    type Item = Heard;

    fn on_control(&mut self, _now: Duration, control: Command) {
        match control {
            Command::Say(text) => self.outgoing.push_back(Outgoing::Text(text.to_owned())),
            Command::Finish => {
                self.outgoing.push_back(Outgoing::Text("bye".to_owned()));
                self.outgoing.push_back(Outgoing::Close);
                self.end("finished");
            }
            Command::Panic => panic!("as the test asked"),
        }
    }

    fn on_audio(&mut self, _now: Duration, audio: Bytes) {
        self.outgoing.push_back(Outgoing::Binary(audio));
    }

    fn on_incoming(&mut self, _now: Duration, message: Incoming) {
        assert!(!self.heard_goodbye, "nothing comes after a close");
        match message {
            Incoming::Text(text) => self.hear(text.as_str()),
            Incoming::Pong => self.heard.push_back(Heard::Pong),
            Incoming::Close { code, reason, .. } => {
                self.heard_goodbye = true;
                self.end(format!("closed {code} {reason}"));
            }
            _ => {}
        }
    }

    fn on_lost(&mut self, _now: Duration, error: Error) {
        assert!(!self.heard_goodbye, "a goodbye is no loss");
        self.end(format!("lost: {error}"));
    }

    fn on_abandoned(&mut self, now: Duration, end: HostEnd) {
        self.outgoing
            .push_back(Outgoing::Text(format!("goodbye {end:?}")));
        if !self.never_ends {
            self.ends = Some(now + PATIENCE);
        }
    }

    fn on_deadline(&mut self, now: Duration) {
        if self.ends.is_some_and(|ends| ends <= now) {
            self.end("left");
        }
        if let Some((next, every)) = &mut self.ticks
            && *next <= now
        {
            *next = now + *every;
            self.heard.push_back(Heard::Tick);
            self.outgoing.push_back(Outgoing::Ping);
        }
    }

    fn deadline(&self) -> Option<Duration> {
        let tick = self.ticks.map(|(next, _)| next);
        self.ends.into_iter().chain(tick).min()
    }

    fn wants_audio(&self) -> bool {
        !self.done
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
        Heard::Ended("driver lost".to_owned())
    }

    fn is_last(item: &Heard) -> bool {
        matches!(item, Heard::Ended(_))
    }
}
