//! A microphone as a source.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use tokio::time::Instant;

use super::{
    AudioDevice, AudioError, DeviceKind, DeviceProblem,
    keeper::{Backend, Change, Keeper, RETRY},
    system,
};
use crate::{
    AudioFormat, AudioFrame, AudioSource, AudioSourceExt, Notice,
    audio::{ChannelSource, STARVED_AFTER, mono},
};

/// A microphone. It never ends by itself: one that is unplugged is waited for, each second, and capture goes on when it is
/// back; meanwhile it delivers nothing, so that a capture puts silence in its place. Both are told as notices.
///
/// It delivers what the device records, in the rate and channels that the device had first; one that comes back with
/// others is converted. Dropping it closes the microphone and waits for its thread, some milliseconds.
///
/// ```no_run
/// # async fn example() -> Result<(), therapy_scribe_core::AudioError> {
/// use therapy_scribe_core::audio::{AudioDevice, MicSource};
///
/// for device in AudioDevice::microphones()? {
///     println!("{}{}", device.name, if device.is_default { " (default)" } else { "" });
/// }
/// let mic = MicSource::open_default().await?;
/// # Ok(()) }
/// ```
pub struct MicSource {
    format: AudioFormat,
    keeper: Keeper<ChannelSource>,
    feed: Option<Box<dyn AudioSource>>,
    lost_at: Option<Instant>,
    /// Samples of one channel that were delivered.
    delivered: u64,
    notices: Vec<Notice>,
}

impl MicSource {
    /// Opens the microphone that the system takes unless told otherwise; it follows the system's choice where the system
    /// can do that.
    ///
    /// # Errors
    /// [`AudioError::Device`] with what to do.
    pub async fn open_default() -> Result<Self, AudioError> {
        Self::start(system::Input::default(), RETRY).await
    }

    /// Opens a certain microphone: see [`AudioDevice::microphones`].
    ///
    /// # Errors
    /// [`AudioError::Device`] with what to do.
    pub async fn open(device: &AudioDevice) -> Result<Self, AudioError> {
        Self::start(system::Input::named(&device.id), RETRY).await
    }

    async fn start<B>(backend: B, retry: Duration) -> Result<Self, AudioError>
    where
        B: Backend<End = ChannelSource>,
    {
        let started = Keeper::start("therapy-scribe-mic", backend, retry).await;
        let (keeper, first) = started.map_err(failed)?;
        Ok(Self {
            format: first.format(),
            keeper,
            feed: Some(Box::new(first)),
            lost_at: None,
            delivered: 0,
            notices: Vec::new(),
        })
    }

    /// Gives a frame its place in the recording.
    fn place(&mut self, frame: &AudioFrame) -> AudioFrame {
        let start = self.format.rate().time_of(self.delivered);
        let frame = mono::spread(frame, self.format).starting_at(start);
        let groups = frame.samples().len() / usize::from(self.format.channels());
        self.delivered += u64::try_from(groups).unwrap_or(0);
        frame
    }

    /// Returns silence where time has passed that nobody else makes up for.
    fn on_change(
        &mut self,
        change: Change<ChannelSource>,
    ) -> Result<Option<AudioFrame>, AudioError> {
        match change {
            Change::Lost => {
                self.lost_at = Some(Instant::now());
                self.tell("the microphone is gone: connect it again; the session goes on meanwhile, without sound");
            }
            Change::Opened(source) => {
                self.feed = Some(Box::new(source.resampled(self.format.rate())?));
                self.tell("the microphone is back");
                let away = self.lost_at.take().map(|at| at.elapsed());
                let away = away
                    .filter(|away| *away < STARVED_AFTER)
                    .unwrap_or_default();
                let samples =
                    self.format.rate().samples_in(away) * usize::from(self.format.channels());
                let silence =
                    AudioFrame::new(self.format, crate::MediaTime::ZERO, vec![0; samples]);
                return Ok(Some(self.place(&silence)).filter(|_| samples > 0));
            }
            Change::Moved => self.tell("the system has switched to another microphone"),
            Change::Overrun => {
                self.tell("this machine was too busy to take all audio: some words may be missing");
            }
        }
        Ok(None)
    }

