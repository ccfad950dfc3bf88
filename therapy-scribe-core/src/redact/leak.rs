//! The last look at a text that is about to leave.

use super::{Kind, Kinds, KnownNames, Style, find::KnownDigits, redactor::Pass};

/// Something that tells who somebody is, in a text that was to leave. Says what and where, never the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("something of the kind `{}` is left at byte {at}; the text must not leave", kind.name())]
#[non_exhaustive]
pub struct Leak {
    /// What it is.
    pub kind: Kind,
    /// Where it begins, in bytes.
    pub at: usize,
}

/// Fails where a known name or an [identifier](Kinds::identifiers) is left in a text.
///
/// It reads the text as [`Redactor`](super::Redactor) does, and once more for names alone, in another way. What a redactor of
/// these names has replaced passes.
///
/// ```
/// use therapy_scribe_core::redact::{Kind, KnownNames, leak_check};
///
/// let names = KnownNames::new().client("Anna Miller");
/// assert!(leak_check("[PERSON_1] takes 50 mg.", &names).is_ok());
/// let leak = leak_check("Ask [PERSON_1] Miller.", &names).unwrap_err();
/// assert_eq!((leak.kind, leak.at), (Kind::Surname, 15));
/// ```
///
/// # Errors
/// [`Leak`] with the kind and the place of the first one.
pub fn leak_check(text: &str, names: &KnownNames) -> Result<(), Leak> {
    let pass = Pass {
        names: names.clone(),
        kinds: Kinds::identifiers(),
        style: Style::Pseudonym,
    };
    check(text, &pass, &KnownDigits::new())
}

pub(super) fn check(text: &str, pass: &Pass, known: &KnownDigits) -> Result<(), Leak> {
    let found = pass
        .once(text, known)
        .into_iter()
        .map(|one| (one.range.start, one.kind));
    let left = pass
        .names
        .left(text)
        .filter(|(_, kind)| pass.kinds.has(*kind));
    match found.chain(left).min() {
        Some((at, kind)) => Err(Leak { kind, at }),
        None => Ok(()),
    }
}
