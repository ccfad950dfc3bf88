//! The way to a host: dial, proxy, TLS, each with a deadline.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::time::timeout;

use crate::{ByteStream, Dial, Error, Origin, Proxy, TcpDial, Tls};

/// How services are reached. Cheap to clone; every client takes one.
#[derive(Debug, Clone)]
pub struct Connector {
    dial: Arc<dyn Dial>,
    proxy: Option<Proxy>,
    tls: Tls,
    timeouts: Timeouts,
}

impl Connector {
    /// Direct TCP, public roots, default deadlines.
    ///
    /// # Errors
    /// [`Error::NoTlsProvider`].
    pub fn new() -> Result<Self, Error> {
        Self::builder().build()
    }

    /// Starts from the same defaults as [`new`](Self::new).
    pub fn builder() -> ConnectorBuilder {
        ConnectorBuilder {
            dial: Arc::new(TcpDial),
            proxy: None,
            tls: None,
            timeouts: Timeouts::default(),
        }
    }

    /// The deadlines.
    #[must_use]
    pub const fn timeouts(&self) -> &Timeouts {
        &self.timeouts
    }

    pub(crate) const fn tls(&self) -> &Tls {
        &self.tls
    }

    pub(crate) const fn proxy(&self) -> Option<&Proxy> {
        self.proxy.as_ref()
    }

    /// A stream to a host, encrypted where the origin says so.
    pub(crate) async fn open(&self, origin: &Origin) -> Result<Box<dyn ByteStream>, Error> {
        let stream = within("connecting", self.timeouts.connect, self.reach(origin)).await?;
        if origin.is_secure() {
            within(
                "securing the connection",
                self.timeouts.handshake,
                self.tls.wrap(stream, origin),
            )
            .await
        } else {
            Ok(stream)
        }
    }

    async fn reach(&self, origin: &Origin) -> Result<Box<dyn ByteStream>, Error> {
        // No proxy leads to this machine.
        let Some(proxy) = self.proxy.as_ref().filter(|_| !origin.is_loopback()) else {
            return self.dial(origin.host(), origin.port()).await;
        };
        let mut stream = self.dial(proxy.host(), proxy.port()).await?;
        proxy.connect_through(&mut stream, origin).await?;
        Ok(stream)
    }

    async fn dial(&self, host: &str, port: u16) -> Result<Box<dyn ByteStream>, Error> {
        self.dial
            .dial(host, port)
            .await
            .map_err(|source| Error::Connect {
                host: format!("{host}:{port}"),
                source,
            })
    }
}

/// Builds a [`Connector`].
#[derive(Debug)]
#[must_use]
pub struct ConnectorBuilder {
    dial: Arc<dyn Dial>,
    proxy: Option<Proxy>,
    tls: Option<Tls>,
    timeouts: Timeouts,
}

impl ConnectorBuilder {
    /// Dials WebSockets through this. HTTP calls dial by themselves: the HTTP library takes no stream of ours.
    pub fn dial(mut self, dial: Arc<dyn Dial>) -> Self {
        self.dial = dial;
        self
    }

    /// Goes through a proxy, but for this machine.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// Trusts other roots than the public ones, or shows a certificate.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Other deadlines.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// The connector.
    ///
    /// # Errors
    /// [`Error::NoTlsProvider`].
    pub fn build(self) -> Result<Connector, Error> {
        let tls = self.tls.map_or_else(Tls::webpki, Ok)?;
        Ok(Connector {
            dial: self.dial,
            proxy: self.proxy,
            tls,
            timeouts: self.timeouts,
        })
    }
}

/// How long things may take.
///
/// ```
/// use std::time::Duration;
/// use therapy_scribe_transport::Timeouts;
///
/// let patient = Timeouts::default().connect(Duration::from_secs(30));
/// assert_eq!(patient.write, Duration::from_secs(10));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// Name, TCP and proxy together; for HTTP calls TLS as well. Default 10 s.
    pub connect: Duration,
    /// TLS, and then the WebSocket handshake, each. Default 15 s.
    pub handshake: Duration,
    /// One write. Default 10 s.
    pub write: Duration,
}

impl Timeouts {
    /// With another limit for name, TCP and proxy together.
    #[must_use]
    pub const fn connect(mut self, limit: Duration) -> Self {
        self.connect = limit;
        self
    }

    /// With another limit for TLS and the WebSocket handshake, each.
    #[must_use]
    pub const fn handshake(mut self, limit: Duration) -> Self {
        self.handshake = limit;
        self
    }

    /// With another limit for one write.
    #[must_use]
    pub const fn write(mut self, limit: Duration) -> Self {
        self.write = limit;
        self
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            connect: seconds(10),
            handshake: seconds(15),
            write: seconds(10),
        }
    }
}

/// Awaits `work`, at most for `limit`.
pub(crate) async fn within<T>(
    doing: &'static str,
    limit: Duration,
    work: impl Future<Output = Result<T, Error>> + Send,
) -> Result<T, Error> {
    timeout(limit, work).await.unwrap_or(Err(Error::Timeout {
        doing,
        after: limit,
    }))
}
