//! The catalogue (`llm-gateway.md` 10; 15.2): a Claude with and one without `response_format`, a Gemini, a GPT, a
//! retired one, and one whose lists are null.

use serde_json::{Value, json};

/// What a model is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Model {
    pub(crate) id: &'static str,
    creator: &'static str,
    context: u64,
    pub(crate) structured: bool,
    pub(crate) tools: bool,
    pub(crate) retired: bool,
}

const MODELS: [Model; 9] = [
    model("claude-sonnet-4-6", "anthropic", 200_000, Can::All),
    model("claude-haiku-4-5-20251001", "anthropic", 200_000, Can::All),
    model("claude-opus-4-8", "anthropic", 1_000_000, Can::Tools),
    model("gemini-2.5-pro", "google", 200_000, Can::All),
    model("gemini-2.5-flash", "google", 1_048_576, Can::All),
    model("gpt-5.2", "openai", 400_000, Can::All),
    model("gpt-oss-20b", "openai", 131_000, Can::Text),
    model("qwen3.5-4b-32k-fast", "alibaba", 32_000, Can::Text),
    Model {
        retired: true,
        ..model("claude-3-haiku-20240307", "anthropic", 200_000, Can::Tools)
    },
];

/// What a model lists beside text.
#[derive(Debug, Clone, Copy)]
enum Can {
    Text,
    Tools,
    /// Tools and structured output.
    All,
}

const fn model(id: &'static str, creator: &'static str, context: u64, can: Can) -> Model {
    let (structured, tools) = (
        matches!(can, Can::All),
        matches!(can, Can::Tools | Can::All),
    );
    Model {
        id,
        creator,
        context,
        structured,
        tools,
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
    let mut parameters = vec!["max_tokens", "temperature", "stream"];
    parameters.extend(
        model
            .tools
            .then_some(["tools", "tool_choice"])
            .into_iter()
            .flatten(),
    );
    parameters.extend(model.structured.then_some("response_format"));
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
