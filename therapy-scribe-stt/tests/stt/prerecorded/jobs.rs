//! Jobs from the first byte to the last deletion.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use therapy_scribe_core::Role;
use therapy_scribe_stt::{
    config::RedactionPolicy,
    prerecorded::{
        Error, FileSave, FileUpload, Identification, Job, JobTicket, MedicalMode, ReaderUpload,
        RecordRedaction, RedactionPolicies, RoleNames, Stage, Transcription,
        config::{RedactedAudio, RedactedFormat, UnredactedAnalysis},
    },
};

use super::{Tickets, client, plain, quick, service::Service, told};

/// A file that begins as FLAC does, and its bytes.
fn flac(directory: &tempfile::TempDir) -> (FileUpload, Vec<u8>) {
    let mut bytes = b"fLaC".to_vec();
    bytes.extend((0..300_000u32).map(|n| u8::try_from(n % 251).unwrap()));
    let path = directory.path().join("session.flac");
    std::fs::write(&path, &bytes).unwrap();
    (FileUpload::new(path), bytes)
}

#[tokio::test]
async fn a_recording_is_uploaded_transcribed_saved_and_deleted() {
    let service = Service::start().await;
    let (directory, tickets) = (tempfile::tempdir().unwrap(), Tickets::default());
    let (audio, bytes) = flac(&directory);
    let (config, sent) = (plain(), Arc::new(AtomicU64::new(0)));
    let seen = Arc::clone(&sent);
    let job = Job::upload("s-17", &audio, &config)
        .polls(quick())
        .progress(Arc::new(move |bytes| seen.store(bytes, Ordering::Relaxed)));
    let at_save = service.clone();
    let done = client(&service.origin)
        .process_and_delete(job, &tickets, move |record| async move {
            assert!(
                !at_save.state().jobs[0].deleted,
                "deleted before it was saved"
            );
            assert_eq!(record.transcript.turn_count(), 2);
            Ok(())
        })
        .await
        .unwrap();
    assert!(done.deletion.is_complete() && service.state().jobs[0].deleted);
    let record = done.record.unwrap();
    let first = record.transcript.utterances().next().unwrap();
    assert_eq!(
        record.transcript.role_of(first.speaker()),
        Some(Role::Therapist)
    );
    assert_eq!(record.medical_mode, MedicalMode::Used);
    assert_eq!(record.identification, Identification::Done);
    assert_eq!(service.state().uploads, std::slice::from_ref(&bytes));
    assert_eq!(sent.load(Ordering::Relaxed), 300_004);
    let stages = [
        Stage::New,
        Stage::Submitting,
        Stage::Submitted,
        Stage::Saved,
        Stage::Erased,
    ];
    assert_eq!(tickets.stages(), stages);
    assert_eq!(done.ticket.bytes, Some(300_004));
    assert_eq!(done.ticket.sha256, Some(audio.sha256().await.unwrap()));
}

#[tokio::test]
async fn a_submit_whose_answer_is_lost_is_found_and_billed_once() {
    let service = Service::start().await;
    service.state().lose_submit = true;
    let (tickets, config) = (Tickets::default(), plain());
    let audio = ReaderUpload::new(&b"RIFFxxxx"[..], None);
    let job = Job::upload("s-17", &audio, &config).polls(quick());
    let done = client(&service.origin)
        .transcribe(job, &tickets)
        .await
        .unwrap();
    assert_eq!(done.record.id.as_str(), "t-1");
    assert_eq!(service.state().jobs.len(), 1);
}

#[tokio::test]
async fn a_ticket_that_is_resumed_submits_nothing() {
    let service = Service::start().await;
    let (tickets, config) = (Tickets::default(), plain());
    let client = client(&service.origin);
    let job = Job::from_url("s-17", "https://host.example/a.flac", &config);
    let ticket = client.submit(job, &tickets).await.unwrap();
    assert_eq!(ticket.stage, Stage::Submitted);
    // As a host reads it from its store, after a crash before the id was stored too.
    let mut early = tickets.0.lock().unwrap()[0].clone();
    assert_eq!(early.stage, Stage::Submitting);
    early.key = "other".to_owned();
    for ticket in [ticket, early] {
        let stored = serde_json::to_string(&ticket).unwrap();
        let ticket: JobTicket = serde_json::from_str(&stored).unwrap();
        let job = Job::resume(ticket, &config).polls(quick());
        let done = client.transcribe(job, &tickets).await.unwrap();
        assert_eq!(done.record.id.as_str(), "t-1");
    }
    assert_eq!(service.state().jobs.len(), 1);
}

#[tokio::test]
async fn a_job_that_is_begun_again_goes_on_with_the_ticket_of_its_key() {
    let service = Service::start().await;
    let (tickets, config) = (Tickets::default(), plain());
    let client = client(&service.origin);
    for _ in 0..2 {
        let audio = ReaderUpload::new(&b"RIFFxxxx"[..], None);
        let job = Job::upload("s-17", &audio, &config).polls(quick());
        client.transcribe(job, &tickets).await.unwrap();
    }
    {
        let state = service.state();
        assert_eq!((state.uploads.len(), state.jobs.len()), (1, 1));
    }
    let other = Job::from_url("s-17", "https://host.example/b.flac", &config);
    let error = client.transcribe(other, &tickets).await.unwrap_err();
    assert!(matches!(error, Error::Config(_)), "{error:?}");
}

