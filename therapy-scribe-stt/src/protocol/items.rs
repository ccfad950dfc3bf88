//! What waits for the host to read it. Finals wait; partials and receipts are replaced by newer ones.

use std::collections::VecDeque;

use therapy_scribe_core::{
    ConnectionStatus, Finality, Malformed, MediaTime, Receipt, SttEvent, SttStats, Turn, TurnId,
    UnknownEvent,
};
use therapy_scribe_transport::Text;

use crate::{
    clock::SessionClock,
    error::Error,
    wire::{self, RawWords},
};

/// Messages that nobody understands are kept up to this many; beyond, they are only counted.
const ODD_LIMIT: usize = 64;

/// The queue of one connection. What is in it beside finals, revisions and notices is bounded.
#[derive(Debug, Default)]
pub(super) struct Items {
    queue: VecDeque<Result<SttEvent, Error>>,
    partial: Option<RawPartial>,
    /// Receipts and silences, the latest only.
    received: Option<ConnectionStatus>,
    silent: Option<(MediaTime, MediaTime)>,
    odd_waiting: usize,
    unknown: u64,
    malformed: u64,
    partials_skipped: u64,
}

/// A partial that nobody has looked at yet: as a rule the next one replaces it before anybody does.
#[derive(Debug)]
pub(super) struct RawPartial {
    pub(super) id: TurnId,
    pub(super) message: Text,
    pub(super) words: RawWords,
}

impl Items {
    pub(super) fn push(&mut self, event: SttEvent) {
        self.queue.push_back(Ok(event));
    }

    pub(super) fn finish(&mut self, last: Result<SttEvent, Error>) {
        let silence = self.take_silence();
        self.queue
            .extend(silence.map(|status| Ok(SttEvent::Status(status))));
        self.queue.extend(
            self.received
                .take()
                .map(|status| Ok(SttEvent::Status(status))),
        );
        self.partial = None;
        self.queue.push_back(last);
    }

    pub(super) fn partial(&mut self, partial: RawPartial) {
        if self.partial.replace(partial).is_some() {
            self.partials_skipped += 1;
        }
    }

    /// A final makes its partial void.
    pub(super) fn drop_partial(&mut self, id: TurnId) {
        if self.partial.take_if(|partial| partial.id == id).is_some() {
            self.partials_skipped += 1;
        }
    }

    pub(super) fn status(&mut self, status: ConnectionStatus) {
        match status {
            ConnectionStatus::Received(receipt) => self.receipt(receipt),
            ConnectionStatus::Silent { from, to, .. } => self.silence(from, to),
            other => self.push(SttEvent::Status(other)),
        }
    }

    /// The latest counts, with the loudest moment since the host last read one.
    fn receipt(&mut self, mut receipt: Receipt) {
        if let Some(ConnectionStatus::Received(earlier)) = &self.received {
            receipt.speech = [receipt.speech, earlier.speech]
                .into_iter()
                .flatten()
                .reduce(f64::max);
        }
        self.received = Some(ConnectionStatus::Received(receipt));
    }

    /// Stretches that touch are one.
    fn silence(&mut self, from: MediaTime, to: MediaTime) {
        match &mut self.silent {
            Some((_, until)) if *until == from => *until = to,
            silent => {
                let earlier = silent.replace((from, to));
                self.queue
                    .extend(earlier.map(|(from, to)| {
                        Ok(SttEvent::Status(ConnectionStatus::silent(from, to)))
                    }));
            }
        }
    }

    fn take_silence(&mut self) -> Option<ConnectionStatus> {
        self.silent
            .take()
            .map(|(from, to)| ConnectionStatus::silent(from, to))
    }

    pub(super) fn unknown(&mut self, event: UnknownEvent) {
        self.unknown += 1;
        self.odd(SttEvent::Unknown(event));
    }

    pub(super) fn malformed(&mut self, malformed: Malformed) {
        self.malformed += 1;
        self.odd(SttEvent::Malformed(malformed));
    }

    pub(super) const fn add_counts(&self, stats: &mut SttStats) {
        stats.unknown = self.unknown;
        stats.malformed = self.malformed;
        stats.partials_skipped = self.partials_skipped;
    }

    pub(super) fn has_next(&self) -> bool {
        !self.queue.is_empty()
            || self.partial.is_some()
            || self.received.is_some()
            || self.silent.is_some()
    }

    /// The next item. A partial is taken apart only now.
    pub(super) fn pop(&mut self, clock: SessionClock) -> Option<Result<SttEvent, Error>> {
        if let Some(item) = self.queue.pop_front() {
            if matches!(item, Ok(SttEvent::Unknown(_) | SttEvent::Malformed(_))) {
                self.odd_waiting -= 1;
            }
            return Some(item);
        }
        if let Some(partial) = self.partial.take() {
            return Some(Ok(self.read(&partial, clock)));
        }
        let status = self.take_silence().or_else(|| self.received.take())?;
        Some(Ok(SttEvent::Status(status)))
    }

    fn read(&mut self, partial: &RawPartial, clock: SessionClock) -> SttEvent {
        let at = clock.media(0);
        match wire::words(
            partial.message.as_str(),
            &partial.words,
            Finality::Partial,
            clock,
            at,
        ) {
            Ok(words) => SttEvent::Partial(Turn::new(partial.id, Finality::Partial, None, words)),
            Err(malformed) => {
                self.malformed += 1;
                SttEvent::Malformed(malformed)
            }
        }
    }

    fn odd(&mut self, event: SttEvent) {
        if self.odd_waiting < ODD_LIMIT {
            self.odd_waiting += 1;
            self.push(event);
        }
    }
}
