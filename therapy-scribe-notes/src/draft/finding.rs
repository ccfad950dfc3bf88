//! What a clinician should look at before signing, and what they say of it.

use std::fmt;

use serde_json::Value;
use sha2::{Digest, Sha256};
use therapy_scribe_core::Phi;

use crate::{NoteFormat, Problem, WallTime, check_note, pseudonyms, risk, sign::hex, unfinished};

/// Something that the clinician should look at. `Debug` shows no content.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// Whether it keeps the note from being signed.
    pub severity: Severity,
    /// Where in the note, as a JSON pointer.
    pub place: String,
    /// What it says.
    pub text: Phi<String>,
    /// Who has looked at it and leaves it as it is.
    pub dismissed: Option<Dismissal>,
}

impl Finding {
    pub(crate) const fn new(
        kind: FindingKind,
        severity: Severity,
        place: String,
        text: String,
    ) -> Self {
        Self {
            kind,
            severity,
            place,
            text: Phi::new(text),
            dismissed: None,
        }
    }

    /// Names it for [`Draft::dismiss`](crate::Draft::dismiss). The same finding has the same id in every version of the
    /// draft; another text at its place is another finding.
    #[must_use]
    pub fn id(&self) -> FindingId {
        let mut hash = Sha256::new();
        for part in [self.kind.name(), &self.place, self.text.expose()] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        FindingId(hash.finalize().into())
    }

    /// Whether it keeps the note from being signed, as things stand.
    #[must_use]
    pub const fn is_blocking(&self) -> bool {
        matches!(self.severity, Severity::Blocking) && self.dismissed.is_none()
    }
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Finding({:?}, {:?} at {}{})",
            self.kind,
            self.severity,
            self.place,
            if self.dismissed.is_some() {
                ", dismissed"
            } else {
                ""
            }
        )
    }
}

/// Names a finding of one draft. It is made of the finding's text, and shows nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingId([u8; 32]);

impl FindingId {
    /// For a user interface, which can't hold on to the value: 64 hexadecimal digits. Not for logs: somebody who guesses
    /// the text can tell that they were right.
    #[must_use]
    pub fn to_hex(self) -> String {
        hex(&self.0)
    }
}

impl fmt::Debug for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FindingId")
    }
}

/// That somebody has looked at a finding and leaves the note as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dismissal {
    /// Why.
    pub reason: Phi<String>,
    /// The clinician's id.
    pub by: String,
    /// When.
    pub at: WallTime,
}

impl Dismissal {
    pub(crate) const fn new(reason: String, by: String, at: WallTime) -> Self {
        Self {
            reason: Phi::new(reason),
            by,
            at,
        }
    }
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// The note speaks of risk.
    Risk,
    /// A section stops in the middle of a sentence: some of it may be missing.
    Unfinished,
    /// A rule of the format is broken, such as a score out of its range.
    Rule,
    /// A placeholder stands where a name should.
    Placeholder,
}

impl FindingKind {
    /// Its name in a signed note.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Risk => "risk",
            Self::Unfinished => "unfinished",
            Self::Rule => "rule",
            Self::Placeholder => "placeholder",
        }
    }
}

/// What a finding means for signing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// To be seen.
    Advisory,
    /// To be resolved before signing.
    Blocking,
}

/// What can be found in the note alone.
pub(super) fn of_note(format: &dyn NoteFormat, value: &Value) -> Vec<Finding> {
    // Every risk flag is shown by itself, so that it is not overlooked among sections.
    let risk = |(place, flag): (String, &str)| {
        Finding::new(
            FindingKind::Risk,
            Severity::Advisory,
            place,
            flag.to_owned(),
        )
    };
    let risks = risk::flags(value).into_iter().map(risk);
    let rules = check_note(format, value);
    let unfinished = unfinished::places(value).into_iter();
    risks
        .chain(rules.iter().map(Problem::finding))
        .chain(unfinished.map(unfinished::finding))
        .chain(pseudonyms::findings(value))
        .collect()
}
