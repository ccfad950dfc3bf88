//! What is said and what opens doors is printed nowhere.

use std::{
    fmt::Debug,
    io::Write,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use log::{LevelFilter, Log, Metadata, Record};
use therapy_scribe_core::ApiKey;
use therapy_scribe_transport::{
    Connector, Dial, Error, Events, Handle, HttpClient, HttpReply, HttpRequest, HttpUpload,
    Incoming, Origin, Outgoing, Proxy, Queues, Retry, Tls, WsRequest, connect,
};
use tokio_tungstenite::{accept_async, tungstenite::Message};
use tracing_subscriber::{Layer, filter::Targets, fmt::MakeWriter, prelude::*};

use crate::{
    peers::{answer, here, piped, serve, told},
    talk::{Command, Talk},
};

/// Not in any other test.
const CANARY: &str = "YRANAC";

/// Everything that was logged.
static SEEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn seen() -> MutexGuard<'static, Vec<u8>> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Ear;

impl Log for Ear {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        writeln!(seen(), "{} {}", record.target(), record.args()).unwrap();
    }

    fn flush(&self) {}
}

impl Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        seen().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Ear {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}

/// Listens to all at DEBUG and to this crate at TRACE, in both ways that libraries log.
fn listen() {
    log::set_logger(&Ear).unwrap();
    log::set_max_level(LevelFilter::Debug);
    let levels = Targets::new()
        .with_default(tracing_subscriber::filter::LevelFilter::DEBUG)
        .with_target(
            "therapy_scribe_transport",
            tracing_subscriber::filter::LevelFilter::TRACE,
        );
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(|| Ear)
        .with_filter(levels);
    tracing_subscriber::registry().with(layer).init();
}

fn shown(things: &[&dyn Debug]) -> String {
    let show = |thing: &&dyn Debug| format!("{thing:?} {thing:#?}\n");
    things.iter().map(show).collect()
}

/// A session in which everything is secret, to its end.
async fn secret_session(key: &ApiKey) -> String {
    let (connector, far) = piped(4096);
    let request = WsRequest::new(&here(), format!("/?token={CANARY}"))
        .key(key)
        .header("x-secret", CANARY);
    let mut said = shown(&[&request, &connector]);
    let opening = connect(&connector, request, Talk::default(), Queues::default());
    let (opened, service) = tokio::join!(opening, accept_async(far));
    let ((handle, mut events), mut service) = (opened.unwrap(), service.unwrap());
    handle.send_audio(Bytes::from(CANARY)).await.unwrap();
    handle.control(Command::Say(CANARY)).await.unwrap();
    service.send(Message::text(CANARY)).await.unwrap();
    assert!(events.next().await.is_some());
    said += &shown(&[&handle, &events]);
    handle.control(Command::Finish).await.unwrap();
    while let Some(Ok(_)) = service.next().await {}
    assert!(events.next().await.is_some());
    said
}

/// Calls in which everything is secret: answered, refused, failed.
async fn secret_calls(key: &ApiKey) -> String {
    let secret = |status| answer(status, &format!("x-secret: {CANARY}\r\n"), CANARY);
    let busy = secret("503 Service Unavailable");
    let (origin, server) = serve(vec![busy, secret("200 OK")]).await;
    let client = HttpClient::new(&Connector::new().unwrap()).unwrap();
    let request = HttpRequest::post(&origin, format!("/?token={CANARY}"))
        .key(key)
        .header("x-secret", CANARY)
        .json(format!("{{\"said\":\"{CANARY}\"}}"));
    let retry = Retry::new(&[std::time::Duration::ZERO], 1);
    let reply = client.send_with_retry(&request, &retry).await.unwrap();
    assert_eq!(&reply.body()[..], CANARY.as_bytes());
    drop(server.await);
    // Nobody listens any more.
    let error = client.send(&request).await.unwrap_err();
    shown(&[&request, &reply, &client]) + &told(&error)
}

/// A file that is sent and one that is fetched from a signed address.
async fn secret_transfers(key: &ApiKey) -> String {
    let secret = || answer("200 OK", &format!("x-secret: {CANARY}\r\n"), CANARY);
    let (origin, server) = serve(vec![secret(), secret()]).await;
    let client = HttpClient::new(&Connector::new().unwrap()).unwrap();
    let length = u64::try_from(CANARY.len()).ok();
    let upload = HttpUpload::new(CANARY.as_bytes(), length);
    let mut said = shown(&[&upload]);
    let request = HttpRequest::post(&origin, "/upload").key(key);
    client.upload(&request, upload).await.unwrap();
    let address = format!("{origin}/{CANARY}?sig={CANARY}");
    let (origin, path) = Origin::split(&address, &origin).unwrap();
    let request = HttpRequest::get(&origin, path);
    let mut download = client.open(&request).await.unwrap();
    assert_eq!(download.piece().await.unwrap().unwrap(), CANARY.as_bytes());
    said += &shown(&[&request, &download]);
    drop(server.await);
    // Nobody listens any more.
    let upload = HttpUpload::new(CANARY.as_bytes(), length);
    let error = client.upload(&request, upload).await.unwrap_err();
    said + &told(&error) + &told(&client.open(&request).await.unwrap_err())
}

#[tokio::test]
async fn nothing_secret_is_printed_or_logged() {
    listen();
    let key = ApiKey::new(CANARY).unwrap();
    let mut said = secret_session(&key).await + &secret_calls(&key).await;
    said += &secret_transfers(&key).await;
    let proxy = Proxy::http(&format!("http://{CANARY}:{CANARY}@proxy.clinic:3128")).unwrap();
    said += &shown(&[
        &proxy,
        &Incoming::text(CANARY),
        &Incoming::Binary(Bytes::from(CANARY)),
        &Incoming::close(1008, CANARY),
        &Outgoing::Text(CANARY.to_owned()),
        &Outgoing::Binary(Bytes::from(CANARY)),
    ]);
    for error in [
        Origin::parse(&format!(
            "https://{CANARY}:{CANARY}@h/{CANARY}?{CANARY}#{CANARY}"
        ))
        .unwrap_err(),
        Origin::parse(&format!("{CANARY} {CANARY}")).unwrap_err(),
        Proxy::http(&format!("socks5://{CANARY}:{CANARY}@h")).unwrap_err(),
        Tls::builder()
            .root_pem(CANARY.as_bytes())
            .build()
            .unwrap_err(),
    ] {
        said += &told(&error);
    }
    assert!(
        !said.to_lowercase().contains(&CANARY.to_lowercase()),
        "{said}"
    );
    let logged = String::from_utf8_lossy(&seen()).into_owned();
    assert!(
        logged.contains("the session is over"),
        "this crate is heard"
    );
    assert!(
        logged.contains("tungstenite") && logged.contains("reqwest"),
        "{logged}"
    );
    assert!(
        !logged.to_lowercase().contains(&CANARY.to_lowercase()),
        "{logged}"
    );
}

#[test]
fn everything_can_go_to_another_thread() {
    const fn both<T: Send + Sync>() {}
    const fn send<T: Send>() {}
    both::<Connector>();
    both::<Handle<Talk>>();
    both::<HttpClient>();
    both::<HttpReply>();
    both::<HttpRequest>();
    both::<WsRequest>();
    both::<Origin>();
    both::<Proxy>();
    both::<Retry>();
    both::<Tls>();
    both::<Error>();
    both::<Box<dyn Dial>>();
    send::<Events<Talk>>();
}
