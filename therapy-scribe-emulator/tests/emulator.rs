//! The emulator over its sockets, point by point of the contracts: `streaming-stt.md` section 11, `llm-gateway.md`
//! section 15, `voice-agent.md` appendix A and `pre-recorded.md` section 14. The clients are raw, so that no client of ours can hide a mistake.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "the helpers of tests fail as tests do"
)]

#[path = "emulator/again.rs"]
mod again;
#[path = "emulator/broken.rs"]
mod broken;
#[path = "emulator/calls.rs"]
mod calls;
#[path = "emulator/clients.rs"]
mod clients;
#[path = "emulator/credentials.rs"]
mod credentials;
#[path = "emulator/faults.rs"]
mod faults;
#[path = "emulator/gateway.rs"]
mod gateway;
#[path = "emulator/mishaps.rs"]
mod mishaps;
#[path = "emulator/odd.rs"]
mod odd;
#[path = "emulator/ordered.rs"]
mod ordered;
#[path = "emulator/recorded.rs"]
mod recorded;
#[path = "emulator/scenarios.rs"]
mod scenarios;
#[path = "emulator/service.rs"]
mod service;
#[path = "emulator/speech.rs"]
mod speech;
#[path = "emulator/stored.rs"]
mod stored;
#[path = "emulator/streaming.rs"]
mod streaming;
#[path = "emulator/talking.rs"]
mod talking;
#[path = "emulator/turns.rs"]
mod turns;
