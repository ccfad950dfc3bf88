//! The client: one configuration, any number of connections.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use futures_util::StreamExt;
use therapy_scribe_core::{
    ApiKey, AudioFormat, BoxError, ConnectionStatus, Privacy, Region, Retention, SampleRate,
    SpeechToText, SttConnection, SttEvent, SttFailure, SttOpen,
};
use therapy_scribe_transport::{
    Connector, HttpClient, HttpRequest, Origin, Queues, WsRequest, connect,
};

use crate::{
    clock::SessionClock,
    config::{ConfigError, SpeechModel, StreamingConfig, require},
    error::Error,
    protocol::Streaming,
    session::{NEEDS_ENCODER, OpenSession, SttEvents, SttHandle},
};

/// The version of the service's interface that this crate is written to (`streaming-stt.md` 1.4).
const API_VERSION: &str = "2025-05-12";
const USER_AGENT: &str = concat!(
    "AssemblyAI/1.0 (integration=TherapyScribe/",
    env!("CARGO_PKG_VERSION"),
    ")"
);

/// Streams to AssemblyAI. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SttClient {
    connector: Connector,
    origin: Origin,
    region: Option<Region>,
    access: Access,
    config: Arc<StreamingConfig>,
    name: Arc<str>,
    /// Where in the list of models the one is that the service took last.
    taken: Arc<AtomicUsize>,
}

/// What opens sessions.
#[derive(Debug, Clone)]
enum Access {
    Key(ApiKey),
    Tokens(Arc<dyn TokenProvider>),
}

/// Provides temporary tokens, such as a host's own server that keeps the key. Called anew for every connection.
#[async_trait]
pub trait TokenProvider: Send + Sync + fmt::Debug {
    /// A fresh token.
    ///
    /// # Errors
    /// Whatever kept it from getting one.
    async fn token(&self) -> Result<ApiKey, BoxError>;
}

impl SttClient {
    /// A client for a region's data zone. The service's edge-routed default host is not offered.
    ///
    /// # Errors
    /// [`Error::Transport`] when TLS can't be set up.
    pub fn new(region: Region, key: ApiKey, config: StreamingConfig) -> Result<Self, Error> {
        let host = match region {
            Region::Us => "wss://streaming.us.assemblyai.com",
            Region::Eu => "wss://streaming.eu.assemblyai.com",
            _ => {
                return Err(Error::Config(ConfigError::Conflict(
                    "this region has no streaming host",
                )));
            }
        };
        let origin = Origin::parse(host).map_err(Error::Transport)?;
        let connector = Connector::new().map_err(Error::Transport)?;
        Ok(Self {
            region: Some(region),
            ..Self::at(connector, &origin, key, config)
        })
    }

    /// A client for any address: an emulator, a self-hosted service, a proxy of the host's.
    #[must_use]
    pub fn at(connector: Connector, origin: &Origin, key: ApiKey, config: StreamingConfig) -> Self {
        let access = Access::Key(key);
        Self {
            connector,
            origin: origin.for_websocket(),
            region: None,
            access,
            name: name(&config),
            config: Arc::new(config),
            taken: Arc::default(),
        }
    }

    /// The same with another way to the network.
    #[must_use]
    pub fn connector(mut self, connector: Connector) -> Self {
        self.connector = connector;
        self
    }

    /// The same with temporary tokens in place of a key.
    #[must_use]
    pub fn tokens(mut self, tokens: Arc<dyn TokenProvider>) -> Self {
        self.access = Access::Tokens(tokens);
        self
    }

    /// The same with another configuration.
    #[must_use]
    pub fn config(mut self, config: StreamingConfig) -> Self {
        self.name = name(&config);
        self.taken = Arc::default();
        self.config = Arc::new(config);
        self
    }

    /// Opens a session and waits until the service is ready for audio. The models are tried in their order; the next is
    /// tried when the service refuses one by name, and from then on it is the first: every open counts against a limit.
    ///
    /// Cancel safe: a dropped call leaves no session behind.
    ///
    /// # Errors
    /// [`Error`], of the last model that was tried; [`Error::Config`] for a format that the service does not take, or
    /// that is not the configuration's.
    pub async fn connect(&self, open: SttOpen) -> Result<(SttHandle, SttEvents), Error> {
        check_format(&self.config, open.format).map_err(Error::Config)?;
        let mut refused = Error::ClosedEarly;
        let first = self.taken.load(Ordering::Relaxed);
        for (index, model) in self.config.models().iter().enumerate().skip(first) {
            match self.connect_to(model, open).await {
                Ok(session) => {
                    self.taken.store(index, Ordering::Relaxed);
                    return Ok(session);
                }
                Err(error @ Error::Model { .. }) => {
                    tracing::info!(
                        model = model.as_str(),
                        "the service does not take this model"
                    );
                    refused = error;
                }
                Err(error) => return Err(error),
            }
        }
        Err(refused)
    }

