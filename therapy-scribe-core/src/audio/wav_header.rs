//! The header of a WAV file: RIFF chunks up to the audio.
//!
//! Ours because the finished library for it does not skip the padding after a chunk of odd length, and takes a header
//! that was written before the length was known at its word.

use std::io::{self, Read};

use super::{AudioError, AudioFormat, SampleRate};

/// What stands before the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WavHeader {
    pub(super) format: AudioFormat,
    pub(super) encoding: Encoding,
    /// Bytes of audio; `None` where the writer did not know the length, as with a pipe.
    pub(super) length: Option<u64>,
}

/// How a sample is written. All are little-endian; 8 bits are unsigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    U8,
    I16,
    I24,
    I32,
    F32,
}

impl Encoding {
    pub(super) const fn bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::I16 => 2,
            Self::I24 => 3,
            Self::I32 | Self::F32 => 4,
        }
    }
}

const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xfffe;
/// Lengths this near to the greatest possible mean "not known".
const UNKNOWN_LENGTH: u32 = 0xffff_ff00;
/// A `fmt ` chunk is at most 40 bytes; anything far beyond is damage.
const MAX_FORMAT_CHUNK: u32 = 1024;

/// Reads up to the first sample.
pub(super) fn read(reader: &mut impl Read) -> Result<WavHeader, AudioError> {
    let mut riff = [0; 12];
    match fill(reader, &mut riff)? {
        0 => return Err(AudioError::Empty),
        12 => {}
        _ => return Err(AudioError::NotWav("it is shorter than a header")),
    }
    if !riff.starts_with(b"RIFF") || !riff.ends_with(b"WAVE") {
        return Err(AudioError::NotWav("it does not begin like one"));
    }
    let mut format = None;
    loop {
        let (kind, length) = chunk_header(reader)?;
        match &kind {
            b"fmt " => format = Some(format_chunk(reader, length)?),
            b"data" => {
                let (format, encoding) =
                    format.ok_or(AudioError::NotWav("its format is missing"))?;
                let length = (length < UNKNOWN_LENGTH).then_some(u64::from(length));
                return if length == Some(0) {
                    Err(AudioError::Empty)
                } else {
                    Ok(WavHeader {
                        format,
                        encoding,
                        length,
                    })
                };
            }
            _ => skip(reader, u64::from(length) + u64::from(length % 2))?,
        }
    }
}

fn chunk_header(reader: &mut impl Read) -> Result<([u8; 4], u32), AudioError> {
    let mut header = [0; 8];
    if fill(reader, &mut header)? < header.len() {
        return Err(AudioError::NotWav("it ends before its audio begins"));
    }
    let [a, b, c, d, length @ ..] = header;
    Ok(([a, b, c, d], u32::from_le_bytes(length)))
}

fn format_chunk(
    reader: &mut impl Read,
    length: u32,
) -> Result<(AudioFormat, Encoding), AudioError> {
    let padded = length.saturating_add(length % 2);
    if !(16..=MAX_FORMAT_CHUNK).contains(&length) {
        return Err(AudioError::NotWav("its format has an impossible length"));
    }
    let mut chunk = vec![0; usize::try_from(padded).unwrap_or(0)];
    if fill(reader, &mut chunk)? < chunk.len() {
        return Err(AudioError::NotWav("it ends inside its format"));
    }
    let short = |at: usize| {
        chunk
            .get(at..at + 2)
            .and_then(|b| b.try_into().ok())
            .map_or(0, u16::from_le_bytes)
    };
    let rate = chunk
        .get(4..8)
        .and_then(|b| b.try_into().ok())
        .map_or(0, u32::from_le_bytes);
    // The extensible form keeps the codec in the first two bytes of its sub-format.
    let codec = if short(0) == EXTENSIBLE {
        short(24)
    } else {
        short(0)
    };
    let format = AudioFormat::new(SampleRate::new(rate)?, short(2))?;
    let encoding = encoding(codec, short(14))?;
    let block = usize::from(format.channels()) * encoding.bytes();
    if usize::from(short(12)) != block {
        return Err(AudioError::NotWav(
            "its block size does not fit its samples",
        ));
    }
    Ok((format, encoding))
}

const fn encoding(codec: u16, bits: u16) -> Result<Encoding, AudioError> {
    match (codec, bits) {
        (PCM, 8) => Ok(Encoding::U8),
        (PCM, 16) => Ok(Encoding::I16),
        (PCM, 24) => Ok(Encoding::I24),
        (PCM, 32) => Ok(Encoding::I32),
        (FLOAT, 32) => Ok(Encoding::F32),
        (PCM, bits) => Err(AudioError::UnsupportedDepth {
            bits,
            kind: "integer",
        }),
        (FLOAT, bits) => Err(AudioError::UnsupportedDepth {
            bits,
            kind: "float",
        }),
        (codec, _) => Err(AudioError::UnsupportedCodec(codec)),
    }
}

/// Reads until `buffer` is full or the file ends; returns how much there was.
pub(super) fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> Result<usize, AudioError> {
    let mut filled = 0;
    while let Some(rest @ [_, ..]) = buffer.get_mut(filled..) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(AudioError::Source(error.into())),
        }
    }
    Ok(filled)
}

fn skip(reader: &mut impl Read, length: u64) -> Result<(), AudioError> {
    let skipped = io::copy(&mut reader.take(length), &mut io::sink())
        .map_err(|e| AudioError::Source(e.into()))?;
    if skipped < length {
        Err(AudioError::NotWav("it ends before its audio begins"))
    } else {
        Ok(())
    }
}
