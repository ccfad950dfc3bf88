//! Names that the host knows.

mod matcher;
mod name;
mod near;
mod ordinary;
mod position;
mod words;

use std::{fmt, sync::Arc};

pub(super) use matcher::Hit;
pub(super) use name::Name;
pub(super) use words::fold;

use super::{Kind, placeholder};
use matcher::Matcher;

/// Names that a host knows: of the client, the family, the clinician, places. `Debug` shows how many, and none of them.
///
/// Each word of a person's name is a name: of `Anna Miller`, `Anna` and `Miller` are found alone too. Titles are none. Places
/// and organizations are found as a whole.
///
/// They are found as whole words in any case, with hyphens, apostrophes and accents or without, before `'s` and in the plural,
/// spelled letter by letter; and misspelt by a letter (one more, one less, another, two exchanged) where a word begins with a
/// capital letter, or stands where a name does, and is no ordinary word. Of three letters only one more counts, of four only
/// what leaves the first. A name that is an ordinary word too, such as Will, Hope or May, is found where it has a capital letter
/// that is not just its sentence's, and where it stands as a name does: after a title, before a surname, with `'s`. A
/// nickname is a name of its own. What nobody gave is not found.
///
/// ```
/// use therapy_scribe_core::redact::KnownNames;
///
/// let names = KnownNames::new().client("Anna Miller").clinician("Dr. Roe").place("New Ulm");
/// assert_eq!(format!("{names:?}"), "KnownNames(4 names)");
/// ```
#[derive(Clone, Default)]
pub struct KnownNames(Arc<Matcher>);

impl KnownNames {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With the client's name. What holds no letter is no name, here and below.
    #[must_use]
    pub fn client(self, name: impl AsRef<str>) -> Self {
        self.person(name)
    }

    /// With the name of a relative, a partner, a friend.
    #[must_use]
    pub fn family(self, name: impl AsRef<str>) -> Self {
        self.person(name)
    }

    /// With the clinician's name.
    #[must_use]
    pub fn clinician(self, name: impl AsRef<str>) -> Self {
        self.person(name)
    }

    /// With anybody's name.
    #[must_use]
    pub fn person(mut self, name: impl AsRef<str>) -> Self {
        Arc::make_mut(&mut self.0).add_person(name.as_ref());
        self
    }

    /// With the name of a town, a street, a country.
    #[must_use]
    pub fn place(mut self, name: impl AsRef<str>) -> Self {
        Arc::make_mut(&mut self.0).add(Kind::Place, name.as_ref());
        self
    }

    /// With the name of an employer, a school, a hospital.
    #[must_use]
    pub fn organization(mut self, name: impl AsRef<str>) -> Self {
        Arc::make_mut(&mut self.0).add(Kind::Organization, name.as_ref());
        self
    }

    /// How many names there are; of a person's each word counts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.names().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn get(&self, index: usize) -> Option<&Name> {
        self.0.names().get(index)
    }

    /// Where they stand, outside what stands for something already.
    pub(super) fn find(&self, text: &str) -> Vec<Hit> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut hits = self.0.find(text);
        let hidden = placeholder::hidden(text);
        hits.retain(|hit| !overlaps(&hidden, &hit.range));
        hits
    }

    /// Where one is left that is written as it is known, in bytes. It looks at nothing but words, so that it doesn't share what
    /// might be wrong with [`find`](Self::find).
    pub(super) fn left(&self, text: &str) -> Option<(usize, Kind)> {
        let hidden = placeholder::hidden(text);
        let mut left = self.0.left(text);
        left.retain(|hit| !overlaps(&hidden, &hit.range));
        let first = left.into_iter().min_by_key(|hit| hit.range.start)?;
        Some((first.range.start, self.get(first.name)?.kind))
    }
}

/// Whether a range touches one of these, which stand in order and apart.
pub(super) fn overlaps(ordered: &[std::ops::Range<usize>], range: &std::ops::Range<usize>) -> bool {
    let next = ordered.partition_point(|one| one.end <= range.start);
    ordered.get(next).is_some_and(|one| one.start < range.end)
}

impl fmt::Debug for KnownNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KnownNames({} names)", self.len())
    }
}
