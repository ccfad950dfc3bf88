//! The client.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use async_trait::async_trait;
use serde_json::Value;
use therapy_scribe_core::Privacy;
use therapy_scribe_transport::{
    Again, Connector, HttpClient, HttpReply, HttpRequest, Origin, Retry,
};

use super::{
    OpenAiConfig,
    learned::{Learned, Objection},
    refusal, wire,
};
use crate::{
    ChatModel, ChatReply, ChatRequest, Error, Finish, Result, WallTime,
    completion::{self, Asked},
    envelope, tokens,
};

/// A request is refused for its manner so often at most: twice for the form of the answer, once for the budget's name.
const MANNERS: usize = 4;

/// A server that speaks as OpenAI does, as a [`ChatModel`]: Ollama, vLLM, llama.cpp, LM Studio, OpenAI. Cheap to clone.
///
/// The schema of an answer is asked for in the strictest way that the server takes, which is found out with the first
/// request and remembered by the client and its clones; it always stands in the prompt as well. Requests that are refused
/// for that are not counted as tries: nothing was written.
///
/// ```
/// use therapy_scribe_core::Privacy;
/// use therapy_scribe_notes::{JsonMode, OpenAiCompatible, OpenAiConfig};
///
/// let config = OpenAiConfig::builder("http://127.0.0.1:11434/v1", "qwen3:8b", Privacy::local())
///     .context_window(16_384)
///     .least(JsonMode::Object)
///     .build()?;
/// let model = OpenAiCompatible::new(config)?;
/// # Ok::<(), therapy_scribe_notes::Error>(())
/// ```
#[derive(Clone)]
pub struct OpenAiCompatible {
    http: HttpClient,
    config: Arc<OpenAiConfig>,
    learned: Arc<Learned>,
}

impl OpenAiCompatible {
    /// A client of a server.
    ///
    /// # Errors
    /// [`Error::Transport`] when TLS can't be set up.
    pub fn new(config: OpenAiConfig) -> Result<Self> {
        let connector = Connector::new().map_err(Error::Transport)?;
        Self::through(&connector, config)
    }

    /// The same with another way to the network.
    ///
    /// # Errors
    /// [`Error::Transport`] when the connector's TLS or proxy can't be used.
    pub fn through(connector: &Connector, config: OpenAiConfig) -> Result<Self> {
        Ok(Self {
            http: HttpClient::new(connector).map_err(Error::Transport)?,
            config: Arc::new(config),
            learned: Arc::new(Learned::new()),
        })
    }

    fn call(&self, make: fn(&Origin, String) -> HttpRequest, path: &str) -> HttpRequest {
        let call = make(&self.config.origin, format!("{}{path}", self.config.prefix));
        match &self.config.key {
            Some(key) => call.header("authorization", format!("Bearer {}", key.expose())),
            None => call,
        }
    }

    async fn ask(
        &self,
        request: &ChatRequest,
        body: String,
        used: &AtomicUsize,
    ) -> Result<HttpReply> {
        let deadline = self
            .config
            .deadline(tokens::estimate(&body), request.max_tokens);
        let call = self
            .call(HttpRequest::post, "/chat/completions")
            .timeout(deadline)
            .json(body);
        let left = request.tries.saturating_sub(used.load(Ordering::Relaxed));
        let waits = &self.config.waits;
        let waits = waits.get(..left.saturating_sub(1)).unwrap_or(waits);
        let retry = Retry::new(waits, seed(self));
        let judge = |outcome: &Result<HttpReply, therapy_scribe_transport::Error>| {
            used.fetch_add(1, Ordering::Relaxed);
            match outcome {
                Ok(reply) if reply.status() == 429 => {
                    Again::After(reply.retry_after().unwrap_or(envelope::CROWDED))
                }
                outcome => Again::if_it_passes(outcome),
            }
        };
        let sent = self.http.send_while(&call, &retry, judge).await;
        sent.map_err(Error::Transport)
    }

    fn read(&self, reply: &HttpReply, sent: &str, began: Instant) -> Result<ChatReply> {
        let model = &self.config.model;
        let broken = |_| Error::Service {
            status: reply.status(),
        };
        let answer: completion::Reply = serde_json::from_slice(reply.body()).map_err(broken)?;
        let answer = answer.into_reply(Asked::Alone(model), began.elapsed());
        tracing::debug!(
            model,
            output_tokens = answer.usage.output_tokens,
            finish = ?answer.finish,
            "the model answered"
        );
        if tokens::are_too_few(answer.usage.input_tokens, sent) {
            tracing::warn!(
                model,
                input_tokens = answer.usage.input_tokens,
                "the server has cut the prompt"
            );
            return Err(Error::TooLong {
                model: model.clone(),
            });
        }
        Ok(answer)
    }
}

