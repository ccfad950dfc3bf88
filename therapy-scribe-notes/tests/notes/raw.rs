//! A server that answers byte by byte as a test says, where the emulator is too well-behaved.

use std::future::Future;

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// Serves each connection once: the request is read, then `answer` has the stream. Returns the origin.
pub(crate) async fn serve<F, A>(answer: F) -> String
where
    F: Fn(TcpStream) -> A + Send + 'static,
    A: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let stream = read_request(stream).await;
            tokio::spawn(answer(stream));
        }
    });
    origin
}

async fn read_request(stream: TcpStream) -> TcpStream {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).await.unwrap();
        let line = line.trim().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await.unwrap();
    reader.into_inner()
}

/// The beginning of an answer whose body has this length.
pub(crate) fn head(length: usize) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    )
}

/// A whole answer, in pieces of this size.
pub(crate) async fn write_in_pieces(stream: &mut TcpStream, body: &str, size: usize) {
    let answer = head(body.len()) + body;
    for piece in answer.as_bytes().chunks(size) {
        if stream.write_all(piece).await.is_err() {
            return;
        }
        stream.flush().await.unwrap();
        tokio::task::yield_now().await;
    }
}
