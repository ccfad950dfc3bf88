//! The rules of a streaming session, without sockets and clocks (`streaming-stt.md` sections 3, 4, 8, 9.1).

mod begin;
mod framer;
mod incoming;
mod items;
#[cfg(test)]
mod tests;
mod turns;
mod warnings;

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;
use therapy_scribe_core::{MediaTime, Notice, Phi, SttControl, SttEvent, SttStats, UnknownEvent};
use therapy_scribe_transport::{self as transport, HostEnd, Incoming, Outgoing, Protocol};

use crate::{
    clock::SessionClock,
    config::{ConfigUpdate, StreamingConfig},
    error::{Error, classify},
};
use begin::Expected;
use framer::Framer;
use items::Items;
use turns::TurnBook;
use warnings::Warnings;

/// How long the service may take to say `Begin`; 3 to 11 s were seen under load.
pub(crate) const BEGIN_LIMIT: Duration = Duration::from_secs(15);
/// A ping this often, as the official Python library does.
const PING_EVERY: Duration = Duration::from_secs(20);
/// Without any message for this long the session has stalled; less where heartbeats do come, one every 5 s.
const SILENT_LIMIT: Duration = Duration::from_secs(45);
const SILENT_LIMIT_WITH_HEARTBEAT: Duration = Duration::from_secs(15);
/// After `Terminate`: how long without a message, and how long in all.
const DRAIN_SILENCE: Duration = Duration::from_secs(15);
const DRAIN_LIMIT: Duration = Duration::from_secs(30);
/// After the last word of the service: how long until the socket is closed from here.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);
/// A goodbye that nobody waits for.
const GOODBYE_LIMIT: Duration = Duration::from_secs(3);

/// A command to the machine.
#[derive(Debug)]
pub(crate) enum Control {
    Session(SttControl),
    Update(ConfigUpdate),
    KeepAlive,
    /// Bytes of the host's own encoder.
    Encoded(Bytes),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Connected; audio and commands wait.
    AwaitBegin,
    Streaming,
    /// `Terminate` was sent: what comes is applied until `Termination`.
    Draining,
    /// The service has said its last word, or is not waited for any longer.
    Closing,
    Done,
}

/// The state machine of one connection.
#[derive(Debug)]
pub(crate) struct Streaming {
    phase: Phase,
    expected: Expected,
    clock: SessionClock,
    model: String,
    framer: Framer,
    turns: TurnBook,
    items: Items,
    outgoing: VecDeque<Outgoing>,
    stats: SttStats,
    /// What ends the session with an error, once the socket is closed.
    failure: Option<Error>,
    /// What an `Error` without a code said: the close that follows has the code.
    uncoded: Option<Phi<String>>,
    warnings: Warnings,
    finish_wanted: bool,
    first_update: ConfigUpdate,
    silent_until: MediaTime,
    last_heard: Duration,
    next_ping: Duration,
    /// When the current phase ends in any case.
    phase_ends: Option<Duration>,
    heartbeat_wanted: bool,
    heartbeat_heard: bool,
}

impl Streaming {
    pub(crate) fn new(
        config: &StreamingConfig,
        model: &str,
        sample_rate: u32,
        clock: SessionClock,
    ) -> Self {
        Self {
            phase: Phase::AwaitBegin,
            expected: Expected::new(config, model),
            clock,
            model: model.to_owned(),
            framer: Framer::new(config.fields.encoding, sample_rate),
            turns: TurnBook::new(clock, config.fields.format_turns == Some(true)),
            items: Items::default(),
            outgoing: VecDeque::new(),
            stats: SttStats::default(),
            failure: None,
            uncoded: None,
            warnings: Warnings::default(),
            finish_wanted: false,
            first_update: ConfigUpdate::initial(config),
            silent_until: MediaTime::ZERO,
            last_heard: Duration::ZERO,
            next_ping: PING_EVERY,
            phase_ends: Some(BEGIN_LIMIT),
            heartbeat_wanted: config.fields.session_heartbeat == Some(true),
            heartbeat_heard: false,
        }
    }

