//! Query parameters, checked as the service checks them (`streaming-stt.md` 2.2, 2.3; 11.3). Unknown names are ignored.

use std::collections::HashMap;

use serde_json::Value;

use super::{
    Fatal,
    audio::Encoding,
    profile::{Family, Profile},
};

/// A decoded query.
pub(crate) type Query = HashMap<String, String>;

/// The parameters of a session.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the switches of the service, each by itself"
)]
pub(crate) struct Params {
    pub(crate) model: String,
    pub(crate) family: Family,
    pub(crate) rate: u64,
    pub(crate) encoding: Encoding,
    pub(crate) mode: Option<String>,
    pub(crate) profile: Profile,
    pub(crate) speaker_labels: bool,
    pub(crate) max_speakers: Option<u64>,
    /// Audio between two revisions, milliseconds; `None`: only at the end.
    pub(crate) revision_interval: Option<u64>,
    pub(crate) partials: bool,
    pub(crate) format_turns: bool,
    pub(crate) language: Option<String>,
    pub(crate) domain: Option<String>,
    pub(crate) medical_skipped: bool,
    pub(crate) redact_pii: bool,
    pub(crate) redact_as_entity: bool,
    pub(crate) filter_profanity: bool,
    pub(crate) voice_focus: Option<String>,
    pub(crate) heartbeat: bool,
    pub(crate) silence: bool,
    pub(crate) inactivity_ms: Option<u64>,
}

const MODELS: [&str; 11] = [
    "universal-streaming-english",
    "universal-streaming-multilingual",
    "whisper-rt",
    "u3-rt-pro",
    "u3-rt-pro-beta-1",
    "u3-rt-agent",
    "universal-3-5-pro",
    "universal-3-6-pro",
    "universal-3-6",
    "universal-3-7-preview",
    "_universal-3-5-notetaker",
];
const LANGUAGES: [&str; 33] = [
    "en", "es", "de", "fr", "it", "pt", "tr", "nl", "sv", "no", "da", "fi", "hi", "vi", "ar", "he",
    "ja", "ur", "zh", "ru", "ko", "ca", "gl", "ro", "et", "fa", "yue", "af", "mr", "zu", "xh",
    "nn", "multi",
];
const MEDICAL: [&str; 4] = ["en", "es", "de", "fr"];

impl Params {
    pub(crate) fn read(query: &Query, refused_models: &[String]) -> Result<Self, Fatal> {
        let reader = Reader(query);
        let languages = reader.languages()?;
        let mut model = query
            .get("speech_model")
            .map_or("universal-3-6-pro", String::as_str);
        if !MODELS.contains(&model) || refused_models.iter().any(|refused| refused == model) {
            let allowed: Vec<_> = MODELS
                .iter()
                .filter(|known| !refused_models.iter().any(|r| r == *known))
                .collect();
            return Err(invalid(
                "speech_model",
                &format!("Input should be one of {allowed:?}"),
            ));
        }
        if languages == ["multi"] {
            model = "universal-streaming-multilingual";
        }
        let family = match model {
            "universal-streaming-english" | "universal-streaming-multilingual" => {
                Family::UniversalStreaming
            }
            "whisper-rt" => Family::Whisper,
            _ => Family::Universal3,
        };
        reader.check_model(family, model)?;
        let speaker_labels = reader.flag("speaker_labels")?.unwrap_or(false);
        let redact_pii = reader.flag("redact_pii")?.unwrap_or(false);
        let mode = reader.one_of("mode", &["min_latency", "balanced", "max_accuracy"])?;
        let domain = reader.one_of("domain", &["medical-v1"])?;
        let medical_skipped = domain.is_some()
            && !languages.is_empty()
            && !MEDICAL
                .iter()
                .any(|code| languages.iter().any(|l| l == code));
        Ok(Self {
            profile: reader.profile(family, mode.as_deref(), speaker_labels)?,
            rate: reader.rate()?,
            encoding: reader.encoding()?,
            max_speakers: reader.number("max_speakers", 1, 10)?,
            revision_interval: reader
                .number("speaker_labels_revision_interval_ms", 0, 86_400_000)?
                .filter(|interval| *interval > 0)
                .map(|interval| interval.clamp(120_000, 300_000)),
            partials: reader.flag("include_partial_turns")?.unwrap_or(!redact_pii),
            format_turns: reader.flag("format_turns")?.unwrap_or(false),
            language: if reader.flag("language_detection")?.unwrap_or(false) {
                Some(
                    languages
                        .first()
                        .cloned()
                        .unwrap_or_else(|| "en".to_owned()),
                )
            } else {
                None
            },
            redact_as_entity: reader
                .one_of("redact_pii_sub", &["hash", "entity_name"])?
                .as_deref()
                == Some("entity_name"),
            filter_profanity: reader.flag("filter_profanity")?.unwrap_or(false),
            voice_focus: reader.one_of("voice_focus", &["near-field", "far-field"])?,
            heartbeat: reader.flag("session_heartbeat")?.unwrap_or(false),
            silence: reader.flag("acknowledge_silence")?.unwrap_or(false)
                && family == Family::Universal3,
            inactivity_ms: reader
                .number("inactivity_timeout", 5, 3600)?
                .map(|seconds| seconds * 1000),
            model: model.to_owned(),
            family,
            mode,
            speaker_labels,
            redact_pii,
            domain: domain.filter(|_| !medical_skipped),
            medical_skipped,
        })
    }
}

