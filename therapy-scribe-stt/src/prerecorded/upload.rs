//! Audio on its way to the service: read while it is sent, hashed on the way, never whole in memory.

use std::{
    fmt, io,
    path::PathBuf,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, ready},
};

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, ReadBuf};

use super::{Error, job::Uploaded};

/// The most that one upload may have, in bytes: 2.2 GB (`pre-recorded.md` 3).
pub const MOST_BYTES: u64 = 2_200_000_000;

/// Audio to upload, in the bytes of its file: FLAC or WAV at best.
#[async_trait]
pub trait AudioUpload: Send + Sync {
    /// Opens it at its beginning. Called for each try.
    ///
    /// # Errors
    /// Whatever keeps it from being read.
    async fn open(&self) -> io::Result<OpenAudio>;

    /// Whether it can be opened again after a try that broke off. Default: yes.
    fn is_repeatable(&self) -> bool {
        true
    }
}

/// Audio that is open at its beginning.
pub struct OpenAudio {
    pub(crate) reader: Box<dyn AsyncRead + Send + Unpin>,
    pub(crate) length: Option<u64>,
}

impl OpenAudio {
    /// A reader, and its length in bytes where that is known: what is too large is then refused before it starts.
    pub fn new(reader: impl AsyncRead + Send + Unpin + 'static, length: Option<u64>) -> Self {
        Self {
            reader: Box::new(reader),
            length,
        }
    }
}

impl fmt::Debug for OpenAudio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAudio")
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// A file. `Debug` does not show its name.
pub struct FileUpload(PathBuf);

impl FileUpload {
    /// The file at a path; it is opened when it is uploaded.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// SHA-256 of the file in hexadecimal, as [`JobTicket::sha256`](super::JobTicket::sha256) has it: whether it was sent before
    /// can be known before it is sent, and billed, again.
    ///
    /// # Errors
    /// Whatever keeps it from being read; a file that is no audio is an error too.
    pub async fn sha256(&self) -> io::Result<String> {
        let seen = Seen::default();
        let mut reader = Watched::new(self.open().await?.reader, seen.clone());
        tokio::io::copy(&mut reader, &mut tokio::io::sink()).await?;
        let unread = || io::Error::other("the file was not read");
        Ok(seen.uploaded(String::new()).ok_or_else(unread)?.sha256)
    }
}

#[async_trait]
impl AudioUpload for FileUpload {
    async fn open(&self) -> io::Result<OpenAudio> {
        let file = tokio::fs::File::open(&self.0).await?;
        let length = file.metadata().await?.len();
        Ok(OpenAudio::new(file, Some(length)))
    }
}

impl fmt::Debug for FileUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileUpload")
    }
}

/// A reader that can be read once: a try that breaks off is the last.
pub struct ReaderUpload(Mutex<Option<OpenAudio>>);

impl ReaderUpload {
    /// A reader, and its length in bytes where that is known.
    pub fn new(reader: impl AsyncRead + Send + Unpin + 'static, length: Option<u64>) -> Self {
        Self(Mutex::new(Some(OpenAudio::new(reader, length))))
    }
}

#[async_trait]
impl AudioUpload for ReaderUpload {
    async fn open(&self) -> io::Result<OpenAudio> {
        let reader = self.0.lock().ok().and_then(|mut reader| reader.take());
        reader.ok_or_else(|| io::Error::other("the reader was read before"))
    }

    fn is_repeatable(&self) -> bool {
        false
    }
}

impl fmt::Debug for ReaderUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReaderUpload")
    }
}

/// What was read so far.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<Sum>>);

#[derive(Default)]
struct Sum {
    hash: Sha256,
    bytes: u64,
    wrong: Option<&'static str>,
}

impl Seen {
    pub(crate) fn uploaded(&self, url: String) -> Option<Uploaded> {
        let sum = self.0.lock().ok()?;
        let hash = sum.hash.clone().finalize();
        let digits = hash.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let sha256 = digits.filter_map(|digit| char::from_digit(digit.into(), 16));
        Some(Uploaded {
            url,
            sha256: sha256.collect(),
            bytes: sum.bytes,
        })
    }

    /// What it is, where it is no audio.
    pub(crate) fn wrong(&self) -> Option<Error> {
        self.0.lock().ok()?.wrong.map(Error::NotAudio)
    }
}

/// A reader that hashes, and stops at once where what it reads is no audio: the service would take it and fail later.
pub(crate) struct Watched {
    inner: Box<dyn AsyncRead + Send + Unpin>,
    seen: Seen,
}

impl Watched {
    pub(crate) fn new(inner: Box<dyn AsyncRead + Send + Unpin>, seen: Seen) -> Self {
        Self { inner, seen }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(cx, into))?;
        let new = into.filled().get(before..).unwrap_or_default();
        let Ok(mut sum) = self.seen.0.lock() else {
            return Poll::Ready(Err(io::ErrorKind::Other.into()));
        };
        if sum.bytes == 0 {
            sum.wrong = no_audio(new);
        }
        if sum.wrong.is_some() {
            drop(sum);
            into.set_filled(before);
            return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
        }
        sum.hash.update(new);
        sum.bytes += u64::try_from(new.len()).unwrap_or(0);
        Poll::Ready(Ok(()))
    }
}

/// What a file begins as that is no audio: no container of audio begins like these.
fn no_audio(begin: &[u8]) -> Option<&'static str> {
    let text = begin.trim_ascii_start();
    match text {
        [] if begin.is_empty() => Some("empty"),
        [b'{' | b'[', ..] => Some("JSON"),
        [b'-', b'-', ..] => Some("a form"),
        [b'<', ..] => Some("a page of HTML or XML"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn bytes_are_hashed_on_their_way() {
        let seen = Seen::default();
        let mut all = Vec::new();
        let mut reader = Watched::new(Box::new(&b"abc"[..]), seen.clone());
        reader.read_to_end(&mut all).await.unwrap();
        let uploaded = seen.uploaded("https://x".to_owned()).unwrap();
        assert_eq!(
            uploaded.sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!((uploaded.bytes, all.as_slice()), (3, &b"abc"[..]));
    }

    #[tokio::test]
    async fn what_is_no_audio_stops_at_once() {
        for (bytes, what) in [
            (&b" {\"audio\":1}"[..], "JSON"),
            (b"--boundary\r\n", "a form"),
            (b"<!doctype html>", "a page of HTML or XML"),
            (b"", "empty"),
        ] {
            let seen = Seen::default();
            let mut reader = Watched::new(Box::new(bytes), seen.clone());
            assert!(reader.read_to_end(&mut Vec::new()).await.is_err());
            assert!(matches!(seen.wrong(), Some(Error::NotAudio(said)) if said == what));
        }
        for begin in ["RIFF", "fLaC", "OggS", "ID3", "\u{1}\u{2}"] {
            assert_eq!(no_audio(begin.as_bytes()), None, "{begin}");
        }
    }

    #[tokio::test]
    async fn a_reader_is_read_once_and_a_file_any_number_of_times() {
        let reader = ReaderUpload::new(&b"RIFF"[..], Some(4));
        assert!(!reader.is_repeatable() && reader.open().await.is_ok());
        assert!(reader.open().await.is_err());
        assert!(FileUpload::new("/nowhere/at/all").open().await.is_err());
    }
}
