//! What can be wrong with audio.

use std::path::PathBuf;

use crate::BoxError;

/// Why audio could not be had. Each says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AudioError {
    /// The file could not be opened or read.
    #[error("cannot read the audio file {}: {}", path.display(), reason(source))]
    #[non_exhaustive]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A channel that the source does not have.
    #[error("there is no channel {}: the audio has {channels}", u32::from(*index) + 1)]
    #[non_exhaustive]
    NoChannel {
        /// Which was asked for, counted from 0.
        index: u16,
        /// How many there are.
        channels: u16,
    },
    /// A recording could not be written.
    #[error("cannot record to {}: {}", path.display(), reason(source))]
    #[non_exhaustive]
    Record {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file holds no audio at all.
    #[error("the audio file is empty: record again, or choose another file")]
    Empty,
    /// The file is no WAV file, or its header is damaged.
    #[error("this is not a readable WAV file ({0}): convert it to 16-bit PCM WAV first")]
    NotWav(&'static str),
    /// A WAV file with a codec that is not PCM.
    #[error(
        "the WAV file uses codec {0:#06x}, which is not PCM: convert it to 16-bit PCM WAV first"
    )]
    UnsupportedCodec(u16),
    /// PCM with samples of an unusual size.
    #[error(
        "the WAV file has {bits}-bit {kind} samples; 8, 16, 24 and 32-bit integers and 32-bit floats can be read"
    )]
    #[non_exhaustive]
    UnsupportedDepth {
        /// Bits a sample.
        bits: u16,
        /// `integer` or `float`.
        kind: &'static str,
    },
    /// The file ends before its header says it should. What was there has been delivered.
    #[error(
        "the audio file ends early: {missing} of {declared} bytes are missing; everything before that was used"
    )]
    #[non_exhaustive]
    Truncated {
        /// Bytes of audio that the header promises.
        declared: u64,
        /// Bytes of them that are not there.
        missing: u64,
    },
    /// No sample rate that audio can have.
    #[error("a sample rate of {0} Hz is not possible: 1 to 384000 Hz can be read")]
    SampleRate(u32),
    /// No channels, or far too many.
    #[error("{0} channels are not possible: 1 to 64 can be read")]
    Channels(u16),
    /// A source delivered frames of another format than it announced, or a combinator was given one it can't take.
    #[error("the audio is {got}, but {expected} is needed")]
    #[non_exhaustive]
    Format {
        /// What is needed.
        expected: String,
        /// What came.
        got: String,
    },
    /// A microphone or loudspeaker can't be used.
    #[cfg(feature = "mic")]
    #[error("the {kind} {problem}")]
    #[non_exhaustive]
    Device {
        /// Which.
        kind: super::DeviceKind,
        /// Why.
        problem: super::DeviceProblem,
    },
    /// The audio device or whatever else the host's own source wraps.
    #[error("the audio source failed")]
    Source(#[source] BoxError),
}

/// The reason in words that a clinician understands, where the system's own are for engineers.
fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "this program may not read it".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        kind => kind.to_string(),
    }
}
