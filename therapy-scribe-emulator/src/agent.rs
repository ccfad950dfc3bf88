//! The voice agent: `/v1/ws`, and what belongs to it over HTTP. Written from `voice-agent.md`, whose sections, tables and
//! appendix the comments cite by their numbers.

mod base64;
mod config;
mod dialogue;
mod fault;
mod hub;
mod log;
mod messages;
mod quirk;
mod rest;
mod session;
mod socket;
mod sound;
mod stored;
mod timeline;
mod webhook;

pub use dialogue::{Call, CallManner, Dialogue, InvalidDialogue, Manner, Reply, Utterance};
pub use fault::{AgentFault, AgentFaultKind, AgentRefusal};
pub use log::AgentLog;
pub use quirk::AgentQuirk;

pub(crate) use hub::{Agents, Settings};
pub(crate) use rest::{Asked, answer};
pub(crate) use socket::serve;
