//! The bytes of a connection, which can be held back.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// A connection whose outgoing bytes wait while it is held: a pong too, which nobody else could hold back.
#[derive(Debug)]
pub(crate) struct Line {
    tcp: TcpStream,
    held: Vec<u8>,
    is_held: bool,
}

impl Line {
    pub(crate) const fn new(tcp: TcpStream) -> Self {
        Self {
            tcp,
            held: Vec::new(),
            is_held: false,
        }
    }

    pub(crate) const fn hold(&mut self) {
        self.is_held = true;
    }

    /// What waited goes out with the next flush.
    pub(crate) const fn release(&mut self) {
        self.is_held = false;
    }

    pub(crate) const fn tcp(&self) -> &TcpStream {
        &self.tcp
    }

    fn poll_held(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.held.is_empty() {
            let sent = ready!(Pin::new(&mut self.tcp).poll_write(cx, &self.held))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.held.drain(..sent);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().tcp).poll_read(cx, buf)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let line = self.get_mut();
        if line.is_held {
            line.held.extend_from_slice(bytes);
            return Poll::Ready(Ok(bytes.len()));
        }
        ready!(line.poll_held(cx))?;
        Pin::new(&mut line.tcp).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let line = self.get_mut();
        if line.is_held {
            return Poll::Ready(Ok(()));
        }
        ready!(line.poll_held(cx))?;
        Pin::new(&mut line.tcp).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().tcp).poll_shutdown(cx)
    }
}
