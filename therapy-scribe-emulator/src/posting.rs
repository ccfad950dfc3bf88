//! Posts to a server of this machine, as webhooks do: `http://127.0.0.1:PORT` and `http://localhost:PORT` are all that a
//! stand-in may reach.

use std::time::Duration;

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};

/// So long may an answer take, in real time.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where to post, and with which header.
pub(crate) struct Posting {
    host: String,
    path: String,
    header: Option<(String, String)>,
}

impl Posting {
    /// `None` for an address that is not this machine's.
    pub(crate) fn to(url: &str, header: Option<(String, String)>) -> Option<Self> {
        let rest = url.strip_prefix("http://")?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let is_here = host.starts_with("127.0.0.1:") || host.starts_with("localhost:");
        let is_clean = |text: &str| !text.contains(['\r', '\n']);
        let header_is_clean = header
            .as_ref()
            .is_none_or(|(name, value)| is_clean(name) && is_clean(value));
        (is_here && is_clean(rest) && header_is_clean).then(|| Self {
            host: host.to_owned(),
            path: format!("/{path}"),
            header,
        })
    }

    /// The same with a header.
    pub(crate) fn header(mut self, name: &str, value: String) -> Self {
        self.header = Some((name.to_owned(), value));
        self
    }

    /// The status that came back, if any did.
    pub(crate) async fn post(&self, body: &str) -> Option<u16> {
        timeout(PATIENCE, self.try_post(body)).await.ok().flatten()
    }

    async fn try_post(&self, body: &str) -> Option<u16> {
        let mut stream = TcpStream::connect(&self.host).await.ok()?;
        let header = self.header.as_ref().map_or(String::new(), |(name, value)| {
            format!("{name}: {value}\r\n")
        });
        let request = format!(
            "POST {} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\nconnection: close\r\n{header}content-length: {}\r\n\r\n{body}",
            self.path,
            self.host,
            body.len()
        );
        stream.write_all(request.as_bytes()).await.ok()?;
        // The first line is enough; a server may keep the connection.
        let mut head = String::new();
        BufReader::new(stream.take(1 << 10))
            .read_line(&mut head)
            .await
            .ok()?;
        head.split(' ').nth(1)?.parse().ok()
    }
}
