//! The one port: HTTP, and WebSockets by upgrade.

mod transcripts;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Collected, Full, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{self, HeaderMap, HeaderName, HeaderValue},
    service::service_fn,
    upgrade::{Parts, Upgraded},
};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::{net::TcpListener, sync::watch, task::JoinSet};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::{
    agent,
    emulator::State,
    faults::FaultKind,
    gateway::Answer,
    prerecorded::{self, Gone},
    streaming::{self, Opening, Query, Refusal, SessionLog, Setup},
};

/// Pins the version of the service.
const VERSION: &str = "assemblyai-version";
/// Larger bodies are refused.
const BODY_LIMIT: usize = 8 << 20;

/// All that ends with the emulator.
pub(crate) type Tasks = Arc<Mutex<JoinSet<()>>>;

pub(crate) async fn run(listener: TcpListener, state: Arc<State>, mut stop: watch::Receiver<bool>) {
    let tasks: Tasks = Arc::default();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&mut stop) => break,
        };
        let Ok((stream, _)) = stream else {
            // Out of descriptors, say: it passes.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        if state.plan.is_out(state.now_ms()) {
            let _ = stream.set_zero_linger();
            continue;
        }
        let _ = stream.set_nodelay(true);
        let (state, stop, own) = (Arc::clone(&state), stop.clone(), Arc::clone(&tasks));
        let connection = async move {
            // An error ends the connection without an answer.
            let service = service_fn(|request| {
                let answer = answer(request, Arc::clone(&state), Arc::clone(&own), stop.clone());
                async {
                    answer
                        .await
                        .map_err(|Gone| std::io::Error::other("on purpose"))
                }
            });
            let server = hyper::server::conn::http1::Builder::new();
            let _ = server
                .serve_connection(TokioIo::new(stream), service)
                .with_upgrades()
                .await;
        };
        let mut tasks = tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(connection);
    }
    end(&tasks).await;
}

