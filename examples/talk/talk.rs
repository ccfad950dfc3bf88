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
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use clap::{Args, ValueEnum};
use therapy_scribe::{
    Privacy, Transcript,
    agent::{Accept, PromptBudget, ScribeDesk},
    notes::{
        ChatModel, Clinician, DirectorySink, Formats, Gateway, GatewayConfig, KeySigner,
        NoteFormat, NoteWriter, OpenAiCompatible, OpenAiConfig, SessionFacts,
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
    /// Who writes the note and answers what is typed: `gateway`, or a server of your own such as
    /// `openai:http://127.0.0.1:11434/v1#qwen3:8b`.
    #[arg(long, default_value = "gateway")]
    writer: Writer,
    /// Hears nothing while it speaks: for a loudspeaker beside the microphone. It can't be interrupted then.
    #[arg(long)]
    half_duplex: bool,
    /// Ends after so many seconds of the conversation.
    #[arg(long, value_name = "N", default_value_t = 600)]
    max_seconds: u64,
}

impl Flags {
    const fn has_own_model(&self) -> bool {
        matches!(self.writer, Writer::OpenAi { .. })
    }
}

/// Whose language model it is.
#[derive(Debug, Clone)]
enum Writer {
    Gateway,
    OpenAi { url: String, model: String },
}

impl FromStr for Writer {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "gateway" => Ok(Self::Gateway),
            Some(("openai", server)) if !server.is_empty() => {
                let (url, model) = server.split_once('#').unwrap_or((server, "default"));
                let (url, model) = (url.to_owned(), model.to_owned());
                Ok(Self::OpenAi { url, model })
            }
            _ => Err("known are: gateway, openai:URL#MODEL"),
        }
    }
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
    let model = model(&flags.writer, &place)?;
    let desk = desk(&talk, &model)?;
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
            return talk.run(model, &mut stop).await;
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
            is_said: false,
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

fn model(writer: &Writer, place: &Place) -> Result<Arc<dyn ChatModel>, AnyError> {
    let connector = Connector::new()?;
    if let Writer::OpenAi { url, model } = writer {
        // A demo says what is true of a server of one's own; a host says what is true of its own.
        let config = OpenAiConfig::builder(url, model, Privacy::local()).build()?;
        return Ok(Arc::new(OpenAiCompatible::through(&connector, config)?));
    }
    let config = GatewayConfig::builder().build()?;
    Ok(Arc::new(match &place.gateway {
        Some(origin) => Gateway::at(&connector, origin, place.key.clone(), config)?,
        None => Gateway::through(&connector, place::REGION, place.key.clone(), config)?,
    }))
}

fn desk(talk: &Talk<'_>, model: &Arc<dyn ChatModel>) -> Result<ScribeDesk, AnyError> {
    // A host authenticates its clinician and keeps their key; a demo makes a new one.
    let signer = KeySigner::generate(Clinician::new("demo", talk.signer, "demo key"))?;
    let accept = match talk.flags.confirm {
        Confirm::Ui => Accept::Host,
        Confirm::Voice => Accept::HostOrVoice,
    };
    let writer = NoteWriter::new(Arc::clone(model));
    let sink = DirectorySink::new(talk.out.join("ehr"));
    let transcript = talk.transcript.clone();
    let desk = ScribeDesk::builder(transcript, writer, Arc::new(signer), Arc::new(sink), now);
    Ok(desk.facts(talk.facts.clone()).accept(accept).build())
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
