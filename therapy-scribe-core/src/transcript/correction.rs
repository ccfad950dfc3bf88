//! What a person says about who spoke.

use crate::{Actor, AuditAction, AuditEvent, Role, SpeakerId, TurnId};

/// What a person puts right. It outlives whatever is found later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Correction {
    /// Who a speaker is; `None` gives the mapper its say again.
    #[non_exhaustive]
    Speaker {
        /// The speaker.
        speaker: SpeakerId,
        /// Their role.
        role: Option<Role>,
    },
    /// Two speakers are exchanged in a span of turns, both ends included, such as a [`RoleSwap`](crate::roles::RoleSwap).
    #[non_exhaustive]
    Span {
        /// The first turn.
        from: TurnId,
        /// The last turn, of the same connection.
        to: TurnId,
        /// Who is exchanged.
        speakers: (SpeakerId, SpeakerId),
    },
}

impl Correction {
    /// Who a speaker is.
    #[must_use]
    pub const fn speaker(speaker: SpeakerId, role: Option<Role>) -> Self {
        Self::Speaker { speaker, role }
    }

    /// Two speakers are exchanged from a turn to a turn.
    #[must_use]
    pub const fn span(from: TurnId, to: TurnId, speakers: (SpeakerId, SpeakerId)) -> Self {
        Self::Span { from, to, speakers }
    }

    /// The event for the audit: ids, no text.
    pub(super) fn audit(&self, actor: Actor, undone: bool) -> AuditEvent {
        let (action, subject) = match self {
            Self::Speaker { speaker, .. } => {
                (AuditAction::RoleAssigned, format!("speaker {speaker}"))
            }
            Self::Span { from, to, .. } => {
                (AuditAction::SpanExchanged, format!("turns {from} to {to}"))
            }
        };
        let action = if undone {
            AuditAction::RoleUndone
        } else {
            action
        };
        AuditEvent::new(actor, action, subject)
    }
}

/// The corrections of a session, the newest last.
#[derive(Debug, Clone, Default)]
pub(super) struct Corrections {
    /// Each with the role that its speaker had by hand before.
    all: Vec<(Correction, Option<Role>)>,
}

impl Corrections {
    pub(super) fn push(&mut self, correction: Correction, before: Option<Role>) {
        self.all.push((correction, before));
    }

    pub(super) fn pop(&mut self) -> Option<(Correction, Option<Role>)> {
        self.all.pop()
    }

    pub(super) fn touch(&self, turn: TurnId) -> bool {
        self.all
            .iter()
            .any(|(correction, _)| correction.covers(turn))
    }

    /// Who a speaker of a turn is by these.
    pub(super) fn of(&self, turn: TurnId, speaker: SpeakerId) -> SpeakerId {
        let spans = self
            .all
            .iter()
            .filter(|(correction, _)| correction.covers(turn));
        spans.fold(speaker, |speaker, (correction, _)| match correction {
            Correction::Span {
                speakers: (one, other),
                ..
            } if speaker == *one => *other,
            Correction::Span {
                speakers: (one, other),
                ..
            } if speaker == *other => *one,
            _ => speaker,
        })
    }
}

impl Correction {
    pub(super) fn covers(&self, turn: TurnId) -> bool {
        match self {
            Self::Span { from, to, .. } => {
                *from <= turn && turn <= *to && from.connection() == turn.connection()
            }
            Self::Speaker { .. } => false,
        }
    }
}