/// Reads one query.
struct Reader<'a>(&'a Query);

impl Reader<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn check_model(&self, family: Family, model: &str) -> Result<(), Fatal> {
        for name in ["prompt", "mode"] {
            if family != Family::Universal3 && self.get(name).is_some() {
                let text = format!(
                    "`{name}` needs the universal-3-6-pro model. Current speech_model: '{model}'"
                );
                return Err(invalid(name, &text));
            }
        }
        check_text("prompt", self.get("prompt"))?;
        check_text("agent_context", self.get("agent_context"))?;
        let terms = self.get("keyterms_prompt").or_else(|| self.get("keyterms"));
        check_terms(Self::list("keyterms_prompt", terms)?.len())?;
        Self::list("redact_pii_policies", self.get("redact_pii_policies"))?;
        if self.get("voice_focus_threshold").is_some() && self.get("voice_focus").is_none() {
            return Err(invalid(
                "voice_focus_threshold",
                "Value error, needs voice_focus",
            ));
        }
        self.number("previous_context_n_turns", 0, 100).map(|_| ())
    }

    fn profile(
        &self,
        family: Family,
        mode: Option<&str>,
        diarized: bool,
    ) -> Result<Profile, Fatal> {
        let mut profile = Profile::of(family, mode, diarized);
        let min = self.number("min_turn_silence", 0, u64::MAX)?;
        // The old name counts when the new one is not there.
        let min = min.or(self.number("min_end_of_turn_silence_when_confident", 0, u64::MAX)?);
        if let Some(min) = min {
            profile.min_silence = min.clamp(50, 10_000);
        }
        profile.max_silence = self
            .number("max_turn_silence", 0, u64::MAX)?
            .unwrap_or(profile.max_silence);
        profile.interruption_delay = self
            .number("interruption_delay", 0, 1000)?
            .unwrap_or(profile.interruption_delay);
        profile.vad_threshold = self.unit("vad_threshold")?.unwrap_or(profile.vad_threshold);
        profile.confidence_threshold = self
            .unit("end_of_turn_confidence_threshold")?
            .unwrap_or(profile.confidence_threshold);
        match self.flag("continuous_partials")? {
            Some(true) => profile.partial_every = 1000,
            Some(false) => profile.partial_every = 3000,
            None => {}
        }
        Ok(profile)
    }

    fn rate(&self) -> Result<u64, Fatal> {
        let rate = self.number("sample_rate", 0, u64::MAX)?.unwrap_or(16_000);
        match rate {
            0..8000 => Err(invalid(
                "sample_rate",
                "Value error, sample_rate must be at least 8,000 Hz",
            )),
            96_001.. => Err(invalid(
                "sample_rate",
                "Value error, sample_rate must be at most 96,000 Hz",
            )),
            rate => Ok(rate),
        }
    }

    fn encoding(&self) -> Result<Encoding, Fatal> {
        match self.get("encoding").unwrap_or("pcm_s16le") {
            "pcm_s16le" => Ok(Encoding::PcmS16Le),
            "pcm_mulaw" => Ok(Encoding::PcmMulaw),
            "opus" | "ogg_opus" | "aac" => Ok(Encoding::Encoded),
            other => Err(invalid(
                "encoding",
                &format!("Value error, '{other}' is not a valid Encoding"),
            )),
        }
    }

    fn languages(&self) -> Result<Vec<String>, Fatal> {
        let mut languages = Self::list("language_codes", self.get("language_codes"))?;
        if languages.is_empty() {
            languages.extend(self.get("language_code").map(str::to_owned));
        }
        check_languages(&languages)?;
        Ok(languages)
    }

    /// 2.1: one parameter with a JSON array; commas and repeated names are refused.
    fn list(name: &str, text: Option<&str>) -> Result<Vec<String>, Fatal> {
        text.map_or(Ok(Vec::new()), |text| {
            serde_json::from_str(text).map_err(|_| invalid(name, "Value error, Invalid JSON array"))
        })
    }

    fn number(&self, name: &str, least: u64, most: u64) -> Result<Option<u64>, Fatal> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        let number: u64 = text
            .parse()
            .map_err(|_| invalid(name, "Input should be a valid integer"))?;
        if number < least {
            Err(invalid(
                name,
                &format!("Input should be greater than or equal to {least}"),
            ))
        } else if number > most {
            Err(invalid(
                name,
                &format!("Input should be less than or equal to {most}"),
            ))
        } else {
            Ok(Some(number))
        }
    }

    fn unit(&self, name: &str) -> Result<Option<f64>, Fatal> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        let number = text
            .parse()
            .ok()
            .filter(|number| (0.0..=1.0).contains(number));
        number
            .map(Some)
            .ok_or_else(|| invalid(name, "Input should be between 0 and 1"))
    }

    /// The official Python library sends `True`.
    fn flag(&self, name: &str) -> Result<Option<bool>, Fatal> {
        match self.get(name).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(invalid(name, "Input should be a valid boolean")),
        }
    }

    fn one_of(&self, name: &str, allowed: &[&str]) -> Result<Option<String>, Fatal> {
        match self.get(name) {
            None => Ok(None),
            Some(value) if allowed.contains(&value) => Ok(Some(value.to_owned())),
            Some(_) => Err(invalid(
                name,
                &format!("Input should be one of {allowed:?}"),
            )),
        }
    }
}

