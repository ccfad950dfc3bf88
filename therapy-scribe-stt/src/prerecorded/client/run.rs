//! Runs a job: does what its machine says, and tells it how that went.

use std::{future::Future, sync::Arc, time::Duration};

use async_trait::async_trait;
use therapy_scribe_core::BoxError;
use therapy_scribe_transport::HttpRequest;
use tokio::time::Instant;

use super::{
    RecordClient,
    job::{Job, Progress},
};
use crate::config::{ConfigError, require};
use crate::prerecorded::{
    AudioSave, AudioUpload, Error, JobTicket, Record, RoleNames, SpeakerIdentification,
    TicketStore, TranscriptId, Transcription,
    job::{Call, End, Event, Machine, Outcome, Plan, Step, Uploaded},
};

pub(super) async fn no_save(_: Arc<Record>) -> Result<(), BoxError> {
    Ok(())
}

/// For calls without a job.
struct NoTickets;

#[async_trait]
impl TicketStore for NoTickets {
    async fn keep(&self, _: &JobTicket) -> Result<(), BoxError> {
        Ok(())
    }

    async fn load(&self, _: &str) -> Result<Option<JobTicket>, BoxError> {
        Ok(None)
    }
}

pub(super) struct Runner<'r, 'j> {
    client: &'r RecordClient,
    pub(super) machine: Machine,
    config: Option<&'j Transcription>,
    audio: Option<&'j dyn AudioUpload>,
    sink: Option<&'j mut dyn AudioSave>,
    progress: Option<Progress>,
    store: &'r dyn TicketStore,
    pub(super) names: RoleNames,
    pub(super) record: Option<Arc<Record>>,
}

/// Whether the service can fetch it, without the recording being read on the way.
fn is_address(url: &str) -> bool {
    let is_host = |rest: &str| !rest.is_empty() && !rest.starts_with('/');
    let is_here = |rest: &str| {
        let host = rest.split('/').next().unwrap_or_default();
        let is_bracketed = host == "[::1]" || host.starts_with("[::1]:");
        let name = host.split(':').next().unwrap_or_default();
        let address = name.parse::<std::net::Ipv4Addr>();
        is_bracketed || name == "localhost" || address.is_ok_and(|ip| ip.is_loopback())
    };
    let is_far = url.strip_prefix("https://").is_some_and(is_host);
    let is_near = url.strip_prefix("http://").is_some_and(is_here);
    (is_far || is_near) && !url.contains(char::is_whitespace)
}

impl<'r, 'j> Runner<'r, 'j> {
    /// # Errors
    /// [`Error::Config`] for an address that is none, and for redacted audio of a transcription without.
    pub(super) async fn new(
        client: &'r RecordClient,
        mut job: Job<'j>,
        store: &'r dyn TicketStore,
    ) -> Result<Self, Error> {
        require(
            job.ticket.audio_url.as_deref().is_none_or(is_address),
            "audio_url",
            "an address that begins with https://",
        )
        .map_err(Error::Config)?;
        if job.plan.redacted_audio && !job.config.has_redacted_audio() {
            return Err(Error::Config(ConfigError::Conflict(
                "redacted audio is fetched only where the transcription asks for it: see RecordRedaction::audio",
            )));
        }
        if job.is_new
            && let Some(stored) = store.load(&job.ticket.key).await.map_err(Error::Ticket)?
        {
            let address = job.ticket.audio_url;
            if address.is_some() && address != stored.audio_url {
                return Err(Error::Config(ConfigError::Conflict(
                    "the ticket of this key is of another address: use another key, or forget the ticket",
                )));
            }
            job.ticket = stored;
        }
        let plan = Plan {
            seed: client.seed(),
            ..job.plan
        };
        let identification = job.config.fields.identification.iter();
        let names = identification.flat_map(SpeakerIdentification::roles_by_value);
        Ok(Self {
            client,
            machine: Machine::new(plan, job.ticket, Duration::ZERO),
            names: RoleNames::default().with(names),
            config: Some(job.config),
            audio: job.audio,
            sink: job.redacted_audio,
            progress: job.progress,
            store,
            record: None,
        })
    }

