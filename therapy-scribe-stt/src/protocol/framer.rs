//! Cutting audio into messages that the service takes: 50 to 1000 ms each (`streaming-stt.md` 3.1).

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use therapy_scribe_core::SampleRate;

use crate::config::Encoding;

/// What a scribe sends: little overhead, and soon enough.
const FRAME: Duration = Duration::from_millis(100);
/// The shortest message; a shorter tail ends the session and loses the last turn.
const SHORTEST: Duration = Duration::from_millis(50);

/// Cuts PCM into frames of 100 ms and pads the last. Bytes of another encoding pass as they are.
#[derive(Debug)]
pub(super) struct Framer {
    encoding: Encoding,
    rate: u32,
    frame: usize,
    shortest: usize,
    held: BytesMut,
    sent_bytes: u64,
}

impl Framer {
    pub(super) fn new(encoding: Encoding, hertz: u32) -> Self {
        let bytes = |length| {
            let samples = SampleRate::new(hertz).map_or(0, |rate| rate.samples_in(length));
            samples * encoding.sample_bytes().unwrap_or(0)
        };
        Self {
            encoding,
            rate: hertz,
            frame: bytes(FRAME),
            shortest: bytes(SHORTEST),
            held: BytesMut::new(),
            sent_bytes: 0,
        }
    }

    pub(super) fn push(&mut self, audio: &Bytes) {
        self.held.extend_from_slice(audio);
    }

    /// The next whole frame.
    pub(super) fn pop(&mut self) -> Option<Bytes> {
        if self.held.is_empty() || self.held.len() < self.frame {
            return None;
        }
        let length = if self.frame == 0 {
            self.held.len()
        } else {
            self.frame
        };
        Some(self.take(length))
    }

    /// What is left, if it is long enough to be a message by itself.
    pub(super) fn flush_whole(&mut self) -> Option<Bytes> {
        let length = self.held.len();
        (length > 0 && length >= self.shortest).then(|| self.take(length))
    }

    /// What is left, padded with silence to the shortest length.
    pub(super) fn flush(&mut self) -> Option<Bytes> {
        if self.held.is_empty() {
            return None;
        }
        let silence = if self.encoding == Encoding::PcmMulaw {
            0xff
        } else {
            0
        };
        let length = self.held.len().max(self.shortest);
        self.held.resize(length, silence);
        Some(self.take(length))
    }

    /// How much audio has been cut off, by its bytes.
    pub(super) fn sent(&self) -> Duration {
        let a_second = u64::from(self.rate)
            * self
                .encoding
                .sample_bytes()
                .and_then(|n| u64::try_from(n).ok())
                .unwrap_or(0);
        Duration::from_millis((self.sent_bytes * 1000).checked_div(a_second).unwrap_or(0))
    }

    fn take(&mut self, length: usize) -> Bytes {
        self.sent_bytes += u64::try_from(length).unwrap_or(0);
        self.held.split_to(length).freeze()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_comes_in_goes_out_in_messages_that_the_service_takes(
            pieces in prop::collection::vec(0usize..9000, 0..30),
            rate in 8000u32..=96_000,
        ) {
            let mut framer = Framer::new(Encoding::PcmS16Le, rate);
            let (mut sent, mut out) = (Vec::new(), Vec::new());
            for (index, length) in pieces.into_iter().enumerate() {
                let piece = vec![u8::try_from(index + 1).unwrap(); length * 2];
                sent.extend_from_slice(&piece);
                framer.push(&piece.into());
                while let Some(frame) = framer.pop() {
                    out.push(frame);
                }
            }
            out.extend(framer.flush());
            for frame in &out {
                let micros = u64::try_from(frame.len()).unwrap() * 500_000 / u64::from(rate);
                prop_assert!((50_000..=1_000_000).contains(&micros), "{micros} µs at {rate} Hz");
            }
            let joined = out.concat();
            prop_assert_eq!(&joined[..sent.len()], &sent[..]);
            prop_assert!(joined[sent.len()..].iter().all(|byte| *byte == 0));
        }
    }

    #[test]
    fn a_mulaw_tail_is_padded_with_its_own_silence() {
        let mut framer = Framer::new(Encoding::PcmMulaw, 8000);
        framer.push(&vec![1; 10].into());
        assert_eq!(framer.pop(), None);
        let tail = framer.flush().unwrap();
        assert_eq!((tail.len(), tail[9], tail[10]), (400, 1, 0xff));
        assert_eq!(framer.sent(), Duration::from_millis(50));
    }
}
