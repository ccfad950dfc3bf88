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
//! Nothing here reconnects, and nothing here knows a vendor. Errors hold no address, no header and no body.
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
pub use ws::WsRequest;
