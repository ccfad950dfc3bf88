//! Who is who in finished dialogues, by their words alone.
//!
//! `cargo run --example roles -- dialogues.jsonl`
#![expect(clippy::print_stderr, reason = "a program that talks to a person")]

mod dialogue;

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use dialogue::Dialogue;
use serde_json::json;
use therapy_scribe::roles::{Cue, Cues, Setting};

/// Finds the roles of the speakers of dialogues, one JSON object a line: {"id":…,"turns":[{"speaker":"A","text":…}]},
/// with `start_ms` and `end_ms` where they are known. Turns are counted from zero, and both ends of a swap belong to it.
#[derive(Debug, Parser)]
struct Args {
    /// The dialogues; standard input without it.
    file: Option<PathBuf>,
    /// Looks at the first turns only.
    #[arg(long, value_name = "N")]
    turns: Option<usize>,
    /// Who takes part: individual, couple, group.
    #[arg(long, default_value = "individual", value_parser = setting)]
    setting: Setting,
    /// What the two roles are called.
    #[arg(long, default_value = "therapist,client", value_parser = names)]
    roles: (String, String),
    /// Shows what was counted in each turn, for `scripts/roles-fit`.
    #[arg(long)]
    cues: bool,
}

fn setting(text: &str) -> Result<Setting, String> {
    match text {
        "individual" => Ok(Setting::Individual),
        "couple" => Ok(Setting::Couple),
        "group" => Ok(Setting::Group),
        _ => Err("individual, couple or group".to_owned()),
    }
}

fn names(text: &str) -> Result<(String, String), String> {
    let (first, second) = text
        .split_once(',')
        .ok_or("two names with a comma between them")?;
    Ok((first.trim().to_owned(), second.trim().to_owned()))
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error}.");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), String> {
    let input: Box<dyn BufRead> = match &args.file {
        Some(path) => {
            let file = File::open(path)
                .map_err(|error| format!("cannot open {}: {error}", path.display()))?;
            Box::new(BufReader::new(file))
        }
        None => Box::new(std::io::stdin().lock()),
    };
    for (index, line) in input.lines().enumerate() {
        let line = line.map_err(|error| format!("cannot read line {}: {error}", index + 1))?;
        if line.trim().is_empty() {
            continue;
        }
        let dialogue =
            Dialogue::parse(&line).map_err(|wrong| format!("line {}: {wrong}", index + 1))?;
        let shown = if args.cues {
            cues(&dialogue)
        } else {
            let names = (args.roles.0.as_str(), args.roles.1.as_str());
            dialogue.roles(args.turns, args.setting, names)
        };
        // A reader that has seen enough is no error.
        if writeln!(std::io::stdout(), "{shown}").is_err() {
            break;
        }
    }
    Ok(())
}

fn cues(dialogue: &Dialogue) -> serde_json::Value {
    let turns = dialogue.texts().map(|text| {
        let found = Cues::of_text(text);
        let counts: serde_json::Map<_, _> = Cue::ALL
            .iter()
            .filter(|cue| found.get(**cue) > 0)
            .map(|cue| (cue.name().to_owned(), found.get(*cue).into()))
            .collect();
        json!({"words": found.words(), "cues": counts})
    });
    json!({"turns": turns.collect::<Vec<_>>()})
}
