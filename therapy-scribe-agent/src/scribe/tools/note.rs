//! The note: read, and added to.

use serde_json::{Value, json};
use therapy_scribe_notes::{Clinician, Draft, Later, Section, Source, WallTime};

use crate::{
    ToolError,
    scribe::{
        desk::ScribeDesk,
        flags::cut,
        state::{Note, Signed, no_note},
        work::{find, plain},
    },
};

/// So much of a section is read out: about two minutes.
const LONGEST: usize = 1_500;
/// No dictation is longer.
const LONGEST_ADDENDUM: usize = 4_000;
/// Where an addendum to a draft goes, if the format has it and it is text.
const PLAN: &str = "plan";
/// What it begins with there.
const ADDENDUM: &str = "Addendum:";

impl ScribeDesk {
    pub(in crate::scribe) fn read(&self, section: &str) -> Result<Value, ToolError> {
        let state = self.shared.lock();
        let (standing, title, text) = match &state.note {
            Note::None => {
                state.at_rest()?;
                return Err(no_note());
            }
            Note::Draft(_) if plain(section).contains("addend") && state.beside.is_some() => {
                ("draft", "Addendum".to_owned(), state.beside.clone())
            }
            Note::Draft(draft) => {
                let section = find(draft.sections(), section)?;
                (
                    "draft",
                    section.title.clone(),
                    draft.section_text(&section.key),
                )
            }
            Note::Signed(signed) if plain(section).contains("addend") => {
                ("signed", "Addendum".to_owned(), signed.addenda())
            }
            Note::Signed(signed) => {
                let section = find(signed.note.sections(), section)?;
                (
                    "signed",
                    section.title.clone(),
                    signed.note.section_text(&section.key),
                )
            }
        };
        let text = text.unwrap_or_default();
        let rest = text.chars().count() > LONGEST;
        let text = if text.is_empty() {
            "(empty)".to_owned()
        } else {
            cut(&text, LONGEST)
        };
        Ok(json!({"note": standing, "section": title, "text": text, "rest_is_on_screen": rest}))
    }

    pub(in crate::scribe) fn themes(&self) -> Result<Value, ToolError> {
        let state = self.shared.lock();
        let value = match &state.note {
            Note::None => return Err(no_note()),
            Note::Draft(draft) => draft.value(),
            Note::Signed(signed) => signed.note.value(),
        };
        let themes = value.get("themes").and_then(Value::as_array);
        let themes =
            themes.ok_or_else(|| ToolError::failed("a note of this kind has no list of themes"))?;
        let themes: Vec<_> = themes
            .iter()
            .filter_map(Value::as_str)
            .map(|theme| cut(theme, LONGEST / 10))
            .collect();
        Ok(json!({"themes": themes}))
    }

    /// A part of a draft, or beside it where it fits into none of its sections; of a signed note a statement beside it, which waits for the clinician's confirmation.
    pub(in crate::scribe) fn add_addendum(&self, text: &str) -> Result<Value, ToolError> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > LONGEST_ADDENDUM {
            return Err(ToolError::arguments(
                "`text` must be what was dictated, 4000 characters at most: ask for it",
            ));
        }
        let at = self.shared.wall();
        let mut state = self.shared.lock();
        state.at_rest()?;
        match &mut state.note {
            Note::None => Err(no_note()),
            Note::Draft(draft) => {
                let paragraph = format!("{ADDENDUM} {text}");
                let by = self.shared.signer.clinician();
                match append(draft, &paragraph, by, at) {
                    Appended::There(title) => {
                        Ok(json!({"status": "already_added", "section": title}))
                    }
                    Appended::To(title) => {
                        self.shared.changed(&mut state);
                        Ok(
                            json!({"status": "added", "section": title, "note": "draft, not saved yet"}),
                        )
                    }
                    Appended::Nowhere => {
                        join(&mut state.beside, text);
                        Ok(
                            json!({"status": "kept", "say": "It fits into no section of this note. It is kept, and can be signed as an addendum once the note is."}),
                        )
                    }
                }
            }
            Note::Signed(signed) => {
                if signed.has(text) {
                    return Ok(json!({"status": "already_added"}));
                }
                signed.wait(text);
                self.request(&mut state)
            }
        }
    }
}

/// Where a paragraph went, by the section's title.
enum Appended {
    To(String),
    There(String),
    Nowhere,
}

/// Adds to the plan, or to the last section that is text. A format without one takes no paragraph, and neither does a
/// section whose rules it would break, such as the shared part of a group's note where it names a member.
fn append(draft: &mut Draft, paragraph: &str, by: &Clinician, at: WallTime) -> Appended {
    let mut texts = draft
        .sections()
        .iter()
        .filter(|section| draft.section(&section.key).is_some());
    let plan = texts.clone().find(|section| section.key == PLAN);
    let Some(Section { key, title, .. }) = plan.or_else(|| texts.next_back()).cloned() else {
        return Appended::Nowhere;
    };
    let before = draft.section(&key).unwrap_or_default();
    if before.ends_with(paragraph) {
        return Appended::There(title);
    }
    match draft.append(&key, paragraph, Source::Dictation, by, at) {
        Ok(()) => Appended::To(title),
        Err(_) => Appended::Nowhere,
    }
}

/// Adds a text to those that wait, once.
fn join(waiting: &mut Option<String>, text: &str) {
    match waiting {
        Some(before) if before.lines().any(|line| line == text) => {}
        Some(before) => *before = format!("{before}\n{text}"),
        None => *waiting = Some(text.to_owned()),
    }
}

impl Signed {
    fn addenda(&self) -> Option<String> {
        let texts = self.later.iter().filter_map(|later| match later {
            Later::Addendum(addendum) => Some(addendum.text()),
            _ => None,
        });
        let texts: Vec<_> = texts.collect();
        (!texts.is_empty()).then(|| texts.join("\n\n"))
    }

    /// Whether exactly this was added already.
    fn has(&self, text: &str) -> bool {
        let is_it =
            |later: &Later| matches!(later, Later::Addendum(addendum) if addendum.text() == text);
        self.later.iter().any(is_it)
    }

    /// What was dictated before and waits still is not lost.
    fn wait(&mut self, text: &str) {
        join(&mut self.addendum, text);
    }
}
