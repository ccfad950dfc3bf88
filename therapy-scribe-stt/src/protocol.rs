//! The rules of a streaming session, without sockets and clocks (`streaming-stt.md` sections 3, 4, 8, 9.1).

mod begin;
mod framer;
mod items;
#[cfg(test)]
mod tests;
mod turns;

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;
use therapy_scribe_core::{
    ConnectionStatus, Malformed, MediaTime, Notice, Phi, Receipt, Relabel, RelabelledWord,
    SpeakerId, SttControl, SttEvent, SttStats, UnknownEvent,
};
use therapy_scribe_transport::{self as transport, HostEnd, Incoming, Outgoing, Protocol};

use crate::{
    clock::SessionClock,
    config::{ConfigUpdate, StreamingConfig},
    error::{Error, classify},
    wire::{self, Message, Number},
};
use begin::Expected;
use framer::Framer;
use items::Items;
use turns::TurnBook;

/// How long the service may take to say `Begin`; 3 to 11 s were seen under load.
pub(crate) const BEGIN_LIMIT: Duration = Duration::from_secs(15);
/// A ping this often, as the official Python library does.
const PING_EVERY: Duration = Duration::from_secs(20);
/// Without any message for this long the session has stalled; with heartbeats one comes every 5 s.
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
    finish_wanted: bool,
    first_update: ConfigUpdate,
    silent_until: MediaTime,
    last_heard: Duration,
    next_ping: Duration,
    /// When the current phase ends in any case.
    phase_ends: Option<Duration>,
    silent_limit: Duration,
}

