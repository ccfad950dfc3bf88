//! What can go wrong on the way to a service. Nothing here holds an address with its query, a header or a body.

use std::{io, time::Duration};

/// Why a service could not be reached, or stopped answering. Each says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is none that may be used.
    #[error("{address} is not a usable address: {reason}")]
    #[non_exhaustive]
    Origin {
        /// Scheme and host as far as they could be read; never a path or query.
        address: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The machine at the other end, or the network, did not answer the call.
    #[error(
        "could not connect to {host}: {}; check the network, and the proxy if there is one",
        said(source)
    )]
    #[non_exhaustive]
    Connect {
        /// Host and port.
        host: String,
        /// Why.
        source: io::Error,
    },
    /// No trust could be established.
    #[error(
        "the secure connection to {host} failed: {}; behind an inspecting proxy, add the clinic's root certificate",
        said(source)
    )]
    #[non_exhaustive]
    Tls {
        /// Host and port.
        host: String,
        /// Why.
        source: io::Error,
    },
    /// A certificate or key that was given can't be used.
    #[error("the certificate or key given for TLS can't be used: {0}")]
    Certificate(&'static str),
    /// No TLS provider is compiled in.
    #[error("no TLS provider is compiled in: turn on the feature `tls-ring` or `tls-aws-lc`")]
    NoTlsProvider,
    /// The proxy's address is no address.
    #[error("the proxy address can't be used: {0}")]
    ProxyAddress(&'static str),
    /// The proxy refused to connect.
    #[error("the proxy refused the connection{}", refusal(*.status))]
    #[non_exhaustive]
    ProxyRefused {
        /// Its HTTP status; 0 when that is not known, as when it answered something that is not HTTP.
        status: u16,
    },
    /// The server answered a WebSocket handshake with an HTTP status.
    #[error("the service refused the connection with HTTP status {status}")]
    #[non_exhaustive]
    Refused {
        /// The status.
        status: u16,
    },
    /// The server does not speak the protocol.
    #[error("the server at the other end does not speak {0}")]
    Protocol(&'static str),
    /// No answer in time.
    #[error(
        "no answer within {after:?} while {doing}; check the network, and the proxy if there is one"
    )]
    #[non_exhaustive]
    Timeout {
        /// During what.
        doing: &'static str,
        /// After how long.
        after: Duration,
    },
    /// The connection broke without a goodbye.
    #[error("the connection broke: {}", said(.0))]
    Lost(#[source] io::Error),
    /// What was to be sent could not be read, or has another length than announced.
    #[error("what was to be sent could not be read: {}", read(.0))]
    Source(#[source] io::Error),
    /// A message or body beyond the limit.
    #[error("the answer is larger than {limit} bytes and was dropped")]
    #[non_exhaustive]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// A header that HTTP can't carry.
    #[error(
        "the value of the header `{0}` can't be sent: it holds a line break or another control character"
    )]
    Header(&'static str),
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Something that was configured is wrong; a retry changes nothing.
    Configuration,
    /// The network or the other end; a retry may help.
    Network,
    /// The other end said no.
    Refused,
    /// The other end sent something that can't be used.
    Invalid,
}

impl Error {
    /// What kind of failure it is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Origin { .. }
            | Self::Certificate(_)
            | Self::NoTlsProvider
            | Self::ProxyAddress(_)
            | Self::Source(_)
            | Self::Header(_) => ErrorKind::Configuration,
            Self::Connect { .. } | Self::Timeout { .. } | Self::Lost(_) => ErrorKind::Network,
            Self::Tls { .. } | Self::ProxyRefused { .. } | Self::Refused { .. } => {
                ErrorKind::Refused
            }
            Self::Protocol(_) | Self::TooLarge { .. } => ErrorKind::Invalid,
        }
    }

    /// Whether the same call may succeed later: network failures, and HTTP 408, 429 and 5xx.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Refused { status } | Self::ProxyRefused { status } => is_passing(*status),
            other => matches!(other.kind(), ErrorKind::Network),
        }
    }
}

/// Whether an HTTP status is one that passes.
pub(crate) const fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..=599)
}

/// The reason in plain words.
fn said(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "nothing listens there".to_owned(),
        io::ErrorKind::ConnectionReset => "it was reset".to_owned(),
        io::ErrorKind::UnexpectedEof => "it ended without a goodbye".to_owned(),
        io::ErrorKind::TimedOut => "it did not answer in time".to_owned(),
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted => "it was cut".to_owned(),
        io::ErrorKind::NotFound => "its name could not be resolved".to_owned(),
        _ => match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(rustls::Error::InvalidCertificate(problem)) => distrust(problem),
            _ => error.to_string(),
        },
    }
}

/// Why a body could not be read, in plain words.
fn read(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "it is shorter than announced".to_owned(),
        io::ErrorKind::FileTooLarge => "it is longer than announced or allowed".to_owned(),
        _ => error.to_string(),
    }
}

/// What is wrong with a certificate.
fn distrust(problem: &rustls::CertificateError) -> String {
    use rustls::CertificateError as Problem;
    match problem {
        Problem::UnknownIssuer => {
            "its certificate was issued by an authority that is not trusted here"
        }
        Problem::Expired | Problem::ExpiredContext { .. } => "its certificate has expired",
        Problem::NotValidYet | Problem::NotValidYetContext { .. } => {
            "its certificate is not valid yet by this machine's clock"
        }
        Problem::NotValidForName | Problem::NotValidForNameContext { .. } => {
            "its certificate is for another host"
        }
        other => return other.to_string(),
    }
    .to_owned()
}

/// A proxy's refusal in plain words.
fn refusal(status: u16) -> String {
    match status {
        0 => "; ask who runs it whether it lets this host through".to_owned(),
        407 => " with status 407: check its user name and password".to_owned(),
        status => format!(" with status {status}"),
    }
}
