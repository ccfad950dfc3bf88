//! Words in the form by which they are compared: `worried` and `worries` are `worri`.

/// Forms that no ending gives away, among words that are asked for in a session.
const IRREGULAR: [(&str, &str); 33] = [
    ("ate", "eat"),
    ("eaten", "eat"),
    ("bought", "buy"),
    ("brought", "bring"),
    ("children", "child"),
    ("kids", "child"),
    ("kid", "child"),
    ("died", "die"),
    ("dying", "die"),
    ("drank", "drink"),
    ("drunk", "drink"),
    ("fought", "fight"),
    ("fell", "fall"),
    ("felt", "feel"),
    ("forgot", "forget"),
    ("forgotten", "forget"),
    ("gave", "give"),
    ("kept", "keep"),
    ("left", "leave"),
    ("lost", "lose"),
    ("met", "meet"),
    ("paid", "pay"),
    ("ran", "run"),
    ("said", "say"),
    ("slept", "sleep"),
    ("spoke", "speak"),
    ("taken", "take"),
    ("took", "take"),
    ("taught", "teach"),
    ("told", "tell"),
    ("woke", "wake"),
    ("woken", "wake"),
    ("wrote", "write"),
];

/// The form of one word, without the punctuation around it. Empty for what holds no letter and no digit.
pub(crate) fn stem(word: &str) -> String {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    let lower = bare.to_lowercase().replace('’', "'");
    let head = lower.strip_suffix("'s").unwrap_or(&lower);
    if let Some((_, plain)) = IRREGULAR.iter().find(|(form, _)| *form == head) {
        return (*plain).to_owned();
    }
    if !head.is_ascii() {
        return head.to_owned();
    }
    let singular = singular(head);
    let root = ending(&singular, "ing")
        .or_else(|| ending(&singular, "ed"))
        .or_else(|| ending(&singular, "ly"))
        .unwrap_or(singular);
    let long = root.len() > 3;
    match root.as_bytes() {
        [.., b'y'] if long => format!("{}i", root.get(..root.len() - 1).unwrap_or_default()),
        [.., b'e'] if long => root.get(..root.len() - 1).unwrap_or_default().to_owned(),
        _ => root,
    }
}

fn singular(word: &str) -> String {
    for (form, plain) in [("ies", "y"), ("ied", "y"), ("sses", "ss")] {
        if let Some(head) = word.strip_suffix(form).filter(|head| head.len() > 1) {
            return format!("{head}{plain}");
        }
    }
    let keeps = ["ss", "us", "is"].iter().any(|end| word.ends_with(end));
    match word.strip_suffix('s') {
        Some(head) if !keeps && head.len() > 2 => head.to_owned(),
        _ => word.to_owned(),
    }
}

/// The word without an ending, if enough of it is left: `stopping` is `stop`, `sing` stays.
fn ending(word: &str, end: &str) -> Option<String> {
    let head = word.strip_suffix(end)?;
    let has_vowel = head.contains(['a', 'e', 'i', 'o', 'u', 'y']);
    if head.len() < 3 || !has_vowel {
        return None;
    }
    match head.as_bytes() {
        [.., one, other]
            if one == other && end != "ly" && !matches!(other, b'l' | b's' | b'z' | b'e') =>
        {
            head.get(..head.len() - 1).map(str::to_owned)
        }
        _ => Some(head.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_word_are_one() {
        for forms in [
            &["worry", "worried", "worries", "worrying", "Worry?"][..],
            &["sleep", "slept", "sleeping", "sleeps"],
            &["stop", "stopped", "stopping"],
            &["hope", "hoped", "hoping", "hopes"],
            &["sister", "sisters", "sister's", "sister’s"],
            &["calm", "calmly"],
            &["fall", "falling", "fell"],
        ] {
            let first = stem(forms[0]);
            assert!(forms.iter().all(|form| stem(form) == first), "{forms:?}");
        }
    }

    #[test]
    fn short_and_foreign_words_stay() {
        for word in ["sing", "red", "this", "gad-7", "é"] {
            assert_eq!(stem(word), word);
        }
        assert_eq!(stem("…"), "");
    }
}
