//! Audio on its way to a loudspeaker's callback, which may never wait.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use rtrb::{Consumer, Producer, RingBuffer};
use tokio::sync::Notify;

use crate::AudioFormat;

/// A queue of samples of a device's own format. Both ends count all channels together.
pub(super) fn queue(format: AudioFormat, capacity: Duration) -> (PlayFeed, PlayPull) {
    let samples = format.rate().samples_in(capacity) * usize::from(format.channels());
    let (producer, consumer) = RingBuffer::new(samples);
    let shared = Arc::new(Shared::default());
    let feed = PlayFeed {
        format,
        ring: producer,
        shared: Arc::clone(&shared),
        pushed: 0,
    };
    let pull = PlayPull {
        ring: consumer,
        shared,
        taken: 0,
    };
    (feed, pull)
}

#[derive(Debug, Default)]
struct Shared {
    /// The callback took some, or is gone.
    wake: Notify,
    /// Samples that the callback has taken or skipped.
    taken: AtomicU64,
    /// Samples before this one are not to be heard.
    skip_until: AtomicU64,
}

/// The async end.
pub(super) struct PlayFeed {
    format: AudioFormat,
    ring: Producer<i16>,
    shared: Arc<Shared>,
    pushed: u64,
}

impl PlayFeed {
    pub(super) const fn format(&self) -> AudioFormat {
        self.format
    }

    /// Takes as much as there is room for, in whole groups, and says how much that is.
    pub(super) fn push(&mut self, samples: impl ExactSizeIterator<Item = i16>) -> usize {
        let channels = usize::from(self.format.channels());
        let room = self.ring.slots().min(samples.len()) / channels * channels;
        for sample in samples.take(room) {
            // There is room: only this end adds.
            let _ = self.ring.push(sample);
        }
        self.pushed += u64::try_from(room).unwrap_or(0);
        room
    }

    /// Nothing that was pushed so far is to be heard any more.
    pub(super) fn flush(&self) {
        self.shared.skip_until.store(self.pushed, Ordering::Release);
    }

    /// Samples that are still to be heard.
    pub(super) fn pending(&self) -> usize {
        let gone = self.shared.taken.load(Ordering::Acquire);
        let gone = gone.max(self.shared.skip_until.load(Ordering::Acquire));
        usize::try_from(self.pushed.saturating_sub(gone)).unwrap_or(usize::MAX)
    }

    /// Whether the callback is gone.
    pub(super) fn is_abandoned(&self) -> bool {
        self.ring.is_abandoned()
    }

    /// Waits until the callback took something since this was called last. Cancel safe.
    pub(super) async fn moved(&mut self) {
        self.shared.wake.notified().await;
    }
}

/// The callback's end.
pub(super) struct PlayPull {
    ring: Consumer<i16>,
    shared: Arc<Shared>,
    taken: u64,
}

impl PlayPull {
    /// Fills a buffer; what is not there is left as it is, which is silence. Never waits, never allocates.
    pub(super) fn fill<T>(&mut self, buffer: &mut [T], convert: impl Fn(i16) -> T) {
        let skip_until = self.shared.skip_until.load(Ordering::Acquire);
        let skip = usize::try_from(skip_until.saturating_sub(self.taken)).unwrap_or(usize::MAX);
        self.take(skip.min(self.ring.slots()), |_| ());
        let mut places = buffer.iter_mut();
        self.take(places.len().min(self.ring.slots()), |sample| {
            if let Some(place) = places.next() {
                *place = convert(sample);
            }
        });
        self.shared.taken.store(self.taken, Ordering::Release);
        self.shared.wake.notify_one();
    }

    fn take(&mut self, count: usize, each: impl FnMut(i16)) {
        if let Ok(chunk) = self.ring.read_chunk(count) {
            chunk.into_iter().for_each(each);
            self.taken += u64::try_from(count).unwrap_or(0);
        }
    }
}

impl Drop for PlayPull {
    fn drop(&mut self) {
        self.shared.wake.notify_one();
    }
}

impl fmt::Debug for PlayFeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PlayFeed({}, {} samples)", self.format, self.pending())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SampleRate;

    fn stereo() -> (PlayFeed, PlayPull) {
        let format = AudioFormat::new(SampleRate::HZ_8000, 2).unwrap();
        queue(format, Duration::from_millis(1))
    }

    fn heard(pull: &mut PlayPull, count: usize) -> Vec<i16> {
        let mut buffer = vec![0; count];
        pull.fill(&mut buffer, |sample| sample);
        buffer
    }

    #[test]
    fn what_is_flushed_is_not_heard_and_what_comes_after_it_is() {
        let (mut feed, mut pull) = stereo();
        assert_eq!(feed.push([1, 1, 2, 2, 3, 3].into_iter()), 6);
        assert_eq!(heard(&mut pull, 2), [1, 1]);
        feed.flush();
        assert_eq!(feed.pending(), 0);
        assert_eq!(feed.push([4, 4].into_iter()), 2);
        assert_eq!(feed.pending(), 2);
        assert_eq!(heard(&mut pull, 4), [4, 4, 0, 0]);
        assert_eq!(feed.pending(), 0);
    }

    #[test]
    fn a_full_queue_takes_whole_groups_only() {
        let (mut feed, mut pull) = stereo();
        assert_eq!(feed.push(std::iter::repeat_n(1, 15)), 14);
        assert_eq!(feed.push(std::iter::repeat_n(1, 15)), 2);
        assert_eq!(feed.push([2, 2].into_iter()), 0);
        assert_eq!(heard(&mut pull, 16), [1; 16]);
        assert_eq!(feed.push([2, 2].into_iter()), 2);
        drop(pull);
        assert!(feed.is_abandoned());
    }
}
