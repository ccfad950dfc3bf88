//! The catalogue (`llm-gateway.md` 10; 15.2): a Claude with and one without `response_format`, a Gemini, a GPT, a
//! retired one, and one whose lists are null.

use serde_json::{Value, json};

/// What a model is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Model {
    pub(crate) id: &'static str,
    creator: &'static str,
    pub(crate) context: u64,
    can: Can,
    pub(crate) retired: bool,
}

/// What a model lists beside whole texts: each has what stands before it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Can {
    Nothing,
    Stream,
    Tools,
    Structured,
}

impl Model {
    pub(crate) fn streams(self) -> bool {
        self.can >= Can::Stream
    }

    pub(crate) fn has_tools(self) -> bool {
        self.can >= Can::Tools
    }

    pub(crate) fn is_structured(self) -> bool {
        self.can >= Can::Structured
    }
}

const MODELS: [Model; 9] = [
    model("claude-sonnet-4-6", "anthropic", 200_000, Can::Structured),
    model(
        "claude-haiku-4-5-20251001",
        "anthropic",
        200_000,
        Can::Structured,
    ),
    model("claude-opus-4-8", "anthropic", 1_000_000, Can::Tools),
    model("gemini-2.5-pro", "google", 200_000, Can::Structured),
    model("gemini-2.5-flash", "google", 1_048_576, Can::Structured),
    model("gpt-5.2", "openai", 400_000, Can::Structured),
    model("gpt-oss-20b", "openai", 131_000, Can::Nothing),
    model("qwen3.5-4b-32k-fast", "alibaba", 32_000, Can::Stream),
    Model {
        retired: true,
        ..model("claude-3-haiku-20240307", "anthropic", 200_000, Can::Tools)
    },
];

const fn model(id: &'static str, creator: &'static str, context: u64, can: Can) -> Model {
    Model {
        id,
        creator,
        context,
        can,
        retired: false,
    }
}

pub(crate) fn find(id: &str) -> Option<Model> {
    MODELS.into_iter().find(|model| model.id == id)
}

pub(crate) fn catalogue() -> Value {
    json!({"data": MODELS.iter().map(entry).collect::<Vec<_>>()})
}

fn entry(model: &Model) -> Value {
    let mut parameters = vec!["max_tokens", "temperature"];
    parameters.extend(model.streams().then_some("stream"));
    parameters.extend(
        model
            .has_tools()
            .then_some(["tools", "tool_choice"])
            .into_iter()
            .flatten(),
    );
    parameters.extend(model.is_structured().then_some("response_format"));
    let parameters = if model.id.starts_with("qwen") {
        Value::Null
    } else {
        json!(parameters)
    };
    json!({
        "id": model.id, "name": model.id, "description": "An emulated model", "creator": model.creator,
        "context_length": model.context, "supported_parameters": parameters,
        "default_parameters": {"temperature": 1.0, "top_p": null, "frequency_penalty": null},
        "top_provider": {"is_moderated": false, "context_length": model.context, "max_completion_tokens": 64_000},
        "pricing": {"global": {"prompt": 1.0, "completions": 2.0}, "us": {"prompt": 1.1, "completions": 2.2}, "regional_increase_percent": 10},
        "retirement_date": if model.retired { 1_775_000_000 } else { 0 },
        "available_regions": ["us", "eu", "global"],
        "providers": [{"id": "assemblyai", "name": "Emulator"}], "default_provider": {"id": "assemblyai", "name": "Emulator"},
    })
}
