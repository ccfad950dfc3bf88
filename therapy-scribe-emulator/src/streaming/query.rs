//! Query strings.

use std::collections::HashMap;

/// A decoded query. Of a name that is repeated the last one counts.
pub(crate) type Query = HashMap<String, String>;

/// Reads what stands behind the `?`.
pub(crate) fn parse(text: &str) -> Query {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// Form encoding: `+` is a space.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail
            .get(..2)
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (first, code) {
            (b'%', Some(code)) => {
                bytes.push(code);
                rest = tail.get(2..).unwrap_or_default();
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            (other, _) => bytes.push(*other),
        }
        rest = tail;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_decode_as_forms() {
        assert_eq!(decode("a+b%20c%5B%22d%22%5D%"), "a b c[\"d\"]%");
        let query = parse("a=1&b&&a=2");
        assert_eq!(query.get("a").map(String::as_str), Some("2"));
        assert_eq!(query.get("b").map(String::as_str), Some(""));
    }
}
