//! A host as a real application might be: it brings another crypto provider, installs it for its process, and embeds the
//! scribe all the same.

use therapy_scribe::{ApiKey, Region, Scribe, audio::WavSource, transport::Origin};
use therapy_scribe_emulator::{Emulator, Script};

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets/demo-session");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    rustls::crypto::aws_lc_rs::default_provider().install_default().expect("nobody else installs a default");
    let script = Script::from_json(&std::fs::read_to_string(format!("{DEMO}/session.json"))?)?;
    let emulator = Emulator::builder().script(script).speed(40.0).start().await?;
    // The real hosts' TLS is set up too, although nothing is sent to them.
    Scribe::builder(ApiKey::new("a-key")?, Region::Eu).build()?;
    let scribe = Scribe::builder(ApiKey::new("a-key")?, Region::Us)
        .streaming_origin(Origin::parse(&emulator.streaming_url())?)
        .gateway_origin(Origin::parse(&emulator.llm_gateway_url())?)
        .speed(40.0)
        .build()?;
    let mut capture = scribe.capture(WavSource::open(format!("{DEMO}/session.wav"))?).await?;
    while let Some(event) = capture.next().await {
        event?;
    }
    let session = capture.finish().await?;
    let draft = scribe.draft(&session.transcript, "dap").await?;
    assert!(session.is_complete() && draft.section("data").is_some_and(|data| !data.is_empty()));
    println!("A host with another crypto provider: {} turns, a draft in {}.", session.transcript.turn_count(), draft.format());
    emulator.stop().await;
    Ok(())
}
