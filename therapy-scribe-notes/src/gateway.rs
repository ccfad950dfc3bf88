//! AssemblyAI's LLM Gateway.

mod client;
mod config;
mod refusal;
mod wire;

pub use client::{Gateway, ModelInfo};
pub use config::{Fallbacks, GatewayConfig, GatewayConfigBuilder, Vendor};
