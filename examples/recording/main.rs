//! A recording in, transcript out; nothing stays at the service.
//!
//! `cargo run --features prerecorded --example recording -- session.flac --out transcript.json`
//!
//! The ticket of the job lies beside the transcript, as `transcript.json.ticket`. Where the program is stopped, or the network
//! goes away, the same command goes on with it: nothing is uploaded, submitted or billed twice.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that talks to a person"
)]

use std::{
    env, io,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use async_trait::async_trait;
use clap::Parser;
use therapy_scribe::{
    ApiKey, BoxError, Region,
    stt::prerecorded::{
        Error, FileUpload, Job, JobTicket, Processed, RecordClient, RecordRedaction,
        RedactionPolicies, TicketStore, Transcription,
    },
    transport::{Connector, Origin},
};
use therapy_scribe_emulator::{Emulator, Script};

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo-session");

/// Transcribes a recording, with roles, and deletes it at the service.
#[derive(Debug, Parser)]
struct Args {
    /// FLAC or WAV. Default: the bundled session.
    audio: Option<PathBuf>,
    /// Where the transcript goes, unencrypted. Nothing is deleted at the service before it is there.
    #[arg(long, default_value = "transcript.json")]
    out: PathBuf,
    /// Masks identifiers: a copy for others, not the record.
    #[arg(long)]
    redact: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error}.");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: &Args) -> Result<(), BoxError> {
    let (client, emulator) = service().await?;
    let mut config = Transcription::individual();
    if args.redact {
        config = config.redaction(RecordRedaction::new(RedactionPolicies::identifiers()));
    }
    let config = config.build()?;
    for warning in config.warnings() {
        eprintln!("Note: {warning}.");
    }
    let demo = || Path::new(DEMO).join("session.wav");
    let audio = FileUpload::new(args.audio.clone().unwrap_or_else(demo));
    let tickets = Tickets::beside(&args.out);
    let job = Job::resume(tickets.last()?, &config)
        .audio(&audio)
        .progress(Arc::new(|bytes| eprint!("\r{bytes} bytes sent ")));
    let out = &args.out;
    let done = client
        .process_and_delete(job, &tickets, |record| async move {
            let transcript = match record.redacted() {
                Some(export) => export.transcript().to_json(),
                None => record.transcript.to_json(),
            };
            Ok(std::fs::write(out, transcript)?)
        })
        .await;
    if matches!(done, Err(Error::Failed { .. })) {
        // The ticket is at its end; the next run begins anew.
        tickets.forget()?;
    }
    let done = done?;
    show(&done, out);
    if done.deletion.is_complete() {
        tickets.forget()?;
    }
    if let Some(emulator) = emulator {
        emulator.stop().await;
    }
    Ok(())
}

fn show(done: &Processed, out: &Path) {
    eprintln!();
    if let Some(record) = &done.record {
        print!("{}", record.transcript.to_text());
        eprintln!(
            "Medical Mode: {:?}. Roles: {:?}.",
            record.medical_mode, record.identification
        );
    }
    eprintln!("The transcript is in {}.", out.display());
    for id in &done.deletion.confirmed {
        eprintln!("Deleted at the service: {id}.");
    }
    for leftover in &done.deletion.unconfirmed {
        eprintln!("Still at the service: {}. Run this again.", leftover.id);
    }
}

/// The service with a key, the emulator without.
async fn service() -> Result<(RecordClient, Option<Emulator>), BoxError> {
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
    let emulator = Emulator::builder().script(script).start().await?;
    let origin = Origin::parse(&emulator.api_url())?;
    let key = ApiKey::new("emulated")?;
    let client = RecordClient::at(&Connector::new()?, &origin, &origin, key)?;
    Ok((client, Some(emulator)))
}

/// The ticket as a file: written beside, then moved, so that a crash leaves the old one or the new one.
struct Tickets(PathBuf);

impl Tickets {
    fn beside(out: &Path) -> Self {
        let mut name = out.as_os_str().to_owned();
        name.push(".ticket");
        Self(name.into())
    }

    /// The ticket of a job that did not come to its end, or a new one.
    fn last(&self) -> Result<JobTicket, BoxError> {
        match std::fs::read(&self.0) {
            Ok(stored) => Ok(serde_json::from_slice(&stored)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok(JobTicket::new("recording"))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn forget(&self) -> io::Result<()> {
        std::fs::remove_file(&self.0)
    }
}

#[async_trait]
impl TicketStore for Tickets {
    async fn keep(&self, ticket: &JobTicket) -> Result<(), BoxError> {
        let part = self.0.with_extension("part");
        std::fs::write(&part, serde_json::to_vec(ticket)?)?;
        Ok(std::fs::rename(part, &self.0)?)
    }
}
