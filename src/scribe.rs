//! The short path for hosts.

use std::sync::Arc;

use therapy_scribe_core::{ApiKey, AudioSource, Region, SpeechToText, Transcript};
use therapy_scribe_notes::{
    self as notes, ChatModel, Draft, Formats, Gateway, GatewayConfig, NoteWriter, WallTime,
};
use therapy_scribe_stt::{
    self as stt, Capture, CaptureError, CaptureOptions, Channel, StreamingConfig, SttClient,
};
use therapy_scribe_transport::{self as transport, Connector, Origin};

/// Speech service, language model and note formats of one practice. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Scribe {
    speech: Arc<dyn SpeechToText>,
    /// For participants with a channel of their own.
    channel_speech: Arc<dyn SpeechToText>,
    writer: NoteWriter,
    formats: Formats,
    speed: f64,
    #[cfg(feature = "prerecorded")]
    records: stt::prerecorded::RecordClient,
}

/// Why a scribe could not be set up, or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The way to the services can't be set up.
    #[error(transparent)]
    Transport(transport::Error),
    /// The speech service's configuration.
    #[error(transparent)]
    Speech(stt::Error),
    /// Drafting, or its configuration.
    #[error(transparent)]
    Notes(notes::Error),
    /// The client for recordings.
    #[cfg(feature = "prerecorded")]
    #[error(transparent)]
    Records(stt::prerecorded::Error),
}

impl Scribe {
    /// Starts from a key and a region, which sets every host. The defaults are those of [`StreamingConfig::one_room`] for
    /// two people and of [`GatewayConfig`].
    pub const fn builder(key: ApiKey, region: Region) -> ScribeBuilder {
        ScribeBuilder {
            key,
            region,
            connector: None,
            streaming: None,
            telehealth: None,
            streaming_origin: None,
            #[cfg(feature = "prerecorded")]
            records_origin: None,
            gateway: None,
            gateway_origin: None,
            speech: None,
            model: None,
            formats: None,
            speed: 1.0,
        }
    }

    /// Begins to capture a session: see [`Capture::start`]. Roles are found by what is said.
    ///
    /// # Errors
    /// As [`Capture::start`].
    pub async fn capture(
        &self,
        source: impl AudioSource + 'static,
    ) -> Result<Capture, CaptureError> {
        let options = CaptureOptions::new().speed(self.speed);
        Capture::start(Arc::clone(&self.speech), source, options).await
    }

    /// Begins to capture with options of one's own, such as a recorder or another way to find roles. The speed is the
    /// options', not the builder's.
    ///
    /// # Errors
    /// As [`Capture::start`].
    pub async fn capture_with(
        &self,
        source: impl AudioSource + 'static,
        options: CaptureOptions,
    ) -> Result<Capture, CaptureError> {
        Capture::start(Arc::clone(&self.speech), source, options).await
    }

    /// Begins to capture a call in which each participant has a channel: see [`Capture::start_channels`].
    ///
    /// # Errors
    /// As [`Capture::start_channels`].
    pub async fn capture_channels(&self, channels: Vec<Channel>) -> Result<Capture, CaptureError> {
        let options = CaptureOptions::new().speed(self.speed);
        Capture::start_channels(Arc::clone(&self.channel_speech), channels, options).await
    }

    /// Transcribes recordings, with the key, the region and the connector of this scribe: for the record pass after a session,
    /// and for redacted copies. [`reconcile`](crate::reconcile) makes one transcript of a session's and its recording's.
    ///
    /// ```no_run
    /// # use therapy_scribe::{Scribe, reconcile, stt::{Session, prerecorded::{FileUpload, Job, TicketStore, Transcription}}};
    /// # async fn pass(scribe: &Scribe, session: &Session, tickets: &dyn TicketStore) -> Result<(), Box<dyn std::error::Error>> {
    /// let config = Transcription::individual().build()?;
    /// let audio = FileUpload::new("session.wav"); // what `CaptureOptions::record` kept
    /// // Goes on with the ticket of this key, where a crash has left one: nothing is billed twice.
    /// let job = Job::upload("session-17", &audio, &config);
    /// let save = |_record| async { Ok(()) }; // into the host's own store, before anything is deleted at the service
    /// let done = scribe.records().process_and_delete(job, tickets, save).await?;
    /// if let Some(record) = done.record {
    ///     let all = reconcile(&session.transcript, &record.transcript);
    ///     println!("{} changes", all.report.edits.len());
    /// }
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "prerecorded")]
    #[must_use]
    pub const fn records(&self) -> &stt::prerecorded::RecordClient {
        &self.records
    }

    /// Drafts a note of a format (`dap`, or one of the host's own): see [`NoteWriter::draft`]. What is known of the session
    /// without a model is the host's to add, by [`Draft::set_facts`].
    ///
    /// # Errors
    /// [`notes::Error::UnknownFormat`], or as [`NoteWriter::draft`].
    pub async fn draft(&self, transcript: &Transcript, format: &str) -> notes::Result<Draft> {
        self.writer
            .draft(transcript, self.formats.get(format)?)
            .await
    }

    /// Who drafts: for a format that is not among the practice's, and to have one section written anew.
    #[must_use]
    pub const fn writer(&self) -> &NoteWriter {
        &self.writer
    }

    /// Whether the language model can be used today and in the weeks to come: see [`NoteWriter::check`]. To be asked
    /// when a host starts, not after an hour of session.
    ///
    /// # Errors
    /// As [`NoteWriter::check`].
    pub async fn check(&self, now: WallTime) -> notes::Result<()> {
        self.writer.check(now).await
    }

    /// The formats that notes can have.
    #[must_use]
    pub const fn formats(&self) -> &Formats {
        &self.formats
    }
}

