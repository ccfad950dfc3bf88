//! A note from a transcript that is there already.
//!
//! `cargo run --example note -- --transcript session.json --format soap --html note.html`
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that talks to a person"
)]

mod facts;
mod input;
#[path = "../support/services.rs"]
#[expect(dead_code, reason = "there is no audio here")]
mod services;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    str::FromStr,
    sync::Arc,
};

use clap::Parser;
use services::{AnyError, Audio, Wishes};
use therapy_scribe::{
    Privacy, Transcript,
    notes::{
        Draft, ExtractiveWriter, Formats, NoteFormat, NoteWriter, OpenAiCompatible, OpenAiConfig,
    },
};

/// Drafts a note from a transcript.
#[derive(Debug, Parser)]
struct Args {
    /// What `transcribe --json` wrote, or `{"turns":[{"role":"client","text":"…"}]}`.
    #[arg(long, value_name = "FILE")]
    transcript: PathBuf,
    /// The note's format: the id of a built-in one, or a JSON Schema file.
    #[arg(long, default_value = "dap", value_name = "ID|FILE.schema.json")]
    format: String,
    /// Who writes: `gateway` (an emulator without a key), a server of your own such as
    /// `openai:http://127.0.0.1:11434/v1#qwen3:8b`, or `extractive`, which quotes and needs no model.
    #[arg(long, default_value = "gateway")]
    writer: Writer,
    #[command(flatten)]
    facts: facts::Flags,
    /// Writes the draft as one HTML file.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Shows the draft as plain text instead of Markdown.
    #[arg(long)]
    text: bool,
    /// Shows the draft as JSON instead of Markdown.
    #[arg(long, conflicts_with = "text")]
    json: bool,
}

/// Who writes the draft.
#[derive(Debug, Clone)]
enum Writer {
    Gateway,
    OpenAi { url: String, model: String },
    Extractive,
}

impl FromStr for Writer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':').unwrap_or((text, "")) {
            ("gateway", "") => Ok(Self::Gateway),
            ("extractive", "") => Ok(Self::Extractive),
            ("openai", server) if !server.is_empty() => {
                let (url, model) = server.split_once('#').unwrap_or((server, "default"));
                Ok(Self::OpenAi {
                    url: url.to_owned(),
                    model: model.to_owned(),
                })
            }
            _ => Err("known are: gateway, openai:URL#MODEL, extractive".to_owned()),
        }
    }
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
    let format = format(&args.format)?;
    let transcript = input::transcript(&args.transcript)?;
    let facts = args.facts.of(&transcript)?;
    let mut draft = draft(&args.writer, &transcript, format).await?;
    draft.set_facts(facts);
    if let Some(path) = &args.html {
        std::fs::write(path, draft.to_html())
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        eprintln!("The draft was written to {}.", path.display());
    }
    if args.json {
        println!("{}", draft.to_json());
    } else if args.text {
        print!("{}", draft.to_text());
    } else if args.html.is_none() {
        print!("{}", draft.to_markdown());
    }
    Ok(())
}

async fn draft(
    writer: &Writer,
    transcript: &Transcript,
    format: Arc<dyn NoteFormat>,
) -> Result<Draft, AnyError> {
    match writer {
        Writer::Gateway => by_gateway(transcript, format).await,
        Writer::OpenAi { url, model } => {
            // A demo says what is true of a server of one's own; a host says what is true of its own.
            let config = OpenAiConfig::builder(url, model, Privacy::local()).build()?;
            let model = OpenAiCompatible::new(config)?;
            let writer = NoteWriter::new(Arc::new(model));
            Ok(writer.draft(transcript, format).await?)
        }
        Writer::Extractive => Ok(ExtractiveWriter::new().draft(transcript, format)?),
    }
}

async fn by_gateway(
    transcript: &Transcript,
    format: Arc<dyn NoteFormat>,
) -> Result<Draft, AnyError> {
    let wishes = Wishes {
        audio: Audio::Demo,
        script: None,
        speed: None,
        turns: "therapy",
        faults: 0,
    };
    let services = services::start(&wishes).await?;
    eprintln!("{}", services.hello);
    let draft = services.scribe.writer().draft(transcript, format).await;
    if let Some(emulator) = services.emulator {
        emulator.stop().await;
    }
    Ok(draft?)
}

/// A built-in format by its id, or a practice's own from its file.
fn format(name: &str) -> Result<Arc<dyn NoteFormat>, AnyError> {
    let path = Path::new(name);
    if path.extension().is_none_or(|extension| extension != "json") {
        return Ok(Formats::new().get(name)?);
    }
    let text = std::fs::read(path)
        .map_err(|error| format!("cannot read the format {}: {error}", path.display()))?;
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let id = file.split('.').next().unwrap_or_default().to_lowercase();
    let format = therapy_scribe::notes::SchemaFormat::from_json(id, 1, text)?;
    Ok(Arc::new(format))
}
