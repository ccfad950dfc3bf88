//! The note: read, and added to.

use serde_json::{Value, json};
use therapy_scribe_notes::{Draft, Later, Section, Source};

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

    /// A part of a draft; of a signed note a statement beside it, which waits for the clinician's confirmation.
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
                let section = place(draft)?;
                let paragraph = format!("{ADDENDUM} {text}");
                if draft
                    .section(&section.key)
                    .is_some_and(|before| before.ends_with(&paragraph))
                {
                    return Ok(json!({"status": "already_added", "section": section.title}));
                }
                let by = self.shared.signer.clinician();
                let added = draft.append(&section.key, &paragraph, Source::Dictation, by, at);
                added.map_err(|error| ToolError::failed(error.to_string()).caused_by(error))?;
                self.shared.changed(&mut state);
                Ok(
                    json!({"status": "added", "section": section.title, "note": "draft, not saved yet"}),
                )
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

/// The plan, or the last section that is text.
fn place(draft: &Draft) -> Result<Section, ToolError> {
    let mut texts = draft
        .sections()
        .iter()
        .filter(|section| draft.section(&section.key).is_some());
    let plan = texts.clone().find(|section| section.key == PLAN);
    let place = plan.or_else(|| texts.next_back()).cloned();
    place.ok_or_else(|| {
        ToolError::failed(
            "a note of this kind has no section that an addendum fits into: write it on the screen",
        )
    })
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
        match &mut self.addendum {
            Some(before) if before.lines().any(|line| line == text) => {}
            Some(before) => *before = format!("{before}\n{text}"),
            None => self.addendum = Some(text.to_owned()),
        }
    }
}
