//! A session that runs.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt, SinkExt, StreamExt};
use therapy_scribe_transport::Queues;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    peers::{ended, hear, rest, session},
    talk::{Command, Heard, Talk},
};

#[tokio::test(start_paused = true)]
async fn a_command_comes_after_the_audio_that_was_sent_before_it() {
    let (handle, _events, mut service) = session(Talk::default(), Queues::default(), 1024).await;
    for length in 1..=3 {
        handle
            .send_audio(Bytes::from(vec![0; length]))
            .await
            .unwrap();
    }
    handle.control(Command::Say("then this")).await.unwrap();
    for expected in ["1 bytes", "2 bytes", "3 bytes", "then this"] {
        assert_eq!(hear(&mut service).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_service_says_is_told_and_its_pings_are_answered() {
    let (_handle, mut events, mut service) =
        session(Talk::default(), Queues::default(), 1024).await;
    service.send(Message::text("hello")).await.unwrap();
    service.send(Message::Ping(Bytes::new())).await.unwrap();
    assert_eq!(events.next().await, Some(Heard::Text("hello".to_owned())));
    assert!(matches!(service.next().await, Some(Ok(Message::Pong(_)))));
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_says_so_and_waits() {
    let (handle, _events, mut service) =
        session(Talk::default(), Queues::default().audio(2), 1024).await;
    let audio = || Bytes::from_static(b"x");
    assert_eq!(handle.try_send_audio(audio()), Ok(true));
    assert_eq!(handle.try_send_audio(audio()), Ok(true));
    assert_eq!(handle.try_send_audio(audio()), Ok(false));
    // The driver has not run yet; now it does.
    handle.send_audio(audio()).await.unwrap();
    for _ in 0..3 {
        assert_eq!(hear(&mut service).await, "1 bytes");
    }
    drop(service);
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_stops_reading_stops_nothing_and_loses_no_final() {
    let machine = Talk::ticking(Duration::from_secs(1));
    let (handle, events, mut service) = session(machine, Queues::default().items(2), 1024).await;
    for turn in 0..100 {
        for partial in 0..5 {
            let text = format!("~{turn} {partial}");
            service.send(Message::text(text)).await.unwrap();
        }
        service
            .send(Message::text(format!("{turn}")))
            .await
            .unwrap();
        handle.send_audio(Bytes::from_static(b"pcm")).await.unwrap();
        assert_eq!(hear(&mut service).await, "3 bytes");
    }
    assert!(matches!(service.next().await, Some(Ok(Message::Ping(_)))));
    handle.control(Command::Say("still here")).await.unwrap();
    assert_eq!(hear(&mut service).await, "still here");
    handle.control(Command::Finish).await.unwrap();
    assert_eq!(hear(&mut service).await, "bye");
    assert_eq!(hear(&mut service).await, "close");
    assert_eq!(hear(&mut service).await, "gone");

    let heard = rest(events).await;
    let finals = |heard: &&Heard| matches!(heard, Heard::Text(text) if !text.starts_with('~'));
    assert_eq!(heard.iter().filter(finals).count(), 100);
    assert!(heard.len() < 120, "partials are replaced: {}", heard.len());
    assert_eq!(heard.last(), Some(&ended("finished")));
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_nothing_is_still_heard_until_the_write_is_overdue() {
    let machine = Talk::ticking(Duration::from_secs(4));
    let (handle, mut events, mut service) = session(machine, Queues::default(), 256).await;
    let began = Instant::now();
    handle.send_audio(Bytes::from(vec![0; 4096])).await.unwrap();
    // Time passes only when the driver has nothing left to do: by the tick, the write is stuck.
    assert_eq!(events.next().await, Some(Heard::Tick));
    service.send(Message::text("are you there?")).await.unwrap();
    assert_eq!(
        events.next().await,
        Some(Heard::Text("are you there?".to_owned()))
    );
    assert_eq!(events.next().await, Some(Heard::Tick));
    let Some(Heard::Ended(how)) = events.next().await else {
        panic!("the end is told");
    };
    assert!(
        how.starts_with("lost: no answer within 10s while sending"),
        "{how}"
    );
    assert_eq!(began.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_message_beyond_the_limit_ends_the_session_with_the_limit() {
    let (_handle, events, mut service) = session(Talk::default(), Queues::default(), 1 << 20).await;
    let sending = service.send(Message::text("x".repeat((4 << 20) + 1)));
    let (_, heard) = tokio::join!(sending, rest(events));
    assert_eq!(
        heard,
        [ended(
            "lost: the answer is larger than 4194304 bytes and was dropped"
        )]
    );
}

#[tokio::test(start_paused = true)]
async fn a_next_that_is_dropped_takes_nothing() {
    let (_handle, mut events, mut service) =
        session(Talk::default(), Queues::default(), 1024).await;
    for _ in 0..10 {
        assert_eq!(events.next().now_or_never(), None);
    }
    service.send(Message::text("whole")).await.unwrap();
    assert_eq!(events.next().await, Some(Heard::Text("whole".to_owned())));
}
