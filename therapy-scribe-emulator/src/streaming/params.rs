//! Query parameters, checked as the service checks them (`streaming-stt.md` 2.2, 2.3; 11.3). Unknown names are ignored.

use super::{
    Fatal,
    audio::Encoding,
    checks::{check_family, check_languages, check_terms, check_text, invalid, one_of},
    profile::{Family, Overrides, Profile, partial_every},
    query::Query,
};

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
    pub(crate) overrides: Overrides,
    pub(crate) speaker_labels: bool,
    pub(crate) max_speakers: Option<u64>,
    /// Audio between two revisions, milliseconds; `None`: only at the end.
    pub(crate) revision_interval: Option<u64>,
    pub(crate) partials: bool,
    pub(crate) format_turns: bool,
    pub(crate) language_detection: bool,
    pub(crate) domain: Option<String>,
    pub(crate) medical_skipped: bool,
    pub(crate) redact_pii: bool,
    pub(crate) redact_policies: Option<Vec<String>>,
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
const MULTILINGUAL: &str = "universal-streaming-multilingual";
pub(crate) const MODES: [&str; 3] = ["min_latency", "balanced", "max_accuracy"];
const MEDICAL: [&str; 4] = ["en", "es", "de", "fr"];

impl Params {
    pub(crate) fn read(query: &Query, refused_models: &[String]) -> Result<Self, Fatal> {
        let reader = Reader(query);
        let languages = reader.languages()?;
        let model = reader.model(&languages, refused_models)?;
        let family = family_of(&model);
        reader.check_texts(family, &model)?;
        let speaker_labels = reader.flag("speaker_labels")?;
        let redact_pii = reader.flag("redact_pii")?.unwrap_or(false);
        let domain = reader.one_of("domain", &["medical-v1"])?;
        // 7: otherwise the domain is ignored, and a warning is sent.
        let medical_skipped = domain.is_some()
            && !languages.is_empty()
            && !languages.iter().any(|l| MEDICAL.contains(&l.as_str()));
        let silence = reader.flag("acknowledge_silence")?.unwrap_or(false);
        Ok(Self {
            mode: reader.one_of("mode", &MODES)?,
            overrides: reader.overrides()?,
            rate: reader.rate()?,
            encoding: reader.encoding()?,
            speaker_labels: speaker_labels.unwrap_or(false),
            max_speakers: reader.number("max_speakers", 1, 10)?,
            revision_interval: reader.revision_interval()?,
            partials: reader.flag("include_partial_turns")?.unwrap_or(!redact_pii),
            format_turns: reader.flag("format_turns")?.unwrap_or(false),
            // 2.4: Whisper always reports it.
            language_detection: reader.flag("language_detection")?.unwrap_or(false)
                || family == Family::Whisper,
            redact_policies: reader.policies()?,
            redact_as_entity: reader
                .one_of("redact_pii_sub", &["hash", "entity_name"])?
                .is_some_and(|sub| sub == "entity_name"),
            filter_profanity: reader.flag("filter_profanity")?.unwrap_or(false),
            voice_focus: reader.voice_focus()?,
            heartbeat: reader.flag("session_heartbeat")?.unwrap_or(false),
            silence: silence && family == Family::Universal3,
            inactivity_ms: reader
                .number("inactivity_timeout", 5, 3600)?
                .map(|seconds| seconds * 1000),
            domain: domain.filter(|_| !medical_skipped),
            model,
            family,
            redact_pii,
            medical_skipped,
        })
    }

    /// How turns end by all that the client has set.
    pub(crate) fn profile(&self) -> Profile {
        let profile = Profile::of(self.family, self.mode.as_deref(), self.speaker_labels);
        self.overrides.over(profile)
    }

    /// 2.4: models that are listed and fail five seconds after `Begin`.
    pub(crate) fn is_doomed(&self) -> bool {
        ["universal-3-7-preview", "u3-rt-agent"].contains(&self.model.as_str())
    }
}