pub(crate) fn check_text(name: &str, text: Option<&str>) -> Result<(), Fatal> {
    match text.map_or(0, |text| text.chars().count()) {
        0..=1750 => Ok(()),
        long => Err(Fatal::new(
            3006,
            format!(
                "User Input Validation Error: {name} exceeds maximum length of 1750 characters (got {long})"
            ),
        )),
    }
}

pub(crate) fn check_terms(count: usize) -> Result<(), Fatal> {
    if count > 100 {
        Err(invalid("keyterms_prompt", "Value error, Max 100 items"))
    } else {
        Ok(())
    }
}

pub(crate) fn check_languages(languages: &[String]) -> Result<(), Fatal> {
    if let Some(index) = languages
        .iter()
        .position(|code| !LANGUAGES.contains(&code.as_str()))
    {
        return Err(invalid(
            &format!("language_codes.{index}"),
            &format!("Input should be one of {LANGUAGES:?}"),
        ));
    }
    if languages.len() > 10 {
        return Err(invalid("language_codes", "Value error, Max 10 items"));
    }
    if languages.len() > 1 && languages.iter().any(|code| code == "multi") {
        return Err(invalid(
            "language_codes",
            "Value error, 'multi' must be the only item",
        ));
    }
    Ok(())
}

pub(crate) fn invalid(name: &str, message: &str) -> Fatal {
    Fatal::new(
        3006,
        format!("User Input Validation Error: Invalid '{name}': {message}"),
    )
}

