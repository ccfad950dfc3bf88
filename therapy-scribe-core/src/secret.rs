//! Keys: wiped when dropped, never printed.

use std::fmt;

use zeroize::Zeroizing;

/// A provider's API key, or a temporary token that stands for one.
///
/// It has no `Display` and no serde, and its `Debug` shows nothing of it. The memory is wiped on drop.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(Zeroizing<String>);

impl ApiKey {
    /// Wraps a key; white space at either end, as a copied key often has, is removed.
    ///
    /// # Errors
    /// [`InvalidApiKey`] when nothing is left, or when a character could not stand in an HTTP header.
    pub fn new(key: impl Into<String>) -> Result<Self, InvalidApiKey> {
        let key = Zeroizing::new(key.into());
        let trimmed = key.trim();
        if trimmed.is_empty() {
            return Err(InvalidApiKey::Empty);
        }
        if !trimmed.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(InvalidApiKey::Unprintable);
        }
        Ok(Self(Zeroizing::new(trimmed.to_owned())))
    }

    /// The key itself. It belongs in a header, never in a URL, a log or an error.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(hidden)")
    }
}

/// Why a text is no API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidApiKey {
    /// Nothing but white space.
    #[error("the API key is empty")]
    Empty,
    /// A character that no HTTP header can hold: often a line break from a copy.
    #[error("the API key holds a character that cannot be sent; copy it again, on one line")]
    Unprintable,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copied_key_loses_its_line_break() {
        assert_eq!(ApiKey::new(" abc\n").unwrap().expose(), "abc");
    }

    #[test]
    fn empty_and_broken_keys_are_refused() {
        assert_eq!(ApiKey::new("  \n"), Err(InvalidApiKey::Empty));
        assert_eq!(ApiKey::new("a\nb"), Err(InvalidApiKey::Unprintable));
    }

    #[test]
    fn debug_hides_the_key() {
        assert_eq!(
            format!("{:?}", ApiKey::new("CANARY").unwrap()),
            "ApiKey(hidden)"
        );
    }
}
