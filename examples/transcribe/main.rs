//! Audio in, transcript out; no note.
//!
//! `cargo run --example transcribe -- --audio session.wav --json`
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that talks to a person"
)]

#[path = "../support/live.rs"]
mod live;
#[path = "../support/services.rs"]
mod services;
#[path = "../support/source.rs"]
mod source;
#[path = "../support/speed.rs"]
mod speed;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use live::Show;
use services::{AnyError, Wishes};

/// Transcribes a session, with roles.
#[derive(Debug, Parser)]
struct Args {
    #[command(flatten)]
    from: source::From,
    /// What is said in the audio, for the emulator.
    #[arg(long)]
    script: Option<PathBuf>,
    /// Seconds of audio a second. Default: 8 with the emulator, 1 with the real services.
    #[arg(long, value_parser = speed::parse)]
    speed: Option<f64>,
    /// How turns end: therapy, server, voice-agent, aggressive, balanced, medical-visit.
    #[arg(long, default_value = "therapy")]
    turns: String,
    /// One JSON object a line; the last is the whole transcript.
    #[arg(long)]
    json: bool,
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

async fn run(args: &Args) -> Result<(), AnyError> {
    if args.from.devices {
        println!("{}", source::devices()?);
        return Ok(());
    }
    let wishes = Wishes {
        audio: args.from.audio(),
        script: args.script.as_deref(),
        speed: args.speed,
        turns: &args.turns,
        faults: 0,
    };
    let services = services::start(&wishes).await?;
    eprintln!("{}", services.hello);
    let show = if args.json { Show::Json } else { Show::People };
    let session = live::capture(&services, &args.from, show).await?;
    live::print_transcript(&session.transcript, show);
    if session.transcript.is_empty() {
        return Err("no speech was heard: check the microphone, or the file".into());
    }
    if let Some(emulator) = services.emulator {
        emulator.stop().await;
    }
    Ok(())
}
