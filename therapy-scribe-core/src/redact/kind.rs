//! What is looked for, and the sets of it.

use std::fmt;

/// A kind of identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A first name, a nickname, or the only name of a person that the host knows.
    Person,
    /// The surname of a person that the host knows.
    Surname,
    /// A place that the host knows.
    Place,
    /// An employer, a school, a hospital that the host knows.
    Organization,
    /// A telephone or fax number.
    Phone,
    /// An e-mail address.
    Email,
    /// A social security, insurance or other national number.
    Ssn,
    /// A date with something that says it is a birth's.
    DateOfBirth,
    /// A street with its number, what follows it up to the country; a post code.
    Address,
    /// A payment card's number, code or expiry.
    Card,
    /// A web address.
    Url,
    /// A number of a record, policy, account, licence, passport, plate and the like, and digits too many to be anything else.
    Record,
    /// A network address.
    IpAddress,
    /// A name in a service: `@somebody`.
    Username,
    /// A password or a PIN that is said to be one.
    Password,
    /// Any other date with its day. Clinical, and left where [`Kinds::identifiers`] are looked for.
    Date,
    /// An age of ninety or more. Left where [`Kinds::identifiers`] are looked for.
    Age,
}

/// How a kind is called: by hosts, in a pseudonym, and by the speech service's redaction.
struct Names {
    kind: Kind,
    name: &'static str,
    label: &'static str,
    tag: &'static str,
}

const fn names(kind: Kind, name: &'static str, label: &'static str, tag: &'static str) -> Names {
    Names {
        kind,
        name,
        label,
        tag,
    }
}

const NAMES: [Names; 17] = [
    names(Kind::Person, "name", "PERSON", "PERSON_NAME"),
    names(Kind::Surname, "surname", "SURNAME", "PERSON_NAME"),
    names(Kind::Place, "place", "PLACE", "LOCATION"),
    names(
        Kind::Organization,
        "organization",
        "ORGANIZATION",
        "ORGANIZATION",
    ),
    names(Kind::Phone, "phone", "PHONE", "PHONE_NUMBER"),
    names(Kind::Email, "email", "EMAIL", "EMAIL_ADDRESS"),
    names(Kind::Ssn, "ssn", "SSN", "US_SOCIAL_SECURITY_NUMBER"),
    names(
        Kind::DateOfBirth,
        "date_of_birth",
        "DATE_OF_BIRTH",
        "DATE_OF_BIRTH",
    ),
    names(Kind::Address, "address", "ADDRESS", "LOCATION_ADDRESS"),
    names(Kind::Card, "card", "CARD", "CREDIT_CARD_NUMBER"),
    names(Kind::Url, "url", "URL", "URL"),
    names(Kind::Record, "record_number", "RECORD", "RECORD_NUMBER"),
    names(Kind::IpAddress, "ip_address", "IP_ADDRESS", "IP_ADDRESS"),
    names(Kind::Username, "username", "USERNAME", "USERNAME"),
    names(Kind::Password, "password", "PASSWORD", "PASSWORD"),
    names(Kind::Date, "date", "DATE", "DATE"),
    names(Kind::Age, "age", "AGE", "PERSON_AGE"),
];

