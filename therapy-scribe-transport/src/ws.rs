//! The WebSocket itself: handshake, messages, errors without content.

use std::{fmt, io};

use bytes::Bytes;
use therapy_scribe_core::ApiKey;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        self, Message,
        client::IntoClientRequest,
        protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
    },
};

use crate::{
    ByteStream, Connector, Error, Incoming, Origin, Outgoing, connector::within, headers::Headers,
    protocol::Text,
};

pub(crate) type Socket = WebSocketStream<Box<dyn ByteStream>>;

/// The greatest message that is read.
pub(crate) const MESSAGE_LIMIT: usize = 4 << 20;
/// The library's own 128 KB a connection are eight times what a session needs.
const READ_BUFFER: usize = 8 << 10;

/// What is asked of a WebSocket server. `Debug` shows the origin only: queries and headers hold secrets.
pub struct WsRequest {
    origin: Origin,
    path_and_query: String,
    headers: Headers,
}

impl WsRequest {
    /// A session at this path, which begins with `/` and may have a query.
    pub fn new(origin: &Origin, path_and_query: impl Into<String>) -> Self {
        Self {
            origin: origin.for_websocket(),
            path_and_query: path_and_query.into(),
            headers: Headers::default(),
        }
    }

    /// With a header, such as `user-agent`; it takes the place of an earlier one of that name. One that can't be sent is an
    /// error when the session is opened.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push(name, value.into());
        self
    }

    /// With the key in the `authorization` header, raw.
    #[must_use]
    pub fn key(self, key: &ApiKey) -> Self {
        self.header("authorization", key.expose())
    }

    fn to_http(&self) -> Result<tungstenite::handshake::client::Request, Error> {
        let address = self.origin.address(&self.path_and_query)?;
        let mut request = address.into_client_request().map_err(|_| Error::Origin {
            address: self.origin.to_string(),
            reason: "the path to request can't be sent",
        })?;
        request.headers_mut().extend(self.headers.to_map()?);
        Ok(request)
    }
}

impl fmt::Debug for WsRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WsRequest({})", self.origin)
    }
}

pub(crate) async fn open(connector: &Connector, request: &WsRequest) -> Result<Socket, Error> {
    let http = request.to_http()?;
    let stream = connector.open(&request.origin).await?;
    let mut config = WebSocketConfig::default();
    config.read_buffer_size = READ_BUFFER;
    config.max_message_size = Some(MESSAGE_LIMIT);
    config.max_frame_size = Some(MESSAGE_LIMIT);
    let handshake = async {
        client_async_with_config(http, stream, Some(config))
            .await
            .map_err(scrub)
    };
    let (socket, _response) = within(
        "opening the session",
        connector.timeouts().handshake,
        handshake,
    )
    .await?;
    Ok(socket)
}

/// What a message means to a protocol; `None` for what the library answers by itself.
pub(crate) fn incoming(message: Message) -> Option<Incoming> {
    match message {
        Message::Text(text) => Some(Incoming::Text(Text::new(text))),
        Message::Binary(bytes) => Some(Incoming::Binary(bytes)),
        Message::Pong(_) => Some(Incoming::Pong),
        Message::Close(None) => Some(Incoming::Close {
            code: 1005,
            reason: String::new(),
        }),
        Message::Close(Some(frame)) => Some(Incoming::Close {
            code: frame.code.into(),
            reason: frame.reason.to_string(),
        }),
        Message::Ping(_) | Message::Frame(_) => None,
    }
}

pub(crate) fn outgoing(message: Outgoing) -> Message {
    match message {
        Outgoing::Text(text) => Message::Text(text.into()),
        Outgoing::Binary(bytes) => Message::Binary(bytes),
        Outgoing::Ping => Message::Ping(Bytes::new()),
        Outgoing::Close => Message::Close(Some(CloseFrame {
            code: CloseCode::Normal,
            reason: "".into(),
        })),
    }
}

/// The library's errors hold addresses, headers and bodies; ours hold what happened.
pub(crate) fn scrub(error: tungstenite::Error) -> Error {
    use tungstenite::{Error as Theirs, error::ProtocolError as Broken};
    match error {
        Theirs::Io(error) => Error::Lost(error),
        Theirs::Http(response) => Error::Refused {
            status: response.status().as_u16(),
        },
        Theirs::Capacity(_) => Error::TooLarge {
            limit: MESSAGE_LIMIT,
        },
        Theirs::ConnectionClosed
        | Theirs::AlreadyClosed
        | Theirs::Protocol(Broken::ResetWithoutClosingHandshake | Broken::HandshakeIncomplete) => {
            Error::Lost(io::ErrorKind::UnexpectedEof.into())
        }
        _ => Error::Protocol("the WebSocket protocol"),
    }
}
