//! Applies what a speech service says, in order.

#[cfg(test)]
mod tests;

use super::{
    Transcript,
    gap::Gap,
    turn::{Relabel, Turn},
    turns::TurnIndex,
};
use crate::{
    MediaTime, RoleMap, SpeakerId, TurnId,
    roles::{RoleBook, RoleMapper},
    stt::SttEvent,
};

/// Builds the transcript from [`SttEvent`]s and says what each of them changed.
///
/// One event costs the same in the first minute and in the tenth hour. [`snapshot`](Self::snapshot) is cheap; what it
/// returned never changes.
#[derive(Debug)]
pub struct TranscriptAssembler {
    transcript: Transcript,
    index: TurnIndex,
    roles: RoleBook,
}

impl TranscriptAssembler {
    /// An empty transcript whose roles `mapper` finds.
    #[must_use]
    pub fn new(mapper: Box<dyn RoleMapper>) -> Self {
        Self {
            transcript: Transcript::default(),
            index: TurnIndex::default(),
            roles: RoleBook::new(mapper),
        }
    }

    /// Applies one event. A turn that is final already stays as it is: services repeat themselves.
    pub fn apply(&mut self, event: &SttEvent) -> Change {
        match event {
            SttEvent::Partial(turn) => self.partial(turn),
            SttEvent::Final(turn) => self.settle(turn),
            SttEvent::Revised(relabels) => self.revise(relabels),
            SttEvent::Gap(gap) => self.gap(*gap),
            _ => Change::Nothing,
        }
    }

    /// What is known now.
    #[must_use]
    pub fn snapshot(&self) -> Transcript {
        self.transcript.clone()
    }

    /// Merges one voice into another: every word of `from` is now `to`'s. Returns what changed.
    pub fn merge_speakers(&mut self, from: SpeakerId, to: SpeakerId) -> Change {
        let touched: Vec<TurnId> = self
            .transcript
            .turns()
            .filter(|turn| turn.holds(from))
            .map(Turn::id)
            .collect();
        let changed: Vec<TurnId> = touched
            .into_iter()
            .filter(|id| self.change_speakers(*id, |turn| turn.rename(from, to)))
            .collect();
        self.refresh_roles();
        Change::revised(changed)
    }

    /// Sets who a speaker is, by hand. It outlives whatever the mapper finds later; `None` gives the mapper its say again.
    pub fn assign_role(&mut self, speaker: SpeakerId, role: Option<crate::Role>) -> Change {
        self.roles.assign(speaker, role);
        if self.refresh_roles() {
            Change::Roles
        } else {
            Change::Nothing
        }
    }

    /// Drops partials that will never become final, as at the end of a connection.
    pub fn drop_partials(&mut self) {
        self.transcript.partials.clear();
    }

    fn partial(&mut self, turn: &Turn) -> Change {
        if self.index.key(turn.id()).is_some() {
            return Change::Nothing;
        }
        let partials = &mut self.transcript.partials;
        if turn.words().is_empty() {
            partials.retain(|open| open.id() != turn.id());
            return Change::Partial(turn.id());
        }
        match partials.iter_mut().find(|open| open.id() == turn.id()) {
            Some(open) => *open = turn.clone(),
            None => partials.push(turn.clone()),
        }
        Change::Partial(turn.id())
    }

    fn settle(&mut self, turn: &Turn) -> Change {
        self.transcript
            .partials
            .retain(|open| open.id() != turn.id());
        if turn.words().is_empty() || self.index.key(turn.id()).is_some() {
            return Change::Nothing;
        }
        self.roles.add(turn);
        self.transcript
            .turns
            .insert(self.index.place(turn), turn.clone());
        let roles_changed = self.refresh_roles();
        Change::Final {
            turn: turn.id(),
            roles_changed,
        }
    }

    fn revise(&mut self, relabels: &[Relabel]) -> Change {
        let changed: Vec<TurnId> = relabels
            .iter()
            .filter(|relabel| self.change_speakers(relabel.turn, |turn| turn.relabel(relabel)))
            .map(|relabel| relabel.turn)
            .collect();
        self.refresh_roles();
        Change::revised(changed)
    }

    fn change_speakers(&mut self, id: TurnId, change: impl FnOnce(&mut Turn) -> bool) -> bool {
        let Some(key) = self.index.key(id) else {
            return false;
        };
        let roles = &mut self.roles;
        let update = |turn: &mut Turn| {
            let before = turn.clone();
            let changed = change(turn);
            if changed {
                roles.remove(&before);
                roles.add(turn);
            }
            changed
        };
        self.transcript.turns.update(key, update).unwrap_or(false)
    }

    fn gap(&mut self, gap: Gap) -> Change {
        let at = self
            .transcript
            .gaps
            .partition_point(|other| other.from <= gap.from);
        std::sync::Arc::make_mut(&mut self.transcript.gaps).insert(at, gap);
        Change::Gap {
            from: gap.from,
            to: gap.to,
        }
    }

    fn refresh_roles(&mut self) -> bool {
        let roles = self.roles.roles();
        let changed = *self.transcript.roles != roles;
        if changed {
            self.transcript.roles = std::sync::Arc::new(roles);
        }
        changed
    }
}

/// What an event changed in the transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// Nothing that a reader could see.
    Nothing,
    /// An open turn has a newer text.
    Partial(TurnId),
    /// A turn became final.
    #[non_exhaustive]
    Final {
        /// The turn.
        turn: TurnId,
        /// Whether the roles are others now; every line may read differently.
        roles_changed: bool,
    },
    /// The speakers of these turns changed, and with them perhaps the roles.
    Revised(Vec<TurnId>),
    /// The roles changed, the labels did not.
    Roles,
    /// A stretch was lost.
    #[non_exhaustive]
    Gap {
        /// Where it begins.
        from: MediaTime,
        /// Where it ends.
        to: MediaTime,
    },
}

impl Change {
    fn revised(turns: Vec<TurnId>) -> Self {
        if turns.is_empty() {
            Self::Nothing
        } else {
            Self::Revised(turns)
        }
    }
}

/// Roles of a transcript that is assembled without a mapper.
impl Default for TranscriptAssembler {
    fn default() -> Self {
        Self::new(Box::new(crate::roles::FixedRoles::new(RoleMap::default())))
    }
}