/// Other words for kinds: those of the service's policies, and what people write.
const ALIASES: [(&str, &[Kind]); 31] = [
    ("names", &Kind::NAMES),
    ("name", &Kind::NAMES),
    ("person", &[Kind::Person, Kind::Surname]),
    ("person_name", &[Kind::Person, Kind::Surname]),
    ("places", &[Kind::Place]),
    ("location", &[Kind::Place]),
    ("location_city", &[Kind::Place]),
    ("organisation", &[Kind::Organization]),
    ("phone_number", &[Kind::Phone]),
    ("phones", &[Kind::Phone]),
    ("email_address", &[Kind::Email]),
    ("emails", &[Kind::Email]),
    ("us_social_security_number", &[Kind::Ssn]),
    ("dob", &[Kind::DateOfBirth]),
    ("location_address", &[Kind::Address]),
    ("location_address_street", &[Kind::Address]),
    ("location_zip", &[Kind::Address]),
    ("addresses", &[Kind::Address]),
    ("credit_card_number", &[Kind::Card]),
    ("credit_card_cvv", &[Kind::Card]),
    ("credit_card_expiration", &[Kind::Card]),
    ("urls", &[Kind::Url]),
    ("healthcare_number", &[Kind::Record]),
    ("account_number", &[Kind::Record]),
    ("drivers_license", &[Kind::Record]),
    ("passport_number", &[Kind::Record]),
    ("number_sequence", &[Kind::Record]),
    ("vehicle_id", &[Kind::Record]),
    ("organization_id", &[Kind::Record]),
    ("person_age", &[Kind::Age]),
    ("dates", &[Kind::Date]),
];

impl Kind {
    const NAMES: [Self; 4] = [Self::Person, Self::Surname, Self::Place, Self::Organization];

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|names| names.kind)
    }

    /// As hosts write it: `phone`, `date_of_birth`. A person's name is `name`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.names().map_or("other", |names| names.name)
    }

    /// Whether it is a name that the host gives, and nothing that is known by its shape.
    #[must_use]
    pub fn is_name(self) -> bool {
        Self::NAMES.contains(&self)
    }

    /// As it stands in a pseudonym: `PHONE`.
    pub(super) fn label(self) -> &'static str {
        self.names().map_or("OTHER", |names| names.label)
    }

    /// As the speech service's own redaction calls it.
    pub(super) fn tag(self) -> &'static str {
        self.names().map_or("OTHER", |names| names.tag)
    }

    fn names(self) -> Option<&'static Names> {
        NAMES.iter().find(|names| names.kind == self)
    }

    const fn bit(self) -> u32 {
        match self {
            Self::Person => 1,
            Self::Surname => 1 << 1,
            Self::Place => 1 << 2,
            Self::Organization => 1 << 3,
            Self::Phone => 1 << 4,
            Self::Email => 1 << 5,
            Self::Ssn => 1 << 6,
            Self::DateOfBirth => 1 << 7,
            Self::Address => 1 << 8,
            Self::Card => 1 << 9,
            Self::Url => 1 << 10,
            Self::Record => 1 << 11,
            Self::IpAddress => 1 << 12,
            Self::Username => 1 << 13,
            Self::Password => 1 << 14,
            Self::Date => 1 << 15,
            Self::Age => 1 << 16,
        }
    }
}

/// Which kinds are looked for.
///
/// ```
/// use therapy_scribe_core::redact::{Kind, Kinds};
///
/// let kinds = Kinds::parse("phone, email_address, names")?;
/// assert!(kinds.has(Kind::Phone) && kinds.has(Kind::Surname) && !kinds.has(Kind::Url));
/// let wrong = Kinds::parse("phone,adress").unwrap_err();
/// assert_eq!(wrong.to_string(), "`adress` is no kind of identifier; did you mean `address`?");
/// # Ok::<(), therapy_scribe_core::redact::UnknownKind>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kinds(u32);

impl Kinds {
    /// What tells who somebody is: all kinds but ordinary dates and ages, so that a note can be drafted from what is left.
    #[must_use]
    pub fn identifiers() -> Self {
        Kind::all()
            .filter(|kind| !matches!(kind, Kind::Date | Kind::Age))
            .collect()
    }

    /// All kinds, as for a copy that is used for research. No determination under any law that nobody can be told from it.
    #[must_use]
    pub fn everything() -> Self {
        Kind::all().collect()
    }

    /// Names that the host gives, and nothing else.
    #[must_use]
    pub fn names() -> Self {
        Kind::NAMES.into_iter().collect()
    }

