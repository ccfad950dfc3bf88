//! Canonical JSON: one text for one value, so that a signature means something.
//!
//! A subset of RFC 8785: object keys sorted by their UTF-16 code units, no white space, strings with the escapes of
//! ECMAScript (`\b \t \n \f \r \" \\`, other characters below U+0020 as `\u00xx` in lower case), integers as they are.
//! Numbers with a fraction or exponent are refused: two languages may write them differently.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{Error, Result};

/// The canonical text.
pub(crate) fn text(value: &Value) -> Result<String> {
    let mut text = String::new();
    write_value(value, &mut text)?;
    Ok(text)
}

fn write_value(value: &Value, out: &mut String) -> Result<()> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) if number.is_i64() || number.is_u64() => {
            out.push_str(&number.to_string());
        }
        Value::Number(_) => return Err(Error::Untrusted("it holds a number with a fraction")),
        Value::String(string) => write_string(string, out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_value(item, out)?;
            }
            out.push(']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
            out.push('{');
            for (index, (key, value)) in fields.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(key, out);
                out.push(':');
                write_value(value, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn write_string(string: &str, out: &mut String) {
    out.push('"');
    for c in string.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_sorted_and_nothing_is_spaced() {
        let value = json!({"b": [1, -2, null, true], "a": {"é": "\u{1}\n\"", "z": ""}, "\u{10000}": 0, "\u{ffff}": 1});
        assert_eq!(
            text(&value).unwrap(),
            "{\"a\":{\"z\":\"\",\"é\":\"\\u0001\\n\\\"\"},\"b\":[1,-2,null,true],\"\u{10000}\":0,\"\u{ffff}\":1}"
        );
    }

    #[test]
    fn fractions_are_refused() {
        assert!(text(&json!({"x": [0.5]})).is_err());
    }

    proptest! {
        #[test]
        fn any_string_reads_back(string in any::<String>()) {
            let value = Value::String(string);
            let read: Value = serde_json::from_str(&text(&value).unwrap()).unwrap();
            prop_assert_eq!(read, value);
        }
    }
}
