//! The key of a transcript at the service.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The service's id of a transcript: letters, digits and dashes, so that it can stand in a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TranscriptId(String);

impl TranscriptId {
    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TranscriptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no [`TranscriptId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a transcript's id: expected up to 64 letters, digits and dashes")]
#[non_exhaustive]
pub struct InvalidTranscriptId;

impl FromStr for TranscriptId {
    type Err = InvalidTranscriptId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}

impl TryFrom<String> for TranscriptId {
    type Error = InvalidTranscriptId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if (1..=64).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text))
        } else {
            Err(InvalidTranscriptId)
        }
    }
}

impl From<TranscriptId> for String {
    fn from(id: TranscriptId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_lead_elsewhere_in_a_path_is_no_id() {
        assert!(
            "5551722e-f677-48a6-9287-39c0aafd9ac1"
                .parse::<TranscriptId>()
                .is_ok()
        );
        for bad in ["", "../x", "a/b", "a?b", "a b", "a%2f", &"x".repeat(65)] {
            assert_eq!(
                bad.parse::<TranscriptId>(),
                Err(InvalidTranscriptId),
                "{bad}"
            );
        }
    }
}
