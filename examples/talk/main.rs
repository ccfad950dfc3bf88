//! The scribe that a clinician talks to, after the session.
//!
//! `cargo run --example talk -- --out record` plays a scripted clinician against the emulator; with `ASSEMBLYAI_API_KEY` it
//! talks to the real service, with `--audio FILE` or, built with `--features mic`, `--mic`; with `--text` it is typed.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that talks to a person"
)]

#[path = "../note/input.rs"]
mod input;
#[path = "../support/person.rs"]
#[expect(dead_code, reason = "questions are asked while the talk goes on")]
mod person;
#[path = "../support/services.rs"]
#[expect(dead_code, reason = "speech-to-text is not called")]
mod services;
#[path = "talk.rs"]
mod talk;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use services::AnyError;
use talk::Talk;
use therapy_scribe::notes::SessionFacts;

/// Talks about a session: drafts, reads, changes and saves its note.
#[derive(Debug, Parser)]
struct Args {
    /// What `transcribe --json` wrote, or `{"turns":[{"role":"client","text":"…"}]}`; without it the demo session.
    #[arg(long, value_name = "FILE")]
    transcript: Option<PathBuf>,
    /// The kind of note, such as `dap`, `soap` or `birp`.
    #[arg(long, value_name = "ID", default_value = "dap")]
    format: String,
    /// Who signs.
    #[arg(long, value_name = "NAME", default_value = "Dr. Jane Roe")]
    signer: String,
    /// Answers the question on the terminal with yes.
    #[arg(long)]
    yes: bool,
    /// Where the record is; its notes are in `ehr` there.
    #[arg(long, value_name = "DIR", default_value = "record")]
    out: PathBuf,
    /// A WAV file that is said, and silence after it. Without it silence, and the service leads; with the emulator a
    /// scripted clinician speaks.
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    audio: Option<PathBuf>,
    /// Listens to the microphone, and speaks. Needs `--features mic`.
    #[arg(long, conflicts_with_all = ["audio", "text"])]
    mic: bool,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: talk::Flags,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Args::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("Error: {error}.");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: &Args) -> Result<ExitCode, AnyError> {
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/talk/transcript.json");
    let path = args.transcript.clone().unwrap_or_else(|| demo.into());
    let transcript = input::transcript(&path)?;
    talk::run(Talk {
        flags: &args.flags,
        facts: SessionFacts::from_transcript(&transcript),
        transcript,
        signer: &args.signer,
        format: &args.format,
        out: &args.out,
        audio: args.audio.as_ref(),
        mic: args.mic,
        yes: args.yes,
        json: args.json,
    })
    .await
}
