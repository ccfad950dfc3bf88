//! What the service tells a host's server of a session.

use std::fmt;

use therapy_scribe_core::ApiKey;

use super::ConfigError;

/// Has the service post to an address of the host's when the session begins and when its record is complete
/// (`voice-agent.md` 2.1, 9). The service's own documents don't tell of it, its schema does. What it posts may name the
/// session: the server is the host's own.
#[derive(Clone, PartialEq)]
pub struct Webhook {
    pub(crate) url: String,
    pub(crate) events: Vec<WebhookEvent>,
    pub(crate) secret: Option<ApiKey>,
}

/// What a [`Webhook`] is posted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WebhookEvent {
    /// `session.started`.
    SessionStarted,
    /// `session.completed`.
    SessionCompleted,
}

impl WebhookEvent {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::SessionStarted => "session.started",
            Self::SessionCompleted => "session.completed",
        }
    }
}

impl Webhook {
    /// Posts to this address, which begins with `https://`, for these events, of which there is one at least.
    pub fn new(url: impl Into<String>, events: impl IntoIterator<Item = WebhookEvent>) -> Self {
        Self {
            url: url.into(),
            events: events.into_iter().collect(),
            secret: None,
        }
    }

    /// The secret that what is posted is signed with, of 32 characters at least.
    #[must_use]
    pub fn secret(mut self, secret: ApiKey) -> Self {
        self.secret = Some(secret);
        self
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let range = |holds: bool, parameter, allowed| {
            let wrong = ConfigError::Range { parameter, allowed };
            if holds { Ok(()) } else { Err(wrong) }
        };
        let rest = self.url.strip_prefix("https://").unwrap_or_default();
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let is_plain = self.url.bytes().all(|byte| byte.is_ascii_graphic());
        let is_address = !host.is_empty() && !host.contains('@') && is_plain;
        let fits = self.url.len() <= 2048;
        range(
            is_address && fits,
            "webhook.url",
            "an https address of at most 2048 characters, without a user's name",
        )?;
        range(!self.events.is_empty(), "webhook.events", "one at least")?;
        let is_long = |secret: &ApiKey| secret.expose().len() >= 32;
        let is_good = self.secret.as_ref().is_none_or(is_long);
        range(is_good, "webhook.secret", "32 characters at least")
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("events", &self.events)
            .field("has_secret", &self.secret.is_some())
            .finish_non_exhaustive()
    }
}
