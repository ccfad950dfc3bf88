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
    /// Terms that are always replaced, with the names of their kinds.
    terms: Vec<(&'a str, String)>,
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
            .flat_map(|(kind, term)| {
                term.split_whitespace()
                    .map(move |word| (kind, core_of(word)))
            })
            .collect();
        let sub = request.get("redact_pii_sub").and_then(Value::as_str);
        Some(Self {
            policies,
            terms,
            as_entity: sub == Some("entity_name"),
        })
    }

    /// The word as it is sent, if it may not be sent as it was said.
    pub(super) fn mark(&self, text: &str, entity: Option<&str>) -> Option<String> {
        let core = core_of(text);
        let term = self.terms.iter().find(|(_, term)| *term == core);
        let kind = match (term, entity) {
            (Some((kind, _)), _) => kind,
            (None, Some(entity)) if self.policies.contains(&entity) => entity,
            _ => return None,
        };
        Some(if self.as_entity {
            format!("[{}]", kind.to_uppercase())
        } else {
            "#".repeat(core.chars().count())
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
        assert_eq!(redaction.mark("Mara", Some("person_name")), None);
        assert_eq!(redaction.mark("Grove.", None).as_deref(), Some("[PLACE]"));
    }
}
