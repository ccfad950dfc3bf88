//! Redaction of final turns by the service (`streaming-stt.md` 2.5, read 2026-10).

use super::checks::{ConfigError, require};

/// Masks identifiers in final turns. Partials are not sent then, since they would be unredacted; audio is never redacted;
/// one of two street addresses was missed in an independent test. A redacted session is a copy for others, not the
/// clinical record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redaction {
    pub(crate) policies: Vec<RedactionPolicy>,
    pub(crate) substitute: Substitute,
}

/// What stands in place of a masked word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Substitute {
    /// `######`.
    Hash,
    /// `[PERSON_NAME]`; one for each word.
    EntityName,
}

impl Substitute {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Hash => "hash",
            Self::EntityName => "entity_name",
        }
    }
}

impl Redaction {
    /// Masks these. The service takes an empty list for "everything", which would erase drugs and conditions: say
    /// [`everything`](Self::everything) if that is meant.
    ///
    /// # Errors
    /// [`ConfigError::Range`] when there is no policy.
    pub fn new(
        policies: impl IntoIterator<Item = RedactionPolicy>,
        substitute: Substitute,
    ) -> Result<Self, ConfigError> {
        let policies: Vec<_> = policies.into_iter().collect();
        require(
            !policies.is_empty(),
            "redact_pii_policies",
            "one policy at least",
        )?;
        Ok(Self {
            policies,
            substitute,
        })
    }

    /// Masks who somebody is and how to reach them; what was said about symptoms, drugs and dates stays.
    #[must_use]
    pub fn identifiers() -> Self {
        let policies = RedactionPolicy::ALL
            .iter()
            .copied()
            .filter(|policy| policy.is_identifier())
            .collect();
        Self {
            policies,
            substitute: Substitute::EntityName,
        }
    }

    /// Masks all that the service knows, the clinical content included.
    #[must_use]
    pub fn everything() -> Self {
        Self {
            policies: RedactionPolicy::ALL.to_vec(),
            substitute: Substitute::EntityName,
        }
    }

    /// Whether it masks what a clinical record is made of.
    #[must_use]
    pub fn erases_clinical_content(&self) -> bool {
        self.policies.iter().any(|policy| policy.is_clinical())
    }
}

