//! What is refused, and why (`pre-recorded.md` 4, 8.1, 9.7, 10, 13).

use super::{
    EntityName, Fields, LanguageDetection, Languages, RecordModel, RecordRedaction,
    UnredactedAnalysis,
};
use crate::config::{ConfigError, require};

const MOST_KEYTERMS: usize = 1000;
const MOST_KEYTERMS_OF_UNIVERSAL_2: usize = 200;
const WORDS_OF_KEYTERM: usize = 6;
const WORDS_OF_PROMPT: usize = 1500;
const CODE: &str = "a code such as `en`, `en_us` or `de`";
const MEDICAL: [&str; 4] = ["en", "es", "de", "fr"];

/// Set by the builder's own setters, or always as the service has it.
const OURS: [&str; 39] = [
    "audio_url",
    "speech_models",
    "domain",
    "language_code",
    "language_codes",
    "language_detection",
    "language_confidence_threshold",
    "language_detection_options",
    "punctuate",
    "format_text",
    "disfluencies",
    "filter_profanity",
    "prompt",
    "keyterms_prompt",
    "keyterms_prompt_options",
    "temperature",
    "remove_audio_tags",
    "custom_spelling",
    "audio_start_from",
    "audio_end_at",
    "speech_threshold",
    "multichannel",
    "webhook_url",
    "webhook_auth_header_name",
    "webhook_auth_header_value",
    "speaker_labels",
    "speakers_expected",
    "speaker_options",
    "speech_understanding",
    "entity_detection",
    "sentiment_analysis",
    "redact_pii",
    "redact_pii_policies",
    "redact_pii_sub",
    "redact_pii_audio",
    "redact_pii_audio_quality",
    "redact_pii_audio_options",
    "redact_static_entities",
    "redact_pii_return_unredacted",
];

/// Deprecated, or without effect.
const GONE: [&str; 12] = [
    "speech_model",
    "summarization",
    "summary_model",
    "summary_type",
    "auto_chapters",
    "word_boost",
    "boost_param",
    "dual_channel",
    "custom_topics",
    "topics",
    "speed_boost",
    "language_model",
];

pub(super) fn check(fields: &Fields) -> Result<(), ConfigError> {
    check_extra(fields)?;
    check_models(fields)?;
    check_languages(fields)?;
    check_terms(fields)?;
    check_audio(fields)?;
    check_speakers(fields)?;
    check_redaction(fields)
}

fn conflict(holds: bool, why: &'static str) -> Result<(), ConfigError> {
    if holds {
        Err(ConfigError::Conflict(why))
    } else {
        Ok(())
    }
}

fn check_extra(fields: &Fields) -> Result<(), ConfigError> {
    let has = |name: &str| fields.extra.contains_key(name);
    conflict(
        has("redact_pii_return_unredacted"),
        "`redact_pii_return_unredacted` would return what redaction masks: send one transcription for the record and another, redacted one for others",
    )?;
    conflict(
        OURS.into_iter().any(has),
        "an extra parameter is one that the builder sets: use its setter; `punctuate`, `format_text`, profanity and temperature stay as they are",
    )?;
    conflict(
        GONE.into_iter().any(has),
        "an extra parameter is one that the service no longer has",
    )
}

fn check_models(fields: &Fields) -> Result<(), ConfigError> {
    let parameter = "speech_models";
    require(!fields.models.is_empty(), parameter, "one model at least")?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let possible = |model: &RecordModel| {
        let name = model.as_str();
        !name.is_empty() && name.bytes().all(plain) && name != "universal-3-pro"
    };
    require(
        fields.models.iter().all(possible),
        parameter,
        "a name that the service has; universal-3-pro is superseded by universal-3-5-pro",
    )
}

fn is_code(code: &str) -> bool {
    let mut parts = code.split('_');
    let language = parts.next().unwrap_or_default();
    let letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase());
    (2..=3).contains(&language.len())
        && letters(language)
        && parts.all(|part| !part.is_empty() && letters(part))
}

