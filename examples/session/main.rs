//! One therapy session, end to end: audio in, signed note out.
//!
//! `cargo run --example session -- --sign "Dr. Jane Roe" --out notes`
//!
//! With `--record-pass` the recording is transcribed once more after the session, and what that changes is told. With `--talk` the clinician talks about the session instead, as in the example `talk`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that talks to a person"
)]

#[path = "../support/live.rs"]
mod live;
#[path = "../support/person.rs"]
mod person;
mod record_pass;
#[path = "../support/services.rs"]
mod services;
#[path = "../support/source.rs"]
mod source;
#[path = "../support/speed.rs"]
mod speed;
#[path = "../talk/talk.rs"]
mod talk;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use live::Show;
use person::{agrees, now};
use services::{AnyError, Audio, Wishes};
use talk::Talk;
use therapy_scribe::{
    Transcript,
    notes::{Clinician, Draft, KeySigner, LocalTime, SessionFacts, SignedNote, WallTime},
    stt::Session,
};

/// Captures a session, drafts its note, and signs it if you say so.
#[derive(Debug, Parser)]
struct Args {
    #[command(flatten)]
    from: source::From,
    /// What is said in the audio, for the emulator.
    #[arg(long)]
    script: Option<PathBuf>,
    /// The note's format.
    #[arg(long, default_value = "dap")]
    format: String,
    /// Who signs.
    #[arg(long, value_name = "NAME")]
    sign: Option<String>,
    /// Answers the question before signing with yes.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    then: Then,
    /// Where the signed note goes.
    #[arg(long, value_name = "DIR", default_value = "notes")]
    out: PathBuf,
    /// Seconds of audio a second. Default: 8 with the emulator, 1 with the real services.
    #[arg(long, value_parser = speed::parse)]
    speed: Option<f64>,
    /// How turns end: therapy, server, voice-agent, aggressive, balanced, medical-visit.
    #[arg(long, default_value = "therapy", value_name = "PRESET")]
    turns: String,
    /// Has the emulator lose the connection so often.
    #[arg(long, value_name = "N", default_value_t = 0)]
    faults: u32,
    /// One JSON object a line: turns, transcript, note.
    #[arg(long)]
    json: bool,
    #[command(flatten, next_help_heading = "With --talk")]
    flags: talk::Flags,
}

/// What comes after the session.
#[derive(Debug, clap::Args)]
struct Then {
    /// Transcribes the recording once more after the session, by the service for recordings, takes its words, and tells what
    /// they change. With a microphone it needs `--record`.
    #[arg(long)]
    record_pass: bool,
    /// Talks about the session after it, instead of drafting at once: the clinician asks for the note, changes it and has it
    /// saved, in `ehr` in the folder of `--out`. `--sign` says who.
    #[arg(long)]
    talk: bool,
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
    if args.from.devices {
        println!("{}", source::devices()?);
        return Ok(ExitCode::SUCCESS);
    }
    let recording = args.from.recording();
    if args.then.record_pass && recording.is_none() {
        return Err(
            "--record-pass transcribes a file: give the microphone's sound one with --record FILE"
                .into(),
        );
    }
    let wishes = Wishes {
        audio: args.from.audio(),
        script: args.script.as_deref(),
        speed: args.speed,
        turns: &args.turns,
        faults: args.faults,
    };
    let services = services::start(&wishes).await?;
    // Asked before the session, not after an hour of it.
    services.scribe.formats().get(&args.format)?;
    eprintln!("{}", services.hello);
    if let Err(error) = services.scribe.check(now()).await {
        eprintln!("Note: the draft may fail: {error}");
    }
    let show = if args.json { Show::Json } else { Show::People };
    let start = now();
    let mut session = live::capture(&services, &args.from, show).await?;
    live::print_transcript(&session.transcript, show);
    if session.transcript.is_empty() {
        return Err(
            "no speech was heard, so there is no note: check the microphone, or the file".into(),
        );
    }
    if let Some(recording) = recording.filter(|_| args.then.record_pass) {
        let pass = record_pass::run(&services, &recording, &args.from, &session.transcript, show);
        session.transcript = unless_stopped(pass).await??;
    }
    let facts = facts(start, &session)?;
    if args.then.talk {
        if let Some(emulator) = services.emulator {
            emulator.stop().await;
        }
        return talk::run(args.talk(session.transcript, facts)).await;
    }
    let draft = services.scribe.draft(&session.transcript, &args.format);
    let mut draft = unless_stopped(draft).await??;
    draft.set_facts(facts);
    finish(args, &draft).await?;
    if let Some(emulator) = services.emulator {
        emulator.stop().await;
    }
    Ok(ExitCode::SUCCESS)
}

