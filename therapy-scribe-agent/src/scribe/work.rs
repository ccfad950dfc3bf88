//! What takes a model longer than people wait for: it begins at once, and announces itself when it is done or failed.

use std::sync::Arc;

use serde_json::{Value, json};
use therapy_scribe_notes::{Draft, NoteFormat, NoteRequest, Section};

use super::{
    desk::{ScribeDesk, Shared},
    flags,
    jobs::survived,
    state::{Note, is_signed},
};
use crate::{Announcement, ToolError};

impl ScribeDesk {
    /// Begins to draft a note of a format.
    pub(super) fn generate(&self, asked: &str) -> Result<Value, ToolError> {
        let format = self.format(asked)?;
        let mut state = self.shared.lock();
        if matches!(state.note, Note::Signed(_)) {
            return Err(is_signed());
        }
        if state.work.is_some() {
            return Ok(
                json!({"status": "in_progress", "say": "It is being written already; it will be announced."}),
            );
        }
        state.work = Some("the note");
        drop(state);
        let shared = Arc::clone(&self.shared);
        let title = format.title().to_owned();
        self.jobs
            .spawn(async move { shared.generate(format).await });
        Ok(
            json!({"status": "started", "say": format!("The {title} is being written; it will be announced when it is ready.")}),
        )
    }

    /// Begins to have a section written anew.
    pub(super) fn revise(&self, section: &str, instruction: String) -> Result<Value, ToolError> {
        let mut state = self.shared.lock();
        state.at_rest()?;
        let draft = state.draft_mut()?;
        let section = find(draft.sections(), section)?.clone();
        let draft = draft.clone();
        state.work = Some("a section");
        drop(state);
        let shared = Arc::clone(&self.shared);
        let say = format!(
            "{} is being rewritten; it will be announced when it is ready.",
            section.title
        );
        self.jobs
            .spawn(async move { shared.revise(draft, section, instruction).await });
        Ok(json!({"status": "started", "say": say}))
    }

    fn format(&self, asked: &str) -> Result<Arc<dyn NoteFormat>, ToolError> {
        let asked = plain(asked);
        let asked = asked.strip_suffix(" note").unwrap_or(&asked);
        let formats = &self.shared.formats;
        let mut ids = formats.ids();
        let id = ids.find(|id| {
            let title = formats
                .get(id)
                .map(|format| plain(format.title()))
                .unwrap_or_default();
            plain(id) == asked || title.strip_suffix(" note").unwrap_or(&title) == asked
        });
        let known = || formats.ids().collect::<Vec<_>>().join(", ");
        let unknown = || {
            ToolError::arguments(format!(
                "there is no such format; there are: {}. Ask which one",
                known()
            ))
        };
        let id = id.ok_or_else(unknown)?;
        formats.get(id).map_err(|_| unknown())
    }
}

impl Shared {
    async fn generate(self: Arc<Self>, format: Arc<dyn NoteFormat>) {
        let title = format.title().to_owned();
        let request = NoteRequest::new(format).at(self.wall());
        let mut progress = |_| {};
        let written = survived(
            self.writer
                .draft_with(&self.transcript, request, &mut progress),
        )
        .await;
        let mut state = self.lock();
        state.work = None;
        let words = match written {
            Some(Ok(mut draft)) if !matches!(state.note, Note::Signed(_)) => {
                if let Some(facts) = &self.facts {
                    draft.set_facts(facts.clone());
                }
                let risks = flags::count(&draft);
                state.put(draft);
                self.changed(&mut state);
                let risks = match risks {
                    0 => "It has no risk flags.".to_owned(),
                    risks => format!("It has {risks} risk flag(s); say so."),
                };
                format!(
                    "The {title} draft is ready on the screen. {risks} Say so in one or two short sentences, and offer to read a section."
                )
            }
            Some(Ok(_)) => return,
            Some(Err(error)) => failed(&error.to_string()),
            None => failed("the writer failed inside"),
        };
        // Before anybody can see that the work is done.
        self.announcements.push(Announcement::new(words));
        drop(state);
    }

    async fn revise(self: Arc<Self>, mut draft: Draft, section: Section, instruction: String) {
        let before = draft.sha256().ok();
        let by = (self.signer.clinician(), self.wall());
        let written =
            self.writer
                .regenerate(&mut draft, &self.transcript, &section.key, &instruction, by);
        let written = survived(written).await;
        let mut state = self.lock();
        state.work = None;
        let title = &section.title;
        let words = match (written, &mut state.note) {
            (Some(Ok(())), Note::Draft(current)) if current.sha256().ok() == before => {
                **current = draft;
                self.changed(&mut state);
                format!(
                    "{title} was rewritten as asked, and is on the screen. Say so in one short sentence, and offer to read it."
                )
            }
            (Some(Ok(())), _) => format!(
                "{title} was not rewritten, since the note was changed meanwhile. Say so, and offer to try again."
            ),
            (Some(Err(error)), _) => failed(&error.to_string()),
            (None, _) => failed("the writer failed inside"),
        };
        // Before anybody can see that the work is done.
        self.announcements.push(Announcement::new(words));
        drop(state);
    }
}

/// Errors of the writer quote nothing that was said.
fn failed(why: &str) -> String {
    format!(
        "What was asked for could not be written: {why}. The note is as it was. Say so briefly, and offer to try again."
    )
}

/// A section as somebody would call it.
pub(super) fn find<'a>(sections: &'a [Section], asked: &str) -> Result<&'a Section, ToolError> {
    let asked = plain(asked);
    let asked = asked.strip_prefix("the ").unwrap_or(&asked);
    let asked = asked.strip_suffix(" section").unwrap_or(asked);
    let is_it = |section: &&Section| plain(&section.key) == asked || plain(&section.title) == asked;
    let titles = || {
        sections
            .iter()
            .map(|section| section.title.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let unknown = || {
        ToolError::arguments(format!(
            "the note has no such section; it has: {}",
            titles()
        ))
    };
    sections.iter().find(is_it).ok_or_else(unknown)
}

/// Lower case, words of letters and digits.
pub(super) fn plain(text: &str) -> String {
    let words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}
