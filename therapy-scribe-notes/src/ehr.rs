//! The seam to the record.

use std::fmt;

use async_trait::async_trait;
use therapy_scribe_core::BoxError;

use crate::SignedNote;

/// Where signed notes go. It takes nothing else: an unsigned or since-changed note has no way into it.
///
/// ```
/// use therapy_scribe_notes::{EhrSink, SignedNote};
///
/// /// Writes each note to a folder.
/// #[derive(Debug)]
/// struct Folder(std::path::PathBuf);
///
/// #[async_trait::async_trait]
/// impl EhrSink for Folder {
///     async fn save(&self, note: &SignedNote) -> Result<(), therapy_scribe_core::BoxError> {
///         std::fs::write(self.0.join(format!("{}.json", note.content_sha256())), note.to_bytes())?;
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait EhrSink: Send + Sync + fmt::Debug {
    /// Stores a note. Called again with the same note it must change nothing.
    ///
    /// # Errors
    /// Whatever kept it from storing the note.
    async fn save(&self, note: &SignedNote) -> Result<(), BoxError>;
}
