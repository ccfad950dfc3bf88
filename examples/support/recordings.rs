//! Where the examples have recordings transcribed, and where they keep the ticket of a job.

use std::{
    env, io,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use therapy_scribe::{
    ApiKey, BoxError, Region,
    stt::prerecorded::{Error, JobTicket, Processed, RecordClient, TicketStore},
    transport::{Connector, Origin},
};
use therapy_scribe_emulator::{Emulator, Script};

/// The bundled session.
pub(crate) const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo-session");

/// The service with a key; without one the emulator, which takes these words for names.
pub(crate) async fn service(
    names: &[String],
) -> Result<(RecordClient, Option<Emulator>), BoxError> {
    let _ = dotenvy::dotenv();
    let set = |name: &str| env::var(name).ok().filter(|value| !value.trim().is_empty());
    if let Some(key) = set("ASSEMBLYAI_API_KEY") {
        eprintln!("Real patient data needs a Business Associate Agreement with AssemblyAI first.");
        let key = ApiKey::new(key)?;
        let client = match set("ASSEMBLYAI_API_URL") {
            Some(url) => {
                let gateway = set("ASSEMBLYAI_LLM_GATEWAY_URL").unwrap_or_else(|| url.clone());
                let (api, gateway) = (Origin::parse(&url)?, Origin::parse(&gateway)?);
                RecordClient::at(&Connector::new()?, &api, &gateway, key)?
            }
            None => RecordClient::new(Region::Us, key)?,
        };
        return Ok((client, None));
    }
    eprintln!(
        "No ASSEMBLYAI_API_KEY is set: the emulator on this machine stands in for the service."
    );
    let script = std::fs::read_to_string(Path::new(DEMO).join("session.json"))?;
    let script = Script::from_json(&script)?;
    let emulator = Emulator::builder()
        .script(script)
        .redacted_names(names)
        .start()
        .await?;
    let origin = Origin::parse(&emulator.api_url())?;
    let key = ApiKey::new("emulated")?;
    let client = RecordClient::at(&Connector::new()?, &origin, &origin, key)?;
    Ok((client, Some(emulator)))
}

/// The ticket as a file: written beside, then moved, so that a crash leaves the old one or the new one.
pub(crate) struct Tickets(PathBuf);

impl Tickets {
    pub(crate) fn beside(out: &Path) -> Self {
        let mut name = out.as_os_str().to_owned();
        name.push(".ticket");
        Self(name.into())
    }

    /// Forgets a ticket that is at its end: the job went well or failed, and nothing of it is at the service any more. Any
    /// other ticket is needed to go on.
    pub(crate) fn forget_when_done(&self, done: &Result<Processed, Error>) -> io::Result<()> {
        let is_over = match done {
            Ok(done) => done.deletion.is_complete(),
            Err(Error::Failed { deletion, .. }) => {
                deletion.as_ref().is_some_and(|all| all.is_complete())
            }
            // Another run would find the same: nothing is there.
            Err(Error::Deleted) => true,
            Err(_) => false,
        };
        if is_over {
            std::fs::remove_file(&self.0)?;
        }
        Ok(())
    }
}

#[async_trait]
impl TicketStore for Tickets {
    async fn keep(&self, ticket: &JobTicket) -> Result<(), BoxError> {
        let part = self.0.with_extension("part");
        std::fs::write(&part, serde_json::to_vec(ticket)?)?;
        Ok(std::fs::rename(part, &self.0)?)
    }

    /// There is one job for each of these files, whatever its key.
    async fn load(&self, _key: &str) -> Result<Option<JobTicket>, BoxError> {
        match std::fs::read(&self.0) {
            Ok(stored) => Ok(Some(serde_json::from_slice(&stored)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
