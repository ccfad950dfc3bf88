//! HTTP proxies: clinics sit behind them.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use therapy_scribe_core::Phi;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use url::Url;

use crate::{ByteStream, Error, Origin};

/// An HTTP proxy that connects through with `CONNECT`, for WebSockets and HTTP alike.
///
/// `Debug` shows where it is and hides the credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    host: String,
    port: u16,
    credentials: Option<Phi<(String, String)>>,
}

/// A proxy's answer is a status line and a few headers; more is not an answer.
const LONGEST_ANSWER: usize = 16 * 1024;

impl Proxy {
    /// Reads `http://host:port` or `http://user:password@host:port`. The way to the proxy itself is plain; what goes
    /// through it is TLS.
    ///
    /// # Errors
    /// [`Error::ProxyAddress`].
    pub fn http(url: &str) -> Result<Self, Error> {
        let url = Url::parse(url.trim())
            .map_err(|_| Error::ProxyAddress("it should look like http://host:port"))?;
        if url.scheme() != "http" {
            return Err(Error::ProxyAddress(
                "the scheme must be http; what goes through it is encrypted all the same",
            ));
        }
        let host = url
            .host_str()
            .ok_or(Error::ProxyAddress("it names no host"))?
            .to_owned();
        let decode = |text: &str| {
            percent_decode(text).ok_or(Error::ProxyAddress("its credentials are not valid text"))
        };
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (user, password) => Some(Phi::new((
                decode(user)?,
                decode(password.unwrap_or_default())?,
            ))),
        };
        Ok(Self {
            host,
            port: url.port().unwrap_or(80),
            credentials,
        })
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn to_reqwest(&self) -> Result<reqwest::Proxy, Error> {
        let proxy = reqwest::Proxy::all(format!("http://{}:{}", self.host, self.port))
            .map_err(|_| Error::ProxyAddress("it names no usable host"))?
            // This machine is reached directly.
            .no_proxy(reqwest::NoProxy::from_string("localhost,127.0.0.0/8,::1"));
        Ok(match &self.credentials {
            Some(credentials) => {
                let (user, password) = credentials.expose();
                proxy.basic_auth(user, password)
            }
            None => proxy,
        })
    }

    /// Asks the proxy, on a stream to it, to connect through.
    pub(crate) async fn connect_through(
        &self,
        stream: &mut Box<dyn ByteStream>,
        to: &Origin,
    ) -> Result<(), Error> {
        let mut request = format!("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", to.authority());
        if let Some(credentials) = &self.credentials {
            let (user, password) = credentials.expose();
            let basic = BASE64_STANDARD.encode(format!("{user}:{password}"));
            request = format!("{request}Proxy-Authorization: Basic {basic}\r\n");
        }
        request.push_str("\r\n");
        stream
            .write_all(request.as_bytes())
            .await
            .map_err(Error::Lost)?;
        match status(&read_head(stream).await?) {
            Some(200..=299) => Ok(()),
            status => Err(Error::ProxyRefused {
                status: status.unwrap_or(0),
            }),
        }
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// Reads up to the empty line, byte by byte: what follows belongs to the connection behind the proxy.
async fn read_head(stream: &mut Box<dyn ByteStream>) -> Result<Vec<u8>, Error> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= LONGEST_ANSWER {
            return Err(Error::ProxyRefused { status: 0 });
        }
        head.push(stream.read_u8().await.map_err(Error::Lost)?);
    }
    Ok(head)
}

fn status(head: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(head.split(|byte| *byte == b'\r').next()?).ok()?;
    let rest = line.strip_prefix("HTTP/1.")?;
    rest.split(' ').nth(1)?.parse().ok()
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = tail.get(2..)?;
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_read_and_hidden() {
        let proxy = Proxy::http("http://nurse:p%40ss@proxy.clinic:3128").unwrap();
        assert_eq!(
            proxy.credentials.as_ref().unwrap().expose(),
            &("nurse".to_owned(), "p@ss".to_owned())
        );
        let shown = format!("{proxy:?}");
        assert!(
            shown.contains("proxy.clinic") && !shown.contains("nurse") && !shown.contains("p@ss"),
            "{shown}"
        );
    }

    #[test]
    fn an_answer_is_read_by_its_status() {
        assert_eq!(
            status(b"HTTP/1.1 200 Connection established\r\n\r\n"),
            Some(200)
        );
        assert_eq!(status(b"HTTP/1.0 407\r\n\r\n"), Some(407));
        assert_eq!(status(b"SSH-2.0\r\n\r\n"), None);
    }
}
