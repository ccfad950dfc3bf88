//! What happened, by whom, to what: ids and hashes, never content.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::BoxError;

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Actor {
    /// A clinician, by the id under which the host authenticated them. Not a name.
    Clinician(String),
    /// A model, by provider and id.
    Model(String),
    /// The software itself.
    System,
}

/// One thing that happened. Holds ids, hashes, sizes and codes; no text of a session or note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuditEvent {
    /// Who acted.
    pub actor: Actor,
    /// What they did.
    pub action: AuditAction,
    /// To what: an id or a hash.
    pub subject: String,
}

impl AuditEvent {
    /// Somebody did something to something.
    pub fn new(actor: Actor, action: AuditAction, subject: impl Into<String>) -> Self {
        Self {
            actor,
            action,
            subject: subject.into(),
        }
    }
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AuditAction {
    /// Capture of a session began.
    CaptureStarted,
    /// Capture ended.
    CaptureEnded,
    /// A speaker's role was set by hand.
    RoleAssigned,
    /// Two speakers were exchanged by hand in a span of turns.
    SpanExchanged,
    /// The last of these was taken back.
    RoleUndone,
    /// A note was drafted by a model.
    NoteDrafted,
    /// A draft was changed.
    NoteEdited,
    /// A note was signed.
    NoteSigned,
}

/// Where audit events go. The host decides; nothing is lost silently, since an error stops the step that it records.
#[async_trait]
pub trait AuditSink: Send + Sync + fmt::Debug {
    /// Records one event before the step that it describes is acknowledged.
    ///
    /// # Errors
    /// Whatever kept the sink from recording it.
    async fn record(&self, event: AuditEvent) -> Result<(), BoxError>;
}
