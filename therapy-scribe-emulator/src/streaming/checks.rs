//! Checks that queries and messages share, with the service's texts (`streaming-stt.md` 2.2; 11.3).

use serde_json::Value;

use super::{Fatal, profile::Family};

const LANGUAGES: [&str; 33] = [
    "en", "es", "de", "fr", "it", "pt", "tr", "nl", "sv", "no", "da", "fi", "hi", "vi", "ar", "he",
    "ja", "ur", "zh", "ru", "ko", "ca", "gl", "ro", "et", "fa", "yue", "af", "mr", "zu", "xh",
    "nn", "multi",
];

/// The words of the validation library: `Input should be 'a', 'b' or 'c'`.
pub(crate) fn one_of(allowed: &[&str]) -> String {
    let quoted: Vec<String> = allowed.iter().map(|value| format!("'{value}'")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => {
            format!("Input should be {} or {last}", rest.join(", "))
        }
        _ => format!("Input should be {}", quoted.concat()),
    }
}

/// 2.4: the text names the parameter, the model it needs, and the model there is.
pub(crate) fn check_family(name: &str, family: Family, model: &str) -> Result<(), Fatal> {
    if family == Family::Universal3 {
        return Ok(());
    }
    let text = format!(
        "Value error, {name} is only supported with the universal-3-6-pro model. Current speech_model: '{model}'"
    );
    Err(invalid(name, &text))
}

pub(crate) fn check_text(name: &str, text: Option<&str>) -> Result<(), Fatal> {
    match text.map_or(0, |text| text.chars().count()) {
        0..=1750 => Ok(()),
        long => Err(invalid(
            name,
            &format!("Value error, {name} exceeds maximum length of 1750 characters (got {long})"),
        )),
    }
}

pub(crate) fn check_terms(count: usize) -> Result<(), Fatal> {
    if count > 100 {
        Err(invalid("keyterms_prompt", "Value error, Max 100 items"))
    } else {
        Ok(())
    }
}

pub(crate) fn check_languages(languages: &[String]) -> Result<(), Fatal> {
    if let Some(index) = languages
        .iter()
        .position(|code| !LANGUAGES.contains(&code.as_str()))
    {
        return Err(invalid(
            &format!("language_codes.{index}"),
            &one_of(&LANGUAGES),
        ));
    }
    if languages.len() > 10 {
        return Err(invalid("language_codes", "Value error, Max 10 items"));
    }
    if languages.len() > 1 && languages.iter().any(|code| code == "multi") {
        return Err(invalid(
            "language_codes",
            "Value error, 'multi' must be the only item",
        ));
    }
    Ok(())
}

pub(crate) fn invalid(name: &str, message: &str) -> Fatal {
    Fatal::new(
        3006,
        format!("User Input Validation Error: Invalid '{name}': {message}"),
    )
}

/// Decodes a list from an `UpdateConfiguration`, where it is a real array.
pub(crate) fn strings(value: &Value) -> Option<Vec<String>> {
    value
        .as_array()?
        .iter()
        .map(|item| item.as_str().map(str::to_owned))
        .collect()
}