    fn tell(&mut self, text: &str) {
        self.notices.push(Notice::new(text));
    }
}

#[async_trait]
impl AudioSource for MicSource {
    fn format(&self) -> AudioFormat {
        self.format
    }

    async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        loop {
            let change = match &mut self.feed {
                // Audio first: what was recorded before a loss comes before the news of it.
                Some(feed) => tokio::select! {
                    biased;
                    frame = feed.next_frame() => {
                        match frame? {
                            Some(frame) => return Ok(Some(self.place(&frame))),
                            None => self.feed = None,
                        }
                        continue;
                    }
                    change = self.keeper.next() => change,
                },
                None => self.keeper.next().await,
            };
            let change = change.ok_or_else(|| failed(DeviceProblem::Failed))?;
            if let Some(silence) = self.on_change(change)? {
                return Ok(Some(silence));
            }
        }
    }

    fn take_notice(&mut self) -> Option<Notice> {
        (!self.notices.is_empty()).then(|| self.notices.remove(0))
    }
}

impl fmt::Debug for MicSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MicSource({})", self.format)
    }
}

const fn failed(problem: DeviceProblem) -> AudioError {
    AudioError::Device {
        kind: DeviceKind::Microphone,
        problem,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::keeper::tests::scripted, *};
    use crate::{SampleRate, audio::AudioPusher};

    const RING: Duration = Duration::from_secs(1);

    fn device(channels: u16, hertz: u32) -> (AudioPusher, ChannelSource) {
        let format = AudioFormat::new(SampleRate::new(hertz).unwrap(), channels).unwrap();
        ChannelSource::new(format, RING)
    }

    #[tokio::test]
    async fn a_microphone_that_is_unplugged_goes_on_when_it_is_back() {
        let ((mut first, one), (mut second, two)) = (device(1, 16_000), device(1, 16_000));
        let backend = scripted(vec![Ok(one), Ok(two)]);
        let troubles = std::sync::Arc::clone(&backend.troubles);
        let mut mic = MicSource::start(backend, Duration::ZERO).await.unwrap();
        assert!(mic.take_notice().is_none());
        first.push(&[5; 160]).unwrap();
        // The device goes, and its callback with it.
        drop(first);
        troubles.lock().unwrap()[0].lost();
        second.push(&[6; 160]).unwrap();
        let before = mic.next_frame().await.unwrap().unwrap();
        assert_eq!(before.samples(), [5; 160]);
        let mut after = mic.next_frame().await.unwrap().unwrap();
        // The moment without it, if it was one, is silence.
        while after.samples().iter().all(|sample| *sample == 0) {
            assert!(after.duration() < STARVED_AFTER);
            after = mic.next_frame().await.unwrap().unwrap();
        }
        assert_eq!(after.samples(), [6; 160]);
        assert!(after.start() >= before.end());
        let told: Vec<_> = std::iter::from_fn(|| mic.take_notice()).collect();
        assert_eq!(told.len(), 2);
        assert!(told[0].text.contains("gone") && told[1].text.contains("back"));
    }

    #[tokio::test]
    async fn a_device_that_comes_back_with_another_format_is_converted() {
        let ((first, one), (mut second, two)) = (device(2, 16_000), device(1, 48_000));
        drop(first);
        let backend = scripted(vec![Ok(one), Ok(two)]);
        let troubles = std::sync::Arc::clone(&backend.troubles);
        let mut mic = MicSource::start(backend, Duration::ZERO).await.unwrap();
        troubles.lock().unwrap()[0].lost();
        second.push(&vec![100; 9600]).unwrap();
        drop(second);
        let mut heard = 0;
        while heard < 3100 {
            let frame = mic.next_frame().await.unwrap().unwrap();
            assert_eq!(frame.format(), mic.format());
            heard += frame.samples().len() / 2;
            assert!(frame.samples().chunks(2).all(|pair| pair[0] == pair[1]));
        }
    }

    #[tokio::test]
    async fn a_microphone_that_may_not_be_used_says_what_to_do() {
        let backend = scripted(vec![Err(DeviceProblem::Forbidden)]);
        let error = MicSource::start(backend, Duration::ZERO).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the microphone may not be used by this program: allow it in the system's privacy settings"
        );
    }
}