type Preset = fn() -> Result<StreamingConfig, stt::ConfigError>;

/// Builds a [`Scribe`].
#[derive(Debug)]
#[must_use]
pub struct ScribeBuilder {
    key: ApiKey,
    region: Region,
    connector: Option<Connector>,
    streaming: Option<StreamingConfig>,
    telehealth: Option<StreamingConfig>,
    streaming_origin: Option<Origin>,
    #[cfg(feature = "prerecorded")]
    records_origin: Option<Origin>,
    gateway: Option<GatewayConfig>,
    gateway_origin: Option<Origin>,
    speech: Option<Arc<dyn SpeechToText>>,
    model: Option<Arc<dyn ChatModel>>,
    formats: Option<Formats>,
    speed: f64,
}

impl ScribeBuilder {
    /// Another way to the network: a proxy, a clinic's root certificate, other deadlines.
    pub fn connector(mut self, connector: Connector) -> Self {
        self.connector = Some(connector);
        self
    }

    /// Another streaming configuration.
    pub fn streaming(mut self, config: StreamingConfig) -> Self {
        self.streaming = Some(config);
        self
    }

    /// Another streaming configuration for participants with a channel of their own. Default:
    /// [`StreamingConfig::telehealth`].
    pub fn telehealth(mut self, config: StreamingConfig) -> Self {
        self.telehealth = Some(config);
        self
    }

    /// Another address of the streaming service, such as an emulator's.
    pub fn streaming_origin(mut self, origin: Origin) -> Self {
        self.streaming_origin = Some(origin);
        self
    }

    /// Another address of the service that transcribes recordings. Names of voices in finished transcripts come from the
    /// gateway's.
    #[cfg(feature = "prerecorded")]
    pub fn records_origin(mut self, origin: Origin) -> Self {
        self.records_origin = Some(origin);
        self
    }

    /// Another configuration of the language model.
    pub fn gateway(mut self, config: GatewayConfig) -> Self {
        self.gateway = Some(config);
        self
    }

    /// Another address of the LLM Gateway.
    pub fn gateway_origin(mut self, origin: Origin) -> Self {
        self.gateway_origin = Some(origin);
        self
    }

    /// Another speech service altogether.
    pub fn speech(mut self, speech: Arc<dyn SpeechToText>) -> Self {
        self.speech = Some(speech);
        self
    }

    /// Another language model altogether.
    pub fn model(mut self, model: Arc<dyn ChatModel>) -> Self {
        self.model = Some(model);
        self
    }

    /// The practice's own note formats.
    pub fn formats(mut self, formats: Formats) -> Self {
        self.formats = Some(formats);
        self
    }

    /// Seconds of audio a second, for an emulator that runs as fast. Real services take 1, the default.
    pub const fn speed(mut self, speed: f64) -> Self {
        self.speed = speed;
        self
    }

    /// The scribe. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Error`] for what can't work.
    pub fn build(mut self) -> Result<Scribe, Error> {
        let connector = self
            .connector
            .take()
            .map_or_else(Connector::new, Ok)
            .map_err(Error::Transport)?;
        let own = self.speech.take();
        let default = |config: Option<&StreamingConfig>, preset: Preset| {
            own.clone()
                .map_or_else(|| self.default_speech(&connector, config, preset), Ok)
        };
        let speech = default(self.streaming.as_ref(), || StreamingConfig::one_room(2))?;
        let channel_speech = default(self.telehealth.as_ref(), StreamingConfig::telehealth)?;
        let model = self
            .model
            .take()
            .map_or_else(|| self.default_model(&connector), Ok)?;
        #[cfg(feature = "prerecorded")]
        let records = self.records(&connector)?;
        let formats = self.formats.unwrap_or_default();
        Ok(Scribe {
            speech,
            channel_speech,
            writer: NoteWriter::new(model),
            formats,
            speed: self.speed,
            #[cfg(feature = "prerecorded")]
            records,
        })
    }

    fn default_speech(
        &self,
        connector: &Connector,
        config: Option<&StreamingConfig>,
        preset: Preset,
    ) -> Result<Arc<dyn SpeechToText>, Error> {
        let preset = || preset().map_err(|error| Error::Speech(stt::Error::Config(error)));
        let config = config.cloned().map_or_else(preset, Ok)?;
        Ok(Arc::new(match &self.streaming_origin {
            Some(origin) => SttClient::at(connector.clone(), origin, self.key.clone(), config),
            None => SttClient::new(self.region, self.key.clone(), config)
                .map_err(Error::Speech)?
                .connector(connector.clone()),
        }))
    }

    #[cfg(feature = "prerecorded")]
    fn records(&self, connector: &Connector) -> Result<stt::prerecorded::RecordClient, Error> {
        use stt::prerecorded::RecordClient;
        let key = self.key.clone();
        let client = match &self.records_origin {
            Some(origin) => {
                let gateway = self.gateway_origin.as_ref().unwrap_or(origin);
                RecordClient::at(connector, origin, gateway, key)
            }
            None => RecordClient::through(connector, self.region, key),
        };
        client.map_err(Error::Records)
    }

    fn default_model(&self, connector: &Connector) -> Result<Arc<dyn ChatModel>, Error> {
        let default = || GatewayConfig::builder().build();
        let config = self
            .gateway
            .clone()
            .map_or_else(default, Ok)
            .map_err(Error::Notes)?;
        let key = self.key.clone();
        let gateway = match &self.gateway_origin {
            Some(origin) => Gateway::at(connector, origin, key, config),
            None => Gateway::through(connector, self.region, key, config),
        };
        Ok(Arc::new(gateway.map_err(Error::Notes)?))
    }
}
