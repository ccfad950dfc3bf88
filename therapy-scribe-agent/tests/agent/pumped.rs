//! A microphone and a loudspeaker at a real conversation: audio out and in, a flush, the end.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::StreamExt as _;
use serde_json::json;
use therapy_scribe_agent::{AgentEvent, AudioPump, PumpEvent};
use therapy_scribe_core::{
    AudioError, AudioFormat, AudioFrame, AudioSource, MediaTime, SampleRate, audio::AudioSink,
};
use tokio::time::{Instant, sleep_until};

use crate::peer::talk;

fn format() -> AudioFormat {
    AudioFormat::mono(SampleRate::new(24_000).unwrap())
}

/// Hears the same each 20 ms.
struct Microphone(Instant);

#[async_trait]
impl AudioSource for Microphone {
    fn format(&self) -> AudioFormat {
        format()
    }

    async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        let due = self.0 + Duration::from_millis(20);
        sleep_until(due).await;
        self.0 = due;
        let samples = vec![1000; 480];
        Ok(Some(AudioFrame::new(format(), MediaTime::ZERO, samples)))
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Done {
    Played(usize),
    Flushed,
    Drained,
}

/// Writes down what is done to it.
#[derive(Clone, Default)]
struct Loudspeaker(Arc<Mutex<Vec<Done>>>);

#[async_trait]
impl AudioSink for Loudspeaker {
    fn format(&self) -> AudioFormat {
        format()
    }

    async fn play(&mut self, frame: &AudioFrame) -> Result<(), AudioError> {
        let played = Done::Played(frame.samples().len());
        self.0.lock().unwrap().push(played);
        Ok(())
    }

    fn flush(&mut self) {
        self.0.lock().unwrap().push(Done::Flushed);
    }

    async fn drain(&mut self) -> Result<(), AudioError> {
        self.0.lock().unwrap().push(Done::Drained);
        Ok(())
    }

    fn queued(&self) -> Duration {
        Duration::ZERO
    }
}

#[tokio::test(start_paused = true)]
async fn a_conversation_is_heard_and_spoken_through_source_and_sink_to_its_end() {
    let (handle, events, _peer, mut service) = talk().await;
    let loudspeaker = Loudspeaker::default();
    let line = Arc::new(handle.clone());
    let pump = AudioPump::new()
        .source(Microphone(Instant::now()))
        .sink(loudspeaker.clone());
    let mut events = pump.start(line, events).unwrap();
    service.hears_audio(20).await;

    service
        .says(json!({"type": "reply.started", "reply_id": "r1"}))
        .await;
    for _ in 0..3 {
        service
            .says(json!({"type": "reply.audio", "reply_id": "r1", "data": "ACAAIAAg"}))
            .await;
    }
    // Waits until it was played, so that the flush finds it in the sink.
    let mut played = 0;
    while played < 3 {
        let event = events.next().await.unwrap().unwrap();
        played += usize::from(matches!(event, PumpEvent::Agent(AgentEvent::Audio { .. })));
    }
    service.says(json!({"type": "input.speech.started"})).await;
    while !matches!(
        events.next().await,
        Some(Ok(PumpEvent::Agent(AgentEvent::Flush)))
    ) {}

    handle.end().await.unwrap();
    assert_eq!(service.hears().await["type"], "session.end");
    service
        .says(json!({"type": "session.ended", "session_duration_seconds": 1.0}))
        .await;
    let last = events.collect::<Vec<_>>().await.pop();
    let Some(Ok(PumpEvent::Agent(AgentEvent::Closed(stats)))) = last else {
        panic!("{last:?}")
    };
    assert!(stats.confirmed && stats.audio_sent >= Duration::from_secs(1));
    let done = loudspeaker.0.lock().unwrap();
    let [
        Done::Played(3),
        Done::Played(3),
        Done::Played(3),
        Done::Flushed,
        ..,
        Done::Drained,
    ] = done.as_slice()
    else {
        panic!("{done:?}")
    };
}
