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

/// A word without case and punctuation; a number word as digits, `twenty-five` too. What stands between digits stays: 2.5 is not
/// 25, and 7/10 not 710. Only a comma before three digits goes.
#[must_use]
pub fn key(text: &str) -> String {
    if let Some((tens, ones)) = text.split_once('-')
        && let (Some(tens), Some(ones)) = (number(&bare(tens)), number(&bare(ones)))
        && let (Some(tens), "") = (tens.strip_suffix('0'), ones.get(1..).unwrap_or_default())
        && tens.len() == 1
    {
        return format!("{tens}{ones}");
    }
    let bare = bare(text);
    number(&bare).map_or(bare, str::to_owned)
}

fn bare(text: &str) -> String {
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let mut kept = String::with_capacity(text.len());
    let mut before = None;
    for (at, c) in text.char_indices() {
        let after = text.get(at + c.len_utf8()..).unwrap_or_default();
        let joins = match c {
            '.' | '/' | ':' | '-' => true,
            ',' => after.chars().take_while(char::is_ascii_digit).count() != 3,
            _ => false,
        };
        if c.is_alphanumeric() {
            kept.extend(c.to_lowercase());
        } else if joins && is_digit(before) && is_digit(after.chars().next()) {
            kept.push(c);
        }
        before = Some(c);
    }
    kept
}

fn number(bare: &str) -> Option<&'static str> {
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
    let found = WORDS.iter().find(|(word, _)| *word == bare);
    found.map(|(_, digits)| *digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_word_has_one_key_however_it_is_written() {
        for (one, other) in [
            ("Fifty,", "50"),
            ("Don't", "dont"),
            ("GAD-7.", "gad7"),
            ("Twenty-five", "25"),
            ("1,000.", "1000"),
        ] {
            assert_eq!(key(one), key(other));
        }
        for (one, other) in [
            ("2.5", "25"),
            ("7/10", "710"),
            ("5-10", "510"),
            ("2,5", "25"),
        ] {
            assert_ne!(key(one), key(other));
        }
        assert!(are_similar("sertraline", "certraline"));
        assert!(!are_similar("no", "now"));
    }
}
