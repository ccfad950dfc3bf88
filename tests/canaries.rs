//! Nothing that was said, written or secret is printed anywhere: not by `Debug`, not in an error, not in an address, not
//! to a `log` logger and not to a `tracing` subscriber.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

#[cfg(feature = "prerecorded")]
#[path = "canaries/recording.rs"]
mod recording;

use std::{
    fmt::Debug,
    io::Write,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use log::{Level, LevelFilter, Log, Metadata, Record};
use therapy_scribe::{
    ApiKey, Region, Scribe, Transcript,
    audio::WavSource,
    notes::{Clinician, GatewayConfig, KeySigner, SignedNote, Signer, Verifier, WallTime},
    stt::{CaptureEvent, ConfigUpdate, Keyterms, StreamingConfig},
    transport::Origin,
};
use therapy_scribe_emulator::{ChatReply, Emulator, Script};
use tracing_subscriber::{Layer, filter::Targets, fmt::MakeWriter, prelude::*};

/// In no other text.
const CANARY: &str = "YRANAC";
const AUDIO: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/assets/demo-session/session.wav"
);
const SPEED: f64 = 25.0;

/// What was logged: at DEBUG by anybody and at TRACE by us, and apart from it what others log at TRACE. The WebSocket
/// library logs frames there, as SECURITY.md says, which shows that the ear hears.
static SEEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static OTHERS_AT_TRACE: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn heard(ear: &'static Mutex<Vec<u8>>) -> MutexGuard<'static, Vec<u8>> {
    ear.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Ear;

impl Log for Ear {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let ours = record.target().starts_with("therapy_scribe");
        let ear = if record.level() == Level::Trace && !ours {
            &OTHERS_AT_TRACE
        } else {
            &SEEN
        };
        writeln!(heard(ear), "{} {}", record.target(), record.args()).unwrap();
    }

    fn flush(&self) {}
}

impl Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        heard(&SEEN).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Ear {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}

fn listen() {
    use tracing_subscriber::filter::LevelFilter as At;
    log::set_logger(&Ear).unwrap();
    log::set_max_level(LevelFilter::Trace);
    // The emulator stands for a service: what it logs is not a host's log. A prefix covers every crate of ours.
    let levels = Targets::new()
        .with_default(At::DEBUG)
        .with_target("therapy_scribe", At::TRACE);
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(|| Ear)
        .with_filter(levels);
    tracing_subscriber::registry().with(layer).init();
}

/// Everything that a program may print of a thing.
fn shown(thing: &dyn Debug) -> String {
    format!("{thing:?}\n{thing:#?}\n")
}

fn shown_error(error: &dyn std::error::Error) -> String {
    let chain = std::iter::successors(Some(error), |error| error.source());
    let said: Vec<_> = chain
        .map(|error| format!("{error}\n{error:?}\n{error:#?}"))
        .collect();
    said.join("\n")
}

/// The demo session's times, with other words.
fn script() -> Script {
    let text = include_str!("../assets/demo-session/session.json");
    let mut script = Script::from_json(text).unwrap();
    for (number, segment) in (0..).zip(&mut script.segments) {
        segment.text = format!("{CANARY}word{number} I told you that {CANARY}.");
    }
    script
}

async fn emulator(replies: impl IntoIterator<Item = ChatReply>) -> Emulator {
    Emulator::builder()
        .script(script())
        .speed(SPEED)
        .api_key(format!("{CANARY}-key"))
        .chat_replies(replies)
        .start()
        .await
        .unwrap()
}

fn scribe(emulator: &Emulator, key: &str) -> Scribe {
    let config = StreamingConfig::one_room(2)
        .unwrap()
        .to_builder()
        .prompt(format!("session of {CANARY}"))
        .keyterms(Keyterms::new([CANARY]).unwrap())
        .build()
        .unwrap();
    let gateway = GatewayConfig::builder()
        .waits(&[Duration::ZERO, Duration::ZERO])
        .build()
        .unwrap();
    Scribe::builder(ApiKey::new(key).unwrap(), Region::Us)
        .streaming(config)
        .streaming_origin(Origin::parse(&emulator.streaming_url()).unwrap())
        .gateway(gateway)
        .gateway_origin(Origin::parse(&emulator.llm_gateway_url()).unwrap())
        .speed(SPEED)
        .build()
        .unwrap()
}

/// A session up to its third final, and everything that could be printed on the way.
async fn session(scribe: &Scribe) -> (Transcript, String) {
    let mut said = shown(scribe);
    let mut capture = scribe
        .capture(WavSource::open(AUDIO).unwrap())
        .await
        .unwrap();
    let mut finals = 0;
    while finals < 3 {
        let event = capture.next().await.unwrap().unwrap();
        finals += usize::from(matches!(event, CaptureEvent::Final(_)));
        let snapshot = capture.snapshot();
        said += &shown(&event);
        said += &shown(&snapshot);
        said += &shown(&snapshot.turns().collect::<Vec<_>>());
        said += &shown(&snapshot.utterances().collect::<Vec<_>>());
        said += &shown(&snapshot.search(CANARY));
        said += &shown(&capture);
    }
    let session = capture.finish().await.unwrap();
    assert!(session.transcript.to_text().contains(CANARY));
    said += &shown(&session);
    (session.transcript, said)
}

/// A note from draft to signature, and a forged one.
async fn note(scribe: &Scribe, transcript: &Transcript) -> String {
    let clinician = Clinician::new("c-1", format!("Dr. {CANARY}"), CANARY).licence(CANARY);
    let at = WallTime::from_unix_millis(1_790_000_000_000);
    let mut draft = scribe.draft(transcript, "dap").await.unwrap();
    assert!(draft.to_markdown().contains(CANARY));
    draft.edit("plan", CANARY, &clinician, at).unwrap();
    let mut said = shown(&draft) + &shown(&draft.findings()) + &shown(&draft.versions());
    said += &shown_error(&draft.edit(CANARY, CANARY, &clinician, at).unwrap_err());
    let signer = KeySigner::generate(clinician.clone()).unwrap();
    let note = draft.sign(&signer, at).unwrap();
    said += &shown(&signer);
    said += &shown(&clinician);
    said += &shown(&note);
    let verifier = Verifier::trusting([signer.public_key()]);
    let forged = String::from_utf8(note.to_bytes())
        .unwrap()
        .replace(CANARY, "YRANACS");
    said += &shown_error(&SignedNote::open(forged.as_bytes(), &verifier).unwrap_err());
    said + &shown(&verifier)
}

/// Everything that a service and a model can answer, with the secret in it.
async fn failures(transcript: &Transcript) -> String {
    let content = |text: String| ChatReply::Content(text);
    let broken = || content(format!(r#"{{"{CANARY}":1,"data":7}}"#));
    let prose = || content(format!("{CANARY} slept badly."));
    let cases = [
        vec![prose(), prose(), prose()],
        vec![broken(), broken(), broken()],
        vec![content(format!("{{\"data\":\"{CANARY}")), ChatReply::Cut],
        vec![ChatReply::Refusal, ChatReply::Refusal],
        vec![ChatReply::VendorRefuses],
        vec![
            ChatReply::HtmlPage,
            ChatReply::HtmlPage,
            ChatReply::HtmlPage,
        ],
        vec![ChatReply::Status(418)],
    ];
    let mut said = String::new();
    for replies in cases {
        let emulator = emulator(replies).await;
        match scribe(&emulator, &format!("{CANARY}-key"))
            .draft(transcript, "dap")
            .await
        {
            Ok(draft) => said += &shown(&draft),
            Err(error) => said += &shown_error(&error),
        }
        emulator.stop().await;
    }
    let emulator = emulator([]).await;
    let mut refused = scribe(&emulator, &format!("{CANARY}-other"))
        .capture(WavSource::open(AUDIO).unwrap())
        .await
        .unwrap();
    while let Some(event) = refused.next().await {
        said += &event.map_or_else(|error| shown_error(&error), |event| shown(&event));
    }
    emulator.stop().await;
    said += &shown(&ConfigUpdate::new().prompt(CANARY));
    said += &shown_error(&Keyterms::new([CANARY.repeat(20)]).unwrap_err());
    said += &shown_error(&Transcript::from_json(&format!("[\"{CANARY}\"]")).unwrap_err());
    said += &shown_error(&ApiKey::new(format!("{CANARY}\nx")).unwrap_err());
    said + &shown_error(&Script::from_json(CANARY).unwrap_err())
}

#[tokio::test]
async fn no_word_key_or_name_is_printed_logged_or_put_into_an_address() {
    listen();
    let emulator = emulator([]).await;
    let scribe = scribe(&emulator, &format!("{CANARY}-key"));
    let (transcript, mut said) = session(&scribe).await;
    said += &note(&scribe, &transcript).await;
    said += &shown(&emulator.sessions().first().map(|session| &session.query));
    emulator.stop().await;
    said += &failures(&transcript).await;
    #[cfg(feature = "prerecorded")]
    {
        said += &recording::recording().await;
    }

    let show = |text: &str| {
        let lines = text.lines().filter(|line| line.contains(CANARY));
        lines.take(5).collect::<Vec<_>>().join("\n")
    };
    assert!(!said.contains(CANARY), "{}", show(&said));
    let logged = String::from_utf8_lossy(&heard(&SEEN)).into_owned();
    assert!(!logged.contains(CANARY), "{}", show(&logged));
    assert!(
        logged.contains("therapy_scribe"),
        "nothing of ours was heard"
    );
    let traced = String::from_utf8_lossy(&heard(&OTHERS_AT_TRACE)).into_owned();
    assert!(traced.contains(CANARY), "the ear is deaf");
}
