//! Bodies that are larger than memory should hold: sent and received piece by piece, with a limit on standing still
//! instead of one on the whole.

use std::{
    fmt, io,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use reqwest::{
    Body, Response,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use tokio::io::{AsyncRead, ReadBuf};

use crate::{Error, HttpClient, HttpReply, HttpRequest, connector::within};

/// How much is read at once: a few pieces of this are all that an upload holds.
const PIECE: usize = 64 << 10;

/// A body to send, read while it is sent. `Debug` shows its length.
pub struct HttpUpload {
    reader: Box<dyn AsyncRead + Send + Unpin>,
    length: Option<u64>,
    most: u64,
    idle: Duration,
    progress: Arc<dyn Fn(u64) + Send + Sync>,
}

impl HttpUpload {
    /// The bytes of a reader. With a length it is announced, and a reader that has more or less is an error.
    pub fn new(reader: impl AsyncRead + Send + Unpin + 'static, length: Option<u64>) -> Self {
        Self {
            reader: Box::new(reader),
            length,
            most: u64::MAX,
            idle: Duration::from_secs(60),
            progress: Arc::new(|_| {}),
        }
    }

    /// How many bytes may be sent at most; a longer reader is an error. Default: any number.
    #[must_use]
    pub const fn most(mut self, bytes: u64) -> Self {
        self.most = bytes;
        self
    }

    /// How long nothing may move, from connecting to the answer. Default 60 s.
    #[must_use]
    pub const fn idle(mut self, idle: Duration) -> Self {
        self.idle = idle;
        self
    }

    /// Called with the number of bytes handed to the connection so far; it must not block.
    #[must_use]
    pub fn progress(mut self, progress: Arc<dyn Fn(u64) + Send + Sync>) -> Self {
        self.progress = progress;
        self
    }
}

impl fmt::Debug for HttpUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpUpload")
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

impl HttpClient {
    /// Makes one call whose body is read while it is sent, as `application/octet-stream`. The request's own timeout does not
    /// hold: the upload's limit on standing still does.
    ///
    /// Dropping the future abandons the call; the server may have acted on it.
    ///
    /// # Errors
    /// As [`send`](Self::send); [`Error::Source`] when the reader fails, or has another length than announced.
    pub async fn upload(
        &self,
        request: &HttpRequest,
        upload: HttpUpload,
    ) -> Result<HttpReply, Error> {
        let (sent, failed) = (Arc::new(AtomicU64::new(0)), Failed::default());
        let (length, idle) = (upload.length, upload.idle);
        let pieces = Pieces::new(upload, Arc::clone(&sent), failed.clone());
        let mut call = self
            .start(request)?
            .header(CONTENT_TYPE, "application/octet-stream");
        if let Some(length) = length {
            call = call.header(CONTENT_LENGTH, length);
        }
        let call = call.body(Body::wrap_stream(pieces));
        let work = async {
            let response = call
                .send()
                .await
                .map_err(|error| failed.or(self.scrub(&error, request)))?;
            self.read(response, request).await
        };
        while_moving("sending a file", idle, &sent, work).await
    }

    /// Makes one call whose answer is read piece by piece. The request's timeout holds until the answer begins, and then for
    /// each piece; its limit on the body holds for the whole.
    ///
    /// Dropping the future abandons the call.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn open(&self, request: &HttpRequest) -> Result<HttpDownload, Error> {
        let call = async {
            let call = self.start(request)?;
            call.send()
                .await
                .map_err(|error| self.scrub(&error, request))
        };
        let response = within("waiting for an answer", request.timeout, call).await?;
        Ok(HttpDownload {
            client: self.clone(),
            request: request.clone(),
            response,
            received: 0,
        })
    }

    /// Makes one call whose answer may be large: the request's timeout holds until the answer begins, and then for each piece
    /// of it, as in [`open`](Self::open).
    ///
    /// Dropping the future abandons the call; the server may have acted on it.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn send_large(&self, request: &HttpRequest) -> Result<HttpReply, Error> {
        let mut download = self.open(request).await?;
        let mut body = BytesMut::new();
        while let Some(piece) = download.piece().await? {
            body.extend_from_slice(&piece);
        }
        Ok(HttpReply::new(
            download.status(),
            download.response.headers().clone(),
            body.freeze(),
        ))
    }
}

