//! Which messages are a turn's final (`streaming-stt.md` 4.3, "Ordering and finality").

use std::{collections::HashSet, time::Duration};

use therapy_scribe_core::{Finality, Malformed, MediaTime, SpeakerId, SttEvent, Turn, TurnId};
use therapy_scribe_transport::Text;

use super::items::{Items, RawPartial};
use crate::{
    clock::SessionClock,
    wire::{self, RawWords, TurnHead},
};

/// How long an unformatted final waits for its formatted copy. They come together; the copy never comes when the socket
/// drops in between.
const FORMATTED_LIMIT: Duration = Duration::from_secs(3);

/// Makes one final of each turn, however many messages the service sends for it.
#[derive(Debug)]
pub(super) struct TurnBook {
    clock: SessionClock,
    /// Whether finals come twice, plain and then formatted.
    formats: bool,
    settled: Settled,
    waiting: Option<Waiting>,
    /// The open turn, as far as the host may have seen it.
    shown: Option<TurnId>,
    known_until: MediaTime,
}

/// An unformatted final.
#[derive(Debug)]
struct Waiting {
    turn: Turn,
    until: Duration,
}

impl TurnBook {
    pub(super) fn new(clock: SessionClock, formats: bool) -> Self {
        let known_until = clock.media(0);
        Self {
            clock,
            formats,
            settled: Settled::default(),
            waiting: None,
            shown: None,
            known_until,
        }
    }

    /// Finals come twice from now on, or once.
    pub(super) const fn set_formats(&mut self, formats: bool) {
        self.formats = formats;
    }

    pub(super) const fn id(&self, order: u64) -> TurnId {
        TurnId::new(self.clock.connection, order)
    }

    pub(super) fn on_turn(
        &mut self,
        now: Duration,
        message: &Text,
        head: &TurnHead<'_>,
        items: &mut Items,
    ) {
        // After its final a turn is closed; a repeated message changes nothing.
        if self.settled.holds(head.order) {
            return;
        }
        let id = self.id(head.order);
        if self
            .waiting
            .as_ref()
            .is_some_and(|waiting| waiting.turn.id() != id)
        {
            self.settle(items);
        }
        let words = head.places(message.as_str());
        if head.end_of_turn {
            self.on_final(now, message, head, &words, items);
        } else if self.waiting.is_none() {
            self.shown = Some(id);
            items.partial(RawPartial {
                id,
                message: message.clone(),
                words,
            });
        }
    }

    /// Whatever waits for a formatted copy is final as it is.
    pub(super) fn settle(&mut self, items: &mut Items) {
        if let Some(waiting) = self.waiting.take() {
            self.emit(waiting.turn, items);
        }
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.waiting.as_ref().map(|waiting| waiting.until)
    }

    pub(super) fn on_deadline(&mut self, now: Duration, items: &mut Items) {
        if self.deadline().is_some_and(|until| until <= now) {
            self.settle(items);
        }
    }

    fn on_final(
        &mut self,
        now: Duration,
        message: &Text,
        head: &TurnHead<'_>,
        words: &RawWords,
        items: &mut Items,
    ) {
        let (turn, malformed) = self.read(message, head, words);
        if let Some(malformed) = malformed {
            items.malformed(malformed);
        }
        items.drop_partial(turn.id());
        if turn.words().is_empty() && self.waiting.is_some() {
            // Nothing said takes nothing back.
            self.settle(items);
        } else if self.formats && head.is_formatted == Some(false) {
            self.waiting = Some(Waiting {
                turn,
                until: now + FORMATTED_LIMIT,
            });
        } else {
            self.waiting = None;
            self.emit(turn, items);
        }
    }

    /// The turn, and what of it could not be read.
    fn read(
        &self,
        message: &Text,
        head: &TurnHead<'_>,
        places: &RawWords,
    ) -> (Turn, Option<Malformed>) {
        let (message, known_until) = (message.as_str(), self.known_until);
        let (words, malformed) =
            match wire::words(message, places, Finality::Final, self.clock, known_until) {
                Ok(words) => (words, None),
                Err(malformed) => {
                    let words =
                        wire::transcript_words(message, places, Finality::Final, known_until);
                    (words.unwrap_or_default(), Some(malformed))
                }
            };
        let letters = head.speaker_label.as_deref();
        let speaker =
            letters.and_then(|letters| SpeakerId::from_letters(self.clock.connection, letters));
        let language = head.language_code.as_deref().map(str::to_owned);
        let turn =
            Turn::new(self.id(head.order), Finality::Final, speaker, words).language(language);
        (turn, malformed)
    }

    fn emit(&mut self, turn: Turn, items: &mut Items) {
        self.settled.add(turn.id().order());
        self.known_until = self.known_until.max(turn.end());
        let shown = self.shown.take_if(|shown| *shown == turn.id());
        if !turn.words().is_empty() {
            items.push(SttEvent::Final(turn));
        } else if shown.is_some() {
            // An empty final takes back what was shown of its turn; by itself it is nothing.
            items.push(SttEvent::Partial(Turn::new(
                turn.id(),
                Finality::Partial,
                None,
                Vec::new(),
            )));
        }
    }
}

/// Which turns are closed: all below a number, and a few above it. Numbers are keys and may be skipped.
#[derive(Debug, Default)]
struct Settled {
    below: u64,
    above: HashSet<u64>,
}

impl Settled {
    fn holds(&self, order: u64) -> bool {
        order < self.below || self.above.contains(&order)
    }

    fn add(&mut self, order: u64) {
        if order >= self.below {
            self.above.insert(order);
        }
        while self.above.remove(&self.below) {
            self.below += 1;
        }
    }
}
