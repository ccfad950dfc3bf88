//! What a note is asked for with, and how far it is.

use std::sync::Arc;

use crate::{NoteFormat, Pseudonyms, WallTime};

/// What a note is asked for with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NoteRequest {
    /// Its format.
    pub format: Arc<dyn NoteFormat>,
    /// When the draft is made, for its first version. Default: unknown.
    pub at: Option<WallTime>,
    /// Names for which the model reads placeholders. Default: none, and the model reads everything.
    pub pseudonyms: Option<Pseudonyms>,
}

impl NoteRequest {
    /// A note of a format, and nothing else said.
    #[must_use]
    pub const fn new(format: Arc<dyn NoteFormat>) -> Self {
        Self {
            format,
            at: None,
            pseudonyms: None,
        }
    }

    /// The same, drafted at this time.
    #[must_use]
    pub const fn at(mut self, at: WallTime) -> Self {
        self.at = Some(at);
        self
    }

    /// The same, by a model that reads placeholders instead of these names. The draft has the names, and remembers to keep
    /// them from whoever writes a section of it anew.
    #[must_use]
    pub fn pseudonyms(mut self, pseudonyms: Pseudonyms) -> Self {
        self.pseudonyms = Some(pseudonyms);
        self
    }
}

/// How far a draft is. Nothing in it is of the session.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// A model is asked about a part of the session, or about all of it.
    #[non_exhaustive]
    Asking {
        /// Whose model, as [`ChatModel::name`](crate::ChatModel::name) says.
        provider: String,
        /// Which part, from 1.
        part: usize,
        /// How many there are.
        of: usize,
    },
    /// The model is told what is wrong with its answer, or another one is asked.
    Repairing,
    /// The notes of parts are made into one; again where there are many.
    #[non_exhaustive]
    Merging {
        /// How many are left.
        notes: usize,
    },
    /// The note is there and is looked through.
    Checking,
}
