//! Microphones and loudspeakers of this machine, through cpal.
//!
//! A device is kept by a thread of its own (`therapy-scribe-mic`, `therapy-scribe-speaker`), which opens it, closes it,
//! and opens it again each second once it is gone. The thread ends with the source or sink that started it, and is waited
//! for. Audio comes and goes on threads of the system; between them and async code there are wait-free rings.
//!
//! ```text
//!  system's thread              async code of the host
//! ┌────────┐ samples ┌──────┐ frames ┌───────────┐
//! │callback│────────▶│ ring │───────▶│ MicSource │
//! └────────┘         └──────┘        └───────────┘
//!      │ trouble     ┌────────┐ opened, lost ▲
//!      └────────────▶│ keeper │──────────────┘
//!                    └────────┘
//! ```

mod convert;
mod keeper;
mod mic;
mod play;
mod speaker;
mod system;
#[cfg(test)]
mod tests;

use std::fmt;

use super::AudioError;

pub use mic::MicSource;
pub use speaker::SpeakerSink;

/// A microphone or loudspeaker. `Debug` shows no name, since people put their own into it.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AudioDevice {
    /// Names it for [`MicSource::open`] and [`SpeakerSink::open`]; the same after a restart, as far as the system can.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Whether the system takes it unless told otherwise.
    pub is_default: bool,
}

impl AudioDevice {
    /// The microphones that are there now. Asks the system, which may take some hundred milliseconds.
    ///
    /// # Errors
    /// [`AudioError::Device`] when this machine has no audio at all.
    pub fn microphones() -> Result<Vec<Self>, AudioError> {
        system::devices(DeviceKind::Microphone)
    }

    /// The loudspeakers that are there now. Asks the system, which may take some hundred milliseconds.
    ///
    /// # Errors
    /// [`AudioError::Device`] when this machine has no audio at all.
    pub fn loudspeakers() -> Result<Vec<Self>, AudioError> {
        system::devices(DeviceKind::Loudspeaker)
    }
}

impl fmt::Debug for AudioDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AudioDevice")
            .field("is_default", &self.is_default)
            .finish_non_exhaustive()
    }
}

/// Which way a device's audio goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeviceKind {
    /// In.
    Microphone,
    /// Out.
    Loudspeaker,
}

impl fmt::Display for DeviceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Microphone => "microphone",
            Self::Loudspeaker => "loudspeaker",
        })
    }
}

/// What keeps a device from being used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceProblem {
    /// It is not there, or not any more.
    #[error("is not there: connect it, or choose another")]
    Missing,
    /// Another program has it.
    #[error("is used by another program: close that, or choose another")]
    Busy,
    /// The system does not let this program.
    #[error("may not be used by this program: allow it in the system's privacy settings")]
    Forbidden,
    /// The machine's audio service does not run.
    #[error("can't be reached: the audio service of this machine does not run")]
    NoService,
    /// Its sample format or rate can't be used.
    #[error("has a format that can't be used: choose another")]
    Format,
    /// Anything else.
    #[error("failed: connect it again, or choose another")]
    Failed,
}
