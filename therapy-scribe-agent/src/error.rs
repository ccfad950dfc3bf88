//! What can go wrong with a voice agent. The service's own texts may quote what was sent: they are kept, never shown.

use std::time::Duration;

use therapy_scribe_core::{BoxError, Phi};
use therapy_scribe_transport as transport;

use crate::{AgentFailure, ToolRefused, config::ConfigError};

/// Why a conversation did not come about, or ended. Each says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// What was asked for can't work.
    #[error(transparent)]
    Config(ConfigError),
    /// A tool that can't be offered.
    #[error(transparent)]
    Tool(ToolRefused),
    /// The audio source can't be used.
    #[error(transparent)]
    Audio(therapy_scribe_core::AudioError),
    /// The service could not be reached.
    #[error(transparent)]
    Transport(transport::Error),
    /// The service refused the key.
    #[error(
        "the voice agent service refused the key: check ASSEMBLYAI_API_KEY, or the key or token given to the client"
    )]
    Auth,
    /// No token could be had.
    #[error("no temporary token could be had")]
    Token(#[source] BoxError),
    /// The reply to a request for a token was no token.
    #[error("the voice agent service's answer was not a token: check the address of the service")]
    NoToken,
    /// The service refused the session.
    #[error("the voice agent service refused the session ({}): correct the configuration", refused(code, parameter.as_deref()))]
    #[non_exhaustive]
    Refused {
        /// Its code.
        code: String,
        /// What it complains of, where it said.
        parameter: Option<String>,
        /// Its words; they may quote.
        detail: Phi<String>,
    },
    /// The account or the service has no room.
    #[error(
        "the voice agent service takes no further session ({code}): end others, or wait half a minute"
    )]
    #[non_exhaustive]
    Busy {
        /// Its code.
        code: String,
    },
    /// A fault at the service.
    #[error("the voice agent service failed ({code}): try again")]
    #[non_exhaustive]
    Service {
        /// Its code, or that of the WebSocket's close.
        code: String,
    },
    /// The service opened a connection and was not ready in time.
    #[error("the voice agent was not ready within {} seconds: try again", after.as_secs())]
    #[non_exhaustive]
    NoAnswer {
        /// How long was waited.
        after: Duration,
    },
    /// The session's time is up, and there was no recap to begin another with.
    #[error("the conversation reached its longest duration: begin another one")]
    Expired,
    /// The connection was lost, and could not be made again in time.
    #[error(
        "the connection to the voice agent was lost and could not be made again: begin another conversation"
    )]
    Lost(#[source] Option<Box<Error>>),
    /// The conversation is over; its events say why.
    #[error("the conversation is over")]
    Over,
    /// The conversation's own task ended; a defect of this crate.
    #[error("the conversation's task was lost: please report this")]
    DriverLost,
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration, or a value that was given.
    Configuration,
    /// Key, token or account.
    Access,
    /// A limit of the account or of the session.
    Limit,
    /// The network.
    Network,
    /// The service.
    Service,
    /// The conversation is over.
    Over,
    /// This crate.
    Internal,
}

impl Error {
    /// What kind of failure it is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Config(_) | Self::Tool(_) | Self::Audio(_) | Self::Refused { .. } => {
                ErrorKind::Configuration
            }
            Self::Auth | Self::Token(_) => ErrorKind::Access,
            Self::Busy { .. } | Self::Expired => ErrorKind::Limit,
            Self::Transport(_) | Self::Lost(_) => ErrorKind::Network,
            Self::NoToken | Self::Service { .. } | Self::NoAnswer { .. } => ErrorKind::Service,
            Self::Over => ErrorKind::Over,
            Self::DriverLost => ErrorKind::Internal,
        }
    }

    /// Whether another conversation with the same configuration can come about.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Transport(error) => error.is_retryable(),
            Self::Token(_)
            | Self::Busy { .. }
            | Self::Service { .. }
            | Self::NoAnswer { .. }
            | Self::Expired
            | Self::Lost(_) => true,
            _ => false,
        }
    }

    /// How long to wait before that: a session that was lost occupies its place for half a minute.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { .. } => Some(Duration::from_secs(30)),
            _ if self.is_retryable() => Some(Duration::from_millis(500)),
            _ => None,
        }
    }
}

/// Tools are checked where they are added, without a conversation; a host that has both handles one error.
impl From<ToolRefused> for Error {
    fn from(refused: ToolRefused) -> Self {
        Self::Tool(refused)
    }
}

/// As with tools.
impl From<ConfigError> for Error {
    fn from(refused: ConfigError) -> Self {
        Self::Config(refused)
    }
}

impl From<Error> for AgentFailure {
    fn from(error: Error) -> Self {
        Self::new(error.to_string(), error.is_retryable(), Some(error.into()))
    }
}

fn refused(code: &str, parameter: Option<&str>) -> String {
    match parameter {
        Some(parameter) => format!("{code}, `{parameter}`"),
        None => code.to_owned(),
    }
}