macro_rules! policies {
    ($($(#[$doc:meta])* $name:ident = $wire:literal,)+) => {
        /// What can be masked, by the service's own names.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum RedactionPolicy {
            $($(#[$doc])* $name,)+
        }

        impl RedactionPolicy {
            /// Every policy.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The name on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $wire,)+
                }
            }
        }
    };
}

policies! {
    /// Account number.
    AccountNumber = "account_number",
    /// Banking information.
    BankingInformation = "banking_information",
    /// Blood type.
    BloodType = "blood_type",
    /// Corporate action.
    CorporateAction = "corporate_action",
    /// Credit card cvv.
    CreditCardCvv = "credit_card_cvv",
    /// Credit card expiration.
    CreditCardExpiration = "credit_card_expiration",
    /// Credit card number.
    CreditCardNumber = "credit_card_number",
    /// Date.
    Date = "date",
    /// Date interval.
    DateInterval = "date_interval",
    /// Date of birth.
    DateOfBirth = "date_of_birth",
    /// Day.
    Day = "day",
    /// Drivers license.
    DriversLicense = "drivers_license",
    /// Drug.
    Drug = "drug",
    /// Duration.
    Duration = "duration",
    /// Effect.
    Effect = "effect",
    /// Email address.
    EmailAddress = "email_address",
    /// Event.
    Event = "event",
    /// Filename.
    Filename = "filename",
    /// Financial metric.
    FinancialMetric = "financial_metric",
    /// Gender.
    Gender = "gender",
    /// Gender sexuality.
    GenderSexuality = "gender_sexuality",
    /// Healthcare number.
    HealthcareNumber = "healthcare_number",
    /// Injury.
    Injury = "injury",
    /// IP addresses.
    IpAddress = "ip_address",
    /// Language.
    Language = "language",
    /// Location.
    Location = "location",
    /// Location address.
    LocationAddress = "location_address",
    /// Location address street.
    LocationAddressStreet = "location_address_street",
    /// Location city.
    LocationCity = "location_city",
    /// Coordinates.
    LocationCoordinate = "location_coordinate",
    /// Location country.
    LocationCountry = "location_country",
    /// Location state.
    LocationState = "location_state",
    /// Postal codes.
    LocationZip = "location_zip",
    /// Marital status.
    MaritalStatus = "marital_status",
    /// Medical code.
    MedicalCode = "medical_code",
    /// Medical condition.
    MedicalCondition = "medical_condition",
    /// Medical process.
    MedicalProcess = "medical_process",
    /// Money amount.
    MoneyAmount = "money_amount",
    /// Month.
    Month = "month",
    /// Nationality.
    Nationality = "nationality",
    /// Number sequence.
    NumberSequence = "number_sequence",
    /// Occupation.
    Occupation = "occupation",
    /// Organization.
    Organization = "organization",
    /// Organization id.
    OrganizationId = "organization_id",
    /// Organization medical facility.
    OrganizationMedicalFacility = "organization_medical_facility",
    /// Passport number.
    PassportNumber = "passport_number",
    /// Password.
    Password = "password",
    /// Person age.
    PersonAge = "person_age",
    /// Person name.
    PersonName = "person_name",
    /// Phone number.
    PhoneNumber = "phone_number",
    /// Physical attribute.
    PhysicalAttribute = "physical_attribute",
    /// Political affiliation.
    PoliticalAffiliation = "political_affiliation",
    /// Product.
    Product = "product",
    /// Project.
    Project = "project",
    /// Religion.
    Religion = "religion",
    /// Sexuality.
    Sexuality = "sexuality",
    /// Statistics.
    Statistics = "statistics",
    /// Time.
    Time = "time",
    /// Trend.
    Trend = "trend",
    /// Web addresses.
    Url = "url",
    /// US social security numbers.
    UsSocialSecurityNumber = "us_social_security_number",
    /// Username.
    Username = "username",
    /// Vehicle id.
    VehicleId = "vehicle_id",
    /// Year.
    Year = "year",
    /// Zodiac sign.
    ZodiacSign = "zodiac_sign",
}

impl RedactionPolicy {
    /// The policy with this name on the wire.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|policy| policy.as_str() == name)
    }

    const fn is_identifier(self) -> bool {
        matches!(
            self,
            Self::AccountNumber
                | Self::BankingInformation
                | Self::CreditCardCvv
                | Self::CreditCardExpiration
                | Self::CreditCardNumber
                | Self::DateOfBirth
                | Self::DriversLicense
                | Self::EmailAddress
                | Self::HealthcareNumber
                | Self::IpAddress
                | Self::LocationAddress
                | Self::LocationAddressStreet
                | Self::LocationCity
                | Self::LocationCoordinate
                | Self::LocationZip
                | Self::OrganizationId
                | Self::PassportNumber
                | Self::Password
                | Self::PersonName
                | Self::PhoneNumber
                | Self::Url
                | Self::UsSocialSecurityNumber
                | Self::Username
                | Self::VehicleId
        )
    }

    pub(crate) const fn is_clinical(self) -> bool {
        matches!(
            self,
            Self::Drug
                | Self::MedicalCondition
                | Self::MedicalProcess
                | Self::Injury
                | Self::Effect
                | Self::Duration
                | Self::Date
                | Self::DateInterval
                | Self::BloodType
                | Self::Statistics
                | Self::PersonAge
                | Self::MedicalCode
                | Self::Time
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_leave_the_clinical_content() {
        assert!(!Redaction::identifiers().erases_clinical_content());
        assert!(Redaction::everything().erases_clinical_content());
    }

    #[test]
    fn an_empty_list_is_refused_because_the_service_reads_it_as_everything() {
        assert!(Redaction::new([], Substitute::Hash).is_err());
    }
}