/// Whether a code is of a language: `en_us` of `en`.
fn is_of(code: &str, language: &str) -> bool {
    code.split('_').next() == Some(language)
}

fn check_languages(fields: &Fields) -> Result<(), ConfigError> {
    let medical = |code: &String| MEDICAL.iter().any(|known| is_of(code, known));
    let spoken = match &fields.languages {
        Languages::Default => true,
        Languages::One(one) => {
            require(is_code(one), "language_code", CODE)?;
            medical(one)
        }
        Languages::Switching(all) => {
            require(all.iter().all(|one| is_code(one)), "language_codes", CODE)?;
            let english = all.iter().any(|one| is_of(one, "en"));
            require(english, "language_codes", "a list with `en` in it")?;
            true
        }
        Languages::Detected(detection) => {
            check_detection(detection)?;
            let expected = &detection.expected;
            expected.is_empty() || expected.iter().any(medical)
        }
    };
    conflict(
        fields.domain.is_some() && !spoken,
        "Medical Mode knows English, Spanish, German and French only; the service would ignore it",
    )
}

fn check_detection(detection: &LanguageDetection) -> Result<(), ConfigError> {
    require(
        detection
            .threshold
            .is_none_or(|hundredths| hundredths <= 100),
        "language_confidence_threshold",
        "0 to 100 hundredths",
    )?;
    require(
        detection.expected.iter().all(|one| is_code(one)),
        "expected_languages",
        CODE,
    )?;
    let fallback = detection.fallback.as_ref();
    require(
        fallback.is_none_or(|one| is_code(one)),
        "fallback_language",
        CODE,
    )?;
    conflict(
        detection.silence_is_empty && fallback.is_none(),
        "an empty transcript for a recording without speech needs a fallback language",
    )
}

fn check_terms(fields: &Fields) -> Result<(), ConfigError> {
    // The first one is what English is heard with.
    let is_universal_2 = fields.models.first() == Some(&RecordModel::Universal2);
    let words = |text: &str| text.split_whitespace().count();
    if let Some(prompt) = &fields.prompt {
        let fits = (1..=WORDS_OF_PROMPT).contains(&words(prompt));
        require(fits, "prompt", "1 to 1500 words")?;
        if is_universal_2 {
            return Err(ConfigError::Model {
                parameter: "prompt",
                model: "universal-2".to_owned(),
                advice: "leave it out, or put universal-3-5-pro first",
            });
        }
    }
    let refuse = |holds: bool, why| {
        if holds {
            Err(ConfigError::Keyterms(why))
        } else {
            Ok(())
        }
    };
    let terms = &fields.keyterms;
    let misfit = |term: &String| !(1..=WORDS_OF_KEYTERM).contains(&words(term));
    refuse(terms.iter().any(misfit), "each must have 1 to 6 words")?;
    refuse(terms.len() > MOST_KEYTERMS, "at most 1000 can be sent")?;
    let many = terms.len() > MOST_KEYTERMS_OF_UNIVERSAL_2;
    refuse(
        is_universal_2 && many,
        "at most 200 can be sent to universal-2",
    )?;
    conflict(
        fields.strong_keyterms && terms.is_empty(),
        "the strength of key terms needs key terms",
    )?;
    let spelled = |(from, to): &(Vec<String>, String)| !from.is_empty() && words(to) == 1;
    require(
        fields.spelling.iter().all(spelled),
        "custom_spelling",
        "from one or more spellings to one word",
    )
}

fn check_audio(fields: &Fields) -> Result<(), ConfigError> {
    let share = fields.speech_threshold;
    require(
        share.is_none_or(|share| (0.0..=1.0).contains(&share)),
        "speech_threshold",
        "0 to 1",
    )?;
    let in_order = match fields.window {
        (Some(start), Some(end)) => start < end,
        _ => true,
    };
    require(in_order, "audio_end_at", "later than audio_start_from")
}

