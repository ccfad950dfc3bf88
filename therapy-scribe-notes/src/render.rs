//! Notes for people and for other programs: Markdown, plain text, HTML, JSON.

mod escape;
mod facts;
mod html;
mod json;
mod lines;

pub(crate) use lines::section_text as body;

use serde_json::Value;

use crate::{
    Draft, Later, NoteRecord, NoteStatus, Section, SessionFacts, SignedNote, sign::schema_id,
};

/// A note as it is shown, in whatever way.
struct Sheet<'a> {
    title: &'a str,
    schema_id: String,
    standing: Standing,
    /// As it was or will be signed, so that nothing of it is lost; null where there is none.
    facts: Value,
    sections: &'a [Section],
    content: &'a Value,
    note: Option<&'a SignedNote>,
    later: &'a [Later],
}

/// What a reader must know before anything else.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Draft,
    /// Signed; what came later is not looked at.
    Signed,
    Status(NoteStatus),
}

impl Standing {
    fn banner(self) -> Option<&'static str> {
        match self {
            Self::Draft => Some("DRAFT: not reviewed, not signed, not part of the record."),
            Self::Status(NoteStatus::AwaitingCosignature) => {
                Some("Awaiting a supervisor's signature.")
            }
            Self::Status(NoteStatus::Superseded) => {
                Some("SUPERSEDED: another note stands in its place.")
            }
            Self::Status(NoteStatus::Retracted) => Some("RETRACTED: this note does not hold."),
            Self::Signed | Self::Status(_) => None,
        }
    }

    /// Across each printed page of what must not be taken for a note that holds.
    fn mark(self) -> Option<&'static str> {
        let banner = self.banner()?;
        banner.split_once(':').map(|(mark, _)| mark)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Signed | Self::Status(NoteStatus::Current) => "signed",
            Self::Status(NoteStatus::AwaitingCosignature) => "awaiting_cosignature",
            Self::Status(NoteStatus::Superseded) => "superseded",
            Self::Status(NoteStatus::Retracted) => "retracted",
        }
    }
}

impl Sheet<'_> {
    /// With the mark of a draft.
    fn heading(&self) -> String {
        match self.standing {
            Standing::Draft => format!("{} (DRAFT)", self.title),
            _ => self.title.to_owned(),
        }
    }

    /// The signature, by labels. What comes from the note stands in the values only.
    fn signature(&self) -> Vec<(&'static str, String)> {
        let Some(note) = self.note else {
            return Vec::new();
        };
        let text = |pointer: &str| note.sealed().text(pointer).to_owned();
        let mut lines = vec![
            ("Signed by", format!("{}.", note.sealed().signed_by())),
            ("Content SHA-256", text("/content_sha256")),
            ("Ed25519 key", text("/public_key")),
        ];
        if let Some(other) = note.supersedes() {
            lines.push(("In place of the note", other.to_owned()));
            lines.push(("Because", text("/supersedes/reason")));
        }
        lines
    }

    fn section(&self, key: &str) -> Option<&Value> {
        let is_known = self.sections.iter().any(|section| section.key == key);
        self.content.get(key).filter(|_| is_known)
    }
}

/// A heading, a text where there is one, and who signed.
fn later(later: &Later) -> (&'static str, Option<&str>, String) {
    match later {
        Later::Addendum(it) => ("Addendum", Some(it.text()), signed_by(&it.signed_by())),
        Later::Cosignature(it) => (
            "Cosignature",
            None,
            format!("Cosigned by {}.", it.signed_by()),
        ),
        Later::Retraction(it) => ("Retraction", Some(it.reason()), signed_by(&it.signed_by())),
        Later::Superseding(it) => {
            let line = format!(
                "Superseded by the note {}, signed at {}.",
                it.id(),
                it.signed_at()
            );
            ("Superseded", None, line)
        }
    }
}

fn signed_by(who: &str) -> String {
    format!("Signed by {who}.")
}

impl Later {
    /// It alone as Markdown: its heading, its text where it has one, and who signed.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        lines::later(self)
    }
}

impl Draft {
    fn sheet(&self) -> Sheet<'_> {
        let format = self.note_format();
        Sheet {
            title: format.title(),
            schema_id: schema_id(format.id(), format.version().into()),
            standing: Standing::Draft,
            facts: self.facts().map(SessionFacts::to_json).into(),
            sections: self.sections(),
            content: self.value(),
            note: None,
            later: &[],
        }
    }
}

impl SignedNote {
    fn sheet(&self) -> Sheet<'_> {
        let version = self.sealed().value("/format/version");
        Sheet {
            title: self.sealed().text("/format/title"),
            schema_id: schema_id(self.format(), version.as_u64().unwrap_or(0)),
            standing: Standing::Signed,
            facts: self.sealed().value("/facts").clone(),
            sections: self.sections(),
            content: self.value(),
            note: Some(self),
            later: &[],
        }
    }
}

impl NoteRecord {
    fn sheet(&self) -> Sheet<'_> {
        Sheet {
            standing: Standing::Status(self.status()),
            later: self.later(),
            ..self.note().sheet()
        }
    }
}

/// The ways in which all three are shown.
macro_rules! shown {
    ($($type:ident: $what:literal),*) => { $(
        impl $type {
            #[doc = concat!("The note as Markdown, ", $what, ". The session's facts come first where they are known.")]
            #[must_use]
            pub fn to_markdown(&self) -> String {
                lines::markdown(&self.sheet())
            }

            #[doc = concat!("The note as plain text, ", $what, ".")]
            #[must_use]
            pub fn to_text(&self) -> String {
                lines::text(&self.sheet())
            }

            /// One section as plain text, for a field of a health record: without its heading, empty where nothing was
            /// written. `None` when there is no such section.
            #[must_use]
            pub fn section_text(&self, key: &str) -> Option<String> {
                self.sheet().section(key).map(lines::section_text)
            }

            #[doc = concat!("The note as one HTML file, ", $what, ". It needs nothing beside it, runs no script, and can be printed.")]
            #[must_use]
            pub fn to_html(&self) -> String {
                html::page(&self.sheet())
            }

            #[doc = concat!("The note as JSON for other programs, ", $what, ": `schema_id` (such as `dap_v1`), `status`, `title`, `facts`, `note`, `signature`, `later`. Nothing can be verified by it.")]
            #[must_use]
            pub fn to_json(&self) -> Value {
                json::document(&self.sheet())
            }
        }
    )* };
}
shown! {
    Draft: "marked as a draft",
    SignedNote: "with its signature",
    NoteRecord: "with how it stands and all that was said of it later"
}
