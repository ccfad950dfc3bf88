//! Protected health information, wrapped so that it never prints by accident.

use std::{fmt, mem::size_of};

use serde::{Deserialize, Serialize};

/// A value that holds what somebody said, or who they are.
///
/// Its [`Debug`](fmt::Debug) shows a size and never content; there is no `Display` and no `Deref`. [`expose`](Self::expose)
/// is the one way in, so that a reader finds every use with one search. Serializing is transparent, because a value
/// that is stored or sent on purpose is stored or sent as it is.
#[derive(Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phi<T>(T);

impl<T> Phi<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value. Whoever calls this takes care of where it goes.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Unwraps the value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> From<T> for Phi<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Phi<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phi({} bytes in memory)", size_of::<T>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_a_size_and_no_content() {
        let shown = format!("{:?}", Phi::new("CANARY".to_owned()));
        assert!(!shown.contains("CANARY"));
        assert!(shown.contains("24 bytes"));
    }

    #[test]
    fn serializing_is_transparent() {
        let json = serde_json::to_string(&Phi::new("x")).unwrap();
        assert_eq!(json, "\"x\"");
    }
}
