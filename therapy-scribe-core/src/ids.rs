//! Identities inside one recording.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de::Error as _};

/// One connection to a speech service, counted from zero within a recording.
///
/// A recording has several when the network drops, when the service limits the length of a session, or when every
/// participant has a channel of their own.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ConnectionId(u16);

impl ConnectionId {
    /// The connection with this number.
    #[must_use]
    pub const fn new(number: u16) -> Self {
        Self(number)
    }

    /// Its number, from zero.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    /// The connection after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Who spoke, stable for the whole recording.
///
/// A service's speaker letters hold for one connection only, so an id is made of the connection that first heard the
/// voice and the letter it used there. Shown as that letter (`A`, `B`, … `Z`, `AA`), followed from the second
/// connection on by the connection's number counted from one (`A2`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpeakerId {
    connection: ConnectionId,
    index: u16,
}

impl SpeakerId {
    /// The voice that `connection` calls its `index`-th, counted from zero.
    #[must_use]
    pub const fn new(connection: ConnectionId, index: u16) -> Self {
        Self { connection, index }
    }

    /// From a service's letter (`A` to `ZZ`). Any other text, `PENDING` and `UNKNOWN` among them, is nobody.
    #[must_use]
    pub fn from_letters(connection: ConnectionId, letters: &str) -> Option<Self> {
        let mut places = letters
            .bytes()
            .map(|b| b.is_ascii_uppercase().then(|| u16::from(b - b'A')));
        let index = match (places.next(), places.next(), places.next()) {
            (Some(Some(only)), None, None) => only,
            (Some(Some(high)), Some(Some(low)), None) => 26 + high * 26 + low,
            _ => return None,
        };
        Some(Self { connection, index })
    }

    /// The connection that first heard this voice.
    #[must_use]
    pub const fn connection(self) -> ConnectionId {
        self.connection
    }
}

impl fmt::Display for SpeakerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter =
            |place: u16| char::from(b'A'.saturating_add(u8::try_from(place % 26).unwrap_or(0)));
        if let Some(beyond) = self.index.checked_sub(26) {
            write!(f, "{}", letter(beyond / 26))?;
        }
        write!(
            f,
            "{}",
            letter(if self.index < 26 {
                self.index
            } else {
                self.index - 26
            })
        )?;
        match self.connection.number() {
            0 => Ok(()),
            number => write!(f, "{}", u32::from(number) + 1),
        }
    }
}

/// A text that is no [`SpeakerId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a speaker: expected a letter or two, then the connection's number, such as `A` or `B2`"
)]
#[non_exhaustive]
pub struct InvalidSpeakerId;

impl FromStr for SpeakerId {
    type Err = InvalidSpeakerId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(text.len());
        let (letters, number) = text.split_at(digits);
        let connection = match number {
            "" => 0,
            number => number
                .parse::<u32>()
                .ok()
                .and_then(|n| n.checked_sub(1))
                .and_then(|n| u16::try_from(n).ok())
                .ok_or(InvalidSpeakerId)?,
        };
        Self::from_letters(ConnectionId::new(connection), letters).ok_or(InvalidSpeakerId)
    }
}

impl Serialize for SpeakerId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SpeakerId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// A turn of the recording: the connection that delivered it, and its key there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TurnId {
    connection: ConnectionId,
    order: u64,
}

impl TurnId {
    /// The turn that `connection` numbers `order`. The number is a key, not an index: services may skip some.
    #[must_use]
    pub const fn new(connection: ConnectionId, order: u64) -> Self {
        Self { connection, order }
    }

    /// The connection that delivered it.
    #[must_use]
    pub const fn connection(self) -> ConnectionId {
        self.connection
    }

    /// Its key on that connection.
    #[must_use]
    pub const fn order(self) -> u64 {
        self.order
    }
}

/// `connection.order`, both from zero.
impl fmt::Display for TurnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.connection.number(), self.order)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_letters_are_somebody() {
        let first = ConnectionId::default();
        for nobody in ["", "PENDING", "UNKNOWN", "a", "1", "A1", "ABC", "É"] {
            assert_eq!(SpeakerId::from_letters(first, nobody), None, "{nobody}");
        }
        assert_eq!(
            SpeakerId::from_letters(first, "B"),
            Some(SpeakerId::new(first, 1))
        );
        assert_eq!(
            SpeakerId::from_letters(first, "AA"),
            Some(SpeakerId::new(first, 26))
        );
    }

    #[test]
    fn a_later_connection_shows_in_the_name() {
        assert_eq!(SpeakerId::new(ConnectionId::new(1), 0).to_string(), "A2");
    }

    proptest! {
        #[test]
        fn a_shown_speaker_reads_back(connection in 0u16.., index in 0u16..702) {
            let speaker = SpeakerId::new(ConnectionId::new(connection), index);
            prop_assert_eq!(speaker.to_string().parse(), Ok(speaker));
        }

        #[test]
        fn parsing_never_panics(text in ".{0,12}") {
            let _ = text.parse::<SpeakerId>();
        }
    }
}
