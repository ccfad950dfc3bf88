//! What is refused, and why.

use std::{collections::HashSet, ops::RangeInclusive, time::Duration};

use super::{ExecutionMode, Fields, Tuning, TurnDetection, VoiceTool, Webhook, schema};

/// Why a configuration can't work. The service would refuse it, ignore it in silence, or end the session for it.
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
    /// A tool that the service would refuse, or that would never be called rightly.
    #[error("the tool `{tool}`: {problem}")]
    #[non_exhaustive]
    Tool {
        /// Its name.
        tool: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A schema of arguments that the service does not understand.
    #[error("the tool `{tool}`: {problem} at `{path}`")]
    #[non_exhaustive]
    Schema {
        /// The tool's name.
        tool: String,
        /// Where in its parameters.
        path: String,
        /// What is wrong there.
        problem: &'static str,
    },
    /// Two settings of which one shuts the other out.
    #[error("{0}")]
    Conflict(&'static str),
    /// A frame of another format than the session's.
    #[error("the audio is {given}, and the session takes {wanted}")]
    #[non_exhaustive]
    Format {
        /// What was given.
        given: therapy_scribe_core::AudioFormat,
        /// What it should be.
        wanted: therapy_scribe_core::AudioFormat,
    },
}

const VOICES: [&str; 18] = [
    "alba", "anna", "charles", "estelle", "eve", "george", "giovanni", "iris", "jane", "jean",
    "juergen", "lola", "mary", "michael", "paul", "rafael", "reid", "vera",
];
const LANGUAGES: [&str; 18] = [
    "en", "es", "de", "fr", "pt", "it", "tr", "nl", "sv", "no", "da", "fi", "hi", "vi", "ar", "he",
    "ja", "zh",
];

fn require(holds: bool, parameter: &'static str, allowed: &'static str) -> Result<(), ConfigError> {
    if holds {
        Ok(())
    } else {
        Err(ConfigError::Range { parameter, allowed })
    }
}

pub(super) fn check(fields: &Fields) -> Result<(), ConfigError> {
    if let Some(agent) = &fields.agent_id {
        return check_stored(agent, fields);
    }
    require(
        fields
            .greeting
            .as_ref()
            .is_none_or(|text| !text.trim().is_empty()),
        "greeting",
        "a text, or left out",
    )?;
    require(
        !fields.voice.trim().is_empty(),
        "output.voice",
        "a voice's name",
    )?;
    fields.webhook.as_ref().map_or(Ok(()), Webhook::check)?;
    check_tools(&fields.tools)?;
    check_tuning(&fields.tuning)
}

/// An id travels alone: the service closes the session over anything beside it.
fn check_stored(agent: &str, fields: &Fields) -> Result<(), ConfigError> {
    require(!agent.trim().is_empty(), "agent_id", "an agent's id")?;
    let alone = fields.greeting.is_none()
        && fields.prompt.is_none()
        && fields.tools.is_empty()
        && fields.webhook.is_none()
        && fields.tuning == Tuning::default();
    if alone {
        Ok(())
    } else {
        Err(ConfigError::Conflict(
            "a stored agent brings its own prompt, greeting, tools, tuning and webhook: change them there, or after the session is ready",
        ))
    }
}

pub(crate) fn check_tools(tools: &[VoiceTool]) -> Result<(), ConfigError> {
    let mut names = HashSet::new();
    for tool in tools {
        let wrong = |problem| {
            Err(ConfigError::Tool {
                tool: tool.name.clone(),
                problem,
            })
        };
        if !is_name(&tool.name) {
            return wrong("a name is a small letter and then up to 63 of a-z, 0-9 and `_`");
        }
        if tool.name.starts_with("aai_") {
            return wrong("names that begin with `aai_` are the service's own");
        }
        if !names.insert(&tool.name) {
            return wrong("there are two of this name");
        }
        if tool.description.trim().is_empty() {
            return wrong("without a description the model does not know when to call it");
        }
        if !(1..=300).contains(&tool.timeout.as_secs()) {
            return wrong("`timeout_seconds` must be 1 to 300");
        }
        let instructions = [&tool.on_success, &tool.on_error];
        if instructions
            .into_iter()
            .flatten()
            .any(|text| text.chars().count() > 500)
        {
            return wrong("instructions after a result have at most 500 characters");
        }
        schema::check(&tool.name, &tool.parameters)?;
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    let first = name
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_lowercase());
    let rest = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    first && name.len() <= 64 && name.bytes().all(rest)
}

pub(crate) fn check_tuning(tuning: &Tuning) -> Result<(), ConfigError> {
    let terms = tuning.keyterms.as_deref().unwrap_or_default();
    let fits = |term: &String| (1..=50).contains(&term.trim().chars().count());
    require(terms.len() <= 100, "keyterms", "at most 100")?;
    require(
        terms.iter().all(fits),
        "keyterms",
        "of 1 to 50 characters each",
    )?;
    let scene = tuning.scene.as_deref().unwrap_or_default();
    require(
        scene.chars().count() <= 1750,
        "transcription_prompt",
        "at most 1750 characters",
    )?;
    let languages = tuning.languages.as_deref().unwrap_or_default();
    require(
        languages.iter().all(|code| !code.trim().is_empty()),
        "language_codes",
        "codes such as `en`",
    )?;
    unit("voice_focus_threshold", tuning.focus_threshold)?;
    require(
        tuning.volume.unwrap_or(0) <= 100,
        "output.volume",
        "0 to 100",
    )?;
    tuning.turns.as_ref().map_or(Ok(()), check_turns)
}

/// One bound alone is held against the service's own other.
fn check_turns(turns: &TurnDetection) -> Result<(), ConfigError> {
    unit("vad_threshold", turns.vad_threshold)?;
    within(
        "min_silence",
        turns.min_silence,
        50..=10_000,
        "50 to 10000 ms",
    )?;
    within(
        "max_silence",
        turns.max_silence,
        50..=10_000,
        "50 to 10000 ms",
    )?;
    within(
        "interruption_delay",
        turns.interruption_delay,
        0..=1000,
        "0 to 1000 ms",
    )?;
    let least = turns.min_silence.unwrap_or(Duration::from_secs(1));
    let most = turns.max_silence.unwrap_or(Duration::from_secs(3));
    require(
        least < most,
        "min_silence",
        "below `max_silence`, which is 3000 ms unless set",
    )
}

fn unit(parameter: &'static str, value: Option<f64>) -> Result<(), ConfigError> {
    let holds = value.is_none_or(|value| (0.0..=1.0).contains(&value));
    require(holds, parameter, "0 to 1")
}

fn within(
    parameter: &'static str,
    value: Option<Duration>,
    range: RangeInclusive<u128>,
    allowed: &'static str,
) -> Result<(), ConfigError> {
    let holds = value.is_none_or(|value| range.contains(&value.as_millis()));
    require(holds, parameter, allowed)
}

pub(super) fn warnings(fields: &Fields) -> Vec<String> {
    let mut warnings = Vec::new();
    if fields.tools.len() > 10 {
        warnings.push("with more than ten tools the model often chooses the wrong one".to_owned());
    }
    if fields.agent_id.is_none() && !VOICES.contains(&fields.voice.as_str()) {
        warnings.push("the voice was not among the service's in September 2026".to_owned());
    }
    let languages = fields.tuning.languages.as_deref().unwrap_or_default();
    if languages
        .iter()
        .any(|code| !LANGUAGES.contains(&code.as_str()))
    {
        warnings.push("a language was not among the service's in September 2026".to_owned());
    }
    if fields
        .tools
        .iter()
        .any(|tool| tool.mode == ExecutionMode::Hold)
    {
        warnings
            .push("while a tool holds the line, what the clinician says may be lost".to_owned());
    }
    warnings
}
