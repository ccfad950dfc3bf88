//! Single calls.

use serde_json::json;
use therapy_scribe_core::Role;
use therapy_scribe_stt::prerecorded::{
    Error, ListQuery, ListedStatus, RoleNames, SpeakerIdentification, SubtitleFormat, TranscriptId,
};

use super::{
    client,
    server::{self, Answer, Request},
    service::Service,
    validator,
};

fn id() -> TranscriptId {
    "5551722e-f677-48a6".parse().unwrap()
}

fn passages(request: &Request) -> Answer {
    match request
        .target
        .trim_start_matches("/v2/transcript/5551722e-f677-48a6/")
    {
        "sentences" => server::json(
            200,
            &json!({"id": "x", "sentences": [
                {"text": "One.", "start": 100, "end": 900, "confidence": 0.9, "words": [{"text": "One."}], "speaker": "A"},
                {"text": "Two.", "start": null, "end": null, "words": null, "speaker": null, "channel": null}
            ]}),
        ),
        "paragraphs" => server::json(
            200,
            &json!({"paragraphs": [{"text": "One. Two.", "start": 100, "end": 900, "words": []}]}),
        ),
        "word-search?words=panic,sleep%20hygiene" => server::json(
            200,
            &json!({"id": "x", "total_count": 1, "matches": [
                {"text": "panic", "count": 1, "timestamps": [[100, 300], ["x"]], "indexes": [7]}
            ]}),
        ),
        "vtt?chars_per_caption=32" => Answer::Reply(200, b"WEBVTT\n".to_vec()),
        "srt" => Answer::Reply(200, b"1\n".to_vec()),
        _ => server::json(404, &json!({"error": "Not found"})),
    }
}

#[tokio::test]
async fn sentences_paragraphs_words_and_subtitles_are_read() {
    let origin = server::serve(|request| passages(&request)).await;
    let client = client(&origin);
    let sentences = client.sentences(&id()).await.unwrap();
    assert_eq!(sentences[0].text.expose(), "One.");
    assert_eq!(sentences[0].label.as_ref().unwrap().expose(), "A");
    assert_eq!(
        (sentences[1].start.as_millis(), sentences[1].end.as_millis()),
        (900, 900)
    );
    let paragraphs = client.paragraphs(&id()).await.unwrap();
    assert_eq!(paragraphs[0].label, None);
    let found = client
        .word_search(&id(), &["panic", "sleep hygiene"])
        .await
        .unwrap();
    assert_eq!(
        (found[0].count, found[0].times.len(), found[0].indexes[0]),
        (1, 1, 7)
    );
    assert_eq!(found[0].times[0].0.as_millis(), 100);
    let vtt = client
        .subtitles(&id(), SubtitleFormat::Vtt, Some(32))
        .await
        .unwrap();
    assert_eq!(vtt.expose(), "WEBVTT\n");
    let srt = client
        .subtitles(&id(), SubtitleFormat::Srt, None)
        .await
        .unwrap();
    assert_eq!(srt.expose(), "1\n");
    assert!(!format!("{sentences:?} {found:?} {vtt:?}").contains("One"));
}

#[tokio::test]
async fn the_list_is_asked_for_as_the_document_says() {
    let origin = server::serve(|request| {
        assert_eq!(
            request.target,
            "/v2/transcript?limit=2&status=error&created_on=2026-11-27&before_id=b&after_id=a&throttled_only=true"
        );
        server::json(
            200,
            &json!({"page_details": {"limit": 2}, "transcripts": [
                {"id": "t-2", "status": "completed", "audio_url": "https://x/CANARY", "created": "2026-09-24T09:14:02.118000"},
                {"id": "t-1", "status": "error", "error": "CANARY", "completed": null}
            ]}),
        )
    })
    .await;
    let mut query = ListQuery::default();
    query.limit = 2;
    query.status = Some(ListedStatus::Failed);
    query.created_on = Some("2026-11-27".to_owned());
    query.before = Some("b".parse().unwrap());
    query.after = Some("a".parse().unwrap());
    query.throttled_only = true;
    let page = client(&origin).list(&query).await.unwrap();
    assert_eq!(page.older.as_ref().unwrap().as_str(), "t-1");
    assert_eq!(
        page.entries[0].created.as_deref(),
        Some("2026-09-24T09:14:02.118000")
    );
    assert_eq!(page.entries[1].status, ListedStatus::Failed);
    assert!(!format!("{page:?}").contains("CANARY"));
    query.limit = 201;
    assert!(matches!(
        client(&origin).list(&query).await,
        Err(Error::Config(_))
    ));
}

#[tokio::test]
async fn a_deletion_waits_for_a_running_job_and_may_be_repeated() {
    let service = Service::start().await;
    service.state().jobs.push(super::service::Job {
        id: "t-1".to_owned(),
        request: json!({"audio_url": "https://x"}),
        polls: 1,
        deleted: false,
    });
    let (client, id) = (client(&service.origin), "t-1".parse().unwrap());
    let error = client.delete(&id).await.unwrap_err();
    assert!(matches!(error, Error::StillRunning { .. }) && !service.state().jobs[0].deleted);
    for _ in 0..2 {
        assert!(client.delete(&id).await.unwrap().is_complete());
    }
    let gone = "t-9".parse().unwrap();
    let unknown = client.delete(&gone).await.unwrap();
    assert!(!unknown.is_complete());
    assert!(matches!(unknown.unconfirmed[0].why, Some(Error::NotFound)));
}

#[tokio::test]
async fn voices_of_a_finished_transcript_are_identified_at_the_gateway() {
    let origin = server::serve(|request| {
        assert_eq!((request.method.as_str(), request.path()), ("POST", "/v1/understanding"));
        assert_eq!(request.header("authorization"), Some("CANARY-KEY"));
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        let mut members: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["speech_understanding", "transcript_id"]);
        let asked = &body["speech_understanding"]["request"]["speaker_identification"];
        assert_eq!(validator::identification_complaints(asked), Vec::<String>::new());
        let response = json!({"speaker_identification": {"mapping": {"A": "Client", "B": "Therapist"}, "status": "success"}});
        server::json(
            200,
            &json!({"request_id": "r-1", "utterances": [], "speech_understanding": {"request": {}, "response": response}}),
        )
    })
    .await;
    let service = Service::start().await;
    service.state().jobs.push(super::service::Job {
        id: "t-1".to_owned(),
        request: json!({"audio_url": "https://x"}),
        polls: 2,
        deleted: false,
    });
    let id = "t-1".parse().unwrap();
    let record = client(&service.origin)
        .fetch(&id, &RoleNames::default())
        .await;
    let record = record.unwrap().unwrap();
    let identification = SpeakerIdentification::therapist_and_client();
    let found = client(&origin)
        .identify_speakers(&id, &identification)
        .await
        .unwrap();
    assert_eq!(found.request_id.as_deref(), Some("r-1"));
    // The other way round than the transcript had it.
    let record = record.identified(&found);
    assert_eq!(record.speaker("A").unwrap().role, Some(Role::Client));
    let first = record.transcript.utterances().next().unwrap();
    assert_eq!(
        record.transcript.role_of(first.speaker()),
        Some(Role::Client)
    );
    let nobody = SpeakerIdentification::names(["x".repeat(36)]);
    let refused = client(&origin).identify_speakers(&id, &nobody).await;
    assert!(matches!(refused, Err(Error::Config(_))));
}