fn family_of(model: &str) -> Family {
    match model {
        "universal-streaming-english" | "universal-streaming-multilingual" => {
            Family::UniversalStreaming
        }
        "whisper-rt" => Family::Whisper,
        _ => Family::Universal3,
    }
}

/// Reads one query.
struct Reader<'a>(&'a Query);

impl Reader<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A refusal lists what is allowed.
    fn model(&self, languages: &[String], refused: &[String]) -> Result<String, Fatal> {
        let model = self.get("speech_model").unwrap_or("universal-3-6-pro");
        let allowed: Vec<&str> = MODELS
            .into_iter()
            .filter(|known| !refused.iter().any(|refused| refused == known))
            .collect();
        if !allowed.contains(&model) {
            return Err(invalid("speech_model", &one_of(&allowed)));
        }
        // 2.3: this list is a choice of model.
        let multilingual = languages == ["multi"];
        Ok(if multilingual { MULTILINGUAL } else { model }.to_owned())
    }

    fn check_texts(&self, family: Family, model: &str) -> Result<(), Fatal> {
        for name in ["prompt", "mode"] {
            if self.get(name).is_some() {
                check_family(name, family, model)?;
            }
        }
        check_text("prompt", self.get("prompt"))?;
        check_text("agent_context", self.get("agent_context"))?;
        let terms = self.get("keyterms_prompt").or_else(|| self.get("keyterms"));
        check_terms(Self::list("keyterms_prompt", terms)?.len())?;
        self.number("previous_context_n_turns", 0, 100).map(|_| ())
    }

    fn policies(&self) -> Result<Option<Vec<String>>, Fatal> {
        let policies = self.get("redact_pii_policies");
        let list = Self::list("redact_pii_policies", policies)?;
        Ok(policies.map(|_| list))
    }

    fn voice_focus(&self) -> Result<Option<String>, Fatal> {
        let focus = self.one_of("voice_focus", &["near-field", "far-field"])?;
        if self.unit("voice_focus_threshold")?.is_some() && focus.is_none() {
            return Err(invalid(
                "voice_focus_threshold",
                "Value error, voice_focus_threshold requires voice_focus",
            ));
        }
        Ok(focus)
    }

    /// 4.4: outside the range refused, inside it clamped.
    fn revision_interval(&self) -> Result<Option<u64>, Fatal> {
        let interval = self.number("speaker_labels_revision_interval_ms", 0, 86_400_000)?;
        Ok(interval
            .filter(|interval| *interval > 0)
            .map(|interval| interval.clamp(120_000, 300_000)))
    }

    fn overrides(&self) -> Result<Overrides, Fatal> {
        let min = self.number("min_turn_silence", 0, u64::MAX)?;
        // The old name counts when the new one is not there.
        let old = self.number("min_end_of_turn_silence_when_confident", 0, u64::MAX)?;
        Ok(Overrides {
            min_silence: min.or(old),
            max_silence: self.number("max_turn_silence", 0, u64::MAX)?,
            interruption_delay: self.number("interruption_delay", 0, 1000)?,
            vad_threshold: self.unit("vad_threshold")?,
            partial_every: self.flag("continuous_partials")?.map(partial_every),
            confidence_threshold: self.unit("end_of_turn_confidence_threshold")?,
        })
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
            Some(_) => Err(invalid(name, &one_of(allowed))),
        }
    }
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
        let fatal = read(&[("prompt", &long)]).unwrap_err();
        assert!(
            fatal
                .text
                .contains("prompt exceeds maximum length of 1750 characters (got 1751)")
        );
        let fatal = read(&[("speech_model", "u3-pro")]).unwrap_err();
        assert!(
            fatal.text.contains("or '_universal-3-5-notetaker'"),
            "{}",
            fatal.text
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
                params.profile().min_silence,
                params.profile().max_silence,
                params.profile().max_turn
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
}
