//! Why a capture ended before its time.

use therapy_scribe_core::{AudioError, SttFailure};

/// What went wrong. Whatever was transcribed before is kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// The source failed.
    #[error(transparent)]
    Source(AudioError),
    /// The service could not be reached, or failed.
    #[error(transparent)]
    Speech(SttFailure),
    /// The source's sample rate is none that the service takes.
    #[error(
        "the audio has {own} Hz and the service takes {wanted} Hz: turn on the feature `resample`"
    )]
    #[non_exhaustive]
    Rate {
        /// The source's rate in hertz.
        own: u32,
        /// The service's rate in hertz.
        wanted: u32,
    },
    /// Channels that can't be captured together.
    #[error(
        "one to 16 channels can be captured together, each with a recorder of its own if any: give recorders to the channels"
    )]
    Channels,
    /// The capture's own task ended; a defect of this crate.
    #[error("the capture's task was lost: please report this")]
    TaskLost,
}
