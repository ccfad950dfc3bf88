//! The client: one model a request, one after the other.

use std::{fmt, time::Instant};

use async_trait::async_trait;
use therapy_scribe_core::{ApiKey, Privacy, Region, Retention};
use therapy_scribe_transport::{Connector, HttpClient, HttpRequest, Origin, Retry};

use super::{Fallbacks, GatewayConfig, config, refusal, wire};
use crate::{ChatModel, ChatReply, ChatRequest, Error, Finish, Result};

const CHAT: &str = "/v1/chat/completions";
const MODELS: &str = "/v1/models";
const USER_AGENT: &str = concat!(
    "AssemblyAI/1.0 (integration=TherapyScribe/",
    env!("CARGO_PKG_VERSION"),
    ")"
);

/// Each try may be billed, even one whose answer never came.
const MOST_TRIES: usize = 3;

/// AssemblyAI's LLM Gateway as a [`ChatModel`]. Cheap to clone.
///
/// Zero retention holds only with a signed Business Associate Agreement and for models of Anthropic and Google, which are
/// the only ones it takes unless told otherwise.
#[derive(Clone)]
pub struct Gateway {
    http: HttpClient,
    origin: Origin,
    region: Option<Region>,
    key: ApiKey,
    config: GatewayConfig,
}

impl Gateway {
    /// The gateway of a region.
    ///
    /// # Errors
    /// [`Error::Transport`] when TLS can't be set up.
    pub fn new(region: Region, key: ApiKey, config: GatewayConfig) -> Result<Self> {
        let connector = Connector::new().map_err(Error::Transport)?;
        let gateway = Self::at(&connector, &config::origin(region)?, key, config)?;
        Ok(Self {
            region: Some(region),
            ..gateway
        })
    }

    /// A gateway at any address, reached in any way.
    ///
    /// # Errors
    /// [`Error::Transport`] when the connector's TLS or proxy can't be used.
    pub fn at(
        connector: &Connector,
        origin: &Origin,
        key: ApiKey,
        config: GatewayConfig,
    ) -> Result<Self> {
        let http = HttpClient::new(connector).map_err(Error::Transport)?;
        Ok(Self {
            http,
            origin: origin.for_http(),
            region: None,
            key,
            config,
        })
    }

    /// The same for a region's address but with another way to the network.
    ///
    /// # Errors
    /// As [`at`](Self::at).
    pub fn through(
        connector: &Connector,
        region: Region,
        key: ApiKey,
        config: GatewayConfig,
    ) -> Result<Self> {
        let gateway = Self::at(connector, &config::origin(region)?, key, config)?;
        Ok(Self {
            region: Some(region),
            ..gateway
        })
    }

    /// The models that the gateway has now. The list changes within minutes.
    ///
    /// # Errors
    /// [`Error::Transport`], or what the service says.
    pub async fn models(&self) -> Result<Vec<ModelInfo>> {
        let request = HttpRequest::get(&self.origin, MODELS).header("user-agent", USER_AGENT);
        let reply = self.http.send(&request).await.map_err(Error::Transport)?;
        if !reply.is_success() {
            return Err(refusal::error(
                reply.status(),
                reply.body(),
                reply.retry_after(),
                "",
            ));
        }
        let broken = |_| Error::Service {
            status: reply.status(),
        };
        let catalogue: wire::Catalogue = serde_json::from_slice(reply.body()).map_err(broken)?;
        Ok(catalogue
            .data
            .unwrap_or_default()
            .into_iter()
            .map(ModelInfo::from)
            .collect())
    }

    /// Checks that every model of the configuration is there and can write a note: to be called when a host starts.
    ///
    /// # Errors
    /// [`Error::Model`] for the first that can't be used.
    pub async fn check(&self) -> Result<()> {
        let models = self.models().await?;
        for id in &self.config.models {
            let unusable = |reason| Error::Model {
                model: id.clone(),
                reason,
            };
            let model = models
                .iter()
                .find(|model| model.id == *id)
                .ok_or_else(|| unusable("the service does not list it"))?;
            if !model.structured_output {
                return Err(unusable("it has no structured output"));
            }
        }
        Ok(())
    }

