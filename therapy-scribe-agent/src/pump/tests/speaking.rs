//! What is heard of the agent.

use super::fakes::{Sink, next, start, wait};
use crate::{AgentEvent, AgentStats, AudioNotice, AudioPump, PumpEvent};

#[tokio::test(start_paused = true)]
async fn what_is_interrupted_is_flushed_at_once_also_while_nobody_reads() {
    let sink = Sink::default();
    let (service, mut events) = start(AudioPump::new().sink(sink.clone()));
    for _ in 0..200 {
        service.says(AgentEvent::UserStopped).await;
    }
    service.speaks(300, 100).await;
    wait(305).await;
    let before = sink.taken().len();
    assert!(
        (45..=55).contains(&before),
        "half a second was taken: {before}"
    );
    service.says(AgentEvent::Flush).await;
    service.speaks(900, 10).await;
    wait(1).await;
    let state = sink.taken();
    assert_eq!(sink.state.lock().unwrap().flushes, 1);
    assert_eq!(
        state.iter().filter(|value| **value == 300).count(),
        before,
        "nothing of it comes later"
    );
    wait(200).await;
    assert_eq!(
        sink.taken().iter().filter(|value| **value == 900).count(),
        10
    );
    // The flush is told to the host as well, after what came before it.
    while !matches!(next(&mut events).await, PumpEvent::Agent(AgentEvent::Flush)) {}
}

#[tokio::test(start_paused = true)]
async fn everything_that_was_said_is_heard_before_the_end_is_told() {
    let sink = Sink::default();
    let (service, mut events) = start(AudioPump::new().sink(sink.clone()));
    service.speaks(300, 150).await;
    service
        .says(AgentEvent::Closed(AgentStats::default()))
        .await;
    let mut audio = 0;
    loop {
        match next(&mut events).await {
            PumpEvent::Agent(AgentEvent::Closed(_)) => break,
            PumpEvent::Agent(AgentEvent::Audio { .. }) => audio += 1,
            event => panic!("{event:?}"),
        }
    }
    {
        let state = sink.state.lock().unwrap();
        assert!(state.drained && state.taken.len() == 150 && state.flushes == 0);
    }
    assert!(audio > 0, "audio is passed on, too");
    assert!(futures_util::StreamExt::next(&mut events).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_fails_is_told_of_once_and_the_conversation_goes_on() {
    let sink = Sink::default();
    sink.state.lock().unwrap().fails = true;
    let (service, mut events) = start(AudioPump::new().sink(sink));
    service.speaks(300, 20).await;
    service.says(AgentEvent::UserStarted).await;
    service
        .says(AgentEvent::Closed(AgentStats::default()))
        .await;
    let mut seen = (0, 0);
    loop {
        match next(&mut events).await {
            PumpEvent::Audio(AudioNotice::SinkFailed(_)) => seen.0 += 1,
            PumpEvent::Agent(AgentEvent::UserStarted) => seen.1 += 1,
            PumpEvent::Agent(AgentEvent::Closed(_)) => break,
            _ => {}
        }
    }
    assert_eq!(seen, (1, 1));
}

#[tokio::test(start_paused = true)]
async fn speech_that_a_slow_sink_has_no_room_for_is_dropped_and_told_of() {
    let sink = Sink::default();
    let (service, mut events) = start(AudioPump::new().sink(sink));
    let speaking = service.speaks(300, 6000);
    let reading = async {
        while !matches!(
            next(&mut events).await,
            PumpEvent::Audio(AudioNotice::SpeechDropped)
        ) {}
    };
    tokio::join!(speaking, reading);
}
