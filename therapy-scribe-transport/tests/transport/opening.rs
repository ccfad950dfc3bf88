//! Sessions that do not come about.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use therapy_scribe_transport::{
    ByteStream, Connector, Dial, Error, ErrorKind, Origin, Queues, TcpDial, Timeouts, WsRequest,
    connect,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    time::{Instant, timeout},
};

use crate::{
    peers::{answer, open, piped, read_request, told},
    talk::Talk,
};

/// Never connects.
#[derive(Debug)]
struct Nowhere;

#[async_trait]
impl Dial for Nowhere {
    async fn dial(&self, _host: &str, _port: u16) -> std::io::Result<Box<dyn ByteStream>> {
        std::future::pending().await
    }
}

/// What a service that answers the handshake with this leads to.
async fn answered(with: &str) -> Error {
    let (connector, mut far) = piped(4096);
    let service = async {
        read_request(&mut far).await.unwrap();
        far.write_all(with.as_bytes()).await.unwrap();
        drop(far);
    };
    let (opened, ()) = tokio::join!(open(&connector), service);
    opened.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn a_refusal_keeps_its_status_and_drops_its_body() {
    for (status, retryable) in [(401, false), (404, false), (429, true), (503, true)] {
        let error = answered(&answer(
            &format!("{status} No"),
            "x-hint: CANARY\r\n",
            "CANARY",
        ))
        .await;
        assert!(matches!(error, Error::Refused { status: got, .. } if got == status));
        assert_eq!(error.is_retryable(), retryable, "{status}");
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(!told(&error).contains("CANARY"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_of_another_kind_is_named_as_such() {
    for other in ["SSH-2.0-OpenSSH_9.7\r\n\r\n", "HTTP/1.1 101 Ok\r\n\r\n"] {
        let error = answered(other).await;
        assert!(matches!(error, Error::Protocol(_)), "{error:?}");
        assert!(!error.is_retryable());
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_up_is_a_loss() {
    let error = answered("HTTP/1.1 10").await;
    assert!(error.is_retryable(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_meets_the_deadline() {
    let (connector, _far) = piped(4096);
    let began = Instant::now();
    let error = open(&connector).await.unwrap_err();
    assert_eq!(began.elapsed(), Duration::from_secs(15));
    assert!(
        error
            .to_string()
            .starts_with("no answer within 15s while opening the session"),
        "{error}"
    );
    assert!(error.is_retryable());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_connects_to_nobody_meets_the_deadline() {
    let limit = Duration::from_millis(2500);
    let connector = Connector::builder()
        .dial(Arc::new(Nowhere))
        .timeouts(Timeouts::default().connect(limit))
        .build()
        .unwrap();
    let began = Instant::now();
    let error = open(&connector).await.unwrap_err();
    assert_eq!(began.elapsed(), limit);
    assert!(
        error
            .to_string()
            .starts_with("no answer within 2.5s while connecting"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_connect_that_is_dropped_leaves_no_connection() {
    let (connector, mut far) = piped(4096);
    let given_up = timeout(Duration::from_secs(1), open(&connector)).await;
    assert!(given_up.is_err());
    read_request(&mut far).await.unwrap();
    assert_eq!(far.read(&mut [0]).await.unwrap(), 0, "the stream has ended");
}

#[tokio::test]
async fn a_port_where_nothing_listens_is_told_in_words() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let origin = Origin::parse(&format!("ws://127.0.0.1:{port}")).unwrap();
    let request = WsRequest::new(&origin, "/?token=CANARY");
    let connector = Connector::new().unwrap();
    let error = connect(&connector, request, Talk::default(), Queues::default())
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "could not connect to 127.0.0.1:{port}: nothing listens there; check the network, and the proxy if there is one"
        )
    );
    assert!(!told(&error).contains("CANARY"));
}

#[tokio::test]
async fn a_name_that_nobody_can_know_is_told_in_words() {
    // A label of more than 63 letters is refused before anyone is asked.
    let name = format!("{}.invalid", "a".repeat(64));
    let error = TcpDial::default().dial(&name, 443).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
}

#[test]
fn without_encryption_only_this_machine_is_reached() {
    for far in ["ws://10.0.0.5:9000", "http://scribe.example"] {
        let error = Origin::parse(far).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(
            error
                .to_string()
                .ends_with("without encryption only this machine can be reached; use wss or https"),
            "{error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_can_not_be_sent_is_refused_before_a_call_is_made() {
    let connector = Connector::builder()
        .dial(Arc::new(Nowhere))
        .build()
        .unwrap();
    let origin = Origin::parse("wss://h.example").unwrap();
    for request in [
        WsRequest::new(&origin, "@evil.example/CANARY"),
        WsRequest::new(&origin, "/").header("x-token", "CANARY\r\nx: y"),
    ] {
        let error = connect(&connector, request, Talk::default(), Queues::default())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(!told(&error).contains("CANARY"));
    }
}
