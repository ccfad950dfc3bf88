//! Both ends together: rooms without headphones, and the end.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use tokio::time::Instant;

use super::fakes::{Sink, Source, frame, start, wait};
use crate::{AgentEvent, AgentFailure, AudioPump, ReplyId};

#[tokio::test(start_paused = true)]
async fn half_duplex_hears_silence_while_the_agent_is_heard_and_a_tail_after_it() {
    let pump = AudioPump::new()
        .source(Source::microphone())
        .sink(Sink::default())
        .half_duplex(Duration::from_millis(300));
    let (service, events) = start(pump);
    let began = Instant::now();
    // As measured: a reply begins with silence, which keeps nobody from speaking.
    for value in [vec![0; 70], vec![500; 100], vec![0; 30]].concat() {
        let (reply, frame) = (ReplyId::new("r"), frame(value, 10));
        service.says(AgentEvent::Audio { reply, frame }).await;
        wait(10).await;
    }
    wait(1000).await;
    let loud = |heard: Vec<i16>| heard.iter().all(|sample| *sample == 7000) && !heard.is_empty();
    let deaf = |heard: Vec<i16>| heard.iter().all(|sample| *sample == 0) && !heard.is_empty();
    assert!(loud(service.heard(began, 0..690)), "the silence before it");
    assert!(
        deaf(service.heard(began, 710..1999)),
        "its speech, and the tail"
    );
    assert!(loud(service.heard(began, 2060..3000)), "afterwards");
    assert!(!events.is_deaf());
}

#[tokio::test(start_paused = true)]
async fn after_an_interruption_the_tail_is_all_that_is_left_of_the_silence() {
    let pump = AudioPump::new()
        .source(Source::microphone())
        .sink(Sink::default())
        .half_duplex(Duration::from_millis(300));
    let (service, _events) = start(pump);
    let began = Instant::now();
    service.speaks(500, 300).await;
    wait(500).await;
    service.says(AgentEvent::Flush).await;
    wait(1000).await;
    assert!(
        service
            .heard(began, 10..790)
            .iter()
            .all(|sample| *sample == 0)
    );
    assert!(
        service
            .heard(began, 810..1500)
            .iter()
            .all(|sample| *sample == 7000)
    );
}

#[tokio::test(start_paused = true)]
async fn full_duplex_hears_the_clinician_while_the_agent_speaks() {
    let pump = AudioPump::new()
        .source(Source::microphone())
        .sink(Sink::default());
    let (service, _events) = start(pump);
    let began = Instant::now();
    service.speaks(500, 100).await;
    wait(1000).await;
    assert!(
        service
            .heard(began, 0..1000)
            .iter()
            .all(|sample| *sample == 7000)
    );
}

#[tokio::test(start_paused = true)]
async fn whoever_drops_the_events_lets_go_of_the_conversation() {
    let pump = AudioPump::new()
        .source(Source::microphone())
        .sink(Sink::default());
    let (service, events) = start(pump);
    wait(200).await;
    assert!(Arc::strong_count(&service.line) > 1);
    drop(events);
    wait(1).await;
    assert_eq!(Arc::strong_count(&service.line), 1);
    let heard = service.line.heard.lock().unwrap().len();
    wait(1000).await;
    assert_eq!(
        service.line.heard.lock().unwrap().len(),
        heard,
        "nothing is sent any more"
    );
}

#[tokio::test(start_paused = true)]
async fn an_error_is_the_last_word_and_comes_through() {
    let events = futures_util::stream::iter([
        Ok(AgentEvent::UserStarted),
        Err(AgentFailure::new("lost", true, None)),
    ]);
    let pump = AudioPump::new().source(Source::microphone());
    let line = Arc::new(super::fakes::Line::default());
    let events = pump.start(line, events).unwrap();
    let all: Vec<_> = events.collect().await;
    assert!(all.len() == 2 && all[1].is_err());
}
