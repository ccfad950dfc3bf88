//! The other ends: a WebSocket service over a pipe, an HTTP server on loopback.

use std::{
    io,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use futures_util::StreamExt;
use therapy_scribe_transport::{
    ByteStream, Connector, Dial, Error, Events, Handle, Origin, Queues, WsRequest, connect,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    net::TcpListener,
};
use tokio_tungstenite::{WebSocketStream, accept_async, tungstenite::Message};

use crate::talk::{Heard, Talk};

pub(crate) type Service = WebSocketStream<DuplexStream>;

/// Hands out one end of a pipe, once.
#[derive(Debug)]
pub(crate) struct Pipe(Mutex<Option<DuplexStream>>);

impl Pipe {
    /// A way to the other end, which holds this many bytes on the way.
    pub(crate) fn new(bytes: usize) -> (Arc<Self>, DuplexStream) {
        let (near, far) = duplex(bytes);
        (Arc::new(Self(Mutex::new(Some(near)))), far)
    }
}

#[async_trait]
impl Dial for Pipe {
    async fn dial(&self, _host: &str, _port: u16) -> io::Result<Box<dyn ByteStream>> {
        match self.0.lock().unwrap().take() {
            Some(end) => Ok(Box::new(end)),
            None => Err(io::ErrorKind::ConnectionRefused.into()),
        }
    }
}

pub(crate) fn here() -> Origin {
    Origin::parse("ws://localhost:9").unwrap()
}

/// A connector through a pipe, and the pipe's other end.
pub(crate) fn piped(bytes: usize) -> (Connector, DuplexStream) {
    let (dial, far) = Pipe::new(bytes);
    (Connector::builder().dial(dial).build().unwrap(), far)
}

pub(crate) async fn open(connector: &Connector) -> Result<(Handle<Talk>, Events<Talk>), Error> {
    let request = WsRequest::new(&here(), "/");
    connect(connector, request, Talk::default(), Queues::default()).await
}

/// An open session and the service at its other end.
pub(crate) async fn session(
    machine: Talk,
    queues: Queues,
    bytes: usize,
) -> (Handle<Talk>, Events<Talk>, Service) {
    let (connector, far) = piped(bytes);
    let opening = connect(&connector, WsRequest::new(&here(), "/"), machine, queues);
    let (opened, service) = tokio::join!(opening, accept_async(far));
    let (handle, events) = opened.unwrap();
    (handle, events, service.unwrap())
}

/// The next thing the service hears that is not a ping: a text, `N bytes`, `close`, or `gone`.
pub(crate) async fn hear<S>(service: &mut WebSocketStream<S>) -> String
where
    S: AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    loop {
        match service.next().await {
            Some(Ok(Message::Text(text))) => return text.to_string(),
            Some(Ok(Message::Binary(bytes))) => return format!("{} bytes", bytes.len()),
            Some(Ok(Message::Close(_))) => return "close".to_owned(),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return "gone".to_owned(),
        }
    }
}

/// All that is left to read.
pub(crate) async fn rest(events: Events<Talk>) -> Vec<Heard> {
    events.collect().await
}

pub(crate) fn ended(how: &str) -> Heard {
    Heard::Ended(how.to_owned())
}

/// Reads one HTTP request with its body.
pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<String> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(bytes).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).await?;
    Ok(head + std::str::from_utf8(&body).unwrap())
}

/// A whole HTTP answer.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

/// Answers connections on loopback, one after the other; returns where, and all requests at the end.
pub(crate) async fn serve(answers: Vec<String>) -> (Origin, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let mut requests = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            requests.push(read_request(&mut stream).await.unwrap());
            // A client that has read enough hangs up.
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        requests
    });
    let origin = Origin::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    (origin, task)
}

/// Everything that an error says, its causes included.
pub(crate) fn told(error: &dyn std::error::Error) -> String {
    let mut said = format!("{error} {error:?} {error:#?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        said = format!("{said} {error} {error:?}");
        cause = error.source();
    }
    said
}
