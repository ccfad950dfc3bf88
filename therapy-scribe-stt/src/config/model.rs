//! Speech models (`streaming-stt.md` 2.4, read 2026-10).

use std::fmt;

use super::Language;

/// A streaming model. The service tells an unknown one apart only after connecting, with the list of those it has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SpeechModel {
    /// `universal-3-6-pro`: the flagship since September 2026, 32 languages.
    Universal36Pro,
    /// `universal-3-5-pro`: supported, 19 languages; the one that independent tests measured.
    Universal35Pro,
    /// `u3-rt-pro`: legacy, 6 languages.
    U3RtPro,
    /// `universal-streaming-english`: word by word, turns by confidence.
    UniversalStreamingEnglish,
    /// `universal-streaming-multilingual`: word by word, several languages.
    UniversalStreamingMultilingual,
    /// `whisper-rt`: legacy, more than 99 languages.
    WhisperRt,
    /// Any other, by its exact name. Treated as one of the Universal-3 family.
    Other(String),
}

impl SpeechModel {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Universal36Pro => "universal-3-6-pro",
            Self::Universal35Pro => "universal-3-5-pro",
            Self::U3RtPro => "u3-rt-pro",
            Self::UniversalStreamingEnglish => "universal-streaming-english",
            Self::UniversalStreamingMultilingual => "universal-streaming-multilingual",
            Self::WhisperRt => "whisper-rt",
            Self::Other(name) => name,
        }
    }

    /// The model with this name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let known = [
            Self::Universal36Pro,
            Self::Universal35Pro,
            Self::U3RtPro,
            Self::UniversalStreamingEnglish,
            Self::UniversalStreamingMultilingual,
            Self::WhisperRt,
        ];
        known
            .into_iter()
            .find(|model| model.as_str() == name)
            .unwrap_or_else(|| Self::Other(name.to_owned()))
    }

    /// Names that never were models of streaming are in documents and libraries all the same.
    pub(crate) fn is_possible(&self) -> bool {
        const NEVER: [&str; 3] = ["u3-pro", "universal-3-pro", "universal-3-5-pro-realtime"];
        let name = self.as_str();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        !name.is_empty() && name.bytes().all(plain) && !NEVER.contains(&name)
    }

    /// Whether the vendor's documents name the language for the model.
    pub(crate) const fn documents(&self, language: Language) -> bool {
        use Language as L;
        match self {
            Self::Universal35Pro => !matches!(
                language,
                L::Afrikaans
                    | L::Cantonese
                    | L::Estonian
                    | L::Galician
                    | L::Korean
                    | L::Marathi
                    | L::Romanian
                    | L::Nynorsk
                    | L::Persian
                    | L::Russian
                    | L::Urdu
                    | L::Xhosa
                    | L::Zulu
            ),
            Self::U3RtPro => matches!(
                language,
                L::English | L::Spanish | L::German | L::French | L::Portuguese | L::Italian
            ),
            _ => true,
        }
    }

    /// Whether it belongs to the Universal-3 Pro family, which replaces whole turns and knows prompts and modes.
    #[must_use]
    pub const fn is_universal_3(&self) -> bool {
        matches!(
            self,
            Self::Universal36Pro | Self::Universal35Pro | Self::U3RtPro | Self::Other(_)
        )
    }

    /// Whether it is a Universal-Streaming model, which finalizes word by word.
    #[must_use]
    pub const fn is_universal_streaming(&self) -> bool {
        matches!(
            self,
            Self::UniversalStreamingEnglish | Self::UniversalStreamingMultilingual
        )
    }
}

impl fmt::Display for SpeechModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
