//! Whether a text names somebody.

/// Words of labels that name nobody by themselves: `Client`, `Speaker B`, `Mrs`.
const GENERIC: [&str; 16] = [
    "another",
    "client",
    "clinician",
    "dr",
    "group",
    "member",
    "miss",
    "mr",
    "mrs",
    "ms",
    "participant",
    "patient",
    "person",
    "speaker",
    "the",
    "therapist",
];
/// A longer label is a description, whose words name nobody by themselves; nor does a single letter.
const LONGEST_NAME: usize = 4;

/// Whether the text names one of these people other than its own: by the whole label, or by a name in it. A capital letter
/// makes the difference between Will and will, so that a name at the beginning of a sentence may be found that is none.
pub(super) fn names_another(text: &str, labels: &[&str], own: Option<usize>) -> bool {
    let text = words(text);
    let own_words = own
        .and_then(|own| labels.get(own))
        .map_or(vec![], |own| words(own));
    let others = labels
        .iter()
        .enumerate()
        .filter(|(index, _)| Some(*index) != own);
    others.into_iter().any(|(_, label)| {
        let label = words(label);
        let is_own = same(&label, &own_words);
        !is_own && (holds(&text, &label) || holds_name(&text, &label, &own_words))
    })
}

/// Labels that stand there once more.
pub(super) fn twice<'a>(labels: &'a [&str]) -> impl Iterator<Item = usize> + 'a {
    let is_known = move |index: usize, label: &str| {
        let label = words(label);
        labels
            .iter()
            .take(index)
            .any(|earlier| same(&words(earlier), &label))
    };
    let repeated = labels.iter().enumerate();
    repeated.filter_map(move |(index, label)| is_known(index, label).then_some(index))
}

/// A label of several words, in any case: `member 2`, `a. b.`
fn holds(text: &[&str], label: &[&str]) -> bool {
    let is_name = label.len() > 1 && !label.iter().all(|word| is_generic(word));
    is_name && text.windows(label.len()).any(|part| same(part, label))
}

/// A first name or surname, which the text's own person doesn't share.
fn holds_name(text: &[&str], label: &[&str], own: &[&str]) -> bool {
    if label.len() > LONGEST_NAME {
        return false;
    }
    // Of several words the small ones are none: Maria de la Cruz.
    let alone = label.len() == 1;
    let names = label.iter().filter(|word| {
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        letters > 1
            && !is_generic(word)
            && (alone || !is_small(word))
            && !own.iter().any(|of| equal(of, word))
    });
    let is_said = |name: &&str| text.iter().any(|word| !is_small(word) && equal(word, name));
    names.into_iter().any(is_said)
}

fn words(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty()).collect()
}

fn same(one: &[&str], other: &[&str]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
}

fn equal(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn is_small(word: &str) -> bool {
    word.starts_with(char::is_lowercase)
}

fn is_generic(word: &str) -> bool {
    GENERIC.contains(&word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_words_that_look_like_them_are_not() {
        let labels = [
            "Will",
            "Anna O'Neil",
            "Member 3",
            "Client",
            "Ben O'Neil",
            "B.",
            "Maria de la Cruz",
        ];
        let named = |text: &str, own: usize| names_another(text, &labels, Some(own));
        for (text, own) in [
            ("Client agreed with Will.", 1),
            ("Client liked WILL's idea.", 1),
            ("She thanked Anna.", 0),
            ("He asked member 3 about it.", 0),
            ("Client disagreed with Maria.", 0),
            ("Client waved to Anna.", 4),
        ] {
            assert!(named(text, own), "{text}");
        }
        for (text, own) in [
            ("Client will practise, and another member will too.", 1),
            ("Anna said that she was tired.", 1),
            ("Client said that member of staff 3 was late.", 0),
            ("Client spoke of the O'Neils, and of Mr O'Neil.", 4),
            ("Client drove by the B road to de la Warr.", 0),
            ("Willpower was the topic.", 1),
        ] {
            assert!(!named(text, own), "{text}");
        }
        assert!(names_another("Support for Ben.", &labels, None));
        assert!(!names_another(
            "Client and Speaker discussed sleep.",
            &labels,
            None
        ));
    }

    #[test]
    fn a_label_stands_there_twice_in_whatever_case() {
        let labels = ["Anna", "Ben", "anna", "Speaker B", "speaker b."];
        assert_eq!(twice(&labels).collect::<Vec<_>>(), [2, 4]);
    }
}
