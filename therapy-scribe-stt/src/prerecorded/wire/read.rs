//! Members of a JSON object, whatever they turn out to be.

use serde_json::{Map, Value};

/// Where an answer could not be read, counted from 1; zeros where it is JSON without what it must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Flaw {
    pub(crate) const fn absent() -> Self {
        Self { line: 0, column: 0 }
    }
}

pub(crate) type Answer<T> = Result<T, Flaw>;

/// A body that is a JSON object.
pub(crate) fn object(body: &[u8]) -> Answer<Value> {
    let object: Map<String, Value> = serde_json::from_slice(body).map_err(|error| Flaw {
        line: error.line(),
        column: error.column(),
    })?;
    Ok(Value::Object(object))
}

pub(crate) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

pub(crate) fn flag(value: &Value, name: &str) -> Option<bool> {
    value.get(name)?.as_bool()
}

/// The elements of an array; none where it is none.
pub(crate) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    let list = value.get(name).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

/// A number, whether it is written `7`, `7.0` or `"7"`; 0 for what is below 0.
pub(crate) fn number(value: &Value, name: &str) -> Option<u64> {
    whole(value.get(name)?)
}

pub(crate) fn whole(value: &Value) -> Option<u64> {
    let real = || real(value).filter(|real| real.is_finite());
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates"
    )]
    value
        .as_u64()
        .or_else(|| real().map(|real| real.round() as u64))
}

fn real(value: &Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_str()?.trim().parse().ok())
}

/// In seconds. A recording or a time beyond it is a mistake.
const YEAR: u64 = 366 * 24 * 60 * 60;

/// A time in milliseconds.
pub(crate) fn millis(value: &Value, name: &str) -> Option<u64> {
    number(value, name).filter(|millis| *millis < YEAR * 1000)
}

/// A length in seconds, a year at most.
pub(crate) fn seconds(value: &Value, name: &str) -> Option<u64> {
    number(value, name).map(|seconds| seconds.min(YEAR))
}

/// A number from 0 to 1.
pub(crate) fn share(value: &Value, name: &str) -> Option<f32> {
    let real = value.get(name)?.as_f64()?;
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "a share needs no more digits"
    )]
    Some(real.clamp(0.0, 1.0) as f32)
}

/// A label, whether it is written `"1"` or `1`.
pub(crate) fn label(value: &Value, name: &str) -> Option<String> {
    match value.get(name)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The texts of an array.
pub(crate) fn strings(value: &Value, name: &str) -> Vec<String> {
    let texts = list(value, name).iter().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}
