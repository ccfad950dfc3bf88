//! How many tokens a text has, without the model's own dictionary.

/// More than a model counts, for nearly any text: three letters of a Latin alphabet are one token, where models have four
/// on average and fewer in rows of ids and times; any other letter is one by itself.
pub(crate) fn estimate(text: &str) -> u32 {
    let ascii = text.bytes().filter(u8::is_ascii).count();
    let others = text.chars().filter(|c| !c.is_ascii()).count();
    u32::try_from(ascii.div_ceil(3) + others).unwrap_or(u32::MAX)
}

/// Whether a server can't have read the whole text, by its own count of tokens. No dictionary has eight letters in a token
/// on average. A count of 0 is none: older servers leave out what they still knew from the call before.
pub(crate) fn are_too_few(counted: u64, text: &str) -> bool {
    const MOST_LETTERS: u64 = 8;
    let letters = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    counted > 0 && counted.saturating_mul(MOST_LETTERS) < letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_letters_than_latin_ones_count_whole() {
        assert_eq!((estimate(""), estimate("abc"), estimate("abcd")), (0, 1, 2));
        assert_eq!((estimate("Ärger"), estimate("сон")), (3, 3));
    }

    #[test]
    fn a_prompt_that_was_cut_is_noticed_by_its_count() {
        let text = "I slept badly. ".repeat(1000);
        assert!(are_too_few(1800, &text));
        assert!(!are_too_few(3500, &text) && !are_too_few(0, &text));
    }
}
