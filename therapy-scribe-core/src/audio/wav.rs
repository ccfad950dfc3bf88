//! WAV files.

use std::{
    fmt,
    fs::File,
    io::{BufReader, Read},
    path::Path,
    time::Duration,
};

use async_trait::async_trait;

use super::{
    AudioError, AudioFormat, AudioFrame, AudioSource,
    wav_header::{self, Encoding, WavHeader},
};

/// A WAV file, or anything that reads like one: PCM of 8, 16, 24 or 32 bits or 32-bit float, any number of channels,
/// plain or extensible header, other chunks before the audio of any length.
///
/// Samples become 16-bit. Reading blocks for as long as the file system takes for a tenth of a second of audio.
pub struct WavSource {
    reader: Box<dyn Read + Send + Sync>,
    header: WavHeader,
    /// Bytes of audio read so far.
    read: u64,
    ended: bool,
}

/// How much one frame holds.
const FRAME: Duration = Duration::from_millis(100);

impl WavSource {
    /// Opens a file.
    ///
    /// # Errors
    /// [`AudioError`] when it can't be read, is empty, is no WAV file, or holds another codec than PCM.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, AudioError> {
        let path = path.as_ref();
        let failed = |source| AudioError::File {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(failed)?;
        if file.metadata().map_err(failed)?.is_dir() {
            return Err(failed(std::io::ErrorKind::IsADirectory.into()));
        }
        Self::from_reader(BufReader::new(file))
    }

    /// Reads from memory, a pipe, or whatever else.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn from_reader(mut reader: impl Read + Send + Sync + 'static) -> Result<Self, AudioError> {
        let header = wav_header::read(&mut reader)?;
        Ok(Self {
            reader: Box::new(reader),
            header,
            read: 0,
            ended: false,
        })
    }

    /// How long the audio is by the header; `None` where the header does not say.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        let groups = self.header.length? / u64::try_from(self.block()).ok()?;
        Some(Duration::from_millis(
            self.header.format.rate().time_of(groups).as_millis(),
        ))
    }

    fn block(&self) -> usize {
        usize::from(self.header.format.channels()) * self.header.encoding.bytes()
    }

    fn next(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        if self.ended {
            return Ok(None);
        }
        let groups = self.header.format.rate().samples_in(FRAME);
        let left = self.header.length.map_or(usize::MAX, |all| {
            usize::try_from(all - self.read).unwrap_or(usize::MAX)
        });
        let mut bytes = vec![0; (groups * self.block()).min(left)];
        let got = wav_header::fill(&mut self.reader, &mut bytes)?;
        if got == 0 {
            self.ended = true;
            return self.missing().map_or(Ok(None), Err);
        }
        bytes.truncate(got / self.block() * self.block());
        let start = self
            .header
            .format
            .rate()
            .time_of(self.read / u64::try_from(self.block()).unwrap_or(1));
        self.read += u64::try_from(got).unwrap_or(0);
        let frame = AudioFrame::new(
            self.header.format,
            start,
            decode(&bytes, self.header.encoding),
        );
        Ok(Some(frame))
    }

    /// The error for a file that is shorter than its header says.
    fn missing(&self) -> Option<AudioError> {
        let declared = self.header.length?;
        let missing = declared - self.read;
        (missing > 0).then_some(AudioError::Truncated { declared, missing })
    }
}

#[async_trait]
impl AudioSource for WavSource {
    fn format(&self) -> AudioFormat {
        self.header.format
    }

    async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        self.next()
    }
}

impl fmt::Debug for WavSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WavSource({:?}, {} bytes read)", self.header, self.read)
    }
}

fn decode(bytes: &[u8], encoding: Encoding) -> Vec<i16> {
    let high = |bytes: &[u8]| match bytes {
        // The two most significant bytes are the sample; what stands below them is finer than 16 bits.
        [.., low, high] => i16::from_le_bytes([*low, *high]),
        _ => 0,
    };
    let samples = bytes.chunks_exact(encoding.bytes());
    match encoding {
        Encoding::U8 => bytes
            .iter()
            .map(|byte| (i16::from(*byte) - 128) * 256)
            .collect(),
        Encoding::I16 | Encoding::I24 | Encoding::I32 => samples.map(high).collect(),
        Encoding::F32 => samples
            .filter_map(|b| b.try_into().ok())
            .map(f32::from_le_bytes)
            .map(from_float)
            .collect(),
    }
}

