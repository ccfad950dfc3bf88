//! The one HTTP call.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use bytes::{Bytes, BytesMut};
use reqwest::{
    Client, Method, Response,
    header::{CONTENT_TYPE, HeaderMap},
};
use therapy_scribe_core::ApiKey;

use crate::{
    Again, Connector, Error, Origin, Retry, connector::within, headers::Headers, scrub::scrub,
};

/// Makes HTTP calls. Cheap to clone; connections are kept and shared.
///
/// It follows no redirect, keeps no cookie, and reads no environment. It dials by itself, since the HTTP library takes no
/// stream of ours; a [`Connector`]'s TLS, proxy and deadlines hold all the same.
#[derive(Clone)]
pub struct HttpClient {
    client: Client,
    connect_limit: Duration,
}

impl HttpClient {
    /// A client with a connector's TLS, proxy and connect deadline.
    ///
    /// # Errors
    /// [`Error::ProxyAddress`] and [`Error::NoTlsProvider`] when the proxy or the TLS setup can't be used.
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
        Ok(Self {
            client,
            connect_limit: connector.timeouts().connect,
        })
    }

    /// Makes one call. Any status is an answer; only what keeps an answer from coming is an error.
    ///
    /// Dropping the future abandons the call; the server may have acted on it.
    ///
    /// # Errors
    /// [`Error::Origin`] and [`Error::Header`] for a request that can't be sent; [`Error::Connect`], [`Error::Tls`] and
    /// [`Error::ProxyRefused`] when there is no way to the server; [`Error::Timeout`], [`Error::Lost`] and
    /// [`Error::TooLarge`] when no whole answer came.
    pub async fn send(&self, request: &HttpRequest) -> Result<HttpReply, Error> {
        let call = async {
            let response = self
                .start(request)?
                .send()
                .await
                .map_err(|error| self.scrub(&error, request))?;
            self.read(response, request).await
        };
        within("waiting for an answer", request.timeout, call).await
    }

    /// Makes a call again while it fails for a reason that passes (network, 408, 429, 5xx), as often as `retry` says. A
    /// `retry-after` of the server lengthens a wait, and ends the tries when it is longer than [`Retry`] bears.
    ///
    /// Dropping the future abandons the call or the wait that is under way.
    ///
    /// # Errors
    /// As [`send`](Self::send), from the last try.
    pub async fn send_with_retry(
        &self,
        request: &HttpRequest,
        retry: &Retry,
    ) -> Result<HttpReply, Error> {
        self.send_while(request, retry, Again::if_it_passes).await
    }

    /// Makes a call again while `judge` says so, for services whose answers tell more than their status.
    ///
    /// Dropping the future abandons the call or the wait that is under way.
    ///
    /// # Errors
    /// As [`send`](Self::send), from the last try.
    pub async fn send_while(
        &self,
        request: &HttpRequest,
        retry: &Retry,
        judge: impl Fn(&Result<HttpReply, Error>) -> Again + Send + Sync,
    ) -> Result<HttpReply, Error> {
        let mut tries = retry.start();
        loop {
            let outcome = self.send(request).await;
            let wait = match judge(&outcome) {
                Again::Never => None,
                Again::AsPlanned => tries.next(None),
                Again::After(asked) => tries.next(Some(asked)),
            };
            let Some(wait) = wait else { return outcome };
            tracing::debug!(
                wait_ms = wait.as_millis(),
                "the call failed and is made again"
            );
            tokio::time::sleep(wait).await;
        }
    }

    pub(crate) fn start(&self, request: &HttpRequest) -> Result<reqwest::RequestBuilder, Error> {
        let address = request.origin.address(&request.path_and_query)?;
        let mut call = self
            .client
            .request(request.method.clone(), address)
            .headers(request.headers.to_map()?);
        if let Some(body) = &request.body {
            call = call
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone());
        }
        Ok(call)
    }

    pub(crate) async fn read(
        &self,
        mut response: Response,
        request: &HttpRequest,
    ) -> Result<HttpReply, Error> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = BytesMut::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.scrub(&error, request))?
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

    pub(crate) fn scrub(&self, error: &reqwest::Error, request: &HttpRequest) -> Error {
        scrub(error, &request.origin, self.connect_limit)
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
    headers: Headers,
    body: Option<Bytes>,
    pub(crate) timeout: Duration,
    pub(crate) max_body: usize,
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

    /// A `DELETE` of a path that begins with `/`.
    pub fn delete(origin: &Origin, path_and_query: impl Into<String>) -> Self {
        Self::new(Method::DELETE, origin, path_and_query.into())
    }

    /// With a header; it takes the place of an earlier one of that name. One that can't be sent is an error of the call.
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

    /// With a JSON body.
    #[must_use]
    pub fn json(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// How long one try may take, from connecting to the last byte of the answer. Default 30 s.
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
            headers: Headers::default(),
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
    pub(crate) const fn new(status: u16, headers: HeaderMap, body: Bytes) -> Self {
        Self {
            status,
            headers,
            body,
        }
    }

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

    /// How long to wait before another try, by `retry-after`: seconds, or a date by the server's own clock.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let value = self.header("retry-after")?.trim();
        match value.parse() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => self.until(httpdate::parse_http_date(value).ok()?),
        }
    }

    /// How long it is until a point in time, by the server's own clock; zero when it has passed, `None` when the server
    /// does not say what time it is.
    #[must_use]
    pub fn until(&self, time: SystemTime) -> Option<Duration> {
        let now = httpdate::parse_http_date(self.header("date")?).ok()?;
        Some(time.duration_since(now).unwrap_or_default())
    }
}

impl fmt::Debug for HttpReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpReply({}, {} bytes)", self.status, self.body.len())
    }
}
