//! The client: one model a request, one after the other.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use therapy_scribe_core::{ApiKey, Privacy, Region, Retention};
use therapy_scribe_transport::{
    Again, Connector, HttpClient, HttpReply, HttpRequest, Origin, Retry,
};

use super::{Fallbacks, GatewayConfig, config, refusal, wire};
use crate::{ChatModel, ChatReply, ChatRequest, Error, Finish, Result, WallTime, completion};

const CHAT: &str = "/v1/chat/completions";
const MODELS: &str = "/v1/models";
const USER_AGENT: &str = concat!(
    "AssemblyAI/1.0 (integration=TherapyScribe/",
    env!("CARGO_PKG_VERSION"),
    ")"
);

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
    /// The smallest context of the configured models, as the catalogue last said; 0 while it was not asked.
    context_window: Arc<AtomicU32>,
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
            context_window: Arc::default(),
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
            return Err(refusal::of(&reply, ""));
        }
        let broken = |_| Error::Service {
            status: reply.status(),
        };
        let catalogue: wire::Catalogue = serde_json::from_slice(reply.body()).map_err(broken)?;
        let models: Vec<_> = catalogue.models().map(ModelInfo::from).collect();
        self.learn_from(&models);
        Ok(models)
    }

    fn learn_from(&self, catalogue: &[ModelInfo]) {
        let ours = catalogue
            .iter()
            .filter(|model| self.config.models.contains(&model.id));
        if let Some(least) = ours.filter_map(|model| model.context_length).min() {
            let least = u32::try_from(least).unwrap_or(u32::MAX);
            self.context_window.store(least, Ordering::Relaxed);
        }
    }

    /// The models in the order in which they are asked this.
    fn in_turn(&self, request: &ChatRequest) -> Vec<String> {
        let mut models = self.config.models.clone();
        models.sort_by_key(|model| {
            let is_preferred = request.prefer.as_ref() == Some(model);
            (!is_preferred, request.avoid.contains(model))
        });
        models
    }

    async fn ask(
        &self,
        request: &ChatRequest,
        model: &str,
        others: &[String],
        tries: Tries<'_>,
    ) -> Result<ChatReply> {
        let body = wire::request(request, &self.config, model, others).to_string();
        let call = HttpRequest::post(&self.origin, CHAT)
            .key(&self.key)
            .header("user-agent", USER_AGENT)
            .timeout(self.config.timeout)
            .json(body);
        let waits = &self.config.waits;
        let waits = waits.get(..tries.allowed - 1).unwrap_or(waits);
        let retry = Retry::new(waits, seed(&self.config));
        let began = Instant::now();
        let judge = |outcome: &Result<HttpReply, therapy_scribe_transport::Error>| {
            tries.used.fetch_add(1, Ordering::Relaxed);
            match outcome {
                Ok(reply) if reply.status() == 429 => Again::After(refusal::patience(reply)),
                outcome => Again::if_it_passes(outcome),
            }
        };
        let reply = self
            .http
            .send_while(&call, &retry, judge)
            .await
            .map_err(Error::Transport)?;
        if !reply.is_success() {
            return Err(refusal::of(&reply, model));
        }
        let broken = |_| Error::Service {
            status: reply.status(),
        };
        let answer: completion::Reply = serde_json::from_slice(reply.body()).map_err(broken)?;
        let asked = match self.config.fallbacks {
            Fallbacks::Client => completion::Asked::Alone(model),
            Fallbacks::Gateway { .. } => completion::Asked::First(model),
        };
        let answer = answer.into_reply(asked, began.elapsed());
        tracing::debug!(
            model,
            request_id = answer.request_id.as_deref().unwrap_or_default(),
            output_tokens = answer.usage.output_tokens,
            finish = ?answer.finish,
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

    /// Models that list no tools refuse them, as the catalogue says ([`ModelInfo::tools`]).
    fn takes_tools(&self) -> bool {
        true
    }

    /// The smallest of its models, once the catalogue was asked, as [`check`](ChatModel::check) does.
    fn context_window(&self) -> Option<u32> {
        Some(self.context_window.load(Ordering::Relaxed)).filter(|tokens| *tokens > 0)
    }

    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply> {
        let used = AtomicUsize::new(0);
        let models = self.in_turn(request);
        if let (Fallbacks::Gateway { .. }, Some((first, others))) =
            (self.config.fallbacks, models.split_first())
        {
            // The gateway repeats and falls back by itself; each call can be several generations already.
            let tries = Tries {
                allowed: 1,
                used: &used,
            };
            return self.ask(request, first, others, tries).await;
        }
        let mut last = Error::Declined;
        for (index, model) in models.iter().enumerate() {
            let left = request.tries.saturating_sub(used.load(Ordering::Relaxed));
            if left == 0 {
                break;
            }
            // Every model that follows keeps one try for itself, as far as they go.
            let allowed = left.saturating_sub(models.len() - index - 1).max(1);
            let tries = Tries {
                allowed,
                used: &used,
            };
            match self.ask(request, model, &[], tries).await {
                // A refusal of one model is not a refusal of the next.
                Ok(reply) if reply.finish == Finish::Declined => last = Error::Declined,
                Ok(mut reply) => {
                    reply.tries = used.load(Ordering::Relaxed);
                    return Ok(reply);
                }
                Err(error) if error.may_be_the_model() => {
                    tracing::info!(model, "the model did not answer; the next one is asked");
                    last = error;
                }
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    /// Whether every model of the configuration is in the catalogue, takes a schema and the configured parameters, and
    /// stays for another 30 days.
    async fn check(&self, now: WallTime) -> Result<()> {
        let catalogue = self.models().await?;
        let unusable = |id: &String| {
            let listed = catalogue.iter().find(|model| model.id == *id);
            let reason = listed.map_or(Some("the service does not list it"), |model| {
                model.obstacle(&self.config, now)
            })?;
            Some(Error::Model {
                model: id.clone(),
                reason,
            })
        };
        self.config
            .models
            .iter()
            .find_map(unusable)
            .map_or(Ok(()), Err)
    }
}

/// How often one model may be called, and how often any has been for this answer.
#[derive(Clone, Copy)]
struct Tries<'a> {
    allowed: usize,
    used: &'a AtomicUsize,
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
    /// Whether it takes tools.
    pub tools: bool,
    /// Whether it takes a temperature; some that think first do not.
    pub temperature: bool,
    /// When it will be gone, in seconds since 1970; `None`: not announced.
    pub retires_at: Option<u64>,
}

/// A host that starts today should not stand without its model within the month.
const NOTICE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

impl ModelInfo {
    /// Why it can't be used as it is configured.
    fn obstacle(&self, config: &GatewayConfig, now: WallTime) -> Option<&'static str> {
        let soon = Duration::from_millis(now.as_unix_millis()) + NOTICE;
        if !self.structured_output {
            Some("it has no structured output")
        } else if config.temperature.is_some() && !self.temperature {
            Some("it takes no temperature; configure none")
        } else if self.retires_at.is_some_and(|at| at <= soon.as_secs()) {
            Some("it retires within 30 days, or has already")
        } else {
            None
        }
    }
}

impl From<wire::Model> for ModelInfo {
    fn from(model: wire::Model) -> Self {
        let parameters = model.supported_parameters.unwrap_or_default();
        let takes = |name: &str| parameters.iter().any(|parameter| parameter == name);
        Self {
            id: model.id,
            context_length: model.context_length,
            structured_output: takes("response_format"),
            tools: takes("tools"),
            temperature: takes("temperature"),
            retires_at: model
                .retirement_date
                .and_then(|date| Duration::try_from_secs_f64(date).ok())
                .map(|date| date.as_secs())
                .filter(|date| *date > 0),
        }
    }
}
