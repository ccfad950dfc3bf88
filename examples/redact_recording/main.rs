//! A copy of a recording for supervision, audit or training: text and audio without what tells who somebody is.
//!
//! `cargo run --example redact_recording -- --audio assets/demo-session/session.wav --names names.txt --out redacted`
//!
//! The service redacts first, and is not trusted with it: a pass on this machine looks for what it left, in the text and, by
//! the times of the words, in the audio. Where anything is still left, nothing is written.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that talks to a person"
)]

mod copy;
#[path = "../redact/names.rs"]
mod names;
#[path = "../support/recordings.rs"]
mod recordings;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use names::Names;
use recordings::{DEMO, Tickets};
use therapy_scribe::{
    BoxError,
    redact::{Kinds, Redactor},
    stt::config::Substitute,
    stt::prerecorded::{
        Deletion, EntityName, FileSave, FileUpload, Job, RecordRedaction, RedactedAudio,
        RedactedFormat, RedactionPolicies, Transcription,
    },
};

/// Writes `redacted.txt`, `redacted.json`, `redacted.wav` and `policies.json` into a folder.
#[derive(Debug, Parser)]
struct Args {
    /// FLAC or WAV. Default: the bundled session.
    #[arg(long, value_name = "FILE")]
    audio: Option<PathBuf>,
    /// Names to hide, in the form that `redact` reads. They are sent to the service too, so that it silences them.
    #[arg(long, value_name = "FILE")]
    names: Option<PathBuf>,
    /// What the service redacts: `identifiers`, `notes`, `tutorial`, `everything`, or its names of policies with commas between.
    #[arg(long, default_value = "identifiers", value_parser = policies, value_name = "LIST")]
    policies: RedactionPolicies,
    /// Where the copy goes.
    #[arg(long, value_name = "DIR", default_value = "redacted")]
    out: PathBuf,
}

fn policies(text: &str) -> Result<RedactionPolicies, BoxError> {
    Ok(match text {
        "identifiers" => RedactionPolicies::identifiers(),
        "notes" => RedactionPolicies::for_notes(),
        "tutorial" => RedactionPolicies::tutorial(),
        "everything" => RedactionPolicies::everything(),
        list => {
            let names = list
                .split(',')
                .map(|name| name.trim().parse::<EntityName>());
            RedactionPolicies::new(names.collect::<Result<Vec<_>, _>>()?)?
        }
    })
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
    let names = args
        .names
        .as_deref()
        .map_or_else(|| Ok(Names::default()), names::read)?;
    std::fs::create_dir_all(&args.out)
        .map_err(|error| format!("cannot make the folder {}: {error}", args.out.display()))?;
    let words: Vec<String> = words(&names).map(str::to_owned).collect();
    let (client, emulator) = recordings::service(&words).await?;
    let redaction = RecordRedaction::new(args.policies.clone())
        .substitute(Substitute::EntityName)
        .audio(RedactedAudio::new(RedactedFormat::Wav));
    let config = Transcription::individual()
        .redaction(with_names(redaction, &names))
        .build()?;
    for warning in config.warnings() {
        eprintln!("Note: {warning}.");
    }
    let demo = || Path::new(DEMO).join("session.wav");
    let audio = FileUpload::new(args.audio.clone().unwrap_or_else(demo));
    let unchecked = Unchecked(args.out.join("redacted.unchecked.wav"));
    let mut sound = FileSave::new(&unchecked.0);
    let tickets = Tickets::beside(&args.out.join("redacted"));
    let job = Job::upload("recording", &audio, &config).redacted_audio(&mut sound);
    // The recording stays with the host, so a copy that can't be written can be made again.
    let save = |_record| async { Ok(()) };
    let done = client.process_and_delete(job, &tickets, save).await;
    tickets.forget_when_done(&done)?;
    let done = done?;
    if let Some(failure) = done.redacted_audio_failure {
        return Err(failure.into());
    }
    let record = done
        .record
        .ok_or("the service has deleted the transcript already; run this again")?;
    let export = record
        .redacted()
        .ok_or("the service did not redact the transcript; nothing was written")?;
    let mut redactor = Redactor::new(names.known(), Kinds::identifiers());
    let copy = copy::Copy::of(&export, &mut redactor)?;
    let deleted = deleted(&done.deletion);
    copy.write(&args.out, &unchecked.0, &deleted).await?;
    print!("{}", copy.transcript.to_text());
    eprintln!("{}", copy.told(&args.out));
    eprintln!("{deleted}.");
    if let Some(emulator) = emulator {
        emulator.stop().await;
    }
    Ok(())
}

/// The service's audio, which nothing has looked through. However the program goes on, it does not stay.
struct Unchecked(PathBuf);

impl Drop for Unchecked {
    fn drop(&mut self) {
        // There may be none.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Each word of a person's name that is no title.
fn words(names: &Names) -> impl Iterator<Item = &str> {
    let words = names.people().flat_map(str::split_whitespace);
    words.filter(|word| !word.ends_with('.'))
}

/// The service hides them wherever they are said, in the audio too.
fn with_names(redaction: RecordRedaction, names: &Names) -> RecordRedaction {
    let mut terms: Vec<&str> = names.people().chain(words(names)).collect();
    terms.sort_unstable();
    terms.dedup();
    if terms.is_empty() {
        return redaction;
    }
    redaction.terms(&EntityName::named("person_name"), terms)
}

fn deleted(deletion: &Deletion) -> String {
    match deletion.unconfirmed.as_slice() {
        [] => "The transcript was deleted at the service, and the deletion was verified".to_owned(),
        left => {
            let ids: Vec<_> = left.iter().map(|leftover| leftover.id.as_str()).collect();
            format!("STILL AT THE SERVICE, delete it there: {}", ids.join(", "))
        }
    }
}
