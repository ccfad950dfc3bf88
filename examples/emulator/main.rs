//! Serves the emulator until it is stopped.
//!
//! `cargo run --example emulator -- --port 9000`
//!
//! Things can go wrong on purpose: `--fault drop@30 --fault stall:20@60 --fault refuse-connect:10@90` at these seconds of
//! the recording, or `--faults 5` by chance.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that talks to a person"
)]

mod fault;
#[path = "../support/speed.rs"]
mod speed;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use therapy_scribe_emulator::{Dialogue, Emulator, Fault, Faults, Script};

const DEMO: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/assets/demo-session/session.json"
);

/// A local stand-in for AssemblyAI's streaming, LLM Gateway and voice agent.
#[derive(Debug, Parser)]
struct Args {
    /// The port; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// What is said in the audio; without it the script of the demo session.
    #[arg(long)]
    script: Option<PathBuf>,
    /// What is said in talks with the voice agent, and which tools it calls; without it nothing.
    #[arg(long)]
    dialogue: Option<PathBuf>,
    /// What chance depends on.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many seconds of the services' time pass in one.
    #[arg(long, default_value_t = 1.0, value_parser = speed::parse)]
    speed: f64,
    /// What goes wrong with a streaming session, and at which second of the recording; may be repeated.
    #[arg(long = "fault", value_name = "KIND@SECONDS", value_parser = fault::parse)]
    fault: Vec<Fault>,
    /// So many faults by chance, which is the seed's, over the length of the script.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    faults: usize,
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
    let text = read(&path)?;
    let script = Script::from_json(&text)?;
    let dialogue = match args.dialogue {
        Some(path) => read(&path)
            .and_then(|text| Dialogue::from_json(&text).map_err(|error| error.to_string()))?,
        None => Dialogue::default(),
    };
    let length_ms = script.segments.iter().map(|segment| segment.end_ms).max();
    let by_chance = Faults::random(args.seed, args.faults, length_ms.unwrap_or(0));
    let emulator = Emulator::builder()
        .script(script)
        .dialogue(dialogue)
        .seed(args.seed)
        .speed(args.speed)
        .port(args.port)
        .faults(args.fault)
        .faults(by_chance)
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

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read the script {}: {error}", path.display()))
}
