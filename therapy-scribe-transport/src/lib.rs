//! One WebSocket loop and one HTTP call for the therapy-scribe crates.
//!
//! A vendor's rules live in a state machine without sockets, a [`Protocol`]; [`connect`] runs it over a real socket, or
//! over whatever a [`Dial`] returns. [`HttpClient`] makes the other kind of call. Both share a [`Connector`]: TLS with a
//! provider that is named and never installed for the process, a proxy, and a deadline on everything.
//!
//! ```text
//!  host ── Handle ── audio, control ──▶ ┌────────┐ ── frames ──▶ socket
//!                                       │ driver │
//!  host ◀─ Events ◀─────── items ────── └────────┘ ◀─ frames ─── (always read)
//!                                         │    ▲
//!                                         ▼    │
//!                                     Protocol machine
//! ```
//!
//! ```
//! use std::time::Duration;
//! use therapy_scribe_transport::{Connector, ErrorKind, HttpClient, Origin, Proxy, Timeouts, WsRequest};
//!
//! # fn main() -> Result<(), therapy_scribe_transport::Error> {
//! // A clinic behind a proxy. What it is given is checked here, before anything is called.
//! let connector = Connector::builder()
//!     .proxy(Proxy::http("http://nurse:s3cret@proxy.clinic:3128")?)
//!     .timeouts(Timeouts::default().connect(Duration::from_secs(20)))
//!     .build()?;
//! let http = HttpClient::new(&connector)?; // for `http.send(&HttpRequest::post(…))`
//! let service = Origin::parse("wss://streaming.example")?;
//! let request = WsRequest::new(&service, "/v3/ws?token=t0ken"); // for `connect(&connector, request, …)`
//!
//! // Neither credentials nor tokens are printed.
//! let shown = format!("{connector:?} {request:?} {http:?}");
//! assert!(!shown.contains("s3cret") && !shown.contains("t0ken"));
//!
//! // Without encryption there is this machine only.
//! let error = Origin::parse("ws://10.0.0.5:9000").unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::Configuration);
//! # Ok(())
//! # }
//! ```
//!
//! What it does not do: reconnect, know a vendor, read the environment, compress messages. HTTP calls do not go through a
//! [`Dial`]. Errors hold no query, no header and no body.
//!
//! # Logs
//!
//! Events of this crate hold durations and sizes. The WebSocket library logs, through the `log` crate under the target
//! `tungstenite`, the reasons of close frames at DEBUG, and headers and whole messages at TRACE: a host that logs at these
//! levels should keep that target at INFO.
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `tls-ring` (default) | TLS with `ring` |
//! | `tls-aws-lc` | TLS with `aws-lc-rs`; used when `tls-ring` is off |

mod connector;
mod dial;
mod driver;
mod error;
mod headers;
mod http;
mod origin;
mod protocol;
mod proxy;
mod retry;
mod scrub;
mod session;
mod tls;
mod transfer;
mod wire;
mod ws;

pub use connector::{Connector, ConnectorBuilder, Timeouts};
pub use dial::{ByteStream, Dial, TcpDial};
pub use driver::ABANDON_LIMIT;
pub use error::{Error, ErrorKind};
pub use http::{HttpClient, HttpReply, HttpRequest};
pub use origin::Origin;
pub use protocol::{HostEnd, Incoming, Outgoing, Protocol, Text};
pub use proxy::Proxy;
pub use retry::{Again, Retry};
pub use session::{Closed, Events, Handle, Queues, connect};
pub use tls::{Tls, TlsBuilder};
pub use transfer::{HttpDownload, HttpUpload};
pub use ws::WsRequest;
