//! Keeping what was captured.

use std::{
    fmt,
    fs::File,
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;

use super::{AudioError, AudioFormat, AudioFrame};

/// Keeps the audio of a session, frame by frame as it is captured: what was paused is silence in it, as it is in the
/// transcript's time. A capture never stops because a recorder fails.
#[async_trait]
pub trait AudioRecorder: Send + fmt::Debug {
    /// Takes the next frame. Frames follow one another without holes, all of one format.
    ///
    /// # Errors
    /// [`AudioError`] when it can't be kept; no further frame is given then.
    async fn record(&mut self, frame: &AudioFrame) -> Result<(), AudioError>;

    /// Nothing more comes: what was taken should be safe when this returns.
    ///
    /// # Errors
    /// [`AudioError`] when it is not.
    async fn finish(&mut self) -> Result<(), AudioError>;
}

/// Writes a WAV file of 16-bit PCM, **unencrypted**: for a host that has said so to its clinician, or that encrypts the
/// disk. The file can be read at any time, also after a crash, up to five seconds before it.
pub struct WavRecorder {
    file: Option<File>,
    path: PathBuf,
    /// Bytes of audio that are written, and that the header tells of.
    written: u32,
    told: u32,
    sync_every: u32,
}

const HEADER: u32 = 44;
const SYNC_EVERY: Duration = Duration::from_secs(5);

impl WavRecorder {
    /// Makes the file; one that is there already is not overwritten.
    ///
    /// # Errors
    /// [`AudioError::File`].
    pub fn create(path: impl AsRef<Path>) -> Result<Self, AudioError> {
        let path = path.as_ref().to_owned();
        let file = File::options().write(true).create_new(true).open(&path);
        let file = file.map_err(|source| failed(&path, source))?;
        Ok(Self {
            file: Some(file),
            path,
            written: 0,
            told: 0,
            sync_every: 0,
        })
    }

    fn write(&mut self, frame: &AudioFrame) -> io::Result<()> {
        let Some(file) = &mut self.file else {
            return Err(io::Error::other("the recording is finished"));
        };
        if self.sync_every == 0 {
            let format = frame.format();
            file.write_all(&header(format, 0))?;
            let second = format.rate().samples_in(SYNC_EVERY) * usize::from(format.channels()) * 2;
            self.sync_every = u32::try_from(second).unwrap_or(u32::MAX).max(1);
        }
        let bytes = frame.to_le_bytes();
        let length = u32::try_from(bytes.len()).ok();
        let written = length.and_then(|length| self.written.checked_add(length));
        let fits = written.filter(|written| *written <= u32::MAX - HEADER);
        let written = fits.ok_or_else(|| io::Error::other("a WAV file holds 4 GB at most"))?;
        file.write_all(&bytes)?;
        self.written = written;
        if self.written - self.told >= self.sync_every {
            self.tell_length()?;
        }
        Ok(())
    }

    /// Writes the lengths into the header.
    fn tell_length(&mut self) -> io::Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        file.seek(SeekFrom::Start(4))?;
        file.write_all(&(self.written + HEADER - 8).to_le_bytes())?;
        file.seek(SeekFrom::Start(40))?;
        file.write_all(&self.written.to_le_bytes())?;
        file.seek(SeekFrom::End(0))?;
        self.told = self.written;
        Ok(())
    }
}

#[async_trait]
impl AudioRecorder for WavRecorder {
    async fn record(&mut self, frame: &AudioFrame) -> Result<(), AudioError> {
        let written = self.write(frame);
        written.map_err(|source| failed(&self.path, source))
    }

    async fn finish(&mut self) -> Result<(), AudioError> {
        let told = self.tell_length();
        let synced = told.and_then(|()| self.file.take().map_or(Ok(()), |file| file.sync_all()));
        synced.map_err(|source| failed(&self.path, source))
    }
}

impl fmt::Debug for WavRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WavRecorder({} bytes)", self.written)
    }
}

fn failed(path: &Path, source: io::Error) -> AudioError {
    AudioError::Record {
        path: path.to_owned(),
        source,
    }
}

fn header(format: AudioFormat, length: u32) -> Vec<u8> {
    let (channels, hertz) = (format.channels(), format.rate().hertz());
    let group = channels * 2;
    let mut header = Vec::with_capacity(44);
    header.extend_from_slice(b"RIFF");
    header.extend_from_slice(&(length + HEADER - 8).to_le_bytes());
    header.extend_from_slice(b"WAVEfmt ");
    header.extend_from_slice(&16u32.to_le_bytes());
    header.extend_from_slice(&1u16.to_le_bytes());
    header.extend_from_slice(&channels.to_le_bytes());
    header.extend_from_slice(&hertz.to_le_bytes());
    header.extend_from_slice(&hertz.saturating_mul(u32::from(group)).to_le_bytes());
    header.extend_from_slice(&group.to_le_bytes());
    header.extend_from_slice(&16u16.to_le_bytes());
    header.extend_from_slice(b"data");
    header.extend_from_slice(&length.to_le_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        MediaTime,
        audio::{AudioSource, SampleRate, WavSource},
    };

    fn frame(number: u64) -> AudioFrame {
        let format = AudioFormat::new(SampleRate::HZ_16000, 2).unwrap();
        let samples: Vec<i16> = (0..3200).map(|sample| sample - 1600).collect();
        AudioFrame::new(format, MediaTime::from_millis(number * 100), samples)
    }

    async fn read(path: &Path) -> (AudioFormat, Vec<i16>) {
        let mut source = WavSource::open(path).unwrap();
        let mut samples = Vec::new();
        while let Ok(Some(frame)) = source.next_frame().await {
            samples.extend_from_slice(frame.samples());
        }
        (source.format(), samples)
    }

    #[tokio::test]
    async fn what_was_recorded_is_read_again_sample_by_sample() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("session.wav");
        let mut recorder = WavRecorder::create(&path).unwrap();
        let mut expected = Vec::new();
        for number in 0..120 {
            recorder.record(&frame(number)).await.unwrap();
            expected.extend_from_slice(frame(number).samples());
            if number == 70 {
                // As after a crash: the header is behind the data, and what it tells of can be read.
                let (_, samples) = read(&path).await;
                assert!(samples.len() >= 3200 * 50 && expected.starts_with(&samples));
            }
        }
        recorder.finish().await.unwrap();
        let (format, samples) = read(&path).await;
        assert!(format == frame(0).format() && samples == expected);
        assert!(recorder.record(&frame(0)).await.is_err());
        assert!(
            WavRecorder::create(&path).is_err(),
            "nothing is overwritten"
        );
    }
}
