//! Bad answers and bad input, each a typed error with its advice and without anybody's words.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use serde_json::json;
use therapy_scribe_core::BoxError;
use therapy_scribe_stt::{
    ErrorKind,
    prerecorded::{
        AudioUpload, Error, FailureReason, FileUpload, Job, JobTicket, ListQuery, OpenAudio,
        ReaderUpload, RoleNames, TicketStore, TranscriptId,
    },
};

use super::{
    Tickets, client, plain, quick,
    server::{self, Answer},
    told,
};

fn id() -> TranscriptId {
    "t-1".parse().unwrap()
}

/// What a fetch says of an answer.
async fn fetched(answer: impl Fn() -> Answer + Send + Sync + 'static) -> Error {
    let origin = server::serve(move |_| answer()).await;
    let client = client(&origin).timeout(Duration::from_secs(5));
    client
        .fetch(&id(), &RoleNames::default())
        .await
        .unwrap_err()
}

#[tokio::test]
async fn every_refusal_is_typed_and_says_what_to_do() {
    type Check = fn(&Error) -> bool;
    let rows: [(u16, &str, Check, &str); 8] = [
        (
            401,
            "CANARY",
            |e| matches!(e, Error::Auth),
            "ASSEMBLYAI_API_KEY",
        ),
        (
            402,
            "CANARY",
            |e| matches!(e, Error::Account { .. }),
            "balance",
        ),
        (
            400,
            "Your current account balance is negative. CANARY",
            |e| matches!(e, Error::Account { .. }),
            "balance",
        ),
        (404, "CANARY", |e| matches!(e, Error::NotFound), "region"),
        (
            400,
            "Transcript lookup error, transcript id not found",
            |e| matches!(e, Error::NotFound),
            "id",
        ),
        (
            413,
            "CANARY",
            |e| matches!(e, Error::TooLarge { .. }),
            "FLAC",
        ),
        (
            403,
            "Cannot access uploaded file CANARY",
            |e| matches!(e, Error::OtherProject),
            "project",
        ),
        (
            418,
            "CANARY",
            |e| matches!(e, Error::Refused { status: 418, .. }),
            "configuration",
        ),
    ];
    for (status, words, check, advice) in rows {
        let error = fetched(move || server::json(status, &json!({"error": words}))).await;
        assert!(check(&error), "{status}: {error:?}");
        assert!(error.to_string().contains(advice), "{status}: {error}");
        assert!(
            !told(&error).contains("CANARY"),
            "{status}: {}",
            told(&error)
        );
        assert!(!error.is_retryable(), "{status}");
    }
}

#[tokio::test]
async fn a_crowded_service_that_asks_for_an_hour_is_not_waited_for() {
    let header = "retry-after: 3600".to_owned();
    let error = fetched(move || Answer::With(429, header.clone(), b"{}".to_vec())).await;
    assert_eq!(error.kind(), ErrorKind::Limit);
    let hour = Some(Duration::from_secs(3600));
    assert!(matches!(error, Error::RateLimited { retry_after, .. } if retry_after == hour));
    assert!(error.to_string().contains("3600 seconds"));
}

#[tokio::test]
async fn an_upload_is_not_made_again_before_the_time_that_the_service_names() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let origin = server::serve(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        Answer::With(429, "retry-after: 301".to_owned(), b"{}".to_vec())
    })
    .await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("session.flac");
    std::fs::write(&path, b"fLaCxxxx").unwrap();
    let (audio, config) = (FileUpload::new(path), plain());
    let job = Job::upload("s-17", &audio, &config);
    let error = client(&origin).transcribe(job, &Tickets::default()).await;
    assert!(matches!(error, Err(Error::RateLimited { .. })), "{error:?}");
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_crowded_service_is_asked_again_when_it_says() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let origin = server::serve(move |_| match count.fetch_add(1, Ordering::Relaxed) {
        0 => Answer::With(429, "retry-after: 0".to_owned(), b"{}".to_vec()),
        _ => server::json(200, &json!({"id": "t-1", "status": "queued"})),
    })
    .await;
    let fetched = client(&origin)
        .fetch(&id(), &RoleNames::default())
        .await
        .unwrap();
    assert!(fetched.is_none() && asked.load(Ordering::Relaxed) == 2);
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_asked_for_again() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let origin = server::serve(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        Answer::Reply(200, vec![b' '; (4 << 20) + 1])
    })
    .await;
    let error = client(&origin).list(&ListQuery::default()).await;
    let error = error.unwrap_err();
    assert!(matches!(error, Error::Transport(_)) && !error.is_retryable());
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    // The words of a long recording are more than that.
    let large = client(&origin).fetch(&id(), &RoleNames::default()).await;
    assert!(matches!(large, Err(Error::Malformed { .. })), "{large:?}");
}

