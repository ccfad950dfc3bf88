//! Redacted audio on its way to the host.

use std::{fmt, io, path::PathBuf};

use async_trait::async_trait;
use tokio::{fs::File, io::AsyncWriteExt};

/// Where redacted audio goes, piece by piece. It is redacted by a machine: what it missed can be heard.
#[async_trait]
pub trait AudioSave: Send + Sync {
    /// A download begins; whatever an earlier one has left is void.
    ///
    /// # Errors
    /// Whatever keeps it from being written.
    async fn begin(&mut self) -> io::Result<()>;

    /// The next bytes.
    ///
    /// # Errors
    /// Whatever keeps them from being written.
    async fn write(&mut self, piece: &[u8]) -> io::Result<()>;

    /// All bytes were written.
    ///
    /// # Errors
    /// Whatever keeps the whole from being kept.
    async fn finish(&mut self) -> io::Result<()>;
}

/// In memory: an hour of mp3 is some 30 MB.
#[async_trait]
impl AudioSave for Vec<u8> {
    async fn begin(&mut self) -> io::Result<()> {
        self.clear();
        Ok(())
    }

    async fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.extend_from_slice(piece);
        Ok(())
    }

    async fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Into a file, unencrypted: written beside it as `.part` and moved there when it is whole. A `.part` of a
/// download that failed, or that an earlier one has left, is removed. `Debug` does not show its name.
pub struct FileSave {
    path: PathBuf,
    open: Option<File>,
}

impl FileSave {
    /// The file at a path; one that is there is replaced.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            open: None,
        }
    }

    fn part(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".part");
        name.into()
    }

    fn file(&mut self) -> io::Result<&mut File> {
        let closed = || io::Error::other("the file was not begun");
        self.open.as_mut().ok_or_else(closed)
    }
}

#[async_trait]
impl AudioSave for FileSave {
    async fn begin(&mut self) -> io::Result<()> {
        self.discard();
        match tokio::fs::remove_file(self.part()).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        self.open = Some(File::create(self.part()).await?);
        Ok(())
    }

    async fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        let written = self.file()?.write_all(piece).await;
        if written.is_err() {
            self.discard();
        }
        written
    }

    async fn finish(&mut self) -> io::Result<()> {
        let finished = self.close().await;
        if finished.is_err() {
            self.discard();
        }
        finished
    }
}

impl FileSave {
    async fn close(&mut self) -> io::Result<()> {
        let file = self.file()?;
        // A write goes on in the background; its error comes with the flush, and not with the sync.
        file.flush().await?;
        file.sync_all().await?;
        tokio::fs::rename(self.part(), &self.path).await?;
        self.open = None;
        Ok(())
    }

    /// Removes what is not whole.
    fn discard(&mut self) {
        if self.open.take().is_some() {
            // Where it can't be removed, the next download begins with that and says so.
            let _ = std::fs::remove_file(self.part());
        }
    }
}

impl Drop for FileSave {
    fn drop(&mut self) {
        self.discard();
    }
}

impl fmt::Debug for FileSave {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileSave")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_not_whole_does_not_stay() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("redacted.wav");
        let mut save = FileSave::new(&path);
        std::fs::write(save.part(), b"left by an earlier one").unwrap();
        save.begin().await.unwrap();
        save.write(b"beep").await.unwrap();
        drop(save);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_write_that_fails_late_is_an_error_of_the_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("redacted.wav");
        let mut save = FileSave::new(&path);
        save.begin().await.unwrap();
        let full = File::options().write(true).open("/dev/full").await;
        save.open = Some(full.unwrap());
        save.write(b"beep").await.unwrap();
        assert!(save.finish().await.is_err());
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
