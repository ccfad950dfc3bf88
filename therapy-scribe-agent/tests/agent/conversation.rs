//! What is said goes through.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::json;
use therapy_scribe_agent::{AgentEvent, Error, SessionOrigin, ToolOutcome};
use therapy_scribe_core::{AudioFormat, AudioFrame, MediaTime, SampleRate};

use crate::peer::{client, config, talk, until};

#[tokio::test(start_paused = true)]
async fn a_tool_turn_goes_from_the_call_to_the_result_and_the_answer() {
    let (handle, mut events, _peer, mut service) = talk().await;
    assert!(
        matches!(events.next().await, Some(Ok(AgentEvent::Ready(session))) if session.id == "sess_1")
    );
    service
        .says(json!({"type": "transcript.user", "item_id": "m1", "text": "Search for sleep."}))
        .await;
    service
        .says(json!({"type": "reply.started", "reply_id": "r1"}))
        .await;
    service.says(json!({"type": "tool.call", "call_id": "c1", "name": "search", "arguments": {"topic": "sleep"}})).await;
    service
        .says(json!({"type": "reply.done", "reply_id": "r1", "status": "completed"}))
        .await;
    let event = until(&mut events, |event| {
        matches!(event, AgentEvent::ToolCall(_))
    })
    .await;
    let AgentEvent::ToolCall(call) = event else {
        unreachable!()
    };
    assert_eq!(call.args.expose(), &json!({"topic": "sleep"}));
    handle
        .outcome(ToolOutcome::returned(call.id, json!({"hits": 2})))
        .await
        .unwrap();
    assert_eq!(
        service.hears().await,
        json!({"type": "tool.result", "call_id": "c1", "result": "{\"hits\":2}", "is_error": false})
    );
    service
        .says(json!({"type": "reply.started", "reply_id": "r2"}))
        .await;
    service
        .says(json!({"type": "reply.audio", "reply_id": "r2", "data": "ACAAIAAg"}))
        .await;
    let event = until(&mut events, |event| {
        matches!(event, AgentEvent::Audio { .. })
    })
    .await;
    let AgentEvent::Audio { frame, .. } = event else {
        unreachable!()
    };
    assert_eq!(
        (frame.samples(), frame.format().rate().hertz()),
        ([0x2000; 3].as_slice(), 24_000)
    );
}

#[tokio::test(start_paused = true)]
async fn audio_is_paced_by_the_clock_and_not_by_the_host() {
    let (handle, _events, _peer, mut service) = talk().await;
    let began = tokio::time::Instant::now();
    let frame = AudioFrame::new(handle.format(), MediaTime::ZERO, vec![1; 24_000]);
    let sending = async {
        for _ in 0..10 {
            handle.send(&frame).await.unwrap();
        }
    };
    tokio::join!(sending, service.hears_audio(200));
    let took = began.elapsed();
    assert!(
        (Duration::from_millis(9400)..Duration::from_millis(9700)).contains(&took),
        "{took:?}"
    );
    let other = AudioFormat::mono(SampleRate::HZ_16000);
    let frame = AudioFrame::new(other, MediaTime::ZERO, vec![1; 160]);
    assert!(matches!(handle.send(&frame).await, Err(Error::Config(_))));
}

#[tokio::test(start_paused = true)]
async fn a_broken_line_is_made_again_behind_the_hosts_back() {
    let (handle, mut events, mut peer, service) = talk().await;
    drop(service);
    let mut service = peer.accept().await;
    assert_eq!(
        service.hears().await,
        json!({"type": "session.resume", "session_id": "sess_1"})
    );
    service.is_ready().await;
    until(&mut events, |event| matches!(event, AgentEvent::Ready(session) if session.origin == SessionOrigin::Resumed)).await;
    handle.say("The draft is ready.").await.unwrap();
    assert_eq!(service.hears().await["type"], "reply.create");
}

#[tokio::test(start_paused = true)]
async fn a_refused_session_is_an_error_with_the_parameter() {
    let (client, mut peer) = client(config());
    let answering = async {
        let mut service = peer.accept().await;
        service.hears().await;
        service.says(json!({"type": "session.error", "code": "invalid_value", "param": "output.voice", "message": "CANARY"})).await;
        service.closes(1008).await;
    };
    let (opened, ()) = tokio::join!(client.connect(), answering);
    let error = opened.unwrap_err();
    let said = format!("{error} {error:?}");
    assert!(
        said.contains("output.voice") && !said.contains("CANARY"),
        "{said}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_host_that_reads_nothing_does_not_keep_the_line_from_working() {
    let (handle, events, _peer, mut service) = talk().await;
    service
        .says(json!({"type": "reply.started", "reply_id": "r1"}))
        .await;
    for _ in 0..500 {
        service
            .says(json!({"type": "transcript.user.delta", "item_id": "m1", "text": "Draft"}))
            .await;
        service
            .says(json!({"type": "reply.audio", "reply_id": "r1", "data": "AAAA"}))
            .await;
    }
    handle.end().await.unwrap();
    assert_eq!(service.hears().await["type"], "session.end");
    service
        .says(json!({"type": "session.ended", "session_duration_seconds": 3.5}))
        .await;
    let last = events.collect::<Vec<_>>().await.pop();
    assert!(matches!(last, Some(Ok(AgentEvent::Closed(stats))) if stats.confirmed));
}
