//! What redaction and entity detection find (section 9): numbers, what looks like an address or a telephone number, a few
//! medicines, and the names that the emulator was told.

use serde_json::Value;

use crate::streaming::core_of;

const DRUGS: [&str; 6] = [
    "sertraline",
    "fluoxetine",
    "escitalopram",
    "lamotrigine",
    "lorazepam",
    "quetiapine",
];

/// What a word is, by the name of its policy.
pub(super) fn entity(text: &str, names: &[String]) -> Option<&'static str> {
    let core = core_of(text);
    let digits = core.chars().filter(char::is_ascii_digit).count();
    let groups: Vec<usize> = core.split('-').map(str::len).collect();
    let is_name = || names.iter().any(|name| core_of(name) == core);
    if core.contains('@') {
        Some("email_address")
    } else if core.starts_with("http") || core.starts_with("www.") {
        Some("url")
    } else if digits == 9 && groups == [3, 2, 4] {
        Some("us_social_security_number")
    } else if digits >= 7 {
        Some("phone_number")
    } else if digits > 0 {
        Some("number_sequence")
    } else if DRUGS.contains(&core.as_str()) {
        Some("drug")
    } else if is_name() {
        Some("person_name")
    } else {
        None
    }
}

/// 9.2: how a request wants things replaced. Unknown policies have no effect, as at the service.
pub(super) struct Redaction<'a> {
    policies: Vec<&'a str>,
    /// Terms that are always replaced, word by word, with the names of their kinds.
    terms: Vec<(&'a str, Vec<String>)>,
    as_entity: bool,
}

impl<'a> Redaction<'a> {
    /// `None` where nothing is redacted.
    pub(super) fn of(request: &'a Value) -> Option<Self> {
        if request.get("redact_pii") != Some(&Value::Bool(true)) {
            return None;
        }
        let policies = strings(request.get("redact_pii_policies")).collect();
        let fixed = request.get("redact_static_entities");
        let fixed = fixed.and_then(Value::as_object).into_iter().flatten();
        let terms = fixed
            .flat_map(|(kind, terms)| strings(Some(terms)).map(move |term| (kind.as_str(), term)))
            .map(|(kind, term)| (kind, term.split_whitespace().map(core_of).collect()))
            .collect();
        let sub = request.get("redact_pii_sub").and_then(Value::as_str);
        Some(Self {
            policies,
            terms,
            as_entity: sub == Some("entity_name"),
        })
    }

    /// For each word the kind that a term makes of it: a term is replaced where all of it is said.
    pub(super) fn terms_in(&self, words: &[String]) -> Vec<Option<&'a str>> {
        let mut kinds = vec![None; words.len()];
        for (kind, term) in self.terms.iter().filter(|(_, term)| !term.is_empty()) {
            for at in 0..=words.len().saturating_sub(term.len()) {
                if words.get(at..at + term.len()) == Some(term) {
                    let of_term = kinds.iter_mut().skip(at).take(term.len());
                    of_term.for_each(|of| *of = Some(*kind));
                }
            }
        }
        kinds
    }

    /// The word as it is sent, if it may not be sent as it was said.
    pub(super) fn mark(
        &self,
        text: &str,
        term: Option<&str>,
        entity: Option<&str>,
    ) -> Option<String> {
        let kind = term.or(entity.filter(|entity| self.policies.contains(entity)))?;
        Some(if self.as_entity {
            format!("[{}]", kind.to_uppercase())
        } else {
            // 9.2: each character of the token, while punctuation stays.
            let hide = |c: char| if c.is_alphanumeric() { '#' } else { c };
            core_of(text).chars().map(hide).collect()
        })
    }
}

pub(super) fn strings(list: Option<&Value>) -> impl Iterator<Item = &str> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn kinds_are_told_by_their_look() {
        for (text, kind) in [
            ("jo@example.org,", Some("email_address")),
            ("www.example.org", Some("url")),
            ("078-05-1120.", Some("us_social_security_number")),
            ("(555)-010-0199", Some("phone_number")),
            ("14", Some("number_sequence")),
            ("Sertraline,", Some("drug")),
            ("Mara?", Some("person_name")),
            ("well", None),
        ] {
            assert_eq!(entity(text, &["Mara".to_owned()]), kind, "{text}");
        }
    }

    #[test]
    fn a_misspelt_policy_has_no_effect_and_a_fixed_term_always_goes() {
        let request = json!({"redact_pii": true, "redact_pii_policies": ["person_names"],
            "redact_static_entities": {"PLACE": ["Alder Grove"]}, "redact_pii_sub": "entity_name"});
        let redaction = Redaction::of(&request).unwrap();
        assert_eq!(redaction.mark("Mara", None, Some("person_name")), None);
        let words = ["grove", "of", "alder", "grove"].map(str::to_owned);
        let kinds = redaction.terms_in(&words);
        assert_eq!(kinds, [None, None, Some("PLACE"), Some("PLACE")]);
        assert_eq!(
            redaction.mark("Grove.", kinds[3], None).as_deref(),
            Some("[PLACE]")
        );
    }
}