    /// Has the service make a temporary token. `valid` is how long it can open a session, 1 to 600 s; `longest` is how
    /// long that session may last, 60 to 10 800 s.
    ///
    /// # Errors
    /// [`Error`] when the service refuses, [`Error::Config`] outside the ranges.
    pub async fn mint_token(&self, valid: Duration, longest: Duration) -> Result<ApiKey, Error> {
        require(
            (1..=600).contains(&valid.as_secs()),
            "expires_in_seconds",
            "1 to 600 seconds",
        )
        .map_err(Error::Config)?;
        let range = 60..=10_800;
        require(
            range.contains(&longest.as_secs()),
            "max_session_duration_seconds",
            "60 to 10800 seconds",
        )
        .map_err(Error::Config)?;
        let path = format!(
            "/v3/token?expires_in_seconds={}&max_session_duration_seconds={}",
            valid.as_secs(),
            longest.as_secs()
        );
        let request = HttpRequest::get(&self.origin, path)
            .key(&self.credential().await?)
            .header("user-agent", USER_AGENT);
        let client = HttpClient::new(&self.connector).map_err(Error::Transport)?;
        let reply = client.send(&request).await.map_err(Error::Transport)?;
        token(reply.status(), reply.body())
    }

    async fn connect_to(
        &self,
        model: &SpeechModel,
        open: SttOpen,
    ) -> Result<(SttHandle, SttEvents), Error> {
        let hertz = open.format.rate().hertz();
        let request = WsRequest::new(&self.origin, self.config.path_and_query(model, hertz))
            .key(&self.credential().await?)
            .header("assemblyai-version", API_VERSION)
            .header("user-agent", USER_AGENT);
        let clock = SessionClock::new(open.connection, open.base);
        let machine = Streaming::new(&self.config, model.as_str(), hertz, clock);
        let (handle, events) = connect(&self.connector, request, machine, Queues::default())
            .await
            .map_err(Error::Transport)?;
        let mut events = SttEvents::new(events);
        loop {
            match events.next().await {
                Some(Ok(SttEvent::Status(ConnectionStatus::Ready(session)))) => {
                    events.put_back(SttEvent::Status(ConnectionStatus::Ready(session)));
                    let session = OpenSession {
                        encoding: self.config.fields.encoding,
                        format: open.format,
                        model: model.clone(),
                        is_diarized: self.config.fields.diarization.is_some(),
                    };
                    return Ok((SttHandle::new(handle, session), events));
                }
                // A key does not become valid by being sent again.
                Some(Err(Error::TokenExpired)) if matches!(self.access, Access::Key(_)) => {
                    return Err(Error::Auth);
                }
                Some(Err(error)) => return Err(error),
                Some(Ok(SttEvent::Closed(_))) | None => return Err(Error::ClosedEarly),
                // Nothing else makes sense before `Begin`; a newer service may think otherwise.
                Some(Ok(_)) => {}
            }
        }
    }

    async fn credential(&self) -> Result<ApiKey, Error> {
        match &self.access {
            Access::Key(key) => Ok(key.clone()),
            Access::Tokens(tokens) => tokens.token().await.map_err(Error::Token),
        }
    }
}

#[async_trait]
impl SpeechToText for SttClient {
    fn name(&self) -> &str {
        &self.name
    }

    fn privacy(&self) -> Privacy {
        Privacy::remote("AssemblyAI", self.region, Retention::ByContract)
    }

    fn audio_format(&self, source: AudioFormat) -> AudioFormat {
        let own = source.rate().hertz();
        let wanted = self
            .config
            .sample_rate()
            .unwrap_or(if (8_000..=96_000).contains(&own) {
                own
            } else {
                16_000
            });
        AudioFormat::mono(SampleRate::new(wanted).unwrap_or(SampleRate::HZ_16000))
    }

