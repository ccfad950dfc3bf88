//! What redaction and the profanity filter do to the shape of finals (`streaming-stt.md` 2.5).
//!
//! Nothing is recognised here. A word with a digit counts as a number, and words that the emulator was told are names
//! count as names. That is enough for the shape: one mark a word, the same in the text, the words and the utterance.

use super::params::Params;
use crate::script::ScriptWord;

const PROFANITIES: [&str; 5] = ["damn", "shit", "fuck", "fucking", "bullshit"];

/// The words of a final as they are sent.
pub(crate) fn redact(
    mut words: Vec<ScriptWord>,
    params: &Params,
    names: &[String],
) -> Vec<ScriptWord> {
    for word in &mut words {
        let core = core_of(&word.text);
        if params.filter_profanity && PROFANITIES.contains(&core.as_str()) {
            replace(word, "***");
        } else if let Some(entity) = entity(&core, params, names) {
            let mark = if params.redact_as_entity {
                format!("[{}]", entity.to_uppercase())
            } else {
                "#".repeat(core.chars().count())
            };
            replace(word, &mark);
        }
    }
    words
}

/// The policy that covers a word, if it was asked for. Without a list all policies hold.
fn entity(core: &str, params: &Params, names: &[String]) -> Option<&'static str> {
    let policy = if core.chars().any(|c| c.is_ascii_digit()) {
        "number_sequence"
    } else if names.iter().any(|name| core_of(name) == core) {
        "person_name"
    } else {
        return None;
    };
    let asked = |list: &Vec<String>| list.iter().any(|asked| asked == policy);
    (params.redact_pii && params.redact_policies.as_ref().is_none_or(asked)).then_some(policy)
}

fn replace(word: &mut ScriptWord, mark: &str) {
    word.text = keep_punctuation(&word.text, mark);
}

/// A mark instead of a word, whose punctuation stays.
pub(crate) fn keep_punctuation(word: &str, mark: &str) -> String {
    let is_punctuation = |c: char| !c.is_alphanumeric();
    let (from, to) = (
        word.len() - word.trim_start_matches(is_punctuation).len(),
        word.trim_end_matches(is_punctuation).len(),
    );
    let head = word.get(..from.min(to)).unwrap_or_default();
    let tail = word.get(to..).unwrap_or_default();
    format!("{head}{mark}{tail}")
}

/// The words of a model that does not format: each without its punctuation, in lower case.
pub(crate) fn plain(words: &[ScriptWord]) -> Vec<ScriptWord> {
    let plain = |word: &ScriptWord| ScriptWord {
        text: core_of(&word.text),
        ..word.clone()
    };
    words.iter().map(plain).collect()
}

/// A word without its punctuation, in lower case.
pub(crate) fn core_of(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::streaming::query::Query;

    fn redacted(text: &str, query: &[(&str, &str)]) -> String {
        let query: Query = query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let params = Params::read(&query, &[]).unwrap();
        let word = |text: &str| ScriptWord {
            text: text.to_owned(),
            speaker: String::new(),
            start_ms: 0,
            end_ms: 1,
        };
        let words = text.split(' ').map(word).collect();
        let words = redact(words, &params, &["Jane".to_owned(), "Roe".to_owned()]);
        words
            .iter()
            .map(|word| word.text.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn one_mark_a_word_and_punctuation_stays() {
        let text = "Jane Roe, damn it, scored 14.";
        assert_eq!(
            redacted(text, &[("redact_pii", "true")]),
            "#### ###, damn it, scored ##."
        );
        let entity = [("redact_pii", "true"), ("redact_pii_sub", "entity_name")];
        assert_eq!(
            redacted(text, &entity),
            "[PERSON_NAME] [PERSON_NAME], damn it, scored [NUMBER_SEQUENCE]."
        );
        let numbers = [
            ("redact_pii", "true"),
            ("redact_pii_policies", "[\"number_sequence\"]"),
        ];
        assert_eq!(redacted(text, &numbers), "Jane Roe, damn it, scored ##.");
        assert_eq!(
            redacted(text, &[("filter_profanity", "true")]),
            "Jane Roe, *** it, scored 14."
        );
    }
}
