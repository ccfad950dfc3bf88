//! Signing what was confirmed, and handing it to the sink.

use std::time::Duration;

use therapy_scribe_notes::Later;
use tokio::time::timeout;

use super::{SAVING, SaveOutcome};
use crate::{
    Announcement, Confirmation,
    scribe::{
        desk::Shared,
        jobs::survived,
        state::{Item, Note, Signed, State},
    },
};

/// How long the sink may take.
const SINK: Duration = Duration::from_secs(30);

/// What is said once the note is signed.
const BESIDE: &str = "An addendum that was dictated before does not fit into the note. It is kept, and not in the record yet. Say so in one short sentence, and ask whether to save it too.";

impl Shared {
    /// What became of the open request, for the next call and for the agent to say.
    pub(in crate::scribe) fn settle(&self, state: &mut State, outcome: SaveOutcome) {
        state.outcome = Some(outcome);
        let instructions = format!("{} Say so in one short sentence.", outcome.says());
        self.announcements
            .push(Announcement::new(instructions).about(SAVING));
    }

    pub(super) fn expire(&self, state: &mut State) {
        if state.confirmations.expire(self.now()) {
            self.settle(state, SaveOutcome::Expired);
        }
    }

    /// Signs what was confirmed. Nothing else in this crate signs, and nothing but what this has signed is ever queued.
    #[expect(clippy::needless_pass_by_value, reason = "a confirmation is used up")]
    pub(super) fn sign<'a>(
        &self,
        state: &'a mut State,
        confirmation: Confirmation,
    ) -> Result<&'a mut Signed, SaveOutcome> {
        if state.note.content().as_ref() != Some(confirmation.content()) {
            return Err(SaveOutcome::Changed);
        }
        let at = self.wall();
        if let Note::Draft(draft) = &state.note {
            let note = draft
                .sign(&*self.signer, at)
                .map_err(|_| SaveOutcome::NotSigned)?;
            state.note = Note::Signed(Box::new(Signed {
                queue: [Item::Note(Box::new(note.clone()))].into(),
                note,
                later: Vec::new(),
                is_delivering: false,
                addendum: state.beside.take(),
            }));
        } else if let Note::Signed(signed) = &mut state.note {
            let text = signed.addendum.as_deref().ok_or(SaveOutcome::Changed)?;
            let addendum = signed
                .note
                .addendum(text, &*self.signer, at)
                .map_err(|_| SaveOutcome::NotSigned)?;
            signed.addendum = None;
            let later = Later::Addendum(addendum);
            signed.later.push(later.clone());
            signed.queue.push_back(Item::Later(Box::new(later)));
        }
        match &mut state.note {
            Note::Signed(signed) => Ok(signed),
            _ => Err(SaveOutcome::Changed),
        }
    }

    /// Hands over what is queued, in its order, and stops at the first that the sink does not take.
    pub(super) async fn deliver(&self) {
        loop {
            let Some(item) = self.next_item() else {
                return;
            };
            let saved = survived(timeout(SINK, async {
                match &item {
                    Item::Note(note) => self.sink.save(note).await,
                    Item::Later(later) => self.sink.append(later).await,
                }
            }));
            let is_saved = matches!(saved.await, Some(Ok(Ok(()))));
            let mut state = self.lock();
            let Note::Signed(signed) = &mut state.note else {
                return;
            };
            if is_saved {
                signed.queue.pop_front();
            }
            if !is_saved || signed.queue.is_empty() {
                signed.is_delivering = false;
                let waits = signed.addendum.is_some();
                let outcome = state.delivery();
                self.settle(&mut state, outcome);
                if waits {
                    self.announcements.push(Announcement::new(BESIDE));
                }
                self.delivered.notify_waiters();
                return;
            }
        }
    }

    fn next_item(&self) -> Option<Item> {
        match &self.lock().note {
            Note::Signed(signed) => signed.queue.front().cloned(),
            _ => None,
        }
    }
}
