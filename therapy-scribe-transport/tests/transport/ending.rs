//! How sessions end: always with a reason, and with a goodbye where one can be said.

use bytes::Bytes;
use futures_core::FusedStream;
use futures_util::{SinkExt, StreamExt};
use therapy_scribe_transport::{ABANDON_LIMIT, Queues};
use tokio::{io::AsyncWriteExt, time::Instant};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use crate::{
    peers::{ended, hear, rest, session},
    talk::{Command, Heard, PATIENCE, Talk},
};

fn close(code: u16, reason: &'static str) -> Message {
    Message::Close(Some(CloseFrame {
        code: CloseCode::from(code),
        reason: reason.into(),
    }))
}

#[tokio::test(start_paused = true)]
async fn a_close_is_told_with_code_and_reason_and_ends_the_stream() {
    let (handle, mut events, mut service) = session(Talk::default(), Queues::default(), 1024).await;
    service.send(close(1011, "internal error")).await.unwrap();
    assert_eq!(
        events.next().await,
        Some(ended("closed 1011 internal error"))
    );
    assert!(events.is_terminated());
    assert_eq!(events.next().await, None);
    assert!(handle.is_closed());
    assert!(handle.send_audio(Bytes::new()).await.is_err());
    assert!(handle.control(Command::Finish).await.is_err());
    assert_eq!(hear(&mut service).await, "close", "it is answered");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_inside_a_message_is_a_loss() {
    let (_handle, events, mut service) = session(Talk::default(), Queues::default(), 1024).await;
    service.send(Message::text("whole")).await.unwrap();
    // A text of five bytes, of which one comes.
    service.get_mut().write_all(&[0x81, 5, b'h']).await.unwrap();
    drop(service);
    assert_eq!(
        rest(events).await,
        [
            Heard::Text("whole".to_owned()),
            ended("lost: the connection broke: it ended without a goodbye")
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_end_without_a_close_is_a_loss() {
    let (_handle, events, service) = session(Talk::default(), Queues::default(), 1024).await;
    drop(service);
    assert_eq!(
        rest(events).await,
        [ended(
            "lost: the connection broke: it ended without a goodbye"
        )]
    );
}

#[tokio::test(start_paused = true)]
async fn bytes_that_are_no_frame_are_a_loss() {
    let (_handle, events, mut service) = session(Talk::default(), Queues::default(), 1024).await;
    service.get_mut().write_all(&[0xff; 64]).await.unwrap();
    assert_eq!(
        rest(events).await,
        [ended(
            "lost: the server at the other end does not speak the WebSocket protocol"
        )]
    );
}

#[tokio::test(start_paused = true)]
async fn the_reason_of_a_service_is_heard_though_a_write_failed_first() {
    // Which is noticed first is a matter of chance.
    for _ in 0..32 {
        let (handle, events, mut service) = session(Talk::default(), Queues::default(), 1024).await;
        service
            .send(close(1008, "Too many sessions"))
            .await
            .unwrap();
        drop(service);
        let _ = handle.send_audio(Bytes::from(vec![0; 64])).await;
        let _ = handle.control(Command::Say("on and on")).await;
        assert_eq!(rest(events).await, [ended("closed 1008 Too many sessions")]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_socket_is_closed_though_nobody_reads_the_last_items() {
    let (handle, events, mut service) =
        session(Talk::default(), Queues::default().items(1), 1024).await;
    for text in ["one", "two", "three"] {
        service.send(Message::text(text)).await.unwrap();
    }
    handle.control(Command::Say("heard")).await.unwrap();
    assert_eq!(hear(&mut service).await, "heard");
    handle.control(Command::Finish).await.unwrap();
    for expected in ["bye", "close", "gone"] {
        assert_eq!(hear(&mut service).await, expected);
    }
    assert!(handle.send_audio(Bytes::new()).await.is_err());
    let heard = rest(events).await;
    assert_eq!(heard.len(), 4, "{heard:?}");
    assert_eq!(heard.last(), Some(&ended("finished")));
}

#[tokio::test(start_paused = true)]
async fn handles_that_are_dropped_leave_what_was_sent_and_a_goodbye() {
    // Which queue is found at its end first is a matter of chance.
    for (audio, command) in [(5, true), (5, false), (0, true), (0, false)].repeat(16) {
        let (handle, events, mut service) = session(Talk::default(), Queues::default(), 1024).await;
        let mut expected = vec!["3 bytes"; audio];
        for _ in 0..audio {
            assert_eq!(handle.try_send_audio(Bytes::from_static(b"pcm")), Ok(true));
        }
        if command {
            handle.control(Command::Say("last words")).await.unwrap();
            expected.push("last words");
        }
        drop(handle);
        expected.extend(["goodbye Handles", "close"]);
        for expected in expected {
            assert_eq!(hear(&mut service).await, expected);
        }
        assert_eq!(rest(events).await, [ended("left")]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_clone_keeps_the_session_open() {
    let (handle, _events, mut service) = session(Talk::default(), Queues::default(), 1024).await;
    let other = handle.clone();
    drop(handle);
    other.control(Command::Say("here")).await.unwrap();
    assert_eq!(hear(&mut service).await, "here");
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_is_dropped_leaves_a_goodbye() {
    let (handle, events, mut service) = session(Talk::default(), Queues::default(), 1024).await;
    let began = Instant::now();
    drop(events);
    assert_eq!(hear(&mut service).await, "goodbye Reader");
    assert_eq!(hear(&mut service).await, "close");
    assert_eq!(began.elapsed(), PATIENCE);
    assert_eq!(hear(&mut service).await, "gone");
    assert!(handle.is_closed());
}

#[tokio::test(start_paused = true)]
async fn a_session_without_reader_is_cut_after_the_limit_whatever_its_rules_say() {
    let (_handle, events, mut service) = session(Talk::stubborn(), Queues::default(), 1024).await;
    let began = Instant::now();
    drop(events);
    assert_eq!(hear(&mut service).await, "goodbye Reader");
    assert_eq!(hear(&mut service).await, "close");
    assert_eq!(began.elapsed(), ABANDON_LIMIT);
    assert_eq!(hear(&mut service).await, "gone");
}

#[tokio::test(start_paused = true)]
async fn a_stuck_write_does_not_hold_up_the_end_of_an_abandoned_session() {
    let (handle, events, _service) = session(Talk::stubborn(), Queues::default(), 256).await;
    handle.send_audio(Bytes::from(vec![0; 4096])).await.unwrap();
    let began = Instant::now();
    drop(events);
    while handle.send_audio(Bytes::from_static(b"pcm")).await.is_ok() {}
    assert_eq!(began.elapsed(), ABANDON_LIMIT);
}

#[tokio::test(start_paused = true)]
async fn a_driver_that_dies_is_told_and_is_the_last_item() {
    let (handle, mut events, mut service) = session(Talk::default(), Queues::default(), 1024).await;
    handle.control(Command::Panic).await.unwrap();
    assert_eq!(events.next().await, Some(ended("driver lost")));
    assert_eq!(events.next().await, None);
    assert!(handle.is_closed());
    assert_eq!(hear(&mut service).await, "gone");
}
