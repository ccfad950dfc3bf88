//! A draft as one thing: what would be signed now.

use serde_json::{Value, json};

use super::{Change, ChangeKind, Draft, Source, pointer};
use crate::{Clinician, Error, Result, SessionFacts, WallTime, sign};

impl Draft {
    /// SHA-256 of all that would be signed now, save who signs and when, in hexadecimal: format, content, facts, what was
    /// dismissed, and the history. It tells whether a draft is the one that somebody was shown: every change makes it
    /// another, also one that is undone.
    ///
    /// # Errors
    /// [`Error::Untrusted`] for a note that can't be signed, since it holds a number with a fraction.
    pub fn sha256(&self) -> Result<String> {
        sign::hash(&json!({
            "format": sign::format_of(&*self.format), "content": self.value(),
            "facts": self.facts().map(SessionFacts::to_json), "dismissed": self.dismissals(),
            "history": self.history()?,
        }))
    }

    /// Adds a paragraph to a section, or a place inside one, that is text. The section is not reviewed by that.
    ///
    /// # Errors
    /// [`Error::Needed`] without a text; [`Error::UnknownSection`] when there is no such section; [`Error::Edit`] when it
    /// is no text.
    pub fn append(
        &mut self,
        section: &str,
        text: &str,
        source: Source,
        by: &Clinician,
        at: WallTime,
    ) -> Result<()> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Error::Needed("a text"));
        }
        let not_text = || Error::Edit {
            rule: "is no text to which a paragraph can be added".to_owned(),
        };
        let content = match self.value().pointer(&pointer(section)) {
            None => return Err(self.unknown(section)),
            Some(Value::String(before)) if before.trim().is_empty() => text.to_owned(),
            Some(Value::String(before)) => format!("{}\n\n{text}", before.trim_end()),
            Some(_) => return Err(not_text()),
        };
        let change = Change::by(ChangeKind::Edited, Some(section), source, by, at);
        self.replace(section, content.into(), change)
    }
}
