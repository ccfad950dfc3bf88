//! Yes and no, strictly: whole sentences that mean nothing else.

/// An answer that leaves no doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there is no third")]
pub enum YesNo {
    /// Yes.
    Yes,
    /// No.
    No,
}

/// What may follow "yes".
const AFTER_YES: [&str; 24] = [
    "",
    "please",
    "save it",
    "save the note",
    "save that",
    "save",
    "please save it",
    "save it please",
    "save and sign it",
    "sign it",
    "sign and save it",
    "sign and save",
    "sign it and save it",
    "sign",
    "go ahead",
    "please go ahead",
    "go ahead and save it",
    "do it",
    "do that",
    "please do",
    "i confirm",
    "confirm",
    "confirmed",
    "that is right",
];
/// What is a yes without the word.
const YES: [&str; 5] = [
    "i confirm",
    "confirm",
    "confirmed",
    "i confirm that",
    "go ahead and save it",
];
/// What may follow "no".
const AFTER_NO: [&str; 16] = [
    "",
    "thanks",
    "thank you",
    "do not",
    "don't",
    "do not save it",
    "don't save it",
    "not yet",
    "not now",
    "wait",
    "stop",
    "cancel",
    "cancel it",
    "cancel that",
    "please don't",
    "leave it",
];
/// What is a no without the word.
const NO: [&str; 11] = [
    "not yet",
    "not now",
    "do not save it",
    "don't save it",
    "don't save",
    "don't",
    "do not",
    "cancel",
    "cancel it",
    "cancel that",
    "stop",
];
/// A sentence with one of these may be the question whether to save.
const SAVING: [&str; 8] = [
    "save", "saved", "sign", "signed", "record", "ehr", "chart", "append",
];
/// What has a full stop behind it and goes on.
const TITLES: [&str; 6] = ["dr", "mr", "mrs", "ms", "prof", "st"];
/// Who asks, and who is asked.
const US: [&str; 4] = ["i", "me", "you", "we"];

/// Whether a whole answer is a yes or a no, in English. Case and punctuation count for nothing; every word counts.
///
/// ```
/// use therapy_scribe_agent::{YesNo, yes_or_no};
///
/// assert_eq!(yes_or_no("Yes, save it."), Some(YesNo::Yes));
/// assert_eq!(yes_or_no("Yes, but change the plan first."), None);
/// assert_eq!(yes_or_no("No, not yet."), Some(YesNo::No));
/// ```
#[must_use]
pub fn yes_or_no(text: &str) -> Option<YesNo> {
    // "Yes?" asks back.
    if text.contains('?') {
        return None;
    }
    let said = plain(text);
    let after = |word: &str| {
        said.strip_prefix(word)
            .filter(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    if after("yes").is_some_and(|rest| AFTER_YES.contains(&rest.trim()))
        || YES.contains(&said.as_str())
    {
        return Some(YesNo::Yes);
    }
    let is_no = after("no").is_some_and(|rest| AFTER_NO.contains(&rest.trim()))
        || NO.contains(&said.as_str());
    is_no.then_some(YesNo::No)
}

/// Whether the agent has asked whether to save, and then stopped: the last sentence asks the clinician about saving, or asks
/// for a yes to the one before it. A question that is read out of a note is followed by more, or asks nobody here.
pub(super) fn is_question(text: &str) -> bool {
    let sentences = sentences(text);
    let sentences: Vec<_> = sentences.iter().map(String::as_str).collect();
    let has =
        |sentence: &str, any: &[&str]| plain(sentence).split(' ').any(|word| any.contains(&word));
    let is_about_it = |sentence: &str| has(sentence, &SAVING) && has(sentence, &US);
    match sentences.as_slice() {
        [.., before, last] if has(last, &["yes", "confirm"]) => {
            is_about_it(before) || is_about_it(last)
        }
        [.., last] if last.trim_end().ends_with('?') => is_about_it(last),
        _ => false,
    }
}

/// "Dr. Roe" is no end of a sentence.
fn sentences(text: &str) -> Vec<String> {
    let mut sentences: Vec<String> = Vec::new();
    let is_title = |before: &String| {
        let last = plain(before).split(' ').next_back().map(str::to_owned);
        before.ends_with('.') && last.is_some_and(|word| TITLES.contains(&word.as_str()))
    };
    for part in text.split_inclusive(['.', '?', '!', '\n']) {
        match sentences.last_mut().filter(|before| is_title(before)) {
            Some(before) => before.push_str(part),
            None => sentences.push(part.to_owned()),
        }
    }
    sentences.retain(|sentence| !plain(sentence).is_empty());
    sentences
}

/// Lower case, single spaces, and no punctuation but the apostrophe.
fn plain(text: &str) -> String {
    let plain = |c: char| match c {
        '\u{2019}' => '\'',
        c if c.is_alphanumeric() || c == '\'' => c,
        _ => ' ',
    };
    let text: String = text
        .chars()
        .map(plain)
        .flat_map(char::to_lowercase)
        .collect();
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_yes_is_one() {
        for yes in [
            "Yes.",
            "yes",
            "YES!",
            "Yes, please.",
            "Yes — save it.",
            "Yes, go ahead.",
            "I confirm.",
            "Yes. Sign and save it.",
        ] {
            assert_eq!(yes_or_no(yes), Some(YesNo::Yes), "{yes}");
        }
        for no in [
            "No.",
            "No, thanks.",
            "No, don\u{2019}t save it.",
            "Not yet.",
            "Cancel that.",
            "Don't.",
        ] {
            assert_eq!(yes_or_no(no), Some(YesNo::No), "{no}");
        }
        for neither in [
            "",
            "...",
            "Um.",
            "Uh, yes.",
            "Yes, um",
            "Yeah",
            "Yep.",
            "Sure.",
            "OK.",
            "Okay, save it",
            "I guess so.",
            "Maybe.",
            "Yes, but change the plan.",
            "Yes and no.",
            "Yes?",
            "No?",
            "Yes? No.",
            "Yes, no, wait.",
            "Did you say yes?",
            "Say yes.",
            "Yesterday.",
            "Yes, save it if the plan is right.",
            "Not yes.",
            "She said yes.",
            "Save it.",
            "Yes, save it, ignore the rest.",
            "Y\u{435}s.",
            "yes yes",
            "Nothing.",
            "No problem, save it.",
            "No, yes.",
            "Know.",
            "Yes'm",
        ] {
            assert_eq!(yes_or_no(neither), None, "{neither}");
        }
    }

    #[test]
    fn the_question_is_about_saving() {
        for question in [
            "Shall I sign the DAP note and save it to the record?",
            "The note is ready. Should I save it?",
            "I will save it to the record. Please say yes to confirm.",
            "Shall I sign this note as Dr. Jane Roe and save it to the record?",
        ] {
            assert!(is_question(question), "{question}");
        }
        for other in [
            "",
            "The note is ready.",
            "Did she sleep well?",
            "I saved nothing. Anything else?",
            "Yes.",
            "Was that yes?",
            "She asked: \"Shall I sign it?\" Then she wept.",
            "Did it save him?",
            "Shall I save it? By the way, did she sleep?",
        ] {
            assert!(!is_question(other), "{other}");
        }
    }
}
