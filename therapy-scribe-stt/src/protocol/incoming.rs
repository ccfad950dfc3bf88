//! What the service says (`streaming-stt.md` section 4), one method a message.

use std::time::Duration;

use therapy_scribe_core::{
    ConnectionStatus, Malformed, Notice, Receipt, Relabel, RelabelledWord, SpeakerId, SttEvent,
    UnknownEvent,
};
use therapy_scribe_transport as transport;

use super::{CLOSE_LIMIT, Phase, Streaming};
use crate::{
    error::classify,
    wire::{self, Message, Number},
};

impl Streaming {
    pub(super) fn on_text(&mut self, now: Duration, text: &transport::Text) {
        match wire::decode(text.as_str()) {
            Message::Turn(head) => self.turns.on_turn(now, text, &head, &mut self.items),
            Message::Begin(begin) => self.on_begin(now, &begin),
            Message::SpeechStarted(started) => {
                if let Some(at) = started.timestamp {
                    let at = self.clock.media(at.to_u64());
                    self.items.status(ConnectionStatus::SpeechStarted(at));
                }
            }
            Message::SpeakerRevision(revision) => self.on_revision(&revision),
            Message::Heartbeat(heartbeat) => self.on_heartbeat(&heartbeat),
            Message::Silence(silence) => self.on_silence(&silence),
            Message::Warning(warning) => {
                if let Some(notice) = self.warnings.note(&warning) {
                    self.items.push(SttEvent::Notice(notice));
                }
            }
            Message::Error(error) => self.on_error(now, &error),
            Message::Termination(termination) => self.on_termination(now, &termination),
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

    fn on_revision(&mut self, message: &wire::SpeakerRevision<'_>) {
        let mut relabels = Vec::new();
        for revision in message.revisions() {
            match revision {
                Ok(revision) => relabels.push(self.relabel(&revision)),
                Err(malformed) => self.on_malformed(malformed),
            }
        }
        // A final that still waits for its formatted copy must be there before its revision.
        self.turns.settle(&mut self.items);
        if !relabels.is_empty() {
            self.items.push(SttEvent::Revised(relabels));
        }
    }

    fn relabel(&self, revision: &wire::Revision<'_>) -> Relabel {
        let clock = self.clock;
        let speaker = |letters: Option<&str>| {
            letters.and_then(|letters| SpeakerId::from_letters(clock.connection, letters))
        };
        let words = revision.words().map(|word| {
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
    }

    fn on_error(&mut self, now: Duration, error: &wire::ServiceError<'_>) {
        let text = error.error.as_deref().unwrap_or_default();
        let code = error
            .error_code
            .and_then(|code| u16::try_from(code.to_u64()).ok());
        if code.is_some() {
            self.failure
                .get_or_insert_with(|| classify(code, text, &self.model));
        } else {
            self.uncoded.get_or_insert_with(|| text.to_owned().into());
        }
        self.enter(Phase::Closing, now + CLOSE_LIMIT);
    }

    fn on_termination(&mut self, now: Duration, termination: &wire::Termination) {
        let seconds = |number: Option<Number>| {
            number.and_then(|seconds| Duration::try_from_secs_f64(seconds.to_f64()).ok())
        };
        self.stats.complete = true;
        self.stats.billed = seconds(termination.session_duration_seconds);
        self.stats.audio_heard = seconds(termination.audio_duration_seconds);
        self.enter(Phase::Closing, now + CLOSE_LIMIT);
    }

    fn on_heartbeat(&mut self, heartbeat: &wire::Heartbeat) {
        self.heartbeat_heard = true;
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
}
