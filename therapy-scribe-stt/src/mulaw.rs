//! G.711 µ-law, as telephone lines carry it.

use bytes::Bytes;

/// Added before the logarithm is taken, so that small values have an exponent.
const BIAS: u16 = 0x84;
/// The greatest magnitude that still fits with the bias.
const CLIP: u16 = 32_635;

pub(crate) fn encode(samples: &[i16]) -> Bytes {
    samples
        .iter()
        .map(|sample| sample_to_mulaw(*sample))
        .collect()
}

/// Sign, three bits of exponent, four of mantissa, all inverted (ITU-T G.711).
fn sample_to_mulaw(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = sample.unsigned_abs().min(CLIP) + BIAS;
    let exponent = 7 - (magnitude.leading_zeros().saturating_sub(1)).min(7);
    let mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    let exponent = u8::try_from(exponent).unwrap_or(7);
    !(sign | (exponent << 4) | u8::try_from(mantissa).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_the_recommendation_hold() {
        for (sample, code) in [
            (0, 0xff),
            (-1, 0x7f),
            (32_124, 0x80),
            (-32_124, 0x00),
            (8, 0xfe),
            (1000, 0xce),
            (i16::MIN, 0),
        ] {
            assert_eq!(sample_to_mulaw(sample), code, "{sample}");
        }
    }
}
