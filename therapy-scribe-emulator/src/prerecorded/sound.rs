//! What an upload is, and where in it somebody speaks: read while its bytes arrive.

use std::fmt;

use crate::streaming::{AudioClock, AudioEncoding as Encoding, FRAME_MS, Vad};

/// A header that is longer than this is none.
const HEADER_LIMIT: usize = 64 << 10;
/// WAV files up to this size stay whole, for a redacted copy: an hour and more of 16 kHz.
pub(super) const KEPT: usize = 128 << 20;
/// What a text file has at its begin.
const SNIFFED: usize = 64;

/// An upload. Sixteen-bit WAV is heard; everything else is taken for as long and as loud as the script says. Its `Debug`
/// shows no audio.
pub(crate) struct Sound {
    /// The first bytes, until it is clear what they are.
    head: Vec<u8>,
    kind: Kind,
    channels: Vec<AudioClock>,
    /// For each channel the level of each frame: root mean square, 0 to 32 768.
    levels: Vec<Vec<f32>>,
    /// The bytes of a sample of all channels that a piece cut.
    cut: Vec<u8>,
    /// All of it, where it is short enough.
    kept: Option<Vec<u8>>,
    bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Too little has come.
    Unknown,
    /// The samples begin at this byte.
    Wav {
        data: usize,
        rate: u32,
    },
    Text,
    /// A container that has no decoder here.
    Other,
}

impl Sound {
    pub(crate) fn new() -> Self {
        Self {
            head: Vec::new(),
            kind: Kind::Unknown,
            channels: Vec::new(),
            levels: Vec::new(),
            cut: Vec::new(),
            kept: Some(Vec::new()),
            bytes: 0,
        }
    }

    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.bytes += u64::try_from(piece.len()).unwrap_or(0);
        self.kept = self
            .kept
            .take()
            .filter(|kept| kept.len() + piece.len() <= KEPT)
            .map(|mut kept| {
                kept.extend_from_slice(piece);
                kept
            });
        match self.kind {
            Kind::Wav { .. } => self.samples(piece),
            Kind::Unknown => {
                self.head.extend_from_slice(piece);
                self.sniff();
            }
            Kind::Text | Kind::Other => self.kept = None,
        }
    }

    /// No more will come.
    pub(crate) fn finish(&mut self) {
        if self.kind == Kind::Unknown {
            self.kind = without_header(&self.head);
        }
        self.channels.iter_mut().for_each(AudioClock::finish);
        self.drain();
    }

    fn sniff(&mut self) {
        let Some(header) = header(&self.head) else {
            if !self.head.starts_with(b"RIFF") && self.head.len() >= SNIFFED
                || self.head.len() > HEADER_LIMIT
            {
                self.kind = without_header(&self.head);
                self.head = Vec::new();
            }
            return;
        };
        let clock = || AudioClock::new(Encoding::PcmS16Le, header.rate.into());
        self.kind = Kind::Wav {
            data: header.data,
            rate: header.rate,
        };
        self.channels = (0..header.channels).map(|_| clock()).collect();
        self.levels = vec![Vec::new(); header.channels];
        let head = std::mem::take(&mut self.head);
        self.samples(head.get(header.data..).unwrap_or_default());
    }

    fn samples(&mut self, piece: &[u8]) {
        let width = 2 * self.channels.len();
        let mut all = std::mem::take(&mut self.cut);
        all.extend_from_slice(piece);
        let blocks = all.chunks_exact(width.max(2));
        let rest = blocks.remainder().to_vec();
        for block in blocks {
            for (clock, sample) in self.channels.iter_mut().zip(block.chunks_exact(2)) {
                clock.push(sample);
            }
        }
        self.cut = rest;
        self.drain();
    }

    fn drain(&mut self) {
        for (clock, levels) in self.channels.iter_mut().zip(&mut self.levels) {
            clock.take_samples();
            while let Some(level) = clock.pop() {
                #[expect(
                    clippy::as_conversions,
                    clippy::cast_possible_truncation,
                    reason = "a level needs no more precision"
                )]
                levels.push(level as f32);
            }
        }
    }

    /// `None` where only a decoder would know.
    pub(crate) fn duration_ms(&self) -> Option<u64> {
        self.channels.first().map(AudioClock::received_ms)
    }

    pub(crate) fn channels(&self) -> usize {
        self.channels.len().max(1)
    }

    /// Whether it is known on which channel is what.
    pub(crate) const fn is_heard(&self) -> bool {
        !self.channels.is_empty()
    }

    pub(crate) const fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Text)
    }

    /// Whether anybody speaks in the frames of this time; always where it can't be heard.
    pub(crate) fn is_voiced(&self, frame: usize) -> bool {
        if self.levels.is_empty() {
            return true;
        }
        let vad = Vad::new(0.2);
        let mut levels = self.levels.iter().filter_map(|levels| levels.get(frame));
        levels.any(|level| vad.hear(f64::from(*level)).0)
    }

    /// On which channel it is loudest from one millisecond to another.
    pub(crate) fn loudest(&self, from_ms: u64, to_ms: u64) -> usize {
        let frame = |ms: u64| usize::try_from(ms / FRAME_MS).unwrap_or(usize::MAX);
        let (from, to) = (frame(from_ms), frame(to_ms));
        let energy = |levels: &Vec<f32>| -> f32 {
            let part = levels.get(from..to.clamp(from, levels.len().max(from)));
            part.unwrap_or_default().iter().map(|l| l * l).sum()
        };
        let energies = self.levels.iter().map(energy);
        let loudest = energies.enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
        loudest.map_or(0, |(channel, _)| channel)
    }

    /// The whole file, where its samples begin and how many a second a channel has.
    pub(crate) fn wav(&self) -> Option<(&[u8], usize, u32)> {
        match self.kind {
            Kind::Wav { data, rate } => Some((self.kept.as_deref()?, data, rate)),
            _ => None,
        }
    }

    pub(crate) const fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl fmt::Debug for Sound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sound({} bytes)", self.bytes)
    }
}

