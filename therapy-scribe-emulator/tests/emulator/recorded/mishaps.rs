//! What goes wrong, what is odd, and calls back.

use std::time::Duration;

use serde_json::{Value, json};
use therapy_scribe_emulator::{
    TranscriptCall, TranscriptFault, TranscriptFaultKind, TranscriptQuirk,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    time::timeout,
};

use super::{done, job, poll, raw, recorded, submit, upload};
use crate::clients::{LIMIT, get, http};

#[tokio::test]
async fn an_answer_that_is_lost_leaves_its_job() {
    let unheard = TranscriptFault::next(TranscriptCall::Submit, TranscriptFaultKind::DropAfter);
    let poor = TranscriptFault::next(TranscriptCall::Submit, TranscriptFaultKind::NegativeBalance);
    let emulator = recorded()
        .transcript_faults([unheard, poor.after(1)])
        .start()
        .await
        .unwrap();
    let request = json!({"audio_url": upload(&emulator).await}).to_string();
    let head = "POST /v2/transcript HTTP/1.1\r\nauthorization: key\r\n";
    assert_eq!(
        raw(&emulator, head, request.as_bytes()).await,
        b"",
        "the answer is lost"
    );
    let list = get(&emulator, "/v2/transcript", Some("key")).await.json();
    assert_eq!(
        list["transcripts"].as_array().unwrap().len(),
        1,
        "the job is there"
    );
    let refused = submit(&emulator, json!({"audio_url": "https://example.org/a"})).await;
    assert!(refused.status == 400 && refused.text.contains("balance"));
    emulator.stop().await;
}

#[tokio::test]
async fn faults_come_when_they_are_told_to() {
    use TranscriptCall::{Delete, List, Poll};
    use TranscriptFaultKind as Kind;
    let fault = TranscriptFault::next;
    let faults = [
        fault(Poll, Kind::TooMany(Some(Duration::from_secs(7)))),
        fault(Poll, Kind::Status(503)),
        fault(Poll, Kind::Malformed),
        fault(Delete, Kind::Status(500)),
        fault(List, Kind::TooManyAs403),
        fault(Poll, Kind::Vanish).after(4),
    ];
    let emulator = recorded().transcript_faults(faults).start().await.unwrap();
    let path = format!("/v2/transcript/{}", job(&emulator, json!({})).await);
    let busy = get(&emulator, &path, Some("key")).await;
    assert_eq!((busy.status, busy.header("retry-after")), (429, Some("7")));
    let down = get(&emulator, &path, Some("key")).await;
    assert_eq!((down.status, down.text.as_str()), (503, ""));
    let cut = get(&emulator, &path, Some("key")).await;
    assert!(serde_json::from_str::<Value>(&cut.text).is_err());
    assert_eq!(
        http(&emulator, "DELETE", &path, Some("key"), "")
            .await
            .status,
        500
    );
    assert_eq!(
        get(&emulator, "/v2/transcript", Some("key")).await.status,
        403
    );
    assert_eq!(get(&emulator, &path, Some("key")).await.status, 200);
    assert_eq!(
        get(&emulator, &path, Some("key")).await.status,
        400,
        "vanished"
    );
    assert_eq!(
        get(&emulator, &path, Some("key")).await.status,
        400,
        "for good"
    );
    emulator.stop().await;
}

#[tokio::test]
async fn jobs_can_fail_stay_or_come_with_wrong_types() {
    use TranscriptFaultKind as Kind;
    let faults = [
        Kind::Fail("Server error".to_owned()),
        Kind::NeverEnds,
        Kind::WrongTypes,
    ];
    let faults = faults.map(|kind| TranscriptFault::next(TranscriptCall::Submit, kind));
    let quirks = [TranscriptQuirk::KeepsDeleted, TranscriptQuirk::Throttled];
    let emulator = recorded()
        .transcript_faults(faults)
        .transcript_quirks(quirks)
        .start()
        .await
        .unwrap();
    let failed = done(&emulator, json!({})).await;
    assert_eq!(
        (&failed["status"], &failed["error"]),
        (&json!("error"), &json!("Server error"))
    );
    let stays = job(&emulator, json!({})).await;
    assert_eq!(poll(&emulator, &stays).await["throttled"], true);
    for _ in 0..20 {
        assert_eq!(poll(&emulator, &stays).await["status"], "processing");
    }
    let odd = done(&emulator, json!({})).await;
    assert!(odd["words"][0]["start"].is_null() && odd["words"][0]["confidence"].is_string());
    let path = format!("/v2/transcript/{}", odd["id"].as_str().unwrap());
    let blank = http(&emulator, "DELETE", &path, Some("key"), "")
        .await
        .json();
    assert_eq!(blank["text"], "Deleted by user.");
    assert_ne!(
        get(&emulator, &path, Some("key")).await.json()["text"],
        "Deleted by user."
    );
    emulator.stop().await;
}

#[tokio::test]
async fn a_webhook_is_called_again_until_it_is_answered_also_where_the_client_heard_nothing() {
    let unheard = TranscriptFault::next(TranscriptCall::Submit, TranscriptFaultKind::DropAfter);
    let emulator = recorded()
        .transcript_faults([unheard])
        .start()
        .await
        .unwrap();
    let hook = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook?case=7", hook.local_addr().unwrap());
    let fields = json!({"webhook_url": url, "webhook_auth_header_name": "x-hook", "webhook_auth_header_value": "secret"});
    let mut request = json!({"audio_url": upload(&emulator).await});
    let all = request.as_object_mut().unwrap();
    all.extend(fields.as_object().unwrap().clone());
    let head = "POST /v2/transcript HTTP/1.1\r\nauthorization: key\r\n";
    let answer = raw(&emulator, head, request.to_string().as_bytes()).await;
    assert_eq!(answer, b"", "the answer is lost, and the job is not");
    let id = emulator.transcripts().jobs[0].id.clone();
    for status in ["500 No", "200 OK"] {
        let (mut stream, _) = timeout(LIMIT, hook.accept()).await.unwrap().unwrap();
        let mut request = vec![0; 4096];
        let length = timeout(LIMIT, stream.read(&mut request))
            .await
            .unwrap()
            .unwrap();
        let request = String::from_utf8_lossy(&request[..length]).into_owned();
        assert!(request.starts_with("POST /hook?case=7 ") && request.contains("x-hook: secret"));
        assert!(request.ends_with(&format!(
            r#"{{"transcript_id":"{id}","status":"completed"}}"#
        )));
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
    let job = poll(&emulator, &id).await;
    assert_eq!(
        (&job["status"], &job["webhook_auth"]),
        (&json!("completed"), &json!(true))
    );
    assert_eq!(job["webhook_status_code"], 200);
    assert!(!job.to_string().contains("secret"));
    emulator.stop().await;
}
