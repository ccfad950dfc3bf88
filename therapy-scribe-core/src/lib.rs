//! The vocabulary of a therapy scribe: audio, transcript, roles, PHI wrappers.

mod phi;
mod secret;

pub use phi::Phi;
pub use secret::{ApiKey, InvalidApiKey};
