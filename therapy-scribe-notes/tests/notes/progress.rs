//! How far a draft is, and how it is given up.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use serde_json::json;
use therapy_scribe_core::Privacy;
use therapy_scribe_notes::{
    ChatModel, ChatReply, ChatRequest, Formats, NoteRequest, NoteWriter, OpenAiCompatible,
    Progress, Result, WallTime,
};
use tokio::{io::AsyncReadExt, sync::oneshot};

use crate::{openai, raw, scripted::Scripted, transcript};

fn request() -> NoteRequest {
    NoteRequest::new(Formats::new().get("dap").unwrap())
}

#[tokio::test]
async fn a_draft_tells_how_far_it_is_and_when_it_was_made() {
    let note = json!({"data": "Client slept badly.", "assessment": "", "plan": "", "risk_flags": [], "themes": []});
    let replies = [(1, "Client slept badly.".to_owned()), (1, note.to_string())];
    let model = Arc::new(Scripted::new(replies));
    let now = WallTime::from_unix_millis(1_795_000_000_000);
    let mut stages = Vec::new();
    let draft = NoteWriter::new(model)
        .draft_with(&transcript(), request().at(now), &mut |stage| {
            stages.push(stage);
        })
        .await
        .unwrap();
    assert_eq!(draft.versions()[0].change().at, Some(now));
    assert!(
        matches!(
            stages.as_slice(),
            [
                Progress::Asking { part: 1, of: 1, .. },
                Progress::Repairing,
                Progress::Checking
            ]
        ),
        "{stages:?}"
    );
}

/// A model that thinks for ever, and knows when nobody waits for it any more.
#[derive(Debug, Default)]
struct Thinking {
    is_given_up: Arc<AtomicBool>,
}

struct GivenUp(Arc<AtomicBool>);

impl Drop for GivenUp {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[async_trait]
impl ChatModel for Thinking {
    fn name(&self) -> &'static str {
        "thinking"
    }

    fn privacy(&self) -> Privacy {
        Privacy::local()
    }

    async fn complete(&self, _request: &ChatRequest) -> Result<ChatReply> {
        let _guard = GivenUp(Arc::clone(&self.is_given_up));
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_draft_that_is_dropped_is_given_up_at_once() {
    let model = Thinking::default();
    let is_given_up = Arc::clone(&model.is_given_up);
    let writer = NoteWriter::new(Arc::new(model));
    let stages = Mutex::new(0);
    let transcript = transcript();
    let mut progress = |_| *stages.lock().unwrap() += 1;
    {
        let drafting = writer.draft_with(&transcript, request(), &mut progress);
        tokio::select! {
            biased;
            _ = drafting => panic!("it can't be done"),
            () = tokio::task::yield_now() => {}
        }
    }
    assert!(is_given_up.load(Ordering::Relaxed));
    assert_eq!(*stages.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_server_sees_that_nobody_waits_any_more() {
    let ((asked, is_asked), (closed, is_closed)) = (oneshot::channel(), oneshot::channel());
    let told = Arc::new(Mutex::new(Some((asked, closed))));
    let origin = raw::serve(move |mut stream| {
        let told = told.lock().unwrap().take();
        async move {
            let (asked, closed) = told.unwrap();
            asked.send(()).unwrap();
            let read = stream.read(&mut [0]).await;
            closed.send(matches!(read, Ok(0) | Err(_))).unwrap();
        }
    })
    .await;
    let config = openai::config(&format!("{origin}/v1"), "m")
        .build()
        .unwrap();
    let writer = NoteWriter::new(Arc::new(OpenAiCompatible::new(config).unwrap()));
    let transcript = transcript();
    let mut progress = |_| {};
    {
        let drafting = writer.draft_with(&transcript, request(), &mut progress);
        tokio::select! {
            _ = drafting => panic!("it can't be done"),
            asked = is_asked => asked.unwrap(),
        }
    }
    assert!(is_closed.await.unwrap());
}
