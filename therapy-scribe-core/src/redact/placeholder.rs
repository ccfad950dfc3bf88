//! What stands for an identifier: `[PERSON_1]`. Models drop its brackets, or write it in small letters.

use std::ops::Range;

use super::Kind;

/// One that stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Placeholder {
    /// Where, in bytes.
    pub range: Range<usize>,
    /// What it stands for.
    pub kind: Kind,
    /// Its number among those of its kind.
    pub number: u32,
}

impl Placeholder {
    /// As it is written.
    pub(super) fn written(kind: Kind, number: u32) -> String {
        format!("[{}_{number}]", kind.label())
    }
}

/// All pseudonyms that stand in a text, in their order, however a model has written them.
#[must_use]
pub fn placeholders(text: &str) -> Vec<Placeholder> {
    // Of the same length, since only letters of ASCII change.
    let upper = text.to_ascii_uppercase();
    let mut found: Vec<Placeholder> = Vec::new();
    for kind in Kind::all() {
        let word = kind.label();
        for (start, _) in upper.match_indices(word) {
            found.extend(read(&upper, start, word.len(), kind));
        }
    }
    found.sort_by_key(|one| one.range.start);
    found
}

/// The placeholder whose word begins here, if it is one.
fn read(text: &str, start: usize, length: usize, kind: Kind) -> Option<Placeholder> {
    let (before, after) = (text.get(..start)?, text.get(start + length..)?);
    if before.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let open = before.trim_end_matches(' ').strip_suffix('[');
    let rest = after.strip_prefix('\\').unwrap_or(after);
    let digits = rest.strip_prefix(['_', '-', ' '])?;
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    let (number, left) = digits.split_at(end);
    let number = number.parse().ok()?;
    let closed = left.trim_start_matches(' ').strip_prefix(']');
    let range = match (open, closed) {
        (Some(open), Some(closed)) => open.len()..text.len() - closed.len(),
        // Without brackets it must be written with care: a person 1 may be just that.
        _ if rest.starts_with('_') => start..text.len() - left.len(),
        _ => return None,
    };
    Some(Placeholder {
        range,
        kind,
        number,
    })
}

/// The text with something else for each placeholder, or with what it is where there is nothing.
pub(super) fn replaced(text: &str, mut name: impl FnMut(&Placeholder) -> Option<String>) -> String {
    let (mut new, mut at) = (String::new(), 0);
    for found in placeholders(text) {
        let Some(name) = name(&found) else { continue };
        new += text.get(at..found.range.start).unwrap_or_default();
        new += &name;
        at = found.range.end.max(at);
    }
    new + text.get(at..).unwrap_or_default()
}

/// All that stands for something, in bytes: pseudonyms, the tags of kinds, and hashes.
pub(super) fn hidden(text: &str) -> Vec<Range<usize>> {
    let mut hidden: Vec<Range<usize>> = placeholders(text)
        .into_iter()
        .map(|found| found.range)
        .collect();
    for (start, _) in text.match_indices('[') {
        let rest = text.get(start + 1..).unwrap_or_default();
        let is_tag = |kind: &Kind| {
            let after = rest.strip_prefix(kind.tag());
            after.is_some_and(|after| after.starts_with(']'))
        };
        if let Some(kind) = Kind::all().find(is_tag) {
            hidden.push(start..start + kind.tag().len() + 2);
        }
    }
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find("##")) {
        let start = from + start;
        let rest = text.get(start..).unwrap_or_default();
        let length = rest.find(|c| c != '#').unwrap_or(rest.len());
        hidden.push(start..start + length);
        from = start + length;
    }
    hidden.sort_by_key(|range| range.start);
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(hidden.len());
    for range in hidden {
        if apart.last().is_none_or(|last| last.end <= range.start) {
            apart.push(range);
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_read_however_a_model_writes_them() {
        let read = |text: &str| {
            let found = placeholders(text).into_iter();
            found
                .map(|one| {
                    (
                        text.get(one.range).unwrap().to_owned(),
                        Placeholder::written(one.kind, one.number),
                    )
                })
                .collect::<Vec<_>>()
        };
        for (text, part) in [
            ("saw [PERSON_12].", "[PERSON_12]"),
            ("the [Surname_12]s", "[Surname_12]"),
            ("person_12's", "person_12"),
            ("(PLACE_12)", "PLACE_12"),
            ("[ORGANIZATION 12]", "[ORGANIZATION 12]"),
            ("[ person-12 ]", "[ person-12 ]"),
            ("[PERSON\\_12]", "[PERSON\\_12]"),
            ("PERSON_12, and", "PERSON_12"),
            ("on [DATE_OF_BIRTH_12]", "[DATE_OF_BIRTH_12]"),
            ("[IP_ADDRESS_12]", "[IP_ADDRESS_12]"),
        ] {
            let found = read(text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].0, part);
            assert!(found[0].1.ends_with("_12]"));
        }
        for none in [
            "person 1",
            "[PERSON]",
            "PERSON_",
            "CHAIRPERSON_1",
            "persons",
            "my place",
            "[PERSON_99999999999]",
        ] {
            assert!(read(none).is_empty(), "{none}");
        }
        assert_eq!(read("[PLACE_2] and [PERSON_1]").len(), 2);
    }

    #[test]
    fn tags_and_hashes_stand_for_something_too() {
        let text = "I told [PERSON_NAME] about ##### and [PHONE_1], item #4 [sic]";
        let parts: Vec<_> = hidden(text).into_iter().map(|r| &text[r]).collect();
        assert_eq!(parts, ["[PERSON_NAME]", "#####", "[PHONE_1]"]);
    }
}