#[tokio::test]
async fn nothing_is_deleted_when_saving_fails_and_the_ticket_goes_on() {
    let service = Service::start().await;
    let (tickets, config) = (Tickets::default(), plain());
    let client = client(&service.origin);
    let job = Job::from_url("s-17", "https://host.example/a.flac", &config).polls(quick());
    let failed = client
        .process_and_delete(job, &tickets, |_| async { Err("disk full".into()) })
        .await
        .unwrap_err();
    assert!(matches!(failed, Error::Save(_)));
    assert!(
        !service
            .state()
            .seen
            .iter()
            .any(|call| call.starts_with("DELETE"))
    );
    let job = Job::resume(tickets.last(), &config).polls(quick());
    let done = client
        .process_and_delete(job, &tickets, |_| async { Ok(()) })
        .await
        .unwrap();
    assert!(done.deletion.is_complete());
    assert_eq!(service.state().jobs.len(), 1);
}

#[tokio::test]
async fn a_ticket_that_was_saved_only_deletes() {
    let service = Service::start().await;
    let (tickets, config) = (Tickets::default(), plain());
    let client = client(&service.origin);
    let job = Job::from_url("s-17", "https://host.example/a.flac", &config).polls(quick());
    client.transcribe(job, &tickets).await.unwrap();
    let mut ticket = tickets.last();
    ticket.stage = Stage::Saved;
    let done = client
        .process_and_delete(Job::resume(ticket, &config), &tickets, |_| async {
            Err("saved twice".into())
        })
        .await
        .unwrap();
    assert!(done.record.is_none() && done.deletion.is_complete());
}

fn redacted(unredacted: UnredactedAnalysis) -> Transcription {
    let audio = RedactedAudio::new(RedactedFormat::Mp3);
    let policies = RedactionPolicies::new([RedactionPolicy::PersonName]).unwrap();
    Transcription::individual()
        .redaction(RecordRedaction::new(policies).audio(audio))
        .entity_detection()
        .unredacted_analysis(unredacted)
        .build()
        .unwrap()
}

#[tokio::test]
async fn redacted_audio_is_fetched_before_the_deletion_with_a_fresh_address() {
    let service = Service::start().await;
    service.state().expired = 2;
    let (tickets, config) = (Tickets::default(), redacted(UnredactedAnalysis::KeptApart));
    let mut audio = Vec::new();
    let job = Job::from_url("s-17", "https://host.example/a.flac", &config)
        .polls(quick())
        .redacted_audio(&mut audio);
    let client = client(&service.origin);
    let done = client
        .process_and_delete(job, &tickets, |_| async { Ok(()) })
        .await
        .unwrap();
    assert_eq!(audio, b"beep");
    let export = done.record.as_ref().unwrap().redacted().unwrap();
    assert!(export.transcript().to_text().contains("[PERSON_NAME]"));
    assert!(!export.transcript().to_json().contains("CANARY"));
    let entities = done
        .record
        .as_ref()
        .unwrap()
        .unredacted
        .as_ref()
        .unwrap()
        .entities();
    assert_eq!(entities[0].text.expose(), "CANARY");
    assert!(!format!("{done:?} {client:?}").contains("CANARY"));
    // By itself, into a file.
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("redacted.mp3");
    let id = done.ticket.transcript.unwrap();
    client
        .redacted_audio(&id, &mut FileSave::new(&path))
        .await
        .unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"beep");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn an_address_that_is_refused_three_times_is_an_error_without_it() {
    let service = Service::start().await;
    service.state().expired = 3;
    let (tickets, config) = (Tickets::default(), redacted(UnredactedAnalysis::KeptApart));
    let mut audio = Vec::new();
    let job = Job::from_url("s-17", "https://host.example/a.flac", &config)
        .polls(quick())
        .redacted_audio(&mut audio);
    let error = client(&service.origin)
        .transcribe(job, &tickets)
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        Error::RedactedAudioRefused { status: 403, .. }
    ));
    assert!(!told(&error).contains("CANARY"), "{}", told(&error));
    assert!(!error.to_string().contains("KEY") && audio.is_empty());
}

#[tokio::test]
async fn what_could_not_be_deleted_is_reported() {
    let service = Service::start().await;
    service.state().refuse_delete = true;
    let client = client(&service.origin);
    let (tickets, config) = (Tickets::default(), plain());
    let job = Job::from_url("s-17", "https://host.example/a.flac", &config).polls(quick());
    let done = client
        .process_and_delete(job, &tickets, |_| async { Ok(()) })
        .await
        .unwrap();
    let left = &done.deletion.unconfirmed[0];
    assert_eq!(left.id.as_str(), "t-1");
    assert!(matches!(left.why, Some(Error::Auth)));
    assert!(!format!("{done:?}").contains("CANARY"));
    assert_eq!(done.ticket.stage, Stage::Saved);
    service.state().refuse_delete = false;
    let job = Job::resume(done.ticket, &config);
    let done = client
        .process_and_delete(job, &tickets, |_| async { Ok(()) })
        .await
        .unwrap();
    assert!(done.deletion.is_complete());
    let id = done.ticket.transcript.unwrap();
    let error = client.fetch(&id, &RoleNames::default()).await.unwrap_err();
    assert!(matches!(error, Error::Deleted));
}
