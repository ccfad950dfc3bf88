//! Audio: where it comes from, and what is done to it before it is recognised.

mod channel;
#[cfg(feature = "mic")]
mod device;
mod error;
mod format;
pub mod g711;
mod level;
mod mono;
mod pace;
mod pick;
mod record;
mod reframe;
#[cfg(feature = "resample")]
mod resample;
mod silence;
mod sink;
mod source;
mod wav;
mod wav_header;

pub use channel::{AudioPusher, ChannelSource, PushError};
#[cfg(feature = "mic")]
pub use device::{AudioDevice, DeviceKind, DeviceProblem, MicSource, SpeakerSink};
pub use error::AudioError;
pub use format::{AudioFormat, AudioFrame, SampleRate};
pub use level::{Level, LevelMeter, Metered};
pub use mono::Mono;
pub use pace::Paced;
pub use pick::OneChannel;
pub use record::{AudioRecorder, WavRecorder};
pub use reframe::Reframed;
#[cfg(feature = "resample")]
pub use resample::Resampled;
pub use silence::Silenced;
pub use sink::AudioSink;
pub use source::{AudioSource, AudioSourceExt, STARVED_AFTER};
pub use wav::WavSource;
