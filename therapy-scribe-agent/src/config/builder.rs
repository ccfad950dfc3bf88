//! Builds a configuration.

use therapy_scribe_core::Phi;

use super::{
    ConfigError, Duplex, Encoding, Fields, Records, ToolResultPolicy, Tuning, VoiceAgentConfig,
    VoiceTool, Webhook, checks,
};

/// Builds a [`VoiceAgentConfig`].
#[derive(Clone)]
#[must_use]
pub struct VoiceAgentConfigBuilder {
    fields: Fields,
}

impl VoiceAgentConfigBuilder {
    pub(super) fn new(prompt: Option<Phi<String>>, agent_id: Option<String>) -> Self {
        Self::from_fields(Fields {
            agent_id,
            prompt,
            greeting: None,
            tools: Vec::new(),
            input: Encoding::Pcm,
            output: Encoding::Pcm,
            voice: "alba".to_owned(),
            tuning: Tuning::default(),
            results: ToolResultPolicy::default(),
            duplex: Duplex::default(),
            records: Records::default(),
            webhook: None,
            seed: None,
        })
    }

    pub(super) const fn from_fields(fields: Fields) -> Self {
        Self { fields }
    }

    /// What the agent says first, word for word. Default: it listens first.
    pub fn greeting(mut self, greeting: impl Into<String>) -> Self {
        self.fields.greeting = Some(greeting.into());
        self
    }

    /// The tools that it may call. More than ten are chosen from badly.
    pub fn tools(mut self, tools: impl IntoIterator<Item = VoiceTool>) -> Self {
        self.fields.tools = tools.into_iter().collect();
        self
    }

    /// How the clinician's audio is sent. Default: PCM.
    pub const fn input(mut self, encoding: Encoding) -> Self {
        self.fields.input = encoding;
        self
    }

    /// How the agent's audio comes. Default: PCM.
    pub const fn output(mut self, encoding: Encoding) -> Self {
        self.fields.output = encoding;
        self
    }

    /// The agent's voice. Default: `alba`.
    pub fn voice(mut self, voice: impl Into<String>) -> Self {
        self.fields.voice = voice.into();
        self
    }

    /// How it hears and how loud it speaks.
    pub fn tuning(mut self, tuning: Tuning) -> Self {
        self.fields.tuning = tuning;
        self
    }

    /// When results of tools are sent.
    pub const fn tool_results(mut self, policy: ToolResultPolicy) -> Self {
        self.fields.results = policy;
        self
    }

    /// Whether the agent hears while it speaks.
    pub const fn duplex(mut self, duplex: Duplex) -> Self {
        self.fields.duplex = duplex;
        self
    }

    /// What becomes of the service's record of the session. Default: it is deleted.
    pub const fn records(mut self, records: Records) -> Self {
        self.fields.records = records;
        self
    }

    /// Has the service tell a server of the host's of the session. Default: nobody is told.
    pub fn webhook(mut self, webhook: Webhook) -> Self {
        self.fields.webhook = Some(webhook);
        self
    }

    /// Makes the random part of waits repeatable.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.fields.seed = Some(seed);
        self
    }

    /// The configuration, checked.
    ///
    /// # Errors
    /// [`ConfigError`] names the first setting that can't work, and what would.
    pub fn build(self) -> Result<VoiceAgentConfig, ConfigError> {
        checks::check(&self.fields)?;
        Ok(VoiceAgentConfig {
            fields: self.fields,
        })
    }
}

impl std::fmt::Debug for VoiceAgentConfigBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VoiceAgentConfigBuilder")
    }
}
