//! What can go wrong with streaming. The service's own texts may quote a parameter, so they are read, never shown.

mod classify;

use std::time::Duration;

use therapy_scribe_core::{BoxError, InvalidApiKey, Phi, RetryAdvice, SttFailure};
use therapy_scribe_transport as transport;

use crate::config::ConfigError;

pub(crate) use classify::classify;

/// Why a streaming session did not come about, or ended. Each says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration can't work.
    #[error(transparent)]
    Config(ConfigError),
    /// The key is no key.
    #[error(transparent)]
    Key(InvalidApiKey),
    /// The service could not be reached.
    #[error(transparent)]
    Transport(transport::Error),
    /// The service refused the key.
    #[error(
        "the speech service refused the key: check ASSEMBLYAI_API_KEY, or the key given to the client"
    )]
    Auth,
    /// A temporary token is too old.
    #[error("the temporary token has expired: a new one is needed for every connection")]
    TokenExpired,
    /// No token could be had.
    #[error("no temporary token could be had")]
    Token(#[source] BoxError),
    /// The account may not be used.
    #[error(
        "the speech service refused the account: check its balance and status in the dashboard"
    )]
    #[non_exhaustive]
    Account {
        /// The service's words.
        detail: Phi<String>,
    },
    /// The service refused the session, and its reason did not come through.
    #[error(
        "the speech service refused the session without saying why: check the key and the account, and wait half a minute"
    )]
    Unexplained,
    /// Too many sessions were opened lately.
    #[error(
        "too many sessions were opened within a minute: wait half a minute, and check for sessions left open"
    )]
    TooManySessions,
    /// The service does not have the model.
    #[error("the speech service does not take the model {model}")]
    #[non_exhaustive]
    Model {
        /// The model that was asked for.
        model: String,
    },
    /// The service refused a parameter or message.
    #[error("the speech service refused {}", what(parameter.as_deref()))]
    #[non_exhaustive]
    Refused {
        /// The parameter, where the service named it.
        parameter: Option<String>,
        /// The service's words; they may quote the value.
        detail: Phi<String>,
    },
    /// Nothing was sent for as long as `inactivity_timeout` allows.
    #[error(
        "the session ended because nothing was sent: send silence while muted, or choose a longer inactivity timeout"
    )]
    Inactive,
    /// Frames of a length that the service does not take; a defect of this crate.
    #[error("the speech service refused the length of an audio message: please report this")]
    Framing,
    /// A message beyond the service's limit of 128 KB.
    #[error("a message was too large for the speech service: send smaller pieces of encoded audio")]
    MessageTooLarge,
    /// Audio was sent too much faster than it was spoken.
    #[error("audio was sent too fast: pace it at the speed of speech")]
    TooFast,
    /// The longest session is over.
    #[error("the session reached its longest duration: open another one")]
    Expired,
    /// A fault at the service.
    #[error("the speech service failed (code {code}): try again")]
    #[non_exhaustive]
    Service {
        /// The service's code.
        code: u16,
    },
    /// The service opened a connection and then said nothing.
    #[error("the speech service did not answer within {} seconds: check its status page, then try again", after.as_secs())]
    #[non_exhaustive]
    NoAnswer {
        /// How long was waited.
        after: Duration,
    },
    /// The service went silent in the middle of a session.
    #[error("the speech service went silent for {} seconds", after.as_secs())]
    #[non_exhaustive]
    Stalled {
        /// How long was waited.
        after: Duration,
    },
    /// The service closed the session without a reason.
    #[error("the speech service closed the session early")]
    ClosedEarly,
    /// The reply to a request for a token was no token.
    #[error("the speech service's answer was not a token: check the address of the service")]
    NoToken,
    /// The session's own task ended; a defect of this crate.
    #[error("the session's task was lost: please report this")]
    DriverLost,
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration or a parameter.
    Configuration,
    /// Key, token or account.
    Access,
    /// A limit of the account or of the session.
    Limit,
    /// The network.
    Network,
    /// The service.
    Service,
    /// This crate.
    Internal,
}

impl Error {
    /// What kind of failure it is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Config(_) | Self::Model { .. } | Self::Refused { .. } => ErrorKind::Configuration,
            Self::Key(_)
            | Self::Auth
            | Self::TokenExpired
            | Self::Token(_)
            | Self::Unexplained
            | Self::Account { .. } => ErrorKind::Access,
            Self::TooManySessions
            | Self::Inactive
            | Self::TooFast
            | Self::Expired
            | Self::MessageTooLarge => ErrorKind::Limit,
            Self::Transport(_) => ErrorKind::Network,
            Self::Service { .. }
            | Self::NoAnswer { .. }
            | Self::Stalled { .. }
            | Self::NoToken
            | Self::ClosedEarly => ErrorKind::Service,
            Self::Framing | Self::DriverLost => ErrorKind::Internal,
        }
    }

    /// Whether another connection with the same parameters can help, and after how long (`streaming-stt.md` 8.1).
    #[must_use]
    pub const fn advice(&self) -> RetryAdvice {
        let soon = RetryAdvice::After(Duration::from_millis(500));
        match self {
            Self::TooManySessions | Self::Unexplained => {
                RetryAdvice::After(Duration::from_secs(30))
            }
            Self::Expired => RetryAdvice::After(Duration::ZERO),
            Self::TokenExpired
            | Self::Token(_)
            | Self::Inactive
            | Self::TooFast
            | Self::Service { .. }
            | Self::NoAnswer { .. }
            | Self::Stalled { .. }
            | Self::ClosedEarly => soon,
            Self::Transport(error) if error.is_retryable() => soon,
            _ => RetryAdvice::Never,
        }
    }

    /// Whether another connection with the same parameters can help.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self.advice(), RetryAdvice::After(_))
    }

    /// How long to wait before that.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self.advice() {
            RetryAdvice::After(wait) => Some(wait),
            _ => None,
        }
    }
}

impl From<Error> for SttFailure {
    fn from(error: Error) -> Self {
        Self::new(error.to_string(), error.advice(), Some(error.into()))
    }
}

fn what(parameter: Option<&str>) -> String {
    match parameter {
        Some(parameter) => format!("the parameter `{parameter}`: correct it or leave it out"),
        None => "a message: please report this".to_owned(),
    }
}