impl Args {
    fn talk(&self, transcript: Transcript, facts: SessionFacts) -> Talk<'_> {
        Talk {
            flags: &self.flags,
            transcript,
            facts,
            signer: self.sign.as_deref().unwrap_or("Dr. Jane Roe"),
            format: &self.format,
            out: &self.out,
            audio: None,
            mic: self.from.audio() == Audio::Live,
            yes: self.yes,
            json: self.json,
        }
    }
}

/// Shows the draft, and signs it if somebody says so.
async fn finish(args: &Args, draft: &Draft) -> Result<(), AnyError> {
    if args.json {
        println!(
            "{}",
            serde_json::json!({"type": "draft", "format": draft.format(), "note": draft.value(), "facts": draft.facts(), "saved": false})
        );
    } else {
        println!("{}", draft.to_markdown());
    }
    match &args.sign {
        Some(name) => sign(args, draft, name).await?,
        None if !args.json => {
            println!("This note is a DRAFT and was not saved. Sign it with --sign \"Your Name\".");
        }
        None => {}
    }
    Ok(())
}

/// What is known without a model. A file may be played faster than it was spoken, so that the recording says how long the
/// session was; a host with a real session has a clock for its end, and knows how far that is ahead of UTC.
fn facts(start: WallTime, session: &Session) -> Result<SessionFacts, AnyError> {
    let length = u64::try_from(session.stats.captured.as_millis())?;
    let end = WallTime::from_unix_millis(start.as_unix_millis() + length);
    let (start, end) = (LocalTime::new(start, 0)?, LocalTime::new(end, 0)?);
    Ok(SessionFacts::from_transcript(&session.transcript).with_times(start, end)?)
}

async fn sign(args: &Args, draft: &Draft, name: &str) -> Result<(), AnyError> {
    if !args.yes && !unless_stopped(agrees(&format!("Sign this note as {name}?"))).await?? {
        println!("Not signed, and not saved.");
        return Ok(());
    }
    // A host authenticates its clinician and keeps their key; a demo makes a new one.
    let signer = KeySigner::generate(Clinician::new("demo", name, "demo key"))?;
    let note = draft.sign(&signer, now())?;
    let folder = save(&args.out, &note)?;
    if args.json {
        println!(
            "{}",
            serde_json::json!({"type": "signed", "content_sha256": note.content_sha256(), "folder": folder})
        );
    } else {
        println!(
            "Signed as {name} and written to {}: note.md, note.html, note.json, note.sig.",
            folder.display()
        );
    }
    Ok(())
}

/// Waits, but not against somebody's will: Ctrl-C ends it, as it ends a program that listens to no signals.
async fn unless_stopped<T>(work: impl Future<Output = T>) -> Result<T, AnyError> {
    tokio::select! {
        done = work => Ok(done),
        _ = tokio::signal::ctrl_c() => Err("stopped; nothing was saved".into()),
    }
}

fn save(out: &Path, signed: &SignedNote) -> Result<PathBuf, AnyError> {
    let write = |name: &str, content: &[u8]| {
        let path = out.join(name);
        std::fs::write(&path, content)
            .map_err(|error| format!("cannot write {}: {error}", path.display()))
    };
    std::fs::create_dir_all(out)
        .map_err(|error| format!("cannot make the folder {}: {error}", out.display()))?;
    write("note.md", signed.to_markdown().as_bytes())?;
    write("note.html", signed.to_html().as_bytes())?;
    write("note.json", &signed.to_bytes())?;
    write("note.sig", format!("{}\n", signed.signature()).as_bytes())?;
    Ok(out.to_owned())
}
