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

/// Into a file, unencrypted: written beside it as `.part` and moved there when it is whole. `Debug` does not show its name.
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
        self.open = Some(File::create(self.part()).await?);
        Ok(())
    }

    async fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.file()?.write_all(piece).await
    }

    async fn finish(&mut self) -> io::Result<()> {
        self.file()?.sync_all().await?;
        self.open = None;
        tokio::fs::rename(self.part(), &self.path).await
    }
}

impl fmt::Debug for FileSave {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileSave")
    }
}
