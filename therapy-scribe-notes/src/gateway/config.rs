//! How the gateway is used.

use std::time::Duration;

use therapy_scribe_core::Region;
use therapy_scribe_transport::Origin;

use crate::{Error, Result};

/// A checked configuration. The default is the one for patient data: models of vendors that keep nothing, one model a
/// request, so that every note names the model that wrote it.
#[derive(Debug, Clone, PartialEq)]
pub struct GatewayConfig {
    pub(crate) models: Vec<String>,
    pub(crate) fallbacks: Fallbacks,
    pub(crate) temperature: Option<f64>,
    pub(crate) timeout: Duration,
    pub(crate) waits: Vec<Duration>,
}

/// Who falls back to another model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fallbacks {
    /// This client, one request for each model: the note names its model. The default.
    Client,
    /// The gateway, with its own `fallbacks` up to this depth, 1 or 2. An answer may not say which model wrote it, and
    /// data may go to a vendor with other terms.
    Gateway {
        /// How many further models may be tried.
        depth: u8,
    },
}

/// Who makes a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Vendor {
    /// `claude-…`: nothing is kept under a Business Associate Agreement.
    Anthropic,
    /// `gemini-…`: nothing is kept under a Business Associate Agreement.
    Google,
    /// `gpt-…`: abuse logs are kept for 30 days.
    OpenAi,
    /// Anybody else.
    Other,
}

impl Vendor {
    /// By the model's id.
    #[must_use]
    pub fn of(model: &str) -> Self {
        match model.split('-').next() {
            Some("claude") => Self::Anthropic,
            Some("gemini") => Self::Google,
            Some("gpt") if !model.starts_with("gpt-oss") => Self::OpenAi,
            _ => Self::Other,
        }
    }
}

impl GatewayConfig {
    /// Starts from the defaults: `claude-sonnet-4-6`, then `gemini-2.5-pro`.
    pub fn builder() -> GatewayConfigBuilder {
        GatewayConfigBuilder {
            config: Self {
                models: vec!["claude-sonnet-4-6".to_owned(), "gemini-2.5-pro".to_owned()],
                fallbacks: Fallbacks::Client,
                temperature: Some(0.1),
                timeout: Duration::from_secs(120),
                waits: vec![Duration::from_secs(1), Duration::from_secs(4)],
            },
            vendors: vec![Vendor::Anthropic, Vendor::Google],
        }
    }
}

/// Builds a [`GatewayConfig`].
#[derive(Debug, Clone)]
#[must_use]
pub struct GatewayConfigBuilder {
    config: GatewayConfig,
    vendors: Vec<Vendor>,
}

/// Names without the date that the catalogue has them under.
const ALIASES: [&str; 3] = ["claude-haiku-4-5", "claude-sonnet-4-5", "claude-opus-4-5"];

impl GatewayConfigBuilder {
    /// The models, by their exact ids, in the order in which they are tried.
    pub fn models<S: Into<String>>(mut self, models: impl IntoIterator<Item = S>) -> Self {
        self.config.models = models.into_iter().map(Into::into).collect();
        self
    }

    /// Also takes models of this vendor. Anthropic and Google are taken anyway.
    pub fn allow_vendor(mut self, vendor: Vendor) -> Self {
        self.vendors.push(vendor);
        self
    }

    /// Who falls back to another model. Default: this client.
    pub const fn fallbacks(mut self, fallbacks: Fallbacks) -> Self {
        self.config.fallbacks = fallbacks;
        self
    }

    /// 0 to 2, or `None` for models that do not take it. Default 0.1.
    pub const fn temperature(mut self, temperature: Option<f64>) -> Self {
        self.config.temperature = temperature;
        self
    }

    /// How long one request may take. Default 120 s; thinking models may need 180.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.config.timeout = timeout;
        self
    }

    /// How long to wait before each further try of a request that failed for a passing reason. Default 1 s, then 4 s.
    pub fn waits(mut self, waits: &[Duration]) -> Self {
        self.config.waits = waits.to_vec();
        self
    }

    /// The configuration, checked.
    ///
    /// # Errors
    /// [`Error::Config`] for no model, one of a vendor that was not allowed, an alias without a version that the gateway
    /// refuses, or a value outside its range.
    pub fn build(self) -> Result<GatewayConfig> {
        let refuse = |reason: String| Err(Error::Config(reason));
        if self.config.models.is_empty() {
            return refuse("at least one model is needed".to_owned());
        }
        for model in &self.config.models {
            if !self.vendors.contains(&Vendor::of(model)) {
                return refuse(format!(
                    "{model} is of a vendor that was not allowed for patient data; call allow_vendor if it may be used"
                ));
            }
        }
        for model in &self.config.models {
            if ALIASES.contains(&model.as_str()) {
                return refuse(format!(
                    "{model} is an alias that the gateway refuses; the id with its date is needed, see Gateway::models"
                ));
            }
        }
        if self
            .config
            .temperature
            .is_some_and(|temperature| !(0.0..=2.0).contains(&temperature))
        {
            return refuse("the temperature must be 0 to 2".to_owned());
        }
        match self.config.fallbacks {
            Fallbacks::Gateway { depth } if !(1..=2).contains(&depth) => {
                refuse("the gateway falls back to 1 or 2 models".to_owned())
            }
            _ => Ok(self.config),
        }
    }
}

/// Where the gateway of a region is.
pub(crate) fn origin(region: Region) -> Result<Origin> {
    let host = match region {
        Region::Us => "https://llm-gateway.assemblyai.com",
        Region::Eu => "https://llm-gateway.eu.assemblyai.com",
        _ => return Err(Error::Config("this region has no LLM gateway".to_owned())),
    };
    Origin::parse(host).map_err(Error::Transport)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendor_that_keeps_data_is_taken_by_name_only() {
        let said = GatewayConfig::builder()
            .models(["gpt-5.2"])
            .build()
            .unwrap_err()
            .to_string();
        assert!(
            said.contains("gpt-5.2") && said.contains("allow_vendor"),
            "{said}"
        );
        assert!(
            GatewayConfig::builder()
                .models(["gpt-5.2"])
                .allow_vendor(Vendor::OpenAi)
                .build()
                .is_ok()
        );
        assert_eq!(Vendor::of("gpt-oss-20b"), Vendor::Other);
    }

    #[test]
    fn an_alias_without_a_date_is_refused() {
        let build = |model| GatewayConfig::builder().models([model]).build();
        assert!(build("claude-haiku-4-5").is_err());
        assert!(build("claude-haiku-4-5-20251001").is_ok());
    }

    #[test]
    fn values_outside_their_range_are_refused() {
        assert!(
            GatewayConfig::builder()
                .models(Vec::<String>::new())
                .build()
                .is_err()
        );
        assert!(
            GatewayConfig::builder()
                .temperature(Some(2.5))
                .build()
                .is_err()
        );
        assert!(
            GatewayConfig::builder()
                .fallbacks(Fallbacks::Gateway { depth: 3 })
                .build()
                .is_err()
        );
        assert!(GatewayConfig::builder().build().is_ok());
    }
}
