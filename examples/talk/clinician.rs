//! A scripted clinician for the emulator: each line is said when the agent has come to rest after the one before.

use std::{collections::VecDeque, path::Path, time::Duration};

use serde_json::{Value, json};
use therapy_scribe::{
    AudioSource,
    audio::WavSource,
    notes::{NoteFormat, Section},
};
use tokio::time::Instant;

use super::Confirm;
use crate::services::AnyError;

/// Audio and text of the lines.
const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo-talk");
const LINES: [&str; 5] = ["note", "read", "addendum", "push", "yes"];
/// So long does the clinician wait after the agent.
const PAUSE: Duration = Duration::from_millis(1300);

/// What is left to say, and since when it could be said.
pub(crate) struct Clinician {
    lines: VecDeque<&'static str>,
    calm: Option<Instant>,
}

impl Clinician {
    /// One who says all lines; the last, which is the yes, only where it counts.
    pub(crate) fn new(confirm: Confirm) -> Self {
        let lines = LINES
            .into_iter()
            .filter(|line| confirm == Confirm::Voice || *line != "yes");
        Self {
            lines: lines.collect(),
            calm: None,
        }
    }

    /// One whose words are in a file already.
    pub(crate) const fn in_a_file() -> Self {
        Self {
            lines: VecDeque::new(),
            calm: None,
        }
    }

    /// To be told how things are, some times a second. Says what comes next: a line, or nothing any more.
    pub(crate) fn look(&mut self, is_calm: bool) -> Option<Next> {
        if !is_calm {
            self.calm = None;
            return None;
        }
        let since = *self.calm.get_or_insert_with(Instant::now);
        if since.elapsed() < PAUSE {
            return None;
        }
        self.calm = None;
        Some(self.lines.pop_front().map_or(Next::Over, Next::Line))
    }
}

/// What a clinician does.
pub(crate) enum Next {
    Line(&'static str),
    Over,
}

/// A line, spoken.
pub(crate) fn audio(line: &str) -> Result<Box<dyn AudioSource>, AnyError> {
    let path = Path::new(DEMO).join(format!("{line}.wav"));
    Ok(Box::new(WavSource::open(path)?))
}

/// What the emulator takes the lines for, and what it says; for another format than DAP in other words than are spoken.
pub(crate) fn dialogue(format: &dyn NoteFormat, ask: &str) -> Result<String, AnyError> {
    let path = Path::new(DEMO).join("dialogue.json");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let mut dialogue: Value = serde_json::from_str(&text).map_err(|_| "the dialogue is no JSON")?;
    let mut put = |place: &str, value: Value| {
        if let Some(field) = dialogue.pointer_mut(place) {
            *field = value;
        }
    };
    if format.id() != "dap" {
        let note = kind(format);
        let line = format!("Generate the {note} note for this session.");
        put("/utterances/0/text", line.into());
        put("/replies/0/heard", json!([note]));
        put(
            "/replies/0/calls/0",
            json!({"name": "generate_note", "arguments": {"format": format.id()}}),
        );
        let section = section(format).map_or("plan", |section| &section.title);
        put(
            "/utterances/1/text",
            format!("Read me the {section} section.").into(),
        );
        put("/replies/1/heard", json!(["read me"]));
        put("/replies/1/calls/0/arguments/section", section.into());
    }
    for reply in ["/replies/3", "/replies/4"] {
        for result in 0..5 {
            let place = format!("{reply}/results/{result}/says");
            if dialogue.pointer(&place).is_some_and(|says| says == "{ask}")
                && let Some(says) = dialogue.pointer_mut(&place)
            {
                *says = ask.into();
            }
        }
    }
    Ok(dialogue.to_string())
}

/// How a kind of note is called: its title without the last word, where that is "note".
pub(crate) fn kind(format: &dyn NoteFormat) -> String {
    let title = format.title();
    let short = title
        .strip_suffix(" note")
        .or_else(|| title.strip_suffix(" Note"));
    short.unwrap_or(title).to_owned()
}

/// The assessment, or what is there instead.
fn section(format: &dyn NoteFormat) -> Option<&Section> {
    let sections = format.sections();
    let assessment = sections.iter().find(|section| section.key == "assessment");
    assessment.or_else(|| sections.first())
}