/// Full scale is −1 to 1; what is beyond is clipped, and not-a-number is silence.
fn from_float(sample: f32) -> i16 {
    let scaled = (sample * 32_768.0).clamp(-32_768.0, 32_767.0);
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "clamped; not-a-number becomes 0"
    )]
    let sample = scaled as i16;
    sample
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    /// A WAV file: `(chunk id, content)`s as given, each padded to an even length.
    fn file(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
        let mut bytes = b"RIFF\0\0\0\0WAVE".to_vec();
        for (kind, content) in chunks {
            bytes.extend_from_slice(*kind);
            bytes.extend_from_slice(&u32::try_from(content.len()).unwrap().to_le_bytes());
            bytes.extend_from_slice(content);
            bytes.extend(std::iter::repeat_n(0, content.len() % 2));
        }
        bytes
    }

    fn format(codec: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
        let block = channels * (bits / 8);
        let mut chunk = Vec::new();
        for part in [codec.to_le_bytes(), channels.to_le_bytes()] {
            chunk.extend(part);
        }
        chunk.extend(rate.to_le_bytes());
        chunk.extend(rate.wrapping_mul(u32::from(block)).to_le_bytes());
        for part in [block.to_le_bytes(), bits.to_le_bytes()] {
            chunk.extend(part);
        }
        chunk
    }

    async fn samples(bytes: Vec<u8>) -> Result<Vec<i16>, AudioError> {
        let mut source = WavSource::from_reader(Cursor::new(bytes))?;
        let mut all = Vec::new();
        while let Some(frame) = source.next_frame().await? {
            all.extend_from_slice(frame.samples());
        }
        Ok(all)
    }

    #[tokio::test]
    async fn every_sample_size_reads_the_same_sound() {
        let cases: [(u16, u16, Vec<u8>); 5] = [
            (1, 8, vec![0x80, 0xc0, 0x40]),
            (
                1,
                16,
                [0i16, 0x4000, -0x4000]
                    .into_iter()
                    .flat_map(i16::to_le_bytes)
                    .collect(),
            ),
            (1, 24, vec![0, 0, 0, 0, 0, 0x40, 0, 0, 0xc0]),
            (
                1,
                32,
                [0i32, 0x4000_0000, -0x4000_0000]
                    .into_iter()
                    .flat_map(i32::to_le_bytes)
                    .collect(),
            ),
            (
                3,
                32,
                [0f32, 0.5, -0.5]
                    .into_iter()
                    .flat_map(f32::to_le_bytes)
                    .collect(),
            ),
        ];
        for (codec, bits, data) in cases {
            let plain = file(&[
                (b"fmt ", format(codec, 1, 8000, bits)),
                (b"data", data.clone()),
            ]);
            assert_eq!(
                samples(plain).await.unwrap(),
                [0, 0x4000, -0x4000],
                "{bits}-bit, codec {codec}"
            );

            let mut extensible = format(0xfffe, 1, 8000, bits);
            extensible.extend([22, 0, 0, 0, 0, 0, 0, 0]);
            extensible.extend(codec.to_le_bytes());
            extensible.extend([0; 14]);
            let extensible = file(&[(b"fmt ", extensible), (b"data", data)]);
            assert_eq!(
                samples(extensible).await.unwrap(),
                [0, 0x4000, -0x4000],
                "extensible {bits}-bit"
            );
        }
    }

    #[tokio::test]
    async fn chunks_of_odd_length_are_skipped_with_their_padding() {
        let bytes = file(&[
            (b"LIST", vec![1, 2, 3]),
            (b"fmt ", format(1, 1, 8000, 16)),
            (b"odd ", vec![9]),
            (b"data", vec![1, 0]),
        ]);
        assert_eq!(samples(bytes).await.unwrap(), [1]);
    }

    #[tokio::test]
    async fn a_file_that_ends_early_delivers_what_it_has_and_says_so() {
        let mut bytes = file(&[(b"fmt ", format(1, 1, 8000, 16)), (b"data", vec![1; 4000])]);
        bytes.truncate(bytes.len() - 1000);
        let mut source = WavSource::from_reader(Cursor::new(bytes)).unwrap();
        let mut got = 0;
        let error = loop {
            match source.next_frame().await {
                Ok(Some(frame)) => got += frame.samples().len(),
                Ok(None) => panic!("the missing end was not reported"),
                Err(error) => break error,
            }
        };
        assert_eq!(got, 1500);
        assert_eq!(
            error.to_string(),
            "the audio file ends early: 1000 of 4000 bytes are missing; everything before that was used"
        );
        assert_eq!(source.next_frame().await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_piped_file_of_unknown_length_reads_to_its_end() {
        let mut bytes = file(&[(b"fmt ", format(1, 1, 8000, 16)), (b"data", vec![])]);
        let at = bytes.len() - 4;
        bytes[at..].copy_from_slice(&[0xff; 4]);
        bytes.extend([5, 0, 6, 0]);
        assert_eq!(samples(bytes).await.unwrap(), [5, 6]);
    }

    #[tokio::test]
    async fn what_cannot_be_read_says_why() {
        let pcm = |rate, channels, bits| {
            file(&[
                (b"fmt ", format(1, channels, rate, bits)),
                (b"data", vec![0; 16]),
            ])
        };
        let cases = [
            (vec![], "empty"),
            (b"RIFF".to_vec(), "shorter than a header"),
            (
                b"ID3\x04 this is an mp3 file".to_vec(),
                "does not begin like one",
            ),
            (file(&[(b"data", vec![0; 4])]), "format is missing"),
            (
                file(&[(b"fmt ", format(1, 1, 8000, 16))]),
                "ends before its audio",
            ),
            (
                file(&[(b"fmt ", format(1, 1, 8000, 16)), (b"data", vec![])]),
                "empty",
            ),
            (
                file(&[(b"fmt ", format(0x55, 1, 8000, 16)), (b"data", vec![0; 4])]),
                "codec 0x0055",
            ),
            (pcm(0, 1, 16), "0 Hz"),
            (pcm(8000, 0, 16), "0 channels"),
            (pcm(8000, 1, 12), "12-bit integer"),
        ];
        for (bytes, expected) in cases {
            let said = samples(bytes).await.unwrap_err().to_string();
            assert!(said.contains(expected), "{said} should say {expected}");
        }
        let said = WavSource::open("no-such-file.wav").unwrap_err().to_string();
        assert_eq!(
            said,
            "cannot read the audio file no-such-file.wav: there is no such file"
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(prefix in 0usize..60, noise in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut bytes = file(&[(b"fmt ", format(1, 2, 8000, 16)), (b"data", vec![1; 64])]);
            bytes.truncate(prefix);
            bytes.extend(noise);
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let _ = runtime.block_on(samples(bytes));
        }
    }
}
