//! The HTTP call on loopback.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use therapy_scribe_core::ApiKey;
use therapy_scribe_transport::{
    Again, Connector, Error, ErrorKind, HttpClient, HttpRequest, Origin, Proxy, Retry,
};
use tokio::{io::AsyncWriteExt, net::TcpListener, time::Instant};

use crate::peers::{answer, read_request, serve, told};

fn client() -> HttpClient {
    HttpClient::new(&Connector::new().unwrap()).unwrap()
}

#[tokio::test]
async fn a_call_sends_what_was_given_and_returns_what_came() {
    let (origin, server) = serve(vec![answer("200 OK", "x-request: 7\r\n", "{}")]).await;
    let request = HttpRequest::post(&origin, "/v1/chat?x=y")
        .key(&ApiKey::new("k3y").unwrap())
        .header("User-Agent", "scribe")
        .json(r#"{"a":1}"#);
    let reply = client().send(&request).await.unwrap();
    assert!(reply.is_success());
    assert_eq!(
        (reply.header("x-request"), &reply.body()[..]),
        (Some("7"), &b"{}"[..])
    );
    let seen = server.await.unwrap().remove(0);
    assert!(seen.starts_with("POST /v1/chat?x=y HTTP/1.1\r\n"), "{seen}");
    for line in [
        "authorization: k3y\r\n",
        "user-agent: scribe\r\n",
        "content-type: application/json\r\n",
        "\r\n\r\n{\"a\":1}",
    ] {
        assert!(seen.contains(line), "{line} in {seen}");
    }
    assert!(!seen.contains("referer") && !seen.contains("cookie"));
}

#[tokio::test]
async fn a_refusal_is_an_answer_and_a_redirect_is_not_followed() {
    let elsewhere = "location: http://127.0.0.1:9/\r\n";
    let answers = vec![
        answer("400 Bad Request", "", "why"),
        answer("302 Found", elsewhere, ""),
    ];
    let (origin, _server) = serve(answers).await;
    let client = client();
    let reply = client.send(&HttpRequest::get(&origin, "/")).await.unwrap();
    assert_eq!((reply.status(), &reply.body()[..]), (400, &b"why"[..]));
    let reply = client.send(&HttpRequest::get(&origin, "/")).await.unwrap();
    assert_eq!(reply.status(), 302);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_dropped_with_and_without_a_length() {
    let endless = format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(4096));
    let (origin, _server) = serve(vec![answer("200 OK", "", &"x".repeat(4096)), endless]).await;
    let client = client();
    for _ in 0..2 {
        let request = HttpRequest::get(&origin, "/").max_body(1000);
        let error = client.send(&request).await.unwrap_err();
        assert!(
            matches!(error, Error::TooLarge { limit: 1000, .. }),
            "{error:?}"
        );
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_a_loss() {
    let short = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nCANARY".to_owned();
    let (origin, _server) = serve(vec![short]).await;
    let error = client()
        .send(&HttpRequest::get(&origin, "/?q=CANARY"))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Lost(_)), "{error:?}");
    assert!(error.is_retryable() && !told(&error).contains("CANARY"));
}

#[tokio::test]
async fn an_answer_that_stops_coming_meets_the_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let origin = Origin::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    let stalled = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_request(&mut stream).await.unwrap();
        let begun = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
        stream.write_all(begun).await.unwrap();
        stream
    });
    let limit = Duration::from_millis(200);
    let request = HttpRequest::get(&origin, "/").timeout(limit);
    let error = client().send(&request).await.unwrap_err();
    assert!(
        matches!(error, Error::Timeout { after, .. } if after == limit),
        "{error:?}"
    );
    drop(stalled.await);
}

#[tokio::test]
async fn what_can_not_be_reached_is_told_without_its_query() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let origin = Origin::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    let request = HttpRequest::get(&origin, "/?token=CANARY").header("x-key", "CANARY");
    let error = client().send(&request).await.unwrap_err();
    assert!(
        error.to_string().contains(": nothing listens there;"),
        "{error}"
    );
    assert!(!told(&error).contains("CANARY"));
}

#[tokio::test]
async fn a_name_that_is_none_is_told_in_words() {
    // A label of more than 63 letters is refused before anyone is asked.
    let name = "a".repeat(64);
    let request = |host: &str| {
        let origin = Origin::parse(&format!("https://{host}")).unwrap();
        HttpRequest::get(&origin, "/?token=CANARY")
    };
    let error = client().send(&request(&name)).await.unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("no certificate can have this host name"),
        "{error}"
    );
    assert!(!told(&error).contains("CANARY"));

    let proxy = Proxy::http(&format!("http://nurse:CANARY@{name}:3128")).unwrap();
    let connector = Connector::builder().proxy(proxy).build().unwrap();
    let client = HttpClient::new(&connector).unwrap();
    let error = client.send(&request("h.example")).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains(": its name could not be resolved;"),
        "{error}"
    );
    assert!(!told(&error).contains("CANARY"));
}

#[tokio::test]
async fn a_call_is_made_again_while_its_failure_passes() {
    let busy = || answer("503 Service Unavailable", "", "");
    let (origin, server) = serve(vec![busy(), busy(), answer("200 OK", "", "at last")]).await;
    let retry = Retry::new(&[Duration::from_millis(1); 2], 1);
    let request = HttpRequest::post(&origin, "/").json("{}");
    let reply = client().send_with_retry(&request, &retry).await.unwrap();
    assert_eq!(&reply.body()[..], b"at last");
    assert_eq!(server.await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_refusal_or_a_long_wait_is_the_last_answer() {
    let (origin, server) = serve(vec![
        answer("401 Unauthorized", "", ""),
        answer("429 Too Many Requests", "retry-after: 3600\r\n", ""),
    ])
    .await;
    let retry = Retry::new(&[Duration::from_millis(1); 5], 1);
    let request = HttpRequest::get(&origin, "/");
    let client = client();
    for status in [401, 429] {
        let reply = client.send_with_retry(&request, &retry).await.unwrap();
        assert_eq!(reply.status(), status);
    }
    assert_eq!(server.await.unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn waits_follow_the_plan_of_the_retry_and_the_judgement() {
    // A call that fails before it reaches the network lets the clock stand.
    let origin = Origin::parse("http://127.0.0.1:9").unwrap();
    let request = HttpRequest::get(&origin, "/").header("x", "\n");
    let plan = [Duration::from_secs(1), Duration::from_secs(4)];
    let tries = AtomicUsize::new(0);
    let began = Instant::now();
    let outcome = client()
        .send_while(&request, &Retry::new(&plan, 3), |_| {
            match tries.fetch_add(1, Ordering::Relaxed) {
                0 => Again::AsPlanned,
                _ => Again::After(Duration::from_secs(20)),
            }
        })
        .await;
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Configuration);
    assert_eq!(tries.into_inner(), 3);
    let took = began.elapsed().as_millis();
    assert!(
        (21_000..=26_300).contains(&took),
        "1 s, 20 s, and a quarter more at most: {took}"
    );
}
