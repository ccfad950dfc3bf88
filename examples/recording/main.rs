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

#[path = "../support/recordings.rs"]
mod recordings;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::Parser;
use recordings::{DEMO, Tickets};
use therapy_scribe::{
    BoxError,
    stt::prerecorded::{
        FileUpload, Job, Processed, RecordRedaction, RedactionPolicies, Transcription,
    },
};

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
    let (client, emulator) = recordings::service(&[]).await?;
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
    let job = Job::upload("recording", &audio, &config)
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
    tickets.forget_when_done(&done)?;
    let done = done?;
    show(&done, out);
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
