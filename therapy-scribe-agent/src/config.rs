//! What a voice agent is asked for. Checked when it is built: what the service would refuse, drop, or end the session for
//! is refused here with the reason (`voice-agent.md` 2, 4.6).

mod builder;
mod checks;
mod schema;
#[cfg(test)]
mod tests;
mod tool;
mod tuning;
mod webhook;

pub use builder::VoiceAgentConfigBuilder;
pub use checks::ConfigError;
pub(crate) use checks::{check_tools, check_tuning};
pub use tool::{ExecutionMode, IfInterrupted, VoiceTool};
pub use tuning::{TranscriptionMode, Tuning, TurnDetection, VoiceFocus};
pub use webhook::{NotGenuine, Webhook, WebhookEvent};

use std::fmt;

use therapy_scribe_core::{AudioFormat, Phi, SampleRate};

use crate::AgentBrief;

/// A checked configuration of a voice agent. What is not set is not sent, and the service's own default holds.
///
/// `Debug` shows sizes: prompt, greeting and key terms may hold names.
#[derive(Clone, PartialEq)]
pub struct VoiceAgentConfig {
    pub(crate) fields: Fields,
}

#[derive(Clone, PartialEq)]
pub(crate) struct Fields {
    pub(crate) agent_id: Option<String>,
    pub(crate) prompt: Option<Phi<String>>,
    pub(crate) greeting: Option<String>,
    pub(crate) tools: Vec<VoiceTool>,
    pub(crate) input: Encoding,
    pub(crate) output: Encoding,
    pub(crate) voice: String,
    pub(crate) tuning: Tuning,
    pub(crate) results: ToolResultPolicy,
    pub(crate) duplex: Duplex,
    pub(crate) records: Records,
    pub(crate) webhook: Option<Webhook>,
    pub(crate) seed: Option<u64>,
}

impl VoiceAgentConfig {
    /// Starts with this prompt, 24 kHz PCM both ways and the voice `alba`.
    pub fn builder(prompt: impl Into<String>) -> VoiceAgentConfigBuilder {
        VoiceAgentConfigBuilder::new(Some(prompt.into().into()), None)
    }

    /// Binds an agent that is stored at the service: its prompt, voice, greeting and tools are what is stored, and nothing
    /// else may be sent with its id. Such a session can't be handed over to a new one before it expires.
    pub fn stored(agent_id: impl Into<String>) -> VoiceAgentConfigBuilder {
        VoiceAgentConfigBuilder::new(None, Some(agent_id.into()))
    }

    /// A builder with all of this in it, to change some of it.
    pub fn to_builder(&self) -> VoiceAgentConfigBuilder {
        VoiceAgentConfigBuilder::from_fields(self.fields.clone())
    }

    /// The same for another conversation: prompt, greeting and tools are those of the brief.
    ///
    /// # Errors
    /// [`ConfigError`] for what the service would refuse.
    pub fn briefed(&self, brief: AgentBrief) -> Result<Self, ConfigError> {
        let mut fields = self.fields.clone();
        fields.prompt = Some(brief.prompt);
        fields.greeting = brief.greeting;
        fields.tools = brief.tools;
        VoiceAgentConfigBuilder::from_fields(fields).build()
    }

    /// The format that frames from the clinician must have.
    #[must_use]
    pub fn input_format(&self) -> AudioFormat {
        self.fields.input.format()
    }

    /// The format of the agent's speech.
    #[must_use]
    pub fn output_format(&self) -> AudioFormat {
        self.fields.output.format()
    }

    /// The tools that the agent is offered.
    #[must_use]
    pub fn tools(&self) -> &[VoiceTool] {
        &self.fields.tools
    }

    /// What a host should know before the first session: settings that work, but not as one might think.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        checks::warnings(&self.fields)
    }
}

impl fmt::Debug for VoiceAgentConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = &self.fields;
        let length = |text: &Phi<String>| text.expose().chars().count();
        f.debug_struct("VoiceAgentConfig")
            .field("prompt_chars", &fields.prompt.as_ref().map(length))
            .field("has_greeting", &fields.greeting.is_some())
            .field("tools", &fields.tools.len())
            .field("input", &fields.input)
            .field("output", &fields.output)
            .field("voice", &fields.voice)
            .field("tuning", &fields.tuning)
            .field("results", &fields.results)
            .field("duplex", &fields.duplex)
            .field("records", &fields.records)
            .field("webhook", &fields.webhook)
            .finish_non_exhaustive()
    }
}

/// How audio goes over the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Encoding {
    /// Signed 16-bit samples, 24 kHz.
    #[default]
    Pcm,
    /// G.711 µ-law, 8 kHz: telephone lines.
    MuLaw,
    /// G.711 A-law, 8 kHz: telephone lines in Europe.
    ALaw,
}

impl Encoding {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Pcm => "audio/pcm",
            Self::MuLaw => "audio/pcmu",
            Self::ALaw => "audio/pcma",
        }
    }

    pub(crate) fn format(self) -> AudioFormat {
        match (self, SampleRate::new(24_000)) {
            (Self::Pcm, Ok(rate)) => AudioFormat::mono(rate),
            _ => AudioFormat::mono(SampleRate::HZ_8000),
        }
    }

    /// Bytes in a millisecond.
    pub(crate) const fn bytes_per_milli(self) -> usize {
        match self {
            Self::Pcm => 48,
            Self::MuLaw | Self::ALaw => 8,
        }
    }

    /// A byte of digital silence.
    pub(crate) const fn silence(self) -> u8 {
        match self {
            Self::Pcm => 0,
            Self::MuLaw => 0xff,
            Self::ALaw => 0xd5,
        }
    }
}

/// When the result of a tool is sent (`voice-agent.md` 4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ToolResultPolicy {
    /// Once no reply is open and the clinician does not speak, or two seconds later. As documented, and without its
    /// deadlock.
    #[default]
    AfterReplyDone,
    /// As soon as it is there: a second faster, and not documented to work.
    Immediate,
}

/// Whether the agent hears while it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Duplex {
    /// It hears all the time and can be interrupted. Needs headphones or echo cancellation.
    #[default]
    Full,
    /// It hears silence while it speaks: for rooms where the microphone hears the loudspeaker. It can't be interrupted.
    Half,
}

/// What becomes of the service's own record of a session: audio, words, tool arguments and results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Records {
    /// It is deleted after the session, as far as the service deletes: it calls this a soft delete.
    #[default]
    Delete,
    /// It stays.
    Keep,
}
