//! What stands for a name: `[PERSON_1]`. Models drop its brackets, or write it in small letters.

use std::ops::Range;

/// What a placeholder is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Label {
    Person,
    Surname,
    Place,
    Organization,
}

impl Label {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Person, "PERSON"),
        (Self::Surname, "SURNAME"),
        (Self::Place, "PLACE"),
        (Self::Organization, "ORGANIZATION"),
    ];

    pub(super) fn written(self, number: u32) -> String {
        let word = Self::ALL.iter().find(|(label, _)| *label == self);
        format!("[{}_{number}]", word.map_or("NAME", |(_, word)| word))
    }
}

/// One that stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placeholder {
    pub(super) range: Range<usize>,
    pub(super) label: Label,
    pub(super) number: u32,
}

/// All of them, in their order.
pub(super) fn all(text: &str) -> Vec<Placeholder> {
    // Of the same length, since only letters of ASCII change.
    let upper = text.to_ascii_uppercase();
    let mut found = Vec::new();
    for (label, word) in Label::ALL {
        for (start, _) in upper.match_indices(word) {
            found.extend(read(&upper, start, word.len(), label));
        }
    }
    found.sort_by_key(|one| one.range.start);
    found
}

/// The placeholder whose word begins here, if it is one.
fn read(text: &str, start: usize, length: usize, label: Label) -> Option<Placeholder> {
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
        label,
        number,
    })
}

/// The text with something else for each placeholder, or with what it is where there is nothing, and each piece between them
/// as it is made.
pub(super) fn replaced(
    text: &str,
    mut name: impl FnMut(&Placeholder) -> Option<String>,
    mut between: impl FnMut(&str) -> String,
) -> String {
    let (mut new, mut at) = (String::new(), 0);
    for found in all(text) {
        new += &between(text.get(at..found.range.start).unwrap_or_default());
        let same = || text.get(found.range.clone()).unwrap_or_default().to_owned();
        new += &name(&found).unwrap_or_else(same);
        at = found.range.end;
    }
    new + &between(text.get(at..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_read_however_a_model_writes_them() {
        let read = |text: &str| {
            let found = all(text).into_iter();
            found
                .map(|one| {
                    (
                        text.get(one.range).unwrap().to_owned(),
                        one.label.written(one.number),
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
}
