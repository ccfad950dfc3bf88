//! Sections that stop in the middle of a sentence (`llm-gateway.md` 4.4). Some models end a long string early and call the
//! answer whole.

use serde_json::Value;
use therapy_scribe_core::Phi;

use crate::{Finding, FindingKind, NoteFormat, Severity};

/// Shorter texts need no full stop: "None reported", "Weekly".
const PROSE_WORDS: usize = 9;

/// The keys of the sections that do.
pub(crate) fn sections<'a>(value: &Value, format: &'a dyn NoteFormat) -> Vec<&'a str> {
    let stops_early = |key: &&str| {
        let text = value.get(*key).and_then(Value::as_str).unwrap_or_default();
        text.split_whitespace().count() >= PROSE_WORDS && !is_ended(text)
    };
    let keys = format.sections().iter().map(|section| section.key.as_str());
    keys.filter(stops_early).collect()
}

fn is_ended(text: &str) -> bool {
    let inside = text
        .trim_end()
        .trim_end_matches(['"', '\'', '”', '’', '»', ')', ']', '*']);
    inside.ends_with(['.', '!', '?', '…', '。', ':', ';']) || inside.len() < text.trim_end().len()
}

/// What the model is told.
pub(crate) fn problem(key: &str) -> String {
    format!("`{key}` stops in the middle of a sentence; write it to its end")
}

/// What the clinician is told.
pub(crate) fn finding(key: &str) -> Finding {
    Finding {
        kind: FindingKind::Unfinished,
        severity: Severity::Advisory,
        place: format!("/{key}"),
        text: Phi::new(
            "this section stops in the middle of a sentence: some of it may be missing".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_prose_that_breaks_off_is_unfinished() {
        let whole = [
            "Weekly",
            "",
            "Client reports poor sleep for two weeks, and says that mornings are worst.",
            "She said on the phone last night: \u{201c}I can not go on like this any more\u{201d}",
            "Continue the thought record twice a week until the next session (see handout)",
        ];
        let broken = [
            "Client reports poor sleep for two weeks, and says that mornings are",
            "Client reports poor sleep for two weeks, and says that,",
        ];
        let prose = |text: &&&str| text.split_whitespace().count() >= PROSE_WORDS;
        assert!(whole.iter().filter(prose).all(|text| is_ended(text)));
        assert!(broken.iter().all(|text| !is_ended(text)));
    }
}
