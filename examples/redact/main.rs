//! Text without what tells who somebody is, line by line.
//!
//! `echo "Anna's number is 555-0142." | cargo run --example redact -- --names names.txt`
#![expect(clippy::print_stderr, reason = "a program that talks to a person")]

#[expect(dead_code, reason = "no names are sent to a service")]
mod names;

use std::{
    io::{BufRead, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use serde_json::json;
use therapy_scribe::redact::{Kinds, KnownNames, Redacted, Redactor, Style};

/// Reads lines of text on standard input and writes them without identifiers, each as soon as it is there. What comes again
/// in a later line has the same pseudonym.
///
/// The names file is JSON, `{"client":["Anna Miller"],"clinician":["Dr. Roe"],"places":["New Ulm"]}` or an array of names; or
/// plain text, one name a line, with `client:`, `place:` or another word before it or without, and `#` before comments. Names
/// under words that begin with `place`, `city`, `town`, `street` or `location` are places, under `org`, `employer`, `school`, `company`,
/// `clinic:` or `hospital` organizations, all others people.
#[derive(Debug, Parser)]
struct Args {
    /// Names to hide.
    #[arg(long, value_name = "FILE")]
    names: Option<PathBuf>,
    /// What is hidden: `identifiers`, `everything` (dates and ages over 89 too), or kinds with commas between, such as
    /// `phone,email,name`.
    #[arg(long, default_value = "identifiers", value_parser = Kinds::parse, value_name = "LIST")]
    policies: Kinds,
    /// What stands in its place: `pseudonym` (`[PERSON_1]`), `kind` (`[PERSON_NAME]`) or `hash` (`#####`).
    #[arg(long, default_value = "pseudonym", value_parser = style)]
    style: Style,
    /// Writes `{"text":…,"spans":[{"start","end","kind","replacement"}]}` for each line. `start` and `end` count characters
    /// (Unicode scalar values) of the line as it was, from 0, and the end is not part of it.
    #[arg(long)]
    json: bool,
}

fn style(text: &str) -> Result<Style, String> {
    match text {
        "pseudonym" => Ok(Style::Pseudonym),
        "kind" => Ok(Style::Kind),
        "hash" => Ok(Style::Hash),
        _ => Err("pseudonym, kind or hash".to_owned()),
    }
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
    let names = match &args.names {
        Some(path) => names::read(path)?.known(),
        None => KnownNames::new(),
    };
    let mut redactor = Redactor::new(names, args.policies).style(args.style);
    let mut out = std::io::stdout().lock();
    for (index, line) in std::io::stdin().lock().split(b'\n').enumerate() {
        let line = line.map_err(|error| format!("cannot read line {}: {error}", index + 1))?;
        // What is no UTF-8 is shown as such: a line that is left out would be lost, and one that is copied not looked at.
        let line = String::from_utf8_lossy(&line);
        let line = line.strip_suffix('\r').unwrap_or(&line);
        let redacted = redactor.line(line);
        let shown = if args.json {
            spans(line, &redacted).to_string()
        } else {
            redacted.text
        };
        // A reader that has seen enough is no error.
        if writeln!(out, "{shown}").and_then(|()| out.flush()).is_err() {
            break;
        }
    }
    Ok(())
}

fn spans(line: &str, redacted: &Redacted) -> serde_json::Value {
    let chars = |bytes: usize| line.get(..bytes).map_or(0, |before| before.chars().count());
    let spans = redacted.spans.iter().map(|span| {
        json!({
            "start": chars(span.range.start),
            "end": chars(span.range.end),
            "kind": span.kind.name(),
            "replacement": span.replacement,
        })
    });
    json!({"text": redacted.text, "spans": spans.collect::<Vec<_>>()})
}