/// An answer whose body is still coming.
pub struct HttpDownload {
    client: HttpClient,
    request: HttpRequest,
    response: Response,
    received: usize,
}

impl HttpDownload {
    /// The status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// The next piece; `None` at the end. A piece is lost when the future is dropped.
    ///
    /// # Errors
    /// [`Error::Lost`] when it breaks off, [`Error::Timeout`] when nothing comes, [`Error::TooLarge`] when there is more than
    /// the request's [`max_body`](HttpRequest::max_body).
    pub async fn piece(&mut self) -> Result<Option<Bytes>, Error> {
        let (client, request) = (&self.client, &self.request);
        let next = async {
            let piece = self.response.chunk().await;
            piece.map_err(|error| client.scrub(&error, request))
        };
        let piece = within("receiving a file", request.timeout, next).await?;
        let limit = request.max_body;
        let new = piece.as_ref().map_or(0, Bytes::len);
        self.received = self.received.saturating_add(new);
        if self.received > limit {
            return Err(Error::TooLarge { limit });
        }
        Ok(piece)
    }
}

impl fmt::Debug for HttpDownload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpDownload({})", self.status())
    }
}

/// Waits for `work` as long as `moved` changes within each `idle`.
async fn while_moving<T>(
    doing: &'static str,
    idle: Duration,
    moved: &AtomicU64,
    work: impl Future<Output = Result<T, Error>> + Send,
) -> Result<T, Error> {
    tokio::pin!(work);
    let mut before = moved.load(Ordering::Relaxed);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = tokio::time::sleep(idle) => {
                let now = moved.load(Ordering::Relaxed);
                if now == before {
                    return Err(Error::Timeout { doing, after: idle });
                }
                before = now;
            }
        }
    }
}

/// Why the reader failed. The HTTP library wraps it beyond recognition.
#[derive(Clone, Default)]
struct Failed(Arc<Mutex<Option<io::Error>>>);

impl Failed {
    fn set(&self, error: io::Error) -> io::Error {
        let kind = error.kind();
        if let Ok(mut failed) = self.0.lock() {
            *failed = Some(error);
        }
        kind.into()
    }

    fn or(&self, other: Error) -> Error {
        let failed = self.0.lock().ok().and_then(|mut failed| failed.take());
        failed.map_or(other, Error::Source)
    }
}

/// The reader as pieces.
struct Pieces {
    upload: HttpUpload,
    buffer: BytesMut,
    sent: Arc<AtomicU64>,
    failed: Failed,
    ended: bool,
}

impl Pieces {
    fn new(upload: HttpUpload, sent: Arc<AtomicU64>, failed: Failed) -> Self {
        Self {
            upload,
            buffer: BytesMut::new(),
            sent,
            failed,
            ended: false,
        }
    }

    /// Counts a piece; what the reader has beyond what it may have is not sent.
    fn count(&mut self, bytes: usize) -> io::Result<()> {
        let before = self.sent.load(Ordering::Relaxed);
        let total = before.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        let short = bytes == 0 && self.upload.length.is_some_and(|length| total < length);
        let long = total > self.upload.length.unwrap_or(self.upload.most);
        if short || long {
            let kind = if short {
                io::ErrorKind::UnexpectedEof
            } else {
                io::ErrorKind::FileTooLarge
            };
            return Err(kind.into());
        }
        self.sent.store(total, Ordering::Relaxed);
        if bytes > 0 {
            (self.upload.progress)(total);
        }
        Ok(())
    }
}

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.ended {
            return Poll::Ready(None);
        }
        this.buffer.resize(PIECE, 0);
        let mut into = ReadBuf::new(&mut this.buffer);
        let read = ready!(Pin::new(&mut this.upload.reader).poll_read(cx, &mut into));
        let bytes = into.filled().len();
        let counted = read.and_then(|()| this.count(bytes));
        this.ended = bytes == 0 || counted.is_err();
        Poll::Ready(match counted {
            Err(error) => Some(Err(this.failed.set(error))),
            Ok(()) if this.ended => None,
            Ok(()) => Some(Ok(this.buffer.split_to(bytes).freeze())),
        })
    }
}
