//! What became of a request, in words.

use serde_json::{Value, json};

/// What became of a request to save.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SaveOutcome {
    /// It is signed, and on its way.
    Saving,
    /// It is signed, and the record has confirmed it.
    Saved,
    /// It is signed, and the record has not taken it: [`ScribeDesk::retry`](crate::ScribeDesk::retry).
    Queued,
    /// The clinician said no.
    Declined,
    /// The clinician said something else.
    Unclear,
    /// Nobody answered in time.
    Expired,
    /// It was changed after it was shown.
    Changed,
    /// It could not be signed.
    NotSigned,
}

impl SaveOutcome {
    pub(super) const fn says(self) -> &'static str {
        match self {
            Self::Saving => "It is signed and on its way to the record. It is not saved yet.",
            Self::Saved => "The record has confirmed it: it is signed and saved.",
            Self::Queued => {
                "It is signed, but the record could not take it yet. It is queued; it is not saved yet."
            }
            Self::Declined => {
                "The clinician declined. Nothing was signed or saved. Ask again only if they want it now."
            }
            Self::Unclear => "The answer was neither yes nor no. Nothing was signed or saved.",
            Self::Expired => {
                "Nobody confirmed it in time. Nothing was signed or saved. Ask again only if they want it now."
            }
            Self::Changed => {
                "It was changed after it was shown, so that the request is void. Nothing was signed or saved."
            }
            Self::NotSigned => "It could not be signed; the screen says why. Nothing was saved.",
        }
    }

    /// For the model.
    pub(super) fn told(self) -> Value {
        let status = match self {
            Self::Saving => "saving",
            Self::Saved => "saved",
            Self::Queued => "queued",
            Self::Declined => "declined",
            Self::Unclear => "unclear",
            Self::Expired => "expired",
            Self::Changed => "changed",
            Self::NotSigned => "not_signed",
        };
        json!({"status": status, "say": self.says()})
    }
}
