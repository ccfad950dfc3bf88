//! Serves the emulator until it is stopped.
//!
//! `cargo run --example emulator -- --port 9000`
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that talks to a person"
)]

#[path = "../support/speed.rs"]
mod speed;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use therapy_scribe_emulator::{Emulator, Script};

const DEMO: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/assets/demo-session/session.json"
);

/// A local stand-in for AssemblyAI's streaming and LLM Gateway.
#[derive(Debug, Parser)]
struct Args {
    /// The port; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// What is said in the audio; without it the script of the demo session.
    #[arg(long)]
    script: Option<PathBuf>,
    /// What chance depends on.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many seconds of the services' time pass in one.
    #[arg(long, default_value_t = 1.0, value_parser = speed::parse)]
    speed: f64,
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error}.");
            ExitCode::FAILURE
        }
    }
}

async fn serve(args: Args) -> Result<(), Box<dyn std::error::Error>> {
    let path = args.script.unwrap_or_else(|| DEMO.into());
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("cannot read the script {}: {error}", path.display()))?;
    let script = Script::from_json(&text)?;
    let emulator = Emulator::builder()
        .script(script)
        .seed(args.seed)
        .speed(args.speed)
        .port(args.port)
        .start()
        .await?;
    let urls = serde_json::json!({
        "streaming": emulator.streaming_url(),
        "api": emulator.api_url(),
        "llm_gateway": emulator.llm_gateway_url(),
        "agents": emulator.agents_url(),
    });
    println!("{urls}");
    tokio::signal::ctrl_c().await?;
    emulator.stop().await;
    Ok(())
}
