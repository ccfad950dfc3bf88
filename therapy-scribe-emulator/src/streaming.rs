//! Streaming speech-to-text: `/v3/ws` and `/v3/token`.

mod audio;
mod checks;
mod detector;
mod hearing;
mod labels;
mod messages;
mod params;
mod profile;
mod query;
mod random;
mod recordings;
mod redact;
mod reword;
mod session;
mod socket;
mod token;
mod vad;

pub use session::SessionLog;

pub(crate) use audio::{AudioClock, Encoding as AudioEncoding, FRAME_MS, from_mulaw};
pub(crate) use hearing::Hearing;
pub(crate) use query::{Query, parse as parse_query};
pub(crate) use random::Random;
pub(crate) use recordings::Recordings;
pub(crate) use redact::{core_of, keep_punctuation};
pub(crate) use session::{Setup, refusal};
pub(crate) use socket::{Clock, Ending, Line, Opening, Refusal, Upgraded, close, end, serve};
pub(crate) use token::Tokens;
pub(crate) use vad::Vad;

/// An `Error` message, and the close code that follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fatal {
    pub(crate) code: u16,
    pub(crate) text: String,
}

impl Fatal {
    pub(crate) fn new(code: u16, text: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
        }
    }
}
