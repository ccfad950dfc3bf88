//! A talk about a session, from its transcript to the record: by voice, or typed.

mod ask;
mod clinician;
mod hear;
mod loudspeaker;
mod place;
mod show;
mod stop;
mod typed;
mod voice;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::{Args, ValueEnum};
use therapy_scribe::{
    Transcript,
    agent::{Accept, PromptBudget, ScribeDesk},
    notes::{
        Clinician, DirectorySink, Formats, Gateway, GatewayConfig, KeySigner, NoteFormat,
        NoteWriter, SessionFacts,
    },
    transport::Connector,
};

use self::{ask::Asker, place::Place, show::Show, stop::Stop};
use crate::{person::now, services::AnyError};

/// A goodbye takes no longer.
const GOODBYE: Duration = Duration::from_secs(3);

/// Flags of every program that talks.
#[derive(Debug, Args)]
pub(crate) struct Flags {
    /// Where a yes may come from.
    #[arg(long, value_enum, default_value = "ui")]
    confirm: Confirm,
    /// Types instead of speaking: at a prompt, or the lines of standard input, each of which is a turn.
    #[arg(long)]
    text: bool,
    /// Hears nothing while it speaks: for a loudspeaker beside the microphone. It can't be interrupted then.
    #[arg(long)]
    half_duplex: bool,
    /// Ends after so many seconds of the conversation.
    #[arg(long, value_name = "N", default_value_t = 600)]
    max_seconds: u64,
}

/// Where a yes may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Confirm {
    /// This terminal.
    Ui,
    /// The clinician's voice too.
    Voice,
}

/// What a talk is made of.
pub(crate) struct Talk<'a> {
    pub(crate) flags: &'a Flags,
    pub(crate) transcript: Transcript,
    pub(crate) facts: SessionFacts,
    /// Who signs.
    pub(crate) signer: &'a str,
    /// The kind of note.
    pub(crate) format: &'a str,
    /// Where the record is.
    pub(crate) out: &'a Path,
    /// What is said, if it is in a file.
    pub(crate) audio: Option<&'a PathBuf>,
    pub(crate) mic: bool,
    /// Answers the question on the terminal with yes.
    pub(crate) yes: bool,
    pub(crate) json: bool,
}

/// Talks until it is over, by whatever ends it.
pub(crate) async fn run(talk: Talk<'_>) -> Result<ExitCode, AnyError> {
    let mut stop = Stop::listen()?;
    let flags = talk.flags;
    if flags.text && flags.confirm == Confirm::Voice {
        return Err("nobody is heard in a typed talk: leave --text or --confirm voice out".into());
    }
    let format = Formats::new().get(talk.format)?;
    place::check_folder(talk.out)?;
    let hearing = if flags.text {
        None
    } else {
        hear::open(talk.audio.map(PathBuf::as_path), talk.mic).await?
    };
    let place = Place::find(&talk, &*format).await?;
    let (desk, gateway) = desk(&talk, &place)?;
    let show = Show::new(talk.json);
    let asker = Asker::new(&desk, show.clone(), flags.confirm, talk.yes);
    let prompt = prompt(&desk, &*format);
    let longest = Duration::from_secs(flags.max_seconds);
    let said = async {
        if flags.text {
            let talk = typed::Typed {
                desk: desk.clone(),
                asker: asker.among_lines(),
                show,
                longest,
            };
            return talk.run(Arc::new(gateway), &mut stop).await;
        }
        let clinician = match (&place.emulator, &talk.audio, talk.mic) {
            (Some(_), None, false) => Some(clinician::Clinician::new(flags.confirm)),
            (Some(_), Some(_), _) => Some(clinician::Clinician::in_a_file()),
            _ => None,
        };
        let voice = voice::Voice {
            desk: desk.clone(),
            asker,
            show,
            confirm: flags.confirm,
            longest,
            clinician,
            plays: talk.mic,
        };
        let client = place.client(&desk, prompt, flags.half_duplex)?;
        voice.run(&client, hearing, &mut stop).await
    };
    let outcome = said.await;
    if let Some(emulator) = place.emulator {
        emulator.stop().await;
    }
    outcome
}

fn desk(talk: &Talk<'_>, place: &Place) -> Result<(ScribeDesk, Gateway), AnyError> {
    let connector = Connector::new()?;
    let config = GatewayConfig::builder().build()?;
    let gateway = match &place.gateway {
        Some(origin) => Gateway::at(&connector, origin, place.key.clone(), config)?,
        None => Gateway::through(&connector, place::REGION, place.key.clone(), config)?,
    };
    // A host authenticates its clinician and keeps their key; a demo makes a new one.
    let signer = KeySigner::generate(Clinician::new("demo", talk.signer, "demo key"))?;
    let accept = match talk.flags.confirm {
        Confirm::Ui => Accept::Host,
        Confirm::Voice => Accept::HostOrVoice,
    };
    let writer = NoteWriter::new(Arc::new(gateway.clone()));
    let sink = DirectorySink::new(talk.out.join("ehr"));
    let transcript = talk.transcript.clone();
    let desk = ScribeDesk::builder(transcript, writer, Arc::new(signer), Arc::new(sink), now);
    let desk = desk.facts(talk.facts.clone()).accept(accept).build();
    Ok((desk, gateway))
}

/// A practice that writes another kind of note than most has its model know.
fn prompt(desk: &ScribeDesk, format: &dyn NoteFormat) -> String {
    let prompt = desk.system_prompt(PromptBudget::default());
    if format.id() == "dap" {
        return prompt;
    }
    let (kind, id) = (clinician::kind(format), format.id());
    format!(
        "This therapist writes {kind} notes. Asked for a note without a kind, call `generate_note` with `{id}`.\n\n{prompt}"
    )
}

/// What is over by itself is a success. Who was told to stop says so by the code, unless all was done.
fn ended(desk: &ScribeDesk, stopped: Option<u8>) -> ExitCode {
    match stopped {
        Some(code) if !desk.is_saved() => ExitCode::from(code),
        _ => ExitCode::SUCCESS,
    }
}
