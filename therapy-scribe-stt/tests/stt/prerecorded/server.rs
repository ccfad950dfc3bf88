//! An HTTP server on loopback: one request a connection, answered by a function.

use std::{io, sync::Arc};

use therapy_scribe_transport::Origin;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// A request as it came.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// A parameter of the query, as it stands there.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }
}

/// What is answered.
pub(super) enum Answer {
    Reply(u16, Vec<u8>),
    /// With one more header.
    With(u16, String, Vec<u8>),
    /// The connection breaks without a word.
    Cut,
}

pub(super) fn json(status: u16, body: &serde_json::Value) -> Answer {
    Answer::Reply(status, body.to_string().into_bytes())
}

/// Serves until the runtime ends.
pub(super) async fn serve(handle: impl Fn(Request) -> Answer + Send + Sync + 'static) -> Origin {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let handle = Arc::new(handle);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let handle = Arc::clone(&handle);
            tokio::spawn(async move {
                let _ = talk(stream, &*handle).await;
            });
        }
    });
    Origin::parse(&format!("http://127.0.0.1:{port}")).unwrap()
}

async fn talk(stream: TcpStream, handle: &(impl Fn(Request) -> Answer + Sync)) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let request = read(&mut stream).await?;
    let (status, header, body) = match handle(request) {
        Answer::Cut => return Ok(()),
        Answer::Reply(status, body) => (status, String::new(), body),
        Answer::With(status, header, body) => (status, format!("{header}\r\n"), body),
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} x\r\n{header}content-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.get_mut().write_all(head.as_bytes()).await?;
    stream.get_mut().write_all(&body).await?;
    stream.get_mut().shutdown().await
}

async fn line(stream: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Request> {
    let first = line(stream).await?;
    let mut words = first.split(' ').map(str::to_owned);
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let mut headers = Vec::new();
    loop {
        let header = line(stream).await?;
        let Some((name, value)) = header.split_once(": ") else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let mut request = Request {
        method,
        target,
        headers,
        body: Vec::new(),
    };
    if let Some(length) = request.header("content-length") {
        request.body = vec![0; length.parse().unwrap()];
        stream.read_exact(&mut request.body).await?;
    } else if request.header("transfer-encoding") == Some("chunked") {
        loop {
            let size = usize::from_str_radix(&line(stream).await?, 16).unwrap();
            let mut piece = vec![0; size + 2];
            stream.read_exact(&mut piece).await?;
            request.body.extend_from_slice(&piece[..size]);
            if size == 0 {
                break;
            }
        }
    }
    Ok(request)
}
