//! Pre-recorded transcription: `/v2/upload`, `/v2/transcript` and what is below it, `/v1/understanding`
//! (`pre-recorded.md`; `14.n` cites its checklist for a stand-in).

mod beep;
mod check;
mod entity;
mod fault;
mod job;
mod list;
mod log;
mod mishap;
mod parts;
mod route;
mod shape;
mod sound;
mod speakers;
mod submit;
mod upload;
mod webhook;
mod words;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicU64},
};

use crate::script::Segment;

pub use fault::{TranscriptCall, TranscriptFault, TranscriptFaultKind, TranscriptQuirk};
pub use log::{LoggedJob, TranscriptLog};
pub(crate) use route::{Asked, Gone, answer, concerns};
pub(crate) use sound::Sound;
pub(crate) use upload::{Upload, is_too_large, refuse_upload, uploads};
pub(crate) use webhook::deliver;

use job::Job;

/// How the service behaves.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub(crate) faults: Vec<TranscriptFault>,
    pub(crate) quirks: Vec<TranscriptQuirk>,
    /// For how many polls a job is in processing.
    pub(crate) polls: u32,
}

/// The state of the service.
pub(crate) struct Prerecorded {
    quirks: Vec<TranscriptQuirk>,
    polls: u32,
    /// How many conversations were read again.
    understood: AtomicU64,
    script: Arc<[Segment]>,
    language: String,
    names: Arc<[String]>,
    store: Mutex<Store>,
}

/// Uploads and transcripts.
#[derive(Default)]
struct Store {
    faults: Vec<TranscriptFault>,
    /// By address.
    uploads: HashMap<String, Uploaded>,
    /// Oldest first.
    jobs: Vec<Job>,
    /// Jobs whose webhooks are to be called.
    hooks: Vec<String>,
    log: log::Counts,
}

/// An upload.
#[derive(Clone)]
struct Uploaded {
    account: String,
    content_type: String,
    sound: Arc<Sound>,
}

impl fmt::Debug for Prerecorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prerecorded").finish_non_exhaustive()
    }
}

impl Prerecorded {
    pub(crate) fn new(
        settings: Settings,
        script: Arc<[Segment]>,
        language: String,
        names: Arc<[String]>,
    ) -> Self {
        Self {
            quirks: settings.quirks,
            polls: settings.polls,
            understood: AtomicU64::new(1),
            script,
            language,
            names,
            store: Mutex::new(Store {
                faults: settings.faults,
                ..Store::default()
            }),
        }
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What goes wrong with this call, if its turn has come.
    fn fault(&self, call: TranscriptCall) -> Option<TranscriptFaultKind> {
        let faults = &mut self.store().faults;
        let due = faults
            .iter()
            .position(|fault| fault.call == call && fault.after == 0);
        let kind = due.map(|at| faults.remove(at).kind);
        let of_call = faults.iter_mut().filter(|fault| fault.call == call);
        of_call.for_each(|fault| fault.after = fault.after.saturating_sub(1));
        kind
    }

    /// New jobs that call back, whether or not their answers arrived.
    pub(crate) fn take_hooks(&self) -> Vec<String> {
        std::mem::take(&mut self.store().hooks)
    }

    pub(crate) fn logs(&self) -> TranscriptLog {
        let store = self.store();
        TranscriptLog::of(&store.log, &store.jobs)
    }
}
