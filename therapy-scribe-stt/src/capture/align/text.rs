//! Comparing what was said, whatever the spelling.

/// Whether most of two words is the same at their begins and ends.
pub(super) fn are_similar(one: &str, other: &str) -> bool {
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

/// The text without case and punctuation, numbers as digits.
pub(super) fn key(text: &str) -> String {
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
