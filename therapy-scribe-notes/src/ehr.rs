//! The seam to the record.

use std::fmt;

use async_trait::async_trait;
use therapy_scribe_core::BoxError;

use crate::{Later, SignedNote};

/// Where signed notes go. It takes nothing else: an unsigned or since-changed note has no way into it.
///
/// ```compile_fail
/// # async fn push(ehr: &dyn therapy_scribe_notes::EhrSink, draft: &therapy_scribe_notes::Draft) {
/// ehr.save(draft).await;
/// # }
/// ```
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

    /// Stores what was said of a stored note later, such as an addendum. Called again with the same it must change
    /// nothing.
    ///
    /// # Errors
    /// Whatever kept it from being stored; by default, that this record takes no such statements.
    async fn append(&self, later: &Later) -> Result<(), BoxError> {
        let _ = later;
        Err("this record takes no statements about notes, such as addenda".into())
    }
}