#[async_trait]
impl ChatModel for OpenAiCompatible {
    fn name(&self) -> &'static str {
        "OpenAI-compatible server"
    }

    fn privacy(&self) -> Privacy {
        self.config.privacy.clone()
    }

    /// A server that does not know tools refuses the request, or answers as if there were none.
    fn takes_tools(&self) -> bool {
        true
    }

    fn context_window(&self) -> Option<u32> {
        Some(self.config.context_window)
    }

    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply> {
        let (used, began) = (AtomicUsize::new(0), Instant::now());
        let mut manner = self.learned.manner();
        for _ in 0..MANNERS {
            let body = wire::request(request, &self.config, manner).to_string();
            let reply = self.ask(request, body.clone(), &used).await?;
            if reply.is_success() {
                let mut answer = self.read(&reply, &body, began)?;
                // There is no other model here to ask.
                if answer.finish == Finish::Declined {
                    return Err(Error::Declined);
                }
                answer.tries = used.load(Ordering::Relaxed);
                return Ok(answer);
            }
            let objection = refusal::objection(reply.status(), reply.body());
            // Without a form there is none to object to: a tool's schema it is, then.
            let objection = objection
                .filter(|objection| *objection == Objection::Limit || request.schema.is_some());
            let other = objection.and_then(|objection| {
                let least = self.config.least;
                self.learned.after(manner, objection, least)
            });
            let Some(other) = other else {
                return Err(refusal::of(&reply, &self.config.model));
            };
            tracing::info!(manner = ?other, "the server is asked in another way");
            used.fetch_sub(1, Ordering::Relaxed);
            manner = other;
        }
        Err(Error::Service { status: 400 })
    }

    /// Whether the server answers, takes the key, lists the model where it lists several, and reads as much as was
    /// configured where it says how much that is.
    async fn check(&self, now: WallTime) -> Result<()> {
        let _ = now;
        let call = self.call(HttpRequest::get, "/models");
        let reply = self.http.send(&call).await.map_err(Error::Transport)?;
        match reply.status() {
            200..=299 => listed(reply.body(), &self.config),
            // Not every server has a list.
            404 | 405 => Ok(()),
            _ => Err(refusal::of(&reply, &self.config.model)),
        }
    }
}

fn listed(body: &[u8], config: &OpenAiConfig) -> Result<()> {
    let list = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let models = list.get("data").and_then(Value::as_array);
    let models = models.map(Vec::as_slice).unwrap_or_default();
    let id = |model: &Value| model.get("id").and_then(Value::as_str).map(str::to_owned);
    let latest = format!("{}:latest", config.model);
    let is_it = |model: &&Value| id(model).is_some_and(|id| id == config.model || id == latest);
    let unusable = |reason| {
        let model = config.model.clone();
        Err(Error::Model { model, reason })
    };
    match models.iter().find(is_it) {
        // A server of one model may take any name for it.
        None if models.len() > 1 => unusable("the server does not list it"),
        Some(model) if window(model).is_some_and(|has| has < config.context_window.into()) => {
            unusable("its context window is smaller than was configured")
        }
        _ => Ok(()),
    }
}

/// How much a listed model reads, in the words of vLLM, llama.cpp and others.
fn window(model: &Value) -> Option<u64> {
    let places = ["/max_model_len", "/context_length", "/meta/n_ctx"];
    places
        .iter()
        .find_map(|place| model.pointer(place)?.as_u64())
}

/// Something that differs between processes, so that clients do not retry in step.
fn seed(client: &OpenAiCompatible) -> u64 {
    u64::try_from(Arc::as_ptr(&client.config).addr()).unwrap_or(0)
}

impl fmt::Debug for OpenAiCompatible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiCompatible")
            .field("config", &self.config)
            .field("learned", &self.learned)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_models_tells_what_it_can() {
        let config = OpenAiConfig::builder("http://localhost/v1", "m", Privacy::local());
        let config = config.build().unwrap();
        for (list, is_fine) in [
            (r#"{"data":[{"id":"other.gguf"}]}"#, true),
            (r#"{"data":[{"id":"a"},{"id":"m:latest"}]}"#, true),
            (r#"{"data":[{"id":"a"},{"id":"b"}]}"#, false),
            (r#"{"data":[{"id":"m","max_model_len":8192}]}"#, true),
            (r#"{"data":[{"id":"m","max_model_len":4096}]}"#, false),
            (r#"{"data":[{"id":"m","meta":{"n_ctx":4096}}]}"#, false),
            (r#"{"data":null}"#, true),
            ("models", true),
        ] {
            assert_eq!(listed(list.as_bytes(), &config).is_ok(), is_fine, "{list}");
        }
    }
}
