//! Comparing what was said, whatever the spelling: two recognisers, or one at two times, write the same speech differently.

/// Whether most of two [keys](key) is the same at their begins and ends, as in `sertraline` and `certraline`. Never for words of
/// three letters and fewer.
#[must_use]
pub fn are_similar(one: &str, other: &str) -> bool {
    let front = one
        .bytes()
        .zip(other.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let back = one
        .bytes()
        .rev()
        .zip(other.bytes().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (shorter, longer) = (one.len().min(other.len()), one.len().max(other.len()));
    longer > 3 && (front + back).min(shorter) * 10 >= longer * 6
}

/// A word without case and punctuation, a number word as digits.
#[must_use]
pub fn key(text: &str) -> String {
    const WORDS: [(&str, &str); 29] = [
        ("zero", "0"),
        ("one", "1"),
        ("two", "2"),
        ("three", "3"),
        ("four", "4"),
        ("five", "5"),
        ("six", "6"),
        ("seven", "7"),
        ("eight", "8"),
        ("nine", "9"),
        ("ten", "10"),
        ("eleven", "11"),
        ("twelve", "12"),
        ("thirteen", "13"),
        ("fourteen", "14"),
        ("fifteen", "15"),
        ("sixteen", "16"),
        ("seventeen", "17"),
        ("eighteen", "18"),
        ("nineteen", "19"),
        ("twenty", "20"),
        ("thirty", "30"),
        ("forty", "40"),
        ("fifty", "50"),
        ("sixty", "60"),
        ("seventy", "70"),
        ("eighty", "80"),
        ("ninety", "90"),
        ("hundred", "100"),
    ];
    let bare: String = text
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    WORDS
        .iter()
        .find(|(word, _)| *word == bare)
        .map_or(bare, |(_, digits)| (*digits).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_word_has_one_key_however_it_is_written() {
        for (one, other) in [("Fifty,", "50"), ("Don't", "dont"), ("GAD-7.", "gad7")] {
            assert_eq!(key(one), key(other));
        }
        assert!(are_similar("sertraline", "certraline"));
        assert!(!are_similar("no", "now"));
    }
}
