//! What the tools share: the session, the note in its making, and who signs it.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use therapy_scribe_core::Transcript;
use therapy_scribe_notes::{
    Draft, EhrSink, Formats, NoteWriter, SessionFacts, SessionIndex, SignedNote, Signer, WallTime,
};
use tokio::{sync::Notify, time::Instant};

use super::{
    jobs::Jobs,
    state::{Note, Signed, State},
};
use crate::{Accept, Announcements, Confirmations};

/// The session that is talked about, its note, and the way into the record. Cheap to clone; all clones are one desk.
///
/// A model reaches it by [`tools`](Self::tools) only. They draft and change the note, and can ask for it to be saved. What
/// saves it is the clinician's confirmation: [`confirm`](Self::confirm) from the host's user interface, or, where the host
/// has opted in, what the clinician says ([`clinician_said`](Self::clinician_said)). It signs the note that was shown and
/// hands it to the sink in one step.
///
/// Needs a tokio runtime. Dropping the last clone and the last tool set stops what is still being written; a host that hangs
/// up [waits](Self::finish) first.
#[derive(Clone)]
pub struct ScribeDesk {
    pub(super) shared: Arc<Shared>,
    /// Not in `shared`, which the jobs themselves hold.
    pub(super) jobs: Arc<Jobs>,
}

pub(super) struct Shared {
    pub(super) transcript: Transcript,
    pub(super) index: SessionIndex,
    pub(super) writer: NoteWriter,
    pub(super) formats: Formats,
    pub(super) signer: Arc<dyn Signer>,
    pub(super) sink: Arc<dyn EhrSink>,
    pub(super) facts: Option<SessionFacts>,
    pub(super) announcements: Announcements,
    /// A request for the clinician has come.
    pub(super) asked: Notify,
    /// The sink has answered.
    pub(super) delivered: Notify,
    clock: Arc<dyn Fn() -> WallTime + Send + Sync>,
    began: Instant,
    state: Mutex<State>,
}

/// What a desk is made of.
pub struct ScribeDeskBuilder {
    transcript: Transcript,
    writer: NoteWriter,
    signer: Arc<dyn Signer>,
    sink: Arc<dyn EhrSink>,
    clock: Arc<dyn Fn() -> WallTime + Send + Sync>,
    formats: Formats,
    facts: Option<SessionFacts>,
    note: Note,
    accept: Accept,
}

impl ScribeDesk {
    /// A desk for a session: who writes its note, who signs it, and where it goes then. The host has authenticated the
    /// signer before; `clock` says what time it is.
    pub fn builder(
        transcript: Transcript,
        writer: NoteWriter,
        signer: Arc<dyn Signer>,
        sink: Arc<dyn EhrSink>,
        clock: impl Fn() -> WallTime + Send + Sync + 'static,
    ) -> ScribeDeskBuilder {
        ScribeDeskBuilder {
            transcript,
            writer,
            signer,
            sink,
            clock: Arc::new(clock),
            formats: Formats::new(),
            facts: None,
            note: Note::None,
            accept: Accept::default(),
        }
    }

    /// What the agent should say when nobody is speaking.
    #[must_use]
    pub fn announcements(&self) -> &Announcements {
        &self.shared.announcements
    }

    /// The draft as it is now, while there is one.
    #[must_use]
    pub fn draft(&self) -> Option<Draft> {
        match &self.shared.lock().note {
            Note::Draft(draft) => Some(Draft::clone(draft)),
            _ => None,
        }
    }

    /// Drafts that were replaced by later ones, the newest last; eight at most are kept.
    #[must_use]
    pub fn earlier_drafts(&self) -> Vec<Draft> {
        self.shared.lock().earlier.clone()
    }

    /// The note, once it is signed.
    #[must_use]
    pub fn signed(&self) -> Option<SignedNote> {
        match &self.shared.lock().note {
            Note::Signed(signed) => Some(signed.note.clone()),
            _ => None,
        }
    }

    /// Whether something is still being written, or is on its way to the record.
    #[must_use]
    pub fn is_working(&self) -> bool {
        let state = self.shared.lock();
        let is_delivering = matches!(&state.note, Note::Signed(signed) if signed.is_delivering);
        state.work.is_some() || is_delivering
    }

    /// Whether the note is signed and the record has confirmed it, and nothing that was added since waits.
    #[must_use]
    pub fn is_saved(&self) -> bool {
        let is_in_record = |signed: &Signed| {
            !signed.is_delivering && signed.queue.is_empty() && signed.addendum.is_none()
        };
        matches!(&self.shared.lock().note, Note::Signed(signed) if is_in_record(signed))
    }

    /// Where a yes may come from.
    #[must_use]
    pub fn accept(&self) -> Accept {
        self.shared.lock().confirmations.accept()
    }

    /// Changes the draft, as the clinician does on the screen. A request to save it is void by that. `None` while there is
    /// no draft.
    pub fn edit<T>(&self, change: impl FnOnce(&mut Draft) -> T) -> Option<T> {
        let mut state = self.shared.lock();
        let Note::Draft(draft) = &mut state.note else {
            return None;
        };
        let done = change(draft);
        self.shared.changed(&mut state);
        Some(done)
    }

    /// Time as the desk counts it, from when it was made: for [`Said::began`](crate::Said::began).
    #[must_use]
    pub fn now(&self) -> Duration {
        self.shared.now()
    }
}

impl Shared {
    /// Never held across an await.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    pub(super) fn until(&self, time: Duration) -> Instant {
        self.began + time
    }

    pub(super) fn wall(&self) -> WallTime {
        (self.clock)()
    }
}

impl ScribeDeskBuilder {
    /// The same with other formats than the built-in ones.
    #[must_use]
    pub fn formats(mut self, formats: Formats) -> Self {
        self.formats = formats;
        self
    }

    /// The same with what is known of the session; it goes into each draft.
    #[must_use]
    pub fn facts(mut self, facts: SessionFacts) -> Self {
        self.facts = Some(facts);
        self
    }

    /// The same with a draft that is there already.
    #[must_use]
    pub fn draft(mut self, draft: Draft) -> Self {
        self.note = Note::Draft(Box::new(draft));
        self
    }

    /// The same with another answer to where a yes may come from. Default: the host's user interface.
    #[must_use]
    pub const fn accept(mut self, accept: Accept) -> Self {
        self.accept = accept;
        self
    }

    /// The desk.
    #[must_use]
    pub fn build(self) -> ScribeDesk {
        let shared = Shared {
            index: SessionIndex::new(&self.transcript),
            transcript: self.transcript,
            writer: self.writer,
            formats: self.formats,
            signer: self.signer,
            sink: self.sink,
            facts: self.facts,
            announcements: Announcements::new(),
            asked: Notify::new(),
            delivered: Notify::new(),
            clock: self.clock,
            began: Instant::now(),
            state: Mutex::new(State::new(self.note, Confirmations::new(self.accept))),
        };
        ScribeDesk {
            shared: Arc::new(shared),
            jobs: Arc::default(),
        }
    }
}

impl fmt::Debug for ScribeDesk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.shared.lock();
        f.debug_struct("ScribeDesk")
            .field("note", &state.note.name())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ScribeDeskBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScribeDeskBuilder").finish_non_exhaustive()
    }
}
