//! The vocabulary of a therapy scribe: audio, transcript, roles, PHI wrappers, and the traits between crates. No network.
//!
//! Start at [`Transcript`]: what was said, word by word, with times and speakers. [`AudioSource`] is where audio comes
//! from, [`SpeechToText`] turns it into [`SttEvent`]s, a [`TranscriptAssembler`] makes the transcript of them, and a
//! [`RoleMapper`] finds out who is the therapist: [`roles`] has how, and how often that is right. [`redact`] takes out what
//! tells who somebody is.
//!
//! ```
//! use therapy_scribe_core::*;
//!
//! let connection = ConnectionId::default();
//! let speaker = SpeakerId::from_letters(connection, "A");
//! let word = |text, start| Word::new(text, MediaTime::from_millis(start), MediaTime::from_millis(start + 200));
//! let turn = Turn::new(
//!     TurnId::new(connection, 0),
//!     Finality::Final,
//!     speaker,
//!     vec![word("I", 0), word("slept", 250), word("badly.", 500)],
//! );
//!
//! let mut assembler = TranscriptAssembler::default();
//! assembler.apply(&SttEvent::Final(turn));
//! assert_eq!(assembler.snapshot().to_text(), "[0:00] Speaker A: I slept badly.\n");
//! ```
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `resample` | sample-rate conversion: `AudioSourceExt::resampled` |
//! | `mic` | microphones and loudspeakers: `MicSource`, `SpeakerSink`; on Linux it needs ALSA's headers to build; brings `resample` |
//!
//! It does not record, recognise or store anything by itself.

pub mod audio;
mod audit;
mod ids;
mod phi;
pub mod redact;
mod region;
pub mod roles;
mod secret;
pub mod spelling;
mod stt;
mod time;
mod transcript;

pub use audio::{AudioError, AudioFormat, AudioFrame, AudioSource, AudioSourceExt, SampleRate};
pub use audit::{Actor, AuditAction, AuditEvent, AuditSink};
pub use ids::{ConnectionId, InvalidSpeakerId, SpeakerId, TurnId};
pub use phi::Phi;
pub use region::{Destination, Privacy, Region, Retention};
pub use roles::{Role, RoleAssignment, RoleMap, RoleMapper};
pub use secret::{ApiKey, InvalidApiKey};
pub use stt::{
    ConnectionStatus, Malformed, Notice, Receipt, RetryAdvice, ServiceSession, SpeechToText,
    SttAudio, SttClosed, SttConnection, SttControl, SttEvent, SttFailure, SttOpen, SttStats,
    UnknownEvent,
};
pub use time::MediaTime;
pub use transcript::{
    Change, Concern, Confidence, Correction, Edit, EditKind, Finality, Gap, GapReason, GapState,
    InvalidTranscript, Overlap, Reconciled, Reconciliation, Relabel, RelabelledWord, Smoothing,
    Transcript, TranscriptAssembler, Turn, Utterance, UtteranceRecord, Utterances, VoiceChange,
    Word, reconcile,
};

/// Any error, as a source. Ours never hold what was said.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;