    /// Whether a kind is among them.
    #[must_use]
    pub const fn has(self, kind: Kind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// Reads `identifiers`, `everything`, or kinds with commas between: their [names](Kind::name), and the names of the speech
    /// service's policies where they mean the same.
    ///
    /// # Errors
    /// [`UnknownKind`] with the word that is none.
    pub fn parse(list: &str) -> Result<Self, UnknownKind> {
        let mut kinds = Self(0);
        let words = list
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty());
        for word in words {
            let asked = word.to_lowercase().replace(['-', ' '], "_");
            kinds.0 |= read(&asked)
                .ok_or_else(|| UnknownKind::new(word, &asked))?
                .0;
        }
        if kinds.0 == 0 {
            return Err(UnknownKind::new("", ""));
        }
        Ok(kinds)
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<T: IntoIterator<Item = Kind>>(kinds: T) -> Self {
        Self(kinds.into_iter().fold(0, |bits, kind| bits | kind.bit()))
    }
}

fn read(word: &str) -> Option<Kinds> {
    match word {
        "identifiers" => return Some(Kinds::identifiers()),
        "everything" | "all" => return Some(Kinds::everything()),
        _ => {}
    }
    if let Some((_, kinds)) = ALIASES.iter().find(|(alias, _)| *alias == word) {
        return Some(kinds.iter().copied().collect());
    }
    let mut all = Kind::all();
    all.find(|kind| kind.name() == word)
        .map(|kind| std::iter::once(kind).collect())
}

/// A word that names no kind of identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKind {
    word: String,
    nearest: Option<&'static str>,
}

impl UnknownKind {
    fn new(word: &str, asked: &str) -> Self {
        let known = NAMES.iter().map(|names| names.name);
        let known = known
            .chain(["identifiers", "everything"])
            .chain(ALIASES.iter().map(|(alias, _)| *alias));
        let nearest = known
            .map(|name| (distance(asked, name), name))
            .min_by_key(|(far, _)| *far)
            .filter(|(far, name)| far * 5 <= name.len() * 2);
        Self {
            word: word.chars().take(40).collect(),
            nearest: nearest.map(|(_, name)| name),
        }
    }
}

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.word.is_empty() {
            return f
                .write_str("no kind of identifier is named; `identifiers` is the usual choice");
        }
        write!(f, "`{}` is no kind of identifier; ", self.word)?;
        if let Some(name) = self.nearest {
            return write!(f, "did you mean `{name}`?");
        }
        let all: Vec<_> = Kind::all().map(Kind::name).collect();
        write!(f, "known are identifiers, everything, {}", all.join(", "))
    }
}

impl std::error::Error for UnknownKind {}

/// How many letters must change.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().take(40).enumerate() {
        let mut next = vec![index + 1];
        for ((known, up), diagonal) in other.iter().zip(row.iter().skip(1)).zip(&row) {
            let left = next.last().copied().unwrap_or_default();
            let same = diagonal + usize::from(*known != letter);
            next.push(same.min(up + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_bit_and_names_of_its_own() {
        let mut bits: Vec<u32> = Kind::all().map(Kind::bit).collect();
        bits.dedup();
        assert_eq!(bits.len(), NAMES.len());
        for kind in Kind::all() {
            assert!(Kinds::parse(kind.name()).unwrap().has(kind), "{kind:?}");
        }
    }

    #[test]
    fn a_misspelt_kind_is_named_with_the_nearest() {
        for (list, said) in [
            ("phone,emial", "did you mean `email`?"),
            ("date-of-brith", "did you mean `date_of_birth`?"),
            ("identifier", "did you mean `identifiers`?"),
            ("horoscope", "known are identifiers"),
            (" , ", "no kind of identifier is named"),
        ] {
            let shown = Kinds::parse(list).unwrap_err().to_string();
            assert!(shown.contains(said), "{shown}");
        }
    }

    #[test]
    fn identifiers_leave_what_a_note_needs() {
        let kinds = Kinds::identifiers();
        assert!(kinds.has(Kind::DateOfBirth) && kinds.has(Kind::Person));
        assert!(!kinds.has(Kind::Date) && Kinds::everything().has(Kind::Date));
    }
}
