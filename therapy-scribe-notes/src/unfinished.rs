//! Texts that stop in the middle of a sentence (`llm-gateway.md` 4.4). Some models end a long string early and call the
//! answer whole.

use serde_json::Value;

use crate::{Finding, FindingKind, Severity};

/// Shorter texts need no full stop: "None reported", "Weekly".
const PROSE_WORDS: usize = 9;

/// The texts that do, by their JSON pointers.
pub(crate) fn places(value: &Value) -> Vec<String> {
    let mut places = Vec::new();
    collect(value, "", &mut places);
    places
}

fn collect(value: &Value, at: &str, places: &mut Vec<String>) {
    match value {
        Value::String(text)
            if text.split_whitespace().count() >= PROSE_WORDS && !is_ended(text) =>
        {
            places.push(at.to_owned());
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &format!("{at}/{index}"), places);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                collect(field, &format!("{at}/{name}"), places);
            }
        }
        _ => {}
    }
}

fn is_ended(text: &str) -> bool {
    let inside = text
        .trim_end()
        .trim_end_matches(['"', '\'', '”', '’', '»', ')', ']', '*']);
    inside.ends_with(['.', '!', '?', '…', '。', ':', ';']) || inside.len() < text.trim_end().len()
}

/// What the model is told.
pub(crate) fn problem(place: &str) -> String {
    format!("`{place}` stops in the middle of a sentence; write it to its end")
}

/// What the clinician is told.
pub(crate) fn finding(place: String) -> Finding {
    let text = "this stops in the middle of a sentence: some of it may be missing";
    Finding::new(
        FindingKind::Unfinished,
        Severity::Advisory,
        place,
        text.to_owned(),
    )
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
