//! What engine and host share: the transcript, and the events that nobody has read yet.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use futures_util::task::AtomicWaker;
use therapy_scribe_core::{
    Actor, AuditEvent, Change, ConnectionId, ConnectionStatus, Correction, Gap, GapReason,
    MediaTime, Notice, Role, ServiceSession, SpeakerId, SttEvent, Transcript, TranscriptAssembler,
    TurnId, roles::RoleReport,
};
use tokio::sync::Notify;

use super::{CaptureError, CaptureEvent, CaptureStats, FailedChannel, Session};

#[derive(Debug)]
pub(super) struct Shared {
    state: Mutex<State>,
    reader: AtomicWaker,
    end: Notify,
}

#[derive(Debug)]
struct State {
    assembler: TranscriptAssembler,
    events: VecDeque<CaptureEvent>,
    /// The newest partial and receipt only.
    partial: Option<TurnId>,
    receipt: Option<ConnectionStatus>,
    /// One for each part of the capture.
    parts: Vec<PartState>,
    service: Option<ServiceSession>,
    failed: Vec<FailedChannel>,
    ended: Option<End>,
}

/// One connection after the other, for everybody or for one participant.
#[derive(Debug, Default)]
struct PartState {
    backlog: Duration,
    stats: Option<CaptureStats>,
    error: Option<CaptureError>,
}

#[derive(Debug)]
struct End {
    stats: CaptureStats,
    /// Taken by whoever is told first.
    error: Option<CaptureError>,
    closing_told: bool,
}

impl Shared {
    pub(super) fn new(assembler: TranscriptAssembler, parts: usize) -> Self {
        let state = State {
            assembler,
            events: VecDeque::new(),
            partial: None,
            receipt: None,
            parts: std::iter::repeat_with(PartState::default)
                .take(parts)
                .collect(),
            service: None,
            failed: Vec::new(),
            ended: None,
        };
        Self {
            state: Mutex::new(state),
            reader: AtomicWaker::new(),
            end: Notify::new(),
        }
    }

    pub(super) fn snapshot(&self) -> Transcript {
        self.state().assembler.snapshot()
    }

    pub(super) fn backlog(&self) -> Duration {
        let state = self.state();
        let backlogs = state.parts.iter().map(|part| part.backlog);
        backlogs.max().unwrap_or_default()
    }

    pub(super) fn set_backlog(&self, part: usize, backlog: Duration) {
        if let Some(part) = self.state().parts.get_mut(part) {
            part.backlog = backlog;
        }
    }

    /// Applies an event of the service.
    pub(super) fn apply(&self, event: &SttEvent) {
        let mut state = self.state();
        if let SttEvent::Status(ConnectionStatus::Lost { connection, .. }) = event {
            state.assembler.drop_partials(*connection);
            state.partial = None;
        }
        let change = state.assembler.apply(event);
        state.note(change);
        match event {
            SttEvent::Status(status) => state.status(status),
            SttEvent::Notice(notice) => {
                state.events.push_back(CaptureEvent::Notice(notice.clone()));
            }
            SttEvent::Gap(gap) => state.events.push_back(CaptureEvent::Gap(*gap)),
            _ => {}
        }
        drop(state);
        self.reader.wake();
    }

    /// A connection's label was found to stand for a known speaker, or not to.
    pub(super) fn find_speaker(&self, label: SpeakerId, speaker: Option<SpeakerId>) {
        let mut state = self.state();
        let change = state.assembler.find_speaker(label, speaker);
        state.note(change);
        drop(state);
        self.reader.wake();
    }

    pub(super) fn assign_role(&self, speaker: SpeakerId, role: Option<Role>) {
        let mut state = self.state();
        let change = state.assembler.assign_role(speaker, role);
        state.note(change);
        drop(state);
        self.reader.wake();
    }

    pub(super) fn correct(&self, by: Actor, correction: Correction) -> AuditEvent {
        let mut state = self.state();
        let (change, event) = state.assembler.correct(by, correction);
        state.note(change);
        drop(state);
        self.reader.wake();
        event
    }

    pub(super) fn undo_correction(&self, by: Actor) -> Option<AuditEvent> {
        let mut state = self.state();
        let (change, event) = state.assembler.undo_correction(by)?;
        state.note(change);
        drop(state);
        self.reader.wake();
        Some(event)
    }

    pub(super) fn role_report(&self) -> RoleReport {
        self.state().assembler.role_report()
    }

    pub(super) fn merge_speakers(&self, from: SpeakerId, to: SpeakerId) {
        let mut state = self.state();
        let change = state.assembler.merge_speakers(from, to);
        state.note(change);
        drop(state);
        self.reader.wake();
    }

    /// A part has come to its end; with the last of them the capture has. It has failed only if all of them have.
    pub(super) fn end(&self, index: usize, figures: CaptureStats, error: Option<CaptureError>) {
        let mut state = self.state();
        let Some(part) = state
            .parts
            .get_mut(index)
            .filter(|part| part.stats.is_none())
        else {
            return;
        };
        (part.stats, part.error) = (Some(figures), error);
        state.tell_failure(index);
        if state.parts.iter().all(|part| part.stats.is_some()) {
            state.finish();
        }
        drop(state);
        self.reader.wake();
        self.end.notify_waiters();
    }

