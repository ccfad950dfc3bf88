//! Query parameters, checked as the service checks them (`streaming-stt.md` 2.2, 2.3; 11.3). Unknown names are ignored.

mod reader;

use super::{
    Fatal,
    audio::Encoding,
    profile::{Family, Overrides, Profile},
    query::Query,
};
use reader::Reader;

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
const ENGLISH: &str = "universal-streaming-english";
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
        let encoding = reader.encoding()?;
        Ok(Self {
            mode: reader.one_of("mode", &MODES)?,
            overrides: reader.overrides()?,
            rate: reader.rate(encoding)?,
            encoding,
            speaker_labels: speaker_labels.unwrap_or(false),
            max_speakers: reader.number("max_speakers", 1, 10)?,
            revision_interval: reader.revision_interval()?,
            partials: reader.flag("include_partial_turns")?.unwrap_or(!redact_pii),
            format_turns: reader.flag("format_turns")?.unwrap_or(false),
            language_detection: reader.language_detection(family, &model)?,
            redact_policies: reader.policies()?,
            redact_as_entity: reader
                .one_of("redact_pii_sub", &["hash", "entity_name"])?
                .is_some_and(|sub| sub == "entity_name"),
            filter_profanity: reader.flag("filter_profanity")?.unwrap_or(false),
            voice_focus: reader.voice_focus()?,
            heartbeat: reader.flag("session_heartbeat")?.unwrap_or(false),
            silence: reader.flag("acknowledge_silence")? == Some(true)
                && family == Family::Universal3,
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
        let profile = if self.model == "u3-rt-pro" {
            profile.legacy(self.mode.as_deref(), self.speaker_labels)
        } else {
            profile
        };
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
            ("sample_rate", "-1"),
            ("sample_rate", "96001"),
            ("keyterms_prompt", "a,b"),
            ("keyterms_prompt", &terms),
            ("language_codes", "[\"pl\"]"),
            ("language_codes", "[\"multi\",\"en\"]"),
            ("inactivity_timeout", "4"),
            ("inactivity_timeout", "-1"),
            ("max_turn_silence", "-1"),
            ("max_speakers", "x"),
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
        let fatal = read(&[("max_speakers", "-1")]).unwrap_err();
        assert!(
            fatal
                .text
                .ends_with("Input should be greater than or equal to 1")
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

    #[test]
    fn any_minimum_of_silence_is_clamped_without_a_word() {
        for (given, taken) in [
            ("-5", 50),
            ("1", 50),
            ("800", 800),
            ("99999999999999999999", 10_000),
        ] {
            for name in ["min_turn_silence", "min_end_of_turn_silence_when_confident"] {
                let profile = read(&[(name, given)]).unwrap().profile();
                assert_eq!(profile.min_silence, taken, "{name}={given}");
            }
        }
    }

    #[test]
    fn the_rate_of_encoded_audio_is_its_own() {
        for encoding in ["opus", "ogg_opus", "aac"] {
            for rate in ["4000", "192000", "x"] {
                assert!(read(&[("encoding", encoding), ("sample_rate", rate)]).is_ok());
            }
        }
    }

    #[test]
    fn a_model_of_one_language_reports_none() {
        for (model, reports) in [
            ("universal-streaming-english", false),
            ("universal-streaming-multilingual", true),
            ("universal-3-6-pro", true),
        ] {
            let asked = [("speech_model", model), ("language_detection", "true")];
            let params = read(&asked).unwrap();
            assert_eq!(params.language_detection, reports, "{model}");
        }
    }

    #[test]
    fn the_legacy_model_has_its_own_silences() {
        let profile = |more: &[(&str, &str)]| {
            let query = [&[("speech_model", "u3-rt-pro")], more].concat();
            let profile = read(&query).unwrap().profile();
            (
                profile.min_silence,
                profile.max_silence,
                profile.vad_threshold,
            )
        };
        assert_eq!(profile(&[]), (100, 1000, 0.3));
        assert_eq!(profile(&[("mode", "max_accuracy")]), (512, 2560, 0.3));
        assert_eq!(profile(&[("speaker_labels", "true")]), (640, 768, 0.5));
        assert_eq!(profile(&[("max_turn_silence", "3600")]), (100, 3600, 0.3));
    }
}
