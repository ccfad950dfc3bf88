//! The agent's voice: a tone for each word, and silence between (`voice-agent.md` section 5).

use std::fmt;

use crate::streaming::from_mulaw;

/// How samples are bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Pcm,
    Mulaw,
    Alaw,
}

/// About −16 dBFS, well above the −50 that count as audible.
const LOUDNESS: i32 = 5000;
const TONE_HZ: u64 = 220;

impl Encoding {
    /// 2.3, 2.4.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "audio/pcm" => Self::Pcm,
            "audio/pcmu" => Self::Mulaw,
            "audio/pcma" => Self::Alaw,
            _ => return None,
        })
    }

    pub(super) const fn rate(self) -> u64 {
        match self {
            Self::Pcm => 24_000,
            Self::Mulaw | Self::Alaw => 8000,
        }
    }

    pub(super) const fn sample_bytes(self) -> u64 {
        match self {
            Self::Pcm => 2,
            Self::Mulaw | Self::Alaw => 1,
        }
    }

    /// Section 5, downlink framing: 10 ms of PCM, 37.5 ms of telephone audio.
    pub(super) const fn frame_bytes(self) -> u64 {
        match self {
            Self::Pcm => 480,
            Self::Mulaw | Self::Alaw => 300,
        }
    }

    pub(super) fn encode(self, samples: &[i16]) -> Vec<u8> {
        match self {
            Self::Pcm => samples.iter().flat_map(|s| s.to_le_bytes()).collect(),
            Self::Mulaw => samples.iter().copied().map(to_mulaw).collect(),
            Self::Alaw => samples.iter().copied().map(to_alaw).collect(),
        }
    }

    /// As little-endian PCM of the same rate.
    pub(super) fn decode(self, bytes: Vec<u8>) -> Vec<u8> {
        let pcm = |sample: fn(u8) -> i16| {
            let samples = bytes.iter().copied().map(sample);
            samples.flat_map(i16::to_le_bytes).collect()
        };
        match self {
            Self::Pcm => bytes,
            Self::Mulaw => pcm(from_mulaw),
            Self::Alaw => pcm(from_alaw),
        }
    }
}

/// A word of a reply, in milliseconds of the reply's audio.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Spoken {
    pub(super) text: String,
    pub(super) start_ms: u64,
    pub(super) end_ms: u64,
}

impl fmt::Debug for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spoken({} to {} ms)", self.start_ms, self.end_ms)
    }
}

/// The words of a text, spoken one after the other.
pub(super) fn speak(text: &str, leading_ms: u64) -> Vec<Spoken> {
    let mut at = leading_ms;
    let words = text.split_whitespace().map(|word| {
        let letters = u64::try_from(word.chars().count()).unwrap_or(0);
        let start_ms = at;
        let end_ms = start_ms + (60 * letters).clamp(120, 600);
        at = end_ms + 40;
        Spoken {
            text: word.to_owned(),
            start_ms,
            end_ms,
        }
    });
    words.collect()
}

/// The samples from `from` on, of which there are `count`.
pub(super) fn samples(words: &[Spoken], volume: i32, rate: u64, from: u64, count: u64) -> Vec<i16> {
    let loud = i16::try_from(LOUDNESS * volume.clamp(0, 100) / 100).unwrap_or(0);
    let half = rate / TONE_HZ / 2;
    let at_ms = |sample: u64| sample * 1000 / rate;
    // Few words sound in one frame.
    let near = |word: &&Spoken| word.start_ms <= at_ms(from + count) && at_ms(from) < word.end_ms;
    let words: Vec<&Spoken> = words.iter().filter(near).collect();
    (from..from + count)
        .map(|sample| {
            let sounds = |word: &&Spoken| (word.start_ms..word.end_ms).contains(&at_ms(sample));
            match (words.iter().any(sounds), sample / half % 2) {
                (false, _) => 0,
                (true, 0) => loud,
                (true, _) => -loud,
            }
        })
        .collect()
}

/// ITU-T G.711.
fn to_mulaw(sample: i16) -> u8 {
    let magnitude = i32::from(sample).abs().min(32_635) + 0x84;
    let exponent = (7..15).rev().find(|bit| magnitude >> bit & 1 == 1);
    let exponent = exponent.unwrap_or(7) - 7;
    let mantissa = magnitude >> (exponent + 3) & 15;
    let sign = if sample < 0 { 0x80 } else { 0 };
    !u8::try_from(sign | exponent << 4 | mantissa).unwrap_or(0)
}

fn to_alaw(sample: i16) -> u8 {
    let positive = sample >= 0;
    let magnitude = if positive {
        i32::from(sample)
    } else {
        -i32::from(sample) - 1
    } >> 4;
    let exponent = (5..11).rev().find(|bit| magnitude >> bit & 1 == 1);
    let code = match exponent {
        None => magnitude & 31,
        Some(bit) => (bit - 3) << 4 | (magnitude >> (bit - 4) & 15),
    };
    let sign = if positive { 0x80 } else { 0 };
    u8::try_from((code & 0x7f) | sign).unwrap_or(0) ^ 0x55
}

fn from_alaw(code: u8) -> i16 {
    let code = code ^ 0x55;
    let (exponent, mantissa) = ((code >> 4) & 7, i16::from(code & 15));
    let magnitude = match exponent {
        0 => (mantissa << 4) + 8,
        _ => ((mantissa << 4) + 0x108) << (exponent - 1),
    };
    if code & 0x80 == 0 {
        -magnitude
    } else {
        magnitude
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephone_audio_comes_back_within_its_steps_and_silence_has_its_byte() {
        assert_eq!(Encoding::Mulaw.encode(&[0]), [0xff]);
        assert_eq!(Encoding::Alaw.encode(&[0]), [0xd5]);
        for sample in (-32_000..=32_000_i16).step_by(101) {
            for encoding in [Encoding::Mulaw, Encoding::Alaw] {
                let pcm = encoding.decode(encoding.encode(&[sample]));
                let back = i16::from_le_bytes([pcm[0], pcm[1]]);
                let step = (i32::from(sample).abs() / 16).max(16);
                let off = (i32::from(back) - i32::from(sample)).abs();
                assert!(off <= step, "{encoding:?} {sample} {back}");
            }
        }
    }

    #[test]
    fn a_reply_is_silent_first_and_then_audible() {
        let words = speak("Your draft", 700);
        assert_eq!((words[0].start_ms, words[0].end_ms), (700, 940));
        assert!(
            samples(&words, 100, 24_000, 0, 16_800)
                .iter()
                .all(|s| *s == 0)
        );
        let heard = samples(&words, 100, 24_000, 16_800, 240);
        assert!(heard.iter().all(|s| s.unsigned_abs() == 5000));
        assert!(
            samples(&words, 0, 24_000, 16_800, 240)
                .iter()
                .all(|s| *s == 0)
        );
    }
}