    /// A machine that needs no job.
    pub(super) fn of(
        client: &'r RecordClient,
        machine: Machine,
        sink: Option<&'j mut dyn AudioSave>,
    ) -> Self {
        Self {
            client,
            machine,
            config: None,
            audio: None,
            sink,
            progress: None,
            store: &NoTickets,
            names: RoleNames::default(),
            record: None,
        }
    }

    pub(super) async fn run<F, Fut>(&mut self, save: F) -> Result<End, Error>
    where
        F: FnOnce(Arc<Record>) -> Fut + Send,
        Fut: Future<Output = Result<(), BoxError>> + Send,
    {
        let began = Instant::now();
        let mut save = Some(save);
        loop {
            let event = match self.machine.step() {
                Step::Keep => self.keep().await,
                Step::Upload => Event::Uploaded(self.upload().await),
                Step::Call(call) => Event::Answered(self.call(&call).await),
                Step::Wait(until) => {
                    tokio::time::sleep_until(began + until).await;
                    Event::Woke
                }
                Step::Download(url) => Event::Downloaded(self.download(&url).await),
                Step::Save => match (self.saved_record(), save.take()) {
                    (Some(record), Some(save)) => Event::Saved(save(record).await),
                    _ => Event::Saved(Err("there is nothing to save".into())),
                },
                Step::Done => return self.machine.take_end(),
            };
            self.machine.on(event, began.elapsed());
        }
    }

    async fn keep(&self) -> Event {
        let ticket = self.machine.ticket();
        let transcript = ticket.transcript.as_ref().map(TranscriptId::as_str);
        tracing::debug!(stage = ?ticket.stage, transcript, "the job goes on");
        Event::Kept(self.store.keep(ticket).await)
    }

    fn saved_record(&mut self) -> Option<Arc<Record>> {
        let raw = self.machine.take_raw()?;
        self.record = Some(Arc::new(Record::of(&raw, &self.names)));
        self.record.clone()
    }

    async fn call(&self, call: &Call) -> Outcome {
        let request = self.request(call);
        match call {
            Call::Get(_) => self.client.send_large(&request).await,
            _ => self.client.send(&request).await,
        }
    }

    fn request(&self, call: &Call) -> HttpRequest {
        let client = self.client;
        match call {
            Call::List { limit, before } => {
                let before = before.as_ref();
                let before = before.map_or_else(String::new, |id| format!("&before_id={id}"));
                client.get(format!("/v2/transcript?limit={limit}{before}"))
            }
            Call::Submit => {
                let url = self.machine.ticket().audio_url.as_deref();
                let body = self
                    .config
                    .map(|config| config.body(url.unwrap_or_default()));
                let request = HttpRequest::post(&client.origin, "/v2/transcript");
                client.dress(request.json(body.unwrap_or_default()))
            }
            Call::Get(id) => client.get(format!("/v2/transcript/{id}")),
            Call::RedactedAudio(id) => client.get(format!("/v2/transcript/{id}/redacted-audio")),
            Call::Delete(id) => {
                let path = format!("/v2/transcript/{id}");
                client.dress(HttpRequest::delete(&client.origin, path))
            }
        }
    }

    async fn upload(&self) -> Result<Uploaded, Error> {
        let audio = self.audio.ok_or(Error::AudioNeeded)?;
        self.client.upload(audio, self.progress.as_ref()).await
    }

    async fn download(&mut self, url: &str) -> Result<(), Error> {
        match &mut self.sink {
            Some(sink) => self.client.download(url, *sink).await,
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn recordings_are_fetched_over_https_or_from_this_machine() {
        for good in [
            "https://host.example/a.flac",
            "http://localhost/a",
            "http://127.0.0.1:8080/a",
            "http://[::1]:80/a",
        ] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "http://host.example/a",
            "http://127.0.0.1.example/a",
            "http://localhost@host.example/",
            "https://",
            "https:///a",
            "https://a b",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
