//! What was said: words, turns, utterances, and the transcript that holds them.

mod aliases;
mod assembler;
mod correction;
mod document;
mod gap;
mod reconcile;
mod render;
mod search;
mod smooth;
mod text;
mod turn;
mod turns;
mod utterance;
mod word;

use std::{fmt, sync::Arc};

pub use assembler::{Change, TranscriptAssembler};
pub use correction::Correction;
pub use document::{InvalidTranscript, UtteranceRecord};
pub use gap::{Gap, GapReason, GapState};
pub use reconcile::{Concern, Edit, EditKind, Reconciled, Reconciliation, VoiceChange, reconcile};
pub use smooth::Smoothing;
pub use turn::{Relabel, RelabelledWord, Turn};
pub use utterance::{Utterance, Utterances};
pub use word::{Confidence, Finality, Overlap, Word};

use crate::{MediaTime, Role, RoleMap, SpeakerId, TurnId};

/// An immutable snapshot of a session's transcript. Cloning copies pointers, not words.
///
/// Turns stand in order of time. Roles are a view: the words hold speakers, and [`role_of`](Self::role_of) looks the
/// speaker up, so that a better role map re-attributes everything at once.
///
/// `Debug` shows counts, never text.
#[derive(Clone, PartialEq, Default)]
pub struct Transcript {
    turns: turns::Turns,
    partials: Vec<Turn>,
    gaps: Arc<Vec<Gap>>,
    roles: Arc<RoleMap>,
}

impl Transcript {
    /// The final turns, in order of time.
    #[must_use]
    pub fn turns(&self) -> impl DoubleEndedIterator<Item = &Turn> + Clone {
        self.turns.iter()
    }

    /// How many final turns there are.
    #[must_use]
    pub fn turn_count(&self) -> usize {
        self.turns.len()
    }

    /// A final turn by its key.
    #[must_use]
    pub fn turn(&self, id: TurnId) -> Option<&Turn> {
        self.turns.iter().rev().find(|turn| turn.id() == id)
    }

    /// Turns that are still open: at most one for each connection.
    #[must_use]
    pub fn partials(&self) -> &[Turn] {
        &self.partials
    }

    /// The final words as people read them.
    pub fn utterances(&self) -> impl Iterator<Item = Utterance> {
        Utterances::new(self.turns.iter())
    }

    /// The utterances from `time` on; the first may have begun before its first turn here. For showing the end of a
    /// long session without walking all of it.
    pub fn utterances_since(&self, time: MediaTime) -> impl Iterator<Item = Utterance> {
        Utterances::new(self.turns.since(time))
    }

    /// Stretches of the recording that nothing covers, in order of time.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Who is who.
    #[must_use]
    pub fn roles(&self) -> &RoleMap {
        &self.roles
    }

    /// The role of a word's or utterance's speaker, `None` while nobody knows.
    #[must_use]
    pub fn role_of(&self, speaker: Option<SpeakerId>) -> Option<Role> {
        speaker.and_then(|speaker| self.roles.role(speaker))
    }

    /// The same words under other roles.
    #[must_use]
    pub fn with_roles(mut self, roles: RoleMap) -> Self {
        self.roles = Arc::new(roles);
        self
    }

    /// When the last final word ends.
    #[must_use]
    pub fn end(&self) -> MediaTime {
        self.turns
            .iter()
            .next_back()
            .map_or(MediaTime::ZERO, Turn::end)
    }

    /// Whether nothing was said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.turns.len() == 0
    }
}

impl fmt::Debug for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transcript")
            .field("turns", &self.turns.len())
            .field("partials", &self.partials.len())
            .field("gaps", &self.gaps.len())
            .field("roles", &self.roles)
            .finish()
    }
}