#[tokio::test]
async fn broken_answers_failed_jobs_and_deleted_transcripts_are_told_apart() {
    let error = fetched(|| Answer::Reply(200, b"{\"id\": \"CANARY".to_vec())).await;
    assert!(
        matches!(
            error,
            Error::Malformed {
                call: "transcript",
                line: 1,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(!told(&error).contains("CANARY"));
    let error = fetched(|| Answer::Reply(200, b"<html>CANARY</html>".to_vec())).await;
    assert!(matches!(error, Error::Malformed { .. }));
    let failed =
        json!({"id": "t-1", "status": "error", "error": "Audio duration is too short. CANARY"});
    let error = fetched(move || server::json(200, &failed)).await;
    let reason = FailureReason::TooShort;
    assert!(matches!(&error, Error::Failed { reason: said, .. } if *said == reason));
    assert!(error.to_string().contains("160 ms") && !told(&error).contains("CANARY"));
    let deleted =
        json!({"id": "t-1", "status": "completed", "audio_url": "http://deleted_by_user"});
    let error = fetched(move || server::json(200, &deleted)).await;
    assert!(matches!(error, Error::Deleted));
}

#[tokio::test]
async fn a_job_that_never_ends_is_left_with_its_id() {
    let origin = server::serve(|request| match request.method.as_str() {
        "POST" => server::json(200, &json!({"id": "t-1", "status": "queued"})),
        _ if request.path() == "/v2/transcript" => server::json(200, &json!({"transcripts": []})),
        _ => server::json(200, &json!({"id": "t-1", "status": "processing"})),
    })
    .await;
    let (tickets, config) = (Tickets::default(), plain());
    let polls = quick().limit(Duration::from_millis(20));
    let job = Job::from_url("s-17", "https://host.example/a.flac", &config).polls(polls);
    let error = client(&origin).transcribe(job, &tickets).await.unwrap_err();
    assert!(matches!(error, Error::StillRunning { .. }) && error.is_retryable());
    assert_eq!(tickets.last().transcript, Some(id()));
}

/// Says that it is larger than the service takes, and must never be read.
struct Huge;

#[async_trait]
impl AudioUpload for Huge {
    async fn open(&self) -> io::Result<OpenAudio> {
        Ok(OpenAudio::new(tokio::io::repeat(1), Some(2_200_000_001)))
    }
}

#[tokio::test]
async fn too_much_and_what_is_no_audio_never_leave() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let origin = server::serve(move |request| {
        // An upload that is given up does not reach its end.
        count.fetch_add(usize::from(!request.body.is_empty()), Ordering::Relaxed);
        Answer::Cut
    })
    .await;
    let (tickets, config, client) = (Tickets::default(), plain(), client(&origin));
    let error = client
        .transcribe(Job::upload("s-17", &Huge, &config), &tickets)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::TooLarge {
                limit: 2_200_000_000,
                ..
            }
        ),
        "{error:?}"
    );
    for bytes in [&b"{\"audio_url\": \"CANARY\"}"[..], b"", b"<html>"] {
        let audio = ReaderUpload::new(bytes, None);
        let error = client
            .transcribe(Job::upload("s-17", &audio, &config), &tickets)
            .await;
        let error = error.unwrap_err();
        assert!(matches!(error, Error::NotAudio(_)), "{error:?}");
        assert!(!told(&error).contains("CANARY"));
    }
    let missing = FileUpload::new("/nowhere/CANARY.flac");
    let error = client
        .transcribe(Job::upload("s-17", &missing, &config), &tickets)
        .await;
    let error = error.unwrap_err();
    assert!(matches!(error, Error::Source(_)) && !told(&error).contains("CANARY"));
    for address in ["session.flac", "https://", "https://a b"] {
        let job = Job::from_url("s-17", address, &config);
        let error = client.transcribe(job, &tickets).await.unwrap_err();
        assert!(matches!(error, Error::Config(_)), "{address}");
    }
    let mut nowhere = Vec::new();
    let job = Job::from_url("s-17", "https://x", &config).redacted_audio(&mut nowhere);
    let error = client.transcribe(job, &tickets).await.unwrap_err();
    assert!(
        error.to_string().contains("RecordRedaction::audio"),
        "{error}"
    );
    let error = client
        .transcribe(Job::resume(JobTicket::new("s-17"), &config), &tickets)
        .await;
    assert!(matches!(error.unwrap_err(), Error::AudioNeeded));
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    assert!(tickets.stages().is_empty());
}

/// Takes nothing.
struct Full;

#[async_trait]
impl TicketStore for Full {
    async fn keep(&self, _: &JobTicket) -> Result<(), BoxError> {
        Err("the disk is full".into())
    }

    async fn load(&self, _: &str) -> Result<Option<JobTicket>, BoxError> {
        Ok(None)
    }
}

#[tokio::test]
async fn nothing_is_submitted_without_a_ticket() {
    let origin = server::serve(|request| {
        assert_eq!(request.method, "GET", "submitted without a ticket");
        server::json(200, &json!({"transcripts": []}))
    })
    .await;
    let config = plain();
    let job = Job::from_url("s-17", "https://host.example/a.flac", &config);
    let error = client(&origin).transcribe(job, &Full).await.unwrap_err();
    assert!(matches!(error, Error::Ticket(_)), "{error:?}");
}

#[tokio::test]
async fn an_upload_that_stands_still_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let origin =
        therapy_scribe_transport::Origin::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    let config = plain();
    // The server never reads, the reader never ends, and it can be read once.
    let audio = ReaderUpload::new(tokio::io::repeat(1), None);
    let client = client(&origin).idle(Duration::from_millis(100));
    let job = Job::upload("s-17", &audio, &config);
    let error = client
        .transcribe(job, &Tickets::default())
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::Transport(_)) && error.is_retryable(),
        "{error:?}"
    );
}
