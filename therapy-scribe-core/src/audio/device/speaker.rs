//! A loudspeaker as a sink.

use std::{collections::VecDeque, fmt, time::Duration};

use async_trait::async_trait;

use super::{
    AudioDevice, AudioError, DeviceKind, DeviceProblem,
    convert::Converter,
    keeper::{Backend, Change, Keeper, RETRY},
    play::PlayFeed,
    system,
};
use crate::{
    AudioFormat, AudioFrame, Notice,
    audio::{AudioSink, mono},
};

/// A loudspeaker. One that is unplugged is waited for, each second; meanwhile what is played is heard by nobody, and
/// nobody waits for it. Both are told as notices.
///
/// Frames are converted to the rate and channels of the device. Half a second is queued at most. The last 20 ms or so of
/// what is played are heard once more comes, or with [`drain`](AudioSink::drain). Dropping it closes the loudspeaker and
/// waits for its thread, some milliseconds.
pub struct SpeakerSink {
    format: AudioFormat,
    keeper: Keeper<PlayFeed>,
    feed: Option<PlayFeed>,
    converter: Converter,
    /// In the device's format.
    waiting: VecDeque<i16>,
    notices: Vec<Notice>,
}

impl SpeakerSink {
    /// Opens the loudspeaker that the system takes unless told otherwise, for audio of this format.
    ///
    /// # Errors
    /// [`AudioError::Device`] with what to do; [`AudioError::Source`] for a rate that can't be converted.
    pub async fn open_default(format: AudioFormat) -> Result<Self, AudioError> {
        Self::start(system::Output::default(), format, RETRY).await
    }

    /// Opens a certain loudspeaker: see [`AudioDevice::loudspeakers`].
    ///
    /// # Errors
    /// As [`open_default`](Self::open_default).
    pub async fn open(device: &AudioDevice, format: AudioFormat) -> Result<Self, AudioError> {
        Self::start(system::Output::named(&device.id), format, RETRY).await
    }

    async fn start<B>(backend: B, format: AudioFormat, retry: Duration) -> Result<Self, AudioError>
    where
        B: Backend<End = PlayFeed>,
    {
        let started = Keeper::start("therapy-scribe-speaker", backend, retry).await;
        let (keeper, feed) = started.map_err(failed)?;
        Ok(Self {
            format,
            keeper,
            converter: Converter::new(format, feed.format().rate())?,
            feed: Some(feed),
            waiting: VecDeque::new(),
            notices: Vec::new(),
        })
    }

    /// Takes note of what has happened to the device.
    fn look(&mut self) -> Result<(), AudioError> {
        while let Some(change) = self.keeper.try_next() {
            self.on_change(change)?;
        }
        Ok(())
    }

    fn on_change(&mut self, change: Change<PlayFeed>) -> Result<(), AudioError> {
        match change {
            Change::Lost => {
                self.feed = None;
                self.waiting.clear();
                self.tell("the loudspeaker is gone: connect it again; what is said meanwhile is not heard");
            }
            Change::Opened(feed) => {
                self.converter = Converter::new(self.format, feed.format().rate())?;
                self.feed = Some(feed);
                self.tell("the loudspeaker is back");
            }
            Change::Moved => self.tell("the system has switched to another loudspeaker"),
            // A click; nothing is lost that a person would have to know of.
            Change::Overrun => {}
        }
        Ok(())
    }

    fn tell(&mut self, text: &str) {
        self.notices.push(Notice::new(text));
    }

    /// Puts converted audio where the device waits for it.
    fn hand_over(&mut self) -> Result<(), AudioError> {
        let Some(feed) = &mut self.feed else {
            self.waiting.clear();
            return Ok(());
        };
        while let Some(frame) = self.converter.next()? {
            self.waiting
                .extend(mono::spread(&frame, feed.format()).samples());
        }
        let taken = feed.push(self.waiting.iter().copied());
        self.waiting.drain(..taken);
        Ok(())
    }

