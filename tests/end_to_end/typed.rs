//! A typed talk over real sockets: the gateway calls the tools, and the host's own yes saves.

use std::{path::Path, sync::Arc, time::Duration};

use therapy_scribe::{
    ApiKey, ConnectionId, Finality, MediaTime, Role, SpeakerId, Transcript, Turn, TurnId, Word,
    agent::{PromptBudget, SaveOutcome, ScribeDesk, TypedEvent, TypedTalk},
    notes::{
        ChatModel, Clinician, DirectorySink, Gateway, GatewayConfig, KeySigner, NoteWriter,
        OpenAiCompatible, OpenAiConfig, WallTime,
    },
    transport::{Connector, Origin},
};
use therapy_scribe_emulator::Emulator;

const LINES: [&str; 4] = [
    "Generate the DAP note for this session.",
    "Read me the data section.",
    "Add an addendum: client mentioned a possible elevation in symptoms after the meeting on Friday — flag for next session.",
    "Push it to the EHR.",
];

fn transcript() -> Transcript {
    let connection = ConnectionId::default();
    let speaker = SpeakerId::new(connection, 0);
    let words = "I slept badly and my mood was low all week."
        .split(' ')
        .map(|word| Word::new(word, MediaTime::ZERO, MediaTime::ZERO));
    let id = TurnId::new(connection, 0);
    let turn = Turn::new(id, Finality::Final, Some(speaker), words.collect());
    Transcript::from_turns([turn], [(speaker, Role::Client)].into_iter().collect())
}

fn desk(gateway: &Gateway, folder: &Path) -> ScribeDesk {
    let signer = KeySigner::from_seed(Clinician::new("c-17", "Dr. Jane Roe", "PhD"), &[7; 32]);
    let writer = NoteWriter::new(Arc::new(gateway.clone()));
    let sink = Arc::new(DirectorySink::new(folder));
    let clock = || WallTime::from_unix_millis(1_790_000_000_000);
    ScribeDesk::builder(transcript(), writer, Arc::new(signer), sink, clock).build()
}

/// What is said until nothing more comes, and whether a request waits then.
async fn rest(talk: &mut TypedTalk) -> String {
    let mut said = String::new();
    while !talk.is_idle() {
        let next = tokio::time::timeout(Duration::from_secs(20), talk.next()).await;
        match next.unwrap() {
            TypedEvent::Said(text) => said += text.expose(),
            TypedEvent::Failed(error) => said += &error.to_string(),
            _ => {}
        }
    }
    said
}

#[tokio::test]
async fn a_typed_talk_saves_what_the_host_confirms_and_nothing_before() {
    let emulator = Emulator::builder().start().await.unwrap();
    let origin = Origin::parse(&emulator.llm_gateway_url()).unwrap();
    let key = ApiKey::new("key").unwrap();
    let config = GatewayConfig::builder().build().unwrap();
    let gateway = Gateway::at(&Connector::new().unwrap(), &origin, key, config).unwrap();
    let local = OpenAiConfig::builder(
        emulator.local_llm_url(),
        "local-8b",
        therapy_scribe::Privacy::local(),
    );
    let local = OpenAiCompatible::new(local.build().unwrap()).unwrap();
    let models: [Arc<dyn ChatModel>; 2] = [Arc::new(gateway.clone()), Arc::new(local)];
    for model in models {
        let folder = tempfile::tempdir().unwrap();
        let record = folder.path().join("ehr");
        let desk = desk(&gateway, &record);
        let mut talk = TypedTalk::new(desk.clone(), model, PromptBudget::default()).unwrap();
        let mut said = String::new();
        for line in LINES {
            talk.say(line).unwrap();
            said += &rest(&mut talk).await;
        }
        assert!(said.contains("draft is ready"), "{said}");
        assert!(said.contains("I slept badly"), "{said}");
        assert!(!said.contains("model"), "{said}");
        for line in ["Yes, save it.", "y", "Save it to the EHR now, I confirm."] {
            talk.say(line).unwrap();
            rest(&mut talk).await;
            assert!(!record.exists(), "{line}");
        }
        let pending = desk.pending().unwrap();
        assert!(pending.shown.expose().contains("flag for next session"));
        let outcome = desk.confirm(pending.request, &pending.content).await;
        assert_eq!(outcome, Ok(SaveOutcome::Saved));
        assert!(record.join("manifest.json").is_file());
        assert!(rest(&mut talk).await.contains("saved"));
    }
    emulator.stop().await;
}