/// Decodes a list from an `UpdateConfiguration`, where it is a real array.
pub(crate) fn strings(value: &Value) -> Option<Vec<String>> {
    value
        .as_array()?
        .iter()
        .map(|item| item.as_str().map(str::to_owned))
        .collect()
}

/// Form encoding: `+` is a space.
pub(crate) fn percent_decode(text: &str) -> String {
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

    fn read(pairs: &[(&str, &str)]) -> Result<Params, Fatal> {
        let query = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Params::read(&query, &[])
    }

    #[test]
    fn what_the_service_refuses_is_refused_with_the_parameters_name() {
        let long = "x".repeat(1751);
        let terms = serde_json::to_string(&vec!["t"; 101]).unwrap();
        let cases = [
            ("speech_model", "universal-3-pro"),
            ("encoding", "flac"),
            ("sample_rate", "7999"),
            ("sample_rate", "96001"),
            ("keyterms_prompt", "a,b"),
            ("keyterms_prompt", &terms),
            ("language_codes", "[\"pl\"]"),
            ("language_codes", "[\"multi\",\"en\"]"),
            ("inactivity_timeout", "4"),
            ("max_speakers", "11"),
            ("speaker_labels_revision_interval_ms", "86400001"),
            ("vad_threshold", "1.5"),
            ("speaker_labels", "maybe"),
            ("voice_focus_threshold", "0.5"),
            ("mode", "fast"),
        ];
        for (name, value) in cases {
            let fatal = read(&[(name, value)]).unwrap_err();
            assert_eq!(fatal.code, 3006, "{name}={value}");
            assert!(fatal.text.contains(name), "{name}={value}: {}", fatal.text);
        }
        assert!(
            read(&[("prompt", &long)])
                .unwrap_err()
                .text
                .contains("1750")
        );
        let fatal = read(&[
            ("prompt", "x"),
            ("speech_model", "universal-streaming-english"),
        ])
        .unwrap_err();
        assert!(
            fatal
                .text
                .contains("Current speech_model: 'universal-streaming-english'"),
            "{}",
            fatal.text
        );
    }

    #[test]
    fn what_the_service_takes_is_taken() {
        let params = read(&[
            ("speaker_labels", "True"),
            ("unknown", "x"),
            ("min_turn_silence", "20"),
            ("max_turn_silence", "3600"),
        ])
        .unwrap();
        assert_eq!(
            (
                params.profile.min_silence,
                params.profile.max_silence,
                params.profile.max_turn
            ),
            (50, 3600, 10_000)
        );
        assert_eq!(
            read(&[("language_codes", "[\"multi\"]")]).unwrap().model,
            "universal-streaming-multilingual"
        );
        let params = read(&[("domain", "medical-v1"), ("language_codes", "[\"hi\"]")]).unwrap();
        assert_eq!((params.domain, params.medical_skipped), (None, true));
        assert_eq!(
            read(&[("speaker_labels_revision_interval_ms", "1")])
                .unwrap()
                .revision_interval,
            Some(120_000)
        );
    }

    #[test]
    fn queries_decode_as_forms() {
        assert_eq!(percent_decode("a+b%20c%5B%22d%22%5D%"), "a b c[\"d\"]%");
    }
}
