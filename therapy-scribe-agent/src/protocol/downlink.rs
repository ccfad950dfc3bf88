//! The agent's audio as it comes: base64 of any length, whose ends may fall inside a sample (`voice-agent.md` 5).

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use therapy_scribe_core::audio::g711;

use crate::config::Encoding;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// −50 dB below full scale: what is louder is speech.
const AUDIBLE: u16 = 104;

#[derive(Debug)]
pub(super) struct Downlink {
    encoding: Encoding,
    /// The first byte of a sample whose second is still to come.
    odd: Option<u8>,
    samples: u64,
}

impl Downlink {
    pub(super) const fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            odd: None,
            samples: 0,
        }
    }

    /// Another reply begins: a sample does not reach across.
    pub(super) const fn restart(&mut self) {
        self.odd = None;
        self.samples = 0;
    }

    /// How many samples came before, and these; `None` for what is no base64.
    pub(super) fn decode(&mut self, data: &str) -> Option<(u64, Vec<i16>)> {
        let bytes = LENIENT.decode(data).ok()?;
        let samples: Vec<i16> = match self.encoding {
            Encoding::Pcm => self.pcm(&bytes),
            Encoding::MuLaw => bytes.into_iter().map(g711::from_mulaw).collect(),
            Encoding::ALaw => bytes.into_iter().map(g711::from_alaw).collect(),
        };
        let before = self.samples;
        self.samples += u64::try_from(samples.len()).unwrap_or(0);
        Some((before, samples))
    }

    fn pcm(&mut self, bytes: &[u8]) -> Vec<i16> {
        let whole = self.odd.take().into_iter().chain(bytes.iter().copied());
        let mut samples = Vec::with_capacity(bytes.len() / 2 + 1);
        for byte in whole {
            match self.odd.take() {
                Some(low) => samples.push(i16::from_le_bytes([low, byte])),
                None => self.odd = Some(byte),
            }
        }
        samples
    }
}

pub(crate) fn is_audible(samples: &[i16]) -> bool {
    samples.iter().any(|sample| sample.unsigned_abs() > AUDIBLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn an_odd_tail_does_not_break_a_sample() {
        let mut downlink = Downlink::new(Encoding::Pcm);
        let samples = [1_i16, -2, 300, -400, 500];
        let bytes: Vec<u8> = samples
            .iter()
            .flat_map(|sample| sample.to_le_bytes())
            .collect();
        let mut heard = Vec::new();
        for piece in bytes.chunks(3) {
            heard.extend(downlink.decode(&STANDARD.encode(piece)).unwrap().1);
        }
        assert_eq!(heard, samples);
        assert_eq!(downlink.decode("!"), None);
    }

    #[test]
    fn a_whisper_is_audible_and_the_silence_before_it_is_not() {
        assert!(!is_audible(&[0, 3, -100, 104]));
        assert!(is_audible(&[0, -105]));
        assert!(is_audible(&[i16::MIN]));
    }
}
