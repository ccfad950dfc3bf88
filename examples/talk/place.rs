//! Where the services are, and where the record goes.

use std::{io, path::Path};

use therapy_scribe::{
    ApiKey, Region,
    agent::{
        Effect, ScribeDesk, ToolSet, ToolSpec, VoiceAgentClient, VoiceAgentConfig, VoiceTool,
        config::{Duplex, IfInterrupted},
    },
    notes::NoteFormat,
    transport::{Connector, Origin},
};
use therapy_scribe_emulator::{Dialogue, Emulator};

use super::{Confirm, Talk, clinician};
use crate::services::{AnyError, key, origin};

pub(crate) const REGION: Region = Region::Us;

/// Where the services are.
pub(crate) struct Place {
    pub(crate) key: ApiKey,
    agents: Option<Origin>,
    pub(crate) gateway: Option<Origin>,
    pub(crate) emulator: Option<Emulator>,
}

impl Place {
    /// The real services with a key, the emulator without. A mistake in an address is told, whoever is called.
    pub(crate) async fn find(talk: &Talk<'_>, format: &dyn NoteFormat) -> Result<Self, AnyError> {
        let (key, agents, gateway) = (
            key(),
            origin("ASSEMBLYAI_AGENTS_URL")?,
            origin("ASSEMBLYAI_LLM_GATEWAY_URL")?,
        );
        if talk.flags.has_own_model() && talk.flags.text {
            return Self::nowhere();
        }
        let Some(key) = key else {
            return Self::emulated(talk, format).await;
        };
        eprintln!("Real patient data needs a Business Associate Agreement with AssemblyAI first.");
        if !talk.flags.text {
            eprintln!("Sessions are recorded there; the record is deleted afterwards.");
        }
        Ok(Self {
            key: ApiKey::new(key)?,
            agents,
            gateway,
            emulator: None,
        })
    }

    /// Nothing but a server of one's own is called.
    fn nowhere() -> Result<Self, AnyError> {
        Ok(Self {
            key: ApiKey::new("none")?,
            agents: None,
            gateway: None,
            emulator: None,
        })
    }

    async fn emulated(talk: &Talk<'_>, format: &dyn NoteFormat) -> Result<Self, AnyError> {
        // A model would put what a tool tells it into words of its own; the scripted agent has its words here.
        let asks = match talk.flags.confirm {
            Confirm::Ui => "It waits for your confirmation on the screen.".to_owned(),
            Confirm::Voice => format!(
                "Shall I sign this note as {} and save it to the record?",
                talk.signer
            ),
        };
        let dialogue = Dialogue::from_json(&clinician::dialogue(format, &asks)?)?;
        let emulator = Emulator::builder().dialogue(dialogue).start().await?;
        let whom = match (talk.flags.text, talk.audio) {
            (false, None) if !talk.mic => ", and for the clinician",
            _ => "",
        };
        eprintln!(
            "No ASSEMBLYAI_API_KEY is set: the emulator on this machine stands in for the services{whom}."
        );
        Ok(Self {
            key: ApiKey::new("emulated")?,
            agents: Some(Origin::parse(&emulator.agents_url())?),
            gateway: Some(Origin::parse(&emulator.llm_gateway_url())?),
            emulator: Some(emulator),
        })
    }

    pub(crate) fn client(
        &self,
        desk: &ScribeDesk,
        prompt: String,
        half_duplex: bool,
    ) -> Result<VoiceAgentClient, AnyError> {
        let tools = desk.tools()?;
        let offered = tools.specs().map(|spec| voice_tool(spec, &tools));
        let duplex = if half_duplex {
            Duplex::Half
        } else {
            Duplex::Full
        };
        let config = VoiceAgentConfig::builder(prompt)
            .tools(offered)
            .duplex(duplex)
            .build()?;
        let key = self.key.clone();
        Ok(match &self.agents {
            Some(origin) => VoiceAgentClient::at(Connector::new()?, origin, key, config),
            None => VoiceAgentClient::new(REGION, key, config)?,
        })
    }
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

/// Finds out before the talk whether a note can be kept there. Nothing is left behind.
pub(crate) fn check_folder(folder: &Path) -> Result<(), AnyError> {
    let was_there = folder.is_dir();
    let probe = folder.join(".probe");
    let tried = || -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        std::fs::write(&probe, [])?;
        std::fs::remove_file(&probe)
    };
    tried().map_err(|error| {
        format!(
            "nothing can be written to the folder {}: {error}",
            folder.display()
        )
    })?;
    if !was_there {
        let _ = std::fs::remove_dir(folder);
    }
    Ok(())
}