    fn on_closed(&mut self, code: u16, reason: &str) {
        if let Some(text) = self.uncoded.take() {
            let code = Some(code).filter(|code| !matches!(code, 1000 | 1005));
            self.failure
                .get_or_insert_with(|| classify(code, text.expose(), &self.model));
        }
        if self.failure.is_none() && !self.stats.complete && self.phase != Phase::Closing {
            let drained = self.phase == Phase::Draining && matches!(code, 1000 | 1005);
            // A goodbye without `Termination` after `Terminate`: the end, but not a complete one.
            if !drained {
                self.failure = Some(classify(Some(code), reason, &self.model));
            }
        }
        self.end();
    }

    /// Has the service drain: the padded tail, then `Terminate`, then everything until `Termination`.
    fn finish(&mut self, now: Duration) {
        match self.phase {
            Phase::AwaitBegin => self.finish_wanted = true,
            Phase::Streaming => {
                self.outgoing
                    .extend(self.framer.flush().map(Outgoing::Binary));
                self.outgoing.push_back(message("Terminate"));
                // The service's silence counts from here: what came before says nothing about its draining.
                self.last_heard = now;
                self.enter(Phase::Draining, now + DRAIN_LIMIT);
            }
            Phase::Draining | Phase::Closing | Phase::Done => {}
        }
    }

    /// Says goodbye without waiting for what is still to come.
    fn abort(&mut self, now: Duration) {
        match self.phase {
            Phase::AwaitBegin | Phase::Streaming => {
                self.say_goodbye();
                self.enter(Phase::Closing, now + GOODBYE_LIMIT);
            }
            Phase::Draining => self.enter(Phase::Closing, now + GOODBYE_LIMIT),
            Phase::Closing | Phase::Done => {}
        }
    }

    /// A session that only loses its socket stays open, and is billed, for up to three hours.
    fn say_goodbye(&mut self) {
        self.outgoing
            .retain(|waiting| !matches!(waiting, Outgoing::Binary(_)));
        self.outgoing.push_back(message("Terminate"));
    }

    fn update(&mut self, update: ConfigUpdate) {
        if let Some(formats) = update.flag("format_turns") {
            self.turns.set_formats(formats);
        }
        if let Some(wanted) = update.flag("session_heartbeat") {
            self.heartbeat_wanted = wanted;
            self.heartbeat_heard = false;
        }
        match update.into_message() {
            Ok(text) => self.outgoing.push_back(Outgoing::Text(text)),
            // The handle has checked it; a second look costs nothing, and the service would end the session.
            Err(error) => self.items.push(SttEvent::Notice(Notice::new(format!(
                "an update was not sent: {error}"
            )))),
        }
    }

    fn enter(&mut self, phase: Phase, ends: Duration) {
        self.phase = phase;
        self.phase_ends = Some(ends);
    }

    /// The last item: complete, incomplete, or failed.
    fn end(&mut self) {
        if self.phase == Phase::Done {
            return;
        }
        self.phase = Phase::Done;
        self.phase_ends = None;
        self.turns.settle(&mut self.items);
        self.stats.audio_sent = self.framer.sent();
        self.items.add_counts(&mut self.stats);
        if let Some(text) = self.uncoded.take() {
            self.failure
                .get_or_insert_with(|| classify(None, text.expose(), &self.model));
        }
        let last = self
            .failure
            .take()
            .map_or(Ok(SttEvent::Closed(self.stats)), Err);
        self.items.finish(last);
    }

    fn on_phase_end(&mut self) {
        match self.phase {
            Phase::AwaitBegin => {
                self.failure = Some(Error::NoAnswer { after: BEGIN_LIMIT });
                self.say_goodbye();
            }
            Phase::Streaming | Phase::Draining | Phase::Closing | Phase::Done => {}
        }
        self.outgoing.push_back(Outgoing::Close);
        self.end();
    }

    /// How long silence of the service is borne in this phase.
    const fn patience(&self) -> Option<Duration> {
        match self.phase {
            Phase::Streaming if self.heartbeat_wanted && self.heartbeat_heard => {
                Some(SILENT_LIMIT_WITH_HEARTBEAT)
            }
            Phase::Streaming => Some(SILENT_LIMIT),
            Phase::Draining => Some(DRAIN_SILENCE),
            Phase::AwaitBegin | Phase::Closing | Phase::Done => None,
        }
    }
}

impl Protocol for Streaming {
    type Control = Control;
    type Item = Result<SttEvent, Error>;