    /// Hands over and waits until it is done, or the device is gone.
    async fn until(&mut self, is_done: impl Fn(&Self) -> bool + Send) -> Result<(), AudioError> {
        loop {
            self.look()?;
            self.hand_over()?;
            if is_done(self) {
                return Ok(());
            }
            let Some(feed) = self.feed.as_mut().filter(|feed| !feed.is_abandoned()) else {
                // Its loss is about to be told, or was.
                return Ok(());
            };
            tokio::select! {
                () = feed.moved() => {}
                change = self.keeper.next() => {
                    self.on_change(change.ok_or_else(|| failed(DeviceProblem::Failed))?)?;
                }
            }
        }
    }
}

#[async_trait]
impl AudioSink for SpeakerSink {
    fn format(&self) -> AudioFormat {
        self.format
    }

    async fn play(&mut self, frame: &AudioFrame) -> Result<(), AudioError> {
        if frame.format() != self.format {
            return Err(AudioError::Format {
                expected: self.format.to_string(),
                got: frame.format().to_string(),
            });
        }
        self.look()?;
        if self.feed.is_some() {
            self.converter.take(frame);
        }
        self.until(|sink| sink.waiting.is_empty()).await
    }

    fn flush(&mut self) {
        self.waiting.clear();
        // The same conversion was possible before.
        let _ = self.converter.clear();
        if let Some(feed) = &self.feed {
            feed.flush();
        }
    }

    async fn drain(&mut self) -> Result<(), AudioError> {
        self.converter.finish();
        self.until(|sink| sink.left() == 0).await
    }

    fn queued(&self) -> Duration {
        let Some(format) = self.feed.as_ref().map(PlayFeed::format) else {
            return Duration::ZERO;
        };
        let groups = self.left() / usize::from(format.channels());
        let time = format
            .rate()
            .time_of(u64::try_from(groups).unwrap_or(u64::MAX));
        Duration::from_millis(time.as_millis())
    }

    fn take_notice(&mut self) -> Option<Notice> {
        // A loss that nobody played anything into is told as well; its error comes with the next frame.
        let _ = self.look();
        (!self.notices.is_empty()).then(|| self.notices.remove(0))
    }
}

impl SpeakerSink {
    /// Samples of the device that are not heard yet.
    fn left(&self) -> usize {
        self.waiting.len() + self.feed.as_ref().map_or(0, PlayFeed::pending)
    }
}

impl fmt::Debug for SpeakerSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpeakerSink({})", self.format)
    }
}

