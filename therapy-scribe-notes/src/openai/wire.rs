//! What is sent (`other-providers.md` 2.1).

use serde_json::{Map, Value, json};

use super::{
    JsonMode, OpenAiConfig,
    learned::{Limit, Manner},
    shape,
};
use crate::{ChatRequest, completion};

/// The body of a request in this manner.
pub(super) fn request(request: &ChatRequest, config: &OpenAiConfig, manner: Manner) -> Value {
    let system = match &request.schema {
        Some(schema) => shape::shown(&request.system, schema),
        None => request.system.clone(),
    };
    let mut body = Map::new();
    body.insert("model".to_owned(), config.model.clone().into());
    body.insert(
        "messages".to_owned(),
        completion::messages(&system, request).into(),
    );
    let limit = match manner.limit {
        Limit::MaxTokens => "max_tokens",
        Limit::MaxCompletionTokens => "max_completion_tokens",
    };
    body.insert(limit.to_owned(), request.max_tokens.into());
    body.insert("stream".to_owned(), false.into());
    if let Some(temperature) = config.temperature {
        body.insert("temperature".to_owned(), json!(temperature));
    }
    if let Some(form) = form(request, manner.json) {
        body.insert("response_format".to_owned(), form);
    }
    if let Some(tools) = completion::offers(request) {
        body.insert("tools".to_owned(), tools);
    }
    Value::Object(body)
}

fn form(request: &ChatRequest, mode: JsonMode) -> Option<Value> {
    let schema = request.schema.as_ref()?;
    match mode {
        JsonMode::Schema => {
            let strict = json!({"name": schema.name, "strict": true, "schema": schema.schema});
            Some(json!({"type": "json_schema", "json_schema": strict}))
        }
        JsonMode::Object => Some(json!({"type": "json_object"})),
        JsonMode::Prompt => None,
    }
}
