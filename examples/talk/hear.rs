//! What the agent hears: a file and silence after it, silence alone, or the microphone.

use std::{path::Path, time::Duration};

use therapy_scribe::{
    AudioFrame, AudioSource, AudioSourceExt, MediaTime, agent::AgentHandle, audio::WavSource,
};

use crate::services::AnyError;

/// A source, if there is one.
pub(crate) type Hearing = Option<Box<dyn AudioSource>>;

pub(crate) async fn open(audio: Option<&Path>, mic: bool) -> Result<Hearing, AnyError> {
    if mic {
        return microphone().await;
    }
    match audio {
        Some(path) => Ok(Some(Box::new(WavSource::open(path)?.mono()))),
        None => Ok(None),
    }
}

#[cfg(feature = "mic")]
async fn microphone() -> Result<Hearing, AnyError> {
    let mic = therapy_scribe::audio::MicSource::open_default().await?;
    Ok(Some(Box::new(mic.mono())))
}

#[cfg(not(feature = "mic"))]
#[expect(clippy::unused_async, reason = "as with microphones")]
async fn microphone() -> Result<Hearing, AnyError> {
    Err("this program was built without microphones: run it with `--features mic`".into())
}

/// Sends what is heard, and silence after it, until the conversation is over: silence lets turns end.
pub(crate) async fn feed(handle: AgentHandle, hearing: Hearing) -> Result<(), AnyError> {
    let format = handle.format();
    if let Some(source) = hearing {
        let mut source = to_rate(source, format.rate())?;
        while let Some(frame) = source.next_frame().await? {
            handle.send(&frame).await?;
        }
    }
    let samples = format.rate().samples_in(Duration::from_millis(50));
    let silence = AudioFrame::new(format, MediaTime::ZERO, vec![0; samples]);
    while handle.send(&silence).await.is_ok() {}
    Ok(())
}

#[cfg(feature = "resample")]
fn to_rate(
    source: Box<dyn AudioSource>,
    rate: therapy_scribe::SampleRate,
) -> Result<Box<dyn AudioSource>, AnyError> {
    Ok(Box::new(source.resampled(rate)?))
}

#[cfg(not(feature = "resample"))]
fn to_rate(
    source: Box<dyn AudioSource>,
    rate: therapy_scribe::SampleRate,
) -> Result<Box<dyn AudioSource>, AnyError> {
    if source.format().rate() == rate {
        return Ok(source);
    }
    Err(format!(
        "the audio has {} Hz and {} are needed: run with `--features resample`, or convert it",
        source.format().rate().hertz(),
        rate.hertz()
    )
    .into())
}
