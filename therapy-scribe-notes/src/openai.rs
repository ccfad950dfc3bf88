//! Servers that speak as OpenAI does: Ollama, vLLM, llama.cpp, LM Studio, and OpenAI itself (`other-providers.md` 2).

mod client;
mod config;
mod learned;
mod refusal;
mod shape;
mod wire;

pub use client::OpenAiCompatible;
pub use config::{OpenAiConfig, OpenAiConfigBuilder};
pub use learned::JsonMode;