    /// Waits for the end.
    pub(super) async fn ended(&self) {
        loop {
            let notified = self.end.notified();
            if self.state().ended.is_some() {
                return;
            }
            notified.await;
        }
    }

    pub(super) fn session(&self) -> Result<Session, CaptureError> {
        let mut state = self.state();
        if let Some(error) = state.ended.as_mut().and_then(|end| end.error.take()) {
            return Err(error);
        }
        let end = state.ended.as_ref();
        Ok(Session {
            transcript: state.assembler.snapshot(),
            stats: end.map(|end| end.stats).unwrap_or_default(),
            service: state.service.clone(),
            failed: state.failed.clone(),
        })
    }

    pub(super) fn poll_event(
        &self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<CaptureEvent, CaptureError>>> {
        self.reader.register(cx.waker());
        let mut state = self.state();
        if let Some(event) = state.pop() {
            return Poll::Ready(Some(Ok(event)));
        }
        let Some(end) = &mut state.ended else {
            return Poll::Pending;
        };
        if std::mem::replace(&mut end.closing_told, true) {
            return Poll::Ready(None);
        }
        let last = end
            .error
            .take()
            .map_or(Ok(CaptureEvent::Closed(end.stats)), Err);
        Poll::Ready(Some(last))
    }

    /// A panic of somebody else's must not take the transcript away.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whose channel a part of a call is.
fn speaker_of(part: usize) -> SpeakerId {
    let number = u16::try_from(part).unwrap_or(u16::MAX);
    SpeakerId::new(ConnectionId::new(number), 0)
}

impl State {
    /// Of a call: one source alone has nobody beside it who would go on.
    fn tell_failure(&mut self, part: usize) {
        let error = self.parts.get(part).and_then(|part| part.error.as_ref());
        let Some(error) = error.filter(|_| self.parts.len() > 1) else {
            return;
        };
        let (speaker, reason) = (speaker_of(part), error.to_string());
        let role = self.assembler.snapshot().role_of(Some(speaker));
        let who = role.map_or_else(|| "one participant".to_owned(), |role| role.to_string());
        let notice = Notice::new(format!("{who}: not heard any more: {reason}"));
        self.events.push_back(CaptureEvent::Notice(notice));
        self.failed.push(FailedChannel { speaker, reason });
        self.failed.sort_by_key(|failed| failed.speaker);
    }

    /// The others went on for longer: what a participant said from then on is in no transcript.
    fn tell_what_failed_parts_missed(&mut self) {
        let captured = |part: &PartState| part.stats.unwrap_or_default().captured;
        let longest = self.parts.iter().map(captured).max().unwrap_or_default();
        for (index, part) in self.parts.iter().enumerate() {
            let (from, to) = (
                MediaTime::ZERO.plus(captured(part)),
                MediaTime::ZERO.plus(longest),
            );
            if part.error.is_some() && to > from {
                let speaker = Some(speaker_of(index));
                let gap = Gap::new(from, to, GapReason::ConnectionLost).of(speaker);
                self.assembler.apply(&SttEvent::Gap(gap));
                self.events.push_back(CaptureEvent::Gap(gap));
            }
        }
    }

    fn finish(&mut self) {
        let all_failed = self.parts.iter().all(|part| part.error.is_some());
        self.tell_what_failed_parts_missed();
        let error = self.parts.iter_mut().find_map(|part| part.error.take());
        let stats = self.parts.iter().filter_map(|part| part.stats);
        self.ended = Some(End {
            stats: stats.reduce(CaptureStats::together).unwrap_or_default(),
            error: error.filter(|_| all_failed),
            closing_told: false,
        });
    }

    fn note(&mut self, change: Change) {
        let roles = |state: &Self| CaptureEvent::Roles(state.assembler.snapshot().roles().clone());
        match change {
            Change::Partial(turn) => self.partial = Some(turn),
            Change::Final {
                turn,
                roles_changed,
                ..
            } => {
                self.partial = self.partial.filter(|partial| *partial != turn);
                self.events.push_back(CaptureEvent::Final(turn));
                if roles_changed {
                    self.events.push_back(roles(self));
                }
            }
            Change::Revised(turns) => {
                self.events.push_back(CaptureEvent::Revised(turns));
                self.events.push_back(roles(self));
            }
            Change::Roles => self.events.push_back(roles(self)),
            _ => {}
        }
    }

    fn status(&mut self, status: &ConnectionStatus) {
        match status {
            ConnectionStatus::Received(_) => self.receipt = Some(status.clone()),
            // Proof for the machine, not news for a person.
            ConnectionStatus::Silent { .. } => {}
            ConnectionStatus::Ready(session) => {
                self.service = Some(session.clone());
                self.events.push_back(CaptureEvent::Status(status.clone()));
            }
            other => self.events.push_back(CaptureEvent::Status(other.clone())),
        }
    }

    fn pop(&mut self) -> Option<CaptureEvent> {
        let queued = self.events.pop_front();
        let partial = || self.partial.take().map(CaptureEvent::Partial);
        queued
            .or_else(partial)
            .or_else(|| self.receipt.take().map(CaptureEvent::Status))
    }
}
