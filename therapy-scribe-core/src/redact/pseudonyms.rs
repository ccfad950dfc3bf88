//! Which pseudonym stands for what, and the way back.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    Kind,
    find::{self, KnownDigits},
    placeholder,
};

/// Fewer digits come again by chance.
const LEAST_DIGITS: usize = 5;

/// The map from pseudonyms to what they stand for. Whoever has it can tell who is who: keep it as you keep the session.
///
/// `Debug` shows how many there are. It is written and read on purpose only, with [`to_json`](Self::to_json) and
/// [`from_json`](Self::from_json).
#[derive(Clone, Default)]
pub struct Pseudonyms {
    entries: Vec<Entry>,
    by_key: HashMap<(Kind, CompactString), usize>,
    by_number: HashMap<(Kind, u32), usize>,
    /// Numbers of placeholders that stood in a text already, and are not ours.
    foreign: BTreeMap<Kind, BTreeSet<u32>>,
    digits: KnownDigits,
}

#[derive(Clone, Serialize, Deserialize)]
struct Entry {
    kind: String,
    number: u32,
    text: String,
}

impl Pseudonyms {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many things have a pseudonym.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing has one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The text with what pseudonyms stand for, also where a model has dropped their brackets or written them small. A name
    /// comes back as the host has given it, anything else as it was said first. What stands for nothing known stays.
    #[must_use]
    pub fn restore(&self, text: &str) -> String {
        placeholder::replaced(text, |found| {
            let index = self.by_number.get(&(found.kind, found.number))?;
            self.entries.get(*index).map(|entry| entry.text.clone())
        })
    }

    /// Keeps the numbers of placeholders that stand in a text from being given to anything else: for texts that will stand
    /// beside a redacted one.
    pub fn avoid(&mut self, text: &str) {
        for found in placeholder::placeholders(text) {
            if !self.by_number.contains_key(&(found.kind, found.number)) {
                self.foreign
                    .entry(found.kind)
                    .or_default()
                    .insert(found.number);
            }
        }
    }

    /// The map as JSON. It is patient data.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings and numbers: nothing that can fail.
        serde_json::to_string(&self.entries).unwrap_or_default()
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// [`InvalidPseudonyms`] with the place, when the text is no such map.
    pub fn from_json(json: &str) -> Result<Self, InvalidPseudonyms> {
        let entries: Vec<Entry> =
            serde_json::from_str(json).map_err(|error| InvalidPseudonyms {
                line: error.line(),
                column: error.column(),
            })?;
        let mut map = Self::default();
        for entry in entries {
            let kind = Kind::all().find(|kind| kind.label() == entry.kind);
            let kind = kind.ok_or(InvalidPseudonyms { line: 1, column: 0 })?;
            let key = key(kind, &entry.text);
            map.insert(kind, key, entry.number, &entry.text);
        }
        Ok(map)
    }

    /// The number of what stands there, a new one where it has none yet; `wish` if that is free.
    pub(super) fn number(&mut self, kind: Kind, text: &str, wish: Option<u32>) -> u32 {
        let key = key(kind, text);
        let known = self.by_key.get(&(kind, key.clone()));
        if let Some(entry) = known.and_then(|index| self.entries.get(*index)) {
            return entry.number;
        }
        let foreign = self.foreign.get(&kind);
        let is_free = |number: &u32| {
            !self.by_number.contains_key(&(kind, *number))
                && foreign.is_none_or(|numbers| !numbers.contains(number))
        };
        let number = wish
            .filter(is_free)
            .or_else(|| (1..u32::MAX).find(is_free))
            .unwrap_or(u32::MAX);
        self.insert(kind, key, number, text);
        number
    }

    fn insert(&mut self, kind: Kind, key: CompactString, number: u32, text: &str) {
        let is_digits = key.len() >= LEAST_DIGITS && key.bytes().all(|byte| byte.is_ascii_digit());
        if is_digits && matches!(kind, Kind::Phone | Kind::Ssn | Kind::Card | Kind::Record) {
            self.digits.insert(key.clone(), kind);
        }
        let index = self.entries.len();
        self.by_key.insert((kind, key), index);
        self.by_number.insert((kind, number), index);
        self.entries.push(Entry {
            kind: kind.label().to_owned(),
            number,
            text: text.to_owned(),
        });
    }

    /// Digits that are somebody's.
    pub(super) const fn digits(&self) -> &KnownDigits {
        &self.digits
    }
}

/// What is the same however it is written or said.
fn key(kind: Kind, text: &str) -> CompactString {
    if kind.is_name() {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        return letters.flat_map(super::names::fold).collect();
    }
    find::key(kind, text)
}

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pseudonyms({} entries)", self.len())
    }
}

/// A text that is no map of pseudonyms. Says where, never what stood there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a map of pseudonyms (line {line}, column {column})")]
#[non_exhaustive]
pub struct InvalidPseudonyms {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1; 0 where an entry is of no known kind.
    pub column: usize,
}
