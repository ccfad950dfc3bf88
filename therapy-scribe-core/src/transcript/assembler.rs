//! Applies what a speech service says, in order.

#[cfg(test)]
mod tests;

use super::{
    Smoothing, Transcript,
    aliases::Aliases,
    correction::{Correction, Corrections},
    gap::Gap,
    smooth::{is_decided_by, smooth},
    turn::{Relabel, Turn},
    turns::TurnIndex,
    word::Word,
};
use crate::{
    Actor, AuditEvent, ConnectionId, MediaTime, RoleMap, SpeakerId, TurnId,
    roles::{RoleBook, RoleMapper, RoleReport},
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
    aliases: Aliases,
    roles: RoleBook,
    corrections: Corrections,
    smoothing: Smoothing,
}

impl TranscriptAssembler {
    /// An empty transcript whose roles `mapper` finds.
    #[must_use]
    pub fn new(mapper: Box<dyn RoleMapper>) -> Self {
        Self {
            transcript: Transcript::default(),
            index: TurnIndex::default(),
            aliases: Aliases::default(),
            roles: RoleBook::new(mapper),
            corrections: Corrections::default(),
            smoothing: Smoothing::default(),
        }
    }

    /// Whether single words in another's sentence are put right in the turns to come. Default: on.
    #[must_use]
    pub const fn smoothing(mut self, smoothing: Smoothing) -> Self {
        self.smoothing = smoothing;
        self
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

    /// Merges one voice into another: every word of `from` is `to`'s, those to come as well. It outlives whatever is
    /// found later. Returns what changed.
    pub fn merge_speakers(&mut self, from: SpeakerId, to: SpeakerId) -> Change {
        let labels = self.aliases.merge(from, to);
        self.relook(&labels)
    }

    /// Says that a connection's `label` was found to stand for a speaker who was heard before; `None` takes it back.
    /// Every word with that label follows, those to come as well, unless a person has merged it by hand.
    pub fn find_speaker(&mut self, label: SpeakerId, speaker: Option<SpeakerId>) -> Change {
        let labels = self.aliases.find(label, speaker);
        if labels.is_empty() {
            return Change::Nothing;
        }
        self.relook(&labels)
    }

    /// Looks up the speakers of every turn with one of these labels anew.
    fn relook(&mut self, labels: &[SpeakerId]) -> Change {
        let touched: Vec<TurnId> = self
            .transcript
            .turns()
            .filter(|turn| turn.has_label(labels))
            .map(Turn::id)
            .collect();
        let changed: Vec<TurnId> = touched
            .into_iter()
            .flat_map(|id| self.change_speakers(id, |_| ()))
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

    /// Puts right who is who, or who spoke in a span of turns. It outlives what is found later. The event is for the host's
    /// [`AuditSink`](crate::AuditSink).
    pub fn correct(&mut self, by: Actor, correction: Correction) -> (Change, AuditEvent) {
        let before = match correction {
            Correction::Speaker { speaker, role } => self.roles.assign(speaker, role),
            Correction::Span { .. } => None,
        };
        self.corrections.push(correction, before);
        (self.corrected(correction), correction.audit(by, false))
    }

    /// Takes the last correction back; `None` when there is none.
    pub fn undo_correction(&mut self, by: Actor) -> Option<(Change, AuditEvent)> {
        let (correction, before) = self.corrections.pop()?;
        if let Correction::Speaker { speaker, .. } = correction {
            self.roles.assign(speaker, before);
        }
        Some((self.corrected(correction), correction.audit(by, true)))
    }

    /// Looks at what a correction is about again.
    fn corrected(&mut self, correction: Correction) -> Change {
        let turns = self.transcript.turns().map(Turn::id);
        let touched: Vec<TurnId> = turns.filter(|turn| correction.covers(*turn)).collect();
        let changed: Vec<TurnId> = touched
            .into_iter()
            .flat_map(|turn| self.change_speakers(turn, |_| ()))
            .collect();
        match (self.refresh_roles(), changed.is_empty()) {
            (true, true) => Change::Roles,
            _ => Change::revised(changed),
        }
    }

    /// Who is who, how sure that is, and what decided it; it looks at the whole session.
    #[must_use]
    pub fn role_report(&self) -> RoleReport {
        self.roles.report()
    }

    /// Drops the partials of a connection that is gone: they will never become final.
    pub fn drop_partials(&mut self, connection: ConnectionId) {
        self.transcript
            .partials
            .retain(|open| open.id().connection() != connection);
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
        let mut known = turn.clone();
        let key = self.index.place(&known);
        let edges = self.edges(known.id());
        attribute(
            &mut known,
            &self.aliases,
            &self.corrections,
            self.smoothing,
            &edges,
        );
        let first = known.words().first().cloned();
        self.roles.add(&known);
        self.transcript.turns.insert(key, known);
        self.settle_edge(self.index.beside(turn.id())[0], first);
        let roles_changed = self.refresh_roles();
        Change::Final {
            turn: turn.id(),
            roles_changed,
        }
    }

    fn revise(&mut self, relabels: &[Relabel]) -> Change {
        let changed: Vec<TurnId> = relabels
            .iter()
            .flat_map(|relabel| self.change_speakers(relabel.turn, |turn| turn.relabel(relabel)))
            .collect();
        self.refresh_roles();
        Change::revised(changed)
    }

    /// Changes the labels of a turn, and looks up whom they stand for. Returns the turns in which anybody else speaks now:
    /// the words at its edges may decide about those beside them.
    fn change_speakers(&mut self, id: TurnId, change: impl FnOnce(&mut Turn)) -> Vec<TurnId> {
        let before = self.outer_words(id);
        let mut changed = Vec::new();
        changed.extend(self.look_again(id, change).then_some(id));
        let after = self.outer_words(id);
        let moved = [before[0] != after[0], before[1] != after[1]];
        for (beside, moved) in self.index.beside(id).into_iter().zip(moved) {
            if let Some(beside) = beside.filter(|_| moved && self.smoothing == Smoothing::On) {
                changed.extend(self.look_again(beside, |_| ()).then_some(beside));
            }
        }
        changed
    }

    /// Whom the first and the last word of a turn were heard as.
    fn outer_words(&self, id: TurnId) -> [Option<SpeakerId>; 2] {
        let turn = self
            .index
            .key(id)
            .and_then(|key| self.transcript.turns.get(key));
        let words = turn.map(Turn::words).unwrap_or_default();
        [words.first(), words.last()].map(|word| word?.heard())
    }

    fn look_again(&mut self, id: TurnId, change: impl FnOnce(&mut Turn)) -> bool {
        let Some(key) = self.index.key(id) else {
            return false;
        };
        let edges = self.edges(id);
        let (roles, aliases, corrections) = (&mut self.roles, &self.aliases, &self.corrections);
        let smoothing = self.smoothing;
        let update = |turn: &mut Turn| {
            let before = turn.clone();
            change(turn);
            attribute(turn, aliases, corrections, smoothing, &edges);
            let changed = !before.speakers().eq(turn.speakers());
            if changed {
                roles.remove(&before);
                roles.add(turn);
            }
            changed
        };
        self.transcript.turns.update(key, update).unwrap_or(false)
    }

    /// The last word before a turn and the first after it.
    fn edges(&self, id: TurnId) -> [Option<Word>; 2] {
        let [before, after] = self.index.beside(id).map(|turn| {
            let turn = self.transcript.turns.get(self.index.key(turn?)?)?;
            Some(turn.words())
        });
        [
            before.and_then(<[Word]>::last),
            after.and_then(<[Word]>::first),
        ]
        .map(|word| word.cloned().map(Word::into_heard))
    }

    /// Looks at a turn again now that the one after it is known.
    fn settle_edge(&mut self, before: Option<TurnId>, first: Option<Word>) {
        let Some((before, first)) = before.zip(first) else {
            return;
        };
        let key = self.index.key(before);
        let turn = key.and_then(|key| self.transcript.turns.get(key));
        let words = turn.map(Turn::words).unwrap_or_default();
        if self.smoothing == Smoothing::On && is_decided_by(&first, words) {
            self.look_again(before, |_| ());
        }
    }

    fn gap(&mut self, gap: Gap) -> Change {
        let gaps = std::sync::Arc::make_mut(&mut self.transcript.gaps);
        let same = |other: &&mut Gap| {
            (other.reason, other.speaker, other.to) == (gap.reason, gap.speaker, gap.from)
        };
        // One outage is one gap, in however many pieces it becomes known.
        if let Some(before) = gaps.iter_mut().find(same) {
            before.to = gap.to;
        } else {
            let at = gaps.partition_point(|other| other.from <= gap.from);
            gaps.insert(at, gap);
        }
        Change::Gap {
            from: gap.from,
            to: gap.to,
        }
    }

    /// Returns whether anybody has another role now, or a surer one; that a probability moved is no news.
    fn refresh_roles(&mut self) -> bool {
        let roles = self.roles.roles();
        let changed = !self.transcript.roles.is_same_answer(&roles);
        if *self.transcript.roles != roles {
            self.transcript.roles = std::sync::Arc::new(roles);
        }
        changed
    }
}

/// Who speaks in a turn: by its labels, by whose sentences its words stand in, and by hand.
fn attribute(
    turn: &mut Turn,
    aliases: &Aliases,
    corrections: &Corrections,
    smoothing: Smoothing,
    [before, after]: &[Option<Word>; 2],
) {
    turn.resolve(aliases);
    if smoothing == Smoothing::On {
        smooth(before.as_ref(), turn.words_mut(), after.as_ref());
    }
    let id = turn.id();
    if corrections.touch(id) {
        turn.exchange(|speaker| corrections.of(id, speaker));
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
    fn revised(mut turns: Vec<TurnId>) -> Self {
        let mut seen = std::collections::BTreeSet::new();
        turns.retain(|turn| seen.insert(*turn));
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
