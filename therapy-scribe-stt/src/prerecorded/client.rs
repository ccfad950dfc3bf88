//! The client: calls of the service, and jobs from upload to deletion.

mod calls;
mod job;
mod passages;
mod run;
mod transfer;

use std::{fmt, time::Duration};

use therapy_scribe_core::{ApiKey, Privacy, Region, Retention};
use therapy_scribe_transport::{Connector, HttpClient, HttpReply, HttpRequest, Origin};

pub use self::{
    calls::{ListEntry, ListPage, ListQuery, ListedStatus},
    job::{Finished, Job, Processed, Progress},
    passages::{Passage, SubtitleFormat, WordMatch},
};
use super::{
    Error,
    job::{Outcome, Patience, Reply, Verdict, judge},
};
use crate::config::ConfigError;

const USER_AGENT: &str = concat!(
    "AssemblyAI/1.0 (integration=TherapyScribe/",
    env!("CARGO_PKG_VERSION"),
    ")"
);
/// What a transcript may have: the words of ten hours are some 40 MB.
const MOST_ANSWER: usize = 256 << 20;
/// What any other answer may have.
const MOST_SMALL: usize = 4 << 20;

/// AssemblyAI's transcription of recordings. Cheap to clone.
///
/// Uploaded audio and transcripts stay at the service until they are deleted, or by the contract with it:
/// [`process_and_delete`](Self::process_and_delete) leaves nothing.
#[derive(Clone)]
pub struct RecordClient {
    http: HttpClient,
    origin: Origin,
    gateway: Origin,
    region: Option<Region>,
    key: ApiKey,
    timeout: Duration,
    idle: Duration,
}

impl RecordClient {
    /// The service of a region. Uploads and transcripts do not cross regions.
    ///
    /// # Errors
    /// [`Error::Transport`] when TLS can't be set up.
    pub fn new(region: Region, key: ApiKey) -> Result<Self, Error> {
        let connector = Connector::new().map_err(Error::Transport)?;
        Self::through(&connector, region, key)
    }

    /// The service of a region with another way to the network.
    ///
    /// # Errors
    /// [`Error::Transport`] when the connector's TLS or proxy can't be used.
    pub fn through(connector: &Connector, region: Region, key: ApiKey) -> Result<Self, Error> {
        let (api, gateway) = match region {
            Region::Us => (
                "https://api.assemblyai.com",
                "https://llm-gateway.assemblyai.com",
            ),
            Region::Eu => (
                "https://api.eu.assemblyai.com",
                "https://llm-gateway.eu.assemblyai.com",
            ),
            _ => {
                return Err(Error::Config(ConfigError::Conflict(
                    "this region has no host for recordings",
                )));
            }
        };
        let parse = |host| Origin::parse(host).map_err(Error::Transport);
        let client = Self::at(connector, &parse(api)?, &parse(gateway)?, key)?;
        Ok(Self {
            region: Some(region),
            ..client
        })
    }

    /// A service at any address, with the gateway that identifies speakers of finished transcripts.
    ///
    /// # Errors
    /// [`Error::Transport`] when the connector's TLS or proxy can't be used.
    pub fn at(
        connector: &Connector,
        origin: &Origin,
        gateway: &Origin,
        key: ApiKey,
    ) -> Result<Self, Error> {
        Ok(Self {
            http: HttpClient::new(connector).map_err(Error::Transport)?,
            origin: origin.for_http(),
            gateway: gateway.for_http(),
            region: None,
            key,
            timeout: Duration::from_secs(30),
            idle: Duration::from_secs(60),
        })
    }

    /// How long one call may take. Default 30 s. Uploads, downloads and transcripts have no limit of the whole.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long an upload, a download or a transcript on its way may stand still. Default 60 s.
    #[must_use]
    pub const fn idle(mut self, idle: Duration) -> Self {
        self.idle = idle;
        self
    }

    /// Where data goes and how long it stays.
    #[must_use]
    pub fn privacy(&self) -> Privacy {
        Privacy::remote("AssemblyAI", self.region, Retention::ByContract)
    }

    fn dress(&self, request: HttpRequest) -> HttpRequest {
        request
            .key(&self.key)
            .header("user-agent", USER_AGENT)
            .timeout(self.timeout)
            .max_body(MOST_SMALL)
    }

    fn get(&self, path: impl Into<String>) -> HttpRequest {
        self.dress(HttpRequest::get(&self.origin, path))
    }

    async fn send(&self, request: &HttpRequest) -> Outcome {
        self.http.send(request).await.map(|reply| answer(&reply))
    }

    /// A call whose answer has the words of the recording: it may take long as long as it moves.
    async fn send_large(&self, request: &HttpRequest) -> Outcome {
        let request = request.clone().timeout(self.idle).max_body(MOST_ANSWER);
        let reply = self.http.send_large(&request).await;
        reply.map(|reply| answer(&reply))
    }

    /// Makes a call that changes nothing, again where it failed for a reason that passes.
    async fn ask(&self, request: &HttpRequest) -> Result<Reply, Error> {
        self.ask_by(async || self.send(request).await).await
    }

    /// The same where the answer has the words of the recording.
    async fn ask_large(&self, request: &HttpRequest) -> Result<Reply, Error> {
        self.ask_by(async || self.send_large(request).await).await
    }

    async fn ask_by(&self, send: impl AsyncFn() -> Outcome) -> Result<Reply, Error> {
        let mut patience = Patience::new(self.seed());
        loop {
            let verdict = match judge(send().await) {
                Verdict::Good(reply) => return Ok(reply),
                verdict => verdict,
            };
            match patience.next(&verdict) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(verdict.into_error()),
            }
        }
    }

    /// Something that differs between clients, so that they do not retry in step.
    fn seed(&self) -> u64 {
        u64::try_from(std::ptr::from_ref(self).addr()).unwrap_or(0)
    }
}

fn answer(reply: &HttpReply) -> Reply {
    Reply {
        status: reply.status(),
        retry_after: reply.retry_after(),
        body: reply.body().clone(),
    }
}

impl fmt::Debug for RecordClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordClient")
            .field("origin", &self.origin)
            .field("gateway", &self.gateway)
            .finish_non_exhaustive()
    }
}
