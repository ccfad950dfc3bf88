//! What the service masks and finds, by its own names (`pre-recorded.md` 4.4 and 9, read 2026-11).

use std::{fmt, str::FromStr};

use crate::config::{ConfigError, RedactionPolicy as P};

/// A kind of entity: one of the 65 that the service knows, or one that it may have learned since.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EntityName {
    /// One of the known ones.
    Known(P),
    /// Any other, by its exact name. The service takes names that it does not know in silence and masks nothing for them,
    /// so one that looks like a misspelling is refused.
    Other(String),
}

impl EntityName {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(policy) => policy.as_str(),
            Self::Other(name) => name,
        }
    }

    /// What the service calls by this name. For what it sent; [`str::parse`] is for names that people write.
    #[must_use]
    pub fn named(name: &str) -> Self {
        P::named(name).map_or_else(|| Self::Other(name.to_owned()), Self::Known)
    }

    /// Why it can't be asked for.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let Self::Other(name) = self else {
            return Ok(());
        };
        if P::named(name).is_some() {
            return Ok(());
        }
        let meant = nearest(name);
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if meant.is_none() && !name.is_empty() && name.bytes().all(plain) {
            return Ok(());
        }
        Err(unknown(name, meant))
    }
}

impl From<P> for EntityName {
    fn from(policy: P) -> Self {
        Self::Known(policy)
    }
}

impl fmt::Display for EntityName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Knows the 65 names, exactly as the service spells them, and nothing else.
impl FromStr for EntityName {
    type Err = ConfigError;

    fn from_str(name: &str) -> Result<Self, ConfigError> {
        P::named(name)
            .map(Self::Known)
            .ok_or_else(|| unknown(name, nearest(name)))
    }
}

fn unknown(name: &str, meant: Option<&'static str>) -> ConfigError {
    ConfigError::Name {
        parameter: "redact_pii_policies",
        given: name.chars().take(40).collect(),
        meant,
    }
}

/// The known name that a wrong one is most like: two letters off at most, or the same but for case and separators.
fn nearest(name: &str) -> Option<&'static str> {
    let bare = |text: &str| -> Vec<u8> {
        let letters = text.bytes().filter(u8::is_ascii_alphanumeric);
        letters.map(|byte| byte.to_ascii_lowercase()).collect()
    };
    let given = bare(name);
    let off = |policy: &P| distance(&given, &bare(policy.as_str()));
    let best = P::ALL.iter().copied().min_by_key(off)?;
    // In a short name two letters are most of it.
    let bearable = if given.len() < 6 { 1 } else { 2 };
    (off(&best) <= bearable).then(|| best.as_str())
}

/// How many letters have to be changed, added or left out.
fn distance(one: &[u8], other: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (b, above) in other.iter().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(a != b))
                .min(left + 1)
                .min(above + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}

/// What is masked, one policy at least: the service refuses an empty list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedactionPolicies(Vec<EntityName>);

/// Who somebody is and how to reach them, with what opens their accounts.
const IDENTIFIERS: [P; 26] = [
    P::AccountNumber,
    P::BankingInformation,
    P::CreditCardCvv,
    P::CreditCardExpiration,
    P::CreditCardNumber,
    P::Date,
    P::DateInterval,
    P::DateOfBirth,
    P::DriversLicense,
    P::EmailAddress,
    P::HealthcareNumber,
    P::IpAddress,
    P::LocationAddress,
    P::LocationAddressStreet,
    P::LocationCity,
    P::LocationCoordinate,
    P::LocationZip,
    P::OrganizationId,
    P::PassportNumber,
    P::Password,
    P::PersonName,
    P::PhoneNumber,
    P::Url,
    P::UsSocialSecurityNumber,
    P::Username,
    P::VehicleId,
];

