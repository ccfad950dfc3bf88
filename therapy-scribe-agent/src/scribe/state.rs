//! The note and its way into the record, step by step. No awaits here.

use std::collections::VecDeque;

use therapy_scribe_core::Phi;
use therapy_scribe_notes::{Draft, Later, SignedNote};

use super::{desk::Shared, save::SaveOutcome};
use crate::{Confirmations, ContentHash, RequestId, ToolError};

/// So many replaced drafts are kept.
const EARLIER: usize = 8;
/// So many of the model's words for "confirmation" are kept.
const CLAIMS: usize = 32;

pub(super) struct State {
    pub(super) note: Note,
    pub(super) confirmations: Confirmations,
    /// What became of the last request, until a call has read it.
    pub(super) outcome: Option<SaveOutcome>,
    /// What is being written.
    pub(super) work: Option<&'static str>,
    pub(super) earlier: Vec<Draft>,
    /// What was dictated as an addendum and fits into no section of the draft: it stands beside the note once that is signed.
    pub(super) beside: Option<String>,
    /// The request that the host was told last.
    pub(super) told: Option<RequestId>,
    claims: VecDeque<Phi<String>>,
}

pub(super) enum Note {
    None,
    Draft(Box<Draft>),
    Signed(Box<Signed>),
}

/// A signed note and what is still on its way.
pub(super) struct Signed {
    pub(super) note: SignedNote,
    pub(super) later: Vec<Later>,
    /// What the sink has not confirmed yet, in its order.
    pub(super) queue: VecDeque<Item>,
    pub(super) is_delivering: bool,
    /// The text of an addendum that waits for its confirmation.
    pub(super) addendum: Option<String>,
}

#[derive(Clone)]
pub(super) enum Item {
    Note(Box<SignedNote>),
    Later(Box<Later>),
}

impl Note {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Draft(_) => "draft",
            Self::Signed(_) => "signed",
        }
    }

    /// What would be signed now.
    pub(super) fn content(&self) -> Option<ContentHash> {
        let hash = match self {
            Self::None => None,
            Self::Draft(draft) => draft.sha256().ok(),
            Self::Signed(signed) => {
                let text = signed.addendum.as_deref()?;
                signed.note.addendum_sha256(text).ok()
            }
        };
        hash.map(ContentHash::new)
    }
}

impl State {
    pub(super) const fn new(note: Note, confirmations: Confirmations) -> Self {
        Self {
            note,
            confirmations,
            outcome: None,
            work: None,
            earlier: Vec::new(),
            beside: None,
            told: None,
            claims: VecDeque::new(),
        }
    }

    /// A new draft in place of the old one, which is kept.
    pub(super) fn put(&mut self, draft: Draft) {
        if let Note::Draft(old) = std::mem::replace(&mut self.note, Note::Draft(Box::new(draft))) {
            if self.earlier.len() >= EARLIER {
                self.earlier.remove(0);
            }
            self.earlier.push(*old);
        }
    }

    /// Fails while a model is writing: what it writes would not fit what is changed now.
    pub(super) fn at_rest(&self) -> Result<(), ToolError> {
        let busy = |what| format!("{what} is being written; wait until it is announced");
        self.work
            .map_or(Ok(()), |what| Err(ToolError::not_yet(busy(what))))
    }

    /// Writes down what the model gave as the clinician's confirmation. It has no power.
    pub(super) fn claim(&mut self, words: String) {
        if self.claims.len() >= CLAIMS {
            self.claims.pop_front();
        }
        self.claims.push_back(words.into());
    }

    pub(super) fn claims(&self) -> Vec<Phi<String>> {
        self.claims.iter().cloned().collect()
    }

    pub(super) fn draft_mut(&mut self) -> Result<&mut Draft, ToolError> {
        match &mut self.note {
            Note::Draft(draft) => Ok(draft),
            Note::None => Err(no_note()),
            Note::Signed(_) => Err(is_signed()),
        }
    }
}

impl Shared {
    /// After whatever may have changed the note: a request for what it was is void.
    pub(super) fn changed(&self, state: &mut State) {
        let content = state.note.content();
        if state.confirmations.changed(content.as_ref()) {
            self.settle(state, SaveOutcome::Changed);
        }
    }
}

pub(super) fn no_note() -> ToolError {
    ToolError::not_yet("there is no note yet; offer to generate one")
}

pub(super) fn is_signed() -> ToolError {
    ToolError::not_yet("the note is signed and can't be changed any more; offer an addendum")
}