/// Where the samples of a WAV file of 16 bits are.
struct Header {
    data: usize,
    rate: u32,
    channels: usize,
}

fn header(head: &[u8]) -> Option<Header> {
    let word = |at: usize| Some(u16::from_le_bytes(*head.get(at..)?.first_chunk()?));
    let long = |at: usize| Some(u32::from_le_bytes(*head.get(at..)?.first_chunk()?));
    if !head.starts_with(b"RIFF") || head.get(8..12) != Some(b"WAVE") {
        return None;
    }
    let (mut at, mut format) = (12, None);
    loop {
        let size = usize::try_from(long(at + 4)?).ok()?;
        match head.get(at..at + 4)? {
            b"fmt " => format = Some((usize::from(word(at + 10)?), long(at + 12)?, word(at + 22)?)),
            b"data" => {
                let (channels, rate, bits) = format?;
                let is_heard = bits == 16 && (1..=8).contains(&channels) && rate > 0;
                return is_heard.then_some(Header {
                    data: at + 8,
                    rate,
                    channels,
                });
            }
            _ => {}
        }
        at = at
            .checked_add(8)?
            .checked_add(size)?
            .checked_add(size % 2)?;
    }
}

fn without_header(head: &[u8]) -> Kind {
    let begin = head.get(..head.len().min(SNIFFED)).unwrap_or_default();
    let is_text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t');
    if begin.iter().all(is_text) {
        Kind::Text
    } else {
        Kind::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stereo file of a second; the right channel is silent in its second half.
    fn stereo() -> Vec<u8> {
        let mut file = b"RIFF\xff\xff\xff\xffWAVE".to_vec();
        file.extend(b"LIST\x03\0\0\0abc\0fmt \x10\0\0\0\x01\0\x02\0");
        file.extend(8000_u32.to_le_bytes());
        file.extend(32_000_u32.to_le_bytes());
        file.extend(b"\x04\0\x10\0data\xff\xff\xff\xff");
        for sample in 0..8000 {
            let tone = if sample / 10 % 2 == 0 {
                3000_i16
            } else {
                -3000
            };
            let right = if sample < 4000 { 2 * tone } else { 0 };
            file.extend(tone.to_le_bytes());
            file.extend(right.to_le_bytes());
        }
        file
    }

    #[test]
    fn channels_are_heard_whatever_pieces_a_file_comes_in() {
        for size in [1, 7, 4096, usize::MAX] {
            let mut sound = Sound::new();
            stereo()
                .chunks(size.min(40_000))
                .for_each(|piece| sound.push(piece));
            sound.finish();
            assert_eq!(sound.duration_ms(), Some(1000), "in pieces of {size}");
            assert_eq!((sound.loudest(0, 400), sound.loudest(600, 1000)), (1, 0));
            assert!(sound.is_voiced(0) && !sound.is_voiced(50));
        }
    }

    #[test]
    fn what_is_no_audio_is_told_from_what_has_no_decoder() {
        let kind = |bytes: &[u8]| {
            let mut sound = Sound::new();
            sound.push(bytes);
            sound.finish();
            (sound.is_text(), sound.duration_ms())
        };
        assert_eq!(kind(b"<html>"), (true, None));
        assert_eq!(
            kind(&[b"fLaC\0\0\0\x22".as_slice(), &[0; 90]].concat()),
            (false, None)
        );
        assert_eq!(kind(b"RIFF"), (true, None));
    }
}