impl RedactionPolicies {
    /// These.
    ///
    /// # Errors
    /// [`ConfigError::Range`] when there is none; [`ConfigError::Name`] for an [`EntityName::Other`] that looks like a
    /// misspelling.
    pub fn new<N: Into<EntityName>>(
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self, ConfigError> {
        let mut policies = Self(Vec::new());
        for name in names {
            policies.push(&name.into())?;
        }
        if policies.0.is_empty() {
            return Err(ConfigError::Range {
                parameter: "redact_pii_policies",
                allowed: "one policy at least",
            });
        }
        Ok(policies)
    }

    /// Identifiers by the list of HIPAA's Safe Harbor, and what opens accounts; what was said about symptoms, drugs,
    /// treatments, durations and scores stays. Ages and number strings stay too, since scores and doses are among them: add
    /// [`PersonAge`](P::PersonAge) and [`NumberSequence`](P::NumberSequence) for a research copy. Masking by the service is
    /// no determination by itself: it misses some.
    #[must_use]
    pub fn identifiers() -> Self {
        Self(IDENTIFIERS.map(EntityName::Known).to_vec())
    }

    /// What a text that a note is drafted from can do without: who somebody is, how to reach them, and what opens their
    /// accounts. Dates, ages, cities, number strings and everything clinical stay, so that more is left of who somebody is than
    /// by [`identifiers`](Self::identifiers): it is for drafting, not for a copy for others.
    #[must_use]
    pub fn for_notes() -> Self {
        let kept = [P::Date, P::DateInterval, P::LocationCity];
        let masked = IDENTIFIERS.iter().filter(|policy| !kept.contains(policy));
        Self(masked.copied().map(EntityName::Known).collect())
    }

    /// Names, birth date, phone, e-mail, social security number, card number: what introductions to redaction show. Addresses,
    /// record and account numbers, links and handles stay, so it is for trying out; use [`for_notes`](Self::for_notes) or
    /// [`identifiers`](Self::identifiers) for people's words.
    #[must_use]
    pub fn tutorial() -> Self {
        let policies = [
            P::PersonName,
            P::DateOfBirth,
            P::PhoneNumber,
            P::EmailAddress,
            P::UsSocialSecurityNumber,
            P::CreditCardNumber,
        ];
        Self(policies.map(EntityName::Known).to_vec())
    }

    /// All 65, the clinical content included: no note can be drafted from what is left.
    #[must_use]
    pub fn everything() -> Self {
        Self(P::ALL.iter().copied().map(EntityName::Known).collect())
    }

    /// These and another.
    ///
    /// # Errors
    /// [`ConfigError::Name`] as in [`new`](Self::new).
    pub fn and(mut self, name: impl Into<EntityName>) -> Result<Self, ConfigError> {
        self.push(&name.into())?;
        Ok(self)
    }

    /// These but one.
    ///
    /// # Errors
    /// [`ConfigError::Range`] when none is left.
    pub fn without(mut self, policy: P) -> Result<Self, ConfigError> {
        self.0.retain(|name| *name != EntityName::Known(policy));
        Self::new(self.0)
    }

    /// The policies, in the order in which they are sent.
    pub fn iter(&self) -> impl Iterator<Item = &EntityName> {
        self.0.iter()
    }

    /// How many there are; never 0.
    #[expect(clippy::len_without_is_empty, reason = "it is never empty")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether one of them masks what a clinical note is made of: drugs, conditions, treatments, times.
    #[must_use]
    pub fn erase_clinical_content(&self) -> bool {
        let mut known = self.0.iter().filter_map(|name| match name {
            EntityName::Known(policy) => Some(*policy),
            EntityName::Other(_) => None,
        });
        known.any(P::is_clinical)
    }

    fn push(&mut self, name: &EntityName) -> Result<(), ConfigError> {
        name.check()?;
        // `Other("drug")` is the known one.
        let name = EntityName::named(name.as_str());
        if !self.0.contains(&name) {
            self.0.push(name);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_policy_is_refused_with_the_name_that_is_meant() {
        for (given, meant) in [
            ("person_nmae", "person_name"),
            ("PersonName", "person_name"),
            ("email-address", "email_address"),
            ("phone_numbers", "phone_number"),
            ("drugs", "drug"),
        ] {
            let error = given.parse::<EntityName>().unwrap_err();
            assert!(error.to_string().contains(&format!("`{meant}`")), "{error}");
            let other = [EntityName::Other(given.to_owned())];
            assert_eq!(RedactionPolicies::new(other).unwrap_err(), error);
        }
        let error = "shoe_size".parse::<EntityName>().unwrap_err();
        assert!(matches!(error, ConfigError::Name { meant: None, .. }));
    }

    #[test]
    fn a_name_that_the_service_may_have_learned_can_be_sent() {
        let known = RedactionPolicies::new([EntityName::Other("drug".to_owned())]).unwrap();
        assert_eq!(known, RedactionPolicies::new([P::Drug]).unwrap());
        let policies = RedactionPolicies::new([EntityName::Other("shoe_size".to_owned())]).unwrap();
        assert_eq!(policies.iter().next().unwrap().as_str(), "shoe_size");
        assert!(RedactionPolicies::new([EntityName::Other("shoe size".to_owned())]).is_err());
        assert!(RedactionPolicies::new([EntityName::Other(String::new())]).is_err());
    }

    #[test]
    fn all_65_names_are_known_and_read_back() {
        assert_eq!(RedactionPolicies::everything().iter().count(), 65);
        for name in RedactionPolicies::everything().iter() {
            assert_eq!(name.as_str().parse().as_ref(), Ok(name));
        }
    }

    #[test]
    fn identifiers_leave_the_clinical_content_but_for_dates() {
        let clinical = [
            P::Drug,
            P::MedicalCondition,
            P::MedicalProcess,
            P::Injury,
            P::Duration,
            P::PersonAge,
            P::BloodType,
            P::Statistics,
            P::NumberSequence,
        ];
        let identifiers = RedactionPolicies::identifiers();
        for policy in clinical {
            assert!(
                !identifiers.0.contains(&EntityName::Known(policy)),
                "{policy:?}"
            );
        }
        let for_notes = RedactionPolicies::for_notes();
        assert_eq!(for_notes.len(), 23);
        assert!(!for_notes.erase_clinical_content());
        for policy in [P::PersonAge, P::MedicalCode, P::Time] {
            assert!(
                for_notes
                    .clone()
                    .and(policy)
                    .unwrap()
                    .erase_clinical_content()
            );
        }
        assert!(RedactionPolicies::everything().erase_clinical_content());
        assert!(!RedactionPolicies::tutorial().erase_clinical_content());
    }

    #[test]
    fn no_policy_is_refused() {
        assert!(RedactionPolicies::new(Vec::<EntityName>::new()).is_err());
        let one = RedactionPolicies::new([P::Drug]).unwrap();
        assert!(one.without(P::Drug).is_err());
    }
}
