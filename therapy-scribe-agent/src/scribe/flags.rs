//! The risk flags of the note, as people talk of them: by number, or by words of theirs.

use serde_json::{Value, json};
use therapy_scribe_notes::{Draft, Finding, FindingKind};

use super::{
    desk::ScribeDesk,
    state::{Note, no_note},
    work::plain,
};
use crate::ToolError;

/// So much of a flag is told.
const LONGEST: usize = 300;

fn of(draft: &Draft) -> Vec<&Finding> {
    let findings = draft.findings().iter();
    findings
        .filter(|finding| finding.kind == FindingKind::Risk)
        .collect()
}

pub(super) fn count(draft: &Draft) -> usize {
    of(draft).len()
}

impl ScribeDesk {
    pub(super) fn risk_flags(&self) -> Result<Value, ToolError> {
        let state = self.shared.lock();
        let flags: Vec<Value> = match &state.note {
            Note::None => return Err(no_note()),
            Note::Draft(draft) => {
                let told = |(number, flag): (usize, &Finding)| json!({"number": number, "flag": cut(flag.text.expose(), LONGEST), "resolved": flag.dismissed.is_some()});
                (1..).zip(of(draft)).map(told).collect()
            }
            Note::Signed(signed) => {
                let listed = signed
                    .note
                    .value()
                    .get("risk_flags")
                    .and_then(Value::as_array);
                let texts = listed.into_iter().flatten().filter_map(Value::as_str);
                (1..).zip(texts).map(|(number, text): (usize, _)| json!({"number": number, "flag": cut(text, LONGEST)})).collect()
            }
        };
        Ok(json!({"count": flags.len(), "flags": flags}))
    }

    pub(super) fn resolve_flag(&self, flag: &str, reason: &str) -> Result<Value, ToolError> {
        if reason.trim().is_empty() {
            return Err(ToolError::arguments(
                "`reason` is empty: ask the clinician for their reason",
            ));
        }
        let at = self.shared.wall();
        let mut state = self.shared.lock();
        state.at_rest()?;
        let draft = state.draft_mut()?;
        let found = find(&of(draft), flag)?;
        let (id, text) = (found.id(), cut(found.text.expose(), LONGEST));
        let dismissed = draft.dismiss(id, reason, self.shared.signer.clinician(), at);
        dismissed.map_err(|error| ToolError::failed(error.to_string()).caused_by(error))?;
        self.shared.changed(&mut state);
        Ok(
            json!({"status": "resolved", "flag": text, "say": "It stays in the note, with the reason."}),
        )
    }
}

/// The flag of this number, or the only one with these words.
fn find<'a>(flags: &[&'a Finding], asked: &str) -> Result<&'a Finding, ToolError> {
    if flags.is_empty() {
        return Err(ToolError::not_yet("the note has no risk flags"));
    }
    let asked = plain(asked);
    let number = asked
        .strip_prefix("number ")
        .unwrap_or(&asked)
        .parse::<usize>()
        .ok();
    let numbered = number.and_then(|number| flags.get(number.checked_sub(1)?));
    if let Some(flag) = numbered {
        return Ok(flag);
    }
    let has_words = |flag: &&&Finding| {
        !asked.is_empty() && number.is_none() && plain(flag.text.expose()).contains(&asked)
    };
    let mut fitting = flags.iter().filter(has_words);
    match (fitting.next(), fitting.next()) {
        (Some(flag), None) => Ok(flag),
        (Some(_), Some(_)) => Err(ToolError::arguments(
            "more than one flag fits: ask which, by its number",
        )),
        _ => Err(ToolError::arguments(format!(
            "no flag fits; there are {}: ask which, by its number",
            flags.len()
        ))),
    }
}

/// The beginning, up to so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    let mut chars = text.chars();
    let head: String = chars.by_ref().take(most).collect();
    if chars.next().is_some() {
        format!("{head}…")
    } else {
        head
    }
}
