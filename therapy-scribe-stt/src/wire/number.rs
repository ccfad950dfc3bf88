//! Numbers as services write them.

use std::fmt;

use serde::{Deserialize, Deserializer, de};

/// A JSON number, whether it is written `7` or `7.0`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    Whole(u64),
    Real(f64),
}

impl Number {
    /// As a whole number: rounded, and 0 for what is below 0.
    pub(crate) fn to_u64(self) -> u64 {
        match self {
            Self::Whole(value) => value,
            #[expect(
                clippy::as_conversions,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the cast saturates"
            )]
            Self::Real(value) => value.round() as u64,
        }
    }

    pub(crate) fn to_f64(self) -> f64 {
        match self {
            #[expect(
                clippy::as_conversions,
                clippy::cast_precision_loss,
                reason = "counts of milliseconds and seconds are small"
            )]
            Self::Whole(value) => value as f64,
            Self::Real(value) => value,
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_u64<E>(self, value: u64) -> Result<Number, E> {
                Ok(Number::Whole(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Number, E> {
                Ok(Number::Whole(u64::try_from(value).unwrap_or(0)))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Number, E> {
                Ok(Number::Real(value))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}
