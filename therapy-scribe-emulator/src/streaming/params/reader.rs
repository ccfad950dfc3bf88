//! Single parameters, and the texts with which the service refuses them (`streaming-stt.md` 2.1 to 2.4).

use super::{ENGLISH, MODELS, MULTILINGUAL};
use crate::streaming::{
    Fatal,
    audio::Encoding,
    checks::{check_family, check_languages, check_terms, check_text, invalid, one_of},
    profile::{Family, Overrides, partial_every},
    query::Query,
};

const DEFAULT_RATE: u64 = 16_000;

/// Reads one query.
pub(super) struct Reader<'a>(pub(super) &'a Query);

impl Reader<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A refusal lists what is allowed.
    pub(super) fn model(&self, languages: &[String], refused: &[String]) -> Result<String, Fatal> {
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

    pub(super) fn check_texts(&self, family: Family, model: &str) -> Result<(), Fatal> {
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

    pub(super) fn policies(&self) -> Result<Option<Vec<String>>, Fatal> {
        let policies = self.get("redact_pii_policies");
        let list = Self::list("redact_pii_policies", policies)?;
        Ok(policies.map(|_| list))
    }

    /// 2.3: one model knows one language only. 2.4: Whisper always reports it.
    pub(super) fn language_detection(&self, family: Family, model: &str) -> Result<bool, Fatal> {
        let asked = self.flag("language_detection")? == Some(true);
        Ok((asked && model != ENGLISH) || family == Family::Whisper)
    }

    pub(super) fn voice_focus(&self) -> Result<Option<String>, Fatal> {
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
    pub(super) fn revision_interval(&self) -> Result<Option<u64>, Fatal> {
        let interval = self.number("speaker_labels_revision_interval_ms", 0, 86_400_000)?;
        Ok(interval
            .filter(|interval| *interval > 0)
            .map(|interval| interval.clamp(120_000, 300_000)))
    }

    pub(super) fn overrides(&self) -> Result<Overrides, Fatal> {
        // 11.3: any number is taken, and clamped.
        let clamped = |name| {
            let number = self.integer(name)?;
            Ok(number.map(|number| u64::try_from(number.max(0)).unwrap_or(u64::MAX)))
        };
        let min = clamped("min_turn_silence")?;
        // The old name counts when the new one is not there.
        let old = clamped("min_end_of_turn_silence_when_confident")?;
        Ok(Overrides {
            min_silence: min.or(old),
            max_silence: self.number("max_turn_silence", 0, u64::MAX)?,
            interruption_delay: self.number("interruption_delay", 0, 1000)?,
            vad_threshold: self.unit("vad_threshold")?,
            partial_every: self.flag("continuous_partials")?.map(partial_every),
            confidence_threshold: self.unit("end_of_turn_confidence_threshold")?,
        })
    }

    /// 2.3: encoded audio says by itself.
    pub(super) fn rate(&self, encoding: Encoding) -> Result<u64, Fatal> {
        if encoding == Encoding::Encoded {
            return Ok(DEFAULT_RATE);
        }
        let Some(rate) = self.integer("sample_rate")? else {
            return Ok(DEFAULT_RATE);
        };
        match rate {
            ..8000 => Err(invalid(
                "sample_rate",
                "Value error, sample_rate must be at least 8,000 Hz",
            )),
            96_001.. => Err(invalid(
                "sample_rate",
                "Value error, sample_rate must be at most 96,000 Hz",
            )),
            rate => Ok(u64::try_from(rate).unwrap_or(DEFAULT_RATE)),
        }
    }

    pub(super) fn encoding(&self) -> Result<Encoding, Fatal> {
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

    pub(super) fn languages(&self) -> Result<Vec<String>, Fatal> {
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

    pub(super) fn number(&self, name: &str, least: u64, most: u64) -> Result<Option<u64>, Fatal> {
        let Some(number) = self.integer(name)? else {
            return Ok(None);
        };
        if number < i128::from(least) {
            Err(invalid(
                name,
                &format!("Input should be greater than or equal to {least}"),
            ))
        } else if number > i128::from(most) {
            Err(invalid(
                name,
                &format!("Input should be less than or equal to {most}"),
            ))
        } else {
            Ok(u64::try_from(number).ok())
        }
    }

    /// Whole and of any size.
    fn integer(&self, name: &str) -> Result<Option<i128>, Fatal> {
        let number = self.get(name).map(str::parse).transpose();
        number.map_err(|_| invalid(name, "Input should be a valid integer"))
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
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Fatal> {
        match self.get(name).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(invalid(name, "Input should be a valid boolean")),
        }
    }

    pub(super) fn one_of(&self, name: &str, allowed: &[&str]) -> Result<Option<String>, Fatal> {
        match self.get(name) {
            None => Ok(None),
            Some(value) if allowed.contains(&value) => Ok(Some(value.to_owned())),
            Some(_) => Err(invalid(name, &one_of(allowed))),
        }
    }
}