impl Streaming {
    pub(crate) fn new(
        config: &StreamingConfig,
        model: &str,
        sample_rate: u32,
        clock: SessionClock,
    ) -> Self {
        let heartbeat = config.fields.session_heartbeat == Some(true);
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
            finish_wanted: false,
            first_update: ConfigUpdate::initial(config),
            silent_until: MediaTime::ZERO,
            last_heard: Duration::ZERO,
            next_ping: PING_EVERY,
            phase_ends: Some(BEGIN_LIMIT),
            silent_limit: if heartbeat {
                SILENT_LIMIT_WITH_HEARTBEAT
            } else {
                SILENT_LIMIT
            },
        }
    }

    fn on_text(&mut self, now: Duration, text: &transport::Text) {
        match wire::decode(text.as_str()) {
            Message::Turn(head) => self.turns.on_turn(now, text, &head, &mut self.items),
            Message::Begin(begin) => self.on_begin(now, &begin),
            Message::SpeechStarted(started) => {
                let at = started
                    .timestamp
                    .map_or(MediaTime::ZERO, |at| self.clock.media(at.to_u64()));
                self.items.status(ConnectionStatus::SpeechStarted(at));
            }
            Message::SpeakerRevision(revision) => self.on_revision(revision),
            Message::Heartbeat(heartbeat) => self.on_heartbeat(&heartbeat),
            Message::Silence(silence) => self.on_silence(&silence),
            Message::Warning(warning) => {
                let code = warning
                    .warning_code
                    .and_then(|code| i64::try_from(code.to_u64()).ok());
                self.items.push(SttEvent::Notice(service_warning(
                    code,
                    warning.warning.as_deref(),
                )));
            }
            Message::Error(error) => {
                let code = error
                    .error_code
                    .and_then(|code| u16::try_from(code.to_u64()).ok());
                let failure = classify(
                    code,
                    error.error.as_deref().unwrap_or_default(),
                    &self.model,
                );
                self.failure.get_or_insert(failure);
                self.enter(Phase::Closing, now + CLOSE_LIMIT);
            }
            Message::Termination(termination) => {
                self.stats.complete = true;
                let billed = termination.session_duration_seconds.map(Number::to_f64);
                self.stats.billed =
                    billed.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                self.enter(Phase::Closing, now + CLOSE_LIMIT);
            }
            Message::Unknown(kind) => self.items.unknown(UnknownEvent::new(&*kind, text.as_str())),
            Message::Malformed(malformed) => self.on_malformed(malformed),
        }
    }

    fn on_begin(&mut self, now: Duration, begin: &wire::Begin<'_>) {
        let (session, notices) = self.expected.check(self.clock.connection, begin);
        self.items
            .push(SttEvent::Status(ConnectionStatus::Ready(session)));
        for notice in notices {
            self.items.push(SttEvent::Notice(Notice::new(notice)));
        }
        if self.phase != Phase::AwaitBegin {
            return;
        }
        self.phase = Phase::Streaming;
        self.phase_ends = None;
        let update = std::mem::take(&mut self.first_update);
        if !update.is_empty() {
            self.update(update);
        }
        if self.finish_wanted {
            self.finish(now);
        }
    }

    fn on_revision(&mut self, revision: wire::SpeakerRevision<'_>) {
        let clock = self.clock;
        let speaker = |letters: Option<&str>| {
            letters.and_then(|letters| SpeakerId::from_letters(clock.connection, letters))
        };
        let relabel = |revision: wire::Revision<'_>| {
            let words = revision.words.unwrap_or_default();
            let words = words.iter().map(|word| {
                let (start, end) = (
                    clock.media(word.start.to_u64()),
                    clock.media(word.end.to_u64()),
                );
                RelabelledWord::new(start, end, speaker(word.speaker.as_deref()))
            });
            let turn = self.turns.id(revision.turn_order.to_u64());
            Relabel::new(
                turn,
                speaker(revision.speaker_label.as_deref()),
                words.collect(),
            )
        };
        let relabels: Vec<_> = revision
            .revisions
            .unwrap_or_default()
            .into_iter()
            .map(relabel)
            .collect();
        // A final that still waits for its formatted copy must be there before its revision.
        self.turns.settle(&mut self.items);
        if !relabels.is_empty() {
            self.items.push(SttEvent::Revised(relabels));
        }
    }

    fn on_heartbeat(&mut self, heartbeat: &wire::Heartbeat) {
        let Some(received) = heartbeat.total_audio_received_ms else {
            return;
        };
        let mut receipt = Receipt::new(self.clock.media(received.to_u64()));
        receipt.pace = heartbeat.realtime_factor.map(Number::to_f64);
        receipt.speech = heartbeat.max_speech_probability.map(Number::to_f64);
        self.items.status(ConnectionStatus::Received(receipt));
    }

    /// Ranges may go back by half a second after a fault inside the service; only what is new counts.
    fn on_silence(&mut self, silence: &wire::Silence) {
        let from = self
            .clock
            .media(silence.start_ms.to_u64())
            .max(self.silent_until);
        let to = self.clock.media(silence.end_ms.to_u64());
        if to > from {
            self.silent_until = to;
            self.items.status(ConnectionStatus::silent(from, to));
        }
    }

    fn on_malformed(&mut self, malformed: Malformed) {
        tracing::debug!(
            message = malformed.message,
            line = malformed.line,
            column = malformed.column,
            "malformed message"
        );
        self.items.malformed(malformed);
    }

    fn on_closed(&mut self, code: u16, reason: &str) {
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
                self.enter(Phase::Draining, now + DRAIN_LIMIT);
            }
            Phase::Draining | Phase::Closing | Phase::Done => {}
        }
    }

    /// Says goodbye without waiting for what is still to come.
    fn abort(&mut self, now: Duration) {
        match self.phase {
            Phase::AwaitBegin | Phase::Streaming => {
                self.outgoing
                    .retain(|waiting| !matches!(waiting, Outgoing::Binary(_)));
                self.outgoing.push_back(message("Terminate"));
                self.enter(Phase::Closing, now + GOODBYE_LIMIT);
            }
            Phase::Draining => self.enter(Phase::Closing, now + GOODBYE_LIMIT),
            Phase::Closing | Phase::Done => {}
        }
    }

    fn update(&mut self, update: ConfigUpdate) {
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
        let last = self
            .failure
            .take()
            .map_or(Ok(SttEvent::Closed(self.stats)), Err);
        self.items.finish(last);
    }

    fn on_phase_end(&mut self) {
        match self.phase {
            Phase::AwaitBegin => self.failure = Some(Error::NoAnswer { after: BEGIN_LIMIT }),
            Phase::Streaming | Phase::Draining | Phase::Closing | Phase::Done => {}
        }
        self.outgoing.push_back(Outgoing::Close);
        self.end();
    }

    /// How long silence of the service is borne in this phase.
    const fn patience(&self) -> Option<Duration> {
        match self.phase {
            Phase::Streaming => Some(self.silent_limit),
            Phase::Draining => Some(DRAIN_SILENCE),
            Phase::AwaitBegin | Phase::Closing | Phase::Done => None,
        }
    }
}

impl Protocol for Streaming {
    type Control = Control;
    type Item = Result<SttEvent, Error>;

    fn on_control(&mut self, now: Duration, control: Control) {
        match control {
            Control::Session(SttControl::Finalize) => {
                self.outgoing.push_back(message("ForceEndpoint"));
            }
            Control::Session(SttControl::Finish) => self.finish(now),
            Control::Session(SttControl::Abort) => self.abort(now),
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
        } else if self
            .patience()
            .is_some_and(|patience| self.last_heard + patience <= now)
        {
            if self.phase == Phase::Streaming {
                self.failure = Some(Error::Stalled {
                    after: self.silent_limit,
                });
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

/// No list of codes is published. The one known cause has words of ours; the service's own are kept apart.
fn service_warning(code: Option<i64>, text: Option<&str>) -> Notice {
    let medical = text.is_some_and(|text| text.contains("medical") || text.contains("domain"));
    let mut notice = Notice::new(if medical {
        "the service does not apply Medical Mode: it does not support the language"
    } else {
        "the service sent a warning; the session goes on"
    });
    notice.code = code;
    notice.detail = text.map(|text| Phi::new(text.to_owned()));
    notice
}
