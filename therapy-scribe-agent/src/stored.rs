//! Agents that are stored at the service (`voice-agent.md` 4.8, 9): the only way to a language model of one's own.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;
use therapy_scribe_core::{ApiKey, Phi};
use therapy_scribe_transport::{HttpClient, HttpReply, HttpRequest};

use crate::{
    VoiceAgentClient,
    config::{ConfigError, ExecutionMode, Fields},
    error::Error,
    service::{Service, encoded},
    wire,
};

/// A language model of the account's own, that a stored agent speaks through. Whoever runs it is sent every conversation.
///
/// It answers `POST {base_url}/chat/completions` as OpenAI does, with a stream, within 10 s. In September 2026 its failures
/// were silent: a reply without a sound or a word, which a conversation tells as
/// [`AgentNotice::NoAnswer`](crate::AgentNotice::NoAnswer).
#[derive(Clone, PartialEq, Eq)]
pub struct OwnModel {
    pub(crate) base_url: String,
    pub(crate) model: String,
    pub(crate) key: ApiKey,
}

impl OwnModel {
    /// A model at an `https://` address, by its name there.
    pub fn new(base_url: impl Into<String>, model: impl Into<String>, key: ApiKey) -> Self {
        Self {
            base_url: base_url.into(),
            model: model.into(),
            key,
        }
    }
}

impl fmt::Debug for OwnModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnModel")
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

impl VoiceAgentClient {
    /// Stores this client's configuration at the service, as an agent of this name, and returns its id for
    /// [`VoiceAgentConfig::stored`](crate::VoiceAgentConfig::stored). Prompt, greeting, tools, voice and tuning are stored;
    /// they stay there until [`delete_agent`](Self::delete_agent), so that nothing about a client belongs into them. Ids
    /// hold on the host that made them, and on no other.
    ///
    /// Cancel safe, but a dropped call may have stored the agent.
    ///
    /// # Errors
    /// [`Error::Config`] for what the service would refuse, and for what is not stored: a webhook, tools that hold the line.
    /// [`Error::Auth`], [`Error::Refused`], [`Error::Busy`], [`Error::Service`] when the service does not store it.
    pub async fn store_agent(&self, name: &str, model: Option<OwnModel>) -> Result<String, Error> {
        #[derive(Deserialize)]
        struct Stored {
            id: String,
        }
        let (service, fields) = self.parts();
        check(fields, name, model.as_ref()).map_err(Error::Config)?;
        let body = wire::stored_agent(fields, name, model.as_ref());
        let request = HttpRequest::post(&service.origin, "/v1/agents").json(body);
        let reply = service.ask(request).await?;
        let stored = serde_json::from_slice::<Stored>(reply.body());
        let unreadable = |_| Error::Service {
            code: "unreadable".to_owned(),
        };
        stored.map(|stored| stored.id).map_err(unreadable)
    }

    /// Deletes a stored agent.
    ///
    /// # Errors
    /// As [`store_agent`](Self::store_agent); [`Error::Refused`] with `agent_not_found` where there is none of this id.
    pub async fn delete_agent(&self, id: &str) -> Result<(), Error> {
        let (service, _) = self.parts();
        let path = format!("/v1/agents/{}", encoded(id));
        let request = HttpRequest::delete(&service.origin, path);
        service.ask(request).await.map(drop)
    }
}

impl Service {
    async fn ask(&self, request: HttpRequest) -> Result<HttpReply, Error> {
        let request = self.request(request).await?;
        let client = HttpClient::new(&self.connector).map_err(Error::Transport)?;
        let reply = client.send(&request).await.map_err(Error::Transport)?;
        judged(reply.status(), reply.body())?;
        Ok(reply)
    }
}

fn check(fields: &Fields, name: &str, model: Option<&OwnModel>) -> Result<(), ConfigError> {
    let require = |holds: bool, parameter, allowed| {
        if holds {
            Ok(())
        } else {
            Err(ConfigError::Range { parameter, allowed })
        }
    };
    if fields.agent_id.is_some() {
        return Err(ConfigError::Conflict(
            "a stored agent is there already: give the configuration that is to be stored",
        ));
    }
    if fields.webhook.is_some() {
        return Err(ConfigError::Conflict(
            "a webhook belongs to a session, and is not stored with an agent: leave it out",
        ));
    }
    let holds = |tool: &crate::VoiceTool| tool.mode == ExecutionMode::Hold;
    if fields.tools.iter().any(holds) {
        return Err(ConfigError::Conflict(
            "a stored agent has no tools that hold the line: make them interactive",
        ));
    }
    require(!name.trim().is_empty(), "name", "a text")?;
    let Some(model) = model else { return Ok(()) };
    let host = model.base_url.strip_prefix("https://").unwrap_or_default();
    let is_plain = model.base_url.bytes().all(|byte| byte.is_ascii_graphic());
    let is_address = !host.is_empty() && is_plain && model.base_url.len() <= 2048;
    require(is_address, "llm.base_url", "an https address")?;
    require(
        !model.model.trim().is_empty(),
        "llm.model",
        "a model's name",
    )
}

/// 7.3; a wrong key is 401 by the documents, and was seen as 404 without a code.
fn judged(status: u16, body: &[u8]) -> Result<(), Error> {
    let code = || status.to_string();
    let body = serde_json::from_slice::<Value>(body).unwrap_or(Value::Null);
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    // Codes and parameters are shown, so only what looks like one is taken for one.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.[]".contains(&byte);
    let name = |field: &str| {
        let name = text(field).filter(|name| name.len() <= 80 && name.bytes().all(plain));
        name.map(str::to_owned)
    };
    match (status, name("code")) {
        (200..=299, _) => Ok(()),
        (401 | 403, _) | (404, None) => Err(Error::Auth),
        (429, _) => Err(Error::Busy { code: code() }),
        (408 | 500.., _) => Err(Error::Service { code: code() }),
        (_, named) => Err(Error::Refused {
            code: named.unwrap_or_else(code),
            parameter: name("param"),
            detail: Phi::new(text("message").unwrap_or_default().to_owned()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refusal_is_told_by_its_code_and_its_words_are_not_shown() {
        let body =
            json!({"code": "validation_error", "message": "CANARY", "param": "voice.voice_id"});
        let error = judged(422, body.to_string().as_bytes()).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(
            shown.contains("voice.voice_id") && !shown.contains("CANARY"),
            "{shown}"
        );
        let odd = json!({"code": "CANARY said so"});
        let error = judged(400, odd.to_string().as_bytes()).unwrap_err();
        assert!(!error.to_string().contains("CANARY"));
        assert!(matches!(
            judged(404, br#"{"detail":"Invalid API key"}"#),
            Err(Error::Auth)
        ));
        assert!(matches!(
            judged(404, br#"{"code":"agent_not_found"}"#),
            Err(Error::Refused { .. })
        ));
        assert!(judged(503, b"<html>").unwrap_err().is_retryable());
        assert!(judged(204, b"").is_ok());
    }
}
