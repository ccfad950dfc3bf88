//! Invented speech: a script, and a tone wherever it says that somebody speaks.

use async_trait::async_trait;
use futures_util::StreamExt;
use therapy_scribe_core::{
    AudioError, AudioFormat, AudioFrame, AudioSource, MediaTime, SampleRate, SttEvent,
};
use therapy_scribe_emulator::Script;
use therapy_scribe_stt::{SttEvents, SttHandle};

/// Speaker, text, start and end in milliseconds.
pub(crate) const SPEECH: &[(&str, &str, u64, u64)] = &[
    ("client", "I slept badly.", 500, 1500),
    ("therapist", "What kept you awake?", 3000, 4200),
    ("client", "Thoughts about work.", 6000, 7000),
];
/// Longer than the longest silence of a turn, so that the last one ends.
pub(crate) const LENGTH_MS: u64 = 12_000;

pub(crate) fn script() -> Script {
    let segments: Vec<_> = SPEECH
        .iter()
        .map(|(speaker, text, start, end)| {
            serde_json::json!({"speaker": speaker, "text": text, "start_ms": start, "end_ms": end})
        })
        .collect();
    Script::from_json(&serde_json::json!({"segments": segments}).to_string()).unwrap()
}

/// The whole of it in frames of 100 ms at 16 kHz.
pub(crate) fn frames() -> impl Iterator<Item = AudioFrame> {
    let format = AudioFormat::mono(SampleRate::HZ_16000);
    (0..LENGTH_MS / 100).map(move |frame| {
        let samples: Vec<i16> = (frame * 1600..(frame + 1) * 1600).map(sample).collect();
        AudioFrame::new(format, MediaTime::from_millis(frame * 100), samples)
    })
}

/// The same as a source.
pub(crate) struct Source {
    delivered: usize,
    frames: usize,
}

impl Source {
    /// Up to this many milliseconds.
    pub(crate) fn until(millis: u64) -> Self {
        let frames = usize::try_from(millis / 100).unwrap();
        Self {
            delivered: 0,
            frames,
        }
    }
}

impl Default for Source {
    fn default() -> Self {
        Self::until(LENGTH_MS)
    }
}

/// Sends a source to its end.
pub(crate) async fn send(handle: &SttHandle, source: &mut impl AudioSource) {
    while let Some(frame) = source.next_frame().await.unwrap() {
        handle.send(&frame).await.unwrap();
    }
}

/// Everything that a session says, none of it an error.
pub(crate) async fn all(events: SttEvents) -> Vec<SttEvent> {
    events.map(Result::unwrap).collect().await
}

#[async_trait]
impl AudioSource for Source {
    fn format(&self) -> AudioFormat {
        AudioFormat::mono(SampleRate::HZ_16000)
    }

    async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        self.delivered += 1;
        let mut frames = frames().take(self.frames);
        Ok(frames.nth(self.delivered - 1))
    }
}

fn sample(index: u64) -> i16 {
    let spoken = SPEECH
        .iter()
        .any(|(_, _, start, end)| (start * 16..end * 16).contains(&index));
    match (spoken, index / 40 % 2) {
        (false, _) => 0,
        (true, 0) => 4000,
        (true, _) => -4000,
    }
}
