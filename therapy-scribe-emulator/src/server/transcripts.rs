//! Requests of pre-recorded transcription: uploads are read as they come, all else at once.

use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::{
    Method, Request,
    body::Incoming,
    header::{self, HeaderMap},
};
use serde_json::json;

use super::{Tasks, accepts, bare, header_text, lock, read};
use crate::{
    emulator::State,
    gateway::Answer,
    prerecorded::{self, Asked, Gone, Sound, Upload},
    streaming::Query,
};

pub(super) async fn answer(
    request: Request<Incoming>,
    query: &Query,
    state: &Arc<State>,
    tasks: &Tasks,
) -> Result<Answer, Gone> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let text = |name| header_text(&parts.headers, name);
    let key = text(&header::AUTHORIZATION);
    // The raw key without `Bearer` (1); the gateway takes both.
    let key = key.as_deref();
    let key = if path.starts_with("/v1/") {
        key.map(bare)
    } else {
        key
    };
    let account = key.filter(|key| accepts(state, key));
    if (&parts.method, path) == (&Method::POST, "/v2/upload") {
        return upload(&parts.headers, account, body, state).await;
    }
    let body = match read(body).await {
        Ok(body) => body,
        Err(answer) => {
            let says = "the body is too large";
            return Ok(Answer::json(answer.status, json!({"error": says})));
        }
    };
    let host = text(&header::HOST).unwrap_or_default();
    let asked = Asked {
        method: &parts.method,
        path,
        query,
        origin: &format!("http://{host}"),
        account,
        body: &body,
        now_ms: state.now_ms(),
    };
    let answer = prerecorded::answer(&state.prerecorded, &asked);
    for id in state.prerecorded.take_hooks() {
        lock(tasks).spawn(prerecorded::deliver(Arc::clone(state), id));
    }
    answer
}

async fn upload(
    headers: &HeaderMap,
    account: Option<&str>,
    mut body: Incoming,
    state: &State,
) -> Result<Answer, Gone> {
    let content_type = header_text(headers, &header::CONTENT_TYPE).unwrap_or_default();
    let length = header_text(headers, &header::CONTENT_LENGTH);
    let upload = Upload {
        account,
        content_type: &content_type,
        length: length.and_then(|length| length.parse().ok()),
    };
    if let Some(refusal) = prerecorded::refuse_upload(&upload) {
        return Ok(refusal);
    }
    let mut sound = Sound::new();
    while let Some(frame) = body.frame().await {
        if prerecorded::is_too_large(sound.bytes()) {
            break;
        }
        // A body that breaks off is no upload.
        let frame = frame.map_err(|_| Gone)?;
        if let Some(piece) = frame.data_ref() {
            sound.push(piece);
        }
    }
    sound.finish();
    prerecorded::uploads(&state.prerecorded, &upload, sound)
}
