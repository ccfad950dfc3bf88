//! What is refused, and why.

use std::{ops::RangeInclusive, time::Duration};

use super::{Fields, SpeechModel, TurnDetection};

/// Why a configuration can't work. The service would ignore the setting in silence, or end the session for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A value outside what the service takes.
    #[error("`{parameter}` must be {allowed}")]
    #[non_exhaustive]
    Range {
        /// The service's name of the parameter.
        parameter: &'static str,
        /// What it takes.
        allowed: &'static str,
    },
    /// A parameter that the chosen model does not have.
    #[error("`{parameter}` does nothing on {model}: {advice}")]
    #[non_exhaustive]
    Model {
        /// The service's name of the parameter.
        parameter: &'static str,
        /// The model.
        model: String,
        /// What to do.
        advice: &'static str,
    },
    /// Two settings of which one switches the other off.
    #[error("{0}")]
    Conflict(&'static str),
    /// A name that the service would take in silence and do nothing with.
    #[error("`{given}` is no name that `{parameter}` has{}", meant_one(*meant))]
    #[non_exhaustive]
    Name {
        /// The service's name of the parameter.
        parameter: &'static str,
        /// The name that was given.
        given: String,
        /// The known name that is nearest.
        meant: Option<&'static str>,
    },
    /// Key terms that the service would drop, or end the session for.
    #[error("key terms: {0}")]
    Keyterms(&'static str),
}

fn meant_one(meant: Option<&str>) -> String {
    meant.map_or_else(
        || ": check its spelling".to_owned(),
        |meant| format!(": `{meant}` may be meant"),
    )
}

/// `Err` naming the parameter unless `holds`.
pub(crate) fn require(
    holds: bool,
    parameter: &'static str,
    allowed: &'static str,
) -> Result<(), ConfigError> {
    if holds {
        Ok(())
    } else {
        Err(ConfigError::Range { parameter, allowed })
    }
}

/// The longest prompt and context, in characters. One more ends the session, even in its middle.
const TEXT_LIMIT: usize = 1750;

pub(crate) fn check(fields: &Fields) -> Result<(), ConfigError> {
    require(
        !fields.models.is_empty(),
        "speech_model",
        "one model at least",
    )?;
    require(
        fields.models.iter().all(SpeechModel::is_possible),
        "speech_model",
        "a name that the service has",
    )?;
    require(
        fields
            .llm_gateway
            .as_ref()
            .is_none_or(serde_json::Value::is_object),
        "llm_gateway",
        "a JSON object",
    )?;
    check_ranges(fields)?;
    check_turns(&fields.turns)?;
    check_conflicts(fields)?;
    fields
        .models
        .iter()
        .try_for_each(|model| check_model(fields, model))
}

fn check_ranges(fields: &Fields) -> Result<(), ConfigError> {
    let rate = fields.sample_rate.unwrap_or(16_000);
    require(
        (8_000..=96_000).contains(&rate),
        "sample_rate",
        "8000 to 96000 Hz",
    )?;
    unit("vad_threshold", fields.vad_threshold)?;
    unit(
        "voice_focus_threshold",
        fields.voice_focus.and_then(super::VoiceFocus::threshold),
    )?;
    within(
        "interruption_delay",
        fields.interruption_delay,
        0..=1000,
        "0 to 1000 ms",
    )?;
    within(
        "turn_left_pad_ms",
        fields.turn_left_pad,
        0..=10_000,
        "0 to 10000 ms",
    )?;
    within(
        "inactivity_timeout",
        fields.inactivity_timeout,
        5000..=3_600_000,
        "5 to 3600 seconds",
    )?;
    text("prompt", fields.prompt.as_deref())?;
    text("agent_context", fields.agent_context.as_deref())?;
    require(
        fields.previous_context_turns.unwrap_or(0) <= 100,
        "previous_context_n_turns",
        "0 to 100",
    )?;
    require(
        fields.languages.len() <= 10,
        "language_codes",
        "at most 10 languages",
    )
}

/// Together with diarization the service ignores modes without a word.
pub(crate) const MODE_WITH_DIARIZATION: ConfigError = ConfigError::Conflict(
    "a turn mode has no effect together with diarization: set silences instead, such as TurnDetection::therapy()",
);

pub(crate) fn check_turns(turns: &TurnDetection) -> Result<(), ConfigError> {
    unit("end_of_turn_confidence_threshold", turns.threshold)?;
    within(
        "min_turn_silence",
        turns.min_silence,
        50..=10_000,
        "50 to 10000 ms",
    )?;
    within(
        "max_turn_silence",
        turns.max_silence,
        50..=60_000,
        "50 to 60000 ms",
    )?;
    match (turns.min_silence, turns.max_silence) {
        (Some(min), Some(max)) => require(
            min <= max,
            "max_turn_silence",
            "no shorter than min_turn_silence",
        ),
        _ => Ok(()),
    }
}

fn check_conflicts(fields: &Fields) -> Result<(), ConfigError> {
    if fields.diarization.is_some() && fields.turns.mode.is_some() {
        return Err(MODE_WITH_DIARIZATION);
    }
    if fields.redaction.is_some() && fields.include_partial_turns == Some(true) {
        return Err(ConfigError::Conflict(
            "partial turns are never redacted: leave them off together with redaction",
        ));
    }
    let medical = |language: &super::Language| language.has_medical_mode();
    if fields.domain.is_some()
        && !fields.languages.is_empty()
        && !fields.languages.iter().any(medical)
    {
        return Err(ConfigError::Conflict(
            "Medical Mode knows English, Spanish, German and French only; the service would ignore it",
        ));
    }
    Ok(())
}

fn check_model(fields: &Fields, model: &SpeechModel) -> Result<(), ConfigError> {
    let set = [
        (fields.turns.mode.is_some(), "mode"),
        (fields.prompt.is_some(), "prompt"),
        (fields.agent_context.is_some(), "agent_context"),
        (
            fields.previous_context_turns.is_some(),
            "previous_context_n_turns",
        ),
        (!fields.languages.is_empty(), "language_codes"),
        (fields.interruption_delay.is_some(), "interruption_delay"),
        (fields.continuous_partials.is_some(), "continuous_partials"),
        (fields.turn_left_pad.is_some(), "turn_left_pad_ms"),
        (
            fields.acknowledge_silence == Some(true),
            "acknowledge_silence",
        ),
        (fields.voice_focus.is_some(), "voice_focus"),
        (
            fields.language_detection == Some(true),
            "language_detection",
        ),
        (fields.format_turns.is_some(), "format_turns"),
    ];
    set.into_iter()
        .filter(|(is_set, _)| *is_set)
        .try_for_each(|(_, parameter)| has_parameter(model, parameter))
}

/// Parameters of the Universal-3 Pro family; other models refuse or ignore them.
const UNIVERSAL_3_ONLY: &[&str] = &[
    "mode",
    "prompt",
    "agent_context",
    "previous_context_n_turns",
    "language_codes",
    "interruption_delay",
    "continuous_partials",
    "turn_left_pad_ms",
    "acknowledge_silence",
    "voice_focus",
];

/// Whether a parameter does anything on a model.
pub(crate) fn has_parameter(
    model: &SpeechModel,
    parameter: &'static str,
) -> Result<(), ConfigError> {
    let u3 = model.is_universal_3();
    let (has, advice) = match parameter {
        "language_detection" => (
            u3 || *model == SpeechModel::UniversalStreamingMultilingual,
            "choose a multilingual model",
        ),
        "end_of_turn_confidence_threshold" => (
            model.is_universal_streaming(),
            "turns end by silence there: set silences",
        ),
        "format_turns" => (
            model.is_universal_streaming(),
            "leave it out: its finals are always formatted",
        ),
        other => (
            u3 || !UNIVERSAL_3_ONLY.contains(&other),
            "leave it out, or choose a Universal-3 Pro model",
        ),
    };
    if has {
        return Ok(());
    }
    Err(ConfigError::Model {
        parameter,
        model: model.to_string(),
        advice,
    })
}

pub(crate) fn warnings(fields: &Fields) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut warn = |holds: bool, text: &str| {
        if holds {
            warnings.push(text.to_owned());
        }
    };
    warn(
        fields
            .redaction
            .as_ref()
            .is_some_and(super::Redaction::erases_clinical_content),
        "redaction masks drugs, conditions or dates: this transcript can't become a clinical note",
    );
    warn(
        fields.redaction.is_some(),
        "redaction covers final turns only; the audio is sent as it is, and some identifiers are missed",
    );
    warn(
        fields.filter_profanity == Some(true),
        "profanity is masked: the record will not be verbatim",
    );
    warn(
        fields.webhook.is_some(),
        "the service will post the transcript to a webhook",
    );
    warn(
        fields.llm_gateway.is_some(),
        "the service will send every turn to a language model; its failures are silent",
    );
    warn(
        fields.inactivity_timeout.is_none(),
        "no inactivity timeout: a session that loses its client is billed for up to 3 hours",
    );
    let mixed = fields
        .languages
        .iter()
        .any(|language| !language.has_medical_mode());
    let undocumented = fields.models.iter().any(|model| {
        let languages = &fields.languages;
        languages.iter().any(|language| !model.documents(*language))
    });
    warn(
        undocumented,
        "a model that may be used is not documented for every language that was chosen",
    );
    warn(
        fields.domain.is_some() && mixed,
        "Medical Mode may be skipped for languages that it does not know",
    );
    warnings
}

pub(crate) fn text(parameter: &'static str, text: Option<&str>) -> Result<(), ConfigError> {
    let length = text.map_or(0, |text| text.chars().count());
    require(length <= TEXT_LIMIT, parameter, "at most 1750 characters")
}

pub(crate) fn unit(parameter: &'static str, value: Option<f32>) -> Result<(), ConfigError> {
    require(
        value.is_none_or(|value| (0.0..=1.0).contains(&value)),
        parameter,
        "0 to 1",
    )
}

pub(crate) fn within(
    parameter: &'static str,
    value: Option<Duration>,
    millis: RangeInclusive<u128>,
    allowed: &'static str,
) -> Result<(), ConfigError> {
    require(
        value.is_none_or(|value| millis.contains(&value.as_millis())),
        parameter,
        allowed,
    )
}