/// Sessions see the stop by themselves and close; what is left after a moment is ended.
async fn end(tasks: &Tasks) {
    let mut left = std::mem::take(&mut *tasks.lock().unwrap_or_else(PoisonError::into_inner));
    let _ = tokio::time::timeout(Duration::from_millis(200), async {
        while left.join_next().await.is_some() {}
    })
    .await;
    left.shutdown().await;
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn answer(
    request: Request<Incoming>,
    state: Arc<State>,
    tasks: Tasks,
    stop: watch::Receiver<bool>,
) -> Result<Response<Full<Bytes>>, Gone> {
    let query = streaming::parse_query(request.uri().query().unwrap_or_default());
    let answer = match (request.method(), request.uri().path()) {
        (&Method::GET, "/v3/ws") if request.headers().contains_key(header::SEC_WEBSOCKET_KEY) => {
            return Ok(upgrade(request, query, &state, &tasks, stop));
        }
        (&Method::GET, "/v1/ws") if request.headers().contains_key(header::SEC_WEBSOCKET_KEY) => {
            return Ok(upgrade_agent(request, &query, &state, &tasks, stop));
        }
        (&Method::GET, "/v3/ws/health") => Answer::json(200, json!({"status": "ok"})),
        (&Method::GET, "/v3/token") => token(request.headers(), &query, &state),
        (&Method::GET, "/v1/models") => state.gateway.models(),
        (&Method::GET, "/local/v1/models") => state.gateway.local_models(),
        (&Method::POST, "/v1/chat/completions") => chat(request, &state, Asked::Gateway).await,
        (&Method::POST, "/local/v1/chat/completions") => chat(request, &state, Asked::Local).await,
        (_, path) if prerecorded::concerns(path) => {
            transcripts::answer(request, &query, &state, &tasks).await?
        }
        _ => agents(request, &query, &state).await,
    };
    if let Some(delay) = answer.delay {
        tokio::time::sleep(delay.div_f64(state.settings.speed)).await;
    }
    Ok(respond(answer))
}

/// Whose model is asked.
#[derive(Debug, Clone, Copy)]
enum Asked {
    Gateway,
    Local,
}

async fn chat(request: Request<Incoming>, state: &State, asked: Asked) -> Answer {
    let key = header_text(request.headers(), &header::AUTHORIZATION);
    let body = match read(request.into_body()).await {
        Ok(body) => body,
        Err(answer) => return answer,
    };
    let only = state.settings.key.as_deref();
    match asked {
        Asked::Gateway => state
            .gateway
            .chat(key.as_deref(), &body, only, state.now_ms()),
        Asked::Local => state.gateway.local(key.as_deref(), &body, only),
    }
}

async fn read(body: Incoming) -> Result<Bytes, Answer> {
    let body = Limited::new(body, BODY_LIMIT).collect().await;
    body.map(Collected::to_bytes).map_err(|_| {
        let said = json!({"code": 413, "message": "the body is too large"});
        Answer::json(413, said)
    })
}

/// What the voice agent service has over HTTP, or nothing.
async fn agents(request: Request<Incoming>, query: &Query, state: &State) -> Answer {
    let (parts, body) = request.into_parts();
    let body = match read(body).await {
        Ok(body) => body,
        Err(answer) => return answer,
    };
    let key = header_text(&parts.headers, &header::AUTHORIZATION);
    let key = key.as_deref().map(bare);
    let asked = agent::Asked {
        method: &parts.method,
        path: parts.uri.path(),
        query,
        account: key.map(|key| accepts(state, key).then_some(key).ok_or(())),
        body: &body,
        now_ms: state.now_ms(),
    };
    agent::answer(&state.agents, &asked).unwrap_or_else(|| {
        let says = "this emulator does not offer that";
        Answer::json(404, json!({"code": 404, "message": says}))
    })
}

/// The key without its scheme.
fn bare(key: &str) -> &str {
    key.strip_prefix("Bearer ").unwrap_or(key)
}

fn respond(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(answer.bytes()));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// 11.2: a raw key or `Bearer`, and the header must be there.
fn token(headers: &HeaderMap, query: &Query, state: &State) -> Answer {
    match header_text(headers, &header::AUTHORIZATION) {
        None => Answer::json(422, streaming_token_missing()),
        Some(key) if !accepts(state, bare(&key)) => {
            Answer::json(401, json!({"error": "Unauthorized"}))
        }
        Some(_) => {
            let (status, body) = state.tokens.mint(query, state.now_ms());
            Answer::json(status, body)
        }
    }
}

fn streaming_token_missing() -> serde_json::Value {
    json!({"detail": [{"type": "missing", "loc": ["header", "authorization"], "msg": "Field required", "input": null}]})
}

/// 11.1: any upgrade is accepted; what is wrong is told afterwards.
fn upgrade(
    request: Request<Incoming>,
    query: Query,
    state: &Arc<State>,
    tasks: &Tasks,
    stop: watch::Receiver<bool>,
) -> Response<Full<Bytes>> {
    let (opening, log) = open(request.headers(), query, state);
    let state = Arc::clone(state);
    switch(request, tasks, |upgraded| {
        streaming::serve(upgraded, opening, log, state, stop)
    })
}

/// The same for the voice agent: `voice-agent.md` 1.2.
fn upgrade_agent(
    request: Request<Incoming>,
    query: &Query,
    state: &Arc<State>,
    tasks: &Tasks,
    stop: watch::Receiver<bool>,
) -> Response<Full<Bytes>> {
    let admitted = state.agents.admit(
        header_text(request.headers(), &header::AUTHORIZATION)
            .as_deref()
            .map(bare),
        query.get("token").map(String::as_str),
        |key| accepts(state, key),
        state.now_ms(),
    );
    if admitted.is_err() && state.agents.refuses_by_status() {
        let refused = json!({"code": "unauthorized", "message": "Authentication failed"});
        return respond(Answer::json(401, refused));
    }
    let (state, own) = (Arc::clone(state), Arc::clone(tasks));
    switch(request, tasks, |upgraded| {
        agent::serve(upgraded, admitted, state, own, stop)
    })
}

/// Answers an upgrade, and serves what comes of it in a task.
fn switch<F: Future<Output = ()> + Send>(
    mut request: Request<Incoming>,
    tasks: &Tasks,
    serve: impl FnOnce(streaming::Upgraded) -> F + Send + 'static,
) -> Response<Full<Bytes>> {
    let key = request
        .headers()
        .get(header::SEC_WEBSOCKET_KEY)
        .map(|key| derive_accept_key(key.as_bytes()));
    let upgraded = hyper::upgrade::on(&mut request);
    let session = async move {
        let parts = upgraded.await.ok().map(Upgraded::downcast);
        if let Some(Ok(Parts { io, read_buf, .. })) = parts {
            serve(streaming::Upgraded {
                stream: TokioIo::into_inner(io),
                read: read_buf.to_vec(),
            })
            .await;
        }
    };
    tasks
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .spawn(session);
    switching(key)
}

/// What a session starts from, which is not always welcome, and its log.
fn open(
    headers: &HeaderMap,
    query: Query,
    state: &State,
) -> (Result<Opening, Refusal>, Arc<Mutex<SessionLog>>) {
    let faults = state.plan.open();
    let refused = faults.iter().find_map(|kind| match kind {
        FaultKind::Refuse(reason) => Some(streaming::refusal(*reason)),
        _ => None,
    });
    let setup = refused.map_or_else(|| admit(headers, &query, state), Err);
    let setup = setup.map(|setup| setup.with(&faults));
    let mut visible: Vec<_> = query
        .iter()
        .filter(|(name, _)| *name != "token")
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect();
    visible.sort_unstable();
    let id = setup
        .as_ref()
        .map(|setup| setup.id.clone())
        .unwrap_or_default();
    let mut log = SessionLog::opened(id, visible);
    if setup.is_err() {
        faults.iter().cloned().for_each(|kind| log.fault(kind));
    }
    let log = Arc::new(Mutex::new(log));
    lock(&state.sessions).keep(Arc::clone(&log));
    let opening = setup.map(|setup| Opening {
        setup,
        query,
        faults,
    });
    (opening, log)
}

fn switching(key: Option<String>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let accept = key.and_then(|key| HeaderValue::from_str(&key).ok());
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.extend(accept.map(|accept| (header::SEC_WEBSOCKET_ACCEPT, accept)));
    response
}

/// Who may open a session, and with what. `Bearer` is refused here (1.2).
fn admit(headers: &HeaderMap, query: &Query, state: &State) -> Result<Setup, Refusal> {
    let authorization = header_text(headers, &header::AUTHORIZATION);
    let authorization = authorization.as_deref();
    let refuse = |reason: &str| Refusal::new(1008, format!("Unauthorized Connection: {reason}"));
    let credential = authorization.or_else(|| query.get("token").map(String::as_str));
    let Some(credential) = credential else {
        return Err(refuse("Missing Authorization header"));
    };
    let longest_ms = match state.tokens.check(credential, state.now_ms()) {
        Some(Ok(token)) => token.longest_ms,
        Some(Err(())) => return Err(refuse("Signature has expired")),
        // A token in the query has to be one of ours; a key stands in the header.
        None if authorization.is_some() && accepts(state, credential) => 10_800_000,
        None => return Err(refuse("Invalid API key")),
    };
    count_open(state, &refuse)?;
    let number = {
        let mut sessions = lock(&state.sessions);
        sessions.opened += 1;
        sessions.opened - 1
    };
    let setup = Setup::drawn(state, number, longest_ms);
    // 1.4: echoed as it is.
    Ok(
        match header_text(headers, &HeaderName::from_static(VERSION)) {
            Some(api_version) => Setup {
                api_version,
                ..setup
            },
            None => setup,
        },
    )
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn count_open(state: &State, refuse: &dyn Fn(&str) -> Refusal) -> Result<(), Refusal> {
    let Some(limit) = state.settings.opens_per_minute else {
        return Ok(());
    };
    let now = state.now_ms();
    let mut opens = state.opens.lock().unwrap_or_else(PoisonError::into_inner);
    opens.retain(|at| at + 60_000 > now);
    if opens.len() >= limit {
        return Err(refuse("Too many concurrent sessions"));
    }
    opens.push(now);
    Ok(())
}

fn accepts(state: &State, key: &str) -> bool {
    match &state.settings.key {
        Some(only) => only == key,
        None => !key.is_empty() && !key.starts_with("bad") && !key.starts_with("Bearer "),
    }
}

fn header_text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}
