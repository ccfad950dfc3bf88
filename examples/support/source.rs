//! Where the examples get their audio: a file, or a microphone; and where they keep it.

use std::path::{Path, PathBuf};

use clap::Args;
use therapy_scribe::{
    AudioSource, AudioSourceExt, Role,
    audio::{WavRecorder, WavSource},
    stt::{CaptureOptions, Channel},
};

use crate::services::{AnyError, Audio, DEMO};

/// Flags of every program that captures.
#[derive(Debug, Args)]
pub(crate) struct From {
    /// A WAV file; without it the bundled demo session.
    #[arg(long)]
    audio: Option<PathBuf>,
    /// A microphone: the default one, or one whose name holds this. Needs `--features mic`. End with Ctrl-C.
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "", conflicts_with_all = ["audio", "speed", "channels"])]
    mic: Option<String>,
    /// Lists the microphones and ends.
    #[arg(long)]
    pub(crate) devices: bool,
    /// Keeps what is captured in a new WAV file, unencrypted; one for each of several channels.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Who speaks on each channel of the audio, such as `therapist,client`; without it they share a microphone.
    #[arg(long, value_delimiter = ',', value_name = "ROLES", value_parser = role)]
    channels: Vec<Role>,
}

impl From {
    /// What is heard.
    pub(crate) const fn audio(&self) -> Audio {
        match (&self.mic, &self.audio) {
            (Some(_), _) => Audio::Live,
            (None, Some(_)) => Audio::File,
            (None, None) => Audio::Demo,
        }
    }

    /// Whether each participant has a channel.
    pub(crate) const fn has_channels(&self) -> bool {
        !self.channels.is_empty()
    }

    /// The file that has what is captured, if there is one.
    pub(crate) fn recording(&self) -> Option<PathBuf> {
        let demo = || Path::new(DEMO).join("session.wav");
        match self.audio() {
            Audio::Live => self.record.clone(),
            Audio::File | Audio::Demo => Some(self.audio.clone().unwrap_or_else(demo)),
        }
    }

    /// Opens it.
    pub(crate) async fn source(&self) -> Result<Box<dyn AudioSource>, AnyError> {
        match &self.mic {
            Some(name) => mic::open(name).await,
            None => Ok(Box::new(self.file()?)),
        }
    }

    /// Opens it once for each role.
    pub(crate) fn channels(&self) -> Result<Vec<Channel>, AnyError> {
        let channel = |(index, role): (u16, &Role)| {
            let channel = Channel::new(*role, self.file()?.channel(index)?);
            Ok(match self.recorder(Some(index))? {
                Some(recorder) => channel.record(recorder),
                None => channel,
            })
        };
        (0..).zip(&self.channels).map(channel).collect()
    }

    /// What a capture of all of it should do.
    pub(crate) fn options(&self, speed: f64) -> Result<CaptureOptions, AnyError> {
        let options = CaptureOptions::new().speed(speed);
        Ok(match self.recorder(None)? {
            Some(recorder) => options.record(recorder),
            None => options,
        })
    }

    fn file(&self) -> Result<WavSource, AnyError> {
        let file = self.recording().unwrap_or_default();
        Ok(WavSource::open(file)?)
    }

    /// A channel's recording has the channel's number in its name.
    fn recorder(&self, channel: Option<u16>) -> Result<Option<WavRecorder>, AnyError> {
        let Some(path) = &self.record else {
            return Ok(None);
        };
        let path = channel.map_or_else(
            || path.clone(),
            |index| path.with_extension(format!("{}.wav", u32::from(index) + 1)),
        );
        Ok(Some(WavRecorder::create(path)?))
    }
}

/// The microphones, a line each.
pub(crate) fn devices() -> Result<String, AnyError> {
    mic::list()
}

/// Reads a role of `--channels`.
fn role(name: &str) -> Result<Role, String> {
    serde_json::from_value(name.into()).map_err(|_| {
        "known are: therapist, co_therapist, client, partner, family_member, interpreter".to_owned()
    })
}

#[cfg(feature = "mic")]
mod mic {
    use therapy_scribe::{
        AudioSource,
        audio::{AudioDevice, MicSource},
    };

    use crate::services::AnyError;

    pub(super) async fn open(name: &str) -> Result<Box<dyn AudioSource>, AnyError> {
        if name.is_empty() {
            return Ok(Box::new(MicSource::open_default().await?));
        }
        let known = AudioDevice::microphones()?;
        let device = known
            .iter()
            .find(|device| device.id == name)
            .or_else(|| known.iter().find(|device| holds(&device.name, name)));
        match device {
            Some(device) => Ok(Box::new(MicSource::open(device).await?)),
            None => Err(format!(
                "there is no microphone `{name}`; --devices lists those there are"
            )
            .into()),
        }
    }

    fn holds(name: &str, part: &str) -> bool {
        name.to_lowercase().contains(&part.to_lowercase())
    }

    pub(super) fn list() -> Result<String, AnyError> {
        let line = |device: &AudioDevice| {
            let default = if device.is_default { " (default)" } else { "" };
            let name = device.name.replace('\n', ", ");
            format!("{}: {name}{default}", device.id)
        };
        let lines: Vec<_> = AudioDevice::microphones()?.iter().map(line).collect();
        if lines.is_empty() {
            return Ok("There is no microphone: connect one.".to_owned());
        }
        Ok(lines.join("\n"))
    }
}

#[cfg(not(feature = "mic"))]
mod mic {
    use therapy_scribe::AudioSource;

    use crate::services::AnyError;

    const WITHOUT: &str = "this program was built without microphones: run it with `--features mic` (on Debian it needs the package libasound2-dev)";

    #[expect(clippy::unused_async, reason = "as with microphones")]
    pub(super) async fn open(_name: &str) -> Result<Box<dyn AudioSource>, AnyError> {
        Err(WITHOUT.into())
    }

    pub(super) fn list() -> Result<String, AnyError> {
        Err(WITHOUT.into())
    }
}