    fn on_control(&mut self, now: Duration, control: Control) {
        let open = matches!(self.phase, Phase::AwaitBegin | Phase::Streaming);
        match control {
            Control::Session(SttControl::Finish) => self.finish(now),
            Control::Session(SttControl::Abort) => self.abort(now),
            // Nothing may follow the goodbye.
            _ if !open => {}
            Control::Session(SttControl::Finalize) => {
                // The turn ends where the audio that was sent ends, so what is held goes first.
                self.outgoing
                    .extend(self.framer.flush_whole().map(Outgoing::Binary));
                self.outgoing.push_back(message("ForceEndpoint"));
            }
            Control::Session(_) => {}
            Control::Update(update) => self.update(update),
            Control::KeepAlive => self.outgoing.push_back(message("KeepAlive")),
            Control::Encoded(bytes) => self.outgoing.push_back(Outgoing::Binary(bytes)),
        }
    }

    fn on_audio(&mut self, _now: Duration, audio: Bytes) {
        if matches!(self.phase, Phase::AwaitBegin | Phase::Streaming) {
            self.framer.push(&audio);
            while let Some(frame) = self.framer.pop() {
                self.outgoing.push_back(Outgoing::Binary(frame));
            }
        }
    }

    fn on_incoming(&mut self, now: Duration, incoming: Incoming) {
        self.last_heard = now;
        match incoming {
            Incoming::Text(text) => self.on_text(now, &text),
            Incoming::Binary(bytes) => {
                self.items.unknown(UnknownEvent::new(
                    "binary",
                    format!("{} bytes", bytes.len()),
                ));
            }
            Incoming::Close { code, reason, .. } => self.on_closed(code, &reason),
            _ => {}
        }
    }

    fn on_lost(&mut self, _now: Duration, error: transport::Error) {
        if self.failure.is_none() && !self.stats.complete && self.phase != Phase::Closing {
            self.failure = Some(Error::Transport(error));
        }
        self.end();
    }

    fn on_abandoned(&mut self, now: Duration, end: HostEnd) {
        // A session that drains goes on for whoever still reads it.
        if end == HostEnd::Reader || self.phase != Phase::Draining {
            self.abort(now);
        }
    }

    fn on_deadline(&mut self, now: Duration) {
        if self.phase_ends.is_some_and(|ends| ends <= now) {
            self.on_phase_end();
        } else if let Some(patience) = self
            .patience()
            .filter(|patience| self.last_heard + *patience <= now)
        {
            if self.phase == Phase::Streaming {
                self.failure = Some(Error::Stalled { after: patience });
                self.say_goodbye();
            }
            self.outgoing.push_back(Outgoing::Close);
            self.end();
        } else {
            self.turns.on_deadline(now, &mut self.items);
            if self.next_ping <= now {
                self.next_ping = now + PING_EVERY;
                self.outgoing.push_back(Outgoing::Ping);
            }
        }
    }

    fn deadline(&self) -> Option<Duration> {
        if self.phase == Phase::Done {
            return None;
        }
        let silence = self.patience().map(|patience| self.last_heard + patience);
        [
            self.phase_ends,
            silence,
            self.turns.deadline(),
            Some(self.next_ping),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    fn wants_audio(&self) -> bool {
        self.phase == Phase::Streaming
    }

    fn wants_control(&self) -> bool {
        self.phase != Phase::Done
    }

    fn pop_outgoing(&mut self) -> Option<Outgoing> {
        // Audio may go out before `Begin`, but key terms should hold from the first word on.
        let waits = |next: &Outgoing| matches!(next, Outgoing::Binary(_) | Outgoing::Text(_));
        if self.phase == Phase::AwaitBegin && self.outgoing.front().is_some_and(waits) {
            return None;
        }
        self.outgoing.pop_front()
    }

    fn has_item(&self) -> bool {
        self.items.has_next()
    }

    fn pop_item(&mut self) -> Option<Self::Item> {
        self.items.pop(self.clock)
    }

    fn is_done(&self) -> bool {
        self.phase == Phase::Done
    }

    fn driver_lost() -> Self::Item {
        Err(Error::DriverLost)
    }

    fn is_last(item: &Self::Item) -> bool {
        matches!(item, Ok(SttEvent::Closed(_)) | Err(_))
    }
}

fn message(kind: &str) -> Outgoing {
    Outgoing::Text(format!(r#"{{"type":"{kind}"}}"#))
}
