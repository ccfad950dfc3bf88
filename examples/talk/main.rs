//! The scribe that a clinician talks to, after the session.
//!
//! `cargo run --example talk -- --out record` plays a scripted clinician against the emulator; with `ASSEMBLYAI_API_KEY` it
//! talks to the real service, with `--audio FILE` or, built with `--features mic`, `--mic`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that talks to a person"
)]

mod hear;
#[path = "../note/input.rs"]
mod input;
#[path = "../support/person.rs"]
mod person;
#[path = "../support/services.rs"]
#[expect(dead_code, reason = "speech-to-text is not called")]
mod services;
mod show;
mod talk;

use std::{path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use clap::{Parser, ValueEnum};
use person::now;
use services::AnyError;
use therapy_scribe::{
    ApiKey, Region,
    agent::{
        Accept, Effect, PromptBudget, ScribeDesk, ToolSet, ToolSpec, VoiceAgentClient,
        VoiceAgentConfig, VoiceTool, config::IfInterrupted,
    },
    notes::{
        Clinician, DirectorySink, Gateway, GatewayConfig, KeySigner, NoteWriter, SessionFacts,
    },
    transport::{Connector, Origin},
};
use therapy_scribe_emulator::{Dialogue, Emulator};

/// Talks about a session: drafts, reads, changes and saves its note.
#[derive(Debug, Parser)]
struct Args {
    /// What `transcribe --json` wrote, or `{"turns":[{"role":"client","text":"…"}]}`; without it the demo session.
    #[arg(long, value_name = "FILE")]
    transcript: Option<PathBuf>,
    /// Who signs.
    #[arg(long, value_name = "NAME", default_value = "Dr. Jane Roe")]
    signer: String,
    /// Where a yes may come from.
    #[arg(long, value_enum, default_value = "ui")]
    confirm: Confirm,
    /// Answers the question on the terminal with yes.
    #[arg(long)]
    yes: bool,
    /// Where the record is; its notes are in `ehr` there.
    #[arg(long, value_name = "DIR", default_value = "record")]
    out: PathBuf,
    /// A WAV file that is said, and silence after it; without it silence, and the service leads.
    #[arg(long, value_name = "FILE")]
    audio: Option<PathBuf>,
    /// Listens to the microphone, and speaks. Needs `--features mic`.
    #[arg(long, conflicts_with = "audio")]
    mic: bool,
    /// Ends after so many seconds of the conversation.
    #[arg(long, value_name = "N", default_value_t = 600)]
    max_seconds: u64,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

/// Where a yes may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Confirm {
    /// This terminal.
    Ui,
    /// The clinician's voice too.
    Voice,
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

/// Where the services are.
struct Place {
    key: ApiKey,
    agents: Option<Origin>,
    gateway: Option<Origin>,
    emulator: Option<Emulator>,
}

async fn run(args: &Args) -> Result<ExitCode, AnyError> {
    let place = place(args).await?;
    let desk = desk(args, &place)?;
    let hearing = hear::open(args.audio.as_deref(), args.mic).await?;
    let tools = desk.tools()?;
    let client = client(&desk, &tools, &place)?;
    let connected = client.connect().await;
    let talk = talk::Talk {
        desk,
        tools,
        show: show::Show::new(args.json),
        confirm: args.confirm,
        yes: args.yes,
        longest: Duration::from_secs(args.max_seconds),
        is_scripted: place.emulator.is_some(),
    };
    let code = talk.run(connected?, hearing).await?;
    if let Some(emulator) = place.emulator {
        emulator.stop().await;
    }
    Ok(code)
}

/// The real services with a key, the emulator and its scripted clinician without.
async fn place(args: &Args) -> Result<Place, AnyError> {
    let _ = dotenvy::dotenv();
    let origin = |name: &str| {
        let url = std::env::var(name).ok().filter(|url| !url.is_empty());
        let parse = |url: String| Origin::parse(&url).map_err(|error| format!("{name}: {error}"));
        url.map(parse).transpose()
    };
    let key = std::env::var("ASSEMBLYAI_API_KEY").ok();
    if let Some(key) = key.filter(|key| !key.trim().is_empty()) {
        eprintln!(
            "Real patient data needs a Business Associate Agreement with AssemblyAI first. Sessions are recorded there; the record is deleted afterwards."
        );
        return Ok(Place {
            key: ApiKey::new(key)?,
            agents: origin("ASSEMBLYAI_AGENTS_URL")?,
            gateway: origin("ASSEMBLYAI_LLM_GATEWAY_URL")?,
            emulator: None,
        });
    }
    let dialogue = include_str!("dialogue.json");
    // A model would put what a tool tells it into words of its own; the scripted agent has its words here.
    let asks = match args.confirm {
        Confirm::Ui => "It waits for your confirmation on the screen.".to_owned(),
        Confirm::Voice => format!(
            "Shall I sign this note as {} and save it to the record?",
            args.signer.replace(['"', '\\'], " ")
        ),
    };
    let dialogue = dialogue.replace("{ask}", &asks);
    let dialogue = Dialogue::from_json(&dialogue)?;
    let emulator = Emulator::builder().dialogue(dialogue).start().await?;
    eprintln!(
        "No ASSEMBLYAI_API_KEY is set: the emulator on this machine stands in for the services, and for the clinician."
    );
    Ok(Place {
        key: ApiKey::new("emulated")?,
        agents: Some(Origin::parse(&emulator.agents_url())?),
        gateway: Some(Origin::parse(&emulator.llm_gateway_url())?),
        emulator: Some(emulator),
    })
}

fn desk(args: &Args, place: &Place) -> Result<ScribeDesk, AnyError> {
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/talk/transcript.json");
    let path = args.transcript.clone().unwrap_or_else(|| demo.into());
    let transcript = input::transcript(&path)?;
    let connector = Connector::new()?;
    let config = GatewayConfig::builder().build()?;
    let gateway = match &place.gateway {
        Some(origin) => Gateway::at(&connector, origin, place.key.clone(), config)?,
        None => Gateway::through(&connector, Region::Us, place.key.clone(), config)?,
    };
    // A host authenticates its clinician and keeps their key; a demo makes a new one.
    let signer = KeySigner::generate(Clinician::new("demo", &args.signer, "demo key"))?;
    let accept = match args.confirm {
        Confirm::Ui => Accept::Host,
        Confirm::Voice => Accept::HostOrVoice,
    };
    let facts = SessionFacts::from_transcript(&transcript);
    let writer = NoteWriter::new(Arc::new(gateway));
    let sink = DirectorySink::new(args.out.join("ehr"));
    let desk = ScribeDesk::builder(transcript, writer, Arc::new(signer), Arc::new(sink), now);
    Ok(desk.facts(facts).accept(accept).build())
}

fn client(desk: &ScribeDesk, tools: &ToolSet, place: &Place) -> Result<VoiceAgentClient, AnyError> {
    let tools = tools.specs().map(|spec| voice_tool(spec, tools));
    let config = VoiceAgentConfig::builder(desk.system_prompt(PromptBudget::default()))
        .tools(tools)
        .build()?;
    let key = place.key.clone();
    Ok(match &place.agents {
        Some(origin) => VoiceAgentClient::at(Connector::new()?, origin, key, config),
        None => VoiceAgentClient::new(Region::Us, key, config)?,
    })
}

/// One of the scribe's tools, as the service is told it. What one has changed stays changed, whoever interrupts.
fn voice_tool(spec: &ToolSpec, tools: &ToolSet) -> VoiceTool {
    let parameters = tools.parameters(&spec.name).cloned().unwrap_or_default();
    let tool = VoiceTool::new(&spec.name, &spec.description, parameters).timeout(spec.timeout);
    match spec.effect {
        Effect::Read => tool,
        _ => tool.if_interrupted(IfInterrupted::Report),
    }
}
