//! The catalogue (`llm-gateway.md` 10; 15.2): a Claude with and one without `response_format`, a Gemini, a GPT, one that is
//! retired and one that soon will be, one whose temperature is its own, and one whose parameters and one whose regions are
//! null.

use serde_json::{Value, json};

/// What a model is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Model {
    pub(crate) id: &'static str,
    creator: &'static str,
    pub(crate) context: u64,
    can: Can,
    retires: Retires,
    lists: Lists,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Retires {
    Never,
    Soon,
    Did,
}

/// Where an entry differs from most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lists {
    All,
    /// It is a reasoning model.
    NoTemperature,
    NullParameters,
    NullRegions,
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

    pub(crate) fn is_retired(self) -> bool {
        self.retires == Retires::Did
    }

    pub(crate) fn vendor(self) -> Vendor {
        match self.creator {
            "anthropic" => Vendor::Anthropic,
            "openai" => Vendor::OpenAi,
            _ => Vendor::Other,
        }
    }
}

/// Whose limits a schema has to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vendor {
    Anthropic,
    OpenAi,
    /// Google among them, which ignores what it does not know.
    Other,
}

/// A date in the past.
const RETIRED_AT: u64 = 1_775_000_000;
/// Within the 30 days in which a client should not begin with a model (16).
const SOON_SECONDS: u64 = 20 * 86_400;

const MODELS: [Model; 12] = [
    model("claude-sonnet-4-6", "anthropic", 200_000, Can::Structured),
    model(
        "claude-haiku-4-5-20251001",
        "anthropic",
        200_000,
        Can::Structured,
    ),
    Model {
        retires: Retires::Soon,
        ..model(
            "claude-sonnet-4-5-20250929",
            "anthropic",
            200_000,
            Can::Structured,
        )
    },
    model("claude-opus-4-8", "anthropic", 1_000_000, Can::Tools),
    model("gemini-2.5-pro", "google", 200_000, Can::Structured),
    model("gemini-2.5-flash", "google", 1_048_576, Can::Structured),
    Model {
        lists: Lists::NullRegions,
        ..model(
            "gemini-2.5-flash-lite",
            "google",
            1_048_576,
            Can::Structured,
        )
    },
    model("gpt-5.2", "openai", 400_000, Can::Structured),
    Model {
        lists: Lists::NoTemperature,
        ..model("gpt-5.5", "openai", 272_000, Can::Structured)
    },
    model("gpt-oss-20b", "openai", 131_000, Can::Nothing),
    Model {
        lists: Lists::NullParameters,
        ..model("qwen3.5-4b-32k-fast", "alibaba", 32_000, Can::Stream)
    },
    Model {
        retires: Retires::Did,
        ..model("claude-3-haiku-20240307", "anthropic", 200_000, Can::Tools)
    },
];

const fn model(id: &'static str, creator: &'static str, context: u64, can: Can) -> Model {
    Model {
        id,
        creator,
        context,
        can,
        retires: Retires::Never,
        lists: Lists::All,
    }
}

/// The model of the local server.
pub(super) const LOCAL: Model = model("local-8b", "library", 32_768, Can::Structured);

pub(crate) fn find(id: &str) -> Option<Model> {
    MODELS.into_iter().find(|model| model.id == id)
}

/// The catalogue at `now`, in Unix seconds.
pub(crate) fn catalogue(now: u64) -> Value {
    let entries: Vec<Value> = MODELS.iter().map(|model| entry(model, now)).collect();
    json!({"data": entries})
}

fn entry(model: &Model, now: u64) -> Value {
    let temperature = (model.lists != Lists::NoTemperature).then_some(1.0);
    let regions = (model.lists != Lists::NullRegions).then_some(["us", "eu", "global"]);
    let parameters = (model.lists != Lists::NullParameters).then(|| parameters(model));
    let retirement = match model.retires {
        Retires::Never => 0,
        Retires::Soon => now + SOON_SECONDS,
        Retires::Did => RETIRED_AT,
    };
    json!({
        "id": model.id, "name": model.id, "description": "An emulated model", "creator": model.creator,
        "context_length": model.context, "supported_parameters": parameters,
        "default_parameters": {"temperature": temperature, "top_p": null, "frequency_penalty": null},
        "top_provider": {"is_moderated": false, "context_length": model.context, "max_completion_tokens": 64_000},
        "pricing": {"global": {"prompt": 1.0, "completions": 2.0}, "us": {"prompt": 1.1, "completions": 2.2}, "regional_increase_percent": 10},
        "retirement_date": retirement,
        "available_regions": regions,
        "providers": [{"id": "assemblyai", "name": "Emulator"}], "default_provider": {"id": "assemblyai", "name": "Emulator"},
    })
}

fn parameters(model: &Model) -> Vec<&'static str> {
    let has_temperature = model.lists != Lists::NoTemperature;
    let listed = [
        ("max_tokens", true),
        ("temperature", has_temperature),
        ("reasoning", !has_temperature),
        ("stream", model.streams()),
        ("tools", model.has_tools()),
        ("tool_choice", model.has_tools()),
        ("response_format", model.is_structured()),
    ];
    let names = listed.into_iter().filter(|(_, is_listed)| *is_listed);
    names.map(|(name, _)| name).collect()
}
