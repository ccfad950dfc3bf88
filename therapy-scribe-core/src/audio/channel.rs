//! Audio pushed in from outside, as an audio callback does.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use rtrb::{Consumer, Producer, RingBuffer};
use tokio::sync::Notify;

use super::{AudioError, AudioFormat, AudioFrame, AudioSource};

/// A source that is fed through an [`AudioPusher`], from any thread, without async and without waiting.
///
/// Between the two is a ring of fixed size. What does not fit is refused, counted, and replaced by as much silence, so
/// that the recording's clock stays right.
pub struct ChannelSource {
    format: AudioFormat,
    ring: Consumer<i16>,
    shared: Arc<Shared>,
    delivered: u64,
}

/// The feeding end of a [`ChannelSource`]. Dropping it ends the source.
pub struct AudioPusher {
    ring: Producer<i16>,
    shared: Arc<Shared>,
    channels: usize,
    refused: usize,
}

#[derive(Debug, Default)]
struct Shared {
    wake: Notify,
    /// Set before the last wake-up: the ring itself counts as abandoned only after it.
    ended: AtomicBool,
}

/// Audio that did not fit: the reader is too slow, or gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PushError {
    /// The ring is full. The samples will be silence in the recording.
    #[error("the audio ring is full: {samples} samples become silence")]
    #[non_exhaustive]
    Full {
        /// How many samples, all channels counted.
        samples: usize,
    },
    /// Nobody reads any more.
    #[error("the capture has ended")]
    Closed,
}

impl ChannelSource {
    /// A source and its feeding end, with a ring that holds `capacity` of audio (at least 10 ms; a second is plenty).
    #[must_use]
    pub fn new(format: AudioFormat, capacity: Duration) -> (AudioPusher, Self) {
        let channels = usize::from(format.channels());
        let groups = format
            .rate()
            .samples_in(capacity.clamp(Duration::from_millis(10), Duration::from_secs(600)));
        let (producer, consumer) = RingBuffer::new(groups.saturating_mul(channels));
        let shared = Arc::new(Shared::default());
        let pusher = AudioPusher {
            ring: producer,
            shared: Arc::clone(&shared),
            channels,
            refused: 0,
        };
        (
            pusher,
            Self {
                format,
                ring: consumer,
                shared,
                delivered: 0,
            },
        )
    }

    fn take(&mut self) -> Option<AudioFrame> {
        let channels = usize::from(self.format.channels());
        let whole = self.ring.slots() / channels * channels;
        let chunk = self.ring.read_chunk(whole).ok()?;
        if chunk.is_empty() {
            return None;
        }
        let samples: Vec<i16> = chunk.into_iter().collect();
        let start = self.format.rate().time_of(self.delivered);
        self.delivered += u64::try_from(whole / channels).unwrap_or(0);
        Some(AudioFrame::new(self.format, start, samples))
    }
}

#[async_trait]
impl AudioSource for ChannelSource {
    fn format(&self) -> AudioFormat {
        self.format
    }

    async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        loop {
            // Asked first: what is pushed before the end must be read after it is seen.
            let ended = self.shared.ended.load(Ordering::Acquire);
            if let Some(frame) = self.take() {
                return Ok(Some(frame));
            }
            if ended {
                return Ok(None);
            }
            self.shared.wake.notified().await;
        }
    }
}

impl AudioPusher {
    /// Hands over samples, interleaved; a last group that lacks channels is refused with the rest of it.
    ///
    /// Never waits and never allocates, so it may be called from an audio callback. Waking the reader may take a lock of
    /// the runtime for a moment.
    ///
    /// # Errors
    /// [`PushError::Full`] for what did not fit, [`PushError::Closed`] once the source is gone.
    pub fn push(&mut self, samples: &[i16]) -> Result<(), PushError> {
        if self.ring.is_abandoned() {
            return Err(PushError::Closed);
        }
        self.pay_back();
        let room = if self.refused == 0 {
            self.ring.slots() / self.channels * self.channels
        } else {
            0
        };
        let fits = samples.len().min(room) / self.channels * self.channels;
        let (now, late) = samples.split_at_checked(fits).unwrap_or((samples, &[]));
        for sample in now {
            // There is room: only this end adds.
            let _ = self.ring.push(*sample);
        }
        self.shared.wake.notify_one();
        let lost = late.len() / self.channels * self.channels;
        self.refused += lost;
        if lost == 0 {
            Ok(())
        } else {
            Err(PushError::Full { samples: lost })
        }
    }

    /// Whether nobody reads any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.ring.is_abandoned()
    }

    /// Puts silence where samples were refused, before anything that comes after them.
    fn pay_back(&mut self) {
        while self.refused > 0 && self.ring.push(0).is_ok() {
            self.refused -= 1;
        }
    }
}

impl Drop for AudioPusher {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Release);
        self.shared.wake.notify_one();
    }
}

impl fmt::Debug for ChannelSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ChannelSource({}, {} samples waiting)",
            self.format,
            self.ring.slots()
        )
    }
}

impl fmt::Debug for AudioPusher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AudioPusher({} samples free)", self.ring.slots())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SampleRate;

    fn pair() -> (AudioPusher, ChannelSource) {
        ChannelSource::new(
            AudioFormat::mono(SampleRate::HZ_8000),
            Duration::from_millis(10),
        )
    }

    #[tokio::test]
    async fn what_is_pushed_from_a_thread_comes_out_and_then_ends() {
        let (mut pusher, mut source) = pair();
        let thread = std::thread::spawn(move || pusher.push(&[1, 2, 3]));
        let frame = source.next_frame().await.unwrap().unwrap();
        assert_eq!(frame.samples(), [1, 2, 3]);
        assert_eq!(source.next_frame().await.unwrap(), None);
        assert_eq!(thread.join().unwrap(), Ok(()));
    }

    #[tokio::test]
    async fn what_does_not_fit_becomes_silence_of_the_same_length() {
        let (mut pusher, mut source) = pair();
        assert_eq!(pusher.push(&[7; 100]), Err(PushError::Full { samples: 20 }));
        assert_eq!(
            source.next_frame().await.unwrap().unwrap().samples(),
            [7; 80]
        );
        assert_eq!(pusher.push(&[9; 10]), Ok(()));
        let frame = source.next_frame().await.unwrap().unwrap();
        assert_eq!(frame.samples(), [[0; 20].as_slice(), &[9; 10]].concat());
        assert_eq!(frame.start().as_millis(), 10);
    }

    #[tokio::test]
    async fn a_pusher_learns_that_the_reader_is_gone() {
        let (mut pusher, source) = pair();
        drop(source);
        assert!(pusher.is_closed());
        assert_eq!(pusher.push(&[1]), Err(PushError::Closed));
    }
}
