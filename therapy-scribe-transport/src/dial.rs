//! How a byte stream to a host comes about. Tests dial a pipe in memory, hosts their own network.

use std::{fmt, io};

use async_trait::async_trait;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
};

/// A connected stream of bytes.
pub trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> ByteStream for T {}

impl fmt::Debug for dyn ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ByteStream")
    }
}

/// Connects to a host. The stream is plain: TLS and proxies are added on top of it.
///
/// ```
/// use therapy_scribe_transport::{ByteStream, Dial};
///
/// /// One end of a pipe for every call; the other end is dropped.
/// #[derive(Debug)]
/// struct Pipe;
///
/// #[async_trait::async_trait]
/// impl Dial for Pipe {
///     async fn dial(&self, _host: &str, _port: u16) -> std::io::Result<Box<dyn ByteStream>> {
///         Ok(Box::new(tokio::io::duplex(1024).0))
///     }
/// }
/// ```
#[async_trait]
pub trait Dial: Send + Sync + fmt::Debug {
    /// Connects. The caller sets the deadline.
    ///
    /// Must be cancel safe: a dropped call leaves no connection behind.
    ///
    /// # Errors
    /// Whatever kept it from connecting; [`NotFound`](io::ErrorKind::NotFound) for a name that nobody knows.
    async fn dial(&self, host: &str, port: u16) -> io::Result<Box<dyn ByteStream>>;
}

/// Dials TCP with the system's resolver, without Nagle's delay.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct TcpDial;

#[async_trait]
impl Dial for TcpDial {
    async fn dial(&self, host: &str, port: u16) -> io::Result<Box<dyn ByteStream>> {
        // An IPv6 address stands in brackets in a URL, and without them in a socket address.
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let unknown = |error| io::Error::new(io::ErrorKind::NotFound, error);
        let addresses: Vec<_> = lookup_host((host, port)).await.map_err(unknown)?.collect();
        let stream = TcpStream::connect(addresses.as_slice()).await?;
        stream.set_nodelay(true)?;
        Ok(Box::new(stream))
    }
}