fn check_speakers(fields: &Fields) -> Result<(), ConfigError> {
    let counted = fields.speakers_expected.is_some() || fields.speaker_options.is_some();
    conflict(
        fields.speakers_expected.is_some() && fields.speaker_options.is_some(),
        "`speakers_expected` and `speaker_options` exclude each other: the number is either exact or within bounds",
    )?;
    conflict(
        counted && !fields.speaker_labels,
        "a number of speakers needs `speaker_labels`",
    )?;
    require(
        fields.speakers_expected != Some(0),
        "speakers_expected",
        "1 person at least",
    )?;
    if let Some(options) = fields.speaker_options {
        let min = options.min.unwrap_or(1);
        require(min >= 1, "min_speakers_expected", "1 person at least")?;
        require(
            options.max.is_none_or(|max| max >= min),
            "max_speakers_expected",
            "no fewer than min_speakers_expected",
        )?;
    }
    if let Some(identification) = &fields.identification {
        conflict(
            !fields.speaker_labels && !fields.multichannel,
            "speaker identification needs `speaker_labels` or `multichannel`",
        )?;
        identification.check()?;
    }
    Ok(())
}

fn check_redaction(fields: &Fields) -> Result<(), ConfigError> {
    let Some(redaction) = &fields.redaction else {
        return Ok(());
    };
    let filled = |(_, terms): &(String, Vec<String>)| {
        !terms.is_empty() && terms.iter().all(|term| !term.trim().is_empty())
    };
    require(
        redaction.terms.iter().all(filled),
        "redact_static_entities",
        "one term at least for each name",
    )?;
    for (name, _) in &redaction.terms {
        EntityName::named(&name.to_ascii_lowercase()).check()?;
    }
    let by_name = |identification: &super::SpeakerIdentification| identification.is_by_name();
    conflict(
        fields.identification.as_ref().is_some_and(by_name),
        "names from speaker identification stand in a redacted transcript: identify by role",
    )?;
    let analysed = fields.entity_detection || fields.sentiment_analysis;
    conflict(
        analysed && fields.unredacted == UnredactedAnalysis::Refused,
        "entities and sentiment come back unredacted: leave them out together with redaction, or allow them with `unredacted_analysis`",
    )
}

pub(super) fn warnings(fields: &Fields) -> Vec<&'static str> {
    let erases = |redaction: &RecordRedaction| redaction.policies.erase_clinical_content();
    let length = |term: &String| term.chars().count();
    let skipped = |term: &String| !(5..=50).contains(&length(term));
    let falls_back = fields.models.contains(&RecordModel::Universal2);
    let many = fields.keyterms.len() > MOST_KEYTERMS_OF_UNIVERSAL_2;
    let redacted = fields.redaction.is_some();
    let analysed = fields.entity_detection || fields.sentiment_analysis;
    let all = [
        (
            fields.redaction.as_ref().is_some_and(erases),
            "redaction masks drugs, conditions or dates: this transcript can't become a clinical note",
        ),
        (
            redacted,
            "redaction misses some identifiers, and the audio is sent as it is",
        ),
        (
            redacted && (fields.prompt.is_some() || !fields.keyterms.is_empty()),
            "prompt and key terms are kept unredacted: they must hold no name of a client",
        ),
        (
            redacted && analysed,
            "entities and sentiment come back unredacted: keep them apart",
        ),
        (
            fields.sentiment_analysis,
            "sentiment is not for clinical use: its speakers are often wrong",
        ),
        (
            falls_back && (many || fields.keyterms.iter().any(skipped)),
            "universal-2 skips key terms beyond 200, and those under 5 or over 50 characters",
        ),
        (
            fields.multichannel,
            "each channel is billed; two microphones in one room hear both people",
        ),
    ];
    let holds = all.into_iter().filter(|(holds, _)| *holds);
    holds.map(|(_, warning)| warning).collect()
}
