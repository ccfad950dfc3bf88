//! What goes over the wire, in the gateway's own words (`llm-gateway.md` 3, 10). Everything in the catalogue is optional,
//! and lists may be null.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Fallbacks, GatewayConfig, Vendor};
use crate::{
    ChatRequest,
    completion::{self, lenient},
};

/// The body of a request for one model.
pub(super) fn request(
    request: &ChatRequest,
    config: &GatewayConfig,
    model: &str,
    others: &[String],
) -> Value {
    let mut body = Map::new();
    body.insert("model".to_owned(), model.into());
    body.insert(
        "messages".to_owned(),
        completion::messages(&request.system, request).into(),
    );
    body.insert(
        "max_tokens".to_owned(),
        budget(model, request.max_tokens).into(),
    );
    if let Some(temperature) = config.temperature {
        body.insert("temperature".to_owned(), json!(temperature));
    }
    if let Some(schema) = &request.schema {
        let strict = json!({"name": schema.name, "strict": true, "schema": schema.schema});
        body.insert(
            "response_format".to_owned(),
            json!({"type": "json_schema", "json_schema": strict}),
        );
    }
    if let Some(tools) = completion::offers(request) {
        body.insert("tools".to_owned(), tools);
    }
    // The gateway repeats a failed try by itself unless told not to; this client counts its own tries.
    let fallback_config = match config.fallbacks {
        Fallbacks::Client => json!({"retry": false}),
        Fallbacks::Gateway { depth } => {
            let models: Vec<_> = others.iter().map(|model| json!({"model": model})).collect();
            body.insert("fallbacks".to_owned(), models.into());
            json!({"retry": true, "depth": depth})
        }
    };
    body.insert("fallback_config".to_owned(), fallback_config);
    Value::Object(body)
}

/// Google's models think within the budget for the answer (3.1, 3.3).
fn budget(model: &str, max_tokens: u32) -> u32 {
    match Vendor::of(model) {
        Vendor::Google => max_tokens.saturating_add(max_tokens / 2),
        _ => max_tokens,
    }
}

/// The catalogue. Entries that can't be read are left out: one odd model must not hide the others.
#[derive(Debug, Deserialize)]
pub(super) struct Catalogue {
    #[serde(default)]
    data: Option<Vec<Value>>,
}

impl Catalogue {
    pub(super) fn models(self) -> impl Iterator<Item = Model> {
        let entries = self.data.unwrap_or_default().into_iter();
        entries.filter_map(|entry| Model::deserialize(entry).ok())
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Model {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) context_length: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) supported_parameters: Option<Vec<String>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) retirement_date: Option<f64>,
}
