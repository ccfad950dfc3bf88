//! Joining words into text.

use super::word::Word;

/// Words joined by spaces, but not between characters of scripts that are written without them.
pub(crate) fn join<'a>(words: impl IntoIterator<Item = &'a Word>) -> String {
    let mut text = String::new();
    for word in words {
        push(&mut text, word.text());
    }
    text
}

/// Adds one word.
pub(crate) fn push(text: &mut String, word: &str) {
    if let (Some(before), Some(after)) = (text.chars().next_back(), word.chars().next())
        && !(is_unspaced(before) && is_unspaced(after))
    {
        text.push(' ');
    }
    text.push_str(word);
}

/// Whether a word closes a sentence.
pub(crate) fn closes_sentence(word: &str) -> bool {
    let bare = word.trim_end_matches(['"', '\'', ')', '”', '’', '»']);
    bare.ends_with(['.', '?', '!', '。', '？', '！', '؟', '।'])
}

/// Chinese and Japanese are written without spaces; Korean is not.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff65}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MediaTime;

    fn joined(words: &[&str]) -> String {
        let words: Vec<_> = words
            .iter()
            .map(|w| Word::new(w, MediaTime::ZERO, MediaTime::ZERO))
            .collect();
        join(&words)
    }

    #[test]
    fn each_script_has_its_own_spaces() {
        assert_eq!(joined(&["I", "was", "there."]), "I was there.");
        assert_eq!(
            joined(&["昨日は", "眠れ", "ませんでした。"]),
            "昨日は眠れませんでした。"
        );
        assert_eq!(joined(&["GAD-7", "は", "14"]), "GAD-7 は 14");
    }

    #[test]
    fn quotes_and_brackets_do_not_hide_a_sentence_end() {
        for closed in ["there.", "there?\"", "there!)", "。"] {
            assert!(closes_sentence(closed), "{closed}");
        }
        for open in ["there", "there,", "—", ""] {
            assert!(!closes_sentence(open), "{open}");
        }
    }
}
