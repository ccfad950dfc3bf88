//! Audio inside JSON: base64 in the standard alphabet, with padding (`voice-agent.md` section 5).

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let [a, b, c] = [0, 1, 2].map(|at| group.get(at).copied().unwrap_or(0));
        let bits = u32::from_be_bytes([0, a, b, c]);
        for (at, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let sextet = usize::try_from((bits >> shift) & 63).unwrap_or(0);
            let letter = ALPHABET.get(sextet).copied().unwrap_or(b'A');
            text.push(if at <= group.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    text
}

/// `None`: this is not base64.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let padded = text.as_bytes();
    if !padded.len().is_multiple_of(4) {
        return None;
    }
    let body = text.strip_suffix('=').unwrap_or(text);
    let body = body.strip_suffix('=').unwrap_or(body).as_bytes();
    let mut bytes = Vec::with_capacity(padded.len() / 4 * 3);
    for group in body.chunks(4) {
        let mut bits = 0_u32;
        for letter in group {
            bits = bits << 6 | u32::from(sextet(*letter)?);
        }
        let missing = 4 - group.len();
        bits <<= 6 * u32::try_from(missing).ok()?;
        let [_, three @ ..] = bits.to_be_bytes();
        bytes.extend(three.into_iter().take(3 - missing.min(2)));
    }
    Some(bytes)
}

const fn sextet(letter: u8) -> Option<u8> {
    Some(match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_to_the_same_whatever_its_length() {
        for length in 0..70_u8 {
            let bytes: Vec<u8> = (0..length).map(|n| n.wrapping_mul(37) ^ 0xa5).collect();
            assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
        let known = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, text) in known {
            assert_eq!(encode(plain.as_bytes()), text);
        }
    }

    #[test]
    fn what_is_not_base64_is_told() {
        for text in ["Zg", "Z===", "Zm9*", "Zm-v", "Zg=a", "===="] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
