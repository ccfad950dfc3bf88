//! What is heard, and what it means.

use std::{fmt, time::Duration};

use therapy_scribe_core::Confidence;

use super::Confirmation;

/// What the clinician said, as the last word of the recogniser has it.
#[derive(Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Said<'a> {
    /// The words.
    pub text: &'a str,
    /// When speech was first noticed; `None` when nobody noticed, which is no yes.
    pub began: Option<Duration>,
    /// How sure the recogniser is; `None` when it does not say, which is taken for sure.
    pub confidence: Option<Confidence>,
}

impl<'a> Said<'a> {
    /// Words whose beginning was noticed then.
    #[must_use]
    pub const fn new(text: &'a str, began: Option<Duration>) -> Self {
        Self {
            text,
            began,
            confidence: None,
        }
    }

    /// The same, heard so surely.
    #[must_use]
    pub const fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = Some(confidence);
        self
    }
}

impl fmt::Debug for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Said")
            .field("bytes", &self.text.len())
            .field("began", &self.began)
            .field("confidence", &self.confidence)
            .finish()
    }
}

/// How much of what the agent said was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Heard {
    /// All of it was played.
    Whole,
    /// It was interrupted, or never heard.
    Cut,
}

/// What the clinician's words mean for the open request.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// No question was asked: they are no answer.
    NotAsked,
    /// Yes.
    Yes(Confirmation),
    /// No. The request is gone.
    No,
    /// Neither: hesitation, a condition, something else. The request is gone.
    Void,
    /// They can't be taken for an answer. The question must be asked again.
    AskAgain(Doubt),
    /// They came too late. The request is gone.
    Expired,
}

/// Why words can't be taken for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Doubt {
    /// The agent's voice was heard within the second before, or since: it may be its echo.
    Echo,
    /// They began before the question was over.
    Early,
    /// The recogniser is not sure of them.
    Unsure,
}
