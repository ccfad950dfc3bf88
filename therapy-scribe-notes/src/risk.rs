//! The risk flags of a note, and the words that speak of risk.

pub(crate) mod lexicon;

use serde_json::Value;

/// The property that holds them, in the note itself and in its entries.
pub(crate) const FLAGS: &str = "risk_flags";

/// All of them with their JSON pointers, wherever in the note they stand.
pub(crate) fn flags(value: &Value) -> Vec<(String, &str)> {
    let mut flags = Vec::new();
    collect(value, "", &mut flags);
    flags
}

fn collect<'a>(value: &'a Value, at: &str, flags: &mut Vec<(String, &'a str)>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &format!("{at}/{index}"), flags);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let at = format!("{at}/{name}");
                let listed = field.as_array().filter(|_| name == FLAGS);
                let texts = (0..).zip(listed.into_iter().flatten());
                flags.extend(
                    texts.filter_map(|(index, text)| {
                        Some((format!("{at}/{index}"), text.as_str()?))
                    }),
                );
                collect(field, &at, flags);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_flag_of_one_member_is_found_like_one_of_the_note() {
        let note = json!({"risk_flags": ["a"], "members": [{"risk_flags": []}, {"risk_flags": ["b", "c"]}]});
        let found: Vec<_> = flags(&note)
            .into_iter()
            .map(|(at, text)| format!("{at} {text}"))
            .collect();
        assert_eq!(
            found,
            [
                "/risk_flags/0 a",
                "/members/1/risk_flags/0 b",
                "/members/1/risk_flags/1 c"
            ]
        );
    }
}
