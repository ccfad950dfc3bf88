//! G.711, as telephone lines carry it (ITU-T G.711).

/// Added before the logarithm is taken, so that small values have an exponent.
const BIAS: u16 = 0x84;
/// The greatest magnitude that still fits with the bias.
const CLIP: u16 = 32_635;

/// A sample as µ-law: sign, three bits of exponent, four of mantissa, all inverted.
#[must_use]
pub fn to_mulaw(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = sample.unsigned_abs().min(CLIP) + BIAS;
    let exponent = 7 - magnitude.leading_zeros().saturating_sub(1).min(7);
    let mantissa = low((magnitude >> (exponent + 3)) & 0x0f);
    !(sign | (low(exponent) << 4) | mantissa)
}

/// A sample of µ-law.
#[must_use]
pub fn from_mulaw(code: u8) -> i16 {
    let code = !code;
    let exponent = (code >> 4) & 7;
    let magnitude = ((i32::from(code & 0x0f) << 3) + i32::from(BIAS)) << exponent;
    signed(code & 0x80 != 0, magnitude - i32::from(BIAS))
}

/// A sample as A-law: sign, exponent, mantissa; every other bit inverted. A set sign means positive.
#[must_use]
pub fn to_alaw(sample: i16) -> u8 {
    let (sign, magnitude) = match sample {
        0.. => (0x80, sample.unsigned_abs()),
        _ => (0, sample.unsigned_abs().saturating_sub(1)),
    };
    let magnitude = magnitude >> 3;
    let exponent = (16 - magnitude.leading_zeros()).saturating_sub(5);
    let shift = exponent.max(1);
    let mantissa = low((magnitude >> shift) & 0x0f);
    (sign | (low(exponent) << 4) | mantissa) ^ 0x55
}

/// A sample of A-law.
#[must_use]
pub fn from_alaw(code: u8) -> i16 {
    let code = code ^ 0x55;
    let exponent = (code >> 4) & 7;
    let mantissa = (i32::from(code & 0x0f) << 4) + 8;
    let magnitude = match exponent {
        0 => mantissa,
        _ => (mantissa + 0x100) << (exponent - 1),
    };
    signed(code & 0x80 == 0, magnitude)
}

fn signed(negative: bool, magnitude: i32) -> i16 {
    let value = if negative { -magnitude } else { magnitude };
    i16::try_from(value).unwrap_or(0)
}

fn low(value: impl TryInto<u8>) -> u8 {
    value.try_into().unwrap_or(0)
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
            (-32_124, 0),
            (8, 0xfe),
            (1000, 0xce),
            (i16::MIN, 0),
        ] {
            assert_eq!(to_mulaw(sample), code, "{sample}");
        }
        for (sample, code) in [
            (0, 0xd5),
            (-1, 0x55),
            (32_767, 0xaa),
            (i16::MIN, 0x2a),
            (1000, 0xfa),
        ] {
            assert_eq!(to_alaw(sample), code, "{sample}");
        }
    }

    #[test]
    fn every_code_survives_the_way_there_and_back() {
        for code in 0..=u8::MAX {
            // µ-law has two zeros.
            if code != 0x7f {
                assert_eq!(to_mulaw(from_mulaw(code)), code);
            }
            assert_eq!(to_alaw(from_alaw(code)), code);
        }
    }
}
