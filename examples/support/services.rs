//! Where the examples get their services: the real ones with a key, the emulator without.

use std::{env, path::Path};

use therapy_scribe::{
    ApiKey, Region, Scribe,
    stt::{StreamingConfig, TurnDetection},
    transport::Origin,
};
use therapy_scribe_emulator::{Emulator, Fault, FaultKind, Script};

/// Any error; examples show it and end.
pub(crate) type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// A scribe, and the emulator that it talks to if there is one.
pub(crate) struct Services {
    pub(crate) scribe: Scribe,
    pub(crate) emulator: Option<Emulator>,
    /// Seconds of audio a second.
    pub(crate) speed: f64,
    /// What a person should read before anything is sent.
    pub(crate) hello: String,
}

/// What is heard.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audio {
    /// The bundled session, whose script is known.
    Demo,
    /// A file of the user's.
    File,
    /// Somebody who speaks now.
    Live,
}

/// What the examples have in common.
pub(crate) struct Wishes<'a> {
    pub(crate) audio: Audio,
    pub(crate) script: Option<&'a Path>,
    pub(crate) speed: Option<f64>,
    pub(crate) turns: &'a str,
    /// How often the emulator loses the connection.
    pub(crate) faults: u32,
}

/// The bundled session.
pub(crate) const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo-session");

/// Reads `.env` and the environment, and starts the emulator if there is no key.
pub(crate) async fn start(wishes: &Wishes<'_>) -> Result<Services, AnyError> {
    let key = key();
    let (streaming, gateway) = (
        origin("ASSEMBLYAI_STREAMING_URL")?,
        origin("ASSEMBLYAI_LLM_GATEWAY_URL")?,
    );
    let records = origin("ASSEMBLYAI_API_URL")?;
    // Nothing here calls this one; a mistake in it is told all the same.
    origin("ASSEMBLYAI_AGENTS_URL")?;
    let turns = turns(wishes.turns)?;
    let with_turns = |config: StreamingConfig| config.to_builder().turns(turns.clone()).build();
    let config = with_turns(StreamingConfig::one_room(2)?)?;
    let telehealth = with_turns(StreamingConfig::telehealth()?)?;
    match key {
        Some(key) => {
            let speed = wishes.speed.unwrap_or(1.0);
            let mut builder = Scribe::builder(ApiKey::new(key)?, Region::Us)
                .streaming(config)
                .telehealth(telehealth)
                .speed(speed);
            if let Some(origin) = streaming {
                builder = builder.streaming_origin(origin);
            }
            if let Some(origin) = gateway {
                builder = builder.gateway_origin(origin);
            }
            if let Some(origin) = records {
                builder = builder.records_origin(origin);
            }
            let hello =
                "Real patient data needs a Business Associate Agreement with AssemblyAI first."
                    .to_owned();
            Ok(Services {
                scribe: builder.build()?,
                emulator: None,
                speed,
                hello,
            })
        }
        None => emulated(wishes, config, telehealth).await,
    }
}

/// The key of the real services, where there is one.
pub(crate) fn key() -> Option<String> {
    let _ = dotenvy::dotenv();
    let key = env::var("ASSEMBLYAI_API_KEY").ok();
    key.filter(|key| !key.trim().is_empty())
}

/// Another address of a service, where one is set.
pub(crate) fn origin(name: &str) -> Result<Option<Origin>, String> {
    let url = env::var(name).ok().filter(|url| !url.is_empty());
    url.map(|url| Origin::parse(&url).map_err(|error| format!("{name}: {error}")))
        .transpose()
}

async fn emulated(
    wishes: &Wishes<'_>,
    config: StreamingConfig,
    telehealth: StreamingConfig,
) -> Result<Services, AnyError> {
    let speed = wishes.speed.unwrap_or(if wishes.audio == Audio::Live {
        1.0
    } else {
        8.0
    });
    let emulator = Emulator::builder()
        .script(script(wishes)?)
        .speed(speed)
        .faults(drops(wishes.faults))
        // So that the transcript can be laid beside the one of a session that did not break.
        .rewording(false)
        .start()
        .await?;
    let scribe = Scribe::builder(ApiKey::new("emulated")?, Region::Us)
        .streaming(config)
        .telehealth(telehealth)
        .streaming_origin(Origin::parse(&emulator.streaming_url())?)
        .gateway_origin(Origin::parse(&emulator.llm_gateway_url())?)
        .records_origin(Origin::parse(&emulator.api_url())?)
        .speed(speed)
        .build()?;
    let hello = format!(
        "No ASSEMBLYAI_API_KEY is set: the emulator on this machine stands in for the services, at {speed}x."
    );
    Ok(Services {
        scribe,
        emulator: Some(emulator),
        speed,
        hello,
    })
}

/// Drops of the connection, spread over the demo session's two minutes.
fn drops(count: u32) -> impl Iterator<Item = Fault> {
    let every = 125_000 / u64::from(count + 1);
    (1..=u64::from(count)).map(move |number| Fault::at(number * every, FaultKind::Drop))
}

fn script(wishes: &Wishes<'_>) -> Result<Script, AnyError> {
    let path = match wishes.script {
        Some(path) => path.to_owned(),
        None if wishes.audio == Audio::Demo => Path::new(DEMO).join("session.json"),
        None => {
            return Err("the emulator cannot hear words: give it a script with --script, or set ASSEMBLYAI_API_KEY to use the real services".into());
        }
    };
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("cannot read the script {}: {error}", path.display()))?;
    Ok(Script::from_json(&text)?)
}

fn turns(name: &str) -> Result<TurnDetection, AnyError> {
    Ok(match name {
        "therapy" => TurnDetection::therapy(),
        "server" => TurnDetection::server_default(),
        "voice-agent" => TurnDetection::voice_agent(),
        "aggressive" => TurnDetection::aggressive(),
        "balanced" => TurnDetection::balanced(),
        "medical-visit" => TurnDetection::medical_visit(),
        other => return Err(format!("there is no turn preset `{other}`; known are: therapy, server, voice-agent, aggressive, balanced, medical-visit").into()),
    })
}
