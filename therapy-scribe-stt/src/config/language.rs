//! Languages that the service's validator takes (`streaming-stt.md` 2.4, read 2026-10).

macro_rules! languages {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)+) => {
        /// A language that streaming takes. Polish, Ukrainian and others are refused by the service.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Language {
            $($(#[$doc])* $name,)+
        }

        impl Language {
            /// Every language.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its code, such as `en`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }
    };
}

languages! {
    /// English.
    English = "en",
    /// Spanish.
    Spanish = "es",
    /// German.
    German = "de",
    /// French.
    French = "fr",
    /// Italian.
    Italian = "it",
    /// Portuguese.
    Portuguese = "pt",
    /// Turkish.
    Turkish = "tr",
    /// Dutch.
    Dutch = "nl",
    /// Swedish.
    Swedish = "sv",
    /// Norwegian.
    Norwegian = "no",
    /// Danish.
    Danish = "da",
    /// Finnish.
    Finnish = "fi",
    /// Hindi.
    Hindi = "hi",
    /// Vietnamese.
    Vietnamese = "vi",
    /// Arabic.
    Arabic = "ar",
    /// Hebrew.
    Hebrew = "he",
    /// Japanese.
    Japanese = "ja",
    /// Urdu.
    Urdu = "ur",
    /// Chinese.
    Chinese = "zh",
    /// Russian.
    Russian = "ru",
    /// Korean.
    Korean = "ko",
    /// Catalan.
    Catalan = "ca",
    /// Galician.
    Galician = "gl",
    /// Romanian.
    Romanian = "ro",
    /// Estonian.
    Estonian = "et",
    /// Persian.
    Persian = "fa",
    /// Cantonese.
    Cantonese = "yue",
    /// Afrikaans.
    Afrikaans = "af",
    /// Marathi.
    Marathi = "mr",
    /// Zulu.
    Zulu = "zu",
    /// Xhosa.
    Xhosa = "xh",
    /// Norwegian Nynorsk.
    Nynorsk = "nn",
}

impl Language {
    /// The language with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|language| language.code() == code)
    }

    /// Whether Medical Mode knows it; for the others the service ignores Medical Mode and warns.
    #[must_use]
    pub const fn has_medical_mode(self) -> bool {
        matches!(
            self,
            Self::English | Self::Spanish | Self::German | Self::French
        )
    }
}