const fn failed(problem: DeviceProblem) -> AudioError {
    AudioError::Device {
        kind: DeviceKind::Loudspeaker,
        problem,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, atomic::Ordering};

    use super::{
        super::{
            keeper::tests::scripted,
            play::{PlayPull, queue},
        },
        *,
    };
    use crate::{MediaTime, SampleRate};

    const FORMAT: AudioFormat = AudioFormat::mono(SampleRate::HZ_16000);

    fn device(channels: u16, rate: SampleRate) -> (PlayFeed, PlayPull) {
        let format = AudioFormat::new(rate, channels).unwrap();
        queue(format, Duration::from_millis(10))
    }

    async fn sink(feed: PlayFeed) -> SpeakerSink {
        let backend = scripted(vec![Ok(feed)]);
        SpeakerSink::start(backend, FORMAT, Duration::ZERO)
            .await
            .unwrap()
    }

    fn frame(samples: Vec<i16>) -> AudioFrame {
        AudioFrame::new(FORMAT, MediaTime::ZERO, samples)
    }

    /// Plays like a device, until told to stop or nothing has come for long.
    fn listen(pull: &mut PlayPull, count: usize) -> Vec<i16> {
        let mut buffer = vec![0; count];
        pull.fill(&mut buffer, |sample| sample);
        buffer
    }

    #[tokio::test]
    async fn more_than_the_queue_holds_is_played_in_order_on_every_channel() {
        let (feed, mut pull) = device(2, SampleRate::HZ_16000);
        let mut sink = sink(feed).await;
        let samples: Vec<i16> = (1..=1000).collect();
        let mut heard = Vec::new();
        {
            let frame = frame(samples.clone());
            let mut play = std::pin::pin!(async {
                sink.play(&frame).await.unwrap();
                sink.drain().await.unwrap();
            });
            while futures_util::FutureExt::now_or_never(play.as_mut()).is_none() {
                heard.extend(listen(&mut pull, 64));
            }
        }
        let expected: Vec<i16> = samples.iter().flat_map(|s| [*s, *s]).collect();
        heard.truncate(expected.len());
        assert_eq!(heard, expected);
        assert_eq!(sink.queued(), Duration::ZERO);
    }

    #[tokio::test]
    async fn a_second_at_another_rate_is_a_second_once_it_is_drained() {
        let (feed, mut pull) = device(1, SampleRate::HZ_48000);
        let mut sink = sink(feed).await;
        let mut heard = 0;
        {
            let frame = frame(vec![1000; 16_000]);
            let mut play = std::pin::pin!(async {
                sink.play(&frame).await.unwrap();
                sink.drain().await.unwrap();
            });
            while futures_util::FutureExt::now_or_never(play.as_mut()).is_none() {
                heard += listen(&mut pull, 48).iter().filter(|s| **s > 300).count();
            }
        }
        assert!((47_900..=48_000).contains(&heard), "{heard}");
    }

    #[tokio::test]
    async fn what_is_interrupted_is_not_heard() {
        let (feed, mut pull) = device(1, SampleRate::HZ_16000);
        let mut sink = sink(feed).await;
        let long = frame(vec![7; 500]);
        // Dropped while it waits for room.
        assert!(futures_util::FutureExt::now_or_never(sink.play(&long)).is_none());
        assert_eq!(listen(&mut pull, 4), [7; 4]);
        assert!(sink.queued() > Duration::from_millis(25));
        sink.flush();
        assert_eq!(sink.queued(), Duration::ZERO);
        sink.play(&frame(vec![8; 4])).await.unwrap();
        assert_eq!(listen(&mut pull, 6), [8, 8, 8, 8, 0, 0]);
    }

    #[tokio::test]
    async fn nobody_waits_for_a_loudspeaker_that_is_gone() {
        let ((feed, pull), (again, mut back)) = (
            device(1, SampleRate::HZ_16000),
            device(1, SampleRate::HZ_16000),
        );
        let backend = scripted(vec![Ok(feed), Ok(again)]);
        let troubles = Arc::clone(&backend.troubles);
        let unplugged = Arc::clone(&backend.unplugged);
        let mut sink = SpeakerSink::start(backend, FORMAT, Duration::ZERO)
            .await
            .unwrap();
        drop(pull);
        unplugged.store(true, Ordering::SeqCst);
        troubles.lock().unwrap()[0].lost();
        sink.play(&frame(vec![1; 1000])).await.unwrap();
        unplugged.store(false, Ordering::SeqCst);
        // Until the thread has opened it again; each turn of the loop lets it.
        let mut told = Vec::new();
        while told.len() < 2 {
            told.extend(sink.take_notice());
            std::thread::yield_now();
        }
        assert!(told[0].text.contains("gone") && told[1].text.contains("back"));
        sink.play(&frame(vec![2; 4])).await.unwrap();
        assert_eq!(listen(&mut back, 5), [2, 2, 2, 2, 0]);
    }

    #[tokio::test]
    async fn a_frame_of_another_format_is_refused() {
        let (feed, _pull) = device(1, SampleRate::HZ_16000);
        let mut sink = sink(feed).await;
        let format = AudioFormat::mono(SampleRate::HZ_8000);
        let wrong = AudioFrame::new(format, MediaTime::ZERO, vec![0; 8]);
        let error = sink.play(&wrong).await.unwrap_err();
        assert!(matches!(error, AudioError::Format { .. }));
    }
}