    /// Voices need some words of each person to be known again; words alone need less (`streaming-stt.md` 9.3, 5).
    fn overlap(&self) -> Duration {
        if self.config.fields.diarization.is_some() {
            Duration::from_secs(15)
        } else {
            Duration::from_secs(3)
        }
    }

    async fn connect(&self, open: SttOpen) -> Result<SttConnection, SttFailure> {
        if self.config.fields.encoding.sample_bytes().is_none() {
            return Err(Error::Config(NEEDS_ENCODER).into());
        }
        let (handle, events) = Self::connect(self, open).await?;
        Ok(SttConnection::new(
            Box::new(handle),
            events.map(|item| item.map_err(Into::into)).boxed(),
        ))
    }
}

fn name(config: &StreamingConfig) -> Arc<str> {
    let model = config.models().first().map_or("", SpeechModel::as_str);
    format!("AssemblyAI streaming, {model}").into()
}

/// The service takes one channel, and can't tell that a rate is wrong: every time in the transcript would be.
fn check_format(config: &StreamingConfig, format: AudioFormat) -> Result<(), ConfigError> {
    let hertz = format.rate().hertz();
    require(
        format.channels() == 1,
        "channels",
        "1: mix the audio down first",
    )?;
    require(
        (8_000..=96_000).contains(&hertz),
        "sample_rate",
        "8000 to 96000 Hz",
    )?;
    require(
        config.sample_rate().is_none_or(|wanted| wanted == hertz),
        "sample_rate",
        "the rate of the audio",
    )
}

/// `{"token":…}`, or one of two shapes of refusal (`streaming-stt.md` 1.3); a refusal's text is not shown.
fn token(status: u16, body: &[u8]) -> Result<ApiKey, Error> {
    #[derive(serde::Deserialize)]
    struct Minted {
        token: String,
    }
    match status {
        200..=299 => {
            let minted = serde_json::from_slice::<Minted>(body).map_err(|_| Error::NoToken)?;
            ApiKey::new(minted.token).map_err(|_| Error::NoToken)
        }
        401 | 403 => Err(Error::Auth),
        422 if String::from_utf8_lossy(body)
            .to_ascii_lowercase()
            .contains("authorization") =>
        {
            Err(Error::Auth)
        }
        429 => Err(Error::TooManySessions),
        408 | 500.. => Err(Error::Service { code: status }),
        _ => Err(Error::Refused {
            parameter: refused_parameter(body),
            detail: String::from_utf8_lossy(body).into_owned().into(),
        }),
    }
}

/// Which parameter of a token request a body with `detail` complains of.
fn refused_parameter(body: &[u8]) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    let place = body.get("detail")?.get(0)?.get("loc")?.as_array()?;
    let name = place.last()?.as_str()?;
    ["expires_in_seconds", "max_session_duration_seconds"]
        .into_iter()
        .find(|known| *known == name)
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audio_that_would_ruin_every_time_is_refused_before_connecting() {
        let free = StreamingConfig::builder().build().unwrap();
        let fixed = StreamingConfig::builder()
            .sample_rate(16_000)
            .build()
            .unwrap();
        let mono = |hertz| AudioFormat::mono(SampleRate::new(hertz).unwrap());
        let stereo = AudioFormat::new(SampleRate::HZ_16000, 2).unwrap();
        assert!(check_format(&free, mono(48_000)).is_ok());
        assert!(check_format(&fixed, mono(16_000)).is_ok());
        for (config, format) in [
            (&free, stereo),
            (&free, mono(4_000)),
            (&free, mono(192_000)),
            (&fixed, mono(48_000)),
        ] {
            assert!(check_format(config, format).is_err(), "{format:?}");
        }
    }

    #[test]
    fn a_refused_token_request_says_what_was_refused() {
        let body = br#"{"detail":[{"loc":["query","expires_in_seconds"],"msg":"CANARY"}]}"#;
        let error = token(422, body).unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(
            said.contains("expires_in_seconds") && !said.contains("CANARY"),
            "{said}"
        );
        assert!(token(408, b"").unwrap_err().is_retryable());
        assert!(matches!(token(401, b""), Err(Error::Auth)));
        assert!(matches!(token(200, b"<html>"), Err(Error::NoToken)));
        assert!(token(200, br#"{"token":"t"}"#).is_ok());
    }
}
