//! Bodies that are larger than memory should hold.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use therapy_scribe_transport::{Connector, Error, HttpClient, HttpRequest, HttpUpload, Origin};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::peers::{answer, serve, told};

fn client() -> HttpClient {
    HttpClient::new(&Connector::new().unwrap()).unwrap()
}

/// A server that reads everything up to `ends_with` and then says yes.
async fn swallow(ends_with: &'static str) -> (Origin, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut seen = Vec::new();
        while !seen.ends_with(ends_with.as_bytes()) {
            let mut piece = [0; 4096];
            let bytes = stream.read(&mut piece).await.unwrap();
            if bytes == 0 {
                break;
            }
            seen.extend_from_slice(&piece[..bytes]);
        }
        let _ = stream
            .write_all(answer("200 OK", "", "{}").as_bytes())
            .await;
        String::from_utf8_lossy(&seen).into_owned()
    });
    (
        Origin::parse(&format!("http://127.0.0.1:{port}")).unwrap(),
        task,
    )
}

#[tokio::test]
async fn a_body_of_known_length_is_announced_and_its_progress_told() {
    let (origin, server) = swallow("wxyz").await;
    let seen = Arc::new(AtomicU64::new(0));
    let told = Arc::clone(&seen);
    let upload = HttpUpload::new(&b"RIFFwxyz"[..], Some(8))
        .progress(Arc::new(move |sent| told.store(sent, Ordering::Relaxed)));
    let request = HttpRequest::post(&origin, "/v2/upload");
    let reply = client().upload(&request, upload).await.unwrap();
    assert!(reply.is_success());
    let request = server.await.unwrap();
    assert!(request.contains("content-length: 8\r\n"), "{request}");
    assert!(request.contains("content-type: application/octet-stream\r\n"));
    assert_eq!(seen.load(Ordering::Relaxed), 8);
}

#[tokio::test]
async fn a_body_of_unknown_length_goes_in_chunks() {
    let (origin, server) = swallow("0\r\n\r\n").await;
    let upload = HttpUpload::new(&b"RIFFwxyz"[..], None);
    let request = HttpRequest::post(&origin, "/v2/upload");
    assert!(
        client()
            .upload(&request, upload)
            .await
            .unwrap()
            .is_success()
    );
    let request = server.await.unwrap();
    assert!(
        request.contains("transfer-encoding: chunked\r\n"),
        "{request}"
    );
}

#[tokio::test]
async fn a_body_of_another_length_than_announced_or_allowed_is_an_error_of_the_source() {
    for (length, most) in [(Some(7), u64::MAX), (Some(9), u64::MAX), (None, 7)] {
        let (origin, _server) = swallow("\r\n\r\nnever").await;
        let upload = HttpUpload::new(&b"CANARYxy"[..], length).most(most);
        let request = HttpRequest::post(&origin, "/v2/upload");
        let error = client().upload(&request, upload).await.unwrap_err();
        assert!(matches!(error, Error::Source(_)), "{length:?}: {error:?}");
        assert!(!error.is_retryable() && !told(&error).contains("CANARY"));
    }
}

#[tokio::test]
async fn an_upload_that_stands_still_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let origin = Origin::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    // The server accepts and never reads; the reader has no end.
    let upload = HttpUpload::new(tokio::io::repeat(0), None).idle(Duration::from_millis(200));
    let request = HttpRequest::post(&origin, "/v2/upload");
    let error = client().upload(&request, upload).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
}

#[tokio::test]
async fn an_answer_is_read_piece_by_piece_to_its_end() {
    let (origin, _server) = serve(vec![answer("200 OK", "", "beep")]).await;
    let mut download = client()
        .open(&HttpRequest::get(&origin, "/x"))
        .await
        .unwrap();
    assert_eq!(download.status(), 200);
    assert_eq!(&download.piece().await.unwrap().unwrap()[..], b"beep");
    assert_eq!(download.piece().await.unwrap(), None);
}

#[tokio::test]
async fn an_answer_beyond_its_limit_is_not_read_to_its_end() {
    for (most, fits) in [(4, true), (3, false)] {
        let (origin, _server) = serve(vec![answer("200 OK", "", "beep"); 2]).await;
        let request = HttpRequest::get(&origin, "/x").max_body(most);
        let mut download = client().open(&request).await.unwrap();
        let piece = download.piece().await;
        assert_eq!(piece.is_ok(), fits, "{piece:?}");
        let large = client().send_large(&request).await;
        match large {
            Ok(reply) => assert_eq!((fits, &reply.body()[..]), (true, &b"beep"[..])),
            Err(error) => assert!(!fits && matches!(error, Error::TooLarge { limit: 3, .. })),
        }
    }
}

/// A server whose answer comes in pieces, each after a wait.
async fn slow(wait: Duration) -> Origin {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n";
        let _ = stream.write_all(head.as_bytes()).await;
        for _ in 0..6 {
            tokio::time::sleep(wait).await;
            let _ = stream.write_all(b"x").await;
        }
    });
    Origin::parse(&format!("http://127.0.0.1:{port}")).unwrap()
}

#[tokio::test]
async fn a_large_answer_may_take_long_as_long_as_it_moves() {
    let wait = Duration::from_millis(100);
    let origin = slow(wait).await;
    let request = HttpRequest::get(&origin, "/x").timeout(wait * 4);
    let reply = client().send_large(&request).await.unwrap();
    assert_eq!(&reply.body()[..], b"xxxxxx");
    let origin = slow(wait).await;
    let request = HttpRequest::get(&origin, "/x").timeout(wait * 4);
    let error = client().send(&request).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
}

#[tokio::test]
async fn a_refusal_in_the_middle_of_an_upload_is_an_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let origin = Origin::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut piece = [0; 4096];
            let _ = stream.read(&mut piece).await;
            let refusal = answer("413 Payload Too Large", "", "{}");
            let _ = stream.write_all(refusal.as_bytes()).await;
            // It goes on reading for a while, as servers do, so that the answer is not cut off.
            let mut sink = tokio::io::sink();
            let _ = tokio::io::copy(&mut stream.take(8 << 20), &mut sink).await;
        }
    });
    for length in [None, Some(1 << 40)] {
        let upload = HttpUpload::new(tokio::io::repeat(7), length);
        let request = HttpRequest::post(&origin, "/v2/upload");
        let reply = client().upload(&request, upload).await.unwrap();
        assert_eq!(reply.status(), 413);
    }
}