    async fn ask(
        &self,
        request: &ChatRequest,
        model: &str,
        others: &[String],
        tries: usize,
    ) -> Result<ChatReply> {
        let body = wire::request(request, &self.config, model, others).to_string();
        let call = HttpRequest::post(&self.origin, CHAT)
            .key(&self.key)
            .header("user-agent", USER_AGENT)
            .timeout(self.config.timeout)
            .json(body);
        let waits = self
            .config
            .waits
            .get(..tries.saturating_sub(1))
            .unwrap_or(&self.config.waits);
        let retry = Retry::new(waits, seed(&self.config));
        let began = Instant::now();
        let reply = self
            .http
            .send_with_retry(&call, &retry)
            .await
            .map_err(Error::Transport)?;
        if !reply.is_success() {
            return Err(refusal::error(
                reply.status(),
                reply.body(),
                reply.retry_after(),
                model,
            ));
        }
        let broken = |_| Error::Service {
            status: reply.status(),
        };
        let answer: wire::Reply = serde_json::from_slice(reply.body()).map_err(broken)?;
        let sole = (self.config.fallbacks == Fallbacks::Client).then_some(model);
        let answer = answer.into_reply(sole, began.elapsed());
        tracing::debug!(
            model,
            request_id = answer.request_id.as_deref().unwrap_or_default(),
            output_tokens = answer.usage.output_tokens,
            "the model answered"
        );
        Ok(answer)
    }
}

#[async_trait]
impl ChatModel for Gateway {
    fn name(&self) -> &'static str {
        "AssemblyAI LLM Gateway"
    }

    fn privacy(&self) -> Privacy {
        Privacy::remote(
            "AssemblyAI, and the model's vendor",
            self.region,
            Retention::ByContract,
        )
    }

    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply> {
        let models = &self.config.models;
        if let (Fallbacks::Gateway { .. }, Some((first, others))) =
            (self.config.fallbacks, models.split_first())
        {
            return self.ask(request, first, others, MOST_TRIES).await;
        }
        let mut last = Error::Declined;
        for (index, model) in models.iter().enumerate() {
            // Every model that follows keeps one try for itself.
            let tries = MOST_TRIES.saturating_sub(models.len() - 1).max(1);
            let tries = if index == 0 { tries } else { 1 };
            match self.ask(request, model, &[], tries).await {
                // A refusal of one model is not a refusal of the next.
                Ok(reply) if reply.finish == Finish::Declined => last = Error::Declined,
                Ok(reply) => return Ok(reply),
                Err(error) if error.may_be_the_model() => {
                    tracing::info!(model, "the model did not answer; the next one is asked");
                    last = error;
                }
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("origin", &self.origin)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// Something that differs between processes, so that clients do not retry in step.
fn seed(config: &GatewayConfig) -> u64 {
    u64::try_from(std::ptr::from_ref(config).addr()).unwrap_or(0)
}

/// A model of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelInfo {
    /// Its exact id.
    pub id: String,
    /// Tokens that it can read.
    pub context_length: Option<u64>,
    /// Whether it takes a schema for its answer.
    pub structured_output: bool,
    /// When it will be gone, in seconds since 1970; `None`: not announced.
    pub retires_at: Option<u64>,
}

impl From<wire::Model> for ModelInfo {
    fn from(model: wire::Model) -> Self {
        let parameters = model.supported_parameters.unwrap_or_default();
        Self {
            id: model.id,
            context_length: model.context_length,
            structured_output: parameters
                .iter()
                .any(|parameter| parameter == "response_format"),
            retires_at: model.retirement_date.filter(|date| *date > 0),
        }
    }
}
