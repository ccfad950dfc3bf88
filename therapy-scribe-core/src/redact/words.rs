//! Lists of words.

use std::{collections::HashSet, sync::LazyLock};

/// A list of words, looked up in one step.
pub(super) type Words = LazyLock<HashSet<&'static str>>;

/// The words of a list with spaces between.
pub(super) fn words(list: &'static str) -> HashSet<&'static str> {
    list.split_whitespace().collect()
}
