//! A local stand-in for AssemblyAI's streaming and pre-recorded speech-to-text, LLM Gateway
//! and voice agent, on one port of this machine.
//! Beside them, on a path of its own, a server of language models that speaks as OpenAI does.
//!
//! Written from the protocol documents point by point (`// 11.5` cites point 5 of the emulator contract in
//! `streaming-stt.md`, `// 15.3` point 3 of the one in `llm-gateway.md`; the voice agent cites the sections of
//! `voice-agent.md`, transcription those of `pre-recorded.md`), and from none of the client crates, so that a
//! mistake in a client can't hide in a shared type.
//!
//! It hears: an energy detector decides where speech and pauses are, and the session's own turn settings decide where
//! turns end. It recognises nothing: its words come from a [`Script`] that is keyed by audio time, and where the audio is
//! silent no word is heard. Without a script there are no words.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use therapy_scribe_emulator::{Emulator, Script};
//!
//! let script = Script::from_json(r#"{"segments":[
//!     {"speaker":"client","text":"I slept badly.","start_ms":0,"end_ms":900}]}"#)?;
//! let emulator = Emulator::builder().script(script).speed(8.0).start().await?;
//! assert!(emulator.streaming_url().starts_with("ws://127.0.0.1:"));
//! emulator.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! ```text
//!  client ── TCP ── server ──┬── WebSocket ── streaming session: bytes, texts, time in; messages out
//!                            │                 audio clock → energy detector → script → turn detector → labels
//!                            ├── WebSocket ── talk with the agent: texts and time in; events out
//!                            │                 audio → energy → turns → dialogue → replies, calls of tools
//!                            ├── HTTP ── uploads and transcripts: heard as above, told a poll at a time
//!                            └── HTTP ── tokens, models, chat requests: checked, counted, answered with quotes
//! ```
//!
//! A connection is a task, and all of them end with the emulator. Time is protocol time: [`Builder::speed`] says how many
//! protocol seconds pass in one, for every delay, limit and pace. `Begin.expires_at` is the time of day plus protocol
//! seconds.
//!
//! Things go wrong when they are told to: [`Builder::faults`] breaks, stalls and refuses sessions at given times of the
//! recording, and [`Faults::random`] by chance. A session that begins again is placed by its sound: what it sends that an
//! earlier one has sent is known to the sample, so that it hears the right part of the script although its clock starts at
//! 0; it hears it in slightly other words, and calls the speakers by other letters.
//!
//! The voice agent talks by a [`Dialogue`]: what the clinician says in each turn that is heard, what the agent says then,
//! which tools it calls, and what it makes of their results. Its voice is a tone for each word. [`AgentQuirk`] says how the
//! service behaves oddly all the time, [`AgentFault`] what goes wrong once.
//!
//! Pre-recorded transcription hears sixteen-bit WAV; what else is uploaded is taken for the script's whole recording, as is
//! any address that is no upload (hosts that end in `.invalid` can't be reached). A job goes on each time it is asked for; one
//! with a webhook on this machine is done after three seconds. [`TranscriptFault`] says what goes wrong, [`TranscriptQuirk`]
//! what is odd. There is redacted audio, always WAV, of WAV files of up to 128 MiB; no webhook tells that it is ready.
//!
//! A chat request with tools is answered by rules, not by a model: the tool whose words are nearest to the last line is called,
//! and what it gives is read out. Where none fits, the answer says that it is a stand-in.
//!
//! Of a talk its timeline is kept and can be fetched when it is over, and not its audio. Agents are stored for as long as the
//! emulator runs. A talk's own webhook is told of its begin and its end, on this machine and signed; subscriptions are not
//! offered, and what is posted is not documented.
//!
//! What it does not do: telephony, translation, summaries, spellings, `LLMGatewayResponse` (as for an account without
//! access), encoded audio (Opus and AAC are accepted and not heard), Medical Mode corrections, languages, prompts, numbers of speakers and key terms (checked in part, and
//! without effect on words). Redaction marks numbers, what looks like a telephone number or an address in the net, a few
//! medicines, and the names it was told.

mod agent;
mod emulator;
mod faults;
mod gateway;
mod posting;
mod prerecorded;
mod script;
mod server;
mod streaming;
mod wall;

pub use agent::{
    AgentFault, AgentFaultKind, AgentLog, AgentQuirk, AgentRefusal, Call, CallManner, Dialogue,
    InvalidDialogue, Manner, Reply, Utterance,
};
pub use emulator::{Builder, Emulator, SpeakerLetters, StartError};
pub use faults::{Fault, FaultKind, Faults, Unauthorized};
pub use gateway::{ChatReply, LocalServer};
pub use prerecorded::{
    LoggedJob, TranscriptCall, TranscriptFault, TranscriptFaultKind, TranscriptLog, TranscriptQuirk,
};
pub use script::{InvalidScript, Script, Segment};
pub use streaming::SessionLog;
