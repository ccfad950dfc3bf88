//! The client: one configuration, any number of conversations.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use futures_util::StreamExt;
use therapy_scribe_core::{ApiKey, Privacy, Region, Retention};
use therapy_scribe_transport::{Connector, Origin};
use tokio::sync::mpsc;

use crate::{
    AgentAbilities, AgentBrief, AgentConnection, AgentEvent, AgentFailure, VoiceAgent,
    config::{ConfigError, Fields, VoiceAgentConfig},
    driver::Driver,
    error::Error,
    protocol::Conversation,
    service::{Access, Service, TokenProvider},
    session::{AgentEvents, AgentHandle},
};

/// Audio messages that wait between host and machine.
const AUDIO_QUEUE: usize = 10;
const COMMAND_QUEUE: usize = 16;
const ITEM_QUEUE: usize = 64;

/// Talks through AssemblyAI's Voice Agent API. Cheap to clone.
#[derive(Debug, Clone)]
pub struct VoiceAgentClient {
    service: Service,
    region: Option<Region>,
    config: Arc<VoiceAgentConfig>,
}

impl VoiceAgentClient {
    /// A client for a region's host. The service's default host is not offered: where it keeps its records is not said.
    ///
    /// # Errors
    /// [`Error::Transport`] when TLS can't be set up; [`Error::Config`] for a region without a host.
    pub fn new(region: Region, key: ApiKey, config: VoiceAgentConfig) -> Result<Self, Error> {
        let host = match region {
            Region::Us => "wss://agents.us.assemblyai.com",
            Region::Eu => "wss://agents.eu.assemblyai.com",
            _ => {
                return Err(Error::Config(ConfigError::Conflict(
                    "this region has no voice agent host",
                )));
            }
        };
        let origin = Origin::parse(host).map_err(Error::Transport)?;
        let connector = Connector::new().map_err(Error::Transport)?;
        Ok(Self {
            region: Some(region),
            ..Self::at(connector, &origin, key, config)
        })
    }

    /// A client for any address: an emulator, a proxy of the host's.
    #[must_use]
    pub fn at(
        connector: Connector,
        origin: &Origin,
        key: ApiKey,
        config: VoiceAgentConfig,
    ) -> Self {
        Self {
            service: Service {
                connector,
                origin: origin.for_websocket(),
                access: Access::Key(key),
                records: config.fields.records,
            },
            region: None,
            config: Arc::new(config),
        }
    }

    /// The same with another way to the network.
    #[must_use]
    pub fn connector(mut self, connector: Connector) -> Self {
        self.service.connector = connector;
        self
    }

    /// The same with temporary tokens in place of a key. Where a token may not delete records, that is reported.
    #[must_use]
    pub fn tokens(mut self, tokens: Arc<dyn TokenProvider>) -> Self {
        self.service.access = Access::Tokens(tokens);
        self
    }

    /// The same with another configuration.
    #[must_use]
    pub fn config(mut self, config: VoiceAgentConfig) -> Self {
        self.service.records = config.fields.records;
        self.config = Arc::new(config);
        self
    }

    /// Begins a conversation, in a task of its own on the current runtime, and waits until the agent hears.
    ///
    /// The task says goodbye to the service at the latest 3 s after the last handle or the stream is dropped, and deletes the
    /// session's record within 20 s more.
    ///
    /// Cancel safe: a dropped call leaves no conversation behind.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn connect(&self) -> Result<(AgentHandle, AgentEvents), Error> {
        let seed = self.config.fields.seed;
        let seed = seed.unwrap_or_else(|| RandomState::new().build_hasher().finish());
        let renews = self.service.renews_credential();
        let machine = Conversation::new(&self.config, renews, seed);
        let (audio_sender, audio) = mpsc::channel(AUDIO_QUEUE);
        let (command_sender, commands) = mpsc::channel(COMMAND_QUEUE);
        let (item_sender, items) = mpsc::channel(ITEM_QUEUE);
        let driver = Driver::new(machine, self.service.clone(), audio, commands, item_sender);
        tokio::spawn(driver.run());
        let handle = AgentHandle::new(audio_sender, command_sender, self.config.fields.input);
        let mut events = AgentEvents::new(items);
        loop {
            match events.next().await {
                Some(Ok(AgentEvent::Ready(session))) => {
                    events.put_back(AgentEvent::Ready(session));
                    return Ok((handle, events));
                }
                Some(Err(error)) => return Err(error),
                Some(Ok(AgentEvent::Closed(_))) | None => return Err(Error::Over),
                // Nothing else makes sense before the agent is ready; a newer service may think otherwise.
                Some(Ok(_)) => {}
            }
        }
    }

    pub(crate) fn parts(&self) -> (&Service, &Fields) {
        (&self.service, &self.config.fields)
    }

    /// Has the service make a temporary token. `valid` is how long it can open a session, 1 to 600 s: keep it at 60 s, since
    /// it was seen to open several. `longest` is how long that session may last, 60 to 10 800 s.
    ///
    /// # Errors
    /// [`Error`] when the service refuses, [`Error::Config`] outside the ranges.
    pub async fn mint_token(&self, valid: Duration, longest: Duration) -> Result<ApiKey, Error> {
        self.service.mint(valid, longest).await
    }
}

#[async_trait]
impl VoiceAgent for VoiceAgentClient {
    fn name(&self) -> &'static str {
        "AssemblyAI voice agent"
    }

    fn privacy(&self) -> Privacy {
        Privacy::remote("AssemblyAI", self.region, Retention::ByContract)
    }

    fn abilities(&self) -> AgentAbilities {
        AgentAbilities {
            resumes: true,
            hands_over: true,
            prompt_replaces: true,
            marks_unspoken: true,
        }
    }

    async fn converse(&self, brief: AgentBrief) -> Result<AgentConnection, AgentFailure> {
        let config = self.config.briefed(brief).map_err(Error::Config)?;
        let (handle, events) = self.clone().config(config).connect().await?;
        let events = events.map(|item| item.map_err(Into::into)).boxed();
        Ok(AgentConnection::new(Arc::new(handle), events))
    }
}
