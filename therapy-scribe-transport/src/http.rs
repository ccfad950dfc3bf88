//! The one HTTP call.

use std::{fmt, io, time::Duration};

use bytes::{Bytes, BytesMut};
use reqwest::{
    Client, Method, Response,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use therapy_scribe_core::ApiKey;

use crate::{Connector, Error, Origin, Retry, connector::within, error::is_passing};

/// Makes HTTP calls. Cheap to clone; connections are kept and shared.
///
/// It follows no redirect, keeps no cookie, and reads no environment. It dials by itself, since the HTTP library takes no
/// stream of ours; a [`Connector`]'s TLS, proxy and deadlines hold all the same.
#[derive(Clone)]
pub struct HttpClient {
    client: Client,
}

impl HttpClient {
    /// A client with a connector's TLS, proxy and connect deadline.
    ///
    /// # Errors
    /// [`Error`] when the proxy or TLS setup can't be used.
    pub fn new(connector: &Connector) -> Result<Self, Error> {
        let mut builder = Client::builder()
            .tls_backend_preconfigured(connector.tls().config())
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(connector.timeouts().connect);
        if let Some(proxy) = connector.proxy() {
            builder = builder.proxy(proxy.to_reqwest()?);
        }
        let client = builder.build().map_err(|_| Error::NoTlsProvider)?;
        Ok(Self { client })
    }

    /// Makes one call. Any status is an answer; only what keeps an answer from coming is an error.
    ///
    /// Dropping the future abandons the call; the server may have acted on it.
    ///
    /// # Errors
    /// [`Error`] when there is no answer in time, or one beyond the size limit.
    pub async fn send(&self, request: &HttpRequest) -> Result<HttpReply, Error> {
        let call = async {
            let response = self
                .start(request)?
                .send()
                .await
                .map_err(|error| scrub(&error, request))?;
            read(response, request).await
        };
        within("waiting for an answer", request.timeout, call).await
    }

    /// Makes a call again while it fails for a reason that passes (network, 408, 429, 5xx), as often as `retry` says.
    ///
    /// # Errors
    /// As [`send`](Self::send), from the last try.
    pub async fn send_with_retry(
        &self,
        request: &HttpRequest,
        retry: &Retry,
    ) -> Result<HttpReply, Error> {
        let mut tries = retry.start();
        loop {
            let outcome = self.send(request).await;
            let wait = match &outcome {
                Ok(reply) if is_passing(reply.status) => tries.next(reply.retry_after()),
                Err(error) if error.is_retryable() => tries.next(None),
                _ => None,
            };
            let Some(wait) = wait else { return outcome };
            tracing::debug!(
                wait_ms = wait.as_millis(),
                "the call failed and is made again"
            );
            tokio::time::sleep(wait).await;
        }
    }

    fn start(&self, request: &HttpRequest) -> Result<reqwest::RequestBuilder, Error> {
        let address = format!("{}{}", request.origin, request.path_and_query);
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            let mut value = HeaderValue::from_str(value).map_err(|_| Error::Header(name))?;
            value.set_sensitive(true);
            headers.insert(HeaderName::from_static(name), value);
        }
        let mut call = self
            .client
            .request(request.method.clone(), address)
            .headers(headers);
        if let Some(body) = &request.body {
            call = call
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone());
        }
        Ok(call)
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpClient")
    }
}

/// What is asked of an HTTP server. `Debug` shows the origin and sizes.
#[derive(Clone)]
pub struct HttpRequest {
    method: Method,
    origin: Origin,
    path_and_query: String,
    headers: Vec<(&'static str, String)>,
    body: Option<Bytes>,
    timeout: Duration,
    max_body: usize,
}

impl HttpRequest {
    /// A `GET` of a path that begins with `/`.
    pub fn get(origin: &Origin, path_and_query: impl Into<String>) -> Self {
        Self::new(Method::GET, origin, path_and_query.into())
    }

    /// A `POST` to a path that begins with `/`.
    pub fn post(origin: &Origin, path_and_query: impl Into<String>) -> Self {
        Self::new(Method::POST, origin, path_and_query.into())
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With the key in the `authorization` header, raw.
    #[must_use]
    pub fn key(self, key: &ApiKey) -> Self {
        self.header("authorization", key.expose())
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// How long the whole call may take. Default 30 s.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How many bytes an answer may have. Default 4 MiB.
    #[must_use]
    pub const fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    fn new(method: Method, origin: &Origin, path_and_query: String) -> Self {
        let (timeout, max_body) = (Duration::from_secs(30), 4 << 20);
        Self {
            method,
            origin: origin.for_http(),
            path_and_query,
            headers: Vec::new(),
            body: None,
            timeout,
            max_body,
        }
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.body.as_ref().map_or(0, Bytes::len);
        write!(
            f,
            "HttpRequest({} {}, {bytes} bytes)",
            self.method, self.origin
        )
    }
}

/// An answer. `Debug` shows status and size.
#[derive(Clone)]
pub struct HttpReply {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl HttpReply {
    /// The status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// Whether the status is 2xx.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// A header, if it is there and text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body.
    #[must_use]
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// How long to wait before another try, by `retry-after` in seconds.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.header("retry-after")?
            .trim()
            .parse()
            .ok()
            .map(Duration::from_secs)
    }
}

impl fmt::Debug for HttpReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpReply({}, {} bytes)", self.status, self.body.len())
    }
}

async fn read(mut response: Response, request: &HttpRequest) -> Result<HttpReply, Error> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut body = BytesMut::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| scrub(&error, request))?
    {
        if body.len() + chunk.len() > request.max_body {
            return Err(Error::TooLarge {
                limit: request.max_body,
            });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(HttpReply {
        status,
        headers,
        body: body.freeze(),
    })
}

/// The library's errors print the address with its query. Ours keep the kind of failure, and the system's own error.
fn scrub(error: &reqwest::Error, request: &HttpRequest) -> Error {
    let system = system_error(error);
    let source = system.map_or_else(|| io::Error::other("the connection failed"), copy);
    if error.is_connect() {
        let host = request.origin.authority();
        return if mentions_tls(error) {
            Error::Tls { host, source }
        } else {
            Error::Connect { host, source }
        };
    }
    Error::Lost(source)
}

fn causes<'a>(
    error: &'a reqwest::Error,
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(std::error::Error::source(error), |error| error.source())
}

fn system_error(error: &reqwest::Error) -> Option<&io::Error> {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .last()
}

fn mentions_tls(error: &reqwest::Error) -> bool {
    let is_tls = |error: &io::Error| {
        error
            .get_ref()
            .is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>)
    };
    causes(error)
        .any(|cause| cause.is::<rustls::Error>() || cause.downcast_ref().is_some_and(is_tls))
}

/// An error of the same kind that says the same.
fn copy(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}
