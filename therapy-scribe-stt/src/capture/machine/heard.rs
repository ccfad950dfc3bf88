//! What the service says, and what it means for the transcript.

use therapy_scribe_core::{ConnectionStatus, Finality, Relabel, SpeakerId, SttEvent, Turn};

use super::{Machine, Order};

impl Machine {
    pub(super) fn on_heard(&mut self, event: SttEvent) {
        match event {
            SttEvent::Final(turn) => {
                let turn = self.attributed(turn);
                self.on_final(turn);
            }
            SttEvent::Partial(turn) => {
                let turn = self.attributed(turn);
                self.partial = (!turn.words().is_empty()).then(|| turn.id());
                let turn = self.seams.shorten(turn);
                self.apply(SttEvent::Partial(turn));
            }
            SttEvent::Revised(relabels) => self.on_revised(relabels),
            SttEvent::Status(status) => self.on_status(status),
            other => self.apply(other),
        }
    }

    /// On a channel of one participant everything is theirs.
    pub(super) fn attributed(&self, turn: Turn) -> Turn {
        let Some(speaker) = self.limits.part.speaker else {
            return turn;
        };
        let finality = if turn.is_final() {
            Finality::Final
        } else {
            Finality::Partial
        };
        let language = turn.language_code().map(str::to_owned);
        let words = turn.words().iter();
        let words = words
            .map(|word| word.clone().spoken_by(None, None))
            .collect();
        Turn::new(turn.id(), finality, Some(speaker), words).language(language)
    }

    fn on_final(&mut self, turn: Turn) {
        let id = turn.id();
        self.partial = None;
        self.note_final(&turn);
        let needed = self.rotation.keeps_from();
        let from = self.replay_from();
        self.ring
            .release(needed.map_or(from, |needed| needed.min(from)));
        let joined = self.seams.join(turn);
        self.find(joined.found);
        // A turn of which nothing is new takes back what was shown of it.
        let nothing = || Turn::new(id, Finality::Partial, None, Vec::new());
        let event = joined
            .turn
            .map_or_else(|| SttEvent::Partial(nothing()), SttEvent::Final);
        self.apply(event);
    }

    pub(super) fn on_revised(&mut self, relabels: Vec<Relabel>) {
        let found = self.seams.revise(&relabels);
        self.find(found);
        self.apply(SttEvent::Revised(relabels));
    }

    /// No word is later than the audio that there is, whatever a service says.
    pub(super) fn note_final(&mut self, turn: &Turn) {
        let end = turn.end().min(self.ring.captured_until());
        self.final_until = self.final_until.max(end);
    }

    fn on_status(&mut self, status: ConnectionStatus) {
        match &status {
            ConnectionStatus::Received(receipt) => {
                receipt
                    .pace
                    .into_iter()
                    .for_each(|pace| self.pace.told(pace));
            }
            ConnectionStatus::Silent { from, to, .. }
                if !self.is_mid_turn() && *from <= self.known_until() =>
            {
                self.quiet_until = self.quiet_until.max(*to);
            }
            _ => {}
        }
        self.apply(SttEvent::Status(status));
    }

    pub(super) fn find(&mut self, found: Vec<(SpeakerId, Option<SpeakerId>)>) {
        let orders = found
            .into_iter()
            .map(|(label, speaker)| Order::Find(label, speaker));
        self.orders.extend(orders);
    }
}
